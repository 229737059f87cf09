/* jql_field.h - what a field of JQL is, shared by the files that give values a meaning and clauses an SQL. */
#pragma once

#include "sandbox/jql/jql_plan.h"

enum jql_kind {
    KIND_PROJECT,
    KIND_ISSUE,
    KIND_PARENT,
    KIND_TIME,
    KIND_DAY,
    KIND_NAMED, /* a row of `table` with a name */
    KIND_TYPE,  /* the same of issue_type */
    KIND_VERSION,
    KIND_COMPONENT,
    KIND_CATEGORY,
    KIND_USER,
    KIND_STRING,
    KIND_NUMBER,
    KIND_DURATION, /* seconds; "2h 30m" */
    KIND_TEXT,
    KIND_OPTION,
    KIND_LINK_TYPE,
    KIND_FILTER,
    KIND_SPRINT,
    KIND_PROPERTY,
    KIND_PRESENCE /* is there any: IS and IS NOT alone */
};

enum {
    OPS_SET = 1 << JQL_EQ | 1 << JQL_NE | 1 << JQL_IN | 1 << JQL_NOT_IN,
    OPS_NULL = 1 << JQL_IS | 1 << JQL_IS_NOT,
    OPS_ORDER = 1 << JQL_GT | 1 << JQL_GE | 1 << JQL_LT | 1 << JQL_LE,
    OPS_LIKE = 1 << JQL_LIKE | 1 << JQL_NOT_LIKE,
    OPS_HISTORY = 1 << JQL_WAS | 1 << JQL_WAS_NOT | 1 << JQL_WAS_IN | 1 << JQL_WAS_NOT_IN | 1 << JQL_CHANGED,
};

struct jql_field {
    const char *names; /* every spelling, each between bars; the first is shown */
    enum jql_kind kind;
    unsigned ops;
    const char *sql;     /* a scalar's expression, or the column of many values; a text's list of columns */
    const char *from;    /* of many values: "issue_label v WHERE 1"; NULL for a scalar */
    const char *table;   /* where names are looked up */
    const char *sort;    /* NULL: cannot be sorted by */
    bool is_descending;  /* the direction when none is given */
    const char *history; /* the field's name in histories, when WAS and CHANGED know it */
    unsigned dialects;   /* 0: all */
};

extern const struct jql_field jql_system_fields[];
extern const size_t jql_system_field_count;

/* A system field by one of its names, a custom field by "cf[N]", "customfield_N" or its name, a property by
 * "issue.property[key].path". */
bool jql_field_find(struct ctx *, const char *name, struct jql_field *, bool *found_r) MUST_CHECK;
/* A custom field of that kind; false when JQL does not know the kind. */
bool jql_field_of_kind(struct ctx *, const char *kind, int64_t number, struct jql_field *);

/* The values a clause names, as the database knows them (jql_value.c). */
struct jql_set {
    struct jql_param *list;
    size_t count;
    const char **selects; /* more of them: each a SELECT of one column without NULLs */
    size_t select_count;
    bool has_empty;
};
void jql_set_add(struct jql_builder *, struct jql_set *, struct jql_param);
void jql_set_add_int(struct jql_builder *, struct jql_set *, int64_t);
void jql_set_add_select(struct jql_builder *, struct jql_set *, const char *sql);
/* Adds what `v` means to the set; what means nothing is reported. False when the database failed. */
bool jql_value_resolve(struct jql_builder *, const struct jql_node *, const struct jql_field *,
                       const struct jql_value *v, struct jql_set *) MUST_CHECK;
/* A function with its arguments (jql_function.c). */
bool jql_function_resolve(struct jql_builder *, const struct jql_node *, const struct jql_field *,
                          const struct jql_value *v, struct jql_set *) MUST_CHECK;
/* A time: literal or function; what is none is reported for n->field and *ok_r is false. */
bool jql_value_time(struct jql_builder *, const struct jql_node *, const struct jql_value *, bool *ok_r,
                    int64_t *ms_r) MUST_CHECK;
bool jql_user_find(struct jql_builder *, const char *who, int64_t *id_r) MUST_CHECK; /* 0: nobody */

/* "column IN (…)" over everything in the set, with all of it negated when asked; "0" or "1" for an empty set. */
void jql_emit_member(struct jql_builder *, const char *column, const struct jql_set *, bool negated);
/* WAS and CHANGED (jql_history.c). */
bool jql_emit_history(struct jql_builder *, const struct jql_node *, const struct jql_field *, bool negated) MUST_CHECK;

struct jql_call {
    struct jql_builder *b;
    const struct jql_node *n;
    const struct jql_field *f;
    const struct jql_value *v;
    struct jql_set *set;
};

/* The functions there are, for those who list them. */
struct jql_function {
    const char *name;
    int min, max;   /* arguments */
    unsigned kinds; /* 1 << KIND_… it gives values for */
    bool is_list;
    const char *type;                      /* as autocompletedata names it */
    bool (*give)(const struct jql_call *); /* NULL: a time (jql_date.c) */
};
extern const struct jql_function jql_functions[];
extern const size_t jql_function_count;
