/* load.c - recorded issues, as Jira answers them, made issues of this site: real shapes that nobody here made up.
 *
 * What an issue names (project, people, types, statuses, fields) is found by name or made. Rich text may be wiki markup
 * or ADF. Parents and links are made at the end, when both of their ends are here. */
#include "sandbox/transfer/load.h"
#include "base/file_atomic.h"
#include "base/time_iso.h"
#include "text/text.h"

#include <dirent.h>

enum { MAX_FILE = 64 << 20, NEW = 2, DONE = 3, DOING = 4 };

/* ---- nouns ---- */

bool load_person(struct loader *l, const json_t *v, int64_t *id_r)
{
    const char *account_id = json_at_str(v, "accountId"), *email = json_at_str(v, "emailAddress");
    const char *name = json_at_str(v, "name"), *shown = json_at_str(v, "displayName");
    *id_r = 0;
    if (!json_is_object(v))
        return true;
    if (!sql_get_int(l->sb->db, id_r, 0, l->e,
                     "SELECT min(id) FROM account WHERE account_id = ?1 OR email = ?2 OR name = ?3", "sss", account_id,
                     email, name))
        return false;
    if (*id_r)
        return true;
    if (!name && email)
        name = arena_strndup(l->a, email, strcspn(email, "@"));
    struct account_new n = {.name = l->sb->d->is_cloud ? NULL
                                    : name             ? name
                                                       : account_id,
                            .account_id = l->sb->d->is_cloud ? account_id : NULL,
                            .email = email,
                            .display_name = shown ? shown : "Former user",
                            .time_zone = json_at_str(v, "timeZone"),
                            .is_inactive = !json_at_bool(v, "active", true)};
    return account_create(l->sb, &n, id_r, l->e);
}

static int category_of(const json_t *status, const char *name)
{
    static const char *const fresh[] = {"to do", "open", "backlog", "new", "reopened"};
    static const char *const closed[] = {"done", "closed", "resolved", "cancelled"};
    const char *key = json_at_str(status, "statusCategory.key");
    if (key)
        return str_eq(key, "done") ? DONE : str_eq(key, "new") ? NEW : DOING;
    for (size_t i = 0; i < ARRAY_LEN(fresh); i++)
        if (str_eq_nocase(name, fresh[i]))
            return NEW;
    for (size_t i = 0; i < ARRAY_LEN(closed); i++)
        if (str_eq_nocase(name, closed[i]))
            return DONE;
    return DOING;
}

static struct loaded_project *project_of(struct loader *l, int64_t id)
{
    for (size_t i = 0; i < l->project_count; i++)
        if (l->projects[i].id == id)
            return &l->projects[i];
    return NULL;
}

/* A status of a loaded project can be reached from everywhere: what was allowed there is not recorded. */
static bool load_status(struct loader *l, int64_t project, const json_t *status, const char *name, int64_t *id_r)
{
    int64_t known = 0, workflow = project_of(l, project)->workflow;
    if (!name)
        return err_set(l->e, ERR_INPUT, "%s: a status has no name", l->file);
    if (!status_ensure(l->sb, name, category_of(status, name), id_r, l->e) ||
        !sql_get_int(l->sb->db, &known, 0, l->e,
                     "SELECT 1 FROM workflow_transition WHERE workflow = ?1 AND to_status = ?2", "ii", workflow, *id_r))
        return false;
    if (known)
        return true;
    int64_t first = 0;
    if (!sql_get_int(l->sb->db, &first, 0, l->e, "SELECT 1 FROM workflow_transition WHERE workflow = ?1", "i",
                     workflow))
        return false;
    return (first ||
            sql_run(l->sb->db, l->e,
                    "INSERT INTO workflow_transition (workflow, name, from_status, to_status, is_initial) VALUES "
                    "(?1, 'Create', NULL, ?2, 1)",
                    "ii", workflow, *id_r)) &&
           sql_run(l->sb->db, l->e,
                   "INSERT INTO workflow_transition (workflow, name, from_status, to_status, position) VALUES (?1, ?2, "
                   "NULL, "
                   "?3, (SELECT count(*) FROM workflow_transition WHERE workflow = ?1))",
                   "isi", workflow, name, *id_r);
}

