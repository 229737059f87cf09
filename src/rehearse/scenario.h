/* scenario.h - the stories that are played with every kill and every fault. A new one is an entry in scenario.c.
 *
 * Each: prepare (not swept; then both sides come to rest, unless `starts_apart`), an hour passes, act, ten minutes
 * pass, and from there on the engine works with everything that can go wrong. All people's deeds go through person.h.
 */
#pragma once

#include "rehearse/person.h"

/* Under this fault the story ends otherwise, and rightly so; or wrongly, which is known and shown each time. */
struct scenario_other {
    enum fault fault;
    int64_t from, to;          /* writes (or steps) that are struck: from … to */
    const char *const *expect; /* lines of the picture that prove the other end; NULL with `known` */
    bool is_known_bug;
    const char *reason;
};

struct scenario {
    const char *name;
    bool is_first_of_all; /* one of those that every build proves whole */
    struct stage_settings stage;
    void (*prepare)(struct stage *);
    bool starts_apart; /* nothing is in step before act */
    void (*act)(struct stage *);
    /* What a person does right after the first write whose method and target begin like this was done, before Tandem
     * has seen the reply. */
    const char *meanwhile_after;
    void (*meanwhile)(struct stage *);
    const char *const *expect; /* lines of the picture at the end, NULL at the end of the list */
    /* The findings that stand at the end, as lines of the picture: exactly these. */
    const char *const *findings;
    const struct scenario_other *others; /* ends with a reason of NULL; NULL: none */
    bool sides_differ; /* the verification may say so: something was set aside or kept back on purpose */
};

extern const struct scenario scenarios[];               /* ends with a name of NULL */
const struct scenario *scenario_find(const char *name); /* NULL when there is none */
