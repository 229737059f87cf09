/* jql_plan.h - a parsed query made into SQL over the schema, with bound values, and run.
 *
 * The condition is over `issue i`. NOT is carried down to the clauses, because in Jira `!=`, NOT IN and NOT drop the
 * issues whose field is empty, which SQL's NULL does by itself once no NOT stands above it.
 *
 * Dates have minute precision where they are written and are read in the caller's own zone; what is stored counts by
 * whole seconds, as in Jira's index: `updated > "16:04"` leaves out what happened at 16:04:00.500.
 *
 * Mistakes of meaning (a field, project, key or user that is not there) are collected, all of them; a clause with such
 * a value goes on without it. Whether they refuse the request or become warnings is the caller's business.
 *
 * Files: jql_plan.c tree to SQL · jql_clause.c one clause · jql_field.c what each field is · jql_value.c what its
 * values mean · jql_function.c lists that functions give · jql_date.c times · jql_history.c WAS and CHANGED ·
 * jql_text.c the words of `~` · jql_run.c running and paging. */
#pragma once

#include "sandbox/internal.h"
#include "sandbox/jql/jql.h"

enum jql_param_kind { JQL_PARAM_INT, JQL_PARAM_REAL, JQL_PARAM_TEXT, JQL_PARAM_NULL };

struct jql_param {
    enum jql_param_kind kind;
    int64_t number;
    double real;
    const char *text;
};

struct jql_params {
    struct jql_param *list;
    size_t count;
};

/* One term of the order. Pages continue after the values of their last row, so every term can be compared. */
struct jql_order {
    const char *sql;
    bool descending, is_nullable;
};

struct jql_plan {
    const char *where; /* an SQL condition; "1" when there is none */
    struct jql_params params;
    struct jql_order *orders; /* ends with i.id, so that it is total */
    size_t order_count;
    bool is_bounded; /* it has a restriction */
    bool uses_text;
    const char **errors; /* Jira's sentences, without repetition */
    size_t error_count;
};

/* False when the database failed (c->err). */
bool jql_plan_make(struct ctx *, const struct jql_query *, struct jql_plan *) MUST_CHECK;

/* ---- running (jql_run.c) ---- */

struct jql_page {
    int64_t offset, max;
    const json_t *after;       /* values of the last row of the page before; NULL: from the start */
    const int64_t *reconciled; /* issues that are shown however fresh their change is */
    size_t reconciled_count;
};

struct jql_found {
    int64_t *ids;
    size_t count;
    bool has_more;
    json_t *last; /* the order's values of the last row: `after` of the next page */
};

bool jql_run(struct ctx *, const struct jql_plan *, const struct jql_page *, struct jql_found *r) MUST_CHECK;
bool jql_count(struct ctx *, const struct jql_plan *, int64_t *r) MUST_CHECK;
/* The lines of EXPLAIN QUERY PLAN joined by newlines: for tests that no query scans. */
bool jql_explain(struct ctx *, const struct jql_plan *, char **r) MUST_CHECK;

/* ---- shared by the files of the planner ---- */

struct jql_builder {
    struct ctx *c;
    struct jql_plan *plan;
    struct buf *sql;
    int depth, emitted;
    bool is_top;          /* the clause at hand stands at the top, or in an AND at the top */
    int64_t only_project; /* every match is in this project; 0: not known */
    char *zone;           /* the caller's, once it was needed */
    int64_t key_project;  /* of the key read last, and its name; how a key is looked up */
    const char *key_name, *key_sql;
};

void jql_error(struct jql_builder *, const char *format, ...) PRINTF_LIKE(2, 3);
/* Adds "?N" to the SQL and the value to the parameters. */
void jql_bind_int(struct jql_builder *, int64_t);
void jql_bind_real(struct jql_builder *, double);
void jql_bind_text(struct jql_builder *, const char *);

/* Emits a clause (jql_clause.c). False when the database failed. */
bool jql_emit_clause(struct jql_builder *, const struct jql_node *, enum jql_op) MUST_CHECK;
/* Adds the terms of one sort. */
bool jql_emit_sort(struct jql_builder *, const struct jql_sort *) MUST_CHECK;

/* A date literal or function in the caller's zone (jql_date.c). `ok_r` false: not a date; nothing is reported. */
bool jql_read_date(struct jql_builder *, const char *text, bool is_number, bool *ok_r, int64_t *ms_r) MUST_CHECK;
/* now(), startOfDay("-1d") …; `ok_r` false when it is none of them or its arguments are wrong (reported). */
bool jql_read_date_function(struct jql_builder *, const struct jql_value *, const char *field, bool *ok_r,
                            int64_t *ms_r) MUST_CHECK;

/* The day of a moment where the caller lives, "2026-11-22". */
bool jql_day_of(struct jql_builder *, int64_t ms, const char **r) MUST_CHECK;

/* Reads the texts that changed since the last time into the index of words. */
bool jql_text_refresh(struct ctx *) MUST_CHECK;
/* What somebody typed after `~` as FTS5 wants it; NULL when there is no word in it. *error_r, Jira's sentence, when it
 * cannot be read. The index is refreshed. */
bool jql_text_match(struct ctx *, const char *text, const char *field, const char **match_r,
                    const char **error_r) MUST_CHECK;
