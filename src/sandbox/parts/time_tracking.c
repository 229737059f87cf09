/* time_tracking.c - estimates and sums of an issue, and their fields. */
#include "sandbox/parts/worklog.h"

#include "sandbox/parts/duration.h"

static int64_t or_none(struct sql_rows *rows, int column)
{
    return sql_is_null(rows, column) ? -1 : sql_int(rows, column);
}

bool issue_time_read(struct ctx *c, int64_t issue, struct issue_time *r)
{
    struct sql_rows rows;
    *r = (struct issue_time)ISSUE_TIME_NONE;
    if (!db_query(c, &rows, "SELECT original, remaining, spent FROM issue_time WHERE issue = ?1", "i", issue))
        return false;
    if (sql_next(&rows))
        *r = (struct issue_time){or_none(&rows, 0), or_none(&rows, 1), or_none(&rows, 2)};
    return db_done(c, &rows);
}

static void note(struct ctx *c, struct history_items *items, const char *field, int64_t before, int64_t after)
{
    if (before == after)
        return;
    char *from = before < 0 ? NULL : arena_printf(c->a, "%lld", (long long)before);
    char *to = after < 0 ? NULL : arena_printf(c->a, "%lld", (long long)after);
    *arena_push(c->a, items->list, items->count) = (struct history_item){.field = field,
                                                                         .type = "jira",
                                                                         .field_id = field,
                                                                         .from = from,
                                                                         .from_string = from,
                                                                         .to = to,
                                                                         .to_string = to};
}

bool issue_time_save(struct ctx *c, int64_t issue, const struct issue_time *before, const struct issue_time *after,
                     struct history_items *items)
{
    size_t count = items->count;
    c->times = NULL;
    note(c, items, "timeoriginalestimate", before->original, after->original);
    note(c, items, "timeestimate", before->remaining, after->remaining);
    note(c, items, "timespent", before->spent, after->spent);
    return items->count == count ||
           db_run(c,
                  "INSERT OR REPLACE INTO issue_time (issue, original, remaining, spent) VALUES (?1, NULLIF(?2, -1),"
                  " NULLIF(?3, -1), NULLIF(?4, -1))",
                  "iiii", issue, after->original, after->remaining, after->spent);
}

/* Null and "" clear. */
static bool estimate_read(const json_t *sent, const char *name, int64_t *r)
{
    const json_t *value = json_object_get(sent, name);
    const char *text = json_string_value(value);
    *r = -1;
    if (json_is_null(value) || (text && !*text))
        return true;
    return text && duration_parse(text, r);
}

void issue_time_change(struct ctx *c, struct issue_time *t, const json_t *sent, bool is_new, struct problems *p)
{
    bool has_original = json_object_get(sent, "originalEstimate");
    bool has_remaining = json_object_get(sent, "remainingEstimate");
    int64_t original = -1, remaining = -1;
    if (json_is_null(sent)) {
        t->original = t->remaining = -1;
        return;
    }
    if (!json_is_object(sent)) {
        problem(c, p, "timetracking", "expected Object");
        return;
    }
    if (has_original && !estimate_read(sent, "originalEstimate", &original))
        problem(c, p, "timetracking_originalestimate", "The original estimate specified is not valid.");
    if (has_remaining && !estimate_read(sent, "remainingEstimate", &remaining))
        problem(c, p, "timetracking_remainingestimate", "The remaining estimate specified is not valid.");
    if (has_original)
        t->original = original;
    if (has_remaining)
        t->remaining = remaining;
    else if (has_original && (is_new || (t->remaining < 0 && t->spent < 0)))
        t->remaining = original; /* nothing is done yet: all of it remains */
}

bool time_tracking_need(struct ctx *c)
{
    int64_t is_on = 1;
    if (!setting_int(c->db, "time_tracking", 1, &is_on, &c->err))
        return false;
    return is_on || refuse(c, c->request->method == HTTP_GET ? 404 : 400, "Time Tracking is not enabled.");
}

