/* dump.c - one project read out as JSON pages. Ids are the site's own numbers; people, types and fields are listed in
 * the head, issues refer to them by these numbers. */
#include "sandbox/rights/access.h"
#include "sandbox/transfer/transfer.h"

#include <sqlite3.h>

enum { CONTENT_OF_PAGE = 8 << 20 }; /* files may make a page end early */

struct dump {
    struct sandbox *sb;
    struct arena *a;
    struct err *e;
    int64_t project;
    size_t content;     /* bytes of files in the page so far */
    const char *issues; /* "IN (SELECT id …)": the issues whose people, types and fields the head lists */
};

static json_t *value_of(struct dump *d, struct sql_rows *rows, int column, bool is_json)
{
    struct err ignored = ERR_INIT;
    const char *text;
    switch (sqlite3_column_type(rows->statement, column)) {
    case SQLITE_INTEGER:
        return json_integer(sql_int(rows, column));
    case SQLITE_FLOAT:
        return json_real(sql_double(rows, column));
    case SQLITE_TEXT:
        text = sql_peek(rows, column);
        if (!is_json)
            return json_string(text);
        return json_incref(json_parse(d->a, text, strlen(text), false, "stored JSON", &ignored));
    default:
        return NULL; /* left out */
    }
}

/* One object a row; `names` are the columns' member names, one with a leading { holds JSON text. A % in the statement
 * stands for "IN (the ids of the head's issues)". */
static bool list_rows(struct dump *d, json_t **list_r, const char *names, const char *sql, int64_t argument)
{
    struct sql_rows rows;
    char **columns;
    size_t count = str_split(d->a, names, ' ', &columns);
    *list_r = json_keep(d->a, json_array());
    if (strchr(sql, '%'))
        sql = str_replace(d->a, sql, "%", d->issues);
    if (!sql_query(d->sb->db, &rows, d->e, sql, "i", argument))
        return false;
    while (sql_next(&rows)) {
        json_t *object = json_object();
        for (size_t i = 0; i < count; i++) {
            bool is_json = columns[i][0] == '{';
            json_t *value = value_of(d, &rows, (int)i, is_json);
            if (value)
                json_object_set_new(object, columns[i] + is_json, value);
        }
        json_array_append_new(*list_r, object);
    }
    return sql_done(&rows, d->e);
}

static bool put_list(struct dump *d, json_t *into, const char *member, const char *names, const char *sql,
                     int64_t argument)
{
    json_t *list;
    if (!list_rows(d, &list, names, sql, argument))
        return false;
    if (json_array_size(list))
        json_object_set(into, member, list);
    return true;
}

/* An array of plain values. */
static bool put_column(struct dump *d, json_t *into, const char *member, const char *sql, int64_t argument)
{
    struct sql_rows rows;
    json_t *list = json_keep(d->a, json_array());
    if (!sql_query(d->sb->db, &rows, d->e, sql, "i", argument))
        return false;
    while (sql_next(&rows)) {
        json_t *value = value_of(d, &rows, 0, false);
        if (value)
            json_array_append_new(list, value);
    }
    if (json_array_size(list))
        json_object_set(into, member, list);
    return sql_done(&rows, d->e);
}

/* ---- people: whoever an issue, a comment, a history or a text names ---- */

struct mentions {
    int64_t *ids;
    size_t count;
};

static bool note_mention(struct dump *d, struct mentions *m, const char *name, size_t length)
{
    int64_t id;
    const char *text = arena_strndup(d->a, name, length);
    if (str_starts(text, "accountid:"))
        text += strlen("accountid:");
    if (!sql_get_int(d->sb->db, &id, 0, d->e,
                     "SELECT id FROM account WHERE name = ?1 OR user_key = ?1 OR account_id = ?1", "s", text))
        return false;
    for (size_t i = 0; i < m->count; i++)
        if (m->ids[i] == id)
            return true;
    if (id)
        *arena_push(d->a, m->ids, m->count) = id;
    return true;
}

/* [~name] in wiki markup; the id that follows the word mention in ADF, which a name in a text of its own cannot fake
 * into more than one account too many. */
