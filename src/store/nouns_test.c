/* Every noun of the store: what goes in comes out. */
#include "base/str.h"
#include "store/counter.h"
#include "store/edge.h"
#include "store/finding.h"
#include "store/inbox.h"
#include "store/op.h"
#include "store/pair.h"
#include "store/site.h"
#include "store/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sql_db *db;
static struct store *s;
static struct arena a;
static struct err e;
static int64_t sync_id;

static json_t *json(const char *text)
{
    json_t *value = json_parse(&a, text, strlen(text), true, "test", &e);
    assert_non_null(value);
    return value;
}

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    arena_init(&a);
    db = sql_open(":memory:", 0, &e);
    s = db ? store_over(db, &e) : NULL;
    return s && sync_add(s, "INT-1", "SA with SB",
                         json("{\"firstConnector\":{\"site\":\"sa\"},\"secondConnector\":{\"site\":\"sb\"}}"), 1000,
                         &sync_id, &e)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(s);
    sql_close(db);
    arena_release(&a);
    return 0;
}

static void a_site_is_added_replaced_and_removed(void **state)
{
    (void)state;
    struct site_row in = {"sx", "https://x.example.com", json("{\"user\":\"admin\"}"), "sealed"}, out;
    assert_true(site_put(s, &in, &e));
    in.base_url = "https://y.example.com";
    in.secret = NULL;
    assert_true(site_put(s, &in, &e));
    assert_true(site_get(s, &a, "sx", &out, &e));
    assert_string_equal(out.base_url, "https://y.example.com");
    assert_string_equal(json_at_str(out.settings, "user"), "admin");
    assert_null(out.secret);
    assert_true(site_remove(s, "sx", &e));
    assert_false(site_get(s, &a, "sx", &out, &e));
    assert_int_equal(e.kind, ERR_INPUT);
}

static void an_unknown_site_is_answered_with_those_there_are(void **state)
{
    (void)state;
    struct site_row out;
    assert_true(site_put(s, &(struct site_row){.name = "sa", .base_url = "http://a"}, &e));
    assert_true(site_put(s, &(struct site_row){.name = "sb", .base_url = "http://b"}, &e));
    assert_false(site_get(s, &a, "sc", &out, &e));
    assert_non_null(strstr(e.text, "sa, sb"));
    assert_false(site_remove(s, "sc", &e));
    assert_int_equal(e.kind, ERR_INPUT);
}

static void a_site_in_use_stays(void **state)
{
    (void)state;
    struct site_row out;
    assert_true(site_put(s, &(struct site_row){.name = "sb", .base_url = "http://b"}, &e));
    assert_false(site_remove(s, "sb", &e));
    assert_int_equal(e.kind, ERR_STATE);
    assert_non_null(strstr(e.text, "INT-1"));
    assert_true(site_get(s, &a, "sb", &out, &e));
}

static void a_synchronization_keeps_its_state_and_watermarks(void **state)
{
    (void)state;
    struct sync_row row;
    assert_true(sync_set_state(s, sync_id, SYNC_FUSED, "no issues on the second side", &e));
    assert_true(sync_set_watermark(s, sync_id, SIDE_SECOND, 77, &e));
    assert_true(sync_set_swept(s, sync_id, 88, &e));
    assert_true(sync_set_config(s, sync_id, "renamed", json("{\"poll\":1}"), &e));
    assert_true(sync_get(s, &a, "INT-1", &row, &e));
    assert_string_equal(row.state, SYNC_FUSED);
    assert_string_equal(row.reason, "no issues on the second side");
    assert_int_equal(row.watermark_ms[SIDE_FIRST], 0);
    assert_int_equal(row.watermark_ms[SIDE_SECOND], 77);
    assert_int_equal(row.swept_ms, 88);
    assert_int_equal(row.created_ms, 1000);
    assert_string_equal(row.name, "renamed");
    assert_int_equal(json_at_int(row.config, "poll", 0), 1);
    assert_false(sync_set_swept(s, sync_id + 1, 88, &e));
    assert_int_equal(e.kind, ERR_GONE);
}