static bool load_project(struct loader *l, const json_t *fields, const char *key, int64_t *id_r)
{
    const char *name = json_at_str(fields, "project.name");
    int64_t taken = 0, lead = 0;
    for (size_t i = 0; i < l->project_count; i++)
        if (str_eq_nocase(l->projects[i].key, key)) {
            *id_r = l->projects[i].id;
            return true;
        }
    if (!sql_get_int(l->sb->db, &taken, 0, l->e, "SELECT 1 FROM project WHERE name = ?1", "s", name ? name : key))
        return false;
    if (taken || !name)
        name = arena_printf(l->a, "%s (%s)", name ? name : "Project", key);
    if (!load_person(l, json_object_get(fields, "creator"), &lead) ||
        !project_create(l->sb, key, name, lead, id_r, l->e) ||
        !sql_run(l->sb->db, l->e, "INSERT INTO workflow (name) VALUES (?1)", "s",
                 arena_printf(l->a, "Recorded workflow of %s", key)))
        return false;
    struct loaded_project p = {arena_strdup(l->a, key), *id_r, sql_last_id(l->sb->db)};
    *arena_push(l->a, l->projects, l->project_count) = p;
    return sql_run(l->sb->db, l->e, "UPDATE project_issue_type SET workflow = ?2 WHERE project = ?1", "ii", p.id,
                   p.workflow);
}

static bool load_type(struct loader *l, int64_t project, const json_t *v, int64_t *id_r)
{
    const char *name = json_at_str(v, "name");
    if (!name)
        return err_set(l->e, ERR_INPUT, "%s: the issue has no type", l->file);
    return issue_type_ensure(l->sb, name, json_at_bool(v, "subtask", false), id_r, l->e) &&
           project_add_issue_type(l->sb, project, *id_r, l->e) &&
           sql_run(l->sb->db, l->e, "UPDATE project_issue_type SET workflow = ?2 WHERE project = ?1", "ii", project,
                   project_of(l, project)->workflow);
}

static bool load_named(struct loader *l, const char *name,
                       bool (*make)(struct sandbox *, const char *, int64_t *, struct err *), int64_t *id_r)
{
    *id_r = 0;
    return !name || make(l->sb, name, id_r, l->e);
}

int64_t load_time_of(const json_t *object, const char *member, int64_t otherwise)
{
    int64_t ms;
    const char *text = json_at_str(object, member);
    return text && time_iso_parse(text, &ms) ? ms : otherwise;
}

/* A string of wiki markup, or an ADF document, in this site's form. */
char *load_text(struct loader *l, const json_t *v)
{
    if (json_is_string(v))
        return bulk_text(l->sb, l->a, json_string_value(v));
    if (!json_is_object(v))
        return NULL;
    return l->sb->d->is_cloud ? json_print(l->a, v)
                              : bulk_text(l->sb, l->a, text_to_wiki(l->a, text_from_adf(l->a, v)));
}

/* ---- custom fields ---- */

/* The kind of field that can hold such a value. */
static const char *kind_of(const json_t *v)
{
    const json_t *one = json_is_array(v) ? json_array_get(v, 0) : v;
    if (json_is_number(v))
        return "number";
    if (json_at_str(one, "value") && json_at_str(one, "self"))
        return json_is_array(v) ? "multiselect" : "select";
    if (json_is_object(v) && json_at_str(v, "accountId"))
        return "user";
    return "text";
}