static bool note_mentions(struct dump *d, struct mentions *m, const char *text)
{
    const char *open = d->sb->d->is_cloud ? "\"mention\"" : "[~", close = d->sb->d->is_cloud ? '"' : ']';
    for (const char *at = text; at && (at = strstr(at, open));) {
        at += strlen(open);
        if (d->sb->d->is_cloud) {
            at = strstr(at, "\"id\":\"");
            at = at ? at + strlen("\"id\":\"") : NULL;
        }
        const char *end = at ? strchr(at, close) : NULL;
        if (end && end - at < 200 && !note_mention(d, m, at, (size_t)(end - at)))
            return false;
    }
    return true;
}

static bool find_mentions(struct dump *d, const json_t *page, struct mentions *m)
{
    size_t i, k;
    json_t *issue, *comment;
    json_array_foreach (json_object_get(page, "issues"), i, issue) {
        if (!note_mentions(d, m, json_at_str(issue, "description")) ||
            !note_mentions(d, m, json_at_str(issue, "environment")))
            return false;
        json_array_foreach (json_object_get(issue, "comments"), k, comment) {
            if (!note_mentions(d, m, json_at_str(comment, "body")))
                return false;
        }
        json_array_foreach (json_object_get(issue, "worklogs"), k, comment) {
            if (!note_mentions(d, m, json_at_str(comment, "comment")))
                return false;
        }
    }
    return true;
}

static bool put_people(struct dump *d, json_t *page)
{
    struct mentions mentions = {NULL, 0};
    char *mentioned = arena_strdup(d->a, "0");
    const char *value = d->sb->d->is_cloud ? "account_id" : "user_key";
    if (!find_mentions(d, page, &mentions))
        return false;
    for (size_t i = 0; i < mentions.count; i++)
        mentioned = arena_printf(d->a, "%s,%lld", mentioned, (long long)mentions.ids[i]);
    const char *sql =
        "SELECT id, account_id, name, user_key, email, display_name, active, time_zone FROM account WHERE id IN (#) OR "
        "id IN ("
        "SELECT lead FROM project WHERE id = ?1 UNION SELECT lead FROM component WHERE project = ?1 "
        "UNION SELECT account FROM role_actor WHERE project = ?1 "
        "UNION SELECT g.ref FROM project p JOIN security_level l ON l.scheme = p.security_scheme JOIN security_member "
        "g ON "
        "g.level = l.id WHERE p.id = ?1 AND g.holder = 'user' "
        "UNION SELECT archived_by FROM issue WHERE id % "
        "UNION SELECT assignee FROM issue WHERE id % UNION SELECT reporter FROM issue WHERE id % "
        "UNION SELECT creator FROM issue WHERE id % UNION SELECT account FROM watcher WHERE issue % "
        "UNION SELECT author FROM comment WHERE issue % UNION SELECT update_author FROM comment WHERE issue % "
        "UNION SELECT author FROM history WHERE issue % UNION SELECT author FROM attachment WHERE issue % "
        "UNION SELECT author FROM worklog WHERE issue % UNION SELECT update_author FROM worklog WHERE issue % "
        "UNION SELECT account FROM vote WHERE issue % "
        "UNION SELECT v.ref FROM custom_value v JOIN field f ON f.number = v.field WHERE f.kind IN ('user', "
        "'multiuser') AND v.issue "
        "%) "
        "OR $ IN (SELECT t.from_value FROM history_item t JOIN history h ON h.id = t.history WHERE h.issue % AND "
        "t.field IN "
        "('assignee', 'reporter') UNION SELECT t.to_value FROM history_item t JOIN history h ON h.id = t.history WHERE "
        "h.issue % AND t.field IN ('assignee', 'reporter')) ORDER BY id";
    return put_list(d, page, "accounts", "id accountId name userKey email displayName active timeZone",
                    str_replace(d->a, str_replace(d->a, sql, "#", mentioned), "$", value), d->project);
}

