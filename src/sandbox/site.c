/* site.c - what a new site starts with, and the making of people, projects and fields outside of a request. */
#include "sandbox/site.h"
#include "sandbox/door/auth.h"

#include "sandbox/door/auth.h"
#include "sandbox/field/field.h"
#include "sandbox/rights/access.h"

#include <string.h>

/* Where the ids of a table start: base + step * (a number below spread drawn from the seed). So ids of two sites do
 * not meet by accident, and whoever mixes them up is told. */
static const struct {
    const char *table;
    int64_t base, step;
    uint64_t spread;
} COUNTERS[] = {
    {"account", 10100, 100, 500},
    {"token", 100, 100, 50},
    {"user_group", 1000, 100, 50},
    {"status", 10000, 40, 1000},
    {"issue_type", 10000, 40, 1000},
    {"priority", 10000, 40, 1000},
    {"resolution", 10000, 40, 1000},
    {"link_type", 10000, 40, 1000},
    {"workflow", 10000, 40, 1000},
    {"project", 10000, 40, 1000},
    {"field_option", 10000, 100, 500},
    {"issue", 10000, 50000, 2000},
    {"comment", 10000, 50000, 2000},
    {"remote_link", 10000, 10000, 2000},
    {"issue_link", 10000, 10000, 2000},
    {"history", 10000, 50000, 2000},
    {"version", 10000, 40, 1000},
    {"component", 10000, 40, 1000},
    {"attachment", 10000, 10000, 2000},
    {"worklog", 10000, 10000, 2000},
    {"task", 10000, 100, 500},
    {"field_context", 10000, 40, 1000},
    {"board", 1, 1, 90},
    {"sprint", 1, 1, 900},
    {"filter", 10000, 40, 1000},
    {"filter_share", 10000, 40, 1000},
};

static bool counters_create(struct sandbox *sb, struct rng *rng, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(COUNTERS); i++) {
        int64_t first = COUNTERS[i].base + COUNTERS[i].step * (int64_t)rng_below(rng, COUNTERS[i].spread);
        if (!sql_run(sb->db, e, "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", "si", COUNTERS[i].table,
                     first - 1))
            return false;
    }
    return true;
}

static bool setting_put(struct sandbox *sb, const char *name, const char *value, struct err *e)
{
    return sql_run(sb->db, e, "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", "ss", name, value);
}

bool site_uuid(struct sandbox *sb, struct arena *a, const char *what, int64_t id, char **r, struct err *e)
{
    char *seed = NULL;
    if (!sql_get_str(sb->db, a, &seed, e, "SELECT value FROM setting WHERE name = 'seed'", ""))
        return false;
    char *text = arena_printf(a, "%s/%s/%s/%lld", seed, sb->d->name, what, (long long)id);
    char *h = str_sha256(a, text, strlen(text));
    *r = arena_printf(a, "%.8s-%.4s-4%.3s-8%.3s-%.12s", h, h + 8, h + 12, h + 15, h + 18);
    return true;
}

/* ---- people ---- */

bool group_create(struct sandbox *sb, const char *name, int64_t *id_r, struct err *e)
{
    struct arena a = ARENA_INIT;
    char *uuid = NULL;
    bool ok = sql_run(sb->db, e, "INSERT INTO user_group (name, uuid) VALUES (?1, '')", "s", name);
    *id_r = sql_last_id(sb->db);
    ok = ok && site_uuid(sb, &a, "group", *id_r, &uuid, e) &&
         sql_run(sb->db, e, "UPDATE user_group SET uuid = ?2 WHERE id = ?1", "is", *id_r, uuid);
    arena_release(&a);
    return ok;
}

static bool group_join(struct sandbox *sb, const char *group, int64_t account, struct err *e)
{
    int64_t id = 0;
    return sql_get_int(sb->db, &id, 0, e, "SELECT id FROM user_group WHERE name = ?1", "s", group) &&
           (id || group_create(sb, group, &id, e)) &&
           sql_run(sb->db, e, "INSERT OR IGNORE INTO user_group_member (group_id, account) VALUES (?1, ?2)", "ii", id,
                   account);
}

