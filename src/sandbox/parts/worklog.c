/* worklog.c - worklogs of an issue: who worked when, how long, on what.
 *
 * Author, created and updated are never settable, `started` is. */
#include "sandbox/parts/worklog.h"
#include "sandbox/webhook/webhook.h"

#include "base/time_iso.h"
#include "sandbox/parts/duration.h"
#include "sandbox/rights/right.h"
#include "sandbox/rights/visibility.h"

#include <string.h>

enum { PAGE_IN_ISSUE = 20, PAGE = 5000, PER_ISSUE = 5000 };

/* ---- showing ---- */

#define SELECT                                                                                                         \
    "SELECT id, issue, author, update_author, created, updated, started, seconds, comment, visibility_type,"           \
    " visibility_value FROM worklog "

static struct worklog from_row(struct ctx *c, struct sql_rows *rows)
{
    struct worklog w;
    int64_t *numbers[] = {&w.id, &w.issue, &w.author, &w.update_author, &w.created, &w.updated, &w.started, &w.seconds};
    char **texts[] = {&w.comment, &w.visibility_type, &w.visibility_value};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        *numbers[i] = sql_int(rows, (int)i);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = sql_str(rows, (int)(ARRAY_LEN(numbers) + i), c->a);
    return w;
}

json_t *worklog_json(struct ctx *c, const struct worklog *w, bool properties)
{
    json_t *o = new_object(c);
    put_self(c, o, "issue/%lld/worklog/%lld", (long long)w->issue, (long long)w->id);
    if (w->author)
        put(o, "author", user_json(c, w->author));
    if (w->update_author)
        put(o, "updateAuthor", user_json(c, w->update_author));
    if (w->comment)
        put(o, "comment", rich_text_show(c, w->comment));
    else if (!c->d->is_cloud)
        put_str(o, "comment", "");
    put_time(c, o, "created", w->created);
    put_time(c, o, "updated", w->updated);
    if (!visibility_put(c, o, w->visibility_type, w->visibility_value))
        return NULL;
    put_time(c, o, "started", w->started);
    put_str(o, "timeSpent", duration_print(c->a, w->seconds));
    put_int(o, "timeSpentSeconds", w->seconds);
    put_id(o, "id", w->id);
    put_id(o, "issueId", w->issue);
    if (properties && !entity_properties_show(c, o, "worklog", w->id))
        return NULL;
    return c->err.kind == ERR_NONE ? o : NULL;
}

/* Those of an issue that the caller may see, oldest first. */
static bool visible_worklogs(struct ctx *c, int64_t issue, int64_t after, int64_t before, struct worklog **list_r,
                             size_t *count_r)
{
    struct sql_rows rows;
    *list_r = NULL;
    *count_r = 0;
    if (!db_query(c, &rows, SELECT "WHERE issue = ?1 AND started >= ?2 AND started < ?3 ORDER BY created, id", "iii",
                  issue, after, before))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        struct worklog w = from_row(c, &rows);
        bool seen = true;
        ok = visibility_shared(c, issue, w.visibility_type, w.visibility_value, &seen);
        if (ok && seen)
            *arena_push(c->a, *list_r, *count_r) = w;
    }
    return db_done(c, &rows) && ok;
}

static json_t *page_of(struct ctx *c, const struct worklog *list, size_t count, int64_t start, int64_t max,
                       bool properties)
{
    json_t *o = new_object(c), *shown = new_array(c);
    for (int64_t i = start; i < (int64_t)count && i < start + max; i++) {
        json_t *one = worklog_json(c, &list[i], properties);
        if (!one)
            return NULL;
        add(shown, one);
    }
    put_int(o, "startAt", start);
    put_int(o, "maxResults", max);
    put_int(o, "total", (int64_t)count);
    put(o, "worklogs", shown);
    return o;
}

json_t *worklog_page_json(struct ctx *c, int64_t issue)
{
    struct worklog *list;
    size_t count;
    return visible_worklogs(c, issue, INT64_MIN, INT64_MAX, &list, &count)
               ? page_of(c, list, count, 0, PAGE_IN_ISSUE, false)
               : NULL;
}