static bool put_workflows(struct dump *d, json_t *page)
{
    json_t *workflows, *workflow;
    size_t i;
    if (!list_rows(d, &workflows, "id name description resolves",
                   "SELECT id, name, description, resolves FROM workflow WHERE id IN (SELECT workflow FROM "
                   "project_issue_type WHERE project = ?1)",
                   d->project))
        return false;
    json_array_foreach (workflows, i, workflow) {
        if (!put_list(d, workflow, "transitions", "name from to isInitial hasScreen isLooped {rules {more",
                      "SELECT name, from_status, to_status, is_initial, has_screen, is_looped, rules, (SELECT "
                      "json_group_array(x.status) FROM transition_from x WHERE x.transition = t.id) FROM "
                      "workflow_transition t WHERE workflow = ?1 ORDER BY position, id",
                      json_at_int(workflow, "id", 0)))
            return false;
    }
    json_object_set(page, "workflows", workflows);
    return true;
}

static bool put_fields(struct dump *d, json_t *page)
{
    json_t *fields, *field;
    size_t i;
    if (!list_rows(
            d, &fields, "number name kind",
            "SELECT number, name, kind FROM field WHERE number IS NOT NULL AND (id IN (SELECT field FROM screen WHERE "
            "project = ?1) OR number IN (SELECT field FROM custom_value WHERE issue %)) ORDER BY number",
            d->project))
        return false;
    json_array_foreach (fields, i, field) {
        if (!put_list(d, field, "options", "id value disabled parent",
                      arena_printf(d->a,
                                   "SELECT id, value, disabled, parent FROM field_option WHERE field = ?1 AND context"
                                   " IN (SELECT x.id FROM field_context x WHERE x.all_projects OR EXISTS (SELECT 1"
                                   " FROM field_context_project p WHERE p.context = x.id AND p.project = %lld))"
                                   " ORDER BY parent IS NOT NULL, position, id",
                                   (long long)d->project),
                      json_at_int(field, "number", 0)))
            return false;
    }
    json_object_set(page, "fields", fields);
    return true;
}

/* Who is in the roles, and the security levels with their members: people by id, groups and roles by name. */
static bool put_access(struct dump *d, json_t *project)
{
    json_t *levels, *level;
    size_t i;
    if (!put_list(d, project, "roleActors", "role account group",
                  "SELECT r.name, nullif(a.account, 0), g.name FROM role_actor a JOIN project_role r ON r.id = a.role "
                  "LEFT JOIN user_group g ON g.id = a.group_id WHERE a.project = ?1 ORDER BY a.id",
                  d->project) ||
        !list_rows(
            d, &levels, "id name description isDefault",
            "SELECT l.id, l.name, l.description, ifnull(l.id = s.default_level, 0) FROM project p JOIN "
            "security_scheme s ON s.id = p.security_scheme JOIN security_level l ON l.scheme = s.id WHERE p.id = "
            "?1 ORDER BY l.id",
            d->project))
        return false;
    json_array_foreach (levels, i, level)
        if (!put_list(
                d, level, "members", "holder account group role parameter",
                "SELECT holder, CASE holder WHEN 'user' THEN ref END, (SELECT name FROM user_group WHERE holder = "
                "'group' AND id = ref), (SELECT name FROM project_role WHERE holder = 'projectRole' AND id = ref), "
                "parameter FROM security_member WHERE level = ?1 ORDER BY id",
                json_at_int(level, "id", 0)))
            return false;
    if (json_array_size(levels))
        json_object_set(project, "securityLevels", levels);
    return true;
}

