/* import_head.c - what a page says before its issues: people, types, statuses, workflows, the project, custom fields.
 *
 * People are found by e-mail, types, statuses and priorities by name. A custom field whose name is taken here by a
 * field of another kind, or by one with options of its own, arrives as "X (migrated)". What became what is kept in
 * table imported. */
#include "sandbox/field/field.h"
#include "sandbox/rights/access.h"
#include "sandbox/transfer/import.h"

int64_t import_target(const struct pairs *p, int64_t source)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->list[i].source == source)
            return p->list[i].target;
    return 0;
}

void import_remember(struct importer *m, struct pairs *p, int64_t source, int64_t target)
{
    *arena_push(m->a, p->list, p->count) = (struct pair){source, target};
}

const struct person *import_person(const struct importer *m, int64_t source)
{
    for (size_t i = 0; source && i < m->people_count; i++)
        if (m->people[i].source == source)
            return &m->people[i];
    return NULL;
}

int64_t import_account(const struct importer *m, const json_t *object, const char *member)
{
    const struct person *p = import_person(m, json_at_int(object, member, 0));
    return p ? p->target : 0;
}

void import_report(struct importer *m, const char *type, const char *source, const char *target)
{
    json_array_append_new(m->id_map,
                          json_pack("{s:s,s:s,s:s}", "entityType", type, "sourceId", source, "targetId", target));
}

void import_report_ids(struct importer *m, const char *type, int64_t source, int64_t target)
{
    import_report(m, type, arena_printf(m->a, "%lld", (long long)source),
                  arena_printf(m->a, "%lld", (long long)target));
}

/* What `source` became on an earlier page or in an earlier import from the same site; 0: nothing yet. */
bool import_known(struct importer *m, const char *entity, int64_t source, int64_t *target_r)
{
    return sql_get_int(m->sb->db, target_r, 0, m->e,
                       "SELECT target FROM imported WHERE site = ?1 AND entity = ?2 AND source = ?3", "ssi", m->site,
                       entity, source);
}

bool import_known_put(struct importer *m, const char *entity, int64_t source, int64_t target)
{
    return sql_run(m->sb->db, m->e,
                   "INSERT OR REPLACE INTO imported (site, entity, source, target) VALUES (?1, ?2, ?3, ?4)", "ssii",
                   m->site, entity, source, target);
}

const struct person *import_person_called(const struct importer *m, const char *name)
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

const struct field_pair *import_field(const struct importer *m, int64_t source)
{
    for (size_t i = 0; i < m->field_count; i++)
        if (m->fields[i].source == source)
            return &m->fields[i];
    return NULL;
}

bool import_each(struct importer *m, const char *member, bool (*one)(struct importer *, const json_t *))
{
    size_t i;
    json_t *v;
    json_array_foreach (json_object_get(m->page, member), i, v) {
        if (!one(m, v))
            return false;
    }
    return true;
}

bool import_properties(struct importer *m, const char *entity, int64_t id, const json_t *object)
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

static bool import_one_person(struct importer *m, const json_t *v)
{
    struct person p = {.source = json_at_int(v, "id", 0),
                       .name = json_at_str(v, "name"),
                       .key = json_at_str(v, "userKey"),
                       .account_id = json_at_str(v, "accountId")};
    char *name = NULL;
    if (!import_known(m, "user", p.source, &p.target))
        return false;
    bool is_reported = m->is_first || !p.target;
    if ((!p.target && !person_match(m, v, &p.target)) || (!p.target && !person_create(m, v, &p.target)) ||
        !import_known_put(m, "user", p.source, p.target) || !bulk_user_value(m->sb, m->a, p.target, &p.value, m->e) ||
        !sql_get_str(m->sb->db, m->a, &name, m->e, "SELECT name FROM account WHERE id = ?1", "i", p.target))
        return false;
    p.mention = m->sb->d->is_cloud ? arena_printf(m->a, "[~accountid:%s]", p.value) : arena_printf(m->a, "[~%s]", name);
    *arena_push(m->a, m->people, m->people_count) = p;
    if (is_reported)
        import_report(m, "jira:user", m->from_cloud ? p.account_id : p.key, p.value);
    return true;
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
        import_remember(m, pairs, source, target);
        if (m->is_first)
            import_report_ids(m, type, source, target);
    }
    return true;
}

