#include "sandbox/test_rows.h"

#include <stdio.h>
#include <unistd.h>

static struct site *made(enum sandbox_dialect dialect, int issues, uint64_t seed)
{
    struct site *s = site_open(dialect, 3);
    MUST(s, sandbox_demo_data(s->sb, "SA", issues, seed, &s->e));
    return s;
}

static char *all_text(struct site *s)
{
    struct buf b = BUF_INIT(64 << 20);
    struct sql_rows rows;
    MUST(
        s,
        sql_query(
            s->sb->db, &rows, &s->e,
            "SELECT number || summary || ifnull(description, '-') || created || updated || status FROM issue UNION ALL "
            "SELECT body || created FROM comment",
            ""));
    while (sql_next(&rows))
        buf_adds(&b, sql_peek(&rows, 0));
    MUST(s, sql_done(&rows, &s->e));
    char *text = str_sha256(&s->a, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static void the_same_seed_tells_the_same_stories(void **state)
{
    (void)state;
    struct site *a = made(SANDBOX_DC8, 60, 1), *b = made(SANDBOX_DC8, 60, 1), *c = made(SANDBOX_DC8, 60, 2);
    assert_string_equal(all_text(a), all_text(b));
    assert_string_not_equal(all_text(a), all_text(c));
    site_close(a);
    site_close(b);
    site_close(c);
}

static void issues_look_like_a_year_of_work(void **state)
{
    (void)state;
    struct site *s = made(SANDBOX_DC10, 300, 9);
    assert_int_equal(site_int(s, "SELECT count(*) FROM issue"), 300);
    assert_int_equal(site_int(s, "SELECT count(*) FROM account WHERE email LIKE '%@example.com'"), 13);
    assert_true(site_int(s, "SELECT count(*) FROM comment") > 300);
    assert_true(site_int(s, "SELECT max(n) FROM (SELECT count(*) n FROM comment GROUP BY issue)") <= 8);
    assert_true(site_int(s, "SELECT count(DISTINCT status) FROM issue") >= 4);
    assert_true(site_int(s, "SELECT count(DISTINCT summary) FROM issue") > 240);
    assert_true(site_int(s, "SELECT count(DISTINCT label) FROM issue_label") > 10);
    assert_true(site_int(s, "SELECT count(*) FROM issue WHERE parent IS NOT NULL") > 5);
    assert_true(site_int(s, "SELECT count(*) FROM custom_value") > 100);
    assert_true(site_int(s, "SELECT count(*) FROM issue WHERE description LIKE '%{code%'") > 10);
    assert_true(site_int(s, "SELECT count(*) FROM issue WHERE description LIKE '%[~%'") > 10);
    site_close(s);
}

static void dates_history_and_state_agree(void **state)
{
    (void)state;
    struct site *s = made(SANDBOX_CLOUD, 300, 4);
    int64_t oldest = site_int(s, "SELECT min(created) FROM issue"), day = (int64_t)24 * 3600 * 1000;
    assert_true(oldest > TEST_NOW - 201 * day && oldest < TEST_NOW - 190 * day);
    assert_true(site_int(s, "SELECT max(updated) FROM issue") <= TEST_NOW);
    assert_int_equal(site_int(s, "SELECT count(*) FROM issue WHERE updated < created"), 0);
    assert_int_equal(
        site_int(s, "SELECT count(*) FROM comment c JOIN issue i ON i.id = c.issue WHERE c.created < i.created OR "
                    "c.created > i.updated"),
        0);
    assert_int_equal(
        site_int(s, "SELECT count(*) FROM history h JOIN issue i ON i.id = h.issue WHERE h.created <= i.created OR "
                    "h.created > i.updated"),
        0);
    /* The last change of status led to the present one. */
    assert_int_equal(
        site_int(s, "SELECT count(*) FROM issue i WHERE i.status <> CAST(ifnull((SELECT t.to_value FROM history h "
                    "JOIN history_item t ON t.history = h.id WHERE h.issue = i.id AND t.field = 'status' ORDER BY "
                    "h.created DESC, h.id DESC LIMIT 1), i.status) AS INTEGER)"),
        0);
    assert_int_equal(site_int(s,
                              "SELECT count(*) FROM issue i JOIN status s ON s.id = i.status WHERE (s.category = 3) <> "
                              "(i.resolution IS NOT NULL) OR (i.resolution IS NULL) <> (i.resolved IS NULL)"),
                     0);
    site_close(s);
}

static void the_awkward_ones_are_among_them(void **state)
{
    (void)state;
    struct site *s = made(SANDBOX_DC10, 100, 4);
    assert_true(site_int(s, "SELECT count(*) FROM issue WHERE description IS NULL") >= 5);
    assert_true(site_int(s, "SELECT count(*) FROM issue WHERE summary LIKE '%{code}%'") >= 5);
    assert_true(site_int(s, "SELECT count(*) FROM issue WHERE length(summary) = 255") >= 5);
    assert_true(site_int(s, "SELECT count(*) FROM (SELECT 1 FROM comment GROUP BY issue, body HAVING count(*) > 1)") >=
                5);
    assert_true(
        site_int(
            s, "SELECT count(*) FROM (SELECT 1 FROM comment GROUP BY issue, created / 1000 HAVING count(*) = 3)") >= 5);
    assert_true(site_int(s,
                         "SELECT count(*) FROM comment WHERE body LIKE '%' || char(128640) || '%' OR body LIKE '%' || "
                         "char(13) || '%'") >= 5);
    site_close(s);
}

static void every_made_up_issue_can_be_read_over_http(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_CLOUD; d++) {
        struct site *s = made(d, 40, 4);
        const char *api = d == SANDBOX_CLOUD ? "3" : "2";
        for (int i = 1; i <= 40; i++) {
            struct answer a =
                ask(s, HTTP_GET,
                    arena_printf(&s->a, "/rest/api/%s/issue/SA-%d?expand=changelog,renderedFields", api, i), NULL);
            assert_int_equal(a.status, 200);
            assert_non_null(json_at(a.json, "fields.comment.comments"));
        }
        site_close(s);
    }
}

static void a_taken_key_changes_nothing(void **state)
{
    (void)state;
    struct site *s = made(SANDBOX_DC10, 3, 4);
    struct err e = ERR_INIT;
    assert_false(sandbox_demo_data(s->sb, "SA", 3, 4, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_int_equal(site_int(s, "SELECT count(*) FROM issue"), 3);
    MUST(s, sandbox_demo_data(s->sb, "EMPTY", 0, 4, &s->e));
    assert_int_equal(site_int(s, "SELECT count(*) FROM project"), 2);
    site_close(s);
}

static void remove_file(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[200];
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

/* Very many take another road: no journal, indexes made at the end. */
static void a_mass_of_issues_ends_as_whole_as_a_few(void **state)
{
    (void)state;
    char path[] = "/tmp/tandem-mass-XXXXXX";
    close(mkstemp(path));
    remove_file(path);
    struct clock_virtual clock;
    struct site s = {.user = "admin:admin"};
    clock_virtual_init(&clock, TEST_NOW, 0);
    struct sandbox_settings settings = {.dialect = SANDBOX_DC10, .data = path, .clock = &clock.clock, .seed = 1};
    s.sb = sandbox_open(&settings, &s.e);
    assert_non_null(s.sb);
    int64_t indexes = site_int(&s, "SELECT count(*) FROM sqlite_master");
    MUST(&s, sandbox_demo_data(s.sb, "SA", 20000, 1, &s.e));
    assert_int_equal(site_int(&s, "SELECT count(*) FROM sqlite_master"), indexes);
    assert_int_equal(site_int(&s, "SELECT count(*) FROM issue"), 20000);
    assert_int_equal(site_int(&s, "SELECT next_number FROM project"), 20001);
    assert_int_equal(site_int(&s, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_int_equal(site_int(&s, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    assert_int_equal(site_int(&s, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask(&s, HTTP_GET, "/rest/api/2/issue/SA-20000", NULL).status, 200);
    struct answer a = ask(&s, HTTP_POST, "/rest/api/2/search", "{\"jql\":\"updated >= -1d\",\"maxResults\":1}");
    assert_int_equal(a.status, 200);
    MUST(&s, sql_run(s.sb->db, &s.e, "INSERT INTO setting (name, value) VALUES ('loading', '1')", ""));
    sandbox_close(s.sb);
    assert_null(sandbox_open(&settings, &s.e));
    assert_non_null(strstr(s.e.text, "was being filled when it was stopped"));
    arena_release(&s.a);
    remove_file(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_tells_the_same_stories),
        cmocka_unit_test(issues_look_like_a_year_of_work),
        cmocka_unit_test(dates_history_and_state_agree),
        cmocka_unit_test(the_awkward_ones_are_among_them),
        cmocka_unit_test(every_made_up_issue_can_be_read_over_http),
        cmocka_unit_test(a_taken_key_changes_nothing),
        cmocka_unit_test(a_mass_of_issues_ends_as_whole_as_a_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