static bool put_head(struct dump *d, json_t *page)
{
    json_t *projects;
    char *seed = NULL;
    if (!sql_get_str(d->sb->db, d->a, &seed, d->e, "SELECT value FROM setting WHERE name = 'seed'", "") ||
        !list_rows(d, &projects, "id key name description lead assigneeType typeKey nextNumber isRestricted",
                   "SELECT id, key, name, description, lead, assignee_type, type_key, next_number, permission_scheme ="
                   " (SELECT id FROM permission_scheme WHERE name = '" ACCESS_MEMBERS_ONLY
                   "') FROM project WHERE id = ?1",
                   d->project))
        return false;
    json_t *project = json_array_get(projects, 0);
    json_object_set(page, "project", project);
    json_object_set_new(page, "site", json_sprintf("%s/%s/%s", d->sb->base_url, d->sb->d->name, seed ? seed : ""));
    json_object_set_new(page, "isCloud", json_boolean(d->sb->d->is_cloud));
    return put_column(d, project, "formerKeys", "SELECT key FROM project_key WHERE project = ?1", d->project) &&
           put_column(d, project, "members",
                      "SELECT account FROM role_actor WHERE project = ?1 AND role = 10000 AND account > 0",
                      d->project) &&
           put_list(d, project, "properties", "key {value",
                    "SELECT key, value FROM property WHERE entity = 'project' AND entity_id = ?1", d->project) &&
           put_list(d, project, "versions", "id name description archived released startDate releaseDate position",
                    "SELECT id, name, description, archived, released, start_date, release_date, position FROM version "
                    "WHERE project = ?1 ORDER BY id",
                    d->project) &&
           put_list(d, project, "components", "id name description lead assigneeType",
                    "SELECT id, name, description, lead, assignee_type FROM component WHERE project = ?1 ORDER BY id",
                    d->project) &&
           put_list(d, project, "boards", "id name type",
                    "SELECT id, name, type FROM board WHERE project = ?1 ORDER BY id", d->project) &&
           put_list(d, project, "sprints", "id board name goal state started ends activated completed created position",
                    "SELECT s.id, s.board, s.name, s.goal, s.state, s.started, s.ends, s.activated, s.completed, "
                    "s.created, s.position FROM sprint s JOIN board b ON b.id = s.board WHERE b.project = ?1 ORDER BY "
                    "s.id",
                    d->project) &&
           put_list(d, page, "groups", "id name",
                    "SELECT g.id, g.name FROM user_group g WHERE ?1 AND g.id IN (SELECT v.ref FROM custom_value v JOIN "
                    "field f ON f.number = v.field WHERE f.kind IN ('group', 'multigroup') AND v.issue %) ORDER BY "
                    "g.id",
                    d->project) &&
           put_access(d, project) && put_people(d, page) && put_workflows(d, page) && put_fields(d, page) &&
           put_list(d, page, "types", "id name isSubtask workflow",
                    "SELECT t.id, t.name, t.is_subtask, p.workflow FROM issue_type t JOIN project_issue_type p ON "
                    "p.issue_type = t.id WHERE p.project = ?1 ORDER BY p.position",
                    d->project) &&
           put_list(d, page, "statuses", "id name category",
                    "SELECT id, name, category FROM status WHERE id IN (SELECT status FROM issue WHERE id %) OR id "
                    "IN (SELECT t.to_status FROM workflow_transition t JOIN project_issue_type p ON p.workflow = "
                    "t.workflow WHERE p.project = ?1) ORDER BY id",
                    d->project) &&
           put_list(d, page, "priorities", "id name",
                    "SELECT id, name FROM priority WHERE id IN (SELECT priority FROM issue WHERE id %) ORDER BY id",
                    d->project) &&
           put_list(d, page, "resolutions", "id name",
                    "SELECT id, name FROM resolution WHERE id IN (SELECT resolution FROM issue WHERE id %) ORDER BY "
                    "id",
                    d->project) &&
           put_list(d, page, "linkTypes", "id name inward outward",
                    "SELECT id, name, inward, outward FROM link_type WHERE id IN (SELECT type FROM issue_link WHERE "
                    "inward % OR outward %) ORDER BY id",
                    d->project);
}

