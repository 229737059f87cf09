#include "migrate/users.h"

#include "base/str.h"
#include "store/pair.h"

/* Somebody in use: as the other side knows them, as the old site of the moved side did, as the new one does. */
struct person {
    struct value partner, was;
    struct value found; /* VALUE_NONE when not sure */
};

struct census {
    struct arena *a;
    struct person *people;
    size_t count, unsure, others; /* others: found, but not by the partner's address */
    char ***lines;
    size_t *line_count;
};

static void say(struct census *c, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct census *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *arena_push(c->a, *c->lines, *c->line_count) = arena_vprintf(c->a, format, args);
    va_end(args);
}

static void add_person(struct census *c, const struct value *partner, const struct value *was)
{
    if (partner->kind != VALUE_USER)
        return;
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(c->people[i].partner.id, partner->id))
            return;
    *arena_push(c->a, c->people, c->count) = (struct person){.partner = *partner, .was = *was};
}

/* One person, or several in a field that holds a list; what both sides agreed on belongs together only one by one. */
static void add_people(struct census *c, const struct value *partner, const struct value *was)
{
    static const struct value NOBODY = {.kind = VALUE_NONE};
    if (partner->kind != VALUE_SET) {
        add_person(c, partner, was);
        return;
    }
    for (size_t i = 0; i < partner->count; i++)
        add_person(c, &partner->items[i], &NOBODY);
}

bool users_is_kind(enum config_kind kind)
{
    return kind == CONFIG_USER_NAME || kind == CONFIG_USER_MAIL || kind == CONFIG_USER_CORRELATION;
}

static struct value read_value(struct census *c, const json_t *json)
{
    struct value v = {.kind = VALUE_NONE};
    struct err ignored = ERR_INIT; /* a damaged base names nobody; the rebase reports it */
    if (!json || !value_from_json(c->a, json, &v, &ignored))
        v = (struct value){.kind = VALUE_NONE};
    return v;
}

/* Everybody whom both sides agreed on in this field. */
static bool count_people(struct store *store, struct census *c, int64_t sync_id, const char *item, enum side moved,
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
            if (!str_eq(rows[k].item, item))
                continue;
            struct value partner = read_value(c, rows[k].value[side_other(moved)]);
            struct value was = read_value(c, rows[k].value[moved]);
            add_people(c, &partner, &was);
        }
    }
    return true;
}

/* The one account with this address; *count_r tells how many there are. */
static bool find_one(struct census *c, struct tracker *now, const char *mail, struct value *r, size_t *count_r,
                     struct err *e)
{
    struct value *found = NULL;
    *count_r = 0;
    if (str_is_empty(mail))
        return true;
    if (!now->ops->users_find(now, c->a, mail, &found, count_r, e))
        return false;
    if (*count_r == 1)
        *r = found[0];
    return true;
}

static bool look_up(struct census *c, struct tracker *now, const char *field, struct err *e)
{
    for (size_t i = 0; i < c->count; i++) {
        struct person *p = &c->people[i];
        size_t own, old = 0;
        if (!find_one(c, now, p->partner.mail, &p->found, &own, e))
            return false;
        if (own != 1 && !find_one(c, now, p->was.mail, &p->found, &old, e))
            return false;
        c->others += own != 1 && old == 1;
        c->unsure += own != 1 && old != 1;
        if (own != 1 && old != 1)
            say(c,
                "%s: %s (%s) %s on the new site. Give them an account there whose address the sync user may see, or "
                "add "
                "them to the list of the new synchronization; until then issues with them wait as findings",
                field, p->partner.text ? p->partner.text : p->partner.id,
                p->partner.mail ? p->partner.mail : "no visible e-mail address",
                own > 1 || old > 1 ? "has more than one account" : "is not found");
    }
    return true;
}

static void correlate(struct census *c, struct config_field *f, enum side moved)
{
    struct tracker_option *own = NULL, *partners = NULL;
    size_t count = 0, same = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct person *p = &c->people[i];
        if (p->found.kind != VALUE_USER)
            continue;
        *arena_push(c->a, own, count) = (struct tracker_option){p->found.id, p->found.text};
        *arena_push(c->a, partners, same) = (struct tracker_option){p->partner.id, p->partner.text};
    }
    f->kind = CONFIG_USER_CORRELATION;
    f->half[moved].options = own;
    f->half[side_other(moved)].options = partners;
    f->half[SIDE_FIRST].option_count = f->half[SIDE_SECOND].option_count = count;
}

static bool switch_field(struct store *store, struct census *c, int64_t sync_id, struct config_field *f,
                         enum side moved, struct tracker *now, struct err *e)
{
    const char *name = f->half[SIDE_FIRST].name ? f->half[SIDE_FIRST].name : f->half[SIDE_FIRST].id;
    if (!count_people(store, c, sync_id, f->half[SIDE_FIRST].id, moved, e) || !look_up(c, now, name, e))
        return false;
    if (!c->unsure && !c->others) {
        f->kind = CONFIG_USER_MAIL;
        say(c, "%s: all %zu people in use are found by e-mail; mapped by email", name, c->count);
        return true;
    }
    correlate(c, f, moved);
    say(c, "%s: mapped by a list of %zu people, since %zu have another address at the partner's and %zu are not found",
        name, c->count - c->unsure, c->others, c->unsure);
    return true;
}

bool users_switch(struct store *store, struct arena *a, int64_t sync_id, struct config *config, enum side moved,
                  struct tracker *now, char ***lines, size_t *line_count, struct err *e)
{
    for (size_t i = 0; i < config->field_count; i++) {
        struct census c = {.a = a, .lines = lines, .line_count = line_count};
        if (users_is_kind(config->fields[i].kind) &&
            !switch_field(store, &c, sync_id, &config->fields[i], moved, now, e))
            return false;
    }
    return true;
}