static void a_key_is_given_once_even_after_deletion(void **state)
{
    (void)state;
    const char *key;
    int64_t id;
    struct sync_row *all, row;
    size_t count;
    assert_false(sync_add(s, "INT-1", "again", json("{}"), 0, &id, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_true(sync_add(s, "INT-7", "seven", json("{}"), 0, &id, &e));
    assert_true(sync_add(s, "other", "not one of ours", json("{}"), 0, &id, &e));
    assert_true(sync_get(s, &a, "INT-7", &row, &e));
    assert_true(sync_remove(s, row.id, &e));
    assert_true(sync_next_key(s, &a, &key, &e));
    assert_string_equal(key, "INT-8");
    assert_true(sync_list(s, &a, &all, &count, &e));
    assert_int_equal(count, 2);
    assert_false(sync_get(s, &a, "INT-7", &row, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "INT-1 (SA with SB)"));
}

static struct pair add_pair(const char *first, const char *second)
{
    struct pair p = {.sync_id = sync_id, .issue_id = {first, second}, .key = {"SA-1", second ? "SB-1" : NULL}};
    assert_true(pair_add(s, &p, &e));
    assert_int_not_equal(p.id, 0);
    return p;
}

static void a_pair_comes_back_as_written(void **state)
{
    (void)state;
    struct pair p = add_pair("100", NULL), out;
    bool found;
    p.state = PAIR_CREATING;
    p.issue_id[1] = "200";
    p.key[1] = "SB-9";
    p.first_sync_ms = 1;
    p.sent_ms[0] = 2;
    p.sent_ms[1] = 3;
    p.received_ms[0] = 4;
    p.received_ms[1] = 5;
    p.seen_ms[0] = 6;
    p.seen_ms[1] = 7;
    p.is_dirty = p.panel_due = true;
    p.resync = "{\"from\":\"first\"}";
    p.link[0] = "link a";
    p.link[1] = "link b";
    p.generation = 3;
    assert_true(pair_update(s, &p, &e));
    assert_true(pair_get(s, &a, p.id, &out, &e));
    assert_string_equal(out.state, PAIR_CREATING);
    assert_int_equal(out.generation, 3);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(out.issue_id[i], p.issue_id[i]);
        assert_string_equal(out.key[i], p.key[i]);
        assert_int_equal(out.sent_ms[i], p.sent_ms[i]);
        assert_int_equal(out.received_ms[i], p.received_ms[i]);
        assert_int_equal(out.seen_ms[i], p.seen_ms[i]);
        assert_string_equal(out.link[i], p.link[i]);
    }
    assert_int_equal(out.first_sync_ms, 1);
    assert_true(out.is_dirty && out.panel_due);
    assert_string_equal(out.resync, p.resync);
    assert_true(pair_find(s, &a, sync_id, SIDE_SECOND, "200", &out, &found, &e));
    assert_true(found);
    assert_int_equal(out.id, p.id);
    assert_true(pair_find(s, &a, sync_id, SIDE_FIRST, "200", &out, &found, &e));
    assert_false(found);
    assert_false(pair_get(s, &a, p.id + 1, &out, &e));
    assert_int_equal(e.kind, ERR_GONE);
    p.id++;
    err_clear(&e);
    assert_false(pair_update(s, &p, &e));
    assert_int_equal(e.kind, ERR_GONE);
}

static void an_issue_belongs_to_one_living_pair(void **state)
{
    (void)state;
    struct pair p = add_pair("100", "200"), again = {.sync_id = sync_id, .issue_id = {"100", "201"}};
    int64_t count;
    bool found;
    assert_false(pair_add(s, &again, &e));
    assert_int_equal(e.kind, ERR_STORE);
    p.state = PAIR_ENDED;
    assert_true(pair_update(s, &p, &e));
    again.generation = 2;
    assert_true(pair_add(s, &again, &e));
    assert_true(pair_count(s, sync_id, &count, &e));
    assert_int_equal(count, 1);
    struct pair out;
    assert_true(pair_find(s, &a, sync_id, SIDE_FIRST, "100", &out, &found, &e));
    assert_int_equal(out.id, again.id);
    assert_int_equal(out.generation, 2);
}

static void marked_pairs_are_listed_in_portions(void **state)
{
    (void)state;
    struct pair first = add_pair("1", "11"), ignored = add_pair("2", "12"), third = add_pair("3", "13"), *list;
    size_t count;
    ignored.state = PAIR_IGNORED;
    assert_true(pair_update(s, &ignored, &e));
    assert_true(pair_list_dirty(s, &a, sync_id, 0, 10, &list, &count, &e));
    assert_int_equal(count, 0);
    assert_true(pair_mark_all(s, sync_id, "{\"from\":\"second\"}", true, &e));
    assert_true(pair_mark_all(s, sync_id, NULL, false, &e)); /* a sweep takes nothing back */
    assert_true(pair_list_dirty(s, &a, sync_id, 0, 1, &list, &count, &e));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].id, first.id);
    assert_string_equal(list[0].resync, "{\"from\":\"second\"}");
    assert_true(pair_list_dirty(s, &a, sync_id, first.id, 10, &list, &count, &e));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].id, third.id);
    assert_true(pair_list_panel_due(s, &a, sync_id, &list, &count, &e));
    assert_int_equal(count, 2);
    assert_true(pair_list(s, &a, sync_id, &list, &count, &e));
    assert_int_equal(count, 3);
}

