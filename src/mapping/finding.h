/* finding.h - collects findings and words them. For the files of this folder. */
#pragma once

#include "mapping/config.h"

struct findings {
    struct arena *arena;
    enum side side; /* of what is added next */
    struct config_finding *list;
    size_t count;
};

/* Texts must live as long as the arena. What is found twice is listed once. */
void finding_error(struct findings *, const char *tab, const char *what, const char *fix);
void finding_warning(struct findings *, const char *tab, const char *what, const char *fix);

char *finding_text(struct findings *, const char *format, ...) PRINTF_LIKE(2, 3);
/* Names for a fix, "High, Medium, …", cut where a person stops reading. */
const char *finding_options(struct findings *, const struct tracker_option *, size_t count);
const char *finding_types(struct findings *, const struct tracker_project *);
