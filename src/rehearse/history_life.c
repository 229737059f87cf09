#include "rehearse/history_life.h"

#include "base/str.h"
#include "store/finding.h"
#include "store/pair.h"
#include "store/sync.h"

#include <string.h>

const char *const life_labels[8] = {"red", "green", "blue", "round", "square", "old", "new", "lost"};

static const json_t *read_issue(struct life *l, enum side side, const char *key)
{
    return person_call(
        l->stage, side, PERSON_ADMIN, 200, HTTP_GET,
        arena_printf(l->a, "/rest/api/2/issue/%s?fields=summary,description,priority,status,labels,comment", key),
        NULL);
}

static const char *field_of(struct life *l, const json_t *issue, const char *field)
{
    const json_t *value = json_object_get(json_object_get(issue, "fields"), field), *word;
    const char *text = json_is_object(value) ? json_at_str(value, "name") : json_string_value(value);
    size_t i;
    json_array_foreach (value, i, word)
        text = arena_printf(l->a, "%s%s ", text ? text : "", json_string_value(word));
    return text ? arena_strdup(l->a, text) : "";
}

const char *life_see(struct life *l, enum side side, const char *key, const char *field)
{
    arena_clear(&l->stage->deeds);
    return field_of(l, read_issue(l, side, key), field);
}

void life_overwrite(struct life_issue *issue, enum life_field field, const char *seen)
{
    for (size_t i = 0; i < issue->mark_count[field]; i++)
        if (strstr(seen, issue->marks[field][i].text))
            issue->marks[field][i].is_overwritten = true;
}

void life_write(struct life *l, struct life_issue *issue, enum life_field field, enum side side, const char *text)
{
    if (str_eq(text, issue->agreed[field]))
        return;
    for (size_t i = 0; i < issue->mark_count[field]; i++)
        if (str_eq(issue->marks[field][i].text, text)) {
            /* written on the other side too, it may have met our own copy on its way there: that is one value, not two
             */
            if (issue->marks[field][i].side == side)
                issue->marks[field][i].is_overwritten = false;
            return;
        }
    *arena_push(l->a, issue->marks[field], issue->mark_count[field]) =
        (struct life_mark){arena_strdup(l->a, text), side, false};
}

static bool read_pairs(struct life *l, struct sync_row *row, struct pair **pairs, size_t *count)
{
    return sync_get(l->stage->store, l->a, STAGE_SYNC, row, &l->stage->trouble) &&
           pair_list(l->stage->store, l->a, row->id, pairs, count, &l->stage->trouble);
}

static void meet_partners(struct life *l)
{
    struct sync_row row;
    struct pair *pairs;
    size_t count;
    if (!read_pairs(l, &row, &pairs, &count))
        return;
    for (size_t i = 0; i < l->issue_count; i++)
        for (size_t k = 0; k < count; k++)
            for (int s = 0; s < 2; s++)
                if (l->issues[i].key[s] && str_eq(l->issues[i].key[s], pairs[k].key[s]))
                    l->issues[i].key[!s] = pairs[k].key[!s];
}

static const char *const FIELDS[LIFE_FIELD_COUNT] = {"summary", "description", "priority", "status"};

void life_look_around(struct life *l, bool is_settled)
{
    meet_partners(l);
    for (size_t i = 0; is_settled && i < l->issue_count; i++) {
        struct life_issue *issue = &l->issues[i];
        if (!issue->key[0] || !issue->key[1])
            continue;
        arena_clear(&l->stage->deeds);
        const json_t *sides[2] = {read_issue(l, SIDE_FIRST, issue->key[0]), read_issue(l, SIDE_SECOND, issue->key[1])};
        for (int f = 0; f < LIFE_FIELD_COUNT; f++) {
            const char *now = field_of(l, sides[0], FIELDS[f]);
            if (str_eq(now, field_of(l, sides[1], FIELDS[f])))
                issue->agreed[f] = now;
        }
    }
}

/* --- judgement --- */

struct verdict {
    struct life *l;
    char *text;
    struct sync_row row;
    struct pair *pairs;
    size_t pair_count;
    struct finding *findings;
    size_t finding_count;
};

static void blame(struct verdict *v, const char *format, ...) PRINTF_LIKE(2, 3);
static void blame(struct verdict *v, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *line = arena_vprintf(v->l->a, format, args);
    va_end(args);
    v->text = v->text ? arena_printf(v->l->a, "%s\n  %s", v->text, line) : arena_printf(v->l->a, "  %s", line);
}

/* Whether a conflict of this pair keeps the text, to be restored. */
static bool is_kept(const struct verdict *v, const struct life_issue *issue, const char *text)
{
    for (size_t i = 0; i < v->finding_count; i++) {
        const struct finding *f = &v->findings[i];
        bool here = false;
        for (size_t k = 0; k < v->pair_count; k++)
            here = here || (v->pairs[k].id == f->pair_id && str_eq(v->pairs[k].key[0], issue->key[0]));
        if (here && str_eq(f->kind, "conflict") &&
            strstr(json_print(v->l->a, json_object_get(f->detail, "loser")), text))
            return true;
    }
    return false;
}