/* A workflow as a text that two equal workflows share: names, not ids. */
static bool workflow_text(struct importer *m, int64_t workflow, char **r)
{
    struct sql_rows rows;
    if (!sql_query(
            m->sb->db, &rows, m->e,
            "SELECT name || '|' || ifnull(from_status, 0) || '|' || to_status || '|' || is_initial || '|' || "
            "is_looped || '|' || ifnull(rules, '') || '|' || ifnull((SELECT group_concat(x.status) FROM "
            "transition_from x WHERE x.transition = t.id), '') FROM workflow_transition t WHERE workflow = ?1 ORDER "
            "BY 1",
            "i", workflow))
        return false;
    *r = arena_strdup(m->a, "");
    while (sql_next(&rows))
        *r = arena_printf(m->a, "%s%s\n", *r, sql_peek(&rows, 0));
    return sql_done(&rows, m->e);
}

/* A transition may begin in several statuses. */
static bool import_more_froms(struct importer *m, int64_t transition, const json_t *statuses)
{
    size_t i;
    json_t *v;
    json_array_foreach (statuses, i, v)
        if (!sql_run(m->sb->db, m->e, "INSERT INTO transition_from (transition, status) VALUES (?1, ?2)", "ii",
                     transition, import_target(&m->statuses, json_integer_value(v))))
            return false;
    return true;
}

static bool workflow_create(struct importer *m, const json_t *v, int64_t *id_r)
{
    size_t i;
    json_t *t;
    if (!sql_run(
            m->sb->db, m->e,
            "INSERT INTO workflow (name, description, resolves) VALUES (?1 || ' ' || (SELECT ifnull(max(id), 0) + 1"
            " FROM workflow), ?2, ?3)",
            "ssi", arena_printf(m->a, "%s - %s", m->key, json_at_str(v, "name")),
            json_at_str(v, "description") ? json_at_str(v, "description") : "", json_at_int(v, "resolves", 1)))
        return false;
    *id_r = sql_last_id(m->sb->db);
    json_array_foreach (json_object_get(v, "transitions"), i, t) {
        if (!sql_run(m->sb->db, m->e,
                     "INSERT INTO workflow_transition (workflow, name, from_status, to_status, is_initial, has_screen, "
                     "position, is_looped, rules) VALUES (?1, ?2, nullif(?3, 0), ?4, ?5, ?6, ?7, ?8, ?9)",
                     "isiiiiiis", *id_r, json_at_str(t, "name"), import_target(&m->statuses, json_at_int(t, "from", 0)),
                     import_target(&m->statuses, json_at_int(t, "to", 0)), json_at_int(t, "isInitial", 0),
                     json_at_int(t, "hasScreen", 0), (int64_t)i, json_at_int(t, "isLooped", 0),
                     json_object_get(t, "rules") ? json_print(m->a, json_object_get(t, "rules")) : NULL) ||
            !import_more_froms(m, sql_last_id(m->sb->db), json_object_get(t, "more")))
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
    import_remember(m, &m->workflows, json_at_int(v, "id", 0), same ? same : made);
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
        int64_t type = import_target(&m->types, json_at_int(v, "id", 0));
        int64_t workflow = import_target(&m->workflows, json_at_int(v, "workflow", 0));
        if (!project_add_issue_type(m->sb, m->project, type, m->e) ||
            (workflow && !sql_run(m->sb->db, m->e,
                                  "UPDATE project_issue_type SET workflow = ?3 WHERE project = ?1 AND issue_type = ?2",
                                  "iii", m->project, type, workflow)))
            return false;
    }
    return true;
}