/* A recorded name: from expand=names, else from the changelog; NULL when neither tells. */
static const char *name_of_field(struct loader *l, const json_t *issue, const char *id)
{
    size_t i, k;
    json_t *history, *item;
    const char *name = json_string_value(json_object_get(l->names, id));
    json_array_foreach (json_at(issue, "changelog.histories"), i, history) {
        json_array_foreach (json_object_get(history, "items"), k, item) {
            if (!name && str_eq(json_at_str(item, "fieldId"), id))
                name = json_at_str(item, "field");
        }
    }
    return name;
}

static bool find_or_make_field(struct loader *l, const char *name, const char *kind, int64_t *number_r)
{
    return sql_get_int(l->sb->db, number_r, 0, l->e,
                       "SELECT number FROM field WHERE name = ?1 COLLATE NOCASE AND kind = ?2 AND number IS NOT NULL",
                       "ss", name, kind) &&
           (*number_r || field_create(l->sb, name, kind, number_r, l->e));
}

static bool load_option(struct loader *l, int64_t issue, int64_t field, int64_t position, const json_t *v)
{
    int64_t option = 0;
    const char *value = json_at_str(v, "value");
    return !value ||
           ((sql_get_int(l->sb->db, &option, 0, l->e, "SELECT id FROM field_option WHERE field = ?1 AND value = ?2",
                         "is", field, value) &&
             (option || field_option_create(l->sb, field, value, &option, l->e))) &&
            sql_run(l->sb->db, l->e, "INSERT INTO custom_value (issue, field, position, ref) VALUES (?1, ?2, ?3, ?4)",
                    "iiii", issue, field, position, option));
}

static bool load_value(struct loader *l, int64_t issue, int64_t field, const char *kind, const json_t *v)
{
    int64_t account = 0;
    if (str_eq(kind, "number"))
        return sql_run(l->sb->db, l->e, "INSERT INTO custom_value (issue, field, num) VALUES (?1, ?2, ?3)", "iid",
                       issue, field, json_number_value(v));
    if (str_eq(kind, "user"))
        return load_person(l, v, &account) &&
               sql_run(l->sb->db, l->e, "INSERT INTO custom_value (issue, field, ref) VALUES (?1, ?2, ?3)", "iii",
                       issue, field, account);
    if (str_eq(kind, "text"))
        return sql_run(l->sb->db, l->e, "INSERT INTO custom_value (issue, field, text) VALUES (?1, ?2, ?3)", "iis",
                       issue, field, json_is_string(v) ? json_string_value(v) : json_print(l->a, v));
    size_t i;
    json_t *option;
    if (json_is_object(v))
        return load_option(l, issue, field, 0, v);
    json_array_foreach (v, i, option) {
        if (!load_option(l, issue, field, (int64_t)i, option))
            return false;
    }
    return true;
}

static bool is_nothing(const json_t *v)
{
    return !v || json_is_null(v) || (json_is_array(v) && !json_array_size(v)) ||
           (json_is_object(v) && !json_object_size(v));
}

static bool load_custom(struct loader *l, int64_t issue, const json_t *recorded)
{
    const char *id;
    json_t *v;
    json_object_foreach (json_object_get(recorded, "fields"), id, v) {
        if (!str_starts(id, "customfield_") || is_nothing(v))
            continue;
        const char *name = name_of_field(l, recorded, id), *kind = name ? kind_of(v) : "text";
        int64_t number;
        bool is_planned;
        if (!load_planned(l, issue, name, v, &is_planned))
            return false;
        if (is_planned)
            continue;
        if (!find_or_make_field(l, name ? name : id, kind, &number) || !load_value(l, issue, number, kind, v))
            return false;
    }
    return true;
}

/* ---- one issue ---- */

static bool load_comments(struct loader *l, int64_t issue, const json_t *fields)
{
    size_t i;
    json_t *v;
    json_array_foreach (json_at(fields, "comment.comments"), i, v) {
        struct bulk_comment c = {.issue = issue,
                                 .created = load_time_of(v, "created", 0),
                                 .body = load_text(l, json_object_get(v, "body")),
                                 .visibility_type = json_at_str(v, "visibility.type"),
                                 .visibility_value = json_at_str(v, "visibility.value")};
        int64_t id;
        c.updated = load_time_of(v, "updated", c.created);
        if (!load_person(l, json_object_get(v, "author"), &c.author) ||
            !load_person(l, json_object_get(v, "updateAuthor"), &c.update_author) ||
            !bulk_comment_add(l->sb, &c, &id, l->e))
            return false;
    }
    return true;
}

