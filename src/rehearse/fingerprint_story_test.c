/* Sites and stores that are put back to yesterday, or of which somebody runs a copy. */
#include "rehearse/story.h"

#include "store/counter.h"

static struct stage *open_counting(void)
{
    return open_stage(
        &(struct stage_settings){.dialect = {SANDBOX_DC8, SANDBOX_CLOUD}, .counter_ms = STAGE_HOUR, .sweep_ms = -1});
}

static struct counter counter(struct stage *s, enum side side)
{
    struct err e = ERR_INIT;
    struct counter c;
    must(counter_get(s->store, &s->life, sync_id(s), side, &c, &e), &e);
    return c;
}

/* The one property that holds a counter, and its key. */
static const json_t *shown(struct stage *s, enum side side, const char **target_r)
{
    const json_t *keys = json_object_get(get(s, side, "/rest/api/2/project/%s/properties", s->project[side]), "keys");
    const json_t *entry;
    const char *key = NULL;
    size_t i;
    json_array_foreach (keys, i, entry)
        if (strstr(json_at_str(entry, "key"), "tandem.counter.INT-1.")) {
            assert_null(key);
            key = arena_strdup(&s->life, json_at_str(entry, "key"));
        }
    assert_non_null(key);
    char *target = arena_printf(&s->life, "/rest/api/2/project/%s/properties/%s", s->project[side], key);
    if (target_r)
        *target_r = target;
    return json_object_get(get(s, side, "%s", target), "value");
}

static struct stage_moment keep(struct stage *s)
{
    struct err e = ERR_INIT;
    struct stage_moment m;
    must(stage_keep(s, &m, &e), &e);
    return m;
}

static void put_back(struct stage *s, const struct stage_moment *m, unsigned what)
{
    struct err e = ERR_INIT;
    must(stage_put_back(s, m, what, &e), &e);
}

/* The pass stops, asks, and has changed nothing. */
static void stops(struct stage *s, const char *saying)
{
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct sync_row row;
    must(stage_trouble(s, &e) && stage_engine(s, &e), &e);
    plug_arm(&s->plug, FAULT_NONE, 0);
    assert_false(stage_pass(s, &counts, &e));
    assert_int_equal(e.kind, ERR_FUSE);
    assert_non_null(strstr(e.text, saying));
    assert_non_null(strstr(e.text, "tandem sync start INT-1 --force"));
    assert_int_equal(s->plug.writes, 0);
    err_clear(&e);
    must(sync_get(s->store, &s->life, STAGE_SYNC, &row, &e), &e);
    assert_string_equal(row.state, SYNC_FUSED);
    assert_int_equal(findings(s, "ask"), 1);
}

static void go_on(struct stage *s)
{
    struct err e = ERR_INIT;
    must(sync_set_state(s->store, sync_id(s), SYNC_RUNNING, NULL, &e), &e);
}

static void the_counter_is_raised_each_hour_and_not_asked_for_nothing(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_counting();
    one_issue(s);
    for (int side = 0; side < 2; side++) {
        assert_int_equal(counter(s, (enum side)side).value, 1);
        assert_int_equal(json_at_int(shown(s, (enum side)side, NULL), "count", 0), 1);
    }
    stage_wait(s, STAGE_HOUR);
    must(stage_pass(s, &counts, &e), &e);
    assert_int_equal(counter(s, SIDE_FIRST).value, 2);
    assert_int_equal(json_at_int(shown(s, SIDE_SECOND, NULL), "count", 0), 2);
    plug_arm(&s->plug, FAULT_NONE, 0);
    must(stage_pass(s, &counts, &e), &e);
    int64_t reads = s->plug.reads;
    stage_wait(s, 10 * STAGE_MINUTE);
    plug_arm(&s->plug, FAULT_NONE, 0);
    must(stage_pass(s, &counts, &e), &e); /* nothing waits: nothing more is asked */
    assert_int_equal(s->plug.reads, reads);
    assert_int_equal(s->plug.writes, 0);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_site_that_was_put_back_is_noticed_before_its_old_values_travel(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stage *s = open_counting();
    one_issue(s);
    struct stage_moment yesterday = keep(s);
    stage_wait(s, 2 * STAGE_HOUR);
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    rest(s);
    put_back(s, &yesterday, STAGE_SECOND);
    person_edits(s, SECOND, "SB-1", "labels", "door");
    stops(s, "restored from a backup");
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.summary"), "The door squeaks at night");
    must(engine_resync(s->store, STAGE_SYNC, SIDE_FIRST, NULL, 0, &e), &e);
    go_on(s);
    rest(s);
    for (int side = 0; side < 2; side++) {
        const json_t *now = issue(s, (enum side)side, side ? "SB-1" : "SA-1");
        assert_string_equal(json_at_str(now, "fields.summary"), "The door squeaks at night");
    }
    assert_int_equal(findings(s, "ask"), 0);
    assert_int_equal(counter(s, SIDE_SECOND).value, json_at_int(shown(s, SIDE_SECOND, NULL), "count", 0));
    stage_moment_free(&yesterday);
    stage_close(s);
}

static void a_project_without_its_counter_is_a_clone(void **state)
{
    (void)state;
    const char *target;
    struct stage *s = open_counting();
    one_issue(s);
    shown(s, SIDE_FIRST, &target);
    person_call(s, SIDE_FIRST, PERSON_ADMIN, 204, HTTP_DELETE, target, NULL);
    stage_wait(s, STAGE_HOUR);
    stops(s, "no counter");
    go_on(s);
    rest(s);
    assert_int_equal(findings(s, NULL), 0);
    assert_int_equal(json_at_int(shown(s, SIDE_FIRST, NULL), "count", 0), 2);
    stage_close(s);
}

/* Two Tandems with one store between them, running in turn: whoever counts second stops, before it writes. */
static void of_two_with_a_copy_of_one_store_one_stops(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_counting();
    one_issue(s);
    struct stage_moment copy = keep(s);
    stage_wait(s, STAGE_HOUR);
    must(stage_pass(s, &counts, &e), &e);
    struct stage_moment original = keep(s);
    put_back(s, &copy, STAGE_STORE);
    stops(s, "another Tandem");
    put_back(s, &original, STAGE_STORE);
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "The door squeaks at night");
    stage_moment_free(&original);
    stage_moment_free(&copy);
    stage_close(s);
}