static bool create_project(struct importer *m, const json_t *project)
{
    size_t i;
    json_t *v;
    const struct person *lead = import_person(m, json_at_int(project, "lead", 0));
    const char *name = json_at_str(project, "name"), *description = json_at_str(project, "description");
    if (!project_create(m->sb, m->key, name ? name : m->key, lead ? lead->target : 0, &m->project, m->e) ||
        !import_known_put(m, "project", json_at_int(project, "id", 0), m->project) ||
        !sql_run(m->sb->db, m->e,
                 "UPDATE project SET description = ?2, assignee_type = ?3, next_number = ?4 WHERE id = ?1", "issi",
                 m->project, description ? description : "",
                 json_at_str(project, "assigneeType") ? json_at_str(project, "assigneeType") : "UNASSIGNED",
                 json_at_int(project, "nextNumber", 1)) ||
        (json_at_int(project, "isRestricted", 0) && !access_restrict(m->sb, m->project, true, m->e)) ||
        !import_types_of_project(m) || !import_properties(m, "project", m->project, project))
        return false;
    json_array_foreach (json_object_get(project, "formerKeys"), i, v) {
        if (!sql_run(m->sb->db, m->e, "INSERT OR IGNORE INTO project_key (key, project) VALUES (?1, ?2)", "si",
                     json_string_value(v), m->project))
            return false;
    }
    json_array_foreach (json_object_get(project, "members"), i, v) {
        const struct person *p = import_person(m, json_integer_value(v));
        if (p && !access_member_add(m->sb, m->project, p->target, m->e))
            return false;
    }
    import_report_ids(m, "jira:project", json_at_int(project, "id", 0), m->project);
    return true;
}

/* ---- custom fields ---- */

static bool has_options(const char *kind)
{
    const struct field_kind *k = field_kind_of(kind);
    return k && (k->noun == CUSTOM_OPTION || k->noun == CUSTOM_CASCADE);
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
    if (!import_known(m, "option", source, &target) ||
        (!target && !field_option_create(m->sb, field, value, &target, m->e)) ||
        !import_known_put(m, "option", source, target))
        return false;
    int64_t parent = import_target(&m->options_, json_at_int(v, "parent", 0)); /* parents come first */
    if (parent && !sql_run(m->sb->db, m->e, "UPDATE field_option SET parent = ?2 WHERE id = ?1", "ii", target, parent))
        return false;
    if (json_at_int(v, "disabled", 0) &&
        !sql_run(m->sb->db, m->e, "UPDATE field_option SET disabled = 1 WHERE id = ?1", "i", target))
        return false;
    import_remember(m, &m->options_, source, target);
    if (m->is_first)
        import_report_ids(m, "jira:customFieldOption", source, target);
    return true;
}

static bool import_one_field(struct importer *m, const json_t *v)
{
    size_t i;
    json_t *option;
    struct field_pair f = {json_at_int(v, "number", 0), 0, json_at_str(v, "kind")};
    const char *name = json_at_str(v, "name");
    if (!name || !f.kind || !f.source)
        return err_set(m->e, ERR_INPUT, "import: a field has no number, name or kind");
    if (!import_known(m, "field", f.source, &f.target) || (!f.target && !field_for(m, name, f.kind, &f.target)) ||
        !import_known_put(m, "field", f.source, f.target))
        return false;
    json_array_foreach (json_object_get(v, "options"), i, option) {
        if (!import_option(m, option, f.target))
            return false;
    }
    *arena_push(m->a, m->fields, m->field_count) = f;
    if (m->is_first)
        import_report_ids(m, "jira:customField", f.source, f.target);
    return true;
}

/* ---- versions and components ---- */

static bool import_one_version(struct importer *m, const json_t *v)
{
    int64_t target, source = json_at_int(v, "id", 0);
    if (!import_known(m, "version", source, &target))
        return false;
    if (!target &&
        (!sql_run(m->sb->db, m->e,
                  "INSERT INTO version (project, name, description, archived, released, start_date, release_date,"
                  " position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                  "issiissi", m->project, json_at_str(v, "name"), json_at_str(v, "description"),
                  json_at_int(v, "archived", 0), json_at_int(v, "released", 0), json_at_str(v, "startDate"),
                  json_at_str(v, "releaseDate"), json_at_int(v, "position", 0)) ||
         !import_known_put(m, "version", source, target = sql_last_id(m->sb->db))))
        return false;
    import_remember(m, &m->versions, source, target);
    if (m->is_first)
        import_report_ids(m, "jira:version", source, target);
    return true;
}

static bool import_one_component(struct importer *m, const json_t *v)
{
    int64_t target, source = json_at_int(v, "id", 0);
    const char *type = json_at_str(v, "assigneeType");
    if (!import_known(m, "component", source, &target))
        return false;
    if (!target &&
        (!sql_run(m->sb->db, m->e,
                  "INSERT INTO component (project, name, description, lead, assignee_type) VALUES (?1, ?2, ?3,"
                  " nullif(?4, 0), ?5)",
                  "issis", m->project, json_at_str(v, "name"), json_at_str(v, "description"),
                  import_account(m, v, "lead"), type ? type : "PROJECT_DEFAULT") ||
         !import_known_put(m, "component", source, target = sql_last_id(m->sb->db))))
        return false;
    import_remember(m, &m->components, source, target);
    if (m->is_first)
        import_report_ids(m, "jira:component", source, target);
    return true;
}