static void a_base_is_kept_per_side(void **state)
{
    (void)state;
    struct pair p = add_pair("1", "11");
    struct base_row *rows;
    size_t count;
    assert_true(base_set(s, p.id, "summary", json("\"a\""), json("\"b\""), &e));
    assert_true(base_set_side(s, p.id, "summary", SIDE_SECOND, json("null"), &e));
    assert_true(base_set_side(s, p.id, "labels", SIDE_FIRST, json("[\"x\"]"), &e));
    assert_true(base_set(s, p.id, "gone", json("1"), json("1"), &e));
    assert_true(base_remove(s, p.id, "gone", &e));
    assert_true(base_list(s, &a, p.id, &rows, &count, &e));
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].item, "labels");
    assert_int_equal(json_array_size(rows[0].value[SIDE_FIRST]), 1);
    assert_null(rows[0].value[SIDE_SECOND]); /* no base is not the value null */
    assert_string_equal(json_string_value(rows[1].value[SIDE_FIRST]), "a");
    assert_true(json_is_null(rows[1].value[SIDE_SECOND]));
}

static void a_damaged_base_is_named(void **state)
{
    (void)state;
    struct pair p = add_pair("1", "11");
    struct base_row *rows;
    size_t count;
    assert_true(base_set(s, p.id, "summary", json("\"a\""), NULL, &e));
    assert_true(sql_run(db, &e, "UPDATE base SET value0 = '{\"cut'", ""));
    assert_false(base_list(s, &a, p.id, &rows, &count, &e));
    assert_int_equal(e.kind, ERR_PARSE);
    assert_non_null(strstr(e.text, "summary"));
}

static void a_comment_and_its_copy_are_one_row(void **state)
{
    (void)state;
    struct pair p = add_pair("1", "11");
    struct comment_row row = {.pair_id = p.id, .origin = SIDE_SECOND, .comment_id = {NULL, "500"}}, *rows;
    size_t count;
    assert_true(comment_add(s, &row, &e));
    row.comment_id[0] = "900";
    row.base[0] = "copy";
    row.base[1] = "original";
    row.state = "kept";
    assert_true(comment_update(s, &row, &e));
    struct comment_row second = {.pair_id = p.id, .comment_id = {"900", NULL}};
    assert_false(comment_add(s, &second, &e)); /* a comment has one row */
    assert_true(comment_list(s, &a, p.id, &rows, &count, &e));
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].id, row.id);
    assert_int_equal(rows[0].origin, SIDE_SECOND);
    assert_string_equal(rows[0].comment_id[0], "900");
    assert_string_equal(rows[0].comment_id[1], "500");
    assert_string_equal(rows[0].base[0], "copy");
    assert_string_equal(rows[0].base[1], "original");
    assert_string_equal(rows[0].state, "kept");
    assert_true(comment_remove(s, row.id, &e));
    assert_true(comment_list(s, &a, p.id, &rows, &count, &e));
    assert_int_equal(count, 0);
}

