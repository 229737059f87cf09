/* worklog_feed.c - which worklogs changed and which went, of the whole site: the only list of deletions in Jira.
 *
 * The last minute is left out, so that nothing that is still being written is missed by who goes on from `until`. */
#include "sandbox/parts/worklog.h"

enum { FEED_PAGE = 1000, QUIET_MS = 60000 };

static bool since_of(struct ctx *c, int64_t *r)
{
    const char *text = param(c, "since");
    *r = 0;
    return str_is_empty(text) || str_to_int(text, r) || refuse_plain(c, 404, c->d->route_missing, c->request->target);
}

struct feed {
    const char *name;
    int64_t since, until;
    json_t *values;
    bool is_last;
};

static bool reply_feed(struct ctx *c, const struct feed *f)
{
    json_t *o = new_object(c), *next = new_object(c);
    put(o, "values", f->values);
    put_int(o, "since", f->since);
    put_int(o, "until", f->until);
    put_self(c, o, "worklog/%s?since=%lld", f->name, (long long)f->since);
    put_self(c, next, "worklog/%s?since=%lld", f->name, (long long)f->until);
    if (!f->is_last)
        put(o, "nextPage", json_object_get(next, "self"));
    put_bool(o, "lastPage", f->is_last);
    return reply_json(c, 200, o);
}

static json_t *change_json(struct ctx *c, int64_t worklog, int64_t at, json_t *properties)
{
    json_t *o = new_object(c);
    put_int(o, "worklogId", worklog);
    put_int(o, "updatedTime", at);
    if (c->d->is_cloud)
        put(o, "properties", properties);
    return o;
}

/* A page ends between two moments, never between two worklogs of one: who goes on from `until` would miss the rest. */
static bool is_full(const struct feed *f, int64_t at)
{
    return json_array_size(f->values) >= FEED_PAGE && at != f->until;
}

static bool properties_of(struct ctx *c, const struct worklog *w, bool wanted, json_t **r)
{
    *r = new_array(c);
    if (!wanted)
        return true;
    json_t *o = worklog_json(c, w, true);
    *r = o ? json_object_get(o, "properties") : NULL;
    return *r;
}

static bool worklog_updated(struct ctx *c)
{
    struct feed f = {.name = "updated", .values = new_array(c), .is_last = true};
    bool with_properties = param_expands(c, "properties"), ok = true;
    struct sql_rows rows;
    if (!since_of(c, &f.since) || !db_query(c, &rows,
                                            "SELECT id, updated FROM worklog WHERE updated > ?1 AND updated <= ?2 ORDER"
                                            " BY updated, id",
                                            "ii", f.since, c->now - QUIET_MS))
        return false;
    f.until = f.since;
    while (ok && sql_next(&rows)) {
        struct worklog w;
        json_t *properties;
        if (is_full(&f, sql_int(&rows, 1))) {
            f.is_last = false;
            break;
        }
        ok = worklog_find(c, sql_int(&rows, 0), &w);
        if (!ok || !w.id)
            continue;
        f.until = w.updated;
        ok = properties_of(c, &w, with_properties, &properties);
        add(f.values, change_json(c, w.id, w.updated, properties));
    }
    if (f.is_last)
        f.until = c->now - QUIET_MS > f.since ? c->now - QUIET_MS : f.since;
    return db_done(c, &rows) && ok && reply_feed(c, &f);
}

static bool worklog_deleted(struct ctx *c)
{
    struct feed f = {.name = "deleted", .values = new_array(c), .is_last = true};
    struct sql_rows rows;
    if (!since_of(c, &f.since) || !db_query(c, &rows,
                                            "SELECT worklog, deleted FROM worklog_deleted WHERE deleted > ?1 AND"
                                            " deleted <= ?2 ORDER BY deleted, worklog",
                                            "ii", f.since, c->now - QUIET_MS))
        return false;
    f.until = f.since;
    while (sql_next(&rows)) {
        if (is_full(&f, sql_int(&rows, 1))) {
            f.is_last = false;
            break;
        }
        f.until = sql_int(&rows, 1);
        add(f.values, change_json(c, sql_int(&rows, 0), f.until, new_array(c)));
    }
    if (f.is_last)
        f.until = c->now - QUIET_MS > f.since ? c->now - QUIET_MS : f.since;
    return db_done(c, &rows) && reply_feed(c, &f);
}

/* Unseen ones are left out. */
static bool worklog_by_ids(struct ctx *c)
{
    const json_t *ids = json_object_get(c->body, "ids"), *id;
    json_t *list = new_array(c);
    bool with_properties = param_expands(c, "properties");
    size_t i;
    if (!json_is_array(ids) || json_array_size(ids) > FEED_PAGE)
        return refuse(c, 400, "ids must be an array of at most %d worklog ids.", FEED_PAGE);
    json_array_foreach (ids, i, id) {
        struct worklog w;
        if (!worklog_find(c, json_integer_value(id), &w))
            return false;
        json_t *o = w.id ? worklog_json(c, &w, with_properties) : NULL;
        if (w.id && !o)
            return false;
        if (o)
            add(list, o);
    }
    return reply_json(c, 200, list);
}

const struct route worklog_feed_routes[] = {
    {HTTP_GET, "worklog/updated", worklog_updated, ON_ALL, 0},
    {HTTP_GET, "worklog/deleted", worklog_deleted, ON_ALL, 0},
    {HTTP_POST, "worklog/list", worklog_by_ids, ON_ALL, ROUTE_READ},
    {0},
};
