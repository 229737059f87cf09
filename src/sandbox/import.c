/* import.c - pages of a project written into this site, as the Jira Cloud Migration Assistant does it.
 *
 * Keys, dates and authors stay; every number is new. People are found by e-mail, types, statuses and priorities by
 * name. A custom field whose name is taken here by a field of another kind, or by one with options of its own, arrives
 * as "X (migrated)". What became what is kept in table imported, per source site. */
#include "base/buf.h"
#include "sandbox/bulk.h"
#include "sandbox/transfer.h"
#include "text/text.h"

struct pair {
    int64_t source, target;
};

struct pairs {
    struct pair *list;
    size_t count;
};

struct person {
    int64_t source, target;
    const char *name, *key, *account_id; /* as the source calls them */
    char *mention, *value;               /* as this site does: in text, in histories */
};

struct field_pair {
    int64_t source, target;
    const char *kind;
};

struct importer {
    struct sandbox *sb;
    struct arena *a;
    struct err *e;
    const json_t *page;
    const struct sandbox_move *options;
    json_t *id_map;
    struct sandbox_moved *counts;
    const char *site, *key;
    bool is_first, from_cloud;
    int64_t project;
    struct person *people;
    size_t people_count;
    struct field_pair *fields;
    size_t field_count;
    struct pairs statuses, types, priorities, resolutions, link_types, workflows, options_;
};

static int64_t target_of(const struct pairs *p, int64_t source)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->list[i].source == source)
            return p->list[i].target;
    return 0;
}

static void remember_pair(struct importer *m, struct pairs *p, int64_t source, int64_t target)
{
    *arena_push(m->a, p->list, p->count) = (struct pair){source, target};
}

static const struct person *person_of(const struct importer *m, int64_t source)
{
    for (size_t i = 0; source && i < m->people_count; i++)
        if (m->people[i].source == source)
            return &m->people[i];
    return NULL;
}

static int64_t account_of(const struct importer *m, const json_t *object, const char *member)
{
    const struct person *p = person_of(m, json_at_int(object, member, 0));
    return p ? p->target : 0;
}

static void report(struct importer *m, const char *type, const char *source, const char *target)
{
    json_array_append_new(m->id_map,
                          json_pack("{s:s,s:s,s:s}", "entityType", type, "sourceId", source, "targetId", target));
}

static void report_ids(struct importer *m, const char *type, int64_t source, int64_t target)
{
    report(m, type, arena_printf(m->a, "%lld", (long long)source), arena_printf(m->a, "%lld", (long long)target));
}

/* What `source` became on an earlier page or in an earlier import from the same site; 0: nothing yet. */
static bool recall(struct importer *m, const char *entity, int64_t source, int64_t *target_r)
{
    return sql_get_int(m->sb->db, target_r, 0, m->e,
                       "SELECT target FROM imported WHERE site = ?1 AND entity = ?2 AND source = ?3", "ssi", m->site,
                       entity, source);
}

static bool remember(struct importer *m, const char *entity, int64_t source, int64_t target)
{
    return sql_run(m->sb->db, m->e,
                   "INSERT OR REPLACE INTO imported (site, entity, source, target) VALUES (?1, ?2, ?3, ?4)", "ssii",
                   m->site, entity, source, target);
}

/* ---- people ---- */

/* By e-mail, then by the identity that sites of one kind share. */
static bool person_match(struct importer *m, const json_t *v, int64_t *id_r)
{
    const char *email = json_at_str(v, "email"), *name = json_at_str(v, "name"), *id = json_at_str(v, "accountId");
    bool same_kind = m->from_cloud == m->sb->d->is_cloud;
    *id_r = 0;
    if (email && !sql_get_int(m->sb->db, id_r, 0, m->e, "SELECT min(id) FROM account WHERE email = ?1", "s", email))
        return false;
    if (*id_r || !same_kind)
        return true;
    return m->from_cloud
               ? sql_get_int(m->sb->db, id_r, 0, m->e, "SELECT id FROM account WHERE account_id = ?1", "s", id)
               : sql_get_int(m->sb->db, id_r, 0, m->e, "SELECT id FROM account WHERE name = ?1", "s", name);
}