static bool account_fill(struct sandbox *sb, struct arena *a, const struct account_new *n, int64_t id, struct err *e)
{
    char *uuid = NULL;
    const char *account_id = n->account_id, *key = n->user_key, *name = n->name;
    if (sb->d->is_cloud && !account_id) {
        if (!site_uuid(sb, a, "account", id, &uuid, e))
            return false;
        account_id = arena_printf(a, "712020:%s", uuid);
    }
    if (!sb->d->is_cloud && !key)
        key = arena_printf(a, "JIRAUSER%lld", (long long)id);
    if (!sb->d->is_cloud && !name)
        name = n->email ? n->email : key;
    const char *digest = n->password ? password_digest(a, id, n->password) : NULL;
    return sql_run(sb->db, e,
                   "UPDATE account SET account_id = ?2, user_key = ?3, name = ?4, password = ?5 WHERE id = ?1", "issss",
                   id, account_id, key, name, digest) &&
           group_join(sb, sb->d->is_cloud ? "jira-users" : "jira-software-users", id, e) &&
           (!n->is_admin || group_join(sb, sb->d->is_cloud ? "site-admins" : "jira-administrators", id, e));
}

bool account_create(struct sandbox *sb, const struct account_new *n, int64_t *id_r, struct err *e)
{
    const char *shown = n->display_name ? n->display_name : n->name ? n->name : n->email;
    if (!shown)
        return err_set(e, ERR_INPUT, "an account needs a name, an e-mail address or a display name");
    if (!sql_run(sb->db, e,
                 "INSERT INTO account (email, display_name, active, email_visible, time_zone, is_admin)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                 "ssiisi", n->email, shown, (int64_t)!n->is_inactive, (int64_t)!n->hides_email,
                 n->time_zone ? n->time_zone : sb->zone, (int64_t)n->is_admin))
        return false;
    *id_r = sql_last_id(sb->db);
    struct arena a = ARENA_INIT;
    bool ok = account_fill(sb, &a, n, *id_r, e);
    arena_release(&a);
    return ok;
}

/* ---- small nouns, found by name or made ---- */

/* `find` takes the name; `make` takes name and what else the caller bound into it. */
static bool ensured(struct sandbox *sb, const char *find, const char *name, int64_t *id_r, struct err *e)
{
    return sql_get_int(sb->db, id_r, 0, e, find, "s", name);
}

static bool made(struct sandbox *sb, bool ok, int64_t *id_r)
{
    if (ok)
        *id_r = sql_last_id(sb->db);
    return ok;
}

bool status_ensure(struct sandbox *sb, const char *name, int category, int64_t *id_r, struct err *e)
{
    if (!ensured(sb, "SELECT id FROM status WHERE name = ?1", name, id_r, e))
        return false;
    return *id_r || made(sb,
                         sql_run(sb->db, e,
                                 "INSERT INTO status (name, category, position) VALUES (?1, ?2, (SELECT count(*) FROM "
                                 "status))",
                                 "si", name, (int64_t)category),
                         id_r);
}

bool issue_type_ensure(struct sandbox *sb, const char *name, bool is_subtask, int64_t *id_r, struct err *e)
{
    if (!ensured(sb, "SELECT id FROM issue_type WHERE name = ?1", name, id_r, e))
        return false;
    int64_t level = is_subtask ? -1 : str_eq_nocase(name, "Epic");
    return *id_r || made(sb,
                         sql_run(sb->db, e,
                                 "INSERT INTO issue_type (name, is_subtask, level, position) VALUES (?1, ?2, ?3,"
                                 " (SELECT count(*) FROM issue_type))",
                                 "sii", name, (int64_t)is_subtask, level),
                         id_r);
}

bool priority_ensure(struct sandbox *sb, const char *name, int64_t *id_r, struct err *e)
{
    if (!ensured(sb, "SELECT id FROM priority WHERE name = ?1", name, id_r, e))
        return false;
    return *id_r || made(sb,
                         sql_run(sb->db, e,
                                 "INSERT INTO priority (name, color, icon, position) VALUES (?1, '#999999', 'medium',"
                                 " (SELECT count(*) + 1 FROM priority))",
                                 "s", name),
                         id_r);
}

bool resolution_ensure(struct sandbox *sb, const char *name, int64_t *id_r, struct err *e)
{
    if (!ensured(sb, "SELECT id FROM resolution WHERE name = ?1", name, id_r, e))
        return false;
    return *id_r || made(sb,
                         sql_run(sb->db, e,
                                 "INSERT INTO resolution (name, position) VALUES (?1, (SELECT count(*) FROM "
                                 "resolution))",
                                 "s", name),
                         id_r);
}

