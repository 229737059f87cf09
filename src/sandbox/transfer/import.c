/* import.c - pages of a project written into this site, as the Jira Cloud Migration Assistant does it: keys, dates and
 * authors stay, every number is new. */
#include "sandbox/transfer/import.h"
#include "sandbox/field/field.h"

/* What a custom field's value names, as this site calls it; 0: it did not come along. */
static int64_t import_ref(struct importer *m, const char *kind, int64_t ref)
{
    const struct field_kind *k = field_kind_of(kind);
    const struct person *p;
    switch (k ? k->noun : CUSTOM_LINE) {
    case CUSTOM_USER:
        p = import_person(m, ref);
        return p ? p->target : 0;
    case CUSTOM_GROUP:
        return import_target(&m->groups, ref);
    case CUSTOM_VERSION:
        return import_target(&m->versions, ref);
    case CUSTOM_PROJECT:
        return ref == json_at_int(m->page, "project.id", 0) ? m->project : 0;
    case CUSTOM_SPRINT:
        return import_target(&m->sprints, ref);
    default:
        return import_target(&m->options_, ref);
    }
}

static bool import_value(struct importer *m, int64_t issue, const json_t *v)
{
    const struct field_pair *f = import_field(m, json_at_int(v, "field", 0));
    const char *text = json_at_str(v, "text");
    const json_t *num = json_object_get(v, "num");
    int64_t ref = json_at_int(v, "ref", 0);
    if (!f)
        return true;
    if (ref) {
        ref = import_ref(m, f->kind, ref);
        if (!ref) /* what it names did not come along */
            return true;
    }
    if (str_eq(f->kind, "textarea"))
        text = import_text(m, text);
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
                             .author = import_account(m, v, "author"),
                             .update_author = import_account(m, v, "updateAuthor"),
                             .created = json_at_int(v, "created", 0),
                             .updated = json_at_int(v, "updated", 0),
                             .body = import_text(m, json_at_str(v, "body")),
                             .visibility_type = json_at_str(v, "visibilityType"),
                             .visibility_value = json_at_str(v, "visibilityValue")};
    int64_t id;
    if (!bulk_comment_add(m->sb, &c, &id, m->e) || !import_properties(m, "comment", id, v))
        return false;
    m->counts->comments++;
    import_report_ids(m, "jira:comment", json_at_int(v, "id", 0), id);
    return true;
}

/* An id inside a history, as this site would have written it; what is not known stays. */
static const char *convert_history_value(struct importer *m, const char *field, const char *value)
{
    static const struct {
        const char *field;
        size_t offset;
    } nouns[] = {
        {"status", offsetof(struct importer, statuses)},        {"priority", offsetof(struct importer, priorities)},
        {"resolution", offsetof(struct importer, resolutions)}, {"issuetype", offsetof(struct importer, types)},
        {"fixVersions", offsetof(struct importer, versions)},   {"Fix Version", offsetof(struct importer, versions)},
        {"versions", offsetof(struct importer, versions)},      {"Version", offsetof(struct importer, versions)},
        {"components", offsetof(struct importer, components)},  {"Attachment", offsetof(struct importer, attachments)},
        {"attachment", offsetof(struct importer, attachments)}, {"WorklogId", offsetof(struct importer, worklogs)},
        {"Component", offsetof(struct importer, components)},   {"security", offsetof(struct importer, levels)},
    };
    int64_t id;
    if (!value || !field)
        return value;
    if (str_eq(field, "assignee") || str_eq(field, "reporter") || str_eq(field, "creator")) {
        const struct person *p = import_person_called(m, value);
        return p ? p->value : value;
    }
    for (size_t i = 0; i < ARRAY_LEN(nouns); i++)
        if (str_eq(field, nouns[i].field) && str_to_int(value, &id)) {
            const struct pairs *pairs = (const struct pairs *)((const char *)m + nouns[i].offset);
            int64_t target = import_target(pairs, id);
            return target ? arena_printf(m->a, "%lld", (long long)target) : value;
        }
    return value;
}

