#include "rehearse/stage.h"

#include "base/str.h"
#include "rehearse/person.h"
#include "store/sync.h"

#include <stdlib.h>
#include <string.h>

/* 2026-11-20 10:00 UTC, a Friday; each look at the clock takes 7 ms, so that no two events share a millisecond. */
enum { CLOCK_STEP_MS = 7, PASSES = 40, BETWEEN_MS = 40 * 1000 };
static const int64_t START_MS = 1795168800000;

/* --- clocks --- */

static int64_t site_now(struct clock *c)
{
    struct stage_clock *s = (struct stage_clock *)c;
    return clock_now(s->real) + s->ahead_ms;
}

static void site_sleep(struct clock *c, int64_t ms)
{
    clock_sleep(((struct stage_clock *)c)->real, ms);
}

void stage_wait(struct stage *s, int64_t ms)
{
    s->clock.now += ms;
}

/* --- opening --- */

static bool open_sandbox(struct stage *s, int side, struct err *e)
{
    s->site_clock[side] =
        (struct stage_clock){{site_now, site_sleep}, &s->clock.clock, side == SIDE_SECOND ? s->set.skew_ms : 0};
    s->base_url[side] = side ? "https://second.example.com" : "https://first.example.com";
    s->sandbox[side] = sandbox_open(&(struct sandbox_settings){.dialect = s->set.dialect[side],
                                                               .data = ":memory:",
                                                               .base_url = s->base_url[side],
                                                               .zone = side ? "America/New_York" : "Europe/Berlin",
                                                               .clock = &s->site_clock[side].clock,
                                                               .seed = s->set.seed + 1000 * (uint64_t)side,
                                                               .ignore_properties = s->set.ignores_properties},
                                    e);
    return s->sandbox[side];
}

static void furnish(struct stage *s, enum side side)
{
    static const char *const PEOPLE[][3] = {{"tandem", "Tandem", "Asia/Kolkata"},
                                            {"paula", "Paula Perkins", "Europe/Berlin"},
                                            {"quinn", "Quinn Quigley", "America/New_York"}};
    for (size_t i = 0; i < ARRAY_LEN(PEOPLE); i++)
        person_call(s, side, PERSON_ADMIN, 201, HTTP_POST, "/sandbox/users",
                    "{'name':'%s','emailAddress':'%s@example.com','displayName':'%s','password':'%s','timeZone':'%s'}",
                    PEOPLE[i][0], PEOPLE[i][0], PEOPLE[i][1], PEOPLE[i][0], PEOPLE[i][2]);
    bool counts = s->set.counter_ms && !s->set.is_guest;
    person_call(s, side, PERSON_ADMIN, 201, HTTP_POST, "/sandbox/project", "{'key':'%s','name':'Project %s'%s}",
                s->project[side], s->project[side], counts ? ",'lead':'tandem'" : "");
}

static bool open_site(struct stage *s, int side, struct err *e)
{
    bool is_cloud = s->set.dialect[side] == SANDBOX_CLOUD;
    struct transport *local = transport_local_new(sandbox_handle, s->sandbox[side]);
    s->site[side] = jira_site_open(&(struct jira_settings){.name = side ? "second" : "first",
                                                           .base_url = s->base_url[side],
                                                           .user = is_cloud ? "tandem@example.com" : "tandem",
                                                           .secret = "tandem",
                                                           .transport = wire_new(local, &s->plug, side),
                                                           .clock = &s->clock.clock,
                                                           .seed = s->set.seed + s->opened},
                                   e);
    if (!s->site[side])
        return false;
    s->tracker[side] = tracker_jira_new(s->site[side], s->project[side]);
    return true;
}

static bool open_road(struct stage *s, struct err *e)
{
    s->opened++;
    for (int side = 0; side < 2; side++)
        if (!open_site(s, side, e))
            return false;
    s->store = store_over(s->db, e);
    if (!s->store)
        return false;
    store_on_commit(s->store, plug_commit, &s->plug);
    return true;
}