static bool person_create(struct importer *m, const json_t *v, int64_t *id_r)
{
    const char *email = json_at_str(v, "email"), *shown = json_at_str(v, "displayName");
    bool same_kind = m->from_cloud == m->sb->d->is_cloud;
    struct account_new n = {
        .name = !m->sb->d->is_cloud ? json_at_str(v, "name") : NULL,
        .account_id = same_kind ? json_at_str(v, "accountId") : NULL,
        .email = email,
        .display_name = email && shown ? shown : "Former user",
        .time_zone = json_at_str(v, "timeZone"),
        .is_inactive = !email || !json_at_int(v, "active", 1),
    };
    if (!account_create(m->sb, &n, id_r, m->e))
        return false;
    m->counts->users++;
    /* So that a bulk look-up of user names answers. */
    return !m->sb->d->is_cloud || m->from_cloud ||
           sql_run(m->sb->db, m->e, "UPDATE OR IGNORE account SET name = ?2, user_key = ?3 WHERE id = ?1", "iss", *id_r,
                   json_at_str(v, "name"), json_at_str(v, "userKey"));
}

static bool import_person(struct importer *m, const json_t *v)
{
    struct person p = {.source = json_at_int(v, "id", 0),
                       .name = json_at_str(v, "name"),
                       .key = json_at_str(v, "userKey"),
                       .account_id = json_at_str(v, "accountId")};
    char *name = NULL;
    if (!recall(m, "user", p.source, &p.target) || (!p.target && !person_match(m, v, &p.target)) ||
        (!p.target && !person_create(m, v, &p.target)) || !remember(m, "user", p.source, p.target) ||
        !bulk_user_value(m->sb, m->a, p.target, &p.value, m->e) ||
        !sql_get_str(m->sb->db, m->a, &name, m->e, "SELECT name FROM account WHERE id = ?1", "i", p.target))
        return false;
    p.mention = m->sb->d->is_cloud ? arena_printf(m->a, "[~accountid:%s]", p.value) : arena_printf(m->a, "[~%s]", name);
    *arena_push(m->a, m->people, m->people_count) = p;
    if (m->is_first)
        report(m, "jira:user", m->from_cloud ? p.account_id : p.key, p.value);
    return true;
}

/* ---- texts ---- */

static const struct person *person_called(const struct importer *m, const char *name)
{
    if (str_starts(name, "accountid:"))
        name += strlen("accountid:");
    for (size_t i = 0; i < m->people_count; i++) {
        const struct person *p = &m->people[i];
        if ((p->name && str_eq_nocase(p->name, name)) || (p->key && str_eq(p->key, name)) ||
            (p->account_id && str_eq(p->account_id, name)))
            return p;
    }
    return NULL;
}

