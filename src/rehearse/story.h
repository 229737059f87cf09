/* story.h - what the stories in x_story_test.c share: a stage with two issues' worth of life, and eyes on both sides.
 *
 * Each test is a story of what people and sites do that no plan foresees; at its end both sides rest and nothing was
 * lost, doubled or shown openly. The strings are the stage's. A failure ends the test. */
#pragma once

#include "rehearse/person.h"

#include "base/str.h"
#include "store/finding.h"
#include "store/op.h"
#include "store/pair.h"
#include "store/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FIRST  SIDE_FIRST, PERSON_PAULA
#define SECOND SIDE_SECOND, PERSON_QUINN

static inline void must(bool ok, const struct err *e)
{
    if (!ok)
        fail_msg("%s", e->text);
}

static inline struct stage *open_stage(const struct stage_settings *set)
{
    struct err e = ERR_INIT;
    struct stage *s = stage_open(set, &e);
    must(s, &e);
    return s;
}

static inline struct stage *open_with(void (*configure)(struct arena *, struct config *))
{
    return open_stage(&(struct stage_settings){.dialect = {SANDBOX_DC8, SANDBOX_DC10}, .configure = configure});
}

static inline struct stage_run rest(struct stage *s)
{
    struct err e = ERR_INIT;
    struct stage_run run;
    must(stage_trouble(s, &e), &e);
    must(stage_rest(s, &run, &e), &e);
    return run;
}

static inline int64_t sync_id(struct stage *s)
{
    struct err e = ERR_INIT;
    struct sync_row row;
    must(sync_get(s->store, &s->life, STAGE_SYNC, &row, &e), &e);
    return row.id;
}

static inline size_t findings(struct stage *s, const char *kind)
{
    struct err e = ERR_INIT;
    struct finding *list;
    size_t count, n = 0;
    must(finding_list(s->store, &s->life, sync_id(s), 0, &list, &count, &e), &e);
    for (size_t i = 0; i < count; i++)
        n += !kind || str_eq(list[i].kind, kind);
    return n;
}

static inline size_t pairs(struct stage *s)
{
    struct err e = ERR_INIT;
    struct pair *list;
    size_t count;
    must(pair_list(s->store, &s->life, sync_id(s), &list, &count, &e), &e);
    return count;
}

static inline const json_t *get(struct stage *s, enum side side, const char *format, const char *key)
{
    struct err e = ERR_INIT;
    arena_clear(&s->deeds);
    const char *target = str_replace(&s->deeds, format, "%s", key);
    const json_t *r = person_call(s, side, PERSON_ADMIN, 200, HTTP_GET, target, NULL);
    must(stage_trouble(s, &e), &e);
    return r;
}

static inline const json_t *issue(struct stage *s, enum side side, const char *key)
{
    return get(s, side, "/rest/api/2/issue/%s", key);
}

static inline const json_t *comments(struct stage *s, enum side side, const char *key)
{
    return json_object_get(get(s, side, "/rest/api/2/issue/%s/comment", key), "comments");
}

/* How many comments of the issue say it; `open_r` counts those that everybody may read. */
static inline size_t says(struct stage *s, enum side side, const char *key, const char *piece, size_t *open_r)
{
    const json_t *c, *list = comments(s, side, key);
    size_t i, n = 0, open = 0;
    json_array_foreach (list, i, c)
        if (strstr(json_at_str(c, "body"), piece)) {
            n++;
            open += !json_object_get(c, "visibility");
        }
    if (open_r)
        *open_r = open;
    return n;
}

static inline const char *comment_target(struct stage *s, enum side side, const char *key, const char *piece)
{
    const json_t *c, *list = comments(s, side, key);
    size_t i;
    json_array_foreach (list, i, c)
        if (strstr(json_at_str(c, "body"), piece))
            return arena_printf(&s->life, "/rest/api/2/issue/%s/comment/%s", key, json_at_str(c, "id"));
    fail_msg("%s has no comment with \"%s\"", key, piece);
    return NULL;
}

/* Says `text` from now on, to a role that the sync user has, too; role NULL: to all. */
static inline void restrict_to(struct stage *s, enum side side, enum person who, const char *key, const char *piece,
                               const char *text, const char *role)
{
    const char *target = comment_target(s, side, key, piece);
    if (role)
        person_call(s, side, who, 200, HTTP_PUT, target, "{'body':'%s','visibility':{'type':'role','value':'%s'}}",
                    text, role);
    else
        person_call(s, side, who, 200, HTTP_PUT, target, "{'body':'%s'}", text);
}

/* SA-1 with its partner SB-1 and one comment by Paula. */
static inline void one_issue(struct stage *s)
{
    person_creates(s, FIRST, "Bug", "The door squeaks", "Oil it.");
    person_comments(s, FIRST, "SA-1", "Since Monday.");
    rest(s);
}

static inline void sweep(struct stage *s)
{
    struct err e = ERR_INIT;
    must(store_begin(s->store, &e) && pair_mark_all(s->store, sync_id(s), NULL, false, &e) &&
             store_commit(s->store, &e),
         &e);
}

static inline void name_a_role(struct arena *a, struct config *c)
{
    (void)a;
    c->connector[SIDE_SECOND].comment_visibility_role = "Developers";
}

static inline struct engine_verify verify(struct stage *s)
{
    struct err e = ERR_INIT;
    struct engine_verify r = {0};
    must(stage_engine(s, &e) && engine_verify(s->engine, &s->life, &r, &e), &e);
    return r;
}

static inline bool tells(const struct engine_verify *r, const char *piece)
{
    for (size_t i = 0; i < r->line_count; i++)
        if (strstr(r->lines[i], piece))
            return true;
    for (size_t i = 0; i < r->line_count; i++)
        print_message("verify says: %s\n", r->lines[i]);
    return false;
}
