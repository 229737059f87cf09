/* permission_field.c - which fields of a screen the caller's rights leave. */
#include "sandbox/rights/access.h"

/* What a field asks for beyond editing. */
static const struct {
    const char *field, *permission;
} ASKS[] = {
    {"assignee", "ASSIGN_ISSUES"},      {"reporter", "MODIFY_REPORTER"},      {"duedate", "SCHEDULE_ISSUES"},
    {"security", "SET_ISSUE_SECURITY"}, {"issuelinks", "LINK_ISSUES"},        {"worklog", "WORK_ON_ISSUES"},
    {"comment", "ADD_COMMENTS"},        {"attachment", "CREATE_ATTACHMENTS"}, {"fixVersions", "RESOLVE_ISSUES"},
    {"resolution", "RESOLVE_ISSUES"},
};

bool field_may_be_set(struct ctx *c, const char *operation, int64_t project, int64_t issue, const char *field, bool *r)
{
    *r = true;
    if (str_eq(operation, "edit") && (!permission_has(c, "EDIT_ISSUES", project, issue, r) || !*r))
        return c->err.kind == ERR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(ASKS); i++)
        if (str_eq(ASKS[i].field, field))
            return permission_has(c, ASKS[i].permission, project, issue, r);
    return true;
}

bool screen_trim(struct ctx *c, const char *operation, int64_t project, int64_t issue, json_t *fields)
{
    const char *field;
    json_t *value;
    void *next;
    json_object_foreach_safe(fields, next, field, value)
    {
        bool may = false;
        if (!field_may_be_set(c, operation, project, issue, field, &may))
            return false;
        if (!may)
            json_object_del(fields, field);
    }
    return true;
}
