/* changelog.c - what happened to an issue: one history per edit, with an item for each field. */
#include "sandbox/issue/issue.h"

#include <stdlib.h>

bool history_add(struct ctx *c, int64_t issue, const struct history_item *items, size_t count)
{
    if (!db_run(c, "INSERT INTO history (issue, author, created) VALUES (?1, ?2, ?3)", "iii", issue, c->caller, c->now))
        return false;
    int64_t history = sql_last_id(c->db);
    for (size_t i = 0; i < count; i++)
        if (!db_run(c,
                    "INSERT INTO history_item (history, position, field, field_type, field_id, from_value, from_string,"
                    " to_value, to_string) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                    "iisssssss", history, (int64_t)i, items[i].field, items[i].type, items[i].field_id, items[i].from,
                    items[i].from_string, items[i].to, items[i].to_string))
            return false;
    return true;
}

static json_t *items_json(struct ctx *c, int64_t history)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT field, field_type, field_id, from_value, from_string, to_value, to_string FROM history_item"
                  " WHERE history = ?1 ORDER BY position",
                  "i", history))
        return NULL;
    while (sql_next(&rows)) {
        json_t *o = new_object(c);
        put_str(o, "field", sql_peek(&rows, 0));
        put_str(o, "fieldtype", sql_peek(&rows, 1));
        if (c->d->history_has_field_id && !sql_is_null(&rows, 2))
            put_str(o, "fieldId", sql_peek(&rows, 2));
        put_str(o, "from", sql_peek(&rows, 3));
        put_str(o, "fromString", sql_peek(&rows, 4));
        put_str(o, "to", sql_peek(&rows, 5));
        put_str(o, "toString", sql_peek(&rows, 6));
        add(list, o);
    }
    return db_done(c, &rows) ? list : NULL;
}

/* Columns id, author, created. */
static json_t *from_row(struct ctx *c, struct sql_rows *rows, bool epoch)
{
    json_t *o = new_object(c);
    put_id(o, "id", sql_int(rows, 0));
    if (!sql_is_null(rows, 1))
        put(o, "author", user_json(c, sql_int(rows, 1)));
    if (epoch)
        put_int(o, "created", sql_int(rows, 2));
    else
        put_time(c, o, "created", sql_int(rows, 2));
    put(o, "items", items_json(c, sql_int(rows, 0)));
    char *metadata = NULL;
    if (!db_str(c, &metadata, "SELECT value FROM history_metadata WHERE history = ?1", "i", sql_int(rows, 0)))
        return NULL;
    if (metadata)
        put(o, "historyMetadata", json_stored(c, metadata));
    return o;
}

json_t *history_json(struct ctx *c, int64_t history)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, author, created FROM history WHERE id = ?1", "i", history))
        return NULL;
    json_t *o = sql_next(&rows) ? from_row(c, &rows, false) : json_keep(c->a, json_null());
    return db_done(c, &rows) ? o : NULL;
}

static bool count_of(struct ctx *c, int64_t issue, int64_t *r)
{
    return db_int(c, r, "SELECT count(*) FROM history WHERE issue = ?1", "i", issue);
}

json_t *changelog_json(struct ctx *c, int64_t issue, bool in_search)
{
    int64_t cap = c->d->changelog_cap ? (in_search ? c->d->changelog_cap_in_search : c->d->changelog_cap) : -1;
    const char *sql = c->d->changelog_cap
                          ? "SELECT id, author, created FROM history WHERE issue = ?1 ORDER BY id DESC LIMIT ?2"
                          : "SELECT id, author, created FROM history WHERE issue = ?1 ORDER BY id LIMIT ?2";
    json_t *o = new_object(c), *list = new_array(c);
    struct sql_rows rows;
    int64_t total = 0;
    if (!count_of(c, issue, &total) || !db_query(c, &rows, sql, "ii", issue, cap))
        return NULL;
    while (sql_next(&rows))
        add(list, from_row(c, &rows, false));
    put_int(o, "startAt", 0);
    put_int(o, "maxResults", (int64_t)json_array_size(list));
    put_int(o, "total", total);
    put(o, "histories", list);
    return db_done(c, &rows) ? o : NULL;
}