static bool put_comments(struct dump *d, json_t *issue, int64_t id)
{
    json_t *comments, *comment;
    size_t i;
    if (!list_rows(d, &comments, "id author updateAuthor body created updated visibilityType visibilityValue",
                   "SELECT id, author, update_author, body, created, updated, visibility_type, visibility_value FROM "
                   "comment WHERE issue = ?1 ORDER BY id",
                   id))
        return false;
    json_array_foreach (comments, i, comment) {
        if (!put_list(d, comment, "properties", "key {value",
                      "SELECT key, value FROM property WHERE entity = 'comment' AND entity_id = ?1",
                      json_at_int(comment, "id", 0)))
            return false;
    }
    if (json_array_size(comments))
        json_object_set(issue, "comments", comments);
    return true;
}

static bool put_worklogs(struct dump *d, json_t *issue, int64_t id)
{
    json_t *worklog;
    size_t i;
    if (!put_list(d, issue, "worklogs",
                  "id author updateAuthor comment created updated started seconds visibilityType visibilityValue",
                  "SELECT id, author, update_author, comment, created, updated, started, seconds, visibility_type, "
                  "visibility_value FROM worklog WHERE issue = ?1 ORDER BY id",
                  id))
        return false;
    json_array_foreach (json_object_get(issue, "worklogs"), i, worklog) {
        if (!put_list(d, worklog, "properties", "key {value",
                      "SELECT key, value FROM property WHERE entity = 'worklog' AND entity_id = ?1",
                      json_at_int(worklog, "id", 0)))
            return false;
    }
    return put_list(d, issue, "time", "original remaining spent",
                    "SELECT original, remaining, spent FROM issue_time WHERE issue = ?1", id);
}

static bool put_content(struct dump *d, json_t *attachment)
{
    struct sql_rows rows;
    size_t length = 0;
    if (!sql_query(d->sb->db, &rows, d->e, "SELECT content FROM attachment_content WHERE attachment = ?1", "i",
                   json_at_int(attachment, "id", 0)))
        return false;
    const void *bytes = sql_next(&rows) ? sql_blob(&rows, 0, &length) : NULL;
    json_object_set_new(attachment, "content", json_string(str_base64(d->a, length ? bytes : "", length)));
    d->content += length;
    return sql_done(&rows, d->e);
}

static bool put_attachments(struct dump *d, json_t *issue, int64_t id)
{
    json_t *attachment;
    size_t i;
    if (!put_list(
            d, issue, "attachments", "id author filename type size created media",
            "SELECT id, author, filename, type, size, created, media FROM attachment WHERE issue = ?1 ORDER BY id", id))
        return false;
    json_array_foreach (json_object_get(issue, "attachments"), i, attachment) {
        if (!put_content(d, attachment))
            return false;
    }
    return true;
}

static bool put_histories(struct dump *d, json_t *issue, int64_t id)
{
    json_t *histories, *history;
    size_t i;
    if (!list_rows(d, &histories, "id author created",
                   "SELECT id, author, created FROM history WHERE issue = ?1 ORDER BY id", id))
        return false;
    json_array_foreach (histories, i, history) {
        if (!put_list(
                d, history, "items", "field type fieldId from fromString to toString",
                "SELECT field, field_type, field_id, from_value, from_string, to_value, to_string FROM history_item "
                "WHERE history = ?1 ORDER BY position",
                json_at_int(history, "id", 0)))
            return false;
    }
    if (json_array_size(histories))
        json_object_set(issue, "histories", histories);
    return true;
}

#define KEY_OF(issue)                                                                                                  \
    "(SELECT p.key || '-' || o.number FROM issue o JOIN project p ON p.id = o.project WHERE o.id = " issue ")"