/* ---- fields ---- */

/* An issue's own time and the sum with its sub-tasks: ten fields ask for them one after the other. */
struct issue_times {
    int64_t issue;
    struct issue_time own, sum;
};

static void sum_up(int64_t *sum, int64_t more)
{
    if (more >= 0)
        *sum = (*sum < 0 ? 0 : *sum) + more;
}

/* NULL when the database failed. */
static const struct issue_times *times_of(struct ctx *c, int64_t issue)
{
    struct sql_rows rows;
    if (c->times && c->times->issue == issue)
        return c->times;
    struct issue_times *t = arena_new(c->a, struct issue_times);
    *t = (struct issue_times){issue, ISSUE_TIME_NONE, ISSUE_TIME_NONE};
    if (!db_query(
            c, &rows,
            "SELECT issue, original, remaining, spent FROM issue_time WHERE issue = ?1 OR issue IN (SELECT i.id FROM"
            " issue i JOIN issue_type t ON t.id = i.issue_type WHERE i.parent = ?1 AND t.is_subtask = 1)",
            "i", issue))
        return NULL;
    while (sql_next(&rows)) {
        struct issue_time one = {or_none(&rows, 1), or_none(&rows, 2), or_none(&rows, 3)};
        if (sql_int(&rows, 0) == issue)
            t->own = one;
        sum_up(&t->sum.original, one.original);
        sum_up(&t->sum.remaining, one.remaining);
        sum_up(&t->sum.spent, one.spent);
    }
    if (!db_done(c, &rows))
        return NULL;
    return c->times = t;
}

static json_t *seconds_json(struct ctx *c, int64_t seconds)
{
    return json_keep(c->a, seconds < 0 ? json_null() : json_integer(seconds));
}

static json_t *progress_json(struct ctx *c, const struct issue_time *t)
{
    json_t *o = new_object(c);
    int64_t done = t->spent > 0 ? t->spent : 0, total = done + (t->remaining > 0 ? t->remaining : 0);
    put_int(o, "progress", done);
    put_int(o, "total", total);
    if (total)
        put_int(o, "percent", done * 100 / total);
    return o;
}

static json_t *tracking_json(struct ctx *c, const struct issue_time *t)
{
    json_t *o = new_object(c);
    const struct {
        const char *name;
        int64_t seconds;
    } PARTS[] = {{"originalEstimate", t->original}, {"remainingEstimate", t->remaining}, {"timeSpent", t->spent}};
    for (size_t i = 0; i < ARRAY_LEN(PARTS); i++)
        if (PARTS[i].seconds >= 0)
            put_str(o, PARTS[i].name, duration_print(c->a, PARTS[i].seconds));
    for (size_t i = 0; i < ARRAY_LEN(PARTS); i++)
        if (PARTS[i].seconds >= 0)
            put_int(o, arena_printf(c->a, "%sSeconds", PARTS[i].name), PARTS[i].seconds);
    return o;
}

json_t *issue_time_field(struct ctx *c, int64_t issue, const char *field)
{
    const struct issue_times *times = times_of(c, issue);
    bool is_sum = str_starts(field, "aggregate");
    const char *what = is_sum ? field + strlen("aggregate") : field;
    if (!times)
        return NULL;
    struct issue_time t = is_sum ? times->sum : times->own;
    if (str_eq(what, "timespent"))
        return seconds_json(c, t.spent);
    if (str_eq(what, "timeestimate"))
        return seconds_json(c, t.remaining);
    if (str_eq(what, "timeoriginalestimate"))
        return seconds_json(c, t.original);
    if (str_eq(what, "progress"))
        return progress_json(c, &t);
    if (str_eq(what, "timetracking"))
        return tracking_json(c, &t);
    if (str_eq(what, "workratio"))
        return json_keep(c->a, json_integer(t.original > 0 ? (t.spent > 0 ? t.spent : 0) * 100 / t.original : -1));
    return NULL;
}