static int64_t waiting(void)
{
    int64_t count;
    assert_true(inbox_count(s, sync_id, &count, &e));
    return count;
}

static void a_counter_is_kept_for_each_side(void **state)
{
    (void)state;
    struct counter n = {.value = 4, .token = "abc", .next = 5, .next_token = "def", .raised_ms = 9000}, r;
    assert_true(counter_get(s, &a, sync_id, SIDE_SECOND, &r, &e));
    assert_int_equal(r.value, 0);
    assert_true(counter_put(s, sync_id, SIDE_SECOND, &n, &e));
    assert_true(counter_get(s, &a, sync_id, SIDE_SECOND, &r, &e));
    assert_int_equal(r.value, 4);
    assert_string_equal(r.token, "abc");
    assert_string_equal(r.next_token, "def");
    n = (struct counter){.value = 5, .token = "def", .is_refused = true};
    assert_true(counter_put(s, sync_id, SIDE_SECOND, &n, &e));
    assert_true(counter_get(s, &a, sync_id, SIDE_SECOND, &r, &e));
    assert_int_equal(r.next, 0);
    assert_null(r.next_token);
    assert_true(r.is_refused);
    assert_true(counter_get(s, &a, sync_id, SIDE_FIRST, &r, &e));
    assert_int_equal(r.value, 0);
}

static void changes_that_were_given_up_are_listed(void **state)
{
    (void)state;
    struct op *list,
        edit = {.sync_id = sync_id, .pair_id = 3, .kind = OP_UPDATE, .state = OP_RETIRED, .item = "fields"};
    size_t count;
    edit.body = json("{}");
    struct op add = edit, other = edit;
    add.kind = OP_COMMENT_ADD;
    add.token = "abc";
    other.state = OP_SETTLED;
    assert_true(op_add(s, &edit, &e) && op_add(s, &add, &e) && op_add(s, &other, &e));
    assert_true(op_list_retired(s, &a, 3, &list, &count, &e));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].id, edit.id);
}

static void the_same_state_is_worked_once(void **state)
{
    (void)state;
    struct inbox_row row = {SIDE_FIRST, "100", "SA-1", 5000}, *list;
    size_t count;
    assert_true(inbox_see(s, sync_id, &row, &e));
    assert_true(inbox_see(s, sync_id, &row, &e));
    assert_int_equal(waiting(), 1);
    assert_true(inbox_done(s, sync_id, SIDE_FIRST, "100", 5000, &e));
    assert_int_equal(waiting(), 0);
    assert_true(inbox_see(s, sync_id, &row, &e));
    assert_int_equal(waiting(), 0);
    row.updated_ms = 6000;
    row.key = "SX-1";
    assert_true(inbox_see(s, sync_id, &row, &e));
    assert_true(inbox_list(s, &a, sync_id, NULL, 10, &list, &count, &e));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].key, "SX-1");
    assert_int_equal(list[0].updated_ms, 6000);
    assert_true(inbox_done(s, sync_id, SIDE_FIRST, "100", 6000, &e));
    assert_true(inbox_wake(s, sync_id, &row, &e));
    assert_int_equal(waiting(), 1);
}

static void the_oldest_waits_first_and_sides_are_apart(void **state)
{
    (void)state;
    struct inbox_row *list;
    size_t count;
    assert_true(inbox_see(s, sync_id, &(struct inbox_row){SIDE_FIRST, "100", "SA-1", 5000}, &e));
    assert_true(inbox_see(s, sync_id, &(struct inbox_row){SIDE_SECOND, "100", "SB-1", 4000}, &e));
    assert_true(inbox_see(s, sync_id, &(struct inbox_row){SIDE_FIRST, "101", "SA-2", 6000}, &e));
    assert_true(inbox_list(s, &a, sync_id, NULL, 2, &list, &count, &e));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].key, "SB-1");
    assert_int_equal(list[0].side, SIDE_SECOND);
    assert_string_equal(list[1].key, "SA-1");
    assert_true(inbox_done(s, sync_id, SIDE_FIRST, "100", 5000, &e));
    assert_int_equal(waiting(), 2);
}

