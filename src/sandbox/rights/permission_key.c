/* permission_key.c - the permissions there are, and who can hold them. */
#include "sandbox/rights/access.h"

/* The order is that of the permissions' own page. Number -1: it has none, its key is its id. */
const struct permission_key permission_keys[] = {
    {44, "SYSTEM_ADMIN", "Jira System Administrators",
     "Ability to perform all administration functions. There must be at least one group with this permission.", true,
     ON_DC, BY_ADMINS, NULL},
    {0, "ADMINISTER", "Jira Administrators",
     "Ability to perform most administration functions (excluding Import & Export, SMTP Configuration, etc.).", true,
     ON_ALL, BY_ADMINS, NULL},
    {27, "USER_PICKER", "Browse Users",
     "Ability to select a user or group from a popup window as well as the ability to use the 'share' issues feature. "
     "Users with this permission will also be able to see names of all users and groups in the system.",
     true, ON_ALL, BY_EVERYBODY, NULL},
    {22, "CREATE_SHARED_OBJECTS", "Create Shared Objects",
     "Ability to share dashboards and filters with other users, groups and roles.", true, ON_ALL, BY_EVERYBODY, NULL},
    {24, "MANAGE_GROUP_FILTER_SUBSCRIPTIONS", "Manage Group Filter Subscriptions",
     "Ability to manage (create and delete) group filter subscriptions.", true, ON_ALL, BY_EVERYBODY, NULL},
    {33, "BULK_CHANGE", "Bulk Change",
     "Ability to modify a collection of issues at once. For example, resolve multiple issues in one step.", true,
     ON_ALL, BY_EVERYBODY, NULL},
    {23, "ADMINISTER_PROJECTS", "Administer Projects", "Ability to administer a project in Jira.", false, ON_ALL,
     BY_ADMINS, "PROJECT_ADMIN"},
    {10, "BROWSE_PROJECTS", "Browse Projects", "Ability to browse projects and the issues within them.", false, ON_ALL,
     BY_EVERYBODY, "BROWSE"},
    {29, "VIEW_DEV_TOOLS", "View Development Tools",
     "Allows users in a software project to view development-related information on the issue, such as commits, "
     "reviews and build information.",
     false, ON_ALL, BY_EVERYBODY, NULL},
    {45, "VIEW_READONLY_WORKFLOW", "View Read-Only Workflow",
     "Users with this permission may view a read-only version of a workflow.", false, ON_ALL, BY_EVERYBODY,
     "VIEW_WORKFLOW_READONLY"},
    {11, "CREATE_ISSUES", "Create Issues", "Ability to create issues.", false, ON_ALL, BY_EVERYBODY, "CREATE_ISSUE"},
    {12, "EDIT_ISSUES", "Edit Issues", "Ability to edit issues.", false, ON_ALL, BY_EVERYBODY, "EDIT_ISSUE"},
    {46, "TRANSITION_ISSUES", "Transition Issues", "Ability to transition issues.", false, ON_ALL, BY_EVERYBODY,
     "TRANSITION_ISSUE"},
    {28, "SCHEDULE_ISSUES", "Schedule Issues", "Ability to view or edit an issue's due date.", false, ON_ALL,
     BY_EVERYBODY, "SCHEDULE_ISSUE"},
    {25, "MOVE_ISSUES", "Move Issues",
     "Ability to move issues between projects or between workflows of the same project (if applicable). Note the user "
     "can only move issues to a project they have the create permission for.",
     false, ON_ALL, BY_EVERYBODY, "MOVE_ISSUE"},
    {13, "ASSIGN_ISSUES", "Assign Issues", "Ability to assign issues to other people.", false, ON_ALL, BY_EVERYBODY,
     "ASSIGN_ISSUE"},
    {17, "ASSIGNABLE_USER", "Assignable User", "Users with this permission may be assigned to issues.", false, ON_ALL,
     BY_EVERYBODY, NULL},
    {14, "RESOLVE_ISSUES", "Resolve Issues",
     "Ability to resolve and reopen issues. This includes the ability to set a fix version.", false, ON_ALL,
     BY_EVERYBODY, "RESOLVE_ISSUE"},
    {18, "CLOSE_ISSUES", "Close Issues",
     "Ability to close issues. Often useful where your developers resolve issues, and a QA department closes them.",
     false, ON_ALL, BY_EVERYBODY, "CLOSE_ISSUE"},
    {30, "MODIFY_REPORTER", "Modify Reporter", "Ability to modify the reporter when creating or editing an issue.",
     false, ON_ALL, BY_ADMINS, NULL},
    {16, "DELETE_ISSUES", "Delete Issues", "Ability to delete issues.", false, ON_ALL, BY_ADMINS, "DELETE_ISSUE"},
    {21, "LINK_ISSUES", "Link Issues",
     "Ability to link issues together and create linked issues. Only useful if issue linking is turned on.", false,
     ON_ALL, BY_EVERYBODY, "LINK_ISSUE"},
    {26, "SET_ISSUE_SECURITY", "Set Issue Security",
     "Ability to set the level of security on an issue so that only people in that security level can see the issue.",
     false, ON_ALL, BY_EVERYBODY, NULL},
    {31, "VIEW_VOTERS_AND_WATCHERS", "View Voters and Watchers", "Ability to view the voters and watchers of an issue.",
     false, ON_ALL, BY_EVERYBODY, NULL},
    {32, "MANAGE_WATCHERS", "Manage Watchers", "Ability to manage the watchers of an issue.", false, ON_ALL, BY_ADMINS,
     "MANAGE_WATCHER_LIST"},
    {15, "ADD_COMMENTS", "Add Comments", "Ability to comment on issues.", false, ON_ALL, BY_EVERYBODY, "COMMENT_ISSUE"},
    {34, "EDIT_ALL_COMMENTS", "Edit All Comments", "Ability to edit all comments made on issues.", false, ON_ALL,
     BY_ADMINS, "COMMENT_EDIT_ALL"},
    {35, "EDIT_OWN_COMMENTS", "Edit Own Comments", "Ability to edit own comments made on issues.", false, ON_ALL,
     BY_EVERYBODY, "COMMENT_EDIT_OWN"},
    {36, "DELETE_ALL_COMMENTS", "Delete All Comments", "Ability to delete all comments made on issues.", false, ON_ALL,
     BY_ADMINS, "COMMENT_DELETE_ALL"},
    {37, "DELETE_OWN_COMMENTS", "Delete Own Comments", "Ability to delete own comments made on issues.", false, ON_ALL,
     BY_EVERYBODY, "COMMENT_DELETE_OWN"},
    {19, "CREATE_ATTACHMENTS", "Create Attachments", "Users with this permission may create attachments.", false,
     ON_ALL, BY_EVERYBODY, "CREATE_ATTACHMENT"},
    {38, "DELETE_ALL_ATTACHMENTS", "Delete All Attachments", "Users with this permission may delete all attachments.",
     false, ON_ALL, BY_ADMINS, "ATTACHMENT_DELETE_ALL"},
    {39, "DELETE_OWN_ATTACHMENTS", "Delete Own Attachments", "Users with this permission may delete own attachments.",
     false, ON_ALL, BY_EVERYBODY, "ATTACHMENT_DELETE_OWN"},
    {20, "WORK_ON_ISSUES", "Work On Issues",
     "Ability to log work done against an issue. Only useful if Time Tracking is turned on.", false, ON_ALL,
     BY_EVERYBODY, "WORK_ISSUE"},
    {40, "EDIT_OWN_WORKLOGS", "Edit Own Worklogs", "Ability to edit own worklogs made on issues.", false, ON_ALL,
     BY_EVERYBODY, "WORKLOG_EDIT_OWN"},
    {41, "EDIT_ALL_WORKLOGS", "Edit All Worklogs", "Ability to edit all worklogs made on issues.", false, ON_ALL,
     BY_ADMINS, "WORKLOG_EDIT_ALL"},
    {42, "DELETE_OWN_WORKLOGS", "Delete Own Worklogs", "Ability to delete own worklogs made on issues.", false, ON_ALL,
     BY_EVERYBODY, "WORKLOG_DELETE_OWN"},
    {43, "DELETE_ALL_WORKLOGS", "Delete All Worklogs", "Ability to delete all worklogs made on issues.", false, ON_ALL,
     BY_ADMINS, "WORKLOG_DELETE_ALL"},
    {-1, "MANAGE_SPRINTS_PERMISSION", "Manage Sprints", "Ability to manage sprints.", false, ON_ALL, BY_EVERYBODY,
     NULL},
    {-1, "ARCHIVE_ISSUES", "Archive Issues", "Ability to archive issues for a specific project.", false, ON_ALL,
     BY_ADMINS, NULL},
    {-1, "RESTORE_ISSUES", "Restore Issues", "Ability to restore issues for a specific project.", false, ON_DC,
     BY_ADMINS, NULL},
    {-1, "BROWSE_ARCHIVE", "Browse Archive", "Ability to browse archived issues from a specific project.", false, ON_DC,
     BY_EVERYBODY, NULL},
    {-1, "UNARCHIVE_ISSUES", "Unarchive Issues", "Ability to restore archived issues for a specific project.", false,
     ON_CLOUD, BY_ADMINS, NULL},
    {-1, "VIEW_AGGREGATED_DATA", "View aggregated data", "Ability to view aggregated data, such as charts and reports.",
     false, ON_CLOUD, BY_EVERYBODY, NULL},
    {-1, "CREATE_PROJECT", "Create software and business projects", "Ability to create software and business projects.",
     true, ON_CLOUD, BY_ADMINS, NULL},
};
const size_t permission_key_count = ARRAY_LEN(permission_keys);