static void drop_road(struct stage *s)
{
    engine_close(s->engine);
    store_close(s->store);
    for (int side = 0; side < 2; side++) {
        tracker_free(s->tracker[side]);
        jira_site_close(s->site[side]);
        s->tracker[side] = NULL;
        s->site[side] = NULL;
    }
    s->engine = NULL;
    s->store = NULL;
}

static bool make_synchronization(struct stage *s, struct err *e)
{
    struct tracker_project projects[2];
    struct tracker_info info[2];
    struct config config;
    int64_t id;
    for (int side = 0; side < 2; side++)
        if (!s->tracker[side]->ops->describe(s->tracker[side], &s->life, &info[side], e) ||
            !s->tracker[side]->ops->project(s->tracker[side], &s->life, &projects[side], e))
            return false;
    config_suggest(&s->life, (const struct tracker_project *const[2]){&projects[0], &projects[1]}, &config);
    config_set_key(&s->life, &config, STAGE_SYNC);
    for (int side = 0; side < 2; side++) {
        config.connector[side].site = jira_site_name(s->site[side]);
        config.connector[side].base_url = s->base_url[side];
        config.connector[side].deployment = info[side].deployment;
    }
    if (s->set.configure)
        s->set.configure(&s->life, &config);
    json_t *document = config_to_json(&s->life, &config);
    return sync_add(s->store, STAGE_SYNC, config.name, document, clock_now(&s->clock.clock), &id, e) &&
           sync_set_state(s->store, id, SYNC_RUNNING, NULL, e);
}

static bool open_all(struct stage *s, struct err *e)
{
    s->db = sql_open(":memory:", SQL_FAST, e);
    if (!s->db)
        return false;
    for (int side = 0; side < 2; side++) {
        if (!open_sandbox(s, side, e))
            return false;
        furnish(s, (enum side)side);
    }
    return stage_trouble(s, e) && open_road(s, e) && make_synchronization(s, e);
}

struct stage *stage_open(const struct stage_settings *set, struct err *e)
{
    struct stage *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->set = *set;
    if (!s->set.seed)
        s->set.seed = 1;
    s->project[0] = set->project[0] ? set->project[0] : "SA";
    s->project[1] = set->project[1] ? set->project[1] : "SB";
    clock_virtual_init(&s->clock, START_MS, CLOCK_STEP_MS);
    plug_init(&s->plug, &s->clock.clock);
    if (open_all(s, e))
        return s;
    stage_close(s);
    return NULL;
}

void stage_close(struct stage *s)
{
    if (!s)
        return;
    drop_road(s);
    plug_reset(&s->plug);
    sql_close(s->db);
    for (int side = 0; side < 2; side++)
        sandbox_close(s->sandbox[side]);
    arena_release(&s->deeds);
    arena_release(&s->life);
    free(s);
}

bool stage_engine(struct stage *s, struct err *e)
{
    if (s->engine)
        return true;
    s->engine = engine_open(&(struct engine_settings){.store = s->store,
                                                      .sync_key = STAGE_SYNC,
                                                      .trackers = {s->tracker[0], s->tracker[1]},
                                                      .clock = &s->clock.clock,
                                                      .seed = s->set.seed * 1000003 + s->opened,
                                                      .sweep_ms = s->set.sweep_ms,
                                                      .counter_ms = s->set.counter_ms ? s->set.counter_ms : -1},
                            e);
    return s->engine;
}

bool stage_reopen(struct stage *s, struct err *e)
{
    drop_road(s);
    plug_arm(&s->plug, FAULT_NONE, 0);
    return open_road(s, e) && stage_engine(s, e);
}

/* --- passes --- */

bool stage_pass(struct stage *s, struct engine_counts *r, struct err *e)
{
    *r = (struct engine_counts){0};
    return stage_engine(s, e) && engine_pass(s->engine, r, e);
}

static bool read_watermarks(struct stage *s, int64_t r[2], struct err *e)
{
    struct arena a = ARENA_INIT;
    struct sync_row row;
    bool ok = sync_get(s->store, &a, STAGE_SYNC, &row, e);
    for (int side = 0; ok && side < 2; side++)
        r[side] = row.watermark_ms[side];
    arena_release(&a);
    return ok;
}