static void what_we_made_ourselves_is_not_news(void **state)
{
    (void)state;
    struct inbox_row row = {SIDE_SECOND, "300", "SB-3", 5000};
    assert_true(inbox_done(s, sync_id, SIDE_SECOND, "300", 5000, &e));
    assert_true(inbox_see(s, sync_id, &row, &e));
    assert_int_equal(waiting(), 0);
}

static void the_highest_key_is_known_by_number(void **state)
{
    (void)state;
    char *key;
    assert_true(inbox_highest_key(s, &a, sync_id, SIDE_SECOND, &key, &e));
    assert_null(key);
    add_pair("1", "11"); /* SA-1, SB-1 */
    assert_true(inbox_see(s, sync_id, &(struct inbox_row){SIDE_SECOND, "100", "SB-9", 1}, &e));
    assert_true(inbox_see(s, sync_id, &(struct inbox_row){SIDE_SECOND, "101", "SB-10", 1}, &e));
    assert_true(inbox_done(s, sync_id, SIDE_SECOND, "102", 1, &e));
    assert_true(inbox_highest_key(s, &a, sync_id, SIDE_SECOND, &key, &e));
    assert_string_equal(key, "SB-10");
    assert_true(inbox_highest_key(s, &a, sync_id, SIDE_FIRST, &key, &e));
    assert_string_equal(key, "SA-1");
}

static struct op add_op(int64_t pair_id, const char *token)
{
    struct op op = {.sync_id = sync_id,
                    .pair_id = pair_id,
                    .side = SIDE_SECOND,
                    .kind = OP_COMMENT_ADD,
                    .item = "comment:first:10",
                    .token = token,
                    .body = json("{\"intended\":\"x\"}")};
    assert_true(op_add(s, &op, &e));
    return op;
}

static void an_op_walks_from_planned_to_settled(void **state)
{
    (void)state;
    struct op op = add_op(5, "t1"), *list, out;
    size_t count;
    bool found;
    int64_t open;
    op.state = OP_REPLIED;
    op.reply = json("{\"id\":\"77\"}");
    op.sent_ms = 1;
    op.due_ms = 2;
    op.tries = 3;
    op.error = "slow";
    assert_true(op_update(s, &op, &e));
    assert_true(op_list_open(s, &a, sync_id, 5, &list, &count, &e));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].id, op.id);
    assert_int_equal(list[0].kind, OP_COMMENT_ADD);
    assert_int_equal(list[0].state, OP_REPLIED);
    assert_int_equal(list[0].side, SIDE_SECOND);
    assert_string_equal(list[0].item, "comment:first:10");
    assert_string_equal(json_at_str(list[0].body, "intended"), "x");
    assert_string_equal(json_at_str(list[0].reply, "id"), "77");
    assert_int_equal(list[0].sent_ms, 1);
    assert_int_equal(list[0].due_ms, 2);
    assert_int_equal(list[0].tries, 3);
    assert_string_equal(list[0].error, "slow");
    op.state = OP_SETTLED;
    assert_true(op_update(s, &op, &e));
    assert_true(op_count_open(s, sync_id, &open, &e));
    assert_int_equal(open, 0);
    assert_true(op_find_token(s, &a, "t1", &out, &found, &e));
    assert_true(found);
    assert_int_equal(out.state, OP_SETTLED);
    assert_true(op_find_token(s, &a, "t2", &out, &found, &e));
    assert_false(found);
}

static void open_ops_are_listed_by_pair_and_oldest_first(void **state)
{
    (void)state;
    struct op first = add_op(5, NULL), retired = add_op(5, "t"), other = add_op(6, NULL), last = add_op(5, NULL), *list;
    size_t count;
    retired.state = OP_RETIRED;
    assert_true(op_update(s, &retired, &e));
    assert_true(op_list_open(s, &a, sync_id, 5, &list, &count, &e));
    assert_int_equal(count, 2);
    assert_int_equal(list[0].id, first.id);
    assert_int_equal(list[1].id, last.id);
    assert_null(list[0].token);
    assert_null(list[0].reply);
    assert_true(op_list_open(s, &a, sync_id, 0, &list, &count, &e));
    assert_int_equal(count, 3);
    assert_int_equal(list[1].id, other.id);
}