static bool put_parts(struct dump *d, json_t *issue)
{
    int64_t id = json_at_int(issue, "id", 0);
    return put_column(d, issue, "labels", "SELECT label FROM issue_label WHERE issue = ?1", id) &&
           put_column(d, issue, "fixVersions",
                      "SELECT version FROM issue_version WHERE issue = ?1 AND kind = 'fix' ORDER BY version", id) &&
           put_column(d, issue, "versions",
                      "SELECT version FROM issue_version WHERE issue = ?1 AND kind = 'affects' ORDER BY version", id) &&
           put_column(d, issue, "components",
                      "SELECT component FROM issue_component WHERE issue = ?1 ORDER BY component", id) &&
           put_column(d, issue, "watchers", "SELECT account FROM watcher WHERE issue = ?1", id) &&
           put_column(d, issue, "children", "SELECT " KEY_OF("c.id") " FROM issue c WHERE c.parent = ?1", id) &&
           put_list(d, issue, "values", "field position text num ref",
                    "SELECT field, position, text, num, ref FROM custom_value WHERE issue = ?1", id) &&
           put_list(
               d, issue, "links", "type inward outward",
               "SELECT type, " KEY_OF("l.inward") ", " KEY_OF("l.outward") " FROM issue_link l WHERE l.inward = ?1 OR "
                                                                           "l.outward = ?1 ORDER BY l.id",
               id) &&
           put_list(d, issue, "remoteLinks", "globalId {application relationship {object",
                    "SELECT global_id, application, relationship, object FROM remote_link WHERE issue = ?1 ORDER BY id",
                    id) &&
           put_list(d, issue, "properties", "key {value",
                    "SELECT key, value FROM property WHERE entity = 'issue' AND entity_id = ?1", id) &&
           put_column(d, issue, "voters", "SELECT account FROM vote WHERE issue = ?1", id) &&
           put_attachments(d, issue, id) && put_worklogs(d, issue, id) && put_comments(d, issue, id) &&
           put_histories(d, issue, id);
}

static bool put_issues(struct dump *d, json_t *page, int64_t after, int64_t max)
{
    json_t *issues, *issue;
    size_t i;
    const char *sql = arena_printf(
        d->a,
        "SELECT i.id, number, issue_type, status, priority, resolution, resolved, assignee, reporter, creator, " KEY_OF(
            "i.parent") ", due, created, updated, status_changed, summary, i.description, environment, security, "
                        "archived, archived_by FROM issue i "
                        "WHERE "
                        "+project = ?1 AND i.id > %lld ORDER BY i.id LIMIT %lld",
        (long long)after, (long long)max + 1);
    if (!list_rows(
            d, &issues,
            "id number type status priority resolution resolved assignee reporter creator parent due created updated "
            "statusChanged summary description environment security archived archivedBy",
            sql, d->project))
        return false;
    if ((int64_t)json_array_size(issues) > max) {
        json_array_remove(issues, (size_t)max);
        json_object_set_new(page, "next", json_integer(json_at_int(json_array_get(issues, (size_t)max - 1), "id", 0)));
    }
    json_array_foreach (issues, i, issue) {
        if (!put_parts(d, issue))
            return false;
        if (d->content > CONTENT_OF_PAGE && i + 1 < json_array_size(issues)) {
            while (json_array_size(issues) > i + 1)
                json_array_remove(issues, i + 1);
            json_object_set_new(page, "next", json_integer(json_at_int(issue, "id", 0)));
            break;
        }
    }
    json_object_set(page, "issues", issues);
    return true;
}

bool transfer_dump(struct sandbox *sb, struct arena *a, const char *project_key, int64_t after, int64_t max,
                   json_t **page_r, struct err *e)
{
    struct dump d = {sb, a, e, 0, 0, ""};
    if (!sql_get_int(sb->db, &d.project, 0, e, "SELECT id FROM project WHERE key = ?1", "s", project_key))
        return false;
    if (!d.project)
        return err_set(e, ERR_GONE, "%s: there is no project %s to dump", sb->base_url, project_key);
    *page_r = json_keep(a, json_object());
    json_object_set_new(*page_r, "after", json_integer(after));
    if (!put_issues(&d, *page_r, after, max))
        return false;
    const json_t *issues = json_object_get(*page_r, "issues");
    int64_t last = json_at_int(json_array_get(issues, json_array_size(issues) - 1), "id", 0);
    d.issues = after ? arena_printf(a, "IN (SELECT id FROM issue WHERE +project = %lld AND id > %lld AND id <= %lld)",
                                    (long long)d.project, (long long)after, (long long)last)
                     : arena_printf(a, "IN (SELECT id FROM issue WHERE project = %lld)", (long long)d.project);
    return put_head(&d, *page_r);
}