/* Milliseconds; what is no number is no such resource, as the layer below has it. */
static bool moment_param(struct ctx *c, const char *name, int64_t otherwise, int64_t *r)
{
    const char *text = param(c, name);
    *r = otherwise;
    return str_is_empty(text) || str_to_int(text, r) || refuse_plain(c, 404, c->d->route_missing, c->request->target);
}

static bool worklog_list(struct ctx *c)
{
    int64_t issue = 0, after, before;
    struct worklog *list;
    size_t count;
    struct page page = {0, 0};
    if (!issue_need(c, c->args[0], &issue) || !time_tracking_need(c) ||
        !moment_param(c, "startedAfter", INT64_MIN, &after) || !moment_param(c, "startedBefore", INT64_MAX, &before))
        return false;
    if (!c->d->is_cloud) /* all at once, whatever is asked */
        after = INT64_MIN, before = INT64_MAX;
    if (!visible_worklogs(c, issue, after, before, &list, &count))
        return false;
    if (c->d->is_cloud ? !page_read(c, PAGE, PAGE, &page) : (page.max = (int64_t)count, false))
        return false;
    json_t *o = page_of(c, list, count, page.start, page.max, c->d->is_cloud && param_expands(c, "properties"));
    return o && reply_json(c, 200, o);
}

/* ---- finding ---- */

bool worklog_find(struct ctx *c, int64_t id, struct worklog *w)
{
    struct sql_rows rows;
    int64_t issue = 0;
    bool seen = false;
    *w = (struct worklog){0};
    if (!db_query(c, &rows, SELECT "WHERE id = ?1", "i", id))
        return false;
    if (sql_next(&rows))
        *w = from_row(c, &rows);
    if (!db_done(c, &rows))
        return false;
    if (!w->id)
        return true;
    if (!issue_find(c, arena_printf(c->a, "%lld", (long long)w->issue), &issue) ||
        !visibility_shared(c, w->issue, w->visibility_type, w->visibility_value, &seen))
        return false;
    if (!issue || !seen)
        *w = (struct worklog){0};
    return true;
}

/* The worklog of the route, on the issue of the route. */
static bool worklog_need(struct ctx *c, struct worklog *w)
{
    int64_t issue = 0, id = 0;
    if (!issue_need(c, c->args[0], &issue) || !time_tracking_need(c))
        return false;
    if (!str_to_int(c->args[1], &id) || !worklog_find(c, id, w) || w->issue != issue || !w->id)
        return c->err.kind == ERR_NONE && refuse(c, 404, "Cannot find worklog with id: '%s'.", c->args[1]);
    return true;
}

static bool reply_worklog(struct ctx *c, int status, int64_t id)
{
    struct worklog w;
    if (!worklog_find(c, id, &w))
        return false;
    json_t *o = worklog_json(c, &w, c->d->is_cloud && param_expands(c, "properties"));
    return o && reply_json(c, status, o);
}

static bool worklog_get(struct ctx *c)
{
    struct worklog w;
    return worklog_need(c, &w) && reply_worklog(c, 200, w.id);
}

/* ---- what is sent ---- */

/* yyyy-MM-dd'T'HH:mm:ss.SSSZ, the zone without a colon: nothing else is taken. */
static bool is_started(const char *text)
{
    static const char FORM[] = "9999-99-99T99:99:99.999+9999";
    if (strlen(text) != sizeof FORM - 1)
        return false;
    for (size_t i = 0; FORM[i]; i++) {
        bool fits = FORM[i] == '9'   ? text[i] >= '0' && text[i] <= '9'
                    : FORM[i] == '+' ? text[i] == '+' || text[i] == '-'
                                     : text[i] == FORM[i];
        if (!fits)
            return false;
    }
    return true;
}

static void no_worklog(struct ctx *c, struct problems *p, const char *field, const char *text)
{
    if (!p->count)
        problem(c, p, NULL, "Worklog must not be null.");
    problem(c, p, field, "%s", text);
}