static bool import_one_group(struct importer *m, const json_t *v)
{
    int64_t target = 0;
    const char *name = json_at_str(v, "name");
    if (!name || !sql_get_int(m->sb->db, &target, 0, m->e, "SELECT id FROM user_group WHERE name = ?1", "s", name) ||
        (!target && !group_create(m->sb, name, &target, m->e)))
        return name ? false : err_set(m->e, ERR_INPUT, "import: a group has no name");
    import_remember(m, &m->groups, json_at_int(v, "id", 0), target);
    return true;
}

static bool import_board(struct importer *m, const json_t *v)
{
    int64_t target, source = json_at_int(v, "id", 0);
    if (!import_known(m, "board", source, &target))
        return false;
    if (!target && (!sql_run(m->sb->db, m->e, "INSERT INTO board (name, type, project) VALUES (?1, ?2, ?3)", "ssi",
                             json_at_str(v, "name"), json_at_str(v, "type"), m->project) ||
                    !import_known_put(m, "board", source, target = sql_last_id(m->sb->db))))
        return false;
    import_remember(m, &m->boards, source, target);
    return true;
}

static bool import_sprint(struct importer *m, const json_t *v)
{
    int64_t target, source = json_at_int(v, "id", 0);
    if (!import_known(m, "sprint", source, &target))
        return false;
    if (!target &&
        (!sql_run(m->sb->db, m->e,
                  "INSERT INTO sprint (board, name, goal, state, started, ends, activated, completed, created,"
                  " position) VALUES (?1, ?2, ?3, ?4, nullif(?5, 0), nullif(?6, 0), nullif(?7, 0), nullif(?8, 0), ?9,"
                  " ?10)",
                  "isssiiiiii", import_target(&m->boards, json_at_int(v, "board", 0)), json_at_str(v, "name"),
                  json_at_str(v, "goal"), json_at_str(v, "state"), json_at_int(v, "started", 0),
                  json_at_int(v, "ends", 0), json_at_int(v, "activated", 0), json_at_int(v, "completed", 0),
                  json_at_int(v, "created", 0), json_at_int(v, "position", 0)) ||
         !import_known_put(m, "sprint", source, target = sql_last_id(m->sb->db))))
        return false;
    import_remember(m, &m->sprints, source, target);
    if (m->is_first)
        import_report_ids(m, "jira:sprint", source, target);
    return true;
}

static bool import_planning(struct importer *m, const json_t *project)
{
    size_t i;
    json_t *v;
    json_array_foreach (json_object_get(project, "versions"), i, v)
        if (!import_one_version(m, v))
            return false;
    json_array_foreach (json_object_get(project, "components"), i, v)
        if (!import_one_component(m, v))
            return false;
    json_array_foreach (json_object_get(project, "boards"), i, v)
        if (!import_board(m, v))
            return false;
    json_array_foreach (json_object_get(project, "sprints"), i, v)
        if (!import_sprint(m, v))
            return false;
    return true;
}

bool import_head(struct importer *m)
{
    const json_t *project = json_object_get(m->page, "project");
    if (!import_each(m, "accounts", import_one_person) ||
        !import_named(m, "statuses", "jira:status", ensure_status, &m->statuses) ||
        !import_named(m, "types", "jira:issueType", ensure_type, &m->types) ||
        !import_named(m, "priorities", "jira:priority", ensure_priority, &m->priorities) ||
        !import_named(m, "resolutions", "jira:resolution", ensure_resolution, &m->resolutions) ||
        !import_named(m, "linkTypes", "jira:issueLinkType", ensure_link_type, &m->link_types))
        return false;
    if (m->is_first && (!import_each(m, "workflows", import_workflow) || !create_project(m, project)))
        return false;
    if (!m->is_first && !import_known(m, "project", json_at_int(project, "id", 0), &m->project))
        return false;
    if (!m->project)
        return err_set(m->e, ERR_INPUT, "import: project %s has no first page here; start again with after=0", m->key);
    return import_each(m, "groups", import_one_group) && import_planning(m, project) && import_access(m, project) &&
           import_each(m, "fields", import_one_field);
}