/* Ids of this site in place of the recorded ones, where the item's names tell which. */
static bool convert_item(struct loader *l, int64_t project, struct bulk_item *item)
{
    const char *noun = item->field_id ? item->field_id : item->field, *names[2] = {item->from_string, item->to_string};
    const char **values[2] = {&item->from, &item->to};
    for (int i = 0; i < 2; i++) {
        int64_t id = 0, account = 0;
        char *user = NULL;
        if (!*values[i] || !names[i])
            continue;
        if ((str_eq(noun, "status") && !load_status(l, project, NULL, names[i], &id)) ||
            (str_eq(noun, "priority") && !load_named(l, names[i], priority_ensure, &id)) ||
            (str_eq(noun, "resolution") && !load_named(l, names[i], resolution_ensure, &id)))
            return false;
        if (id)
            *values[i] = arena_printf(l->a, "%lld", (long long)id);
        if (!str_eq(noun, "assignee") && !str_eq(noun, "reporter"))
            continue;
        if (!sql_get_int(l->sb->db, &account, 0, l->e,
                         "SELECT min(id) FROM account WHERE account_id = ?1 OR user_key = ?1 OR display_name = ?2",
                         "ss", *values[i], names[i]) ||
            (account && !bulk_user_value(l->sb, l->a, account, &user, l->e)))
            return false;
        if (user)
            *values[i] = user;
    }
    return true;
}

static bool load_history(struct loader *l, int64_t project, int64_t issue, const json_t *v)
{
    struct bulk_item *items = NULL;
    size_t count = 0, i;
    json_t *item;
    int64_t author;
    json_array_foreach (json_object_get(v, "items"), i, item) {
        struct bulk_item row = {json_at_str(item, "field"),      json_at_str(item, "fieldtype"),
                                json_at_str(item, "fieldId"),    json_at_str(item, "from"),
                                json_at_str(item, "fromString"), json_at_str(item, "to"),
                                json_at_str(item, "toString")};
        if (!row.field || !row.type)
            return err_set(l->e, ERR_INPUT, "%s: a change has no field or no fieldtype", l->file);
        if (!convert_item(l, project, &row))
            return false;
        *arena_push(l->a, items, count) = row;
    }
    return load_person(l, json_object_get(v, "author"), &author) &&
           bulk_history_add(l->sb, issue, author, load_time_of(v, "created", 0), items, count, l->e);
}

static int compare_histories(const void *x, const void *y)
{
    const json_t *a = *(const json_t *const *)x, *b = *(const json_t *const *)y;
    int64_t ta = load_time_of(a, "created", 0), tb = load_time_of(b, "created", 0);
    return (ta > tb) - (ta < tb);
}

/* Oldest first, whichever way they were recorded. */
static bool load_changelog(struct loader *l, int64_t project, int64_t issue, const json_t *recorded)
{
    const json_t **sorted = NULL;
    size_t count = 0, i;
    json_t *v;
    json_array_foreach (json_at(recorded, "changelog.histories"), i, v) {
        *arena_push(l->a, sorted, count) = v;
    }
    if (count)
        qsort(sorted, count, sizeof(const json_t *), compare_histories);
    for (i = 0; i < count; i++)
        if (!load_history(l, project, issue, sorted[i]))
            return false;
    return true;
}