static void read_spent(struct ctx *c, const json_t *sent, bool is_new, struct problems *p, struct worklog *w)
{
    const json_t *seconds = json_object_get(sent, "timeSpentSeconds");
    const char *text = json_at_str(sent, "timeSpent");
    if (seconds && !json_is_null(seconds) && text)
        problem(c, p, "timeSpentSeconds", "You cannot specify both timeSpent and timeSpentSeconds.");
    else if (seconds && !json_is_null(seconds))
        w->seconds = json_is_integer(seconds) ? json_integer_value(seconds) : -1;
    else if (text && !duration_parse(text, &w->seconds))
        w->seconds = -1;
    else if (!text && is_new)
        no_worklog(c, p, "timeLogged", "You must indicate the time spent working.");
    if (w->seconds < 0 || w->seconds > INT32_MAX)
        no_worklog(c, p, "timeLogged", "Invalid time duration entered.");
    else if (w->seconds < 60 && !p->count)
        no_worklog(c, p, "timeLogged", "Time Spent can not be zero.");
}

/* The members of `sent` over what *w holds. */
static bool read_worklog(struct ctx *c, const json_t *sent, bool is_new, struct problems *p, struct worklog *w)
{
    const json_t *started = json_object_get(sent, "started");
    const char *type, *value;
    c->text_issue = w->issue;
    if (json_object_get(sent, "comment") &&
        !rich_text_read(c, json_object_get(sent, "comment"), "comment", p, &w->comment))
        return false;
    read_spent(c, sent, is_new, p, w);
    if (started && !json_is_null(started) &&
        (!json_is_string(started) || !is_started(json_string_value(started)) ||
         !time_iso_parse(json_string_value(started), &w->started)))
        problem(c, p, "started", "Error parsing time: %s",
                json_is_string(started) ? json_string_value(started) : json_print(c->a, started));
    if (!visibility_read(c, w->issue, sent, p, &type, &value))
        return false;
    if (is_new || json_object_get(sent, "visibility")) {
        w->visibility_type = arena_strdup(c->a, type);
        w->visibility_value = arena_strdup(c->a, value);
    }
    return true;
}

/* Where an amount that moves the estimate is told. */
static bool read_amount(struct ctx *c, const char *text, const char *field, const char *complaint, struct problems *p,
                        int64_t *r)
{
    if (text && duration_parse(text, r))
        return true;
    no_worklog(c, p, field, complaint);
    return false;
}

struct estimate {
    const char *adjust, *new_estimate, *manual;
};

/* `spent` is what the change adds to the time spent; less than 0 when it takes away. */
static void adjust(struct ctx *c, const struct estimate *how, int64_t spent, struct problems *p, struct issue_time *t)
{
    int64_t amount = 0, remaining = t->remaining > 0 ? t->remaining : 0;
    bool is_auto = str_is_empty(how->adjust) || str_eq_nocase(how->adjust, "auto");
    if (is_auto) {
        t->remaining = remaining > spent ? remaining - spent : 0;
    } else if (str_eq_nocase(how->adjust, "new")) {
        if (read_amount(c, how->new_estimate, "newEstimate", "You must supply a valid new estimate.", p, &amount))
            t->remaining = amount;
    } else if (str_eq_nocase(how->adjust, "manual")) {
        if (!read_amount(c, how->manual, "adjustmentAmount",
                         "You must supply a valid amount of time to adjust the estimate by.", p, &amount))
            return;
        amount = spent < 0 ? -amount : amount;
        t->remaining = remaining > amount ? remaining - amount : 0;
    } else if (!str_eq_nocase(how->adjust, "leave")) {
        problem(c, p, NULL, "'%s' is not a way to adjust the estimate: new, leave, manual or auto.", how->adjust);
    }
}

static struct estimate asked_estimate(struct ctx *c, const char *manual)
{
    return (struct estimate){param(c, "adjustEstimate"), param(c, "newEstimate"), param(c, manual)};
}

/* ---- writing ---- */

