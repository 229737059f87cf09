/* jql_run.c - runs a plan: pages by offset (Data Center) or after the last row's values (Cloud), and counts.
 *
 * The statements differ with every query, so they are prepared, run and dropped here instead of in the driver's cache.
 */
#include "base/buf.h"
#include "sandbox/door/faults.h"
#include "sandbox/jql/jql_plan.h"
#include "sandbox/rights/access.h"

#include <sqlite3.h>

enum { MAX_SQL = 16 << 20 };

struct statement {
    struct ctx *c;
    struct buf sql;
    struct jql_params params;
};

static void start(struct statement *s, struct ctx *c, const struct jql_plan *plan)
{
    *s = (struct statement){c, BUF_INIT(MAX_SQL), {NULL, 0}};
    for (size_t i = 0; i < plan->params.count; i++)
        *arena_push(c->a, s->params.list, s->params.count) = plan->params.list[i];
}

static void bind(struct statement *s, struct jql_param p)
{
    *arena_push(s->c->a, s->params.list, s->params.count) = p;
    buf_addf(&s->sql, "?%zu", s->params.count);
}

static void bind_int(struct statement *s, int64_t n)
{
    bind(s, (struct jql_param){JQL_PARAM_INT, n, 0, NULL});
}

static void add_reconciled(struct statement *s, const struct jql_page *page)
{
    if (!page || !page->reconciled_count)
        return;
    buf_adds(&s->sql, " OR i.id IN (");
    for (size_t i = 0; i < page->reconciled_count; i++) {
        if (i)
            buf_addc(&s->sql, ',');
        bind_int(s, page->reconciled[i]);
    }
    buf_addc(&s->sql, ')');
}

/* Fresh changes are not in the index yet, or come and go, unless the caller named the issue. */
static bool add_lag(struct statement *s, const struct jql_page *page)
{
    int64_t lag = 0, flicker = 0, now = s->c->now;
    if (!faults_index(s->c, &lag, &flicker))
        return false;
    if (lag > 0) {
        buf_adds(&s->sql, " AND (i.updated <= ");
        bind_int(s, now - lag);
        add_reconciled(s, page);
        buf_addc(&s->sql, ')');
    }
    if (flicker > 0) {
        buf_adds(&s->sql, " AND (i.updated <= ");
        bind_int(s, now - flicker);
        buf_adds(&s->sql, " OR ((");
        bind_int(s, now);
        buf_adds(&s->sql, " - i.updated) * 4 / ");
        bind_int(s, flicker);
        buf_adds(&s->sql, ") % 2 = 0");
        add_reconciled(s, page);
        buf_addc(&s->sql, ')');
    }
    return true;
}

static bool add_where(struct statement *s, const struct jql_plan *plan, const struct jql_page *page)
{
    buf_addf(&s->sql, " FROM issue i WHERE %s AND %s", plan->where, searchable_issues(s->c, "i"));
    return add_lag(s, page);
}

static bool prepare(struct statement *s, sqlite3_stmt **r)
{
    sqlite3 *db = sql_handle(s->c->db);
    if (s->sql.overflow || sqlite3_prepare_v2(db, buf_str(&s->sql), (int)s->sql.len, r, NULL) != SQLITE_OK)
        return err_set(&s->c->err, ERR_STORE, "search: %s (in \"%.300s\")", sqlite3_errmsg(db), buf_str(&s->sql));
    for (size_t i = 0; i < s->params.count; i++) {
        const struct jql_param *p = &s->params.list[i];
        int at = (int)i + 1;
        if (p->kind == JQL_PARAM_TEXT)
            sqlite3_bind_text(*r, at, p->text, -1, SQLITE_STATIC);
        else if (p->kind == JQL_PARAM_REAL)
            sqlite3_bind_double(*r, at, p->real);
        else if (p->kind == JQL_PARAM_INT)
            sqlite3_bind_int64(*r, at, p->number);
    }
    return true;
}

static bool finish(struct statement *s, sqlite3_stmt *statement, int code)
{
    bool ok = code == SQLITE_DONE || code == SQLITE_ROW;
    if (!ok)
        err_set(&s->c->err, ERR_STORE, "search: %s", sqlite3_errmsg(sql_handle(s->c->db)));
    sqlite3_finalize(statement);
    return ok;
}

bool jql_count(struct ctx *c, const struct jql_plan *plan, int64_t *r)
{
    struct statement s;
    sqlite3_stmt *statement = NULL;
    start(&s, c, plan);
    buf_adds(&s.sql, "SELECT count(*)");
    bool ok = add_where(&s, plan, NULL) && prepare(&s, &statement);
    if (ok) {
        int code = sqlite3_step(statement);
        *r = sqlite3_column_int64(statement, 0);
        ok = finish(&s, statement, code);
    }
    buf_release(&s.sql);
    return ok;
}

static struct jql_param param_of(struct ctx *c, const json_t *v)
{
    if (json_is_integer(v))
        return (struct jql_param){JQL_PARAM_INT, json_integer_value(v), 0, NULL};
    if (json_is_real(v))
        return (struct jql_param){JQL_PARAM_REAL, 0, json_real_value(v), NULL};
    if (json_is_string(v))
        return (struct jql_param){JQL_PARAM_TEXT, 0, 0, arena_strdup(c->a, json_string_value(v))};
    return (struct jql_param){JQL_PARAM_NULL, 0, 0, NULL};
}