/* The status an issue began in becomes the project's first: it is what the oldest change came from. */
static bool load_first_status(struct loader *l, int64_t project, const json_t *recorded)
{
    const char *name = NULL;
    int64_t oldest = INT64_MAX, id;
    size_t i, k;
    json_t *history, *item;
    json_array_foreach (json_at(recorded, "changelog.histories"), i, history) {
        json_array_foreach (json_object_get(history, "items"), k, item) {
            int64_t at = load_time_of(history, "created", 0);
            if (str_eq(json_at_str(item, "field"), "status") && at < oldest) {
                oldest = at;
                name = json_at_str(item, "fromString");
            }
        }
    }
    return !name || load_status(l, project, NULL, name, &id);
}

static bool load_row(struct loader *l, const json_t *fields, struct bulk_issue *row)
{
    const json_t *status = json_object_get(fields, "status");
    row->summary = json_at_str(fields, "summary");
    row->due = json_at_str(fields, "duedate");
    row->created = load_time_of(fields, "created", 0);
    row->updated = load_time_of(fields, "updated", row->created);
    row->resolved = load_time_of(fields, "resolutiondate", 0);
    row->status_changed = load_time_of(fields, "statuscategorychangedate", row->created);
    row->description = load_text(l, json_object_get(fields, "description"));
    row->environment = load_text(l, json_object_get(fields, "environment"));
    if (!row->summary || !row->created)
        return err_set(l->e, ERR_INPUT, "%s: the issue has no summary or no date of creation", l->file);
    return load_type(l, row->project, json_object_get(fields, "issuetype"), &row->type) &&
           load_status(l, row->project, status, json_at_str(status, "name"), &row->status) &&
           load_named(l, json_at_str(fields, "priority.name"), priority_ensure, &row->priority) &&
           load_named(l, json_at_str(fields, "resolution.name"), resolution_ensure, &row->resolution) &&
           load_person(l, json_object_get(fields, "assignee"), &row->assignee) &&
           load_person(l, json_object_get(fields, "reporter"), &row->reporter) &&
           load_person(l, json_object_get(fields, "creator"), &row->creator);
}

static void note_others(struct loader *l, int64_t issue, const json_t *fields)
{
    size_t i;
    json_t *link;
    const char *parent = json_at_str(fields, "parent.key");
    if (parent)
        *arena_push(l->a, l->pending, l->pending_count) = (struct pending){issue, parent, NULL, false};
    json_array_foreach (json_object_get(fields, "issuelinks"), i, link) {
        const char *out = json_at_str(link, "outwardIssue.key"), *in = json_at_str(link, "inwardIssue.key");
        if (out || in)
            *arena_push(l->a, l->pending, l->pending_count) =
                (struct pending){issue, out ? out : in, link, out != NULL};
    }
}

static bool load_issue(struct loader *l, const json_t *recorded)
{
    const json_t *fields = json_object_get(recorded, "fields");
    const char *key = json_at_str(recorded, "key"), *dash = key ? strrchr(key, '-') : NULL;
    struct bulk_issue row = {0};
    int64_t id, taken = 0;
    size_t i;
    json_t *label;
    if (!dash || !str_to_int(dash + 1, &row.number))
        return err_set(l->e, ERR_INPUT, "%s: \"%s\" is no issue key", l->file, key ? key : "");
    if (!load_project(l, fields, arena_strndup(l->a, key, (size_t)(dash - key)), &row.project) ||
        !sql_get_int(l->sb->db, &taken, 0, l->e, "SELECT 1 FROM issue WHERE project = ?1 AND number = ?2", "ii",
                     row.project, row.number))
        return false;
    if (taken)
        return err_set(l->e, ERR_INPUT, "%s: there is an issue %s already", l->file, key);
    if (!load_first_status(l, row.project, recorded) || !load_row(l, fields, &row) ||
        !bulk_issue_add(l->sb, &row, &id, l->e) || !load_comments(l, id, fields) ||
        !load_changelog(l, row.project, id, recorded) || !load_custom(l, id, recorded) || !load_work(l, id, fields) ||
        !bulk_watcher_add(l->sb, id, row.creator, l->e) || !load_planning(l, row.project, id, fields))
        return false;
    json_array_foreach (json_object_get(fields, "labels"), i, label) {
        if (json_is_string(label) && !bulk_label_add(l->sb, id, json_string_value(label), l->e))
            return false;
    }
    note_others(l, id, fields);
    l->issues++;
    return true;
}

