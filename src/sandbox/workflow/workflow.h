/* workflow.h - the steps of a workflow: who may take one, what it asks for, what it does besides.
 *
 * A transition's rules are kept as one JSON text: {conditions: [{type…}], validators: [{type…}], functions: [{type…}]}.
 * Conditions decide whether the step is offered at all; validators refuse it; functions run when it is taken. */
#pragma once

#include "sandbox/issue/issue.h"

struct step {
    int64_t id, to;        /* 0: there is no such step from here, or not for this caller */
    const char *operation; /* its screen: "resolve", one of its own ("t123"), or "" */
    bool is_global, is_looped, is_initial, resolves;
    char *name;
    json_t *rules; /* NULL: none */
};

/* The steps that the caller may take from where the issue stands; `only` NULL: all of them. */
bool steps_each(struct ctx *, const struct issue_row *, const char *only,
                bool (*each)(struct ctx *, const struct step *, void *), void *context) MUST_CHECK;
/* Takes the step: status, resolution, validators, functions. What is wrong becomes a problem. The body has been
 * applied already. */
bool step_take(struct ctx *, struct issue_change *, const struct step *) MUST_CHECK;
/* What a step's creation (the initial transition) does. */
bool steps_initial(struct ctx *, const struct issue_row *, struct step *r) MUST_CHECK;
/* Rules as they are kept, from what a definition says; false with a refusal for what is not known. */
bool rules_read(struct ctx *, const json_t *definition, char **rules_r) MUST_CHECK;
