#include "rehearse/picture.h"

#include "base/str.h"
#include "rehearse/person.h"
#include "store/finding.h"
#include "store/op.h"
#include "store/pair.h"
#include "store/sync.h"

#include <stdlib.h>
#include <string.h>

enum { GAPS = 3 }; /* so many keys without an issue end a project */

struct look {
    struct stage *s;
    struct arena a;
    struct picture *p;
    bool hides_times;
    struct sync_row row;
    struct finding *findings;
    size_t finding_count;
    const char **tokens;
    size_t token_count;
    struct title {
        enum side side;
        const char *key, *summary, *partner; /* as its panel says; NULL: it has none */
    } * titles;
    size_t title_count;
};

/* "_Quinn wrote on 2026-11-20 11:12 UTC:_": the digits go. */
static void hide_time(char *line)
{
    static const char WROTE[] = " wrote on ";
    char *time = strstr(line, WROTE);
    for (; time && *time && *time != ':'; time++)
        if (*time >= '0' && *time <= '9')
            *time = '0';
    for (; time && *time && *time != '_'; time++)
        if (*time >= '0' && *time <= '9')
            *time = '0';
}

static void say(struct look *l, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct look *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *line = arena_vprintf(&l->p->arena, format, args);
    va_end(args);
    for (char *c = line; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = '|';
    if (l->hides_times)
        hide_time(line);
    *arena_push(&l->p->arena, l->p->lines, l->p->count) = line;
}

static bool is_twin(const struct look *l, const char *item)
{
    for (size_t i = 0; i < l->finding_count; i++)
        if (str_eq(l->findings[i].kind, "twin") && str_eq(l->findings[i].item, item))
            return true;
    return false;
}

/* The same token on two things means that one was made twice. */
static void meet_token(struct look *l, const json_t *value)
{
    const char *token = json_at_str(value, "token");
    for (size_t i = 0; token && i < l->token_count; i++)
        if (str_eq(l->tokens[i], token))
            say(l, "trouble token %s is carried twice", token);
    if (token)
        *arena_push(&l->a, l->tokens, l->token_count) = arena_strdup(&l->a, token);
}

static const char *words(struct look *l, const json_t *list)
{
    const char *text = "";
    size_t i;
    const json_t *word;
    json_array_foreach (list, i, word)
        text = arena_printf(&l->a, "%s%s%s", text, *text ? " " : "", json_string_value(word));
    return text;
}

static const char *or_nothing(const char *text)
{
    return text ? text : "-";
}

static void look_at_comments(struct look *l, enum side side, const char *key, const char *summary)
{
    const json_t *list = person_call(l->s, side, PERSON_ADMIN, 200, HTTP_GET,
                                     arena_printf(&l->a, "/rest/api/2/issue/%s/comment?expand=properties", key), NULL);
    const json_t *c, *property;
    size_t i, k, number = 0;
    json_array_foreach (json_object_get(list, "comments"), i, c) {
        const char *id = json_at_str(c, "id");
        if (is_twin(l, arena_printf(&l->a, "comment:%s:%s", side_name(side), id))) {
            l->p->twins++;
            continue;
        }
        const char *who = json_at_str(c, "author.displayName"), *role = json_at_str(c, "visibility.value");
        say(l, "%s \"%s\" comment %zu by %s%s%s: %s", side_name(side), summary, ++number, who, role ? " for " : "",
            role ? role : "", json_at_str(c, "body"));
        json_array_foreach (json_object_get(c, "properties"), k, property)
            if (str_eq(json_at_str(property, "key"), TRACKER_TOKEN_PROPERTY))
                meet_token(l, json_object_get(property, "value"));
    }
}

static bool look_at_issue(struct look *l, enum side side, int number)
{
    char *key = arena_printf(&l->a, "%s-%d", l->s->project[side], number);
    char *target = arena_printf(&l->a,
                                "/rest/api/2/issue/%s?fields=summary,issuetype,status,priority,labels,"
                                "description&properties=tandem.token,tandem." STAGE_SYNC,
                                key);
    const json_t *issue = person_call(l->s, side, PERSON_ADMIN, 200, HTTP_GET, target, NULL);
    if (!issue) {
        err_clear(&l->s->trouble); /* a gap, or the end */
        return false;
    }
    const char *id = json_at_str(issue, "id"), *summary = json_at_str(issue, "fields.summary");
    if (is_twin(l, arena_printf(&l->a, "issue:%s:%s", side_name(side), id))) {
        l->p->twins++;
        return true;
    }
    const json_t *properties = json_object_get(issue, "properties");
    const json_t *panel = json_object_get(properties, "tandem." STAGE_SYNC);
    summary = arena_strdup(&l->a, summary);
    *arena_push(&l->a, l->titles, l->title_count) =
        (struct title){side, key, summary, arena_strdup(&l->a, json_at_str(panel, "partnerKey"))};
    say(l, "%s \"%s\" is %s, %s, %s, [%s], %s", side_name(side), summary, json_at_str(issue, "fields.issuetype.name"),
        json_at_str(issue, "fields.status.name"), or_nothing(json_at_str(issue, "fields.priority.name")),
        words(l, json_at(issue, "fields.labels")), or_nothing(json_at_str(issue, "fields.description")));
    meet_token(l, json_object_get(properties, TRACKER_TOKEN_PROPERTY));
    look_at_comments(l, side, key, summary);
    return true;
}

static const char *title_of(const struct look *l, enum side side, const char *key)
{
    for (size_t i = 0; i < l->title_count; i++)
        if (l->titles[i].side == side && str_eq(l->titles[i].key, key))
            return l->titles[i].summary;
    return "nothing that is there";
}

static void look_at_panel(struct look *l, const struct title *t)
{
    const char *partner = t->partner ? title_of(l, side_other(t->side), t->partner) : "nothing";
    const json_t *links = person_call(l->s, t->side, PERSON_ADMIN, 200, HTTP_GET,
                                      arena_printf(&l->a, "/rest/api/2/issue/%s/remotelink", t->key), NULL);
    say(l, "%s \"%s\" panel says %s; %zu links", side_name(t->side), t->summary, partner, json_array_size(links));
}

static void look_at_side(struct look *l, enum side side)
{
    int gaps = 0;
    for (int number = 1; gaps < GAPS && !l->s->trouble.kind; number++)
        gaps = look_at_issue(l, side, number) ? 0 : gaps + 1;
}

/* "comment:first:10001" is named without its id, which differs from run to run. */
static const char *item_name(struct look *l, const char *item)
{
    const char *colon = item ? strchr(item, ':') : NULL, *last = colon ? strrchr(item, ':') : NULL;
    return last ? arena_strndup(&l->a, item, (size_t)(last - item)) : or_nothing(item);
}

static bool look_at_findings(struct look *l, struct err *e)
{
    for (size_t i = 0; i < l->finding_count; i++) {
        const struct finding *f = &l->findings[i];
        struct pair pair = {0};
        if (str_eq(f->kind, "twin"))
            continue;
        if (f->pair_id && !pair_get(l->s->store, &l->a, f->pair_id, &pair, e))
            return false;
        enum side side = pair.key[0] ? SIDE_FIRST : SIDE_SECOND;
        say(l, "finding %s %s of \"%s\"", f->kind, item_name(l, f->item), title_of(l, side, pair.key[side]));
    }
    return true;
}

static bool look_at_store(struct look *l, struct err *e)
{
    struct pair *pairs;
    size_t count;
    int64_t open;
    if (!op_count_open(l->s->store, l->row.id, &open, e) ||
        !pair_list(l->s->store, &l->a, l->row.id, &pairs, &count, e))
        return false;
    if (open)
        say(l, "trouble %lld ops are open", (long long)open);
    for (size_t i = 0; i < count; i++)
        say(l, "pair %s \"%s\" = \"%s\"", pairs[i].state, title_of(l, SIDE_FIRST, pairs[i].key[0]),
            title_of(l, SIDE_SECOND, pairs[i].key[1]));
    return true;
}

static int compare(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

static bool look(struct look *l, struct err *e)
{
    if (!sync_get(l->s->store, &l->a, STAGE_SYNC, &l->row, e) ||
        !finding_list(l->s->store, &l->a, l->row.id, 0, &l->findings, &l->finding_count, e))
        return false;
    look_at_side(l, SIDE_FIRST);
    look_at_side(l, SIDE_SECOND);
    for (size_t i = 0; i < l->title_count; i++)
        look_at_panel(l, &l->titles[i]);
    if (!str_eq(l->row.state, SYNC_RUNNING))
        say(l, "trouble the synchronization is %s: %s", l->row.state, or_nothing(l->row.reason));
    return look_at_findings(l, e) && look_at_store(l, e) && stage_trouble(l->s, e);
}

bool picture_take(struct stage *s, bool hides_times, struct picture *r, struct err *e)
{
    *r = (struct picture){0};
    struct look l = {.s = s, .p = r, .hides_times = hides_times};
    arena_clear(&s->deeds);
    bool ok = look(&l, e);
    arena_release(&l.a);
    arena_clear(&s->deeds);
    if (r->count)
        qsort(r->lines, r->count, sizeof *r->lines, compare);
    return ok;
}

void picture_release(struct picture *p)
{
    arena_release(&p->arena);
    *p = (struct picture){0};
}

bool picture_has(const struct picture *p, const char *line)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->lines[i], line))
            return true;
    return false;
}

char *picture_difference(struct arena *a, const struct picture *expected, const struct picture *is)
{
    char *text = NULL;
    size_t i = 0, k = 0;
    int shown = 0;
    while ((i < expected->count || k < is->count) && shown < 12) {
        int order = i == expected->count ? 1 : k == is->count ? -1 : strcmp(expected->lines[i], is->lines[k]);
        if (order)
            text =
                arena_printf(a, "%s%s%s %.300s", text ? text : "", text ? "\n" : "",
                             order < 0 ? "  missing:" : "  too much:", order < 0 ? expected->lines[i] : is->lines[k]);
        shown += order != 0;
        i += order <= 0;
        k += order >= 0;
    }
    return text;
}