/* The issue's time, its history with `id` before and after (0: none), and its `updated`. */
static bool leave_trace(struct ctx *c, int64_t issue, const struct issue_time *before, const struct issue_time *after,
                        int64_t from, int64_t to)
{
    struct history_items items = {0};
    if (!issue_time_save(c, issue, before, after, &items))
        return false;
    char *was = from ? arena_printf(c->a, "%lld", (long long)from) : NULL;
    char *is = to ? arena_printf(c->a, "%lld", (long long)to) : NULL;
    *arena_push(c->a, items.list, items.count) = (struct history_item){
        .field = "WorklogId", .type = "jira", .from = was, .from_string = was, .to = is, .to_string = is};
    return history_add(c, issue, items.list, items.count) &&
           db_run(c, "UPDATE issue SET updated = ?2 WHERE id = ?1", "ii", issue, c->now);
}

static int64_t moved(int64_t spent, int64_t by)
{
    int64_t sum = (spent > 0 ? spent : 0) + by;
    return sum > 0 ? sum : 0;
}

static bool room_left(struct ctx *c, int64_t issue)
{
    int64_t there = 0;
    if (!c->d->is_cloud)
        return true;
    if (!db_int(c, &there, "SELECT count(*) FROM worklog WHERE issue = ?1", "i", issue))
        return false;
    return there < PER_ISSUE || refuse(c, 413, "The issue has reached the limit of %d worklogs.", PER_ISSUE);
}

static bool make(struct ctx *c, int64_t issue, const json_t *sent, const struct estimate *how, struct problems *p,
                 int64_t *id_r)
{
    struct worklog w = {.issue = issue, .started = c->now};
    struct issue_time before, after;
    if (!room_left(c, issue) || !read_worklog(c, sent, true, p, &w) || !issue_time_read(c, issue, &before))
        return false;
    after = before;
    adjust(c, how, w.seconds, p, &after);
    if (p->count)
        return true;
    after.spent = moved(before.spent, w.seconds);
    if (!db_run(c,
                "INSERT INTO worklog (issue, author, update_author, comment, created, updated, started, seconds,"
                " visibility_type, visibility_value) VALUES (?1, ?2, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8)",
                "iisiiiss", issue, c->caller, w.comment, c->now, w.started, w.seconds, w.visibility_type,
                w.visibility_value))
        return false;
    *id_r = sql_last_id(c->db);
    return leave_trace(c, issue, &before, &after, 0, *id_r) &&
           (!c->d->is_cloud || entity_properties_write(c, "worklog", *id_r, json_object_get(sent, "properties"))) &&
           webhook_noun(c, WEBHOOK_WORKLOG, "worklog_created", *id_r);
}

bool worklog_make(struct ctx *c, int64_t issue, const json_t *sent, struct problems *p, int64_t *id_r)
{
    struct estimate how = {json_at_str(sent, "adjustEstimate"), json_at_str(sent, "newEstimate"),
                           json_at_str(sent, "reduceBy")};
    if (!json_is_object(sent)) {
        problem(c, p, "worklog", "expected Object");
        return true;
    }
    return make(c, issue, sent, &how, p, id_r);
}

static bool worklog_post(struct ctx *c)
{
    int64_t issue = 0, id = 0;
    struct problems p = {0};
    struct estimate how = asked_estimate(c, "reduceBy");
    if (!issue_need(c, c->args[0], &issue) || !time_tracking_need(c) ||
        !right_need(c, issue, "WORK_ON_ISSUES", c->d->comment_forbidden_status,
                    "You do not have the permission to associate a worklog to this issue.") ||
        !notify_allowed(c) || !make(c, issue, c->body, &how, &p, &id))
        return false;
    return p.count ? refuse_problems(c, 400, &p) : reply_worklog(c, 201, id);
}

bool worklog_may(struct ctx *c, const struct worklog *w, const char *verb)
{
    bool may = false;
    return right_on_own(c, w->issue, verb, "WORKLOGS", w->author, &may) &&
           (may ||
            refuse(c, c->d->comment_forbidden_status, "You do not have permission to %s the worklog with id: %lld.",
                   str_lower(c->a, verb), (long long)w->id));
}