const struct permission_key *permission_key_of(struct ctx *c, const char *key)
{
    for (size_t i = 0; i < permission_key_count; i++)
        if (permission_keys[i].dialects & c->d->mask && str_eq(permission_keys[i].key, key))
            return &permission_keys[i];
    return NULL;
}

/* ---- holders ---- */

/* How a holder's parameter is found: by what is on the wire, and shown. `expand` is the member that tells more. */
static const struct kind {
    const char *type, *expand;
    bool needs;             /* a parameter */
    const char *find;       /* id by the parameter ?1; NULL: none to find */
    const char *show;       /* the parameter by id */
    const char *show_value; /* Cloud's `value` by id; NULL: as the parameter */
} KINDS[] = {
    {"anyone", NULL, false, NULL, NULL, NULL},
    {"applicationRole", NULL, false, NULL, NULL, NULL},
    {"user", "user", true, "SELECT id FROM account WHERE account_id = ?1 OR user_key = ?1",
     "SELECT coalesce(account_id, user_key) FROM account WHERE id = ?1", NULL},
    {"group", "group", true, "SELECT id FROM user_group WHERE name = ?1 OR uuid = ?1",
     "SELECT name FROM user_group WHERE id = ?1", "SELECT uuid FROM user_group WHERE id = ?1"},
    {"projectRole", "projectRole", true, "SELECT id FROM project_role WHERE CAST(id AS TEXT) = ?1",
     "SELECT CAST(id AS TEXT) FROM project_role WHERE id = ?1", NULL},
    {"userCustomField", "field", true, "SELECT number FROM field WHERE id = ?1 AND kind LIKE '%user%'",
     "SELECT id FROM field WHERE number = ?1", NULL},
    {"groupCustomField", "field", true, "SELECT number FROM field WHERE id = ?1 AND number IS NOT NULL",
     "SELECT id FROM field WHERE number = ?1", NULL},
    {"projectLead", NULL, false, NULL, NULL, NULL},
    {"reporter", NULL, false, NULL, NULL, NULL},
    {"assignee", NULL, false, NULL, NULL, NULL},
};