/* They read the same number and raise it in the same moment: the number is right, the token is not. */
static void two_that_count_side_by_side_are_told_by_the_token(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    const char *target;
    struct stage *s = open_counting();
    one_issue(s);
    stage_wait(s, STAGE_HOUR);
    must(stage_pass(s, &counts, &e), &e);
    shown(s, SIDE_SECOND, &target);
    person_call(s, SIDE_SECOND, PERSON_ADMIN, 200, HTTP_PUT, target, "{'count':2,'token':'of the other one'}");
    stage_wait(s, 10 * STAGE_MINUTE);
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    stops(s, "another Tandem");
    stage_close(s);
}

static void whoever_begins_anew_where_somebody_counted_asks_first(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stage *s = open_counting();
    struct stage_moment unused = keep(s);
    one_issue(s);
    put_back(s, &unused, STAGE_STORE);
    stops(s, "its store is lost");
    put_back(s, &unused, STAGE_FIRST | STAGE_SECOND | STAGE_STORE);
    one_issue(s);
    int64_t cleared;
    must(stage_engine(s, &e) && engine_clear_panels(s->engine, &cleared, &e), &e); /* as when it is deleted */
    put_back(s, &unused, STAGE_STORE);
    struct engine_counts counts;
    must(stage_pass(s, &counts, &e), &e);
    stage_moment_free(&unused);
    stage_close(s);
}