static bool worklog_put(struct ctx *c)
{
    struct worklog w, was;
    struct problems p = {0};
    struct issue_time before, after;
    struct estimate how = asked_estimate(c, "reduceBy");
    if (!worklog_need(c, &w) || !notify_allowed(c) || !worklog_may(c, &w, "EDIT"))
        return false;
    was = w;
    if (!read_worklog(c, c->body, false, &p, &w) || !issue_time_read(c, w.issue, &before))
        return false;
    after = before;
    if (str_is_empty(how.adjust) && w.seconds == was.seconds)
        how.adjust = "leave";
    if (str_eq_nocase(how.adjust, "manual") && !how.manual)
        how.adjust = "leave"; /* nothing says by how much */
    adjust(c, &how, w.seconds - was.seconds, &p, &after);
    if (p.count)
        return refuse_problems(c, 400, &p);
    after.spent = moved(before.spent, w.seconds - was.seconds);
    return db_run(c,
                  "UPDATE worklog SET update_author = ?2, comment = ?3, updated = ?4, started = ?5, seconds = ?6,"
                  " visibility_type = ?7, visibility_value = ?8 WHERE id = ?1",
                  "iisiiiss", w.id, c->caller, w.comment, c->now, w.started, w.seconds, w.visibility_type,
                  w.visibility_value) &&
           leave_trace(c, w.issue, &before, &after, w.id, w.id) &&
           (!c->d->is_cloud || entity_properties_write(c, "worklog", w.id, json_object_get(c->body, "properties"))) &&
           webhook_noun(c, WEBHOOK_WORKLOG, "worklog_updated", w.id) && reply_worklog(c, 200, w.id);
}

static bool remove_one(struct ctx *c, const struct worklog *w, const struct estimate *how, struct problems *p)
{
    struct issue_time before, after;
    if (!issue_time_read(c, w->issue, &before))
        return false;
    after = before;
    adjust(c, how, -w->seconds, p, &after);
    if (p->count)
        return true;
    after.spent = moved(before.spent, -w->seconds);
    return webhook_noun(c, WEBHOOK_WORKLOG, "worklog_deleted", w->id) &&
           db_run(c, "DELETE FROM worklog WHERE id = ?1", "i", w->id) &&
           db_run(c, "INSERT INTO worklog_deleted (worklog, deleted) VALUES (?1, ?2)", "ii", w->id, c->now) &&
           entity_properties_delete(c, "worklog", w->id) && leave_trace(c, w->issue, &before, &after, w->id, 0);
}

bool worklog_remove(struct ctx *c, const struct worklog *w, const char *how, struct problems *p)
{
    struct estimate e = {how, NULL, NULL};
    return remove_one(c, w, &e, p);
}

static bool worklog_delete(struct ctx *c)
{
    struct worklog w;
    struct problems p = {0};
    struct estimate how = asked_estimate(c, "increaseBy");
    if (!worklog_need(c, &w) || !notify_allowed(c) || !worklog_may(c, &w, "DELETE") || !remove_one(c, &w, &how, &p))
        return false;
    return p.count ? refuse_problems(c, 400, &p) : reply_empty(c, 204);
}

bool worklogs_remove(struct ctx *c, int64_t issue)
{
    return db_run(c,
                  "DELETE FROM property WHERE entity = 'worklog' AND entity_id IN (SELECT id FROM worklog WHERE"
                  " issue = ?1)",
                  "i", issue) &&
           db_run(c, "INSERT INTO worklog_deleted (worklog, deleted) SELECT id, ?2 FROM worklog WHERE issue = ?1", "ii",
                  issue, c->now);
}

const struct route worklog_routes[] = {
    {HTTP_GET, "issue/{}/worklog", worklog_list, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "issue/{}/worklog", worklog_post, ON_ALL, 0},
    {HTTP_GET, "issue/{}/worklog/{}", worklog_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_PUT, "issue/{}/worklog/{}", worklog_put, ON_ALL, 0},
    {HTTP_DELETE, "issue/{}/worklog/{}", worklog_delete, ON_ALL, 0},
    {0},
};
