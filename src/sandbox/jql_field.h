/* jql_field.h - what a field of JQL is, shared by the files that give values a meaning and clauses an SQL. */
#pragma once

#include "sandbox/jql_plan.h"

enum jql_kind {
    KIND_PROJECT,
    KIND_ISSUE,
    KIND_PARENT,
    KIND_TIME,
    KIND_DAY,
    KIND_NAMED,
    KIND_CATEGORY,
    KIND_USER,
    KIND_STRING,
    KIND_NUMBER,
    KIND_TEXT,
    KIND_OPTION
};

enum {
    OPS_SET = 1 << JQL_EQ | 1 << JQL_NE | 1 << JQL_IN | 1 << JQL_NOT_IN,
    OPS_NULL = 1 << JQL_IS | 1 << JQL_IS_NOT,
    OPS_ORDER = 1 << JQL_GT | 1 << JQL_GE | 1 << JQL_LT | 1 << JQL_LE,
    OPS_LIKE = 1 << JQL_LIKE | 1 << JQL_NOT_LIKE,
};

struct jql_field {
    const char *names; /* every spelling, each between bars */
    enum jql_kind kind;
    unsigned ops;
    const char *sql;    /* a scalar's expression, or the column of many values; a text's list of columns */
    const char *from;   /* of many values: "issue_label v WHERE 1"; NULL for a scalar */
    const char *table;  /* where names are looked up */
    const char *sort;   /* NULL: cannot be sorted by */
    bool is_descending; /* the direction when none is given */
};

/* A system field by one of its names, a custom field by "cf[N]", "customfield_N" or its name. */
bool jql_field_find(struct ctx *, const char *name, struct jql_field *, bool *found_r) MUST_CHECK;

/* The values a clause names, as the database knows them (jql_value.c). */
struct jql_set {
    struct jql_param *list;
    size_t count;
    bool has_empty;
};
/* Adds what `v` means to the set; what means nothing is reported. False when the database failed. */
bool jql_value_resolve(struct jql_builder *, const struct jql_node *, const struct jql_field *,
                       const struct jql_value *v, struct jql_set *) MUST_CHECK;