static void a_project_we_do_not_administer_is_told_once_and_goes_on(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct finding *list;
    size_t count;
    int64_t closed;
    struct stage *s = open_stage(&(struct stage_settings){
        .dialect = {SANDBOX_DC8, SANDBOX_DC10}, .counter_ms = STAGE_HOUR, .is_guest = true, .sweep_ms = -1});
    one_issue(s);
    assert_int_equal(findings(s, "quarantine"), 2);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", NULL), 1);
    must(finding_list(s->store, &s->life, sync_id(s), 0, &list, &count, &e), &e);
    for (size_t i = 0; i < count; i++)
        must(finding_close(s->store, sync_id(s), list[i].id, 0, &closed, &e), &e);
    stage_wait(s, 2 * STAGE_HOUR);
    assert_int_equal(rest(s).writes, 0); /* tried again after a day */
    stage_wait(s, 25 * STAGE_HOUR);
    rest(s);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

/* --- what was made since the store was kept --- */

static void a_day_of_work(struct stage *s)
{
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    person_comments(s, FIRST, "SA-1", "Every morning.");
    person_comments(s, SECOND, "SB-1", "We hear it, too.");
    person_edits_comment(s, FIRST, "SA-1", "Monday", "Since Tuesday.");
    person_creates(s, FIRST, "Task", "Paint the fence", "Green.");
    person_comments(s, FIRST, "SA-2", "Light green.");
    person_creates(s, SECOND, "Task", "Order paint", NULL);
    person_moves(s, FIRST, "SA-2", "In Progress");
    rest(s);
    stage_wait(s, STAGE_MINUTE);
    person_edits_comment(s, FIRST, "SA-1", "morning", "Every evening."); /* its copy says the old words still */
    person_comments(s, FIRST, "SA-2", "And the gate.");
}

static size_t issues(struct stage *s, enum side side)
{
    size_t n = 0;
    for (int i = 1; i < 10 && !s->trouble.kind; i++) {
        arena_clear(&s->deeds);
        n += person_call(s, side, PERSON_ADMIN, 200, HTTP_GET,
                         arena_printf(&s->life, "/rest/api/2/issue/%s-%d", s->project[side], i), NULL) != NULL;
        err_clear(&s->trouble);
    }
    return n;
}

static void each_is_there_once(struct stage *s)
{
    static const char *const SAID[] = {"Since Tuesday.", "Every evening.", "We hear it, too."};
    for (int side = 0; side < 2; side++) {
        const char *key[2] = {"SA-1", "SB-1"}, *fence[2] = {"SA-2", person_partner(s, SIDE_FIRST, "SA-2")};
        assert_int_equal(issues(s, (enum side)side), 3);
        for (size_t i = 0; i < ARRAY_LEN(SAID); i++)
            assert_int_equal(says(s, (enum side)side, key[side], SAID[i], NULL), 1);
        assert_int_equal(json_array_size(comments(s, (enum side)side, key[side])), ARRAY_LEN(SAID));
        assert_int_equal(says(s, (enum side)side, fence[side], "Light green.", NULL), 1);
        assert_int_equal(says(s, (enum side)side, fence[side], "And the gate.", NULL), 1);
        assert_int_equal(json_array_size(comments(s, (enum side)side, fence[side])), 2);
        const json_t *now = issue(s, (enum side)side, key[side]);
        assert_string_equal(json_at_str(now, "fields.summary"), "The door squeaks at night");
    }
    assert_int_equal(pairs(s), 3);
    assert_int_equal(findings(s, NULL), 0);
}

static void a_store_that_was_put_back_doubles_nothing(void **state)
{
    (void)state;
    struct stage *s = open_counting();
    one_issue(s);
    struct stage_moment yesterday = keep(s);
    stage_wait(s, 2 * STAGE_HOUR);
    a_day_of_work(s);
    put_back(s, &yesterday, STAGE_STORE);
    stops(s, "this store was restored from a backup");
    go_on(s);
    rest(s);
    each_is_there_once(s);
    stage_wait(s, STAGE_HOUR);
    rest(s);
    each_is_there_once(s);
    stage_moment_free(&yesterday);
    stage_close(s);
}

static void a_store_that_is_lost_finds_its_pairs_on_the_sites(void **state)
{
    (void)state;
    struct stage *s = open_counting();
    struct stage_moment empty = keep(s);
    one_issue(s);
    stage_wait(s, 2 * STAGE_HOUR);
    a_day_of_work(s);
    put_back(s, &empty, STAGE_STORE);
    stops(s, "its store is lost");
    go_on(s);
    rest(s);
    each_is_there_once(s);
    stage_moment_free(&empty);
    stage_close(s);
}

/* Killed at every step while the pairs are found again. */
static void finding_pairs_again_may_be_killed_at_any_moment(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_counting();
    one_issue(s);
    struct stage_moment yesterday = keep(s);
    stage_wait(s, 2 * STAGE_HOUR);
    a_day_of_work(s);
    put_back(s, &yesterday, STAGE_STORE);
    must(sync_set_rejoins(s->store, sync_id(s), true, &e), &e);
    struct stage_moment start = keep(s);
    for (int step = 1;; step++) {
        must(stage_restore(s, &start, &e) && stage_engine(s, &e), &e);
        plug_arm(&s->plug, FAULT_KILL, step);
        bool survived = stage_pass(s, &counts, &e);
        if (survived)
            break;
        assert_int_equal(e.kind, ERR_KILLED);
        err_clear(&e);
        must(stage_reopen(s, &e), &e);
        rest(s);
        each_is_there_once(s);
    }
    stage_moment_free(&start);
    stage_moment_free(&yesterday);
    stage_close(s);
}

static void a_clone_is_not_taken_for_the_partner(void **state)
{
    (void)state;
    struct stage *s = open_counting();
    struct stage_moment empty = keep(s);
    one_issue(s);
    const char *origin = arena_strdup(
        &s->life, json_print(&s->life, json_object_get(
                                           get(s, SIDE_SECOND, "/rest/api/2/issue/%s/properties/tandem.origin", "SB-1"),
                                           "value")));
    person_call(s, SECOND, 201, HTTP_POST, "/rest/api/2/issue",
                "{'fields':{'project':{'key':'SB'},'issuetype':{'name':'Bug'},'summary':'CLONE - The door'},"
                "'properties':[{'key':'tandem.origin','value':%s}]}",
                origin);
    put_back(s, &empty, STAGE_STORE);
    stops(s, "its store is lost");
    go_on(s);
    rest(s);
    assert_string_equal(person_partner(s, SIDE_FIRST, "SA-1"), "SB-1");
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.summary"), "The door squeaks");
    stage_moment_free(&empty);
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counter_is_raised_each_hour_and_not_asked_for_nothing),
        cmocka_unit_test(a_site_that_was_put_back_is_noticed_before_its_old_values_travel),
        cmocka_unit_test(a_project_without_its_counter_is_a_clone),
        cmocka_unit_test(of_two_with_a_copy_of_one_store_one_stops),
        cmocka_unit_test(two_that_count_side_by_side_are_told_by_the_token),
        cmocka_unit_test(whoever_begins_anew_where_somebody_counted_asks_first),
        cmocka_unit_test(a_project_we_do_not_administer_is_told_once_and_goes_on),
        cmocka_unit_test(a_store_that_was_put_back_doubles_nothing),
        cmocka_unit_test(a_store_that_is_lost_finds_its_pairs_on_the_sites),
        cmocka_unit_test(finding_pairs_again_may_be_killed_at_any_moment),
        cmocka_unit_test(a_clone_is_not_taken_for_the_partner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