static const char *convert_field_id(struct importer *m, const char *id)
{
    int64_t number;
    if (!id || !str_starts(id, "customfield_") || !str_to_int(id + 12, &number))
        return id;
    const struct field_pair *f = import_field(m, number);
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
    return bulk_history_add(m->sb, issue, import_account(m, v, "author"), json_at_int(v, "created", 0), items, count,
                            m->e);
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
    int64_t inward, outward, type = import_target(&m->link_types, json_at_int(v, "type", 0));
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

static bool import_version(struct importer *m, int64_t issue, const char *kind, const json_t *v)
{
    int64_t version = import_target(&m->versions, json_integer_value(v));
    return !version || sql_run(m->sb->db, m->e, "INSERT INTO issue_version (issue, kind, version) VALUES (?1, ?2, ?3)",
                               "isi", issue, kind, version);
}

static bool import_fix_version(struct importer *m, int64_t issue, const json_t *v)
{
    return import_version(m, issue, "fix", v);
}

static bool import_affected_version(struct importer *m, int64_t issue, const json_t *v)
{
    return import_version(m, issue, "affects", v);
}

static bool import_component(struct importer *m, int64_t issue, const json_t *v)
{
    int64_t component = import_target(&m->components, json_integer_value(v));
    return !component || sql_run(m->sb->db, m->e, "INSERT INTO issue_component (issue, component) VALUES (?1, ?2)",
                                 "ii", issue, component);
}

static bool import_watcher(struct importer *m, int64_t issue, const json_t *v)
{
    const struct person *p = import_person(m, json_integer_value(v));
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
        {"labels", import_label},
        {"watchers", import_watcher},
        {"values", import_value},
        {"comments", import_comment},
        {"histories", import_history},
        {"links", import_link},
        {"children", import_child},
        {"remoteLinks", import_remote_link},
        {"fixVersions", import_fix_version},
        {"versions", import_affected_version},
        {"components", import_component},
    };
    for (size_t p = 0; p < ARRAY_LEN(parts); p++) {
        size_t i;
        json_t *part;
        json_array_foreach (json_object_get(v, parts[p].member), i, part) {
            if (!parts[p].one(m, issue, part))
                return false;
        }
    }
    return import_properties(m, "issue", issue, v);
}

static bool import_issue(struct importer *m, const json_t *v)
{
    if (!import_files_open(m, v))
        return false;
    struct bulk_issue row = {
        .project = m->project,
        .number = json_at_int(v, "number", 0),
        .type = import_target(&m->types, json_at_int(v, "type", 0)),
        .status = import_target(&m->statuses, json_at_int(v, "status", 0)),
        .priority = import_target(&m->priorities, json_at_int(v, "priority", 0)),
        .resolution = import_target(&m->resolutions, json_at_int(v, "resolution", 0)),
        .assignee = import_account(m, v, "assignee"),
        .reporter = import_account(m, v, "reporter"),
        .creator = import_account(m, v, "creator"),
        .created = json_at_int(v, "created", 0),
        .updated = json_at_int(v, "updated", 0),
        .resolved = json_at_int(v, "resolved", 0),
        .status_changed = json_at_int(v, "statusChanged", 0),
        .summary = json_at_str(v, "summary") ? json_at_str(v, "summary") : "",
        .description = import_text(m, json_at_str(v, "description")),
        .environment = import_text(m, json_at_str(v, "environment")),
        .due = json_at_str(v, "due"),
    };
    int64_t id;
    if (!row.number || !row.type || !row.status)
        return err_set(m->e, ERR_INPUT, "import: issue %lld has no number, or its type or status is not in the head",
                       (long long)json_at_int(v, "id", 0));
    if (!find_by_key(m, json_at_str(v, "parent"), &row.parent) || !bulk_issue_add(m->sb, &row, &id, m->e))
        return false;
    m->counts->issues++;
    import_report_ids(m, "jira:issue", json_at_int(v, "id", 0), id);
    return import_issue_access(m, id, v) && import_work(m, id, v) && import_parts(m, id, v);
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
