/* fingerprint.c - is this still the site, and the store, that we left?
 *
 * A property of each project holds a number with a token; the store remembers both, and raises the number each hour. A
 * lower number, or none: the site was restored from a backup, or is a clone. A higher one, or another token: another
 * Tandem counts here, or this store is the one that was put back. In either case what the store calls "agreed" may be
 * wrong, so the synchronization stops and asks.
 *
 * It is looked at when it is to be raised, and before the first work of a program, and then before work at most every
 * five minutes: a pass that has nothing to do asks nothing. The key names both projects beside the synchronization,
 * for partners who both run a Tandem may both call theirs INT-1. */
#include "sync/internal.h"

#include "base/log.h"
#include "base/str.h"
#include "store/counter.h"

#include <string.h>

static const char *const ITEM[2] = {"fingerprint:first", "fingerprint:second"};

enum { LOOK_MS = 5 * 60 * 1000, REFUSED_DAYS = 1 };
static const int64_t DAY_MS = 24 * 3600 * 1000;

struct side_counter {
    enum side side;
    struct counter known;
    const json_t *shown; /* NULL: there is none */
};

static char *property_key(struct arena *a, const char *sync_key, const struct config_connector *c)
{
    const char *both =
        arena_printf(a, "%s\n%s\n%s\n%s", c[0].base_url ? c[0].base_url : "", c[0].project_id ? c[0].project_id : "",
                     c[1].base_url ? c[1].base_url : "", c[1].project_id ? c[1].project_id : "");
    return arena_printf(a, "tandem.counter.%s.%.8s", sync_key, str_sha256(a, both, strlen(both)));
}

static bool is(const json_t *shown, int64_t value, const char *token)
{
    return value && json_at_int(shown, "count", 0) == value && str_eq(json_at_str(shown, "token"), token);
}

/* NULL when all is as we left it; else what happened, and what to do. */
static const char *what_is_wrong(const struct engine *en, struct arena *a, const struct side_counter *c)
{
    const char *project = en->project[c->side].key, *key = en->row.key, *other = side_name(side_other(c->side));
    int64_t count = json_at_int(c->shown, "count", 0);
    if (is(c->shown, c->known.value, c->known.token) || is(c->shown, c->known.next, c->known.next_token) ||
        (!c->shown && !c->known.value))
        return NULL;
    if (!c->known.value && !c->known.next)
        return arena_printf(
            a,
            "a Tandem that is not this one has synchronized %s as %s (its counter shows %lld). If it "
            "still runs, stop it: two would make everything twice. If its store is lost, this one must "
            "not begin anew as if nothing were there; it looks for the pairs that were made when you go "
            "on with: tandem sync start %s --force",
            project, key, (long long)count, key);
    if (!c->shown || count < c->known.value)
        return arena_printf(
            a,
            "%s shows %s%s where Tandem had counted to %lld: the site was restored from a backup, or is "
            "a clone. Nothing was changed. If it was restored, bring back what it lost with: tandem sync "
            "resync %s --from %s. Then go on with: tandem sync start %s --force",
            project, c->shown ? "a counter of " : "no counter",
            c->shown ? arena_printf(a, "%lld", (long long)count) : "", (long long)c->known.value, key, other, key);
    return arena_printf(
        a,
        "%s shows a counter of %lld that this store did not write; it knows %lld. Either another Tandem "
        "runs with a copy of this store: stop it. Or this store was restored from a backup: then look "
        "that no other runs and go on with: tandem sync start %s --force; what the store does not "
        "remember is found again on both sides before anything is made",
        project, (long long)count, (long long)c->known.value, key);
}

static bool say(struct engine *en, enum side side, const char *kind, const struct err *why, const char *text,
                struct err *e)
{
    return store_begin(en->store, e) &&
           (engine_open_finding(en, NULL, (int)side, ITEM[side], kind, why, text, NULL, e) ? store_commit(en->store, e)
                                                                                           : store_abandon(en->store));
}

/* A site where we may not: it goes on without, and is asked again a day later. Said once. */
static bool refused(struct engine *en, struct arena *a, struct side_counter *c, const struct err *why, struct err *e)
{
    bool was_told = c->known.is_refused;
    c->known.is_refused = true;
    c->known.raised_ms = clock_now(en->clock);
    if (!counter_put(en->store, en->row.id, c->side, &c->known, e))
        return false;
    const char *text = arena_printf(
        a,
        "%s does not let the sync user keep a counter in a property of the project (%s). The synchronization goes on, "
        "but a restored site or store is not noticed. Let the sync user administer the project, or close this finding",
        en->project[c->side].key, why->text);
    return was_told || say(en, c->side, "quarantine", why, text, e);
}

static bool is_ours_alone(const struct err *why)
{
    enum err_scope scope = err_scope(why->kind);
    return why->kind != ERR_UNCERTAIN && (scope == ERR_SCOPE_ITEM || scope == ERR_SCOPE_PAIR);
}