bool link_type_ensure(struct sandbox *sb, const char *name, const char *inward, const char *outward, int64_t *id_r,
                      struct err *e)
{
    if (!ensured(sb, "SELECT id FROM link_type WHERE name = ?1", name, id_r, e))
        return false;
    return *id_r || made(sb,
                         sql_run(sb->db, e, "INSERT INTO link_type (name, inward, outward) VALUES (?1, ?2, ?3)", "sss",
                                 name, inward, outward),
                         id_r);
}

/* ---- fields and screens ---- */

static const struct {
    const char *operation;
    unsigned flag;
} SCREENS[] = {{"create", FIELD_ON_CREATE}, {"edit", FIELD_ON_EDIT}, {"resolve", FIELD_ON_RESOLVE}};

static bool screen_add(struct sandbox *sb, int64_t project, int64_t type, const char *operation, const char *field,
                       int64_t position, bool required, struct err *e)
{
    return sql_run(sb->db, e,
                   "INSERT OR IGNORE INTO screen (project, issue_type, operation, field, position, required)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   "iissii", project, type, operation, field, position, (int64_t)required);
}

/* Custom fields stand behind the system's own, those of planning where they have a meaning: an epic's name on epics,
 * the epic of a standard issue, no sprint for a sub-task. */
#define CUSTOM_ON_SCREENS                                                                                              \
    "INSERT OR IGNORE INTO screen (project, issue_type, operation, field, position, required)"                         \
    " SELECT p.project, p.issue_type, o.column1, f.id, 1000 + f.position, 0 FROM field f JOIN project_issue_type p"    \
    " JOIN issue_type t ON t.id = p.issue_type JOIN (VALUES ('create'), ('edit')) o WHERE f.number IS NOT NULL"        \
    " AND f.kind <> 'rank' AND (f.kind <> 'epic-name' OR t.level = 1) AND (f.kind <> 'epic-link' OR t.level = 0)"      \
    " AND (f.kind <> 'sprint' OR t.level >= 0)"

static bool screens_create(struct sandbox *sb, int64_t project, int64_t type, bool is_subtask, struct err *e)
{
    for (size_t s = 0; s < ARRAY_LEN(SCREENS); s++) {
        for (size_t i = 0; i < system_field_count; i++) {
            const struct system_field *f = &system_fields[i];
            bool is_parent = f->flags & FIELD_SUBTASK_ONLY;
            bool is_on = f->flags & SCREENS[s].flag || (is_parent && sb->d->is_cloud && s == 1);
            if (!is_on || !(f->dialects & sb->d->mask) || (is_parent && !is_subtask && !sb->d->is_cloud))
                continue;
            bool required = f->flags & FIELD_REQUIRED || (is_parent && is_subtask && s == 0) ||
                            (str_eq(f->id, "reporter") && s == 0);
            if (!screen_add(sb, project, type, SCREENS[s].operation, f->id, (int64_t)i, required, e))
                return false;
        }
    }
    return sql_run(sb->db, e, CUSTOM_ON_SCREENS " AND p.project = ?1 AND p.issue_type = ?2", "ii", project, type);
}

bool field_create(struct sandbox *sb, const char *name, const char *kind, int64_t *number_r, struct err *e)
{
    const struct field_kind *k = field_kind_of(kind);
    if (!k)
        return err_set(e, ERR_INPUT, "%s: there is no custom field of kind %s", name, kind);
    if (!sql_get_int(sb->db, number_r, 0, e,
                     "SELECT coalesce((SELECT max(number) + 1 FROM field),"
                     " (SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'first_field'))",
                     ""))
        return false;
    return sql_run(sb->db, e,
                   "INSERT INTO field (id, number, name, kind, custom_type, position)"
                   " VALUES ('customfield_' || ?1, ?1, ?2, ?3, ?4, 100 + (SELECT count(*) FROM field))",
                   "isss", *number_r, name, kind, k->custom_type) &&
           sql_run(sb->db, e,
                   "INSERT INTO field_context (field, name, all_projects, all_types) SELECT number, 'Default"
                   " Configuration Scheme for ' || name, 1, 1 FROM field WHERE number = ?1",
                   "i", *number_r) &&
           sql_run(sb->db, e, CUSTOM_ON_SCREENS " AND f.number = ?1", "i", *number_r);
}

bool field_option_create(struct sandbox *sb, int64_t field, const char *value, int64_t *id_r, struct err *e)
{
    return made(sb,
                sql_run(sb->db, e,
                        "INSERT INTO field_option (field, context, value, position) VALUES (?1, (SELECT min(id) FROM"
                        " field_context WHERE field = ?1), ?2, (SELECT count(*) FROM field_option WHERE field = ?1))",
                        "is", field, value),
                id_r);
}

/* ---- projects ---- */

bool project_add_issue_type(struct sandbox *sb, int64_t project, int64_t issue_type, struct err *e)
{
    int64_t is_subtask = 0;
    return sql_get_int(sb->db, &is_subtask, 0, e, "SELECT is_subtask FROM issue_type WHERE id = ?1", "i", issue_type) &&
           sql_run(
               sb->db, e,
               "INSERT OR IGNORE INTO project_issue_type (project, issue_type, workflow, position)"
               " SELECT ?1, ?2, min(id), (SELECT count(*) FROM project_issue_type WHERE project = ?1) FROM workflow",
               "ii", project, issue_type) &&
           screens_create(sb, project, issue_type, is_subtask, e);
}

static bool project_fill(struct sandbox *sb, struct arena *a, int64_t project, struct err *e)
{
    char *uuid = NULL;
    int64_t types[64];
    size_t count = 0;
    struct sql_rows rows;
    if (!site_uuid(sb, a, "project", project, &uuid, e) ||
        !sql_run(sb->db, e, "UPDATE project SET uuid = ?2 WHERE id = ?1", "is", project, uuid) ||
        !sql_query(sb->db, &rows, e, "SELECT id FROM issue_type ORDER BY position, id LIMIT 5", ""))
        return false;
    while (count < ARRAY_LEN(types) && sql_next(&rows))
        types[count++] = sql_int(&rows, 0);
    if (!sql_done(&rows, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!project_add_issue_type(sb, project, types[i], e))
            return false;
    return true;
}

bool project_create(struct sandbox *sb, const char *key, const char *name, int64_t lead, int64_t *id_r, struct err *e)
{
    if (!lead && !sql_get_int(sb->db, &lead, 0, e, "SELECT min(id) FROM account WHERE is_admin = 1", ""))
        return false;
    int64_t taken = 0;
    if (!sql_get_int(sb->db, &taken, 0, e,
                     "SELECT 1 FROM project WHERE key = ?1 UNION SELECT 1 FROM project_key WHERE key = ?1", "s", key))
        return false;
    if (taken)
        return err_set(e, ERR_INPUT, "Project '%s' uses this project key.", key);
    if (!sql_get_int(sb->db, &taken, 0, e, "SELECT 1 FROM project WHERE name = ?1", "s", name))
        return false;
    if (taken)
        return err_set(e, ERR_INPUT, "A project with that name already exists.");
    if (!sql_run(sb->db, e, "INSERT INTO project (key, name, lead, uuid) VALUES (?1, ?2, ?3, '')", "ssi", key, name,
                 lead))
        return false;
    *id_r = sql_last_id(sb->db);
    struct arena a = ARENA_INIT;
    bool ok = project_fill(sb, &a, *id_r, e) && access_project_new(sb, *id_r, lead, e);
    arena_release(&a);
    return ok;
}

/* ---- the template ---- */

enum { NEW = 2, DOING = 4, DONE = 3 };
enum { TO_DO, IN_PROGRESS, IN_REVIEW, BLOCKED, FINISHED, STATUS_COUNT };

static const struct {
    const char *name, *description;
    int category;
} STATUSES[STATUS_COUNT] = {
    [TO_DO] = {"To Do", "", NEW},
    [IN_PROGRESS] = {"In Progress", "This issue is being actively worked on at the moment by the assignee.", DOING},
    [IN_REVIEW] = {"In Review", "The work is done and waits for somebody else's eyes.", DOING},
    [BLOCKED] = {"Blocked", "", DOING},
    [FINISHED] = {"Done", "", DONE},
};

/* From To Do to Done takes three steps, and no status is reachable from everywhere. */
static const struct {
    const char *name;
    int from, to; /* from -1: creation */
    bool has_screen;
} TRANSITIONS[] = {
    {"Create", -1, TO_DO, false},
    {"Start Progress", TO_DO, IN_PROGRESS, false},
    {"Stop Progress", IN_PROGRESS, TO_DO, false},
    {"Submit for Review", IN_PROGRESS, IN_REVIEW, false},
    {"Reject", IN_REVIEW, IN_PROGRESS, false},
    {"Approve", IN_REVIEW, FINISHED, true},
    {"Block", IN_PROGRESS, BLOCKED, false},
    {"Unblock", BLOCKED, IN_PROGRESS, false},
    {"Reopen", FINISHED, TO_DO, false},
};

static bool workflow_create(struct sandbox *sb, struct rng *rng, struct err *e)
{
    int64_t statuses[STATUS_COUNT], first = 11 + 10 * (int64_t)rng_below(rng, 60);
    for (size_t i = 0; i < STATUS_COUNT; i++)
        if (!status_ensure(sb, STATUSES[i].name, STATUSES[i].category, &statuses[i], e) ||
            !sql_run(sb->db, e, "UPDATE status SET description = ?2 WHERE id = ?1", "is", statuses[i],
                     STATUSES[i].description))
            return false;
    if (!sql_run(sb->db, e, "INSERT INTO workflow (name) VALUES ('Software Workflow')", ""))
        return false;
    int64_t workflow = sql_last_id(sb->db);
    for (size_t i = 0; i < ARRAY_LEN(TRANSITIONS); i++) {
        int from = TRANSITIONS[i].from;
        if (!sql_run(sb->db, e,
                     "INSERT INTO workflow_transition (id, workflow, name, from_status, to_status, is_initial,"
                     " has_screen, position) VALUES (?1, ?2, ?3, NULLIF(?4, 0), ?5, ?6, ?7, ?8)",
                     "iisiiiii", first + 10 * (int64_t)i, workflow, TRANSITIONS[i].name,
                     from < 0 ? (int64_t)0 : statuses[from], statuses[TRANSITIONS[i].to], (int64_t)(from < 0),
                     (int64_t)TRANSITIONS[i].has_screen, (int64_t)i))
            return false;
    }
    return true;
}

static bool issue_types_create(struct sandbox *sb, struct err *e)
{
    static const struct {
        const char *name, *description;
        bool is_subtask;
    } TYPES[] = {
        {"Task", "A task that needs to be done.", false},
        {"Bug", "A problem which impairs or prevents the functions of the product.", false},
        {"Story", "Functionality or a feature expressed as a user goal.", false},
        {"Epic", "A big user story that needs to be broken down.", false},
        {"Sub-task", "The sub-task of the issue", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(TYPES); i++) {
        int64_t id = 0;
        if (!issue_type_ensure(sb, TYPES[i].name, TYPES[i].is_subtask, &id, e) ||
            !sql_run(sb->db, e, "UPDATE issue_type SET description = ?2 WHERE id = ?1", "is", id, TYPES[i].description))
            return false;
    }
    return true;
}

static bool values_create(struct sandbox *sb, struct err *e)
{
    static const char *const PRIORITIES[][4] = {
        {"Highest", "This problem will block progress.", "#d04437", "highest"},
        {"High", "Serious problem that could block progress.", "#f15C75", "high"},
        {"Medium", "Has the potential to affect progress.", "#f79232", "medium"},
        {"Low", "Minor problem or easily worked around.", "#707070", "low"},
        {"Lowest", "Trivial problem with little or no impact on progress.", "#999999", "lowest"},
    };
    static const char *const RESOLUTIONS[][2] = {
        {"Done", "Work has been completed on this issue."},
        {"Won't Do", "This issue won't be actioned."},
        {"Duplicate", "The problem is a duplicate of an existing issue."},
        {"Cannot Reproduce", "All attempts at reproducing this issue failed."},
    };
    static const char *const LINKS[][3] = {
        {"Blocks", "is blocked by", "blocks"},
        {"Cloners", "is cloned by", "clones"},
        {"Duplicate", "is duplicated by", "duplicates"},
        {"Relates", "relates to", "relates to"},
    };
    int64_t id;
    for (size_t i = 0; i < ARRAY_LEN(PRIORITIES); i++)
        if (!priority_ensure(sb, PRIORITIES[i][0], &id, e) ||
            !sql_run(sb->db, e,
                     "UPDATE priority SET description = ?2, color = ?3, icon = ?4, is_default = ?5"
                     " WHERE id = ?1",
                     "isssi", id, PRIORITIES[i][1], PRIORITIES[i][2], PRIORITIES[i][3], (int64_t)(i == 2)))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(RESOLUTIONS); i++)
        if (!resolution_ensure(sb, RESOLUTIONS[i][0], &id, e) ||
            !sql_run(sb->db, e, "UPDATE resolution SET description = ?2 WHERE id = ?1", "is", id, RESOLUTIONS[i][1]))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(LINKS); i++)
        if (!link_type_ensure(sb, LINKS[i][0], LINKS[i][1], LINKS[i][2], &id, e))
            return false;
    return true;
}

static bool fields_create(struct sandbox *sb, struct rng *rng, struct err *e)
{
    static const char *const CUSTOM[][2] = {
        {"Customer Reference", "text"},
        {"Acceptance Criteria", "textarea"},
        {"Story Points", "number"},
        {"Severity", "select"},
        {"Reviewer", "user"},
        {"Sprint", "sprint"},
        {"Epic Link", "epic-link"},
        {"Epic Name", "epic-name"},
        {"Rank", "rank"},
    };
    static const char *const SEVERITIES[] = {"Critical", "Major", "Minor"};
    struct arena a = ARENA_INIT;
    bool ok = setting_put(sb, "first_field",
                          arena_printf(&a, "%lld", (long long)(10000 + 20 * (int64_t)rng_below(rng, 1000))), e);
    arena_release(&a);
    for (size_t i = 0; ok && i < system_field_count; i++)
        if (system_fields[i].dialects & sb->d->mask)
            ok = sql_run(sb->db, e, "INSERT INTO field (id, name, kind, position) VALUES (?1, ?2, 'system', ?3)", "ssi",
                         system_fields[i].id, system_fields[i].name, (int64_t)i);
    int64_t number = 0, option = 0;
    for (size_t i = 0; ok && i < ARRAY_LEN(CUSTOM); i++) {
        ok = field_create(sb, CUSTOM[i][0], CUSTOM[i][1], &number, e);
        for (size_t o = 0; ok && i == 3 && o < ARRAY_LEN(SEVERITIES); o++)
            ok = field_option_create(sb, number, SEVERITIES[o], &option, e);
    }
    /* only an epic has an epic's name */
    return ok && sql_run(sb->db, e, "UPDATE field SET is_limited = 1 WHERE kind = 'epic-name'", "") &&
           sql_run(sb->db, e,
                   "UPDATE field_context SET all_types = 0 WHERE field = (SELECT number FROM field WHERE kind ="
                   " 'epic-name')",
                   "") &&
           sql_run(sb->db, e,
                   "INSERT INTO field_context_type (context, issue_type) SELECT x.id, t.id FROM field_context x JOIN"
                   " issue_type t WHERE x.all_types = 0 AND t.level = 1",
                   "");
}

bool site_create(struct sandbox *sb, uint64_t seed, struct err *e)
{
    struct rng rng;
    rng_seed(&rng, seed * 3 + (uint64_t)sb->d->id);
    struct arena a = ARENA_INIT;
    bool ok = setting_put(sb, "seed", arena_printf(&a, "%llu", (unsigned long long)seed), e) &&
              setting_put(sb, "dialect", sb->d->name, e) && setting_put(sb, "schema", SITE_SCHEMA, e) &&
              setting_put(sb, "title", "Jira", e) && setting_put(sb, "comment_moves_updated", "1", e);
    arena_release(&a);
    struct account_new admin = {.name = sb->d->is_cloud ? NULL : "admin",
                                .email = "admin@example.com",
                                .display_name = "Administrator",
                                .password = "admin",
                                .is_admin = true};
    int64_t id = 0;
    return ok && counters_create(sb, &rng, e) && account_create(sb, &admin, &id, e) &&
           (sb->d->has_basic || token_first(sb, id, e)) && issue_types_create(sb, e) && values_create(sb, e) &&
           workflow_create(sb, &rng, e) && fields_create(sb, &rng, e) && access_create(sb, &rng, e);
}