static const struct kind *kind_of(const char *type)
{
    for (size_t i = 0; i < ARRAY_LEN(KINDS); i++)
        if (str_eq(KINDS[i].type, type))
            return &KINDS[i];
    return NULL;
}

bool holder_read(struct ctx *c, const json_t *sent, struct holder *r)
{
    const char *type = json_at_str(sent, "type"), *parameter = json_at_id(c->a, sent, "parameter");
    const char *value = json_at_id(c->a, sent, "value");
    const struct kind *k = kind_of(type);
    *r = (struct holder){0};
    if (!k)
        return refuse_field(c, "type", "The security type '%s' is invalid.", type ? type : "");
    r->type = k->type;
    if (str_eq(k->type, "applicationRole") && !str_is_empty(parameter)) {
        int64_t known = 0;
        r->parameter = parameter;
        if (!db_int(c, &known, "SELECT 1 FROM application_role WHERE key = ?1", "s", parameter))
            return false;
        return known || refuse_field(c, "parameter", "The application role '%s' does not exist.", parameter);
    }
    if (!k->needs)
        return true;
    if (str_is_empty(parameter) && str_is_empty(value))
        return refuse_field(c, "parameter", "A parameter is required for the holder type '%s'.", k->type);
    if ((!str_is_empty(value) && !db_int(c, &r->ref, k->find, "s", value)) ||
        (!r->ref && !db_int(c, &r->ref, k->find, "s", parameter)))
        return false;
    return r->ref || refuse_field(c, "parameter", "The %s '%s' does not exist.", k->type, value ? value : parameter);
}

json_t *holder_json(struct ctx *c, const struct holder *h)
{
    const struct kind *k = kind_of(h->type);
    char *parameter = arena_strdup(c->a, h->parameter), *value = NULL;
    json_t *o = new_object(c);
    put_str(o, "type", h->type);
    if (!k || (k->show && !db_str(c, &parameter, k->show, "i", h->ref)) ||
        (k->show_value && !db_str(c, &value, k->show_value, "i", h->ref)))
        return NULL;
    if (parameter)
        put_str(o, "parameter", parameter);
    if (parameter && c->d->is_cloud)
        put_str(o, "value", value ? value : parameter);
    if (k->expand)
        put_str(o, "expand", k->expand);
    return o;
}