static size_t count_in_comments(const json_t *issue, const char *text)
{
    size_t n = 0, i;
    const json_t *c;
    json_array_foreach (json_at(issue, "fields.comment.comments"), i, c) {
        const char *body = json_at_str(c, "body");
        n += body && strstr(body, text);
    }
    return n;
}

static void judge_notes(struct verdict *v, size_t number, const json_t *const sides[2])
{
    size_t live = 0;
    for (size_t i = 0; i < v->l->note_count; i++) {
        const struct life_note *note = &v->l->notes[i];
        if (note->issue != number)
            continue;
        live += !note->is_deleted;
        for (int s = 0; s < 2; s++) {
            size_t n = count_in_comments(sides[s], note->text), due = !note->is_deleted;
            if (n != due)
                blame(v, "\"%s\" of %s stands %zu times on the %s side instead of %zu", note->text,
                      v->l->issues[number].key[note->origin], n, side_name((enum side)s), due);
        }
    }
    for (int s = 0; s < 2; s++) {
        size_t n = json_array_size(json_at(sides[s], "fields.comment.comments"));
        if (n != live)
            blame(v, "%s has %zu comments on the %s side instead of %zu", v->l->issues[number].key[s], n,
                  side_name((enum side)s), live);
    }
}

static void judge_fields(struct verdict *v, const struct life_issue *issue, const json_t *const sides[2])
{
    for (int f = 0; f < LIFE_FIELD_COUNT; f++) {
        const char *now[2] = {field_of(v->l, sides[0], FIELDS[f]), field_of(v->l, sides[1], FIELDS[f])};
        if (!str_eq(now[0], now[1]))
            blame(v, "%s and %s differ in %s: \"%s\" and \"%s\"", issue->key[0], issue->key[1], FIELDS[f], now[0],
                  now[1]);
        for (size_t i = 0; i < issue->mark_count[f]; i++) {
            const struct life_mark *m = &issue->marks[f][i];
            if (!m->is_overwritten && !strstr(now[0], m->text) && !is_kept(v, issue, m->text))
                blame(v, "\"%s\" was written in %s of %s and is lost; it says \"%s\"", m->text, FIELDS[f],
                      issue->key[0], now[0]);
        }
    }
}

static void judge_labels(struct verdict *v, const struct life_issue *issue, const json_t *const sides[2])
{
    for (size_t i = 0; i < ARRAY_LEN(life_labels); i++) {
        const char *word = arena_printf(v->l->a, "%s ", life_labels[i]);
        bool has[2];
        for (int s = 0; s < 2; s++)
            has[s] = strstr(field_of(v->l, sides[s], "labels"), word);
        if (has[0] != has[1])
            blame(v, "label %s of %s is on one side only", life_labels[i], issue->key[0]);
        if (has[0] && !issue->was_added[i])
            blame(v, "label %s of %s was never given", life_labels[i], issue->key[0]);
        if (!has[0] && issue->was_added[i] && !issue->was_removed[i])
            blame(v, "label %s of %s is lost", life_labels[i], issue->key[0]);
    }
}

static void judge_count(struct verdict *v)
{
    for (int s = 0; s < 2; s++) {
        size_t n = 0, gaps = 0;
        for (int number = 1; gaps < 3; number++) {
            bool there =
                read_issue(v->l, (enum side)s, arena_printf(v->l->a, "%s-%d", v->l->stage->project[s], number));
            err_clear(&v->l->stage->trouble);
            n += there;
            gaps = there ? 0 : gaps + 1;
        }
        if (n != v->l->issue_count)
            blame(v, "%zu issues on the %s side instead of %zu", n, side_name((enum side)s), v->l->issue_count);
    }
}

char *life_judge(struct life *l)
{
    struct verdict v = {.l = l};
    arena_clear(&l->stage->deeds);
    meet_partners(l);
    if (!read_pairs(l, &v.row, &v.pairs, &v.pair_count) ||
        !finding_list(l->stage->store, l->a, v.row.id, 0, &v.findings, &v.finding_count, &l->stage->trouble))
        return arena_strdup(l->a, l->stage->trouble.text);
    for (size_t i = 0; i < l->issue_count; i++) {
        const struct life_issue *issue = &l->issues[i];
        const json_t *sides[2];
        if (!issue->key[0] || !issue->key[1]) {
            blame(&v, "%s has no partner", issue->key[0] ? issue->key[0] : issue->key[1]);
            continue;
        }
        for (int s = 0; s < 2; s++)
            sides[s] = read_issue(l, (enum side)s, issue->key[s]);
        judge_fields(&v, issue, sides);
        judge_labels(&v, issue, sides);
        judge_notes(&v, i, sides);
    }
    judge_count(&v);
    for (size_t i = 0; i < v.finding_count; i++)
        if (!str_eq(v.findings[i].kind, "conflict"))
            blame(&v, "finding %s %s: %s", v.findings[i].kind, v.findings[i].item, v.findings[i].text);
    if (l->writes > l->allowed)
        blame(&v, "%lld writes, more than the %lld that what people did can explain", (long long)l->writes,
              (long long)l->allowed);
    if (l->stage->trouble.kind)
        blame(&v, "%s", l->stage->trouble.text);
    return v.text;
}
