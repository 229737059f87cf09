/* load.h - a recorded issue on its way into this site, shared by load.c (the issue), load_work.c (worklogs and
 * estimates) and load_planning.c (versions, components, sprints, epics). */
#pragma once

#include "sandbox/transfer/bulk.h"

struct pending {
    int64_t issue;
    const char *key;       /* of the other issue */
    const json_t *link;    /* NULL: the other is the parent */
    bool other_is_outward; /* "this <outward> other" */
};

struct loaded_project {
    const char *key;
    int64_t id, workflow;
};

struct loader {
    struct sandbox *sb;
    struct arena *a;
    struct err *e;
    const char *file;
    struct loaded_project *projects;
    size_t project_count;
    struct pending *pending;
    size_t pending_count;
    int issues;
    const json_t *names, *schema; /* of the answer at hand; NULL: not asked for */
};

/* id 0 for JSON null. */
bool load_person(struct loader *, const json_t *, int64_t *id_r) MUST_CHECK;
/* Wiki markup or ADF in the form this site stores; NULL for none. */
char *load_text(struct loader *, const json_t *);
int64_t load_time_of(const json_t *, const char *member, int64_t otherwise);
/* `fields` of a recorded issue: its worklogs, what is estimated and spent. */
bool load_work(struct loader *, int64_t issue, const json_t *fields) MUST_CHECK;
/* Versions and components, found by name in the project or made. */
bool load_planning(struct loader *, int64_t project, int64_t issue, const json_t *fields) MUST_CHECK;
/* What planning keeps in custom fields goes to the site's own: sprints by name, the epic as the parent; a rank is given
 * anew. is_planned_r: there is nothing more to do. */
bool load_planned(struct loader *, int64_t issue, const char *name, const json_t *value, bool *is_planned_r) MUST_CHECK;