/* Rewrites [~somebody] for the people this site knows. */
static char *convert_mentions(struct importer *m, const char *wiki)
{
    struct buf b = BUF_INIT(64 << 20);
    for (const char *at = wiki; *at;) {
        const char *close = str_starts(at, "[~") ? strchr(at, ']') : NULL;
        const struct person *p =
            close && close - at < 200 ? person_called(m, arena_strndup(m->a, at + 2, (size_t)(close - at) - 2)) : NULL;
        if (p) {
            buf_adds(&b, p->mention);
            at = close + 1;
        } else {
            buf_addc(&b, *at++);
        }
    }
    char *text = arena_strndup(m->a, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static void convert_adf_mentions(struct importer *m, json_t *node)
{
    size_t i;
    json_t *child;
    if (str_eq(json_at_str(node, "type"), "mention") && json_at_str(node, "attrs.id")) {
        const struct person *p = person_called(m, json_at_str(node, "attrs.id"));
        if (p)
            json_object_set_new(json_object_get(node, "attrs"), "id", json_string(p->value));
    }
    json_array_foreach (json_object_get(node, "content"), i, child) {
        convert_adf_mentions(m, child);
    }
}

/* The source's stored form into this site's. */
static char *convert_text(struct importer *m, const char *stored)
{
    struct err ignored = ERR_INIT;
    if (!stored)
        return NULL;
    if (!m->from_cloud)
        return bulk_text(m->sb, m->a, convert_mentions(m, stored));
    json_t *adf = json_parse(m->a, stored, strlen(stored), false, "stored text", &ignored);
    if (m->sb->d->is_cloud) {
        convert_adf_mentions(m, adf);
        return adf ? json_print(m->a, adf) : NULL;
    }
    return convert_mentions(m, text_to_wiki(m->a, text_from_adf(m->a, adf)));
}

/* ---- the head ---- */

typedef bool (*ensure)(struct importer *, const json_t *, int64_t *);

static bool ensure_status(struct importer *m, const json_t *v, int64_t *r)
{
    return status_ensure(m->sb, json_at_str(v, "name"), (int)json_at_int(v, "category", 2), r, m->e);
}

static bool ensure_type(struct importer *m, const json_t *v, int64_t *r)
{
    return issue_type_ensure(m->sb, json_at_str(v, "name"), json_at_int(v, "isSubtask", 0), r, m->e);
}

static bool ensure_priority(struct importer *m, const json_t *v, int64_t *r)
{
    return priority_ensure(m->sb, json_at_str(v, "name"), r, m->e);
}

static bool ensure_resolution(struct importer *m, const json_t *v, int64_t *r)
{
    return resolution_ensure(m->sb, json_at_str(v, "name"), r, m->e);
}

static bool ensure_link_type(struct importer *m, const json_t *v, int64_t *r)
{
    return link_type_ensure(m->sb, json_at_str(v, "name"), json_at_str(v, "inward"), json_at_str(v, "outward"), r,
                            m->e);
}

static bool import_named(struct importer *m, const char *member, const char *type, ensure make, struct pairs *pairs)
{
    size_t i;
    json_t *v;
    json_array_foreach (json_object_get(m->page, member), i, v) {
        int64_t target, source = json_at_int(v, "id", 0);
        if (!json_at_str(v, "name") || !source)
            return err_set(m->e, ERR_INPUT, "import: %s[%zu] has no id or no name", member, i);
        if (!make(m, v, &target))
            return false;
        remember_pair(m, pairs, source, target);
        if (m->is_first)
            report_ids(m, type, source, target);
    }
    return true;
}

/* A workflow as a text that two equal workflows share: names, not ids. */
static bool workflow_text(struct importer *m, int64_t workflow, char **r)
{
    struct sql_rows rows;
    if (!sql_query(m->sb->db, &rows, m->e,
                   "SELECT name || '|' || ifnull(from_status, 0) || '|' || to_status || '|' || is_initial FROM "
                   "workflow_transition WHERE workflow = ?1 ORDER BY 1",
                   "i", workflow))
        return false;
    *r = arena_strdup(m->a, "");
    while (sql_next(&rows))
        *r = arena_printf(m->a, "%s%s\n", *r, sql_peek(&rows, 0));
    return sql_done(&rows, m->e);
}

static bool workflow_create(struct importer *m, const json_t *v, int64_t *id_r)
{
    size_t i;
    json_t *t;
    if (!sql_run(m->sb->db, m->e,
                 "INSERT INTO workflow (name) VALUES (?1 || ' ' || (SELECT ifnull(max(id), 0) + 1 FROM workflow))", "s",
                 arena_printf(m->a, "%s - %s", m->key, json_at_str(v, "name"))))
        return false;
    *id_r = sql_last_id(m->sb->db);
    json_array_foreach (json_object_get(v, "transitions"), i, t) {
        if (!sql_run(m->sb->db, m->e,
                     "INSERT INTO workflow_transition (workflow, name, from_status, to_status, is_initial, has_screen, "
                     "position) VALUES (?1, ?2, nullif(?3, 0), ?4, ?5, ?6, ?7)",
                     "isiiiii", *id_r, json_at_str(t, "name"), target_of(&m->statuses, json_at_int(t, "from", 0)),
                     target_of(&m->statuses, json_at_int(t, "to", 0)), json_at_int(t, "isInitial", 0),
                     json_at_int(t, "hasScreen", 0), (int64_t)i))
            return false;
    }
    return true;
}

/* The new one stands when this site has none that says the same; otherwise it is taken back. */
static bool import_workflow(struct importer *m, const json_t *v)
{
    int64_t made, same = 0;
    char *text, *other;
    int64_t *ids = NULL;
    size_t count = 0;
    struct sql_rows rows;
    if (!workflow_create(m, v, &made) || !workflow_text(m, made, &text) ||
        !sql_query(m->sb->db, &rows, m->e, "SELECT id FROM workflow WHERE id <> ?1 ORDER BY id", "i", made))
        return false;
    while (sql_next(&rows))
        *arena_push(m->a, ids, count) = sql_int(&rows, 0);
    if (!sql_done(&rows, m->e))
        return false;
    for (size_t i = 0; i < count && !same; i++) {
        if (!workflow_text(m, ids[i], &other))
            return false;
        if (str_eq(text, other))
            same = ids[i];
    }
    remember_pair(m, &m->workflows, json_at_int(v, "id", 0), same ? same : made);
    return !same || (sql_run(m->sb->db, m->e, "DELETE FROM workflow_transition WHERE workflow = ?1", "i", made) &&
                     sql_run(m->sb->db, m->e, "DELETE FROM workflow WHERE id = ?1", "i", made));
}

static bool import_types_of_project(struct importer *m)
{
    size_t i;
    json_t *v;
    if (!sql_run(m->sb->db, m->e, "DELETE FROM project_issue_type WHERE project = ?1", "i", m->project) ||
        !sql_run(m->sb->db, m->e, "DELETE FROM screen WHERE project = ?1", "i", m->project))
        return false;
    json_array_foreach (json_object_get(m->page, "types"), i, v) {
        int64_t type = target_of(&m->types, json_at_int(v, "id", 0));
        int64_t workflow = target_of(&m->workflows, json_at_int(v, "workflow", 0));
        if (!project_add_issue_type(m->sb, m->project, type, m->e) ||
            (workflow && !sql_run(m->sb->db, m->e,
                                  "UPDATE project_issue_type SET workflow = ?3 WHERE project = ?1 AND issue_type = ?2",
                                  "iii", m->project, type, workflow)))
            return false;
    }
    return true;
}

static bool put_properties(struct importer *m, const char *entity, int64_t id, const json_t *object)
{
    size_t i;
    json_t *p;
    if (!m->options->keep_properties)
        return true;
    json_array_foreach (json_object_get(object, "properties"), i, p) {
        if (!sql_run(m->sb->db, m->e, "INSERT INTO property (entity, entity_id, key, value) VALUES (?1, ?2, ?3, ?4)",
                     "siss", entity, id, json_at_str(p, "key"), json_print(m->a, json_object_get(p, "value"))))
            return false;
    }
    return true;
}

static bool create_project(struct importer *m, const json_t *project)
{
    size_t i;
    json_t *v;
    const struct person *lead = person_of(m, json_at_int(project, "lead", 0));
    const char *name = json_at_str(project, "name"), *description = json_at_str(project, "description");
    if (!project_create(m->sb, m->key, name ? name : m->key, lead ? lead->target : 0, &m->project, m->e) ||
        !remember(m, "project", json_at_int(project, "id", 0), m->project) ||
        !sql_run(
            m->sb->db, m->e,
            "UPDATE project SET description = ?2, assignee_type = ?3, is_restricted = ?4, next_number = ?5 WHERE id = "
            "?1",
            "issii", m->project, description ? description : "",
            json_at_str(project, "assigneeType") ? json_at_str(project, "assigneeType") : "UNASSIGNED",
            json_at_int(project, "isRestricted", 0), json_at_int(project, "nextNumber", 1)) ||
        !import_types_of_project(m) || !put_properties(m, "project", m->project, project))
        return false;
    json_array_foreach (json_object_get(project, "formerKeys"), i, v) {
        if (!sql_run(m->sb->db, m->e, "INSERT OR IGNORE INTO project_key (key, project) VALUES (?1, ?2)", "si",
                     json_string_value(v), m->project))
            return false;
    }
    json_array_foreach (json_object_get(project, "members"), i, v) {
        const struct person *p = person_of(m, json_integer_value(v));
        if (p && !sql_run(m->sb->db, m->e, "INSERT OR IGNORE INTO project_member (project, account) VALUES (?1, ?2)",
                          "ii", m->project, p->target))
            return false;
    }
    report_ids(m, "jira:project", json_at_int(project, "id", 0), m->project);
    return true;
}

/* ---- custom fields ---- */

static bool has_options(const char *kind)
{
    return str_eq(kind, "select") || str_eq(kind, "multiselect");
}

static bool field_for(struct importer *m, const char *name, const char *kind, int64_t *number_r)
{
    char *taken = NULL;
    const char *migrated = arena_printf(m->a, "%s (migrated)", name);
    if (!sql_get_str(m->sb->db, m->a, &taken, m->e,
                     "SELECT kind FROM field WHERE name = ?1 COLLATE NOCASE ORDER BY kind <> ?2 LIMIT 1", "ss", name,
                     kind))
        return false;
    *number_r = 0;
    if (taken && str_eq(taken, kind) && !has_options(kind))
        return sql_get_int(m->sb->db, number_r, 0, m->e,
                           "SELECT min(number) FROM field WHERE name = ?1 COLLATE NOCASE AND kind = ?2", "ss", name,
                           kind);
    m->counts->fields++;
    return field_create(m->sb, taken ? migrated : name, kind, number_r, m->e);
}

static bool import_option(struct importer *m, const json_t *v, int64_t field)
{
    int64_t target, source = json_at_int(v, "id", 0);
    const char *value = json_at_str(v, "value");
    if (!value)
        return err_set(m->e, ERR_INPUT, "import: an option of field %lld has no value", (long long)field);
    if (!recall(m, "option", source, &target) ||
        (!target && !field_option_create(m->sb, field, value, &target, m->e)) || !remember(m, "option", source, target))
        return false;
    if (json_at_int(v, "disabled", 0) &&
        !sql_run(m->sb->db, m->e, "UPDATE field_option SET disabled = 1 WHERE id = ?1", "i", target))
        return false;
    remember_pair(m, &m->options_, source, target);
    if (m->is_first)
        report_ids(m, "jira:customFieldOption", source, target);
    return true;
}

static bool import_field(struct importer *m, const json_t *v)
{
    size_t i;
    json_t *option;
    struct field_pair f = {json_at_int(v, "number", 0), 0, json_at_str(v, "kind")};
    const char *name = json_at_str(v, "name");
    if (!name || !f.kind || !f.source)
        return err_set(m->e, ERR_INPUT, "import: a field has no number, name or kind");
    if (!recall(m, "field", f.source, &f.target) || (!f.target && !field_for(m, name, f.kind, &f.target)) ||
        !remember(m, "field", f.source, f.target))
        return false;
    json_array_foreach (json_object_get(v, "options"), i, option) {
        if (!import_option(m, option, f.target))
            return false;
    }
    *arena_push(m->a, m->fields, m->field_count) = f;
    if (m->is_first)
        report_ids(m, "jira:customField", f.source, f.target);
    return true;
}

static bool import_each(struct importer *m, const char *member, bool (*one)(struct importer *, const json_t *))
{
    size_t i;
    json_t *v;
    json_array_foreach (json_object_get(m->page, member), i, v) {
        if (!one(m, v))
            return false;
    }
    return true;
}

static bool import_head(struct importer *m)
{
    const json_t *project = json_object_get(m->page, "project");
    if (!import_each(m, "accounts", import_person) ||
        !import_named(m, "statuses", "jira:status", ensure_status, &m->statuses) ||
        !import_named(m, "types", "jira:issueType", ensure_type, &m->types) ||
        !import_named(m, "priorities", "jira:priority", ensure_priority, &m->priorities) ||
        !import_named(m, "resolutions", "jira:resolution", ensure_resolution, &m->resolutions) ||
        !import_named(m, "linkTypes", "jira:issueLinkType", ensure_link_type, &m->link_types))
        return false;
    if (m->is_first && (!import_each(m, "workflows", import_workflow) || !create_project(m, project)))
        return false;
    if (!m->is_first && !recall(m, "project", json_at_int(project, "id", 0), &m->project))
        return false;
    if (!m->project)
        return err_set(m->e, ERR_INPUT, "import: project %s has no first page here; start again with after=0", m->key);
    return import_each(m, "fields", import_field);
}

/* ---- issues ---- */

static const struct field_pair *field_of(const struct importer *m, int64_t source)
{
    for (size_t i = 0; i < m->field_count; i++)
        if (m->fields[i].source == source)
            return &m->fields[i];
    return NULL;
}

static bool import_value(struct importer *m, int64_t issue, const json_t *v)
{
    const struct field_pair *f = field_of(m, json_at_int(v, "field", 0));
    const char *text = json_at_str(v, "text");
    const json_t *num = json_object_get(v, "num");
    int64_t ref = json_at_int(v, "ref", 0);
    if (!f)
        return true;
    if (str_eq(f->kind, "user")) {
        const struct person *p = person_of(m, ref);
        ref = p ? p->target : 0;
    } else if (ref) {
        ref = target_of(&m->options_, ref);
    }
    if (str_eq(f->kind, "textarea"))
        text = convert_text(m, text);
    const char *sql =
        num ? "INSERT INTO custom_value (issue, field, position, text, ref, num) VALUES (?1, ?2, ?3, ?4, "
              "nullif(?5, 0), ?6)"
            : "INSERT INTO custom_value (issue, field, position, text, ref) VALUES (?1, ?2, ?3, ?4, nullif(?5, "
              "0))";
    int64_t position = json_at_int(v, "position", 0);
    return num ? sql_run(m->sb->db, m->e, sql, "iiisid", issue, f->target, position, text, ref, json_number_value(num))
               : sql_run(m->sb->db, m->e, sql, "iiisi", issue, f->target, position, text, ref);
}

static bool import_comment(struct importer *m, int64_t issue, const json_t *v)
{
    struct bulk_comment c = {.issue = issue,
                             .author = account_of(m, v, "author"),
                             .update_author = account_of(m, v, "updateAuthor"),
                             .created = json_at_int(v, "created", 0),
                             .updated = json_at_int(v, "updated", 0),
                             .body = convert_text(m, json_at_str(v, "body")),
                             .visibility_type = json_at_str(v, "visibilityType"),
                             .visibility_value = json_at_str(v, "visibilityValue")};
    int64_t id;
    if (!bulk_comment_add(m->sb, &c, &id, m->e) || !put_properties(m, "comment", id, v))
        return false;
    m->counts->comments++;
    report_ids(m, "jira:comment", json_at_int(v, "id", 0), id);
    return true;
}

/* An id inside a history, as this site would have written it; what is not known stays. */
static const char *convert_history_value(struct importer *m, const char *field, const char *value)
{
    static const struct {
        const char *field;
        size_t offset;
    } nouns[] = {
        {"status", offsetof(struct importer, statuses)},
        {"priority", offsetof(struct importer, priorities)},
        {"resolution", offsetof(struct importer, resolutions)},
        {"issuetype", offsetof(struct importer, types)},
    };
    int64_t id;
    if (!value || !field)
        return value;
    if (str_eq(field, "assignee") || str_eq(field, "reporter") || str_eq(field, "creator")) {
        const struct person *p = person_called(m, value);
        return p ? p->value : value;
    }
    for (size_t i = 0; i < ARRAY_LEN(nouns); i++)
        if (str_eq(field, nouns[i].field) && str_to_int(value, &id)) {
            const struct pairs *pairs = (const struct pairs *)((const char *)m + nouns[i].offset);
            int64_t target = target_of(pairs, id);
            return target ? arena_printf(m->a, "%lld", (long long)target) : value;
        }
    return value;
}

static const char *convert_field_id(struct importer *m, const char *id)
{
    int64_t number;
    if (!id || !str_starts(id, "customfield_") || !str_to_int(id + 12, &number))
        return id;
    const struct field_pair *f = field_of(m, number);
    return f ? arena_printf(m->a, "customfield_%lld", (long long)f->target) : id;
}

static bool import_history(struct importer *m, int64_t issue, const json_t *v)
{
    struct bulk_item *items = NULL;
    size_t count = 0, i;
    json_t *item;
    json_array_foreach (json_object_get(v, "items"), i, item) {
        const char *field = json_at_str(item, "field"), *id = json_at_str(item, "fieldId");
        const char *noun = id ? id : field;
        *arena_push(m->a, items, count) =
            (struct bulk_item){.field = field ? field : "",
                               .type = json_at_str(item, "type") ? json_at_str(item, "type") : "jira",
                               .field_id = convert_field_id(m, id),
                               .from = convert_history_value(m, noun, json_at_str(item, "from")),
                               .from_string = json_at_str(item, "fromString"),
                               .to = convert_history_value(m, noun, json_at_str(item, "to")),
                               .to_string = json_at_str(item, "toString")};
    }
    return bulk_history_add(m->sb, issue, account_of(m, v, "author"), json_at_int(v, "created", 0), items, count, m->e);
}

static bool find_by_key(struct importer *m, const char *key, int64_t *id_r)
{
    const char *dash = key ? strrchr(key, '-') : NULL;
    int64_t number;
    *id_r = 0;
    return !dash || !str_to_int(dash + 1, &number) ||
           sql_get_int(m->sb->db, id_r, 0, m->e,
                       "SELECT i.id FROM issue i JOIN project p ON p.id = i.project WHERE p.key = ?1 AND i.number = ?2",
                       "si", arena_strndup(m->a, key, (size_t)(dash - key)), number);
}

/* Made once, by whichever end comes second. */
static bool import_link(struct importer *m, int64_t issue, const json_t *v)
{
    int64_t inward, outward, type = target_of(&m->link_types, json_at_int(v, "type", 0));
    (void)issue;
    if (!find_by_key(m, json_at_str(v, "inward"), &inward) || !find_by_key(m, json_at_str(v, "outward"), &outward))
        return false;
    return !inward || !outward || !type ||
           sql_run(m->sb->db, m->e, "INSERT INTO issue_link (type, inward, outward) VALUES (?1, ?2, ?3)", "iii", type,
                   inward, outward);
}

static bool import_remote_link(struct importer *m, int64_t issue, const json_t *v)
{
    const json_t *application = json_object_get(v, "application");
    return !m->options->keep_remote_links ||
           sql_run(
               m->sb->db, m->e,
               "INSERT INTO remote_link (issue, global_id, application, relationship, object) VALUES (?1, ?2, ?3, ?4, "
               "?5)",
               "issss", issue, json_at_str(v, "globalId"), application ? json_print(m->a, application) : NULL,
               json_at_str(v, "relationship"), json_print(m->a, json_object_get(v, "object")));
}

static bool import_label(struct importer *m, int64_t issue, const json_t *v)
{
    return !json_is_string(v) || bulk_label_add(m->sb, issue, json_string_value(v), m->e);
}

static bool import_watcher(struct importer *m, int64_t issue, const json_t *v)
{
    const struct person *p = person_of(m, json_integer_value(v));
    return bulk_watcher_add(m->sb, issue, p ? p->target : 0, m->e);
}

static bool import_child(struct importer *m, int64_t issue, const json_t *v)
{
    int64_t child;
    return find_by_key(m, json_string_value(v), &child) &&
           (!child || sql_run(m->sb->db, m->e, "UPDATE issue SET parent = ?2 WHERE id = ?1", "ii", child, issue));
}

static bool import_parts(struct importer *m, int64_t issue, const json_t *v)
{
    static const struct {
        const char *member;
        bool (*one)(struct importer *, int64_t, const json_t *);
    } parts[] = {
        {"labels", import_label},     {"watchers", import_watcher},        {"values", import_value},
        {"comments", import_comment}, {"histories", import_history},       {"links", import_link},
        {"children", import_child},   {"remoteLinks", import_remote_link},
    };
    for (size_t p = 0; p < ARRAY_LEN(parts); p++) {
        size_t i;
        json_t *part;
        json_array_foreach (json_object_get(v, parts[p].member), i, part) {
            if (!parts[p].one(m, issue, part))
                return false;
        }
    }
    return put_properties(m, "issue", issue, v);
}

static bool import_issue(struct importer *m, const json_t *v)
{
    struct bulk_issue row = {
        .project = m->project,
        .number = json_at_int(v, "number", 0),
        .type = target_of(&m->types, json_at_int(v, "type", 0)),
        .status = target_of(&m->statuses, json_at_int(v, "status", 0)),
        .priority = target_of(&m->priorities, json_at_int(v, "priority", 0)),
        .resolution = target_of(&m->resolutions, json_at_int(v, "resolution", 0)),
        .assignee = account_of(m, v, "assignee"),
        .reporter = account_of(m, v, "reporter"),
        .creator = account_of(m, v, "creator"),
        .created = json_at_int(v, "created", 0),
        .updated = json_at_int(v, "updated", 0),
        .resolved = json_at_int(v, "resolved", 0),
        .status_changed = json_at_int(v, "statusChanged", 0),
        .summary = json_at_str(v, "summary") ? json_at_str(v, "summary") : "",
        .description = convert_text(m, json_at_str(v, "description")),
        .environment = convert_text(m, json_at_str(v, "environment")),
        .due = json_at_str(v, "due"),
    };
    int64_t id;
    if (!row.number || !row.type || !row.status)
        return err_set(m->e, ERR_INPUT, "import: issue %lld has no number, or its type or status is not in the head",
                       (long long)json_at_int(v, "id", 0));
    if (!find_by_key(m, json_at_str(v, "parent"), &row.parent) || !bulk_issue_add(m->sb, &row, &id, m->e))
        return false;
    m->counts->issues++;
    report_ids(m, "jira:issue", json_at_int(v, "id", 0), id);
    return import_parts(m, id, v);
}

bool transfer_import(struct sandbox *sb, struct arena *a, const json_t *page, const struct sandbox_move *options,
                     json_t *id_map, struct sandbox_moved *counts, struct err *e)
{
    struct importer m = {.sb = sb,
                         .a = a,
                         .e = e,
                         .page = page,
                         .options = options,
                         .id_map = id_map,
                         .counts = counts,
                         .site = json_at_str(page, "site"),
                         .key = json_at_str(page, "project.key"),
                         .is_first = json_at_int(page, "after", -1) == 0,
                         .from_cloud = json_at_bool(page, "isCloud", false)};
    if (!m.site || !m.key || !json_is_array(json_object_get(page, "issues")))
        return err_set(e, ERR_INPUT, "import: this is not a page of a dump (no site, project.key or issues)");
    return import_head(&m) && import_each(&m, "issues", import_issue);
}