static bool check_watermarks(struct stage *s, int64_t before[2], struct err *e)
{
    int64_t now[2];
    if (!read_watermarks(s, now, e))
        return false;
    for (int side = 0; side < 2; side++) {
        if (now[side] < before[side])
            return err_set(e, ERR_STATE, "the watermark of the %s side went back", side_name((enum side)side));
        before[side] = now[side];
    }
    return true;
}

static void sum_up(struct engine_counts *sum, const struct engine_counts *more)
{
    const int64_t *from = (const int64_t *)more;
    int64_t *to = (int64_t *)sum;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++) /* the struct is nothing but counts */
        to[i] += from[i];
    sum->waiting = more->waiting;
}

bool stage_rest(struct stage *s, struct stage_run *r, struct err *e)
{
    int64_t marks[2];
    int quiet = 0;
    *r = (struct stage_run){0};
    if (!read_watermarks(s, marks, e))
        return false;
    while (r->passes < PASSES) {
        struct engine_counts one;
        struct err why = ERR_INIT;
        int64_t writes = s->plug.writes;
        bool ok = stage_pass(s, &one, &why);
        r->passes++;
        r->writes += s->plug.writes - writes;
        sum_up(&r->counts, &one);
        if (!ok && (err_scope(why.kind) != ERR_SCOPE_SITE || why.kind == ERR_FUSE) && why.kind != ERR_UNCERTAIN) {
            *e = why;
            return false;
        }
        if (!check_watermarks(s, marks, e))
            return false;
        r->failures += !ok;
        quiet = ok && !one.waiting && s->plug.writes == writes && !plug_has_late(&s->plug) ? quiet + 1 : 0;
        if (quiet == 2)
            return true;
        stage_wait(s, BETWEEN_MS);
    }
    return err_set(e, ERR_STATE, "does not come to rest in %d passes: %lld waiting, %lld writes, %lld passes failed",
                   PASSES, (long long)r->counts.waiting, (long long)r->writes, (long long)r->failures);
}

/* --- moments --- */

bool stage_keep(struct stage *s, struct stage_moment *r, struct err *e)
{
    *r = (struct stage_moment){.now = s->clock.now, .opened = s->opened};
    return sandbox_snapshot(s->sandbox[0], &r->bytes[0], &r->length[0], e) &&
           sandbox_snapshot(s->sandbox[1], &r->bytes[1], &r->length[1], e) &&
           sql_snapshot(s->db, &r->bytes[2], &r->length[2], e);
}

bool stage_restore(struct stage *s, const struct stage_moment *m, struct err *e)
{
    drop_road(s);
    plug_reset(&s->plug);
    s->clock.now = m->now;
    s->opened = m->opened;
    return sandbox_restore(s->sandbox[0], m->bytes[0], m->length[0], e) &&
           sandbox_restore(s->sandbox[1], m->bytes[1], m->length[1], e) &&
           sql_restore(s->db, m->bytes[2], m->length[2], e) && open_road(s, e);
}

bool stage_put_back(struct stage *s, const struct stage_moment *m, unsigned what, struct err *e)
{
    drop_road(s);
    for (int side = 0; side < 2; side++)
        if (what & (side ? STAGE_SECOND : STAGE_FIRST) &&
            !sandbox_restore(s->sandbox[side], m->bytes[side], m->length[side], e))
            return false;
    if (what & STAGE_STORE && !sql_restore(s->db, m->bytes[2], m->length[2], e))
        return false;
    return open_road(s, e);
}

void stage_moment_free(struct stage_moment *m)
{
    for (size_t i = 0; i < ARRAY_LEN(m->bytes); i++)
        free(m->bytes[i]);
    *m = (struct stage_moment){0};
}

bool stage_trouble(struct stage *s, struct err *e)
{
    if (!s->trouble.kind)
        return true;
    *e = s->trouble;
    return false;
}
