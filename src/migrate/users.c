#include "migrate/users.h"

#include "base/str.h"
#include "store/pair.h"

struct person {
    struct value partner; /* as the other side knows them */
    struct value found;   /* on the new site; VALUE_NONE when not sure */
};

struct census {
    struct arena *a;
    struct person *people;
    size_t count, unsure;
};

static void add_person(struct census *c, const struct value *v)
{
    if (v->kind != VALUE_USER)
        return;
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(c->people[i].partner.id, v->id))
            return;
    *arena_push(c->a, c->people, c->count) = (struct person){.partner = *v};
}

bool users_is_kind(enum config_kind kind)
{
    return kind == CONFIG_USER_NAME || kind == CONFIG_USER_MAIL || kind == CONFIG_USER_CORRELATION;
}

/* Everybody whom the partner's side holds in this field. */
static bool count_people(struct store *store, struct census *c, int64_t sync_id, const char *item, enum side other,
                         struct err *e)
{
    struct pair *pairs;
    size_t count;
    if (!pair_list(store, c->a, sync_id, &pairs, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct base_row *rows;
        size_t n;
        if (!base_list(store, c->a, pairs[i].id, &rows, &n, e))
            return false;
        for (size_t k = 0; k < n; k++) {
            struct value v;
            struct err ignored = ERR_INIT; /* a damaged base names nobody; the rebase reports it */
            if (str_eq(rows[k].item, item) && rows[k].value[other] &&
                value_from_json(c->a, rows[k].value[other], &v, &ignored))
                add_person(c, &v);
        }
    }
    return true;
}

static bool look_up(struct census *c, struct tracker *now, const char *field, char ***lines, size_t *line_count,
                    struct err *e)
{
    for (size_t i = 0; i < c->count; i++) {
        struct person *p = &c->people[i];
        struct value *found = NULL;
        size_t count = 0;
        if (p->partner.mail && !now->ops->users_find(now, c->a, p->partner.mail, &found, &count, e))
            return false;
        if (count == 1) {
            p->found = found[0];
            continue;
        }
        c->unsure++;
        *arena_push(c->a, *lines, *line_count) = arena_printf(
            c->a, "%s: %s (%s) %s on the new site; add a line to the user correlation", field,
            p->partner.text ? p->partner.text : p->partner.id, p->partner.mail ? p->partner.mail : "no visible e-mail",
            count ? "is not the only one" : "is not found");
    }
    return true;
}

static void correlate(struct census *c, struct config_field *f, enum side moved)
{
    enum side other = side_other(moved);
    struct tracker_option *list[2] = {NULL, NULL};
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct person *p = &c->people[i];
        if (p->found.kind != VALUE_USER)
            continue;
        size_t at = n;
        *arena_push(c->a, list[moved], at) = (struct tracker_option){p->found.id, p->found.text};
        *arena_push(c->a, list[other], n) = (struct tracker_option){p->partner.id, p->partner.text};
    }
    f->kind = CONFIG_USER_CORRELATION;
    for (int s = 0; s < 2; s++) {
        f->half[s].options = list[s];
        f->half[s].option_count = n;
    }
}

bool users_switch(struct store *store, struct arena *a, int64_t sync_id, struct config *config, enum side moved,
                  struct tracker *now, char ***lines, size_t *line_count, struct err *e)
{
    for (size_t i = 0; i < config->field_count; i++) {
        struct config_field *f = &config->fields[i];
        struct census c = {.a = a};
        if (!users_is_kind(f->kind))
            continue;
        const char *name = f->half[SIDE_FIRST].name ? f->half[SIDE_FIRST].name : f->half[SIDE_FIRST].id;
        if (!count_people(store, &c, sync_id, f->half[SIDE_FIRST].id, side_other(moved), e) ||
            !look_up(&c, now, name, lines, line_count, e))
            return false;
        if (c.unsure) {
            correlate(&c, f, moved);
        } else {
            f->kind = CONFIG_USER_MAIL;
            *arena_push(a, *lines, *line_count) =
                arena_printf(a, "%s: all %zu people in use are found by e-mail; mapped by email", name, c.count);
        }
    }
    return true;
}