static void a_start_distrusts_what_was_sent(void **state)
{
    (void)state;
    struct op sent = add_op(5, NULL), planned = add_op(5, NULL), *list;
    size_t count;
    sent.state = OP_SENT;
    assert_true(op_update(s, &sent, &e));
    assert_true(op_distrust_sent(s, &e));
    assert_true(op_list_open(s, &a, sync_id, 0, &list, &count, &e));
    assert_int_equal(list[0].state, OP_UNCERTAIN);
    assert_int_equal(list[1].id, planned.id);
    assert_int_equal(list[1].state, OP_PLANNED);
}

static void an_op_of_a_kind_unknown_to_us_is_not_guessed_at(void **state)
{
    (void)state;
    struct op *list;
    size_t count;
    add_op(5, NULL);
    assert_true(sql_run(db, &e, "UPDATE op SET kind = 'worklog-add'", ""));
    assert_false(op_list_open(s, &a, sync_id, 0, &list, &count, &e));
    assert_int_equal(e.kind, ERR_STORE);
    assert_non_null(strstr(e.text, "worklog-add"));
}

static size_t findings(int64_t pair_id, struct finding **list)
{
    size_t count;
    assert_true(finding_list(s, &a, sync_id, pair_id, list, &count, &e));
    return count;
}

static void a_standing_trouble_shows_once(void **state)
{
    (void)state;
    struct finding f = {.sync_id = sync_id,
                        .pair_id = 5,
                        .side = SIDE_SECOND,
                        .item = "summary",
                        .kind = "quarantine",
                        .error = "refused",
                        .text = "too long",
                        .created_ms = 10},
                   *list;
    assert_true(finding_open(s, &f, &e));
    f.text = "still too long";
    assert_true(finding_open(s, &f, &e));
    assert_int_equal(findings(5, &list), 1);
    assert_string_equal(list[0].text, "still too long");
    assert_string_equal(list[0].error, "refused");
    assert_int_equal(list[0].side, SIDE_SECOND);
    assert_null(list[0].detail);
    f.pair_id = 0;
    f.side = -1;
    assert_true(finding_open(s, &f, &e));
    assert_int_equal(findings(5, &list), 1);
    assert_int_equal(findings(0, &list), 2);
    assert_int_equal(list[1].side, -1);
}

static void a_conflict_stays_until_a_person_looked(void **state)
{
    (void)state;
    struct finding f = {.sync_id = sync_id, .pair_id = 5, .item = "summary", .kind = "conflict", .text = "lost"}, *list;
    f.detail = json("{\"loser\":\"one\"}");
    assert_true(finding_open(s, &f, &e));
    assert_true(finding_open(s, &f, &e)); /* the same once more, after a crash */
    assert_int_equal(findings(5, &list), 1);
    f.detail = json("{\"loser\":\"two\"}");
    assert_true(finding_open(s, &f, &e));
    assert_int_equal(findings(5, &list), 2);
    assert_string_equal(json_at_str(list[0].detail, "loser"), "one");
    f.kind = "drift";
    assert_true(finding_open(s, &f, &e));
    assert_true(finding_resolve(s, sync_id, 5, "summary", NULL, 99, &e));
    assert_int_equal(findings(5, &list), 2);
    assert_true(finding_resolve(s, sync_id, 5, "summary", "conflict", 99, &e));
    assert_int_equal(findings(5, &list), 0);
}