/* One comparable term: a nullable one is two, whether it is null (nulls come last going up) and what it is. */
struct term {
    const char *sql;
    bool descending;
};

static size_t terms_of(struct ctx *c, const struct jql_plan *plan, struct term **r)
{
    size_t count = 0;
    *r = NULL;
    for (size_t i = 0; i < plan->order_count; i++) {
        const struct jql_order *o = &plan->orders[i];
        if (o->is_nullable)
            *arena_push(c->a, *r, count) = (struct term){arena_printf(c->a, "(%s IS NULL)", o->sql), o->descending};
        *arena_push(c->a, *r, count) = (struct term){o->sql, o->descending};
    }
    return count;
}

/* AND (t1 > v1 OR (t1 IS v1 AND t2 > v2) OR …), with a plain bound on the first term for the index to use. */
static void add_after(struct statement *s, const struct term *terms, size_t count, const json_t *after)
{
    struct jql_param first = param_of(s->c, json_array_get(after, 0));
    if (json_array_size(after) != count)
        return;
    if (first.kind != JQL_PARAM_NULL) {
        buf_addf(&s->sql, " AND %s %s ", terms[0].sql, terms[0].descending ? "<=" : ">=");
        bind(s, first);
    }
    buf_adds(&s->sql, " AND (");
    for (size_t i = 0; i < count; i++) {
        buf_adds(&s->sql, i ? " OR (" : "(");
        for (size_t k = 0; k <= i; k++) {
            const char *compare = k < i ? "IS" : terms[k].descending ? "<" : ">";
            buf_addf(&s->sql, "%s%s %s ", k ? " AND " : "", terms[k].sql, compare);
            bind(s, param_of(s->c, json_array_get(after, k)));
        }
        buf_addc(&s->sql, ')');
    }
    buf_addc(&s->sql, ')');
}

static bool build(struct statement *s, const struct jql_plan *plan, const struct jql_page *page, size_t *terms_r)
{
    struct term *terms;
    size_t count = terms_of(s->c, plan, &terms);
    *terms_r = count;
    buf_adds(&s->sql, "SELECT i.id");
    for (size_t i = 0; i < count; i++)
        buf_addf(&s->sql, ", %s", terms[i].sql);
    if (!add_where(s, plan, page))
        return false;
    if (page->after)
        add_after(s, terms, count, page->after);
    buf_adds(&s->sql, " ORDER BY ");
    for (size_t i = 0; i < count; i++)
        buf_addf(&s->sql, "%s%s%s", i ? ", " : "", terms[i].sql, terms[i].descending ? " DESC" : "");
    buf_adds(&s->sql, " LIMIT ");
    bind_int(s, page->max + 1); /* one more tells whether there are more */
    buf_adds(&s->sql, " OFFSET ");
    bind_int(s, page->offset);
    return true;
}

static json_t *values_of(struct ctx *c, sqlite3_stmt *statement, size_t count)
{
    json_t *values = new_array(c);
    for (size_t i = 1; i <= count; i++) {
        int at = (int)i;
        switch (sqlite3_column_type(statement, at)) {
        case SQLITE_INTEGER:
            add(values, json_keep(c->a, json_integer(sqlite3_column_int64(statement, at))));
            break;
        case SQLITE_FLOAT:
            add(values, json_keep(c->a, json_real(sqlite3_column_double(statement, at))));
            break;
        case SQLITE_TEXT:
            add_str(values, (const char *)sqlite3_column_text(statement, at));
            break;
        default:
            add(values, json_null());
        }
    }
    return values;
}

bool jql_run(struct ctx *c, const struct jql_plan *plan, const struct jql_page *page, struct jql_found *r)
{
    struct statement s;
    sqlite3_stmt *statement = NULL;
    size_t terms;
    *r = (struct jql_found){0};
    start(&s, c, plan);
    bool ok = build(&s, plan, page, &terms) && prepare(&s, &statement);
    if (ok) {
        int code;
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
            if ((int64_t)r->count == page->max) {
                r->has_more = true;
                break;
            }
            *arena_push(c->a, r->ids, r->count) = sqlite3_column_int64(statement, 0);
            if ((int64_t)r->count == page->max)
                r->last = values_of(c, statement, terms);
        }
        ok = finish(&s, statement, code);
    }
    buf_release(&s.sql);
    return ok;
}

bool jql_explain(struct ctx *c, const struct jql_plan *plan, char **r)
{
    struct statement s;
    sqlite3_stmt *statement = NULL;
    struct jql_page page = {.max = 50};
    size_t terms;
    start(&s, c, plan);
    buf_adds(&s.sql, "EXPLAIN QUERY PLAN ");
    bool ok = build(&s, plan, &page, &terms) && prepare(&s, &statement);
    if (ok) {
        int code;
        *r = arena_strdup(c->a, "");
        while ((code = sqlite3_step(statement)) == SQLITE_ROW)
            *r = arena_printf(c->a, "%s%s\n", *r, (const char *)sqlite3_column_text(statement, 3));
        ok = finish(&s, statement, code);
    }
    buf_release(&s.sql);
    return ok;
}
