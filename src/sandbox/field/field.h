/* field.h - the fields of a site: the system's own in one table, custom fields by their kind in another. */
#pragma once

#include "sandbox/internal.h"

enum field_flags {
    FIELD_ORDERABLE = 1,
    FIELD_NAVIGABLE = 2,
    FIELD_SEARCHABLE = 4,
    FIELD_ON_CREATE = 8,
    FIELD_ON_EDIT = 16,
    FIELD_ON_RESOLVE = 32,    /* the screen of transitions that have one */
    FIELD_REQUIRED = 64,      /* on the screens it is on */
    FIELD_SUBTASK_ONLY = 128, /* on the create screen of sub-tasks alone (Cloud: of all types) */
};

struct system_field {
    const char *id, *name;
    const char *type, *items; /* schema; type NULL: none (issuekey, thumbnail) */
    const char *clause;       /* JQL's name when it is not the id */
    unsigned flags;
    unsigned dialects;
    const char *operations; /* separated by blanks */
};

extern const struct system_field system_fields[];
extern const size_t system_field_count;
const struct system_field *system_field_of(const char *id); /* NULL: none of that name */

/* What one value of a custom field is. */
enum custom_noun {
    CUSTOM_LINE,
    CUSTOM_AREA,
    CUSTOM_URL,
    CUSTOM_NUMBER,
    CUSTOM_DAY,
    CUSTOM_MOMENT,
    CUSTOM_LABEL,
    CUSTOM_OPTION,
    CUSTOM_CASCADE, /* an option and, below it, another */
    CUSTOM_USER,
    CUSTOM_GROUP,
    CUSTOM_VERSION,
    CUSTOM_PROJECT,
    CUSTOM_SPRINT,
    CUSTOM_EPIC, /* the issue's parent, seen through a field; holds no value of its own */
    CUSTOM_RANK,
};

struct field_kind {
    const char *kind; /* field.kind */
    const char *custom_type;
    const char *type, *items;
    const char *operations;
    enum custom_noun noun;
    const char *searcher; /* the last part of its key; NULL: none */
    const char *label;    /* the type's name for people */
};
const struct field_kind *field_kind_of(const char *kind);        /* NULL: no such kind */
const struct field_kind *field_kind_of_type(const char *custom); /* by custom_type; NULL: not known */

/* A field as it stands in the database. */
struct field {
    char *id, *name;
    int64_t number;                    /* 0: a system field */
    const struct system_field *system; /* one of the two is set */
    const struct field_kind *kind;
};

/* False when the database failed; *r_found tells whether there is one. */
bool field_read(struct ctx *, const char *id, struct field *r, bool *found_r) MUST_CHECK;
/* The verbs that the field takes here, separated by blanks. */
const char *field_operations(struct ctx *, const struct field *);
json_t *field_schema_json(struct ctx *, const struct field *);
json_t *field_json(struct ctx *, const struct field *); /* as GET field shows it */

/* An SQL condition on field `f`: it applies to project ?p and type ?t. */
char *field_applies(struct arena *, const char *project, const char *issue_type);
/* The context whose options an issue of that project and type takes; 0: the field does not apply. */
bool field_context_of(struct ctx *, int64_t field, int64_t project, int64_t issue_type, int64_t *r) MUST_CHECK;
/* The field's first context. */
bool field_context_default(struct sandbox *, int64_t field, int64_t *r, struct err *e) MUST_CHECK;

/* {required,schema,name,key|fieldId,hasDefaultValue,operations,allowedValues?…} as createmeta, editmeta and
 * transitions show it. `operation` is the screen's name. NULL when the database failed. */
json_t *field_meta_json(struct ctx *, const struct field *, int64_t project, int64_t issue_type, const char *operation,
                        bool required);
/* Calls `each` for the fields of a screen, in order. */
bool screen_each(struct ctx *, int64_t project, int64_t issue_type, const char *operation,
                 bool (*each)(struct ctx *, const struct field *, bool required, void *), void *context) MUST_CHECK;
/* {"summary":{…},…}: the fields of a screen by id; NULL when the database failed. */
json_t *screen_json(struct ctx *, int64_t project, int64_t issue_type, const char *operation);