static void what_was_learnt_of_a_status_is_replaced(void **state)
{
    (void)state;
    static const char *const OLD[] = {"3", "4"}, *const NEW[] = {"4", "5", "4"};
    struct edge *list;
    size_t count;
    assert_true(edge_learn(s, sync_id, SIDE_FIRST, "10", "1", OLD, 2, 100, &e));
    assert_true(edge_learn(s, sync_id, SIDE_FIRST, "10", "2", OLD, 1, 100, &e));
    assert_true(edge_learn(s, sync_id, SIDE_SECOND, "10", "1", OLD, 2, 100, &e));
    assert_true(edge_learn(s, sync_id, SIDE_FIRST, "10", "1", NEW, 3, 200, &e));
    assert_true(edge_list(s, &a, sync_id, SIDE_FIRST, "10", &list, &count, &e));
    assert_int_equal(count, 3);
    assert_string_equal(list[0].to_id, "4");
    assert_string_equal(list[1].to_id, "5");
    assert_int_equal(list[1].learnt_ms, 200);
    assert_string_equal(list[2].from_id, "2");
}

static void removal_takes_everything_along(void **state)
{
    (void)state;
    static const char *const TABLES[] = {"pair", "base", "comment", "op", "finding", "inbox", "edge"};
    static const char *const TO[] = {"2"};
    struct pair p = add_pair("1", "11"), other = add_pair("2", "12");
    for (int i = 0; i < 2; i++) {
        int64_t id = i ? other.id : p.id;
        assert_true(base_set(s, id, "summary", json("1"), json("1"), &e));
        assert_true(comment_add(s, &(struct comment_row){.pair_id = id, .comment_id = {"1", "2"}}, &e));
        assert_true(finding_open(
            s, &(struct finding){.sync_id = sync_id, .pair_id = id, .item = "x", .kind = "ask", .text = "?"}, &e));
        add_op(id, NULL);
    }
    assert_true(inbox_see(s, sync_id, &(struct inbox_row){SIDE_FIRST, "100", "SA-1", 5000}, &e));
    assert_true(edge_learn(s, sync_id, SIDE_FIRST, "10", "1", TO, 1, 100, &e));
    assert_true(pair_remove(s, p.id, &e));
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++) {
        int64_t count;
        assert_true(sql_get_int(db, &count, -1, &e, arena_printf(&a, "SELECT count(*) FROM %s", TABLES[i]), ""));
        assert_int_equal(count, 1);
    }
    assert_true(sync_remove(s, sync_id, &e));
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++) {
        int64_t count;
        assert_true(sql_get_int(db, &count, -1, &e, arena_printf(&a, "SELECT count(*) FROM %s", TABLES[i]), ""));
        assert_int_equal(count, 0);
    }
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_site_is_added_replaced_and_removed),
        WITH_STORE(an_unknown_site_is_answered_with_those_there_are),
        WITH_STORE(a_site_in_use_stays),
        WITH_STORE(a_synchronization_keeps_its_state_and_watermarks),
        WITH_STORE(a_key_is_given_once_even_after_deletion),
        WITH_STORE(a_pair_comes_back_as_written),
        WITH_STORE(an_issue_belongs_to_one_living_pair),
        WITH_STORE(marked_pairs_are_listed_in_portions),
        WITH_STORE(a_base_is_kept_per_side),
        WITH_STORE(a_damaged_base_is_named),
        WITH_STORE(a_comment_and_its_copy_are_one_row),
        WITH_STORE(a_counter_is_kept_for_each_side),
        WITH_STORE(changes_that_were_given_up_are_listed),
        WITH_STORE(the_same_state_is_worked_once),
        WITH_STORE(the_oldest_waits_first_and_sides_are_apart),
        WITH_STORE(what_we_made_ourselves_is_not_news),
        WITH_STORE(the_highest_key_is_known_by_number),
        WITH_STORE(an_op_walks_from_planned_to_settled),
        WITH_STORE(open_ops_are_listed_by_pair_and_oldest_first),
        WITH_STORE(a_start_distrusts_what_was_sent),
        WITH_STORE(an_op_of_a_kind_unknown_to_us_is_not_guessed_at),
        WITH_STORE(a_standing_trouble_shows_once),
        WITH_STORE(a_conflict_stays_until_a_person_looked),
        WITH_STORE(what_was_learnt_of_a_status_is_replaced),
        WITH_STORE(removal_takes_everything_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
