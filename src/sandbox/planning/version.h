/* version.h - a version's row, shared by the files of versions. */
#pragma once

#include "sandbox/planning/planning.h"

struct version {
    int64_t id, project, archived, released, position;
    char *name, *description, *start, *release;
};

/* The version of that id when the caller sees its project; else a 404. */
bool version_need(struct ctx *, const char *asked, struct version *) MUST_CHECK;