/* It stands on the site. */
static bool arrived(struct engine *en, struct side_counter *c, struct err *e)
{
    int64_t now = clock_now(en->clock);
    c->known = (struct counter){.value = c->known.next, .token = c->known.next_token, .raised_ms = now};
    if (!store_begin(en->store, e))
        return false;
    return counter_put(en->store, en->row.id, c->side, &c->known, e) &&
                   finding_resolve(en->store, en->row.id, 0, ITEM[c->side], NULL, now, e)
               ? store_commit(en->store, e)
               : store_abandon(en->store);
}

static bool raise_it(struct engine *en, struct arena *a, struct side_counter *c, struct err *e)
{
    struct tracker *t = engine_tracker(en, c->side);
    struct err why = ERR_INIT;
    int64_t count = json_at_int(c->shown, "count", 0);
    if (!c->known.next) {
        c->known.next = (count > c->known.value ? count : c->known.value) + 1;
        c->known.next_token = rng_token(&en->rng, a);
        if (!counter_put(en->store, en->row.id, c->side, &c->known, e))
            return false;
    }
    const json_t *value = json_keep(a, json_pack("{sI ss ss}", "count", (json_int_t)c->known.next, "token",
                                                 c->known.next_token, "synchronization", en->row.key));
    if (t->ops->project_property_set(t, a, property_key(a, en->row.key, en->config.connector), value, &why))
        return arrived(en, c, e);
    if (is_ours_alone(&why))
        return refused(en, a, c, &why, e);
    if (why.kind == ERR_UNCERTAIN) { /* the next look shows the one number or the other; both are ours */
        log_line(LOG_INFO, "%s: the reply to raising the counter was lost", en->project[c->side].key);
        return true;
    }
    *e = why;
    return false;
}

/* A person looked and said: go on. A foreign counter may mean that this store is an old one. */
static bool pardon(struct engine *en, struct side_counter *c, struct err *e)
{
    bool is_foreign = c->shown && json_at_int(c->shown, "count", 0) >= c->known.value;
    c->known.next = 0;
    if (!is_foreign || en->row.rejoins)
        return true;
    en->row.rejoins = true;
    return sync_set_rejoins(en->store, en->row.id, true, e);
}

static bool look(struct engine *en, struct arena *a, enum side s, bool is_due, struct err *e)
{
    struct tracker *t = engine_tracker(en, s);
    struct side_counter c = {.side = s};
    struct err why = ERR_INIT;
    if (!counter_get(en->store, a, en->row.id, s, &c.known, e))
        return false;
    int64_t now = clock_now(en->clock);
    if (c.known.is_refused && now < c.known.raised_ms + REFUSED_DAYS * DAY_MS)
        return true;
    if (!t->ops->project_property_get(t, a, property_key(a, en->row.key, en->config.connector), &c.shown, &why)) {
        if (is_ours_alone(&why))
            return refused(en, a, &c, &why, e);
        *e = why;
        return false;
    }
    if (json_at_bool(c.shown, "ended", false))
        c.shown = NULL;
    const char *text = what_is_wrong(en, a, &c);
    if (text && !en->is_pardoned && !en->row.rejoins) /* of a store that was put back it is known */
        return say(en, s, "ask", NULL, text, e) && err_set(e, ERR_FUSE, "%s", text);
    if (text && !pardon(en, &c, e))
        return false;
    if (is(c.shown, c.known.next, c.known.next_token))
        return arrived(en, &c, e);
    return (!is_due && !text) || raise_it(en, a, &c, e);
}

static bool is_due_on(struct engine *en, struct arena *a, bool *r, struct err *e)
{
    int64_t now = clock_now(en->clock);
    *r = false;
    for (int s = 0; s < 2; s++) {
        struct counter c;
        if (!counter_get(en->store, a, en->row.id, (enum side)s, &c, e))
            return false;
        *r = *r || (now >= c.raised_ms + (c.is_refused ? REFUSED_DAYS * DAY_MS : en->set.counter_ms));
    }
    return true;
}

bool fingerprint_check(struct engine *en, struct err *e)
{
    struct arena a = ARENA_INIT;
    int64_t waiting = 0, now = clock_now(en->clock);
    bool is_due = false;
    if (en->set.counter_ms < 0)
        return true;
    bool ok = is_due_on(en, &a, &is_due, e) && (is_due || engine_count_waiting(en, &waiting, e));
    bool looks = is_due || (waiting && now >= en->fingerprint_ms + LOOK_MS);
    for (int s = 0; ok && looks && s < 2; s++)
        ok = look(en, &a, (enum side)s, is_due, e);
    if (ok && looks)
        en->fingerprint_ms = now;
    arena_release(&a);
    return ok;
}

bool fingerprint_end(const struct sync_row *row, struct tracker *t, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct config config;
    struct err why = ERR_INIT;
    bool ok = config_from_json(&a, row->config, &config, e);
    const json_t *value = json_keep(&a, json_pack("{sb}", "ended", 1));
    if (ok && !t->ops->project_property_set(t, &a, property_key(&a, row->key, config.connector), value, &why) &&
        !is_ours_alone(&why)) {
        *e = why;
        ok = false;
    }
    arena_release(&a);
    return ok;
}