/* Cloud: the whole of it, oldest first, in pages. */
static bool changelog_get(struct ctx *c)
{
    int64_t id = 0, total = 0;
    struct page page;
    struct sql_rows rows;
    if (!issue_need(c, c->args[0], &id) || !page_read(c, 100, 100, &page) || !count_of(c, id, &total) ||
        !db_query(c, &rows, "SELECT id, author, created FROM history WHERE issue = ?1 ORDER BY id LIMIT ?2 OFFSET ?3",
                  "iii", id, page.max, page.start))
        return false;
    json_t *values = new_array(c);
    while (sql_next(&rows))
        add(values, from_row(c, &rows, false));
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

static bool changelog_list(struct ctx *c)
{
    int64_t id = 0;
    const json_t *ids = json_object_get(c->body, "changelogIds"), *asked;
    size_t i;
    if (!issue_need(c, c->args[0], &id))
        return false;
    if (!json_is_array(ids))
        return refuse(c, 400, "changelogIds must be given as an array.");
    json_t *list = new_array(c), *o = new_object(c);
    json_array_foreach (ids, i, asked) {
        int64_t issue = 0;
        if (!db_int(c, &issue, "SELECT issue FROM history WHERE id = ?1", "i", (int64_t)json_integer_value(asked)))
            return false;
        if (issue == id)
            add(list, history_json(c, json_integer_value(asked)));
    }
    put_int(o, "startAt", 0);
    put_int(o, "maxResults", (int64_t)json_array_size(ids));
    put_int(o, "total", (int64_t)json_array_size(list));
    put(o, "histories", list);
    return reply_json(c, 200, o);
}

/* ---- POST changelog/bulkfetch ---- */

enum { BULK_ISSUES = 1000, BULK_FIELDS = 10, BULK_PAGE = 1000, BULK_PAGE_CAP = 10000 };

struct bulk {
    int64_t *issues; /* visible ones, ascending */
    size_t issue_count;
    int64_t max, after_issue, after_history; /* where the page before ended */
    const json_t *fields;
};

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool bulk_read(struct ctx *c, struct bulk *b)
{
    const json_t *issues = json_object_get(c->body, "issueIdsOrKeys"), *item;
    const char *token = json_at_str(c->body, "nextPageToken");
    size_t i;
    *b = (struct bulk){.fields = json_object_get(c->body, "fieldIds"),
                       .max = json_at_int(c->body, "maxResults", BULK_PAGE)};
    if (!json_array_size(issues) || json_array_size(issues) > BULK_ISSUES)
        return refuse(c, 400, "issueIdsOrKeys must hold between 1 and %d issues.", BULK_ISSUES);
    if (json_array_size(b->fields) > BULK_FIELDS)
        return refuse(c, 400, "fieldIds must hold at most %d fields.", BULK_FIELDS);
    if (b->max < 1 || b->max > BULK_PAGE_CAP)
        return refuse(c, 400, "maxResults must be between 1 and %d.", BULK_PAGE_CAP);
    if (token) {
        char **parts;
        if (str_split(c->a, token, '.', &parts) != 2 || !str_to_int(parts[0], &b->after_issue) ||
            !str_to_int(parts[1], &b->after_history))
            return refuse(c, 400, "The nextPageToken is not valid.");
    }
    json_array_foreach (issues, i, item) {
        int64_t id = 0;
        const char *asked = json_is_integer(item) ? arena_printf(c->a, "%lld", (long long)json_integer_value(item))
                                                  : json_string_value(item);
        if (asked && !issue_find(c, asked, &id))
            return false;
        if (id)
            *arena_push(c->a, b->issues, b->issue_count) = id;
    }
    if (b->issue_count)
        qsort(b->issues, b->issue_count, sizeof *b->issues, by_number);
    return true;
}

/* Whether a history has an item of one of the wanted fields; its other items are left out. */
static bool has_wanted(json_t *history, const json_t *fields)
{
    json_t *items = json_object_get(history, "items"), *item;
    const json_t *field;
    size_t i, f;
    if (!json_array_size(fields))
        return true;
    for (i = json_array_size(items); i-- > 0;) {
        bool wanted = false;
        item = json_array_get(items, i);
        json_array_foreach (fields, f, field)
            wanted |= str_eq(json_at_str(item, "fieldId"), json_string_value(field));
        if (!wanted)
            json_array_remove(items, i);
    }
    return json_array_size(items);
}

static bool changelog_bulk(struct ctx *c)
{
    struct bulk b;
    if (!bulk_read(c, &b))
        return false;
    json_t *list = new_array(c), *o = new_object(c);
    int64_t left = b.max, last_issue = 0, last_history = 0;
    bool is_more = false, ok = true;
    for (size_t i = 0; ok && !is_more && i < b.issue_count; i++) {
        if (b.issues[i] < b.after_issue || (i && b.issues[i] == b.issues[i - 1]))
            continue;
        json_t *histories = new_array(c), *entry = new_object(c);
        struct sql_rows rows;
        if (!db_query(c, &rows, "SELECT id, author, created FROM history WHERE issue = ?1 AND id > ?2 ORDER BY id",
                      "ii", b.issues[i], b.issues[i] == b.after_issue ? b.after_history : (int64_t)0))
            return false;
        while (sql_next(&rows)) {
            json_t *history = from_row(c, &rows, true);
            if (!has_wanted(history, b.fields))
                continue;
            if (!left) {
                is_more = true;
                break;
            }
            left--;
            add(histories, history);
            last_issue = b.issues[i];
            last_history = sql_int(&rows, 0);
        }
        ok = db_done(c, &rows);
        put_id(entry, "issueId", b.issues[i]);
        put(entry, "changeHistories", histories);
        if (json_array_size(histories))
            add(list, entry);
    }
    put(o, "issueChangeLogs", list);
    if (is_more)
        put_str(o, "nextPageToken", arena_printf(c->a, "%lld.%lld", (long long)last_issue, (long long)last_history));
    return ok && reply_json(c, 200, o);
}

const struct route changelog_routes[] = {
    {HTTP_GET, "issue/{}/changelog", changelog_get, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_POST, "issue/{}/changelog/list", changelog_list, ON_CLOUD, ROUTE_READ},
    {HTTP_POST, "changelog/bulkfetch", changelog_bulk, ON_CLOUD, ROUTE_READ},
    {0},
};