/* ---- the end ---- */

static bool find_key(struct loader *l, const char *key, int64_t *id_r)
{
    return sql_get_int(
        l->sb->db, id_r, 0, l->e,
        "SELECT i.id FROM issue i JOIN project p ON p.id = i.project WHERE p.key || '-' || i.number = upper(?1) "
        "AND p.key = ?2",
        "ss", key, arena_strndup(l->a, key, strcspn(key, "-")));
}

static bool load_pending(struct loader *l, const struct pending *p)
{
    int64_t other, type, known;
    if (!find_key(l, p->key, &other))
        return false;
    if (!other)
        return true; /* it was not recorded */
    if (!p->link)
        return sql_run(l->sb->db, l->e, "UPDATE issue SET parent = ?2 WHERE id = ?1", "ii", p->issue, other);
    const char *name = json_at_str(p->link, "type.name"), *inward = json_at_str(p->link, "type.inward"),
               *outward = json_at_str(p->link, "type.outward");
    int64_t in = p->other_is_outward ? p->issue : other, out = p->other_is_outward ? other : p->issue;
    if (!name || !inward || !outward)
        return true;
    if (!link_type_ensure(l->sb, name, inward, outward, &type, l->e) ||
        !sql_get_int(l->sb->db, &known, 0, l->e,
                     "SELECT 1 FROM issue_link WHERE type = ?1 AND inward = ?2 AND outward = ?3", "iii", type, in, out))
        return false;
    return known || sql_run(l->sb->db, l->e, "INSERT INTO issue_link (type, inward, outward) VALUES (?1, ?2, ?3)",
                            "iii", type, in, out);
}

static bool load_document(struct loader *l, const json_t *document)
{
    size_t i;
    json_t *v;
    if (json_at_str(document, "key") && json_is_object(json_object_get(document, "fields"))) {
        if (!l->names)
            l->names = json_object_get(document, "names");
        return load_issue(l, document);
    }
    l->names = json_object_get(document, "names");
    const json_t *list = json_is_array(document) ? document : json_object_get(document, "issues");
    json_array_foreach (list, i, v) {
        if (json_at_str(v, "key") && json_is_object(json_object_get(v, "fields")) && !load_issue(l, v))
            return false;
    }
    return true; /* other recorded answers may lie beside the issues */
}

static bool load_file(struct loader *l, const char *path)
{
    struct buf bytes = BUF_INIT(MAX_FILE);
    l->file = path;
    l->names = NULL;
    json_t *document = NULL;
    bool ok = file_read(path, &bytes, l->e);
    if (ok) {
        document = json_parse(l->a, buf_str(&bytes), bytes.len, false, path, l->e);
        ok = document && load_document(l, document);
    }
    buf_release(&bytes);
    return ok;
}

static int is_json_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && str_ends(entry->d_name, ".json");
}

static bool load_folder(struct loader *l, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_json_file, alphasort);
    if (count < 0)
        return err_set(l->e, ERR_INPUT, "%s: not a folder that can be read", folder);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        ok = ok && load_file(l, arena_printf(l->a, "%s/%s", folder, entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    for (size_t i = 0; ok && i < l->pending_count; i++)
        ok = load_pending(l, &l->pending[i]);
    return ok;
}

int sandbox_load(struct sandbox *sb, const char *folder, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct loader l = {.sb = sb, .a = &a, .e = e};
    bool ok = sql_begin(sb->db, e) && load_folder(&l, folder) && sql_commit(sb->db, e);
    if (!ok)
        sql_rollback(sb->db);
    arena_release(&a);
    return ok ? l.issues : -1;
}
