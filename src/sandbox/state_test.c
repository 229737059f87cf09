#include "sandbox/jql/test_search.h"

#include <stdio.h>
#include <unistd.h>

static const json_t *differences(struct site *s, const char *name)
{
    struct answer a = ask(s, HTTP_GET, arena_printf(&s->a, "/sandbox/state/%s/compare", name), NULL);
    if (a.status != 200)
        fail_msg("%d %s", a.status, a.body);
    return a.json;
}

/* "issue SA-1 changed summary updated; …" */
static char *told(struct site *s, const char *name)
{
    const json_t *list = json_object_get(differences(s, name), "differences"), *v;
    char *text = arena_strdup(&s->a, "");
    for (size_t i = 0; i < json_array_size(list); i++) {
        v = json_array_get(list, i);
        const json_t *fields = json_object_get(v, "fields");
        text =
            arena_printf(&s->a, "%s%s%s %s %s%s%s", text, i ? "; " : "", json_at_str(v, "noun"), json_at_str(v, "key"),
                         json_at_str(v, "what"), fields ? " " : "", fields ? joined(s, fields, NULL) : "");
    }
    return text;
}

static void run_all(struct site *s)
{
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/before", NULL).status, 201);
    assert_true(json_at_bool(differences(s, "before"), "same", false));
    s->clock.now += 5000;
    assert_int_equal(ask(s, HTTP_PUT, "/rest/api/2/issue/SA-1", "{\"fields\":{\"summary\":\"another\"}}").status, 204);
    assert_int_equal(ask(s, HTTP_DELETE, "/rest/api/2/issue/SA-2", NULL).status, 204);
    MUST(s, sql_run(s->sb->db, &s->e, "INSERT INTO issue_label SELECT id, 'red' FROM issue WHERE number = 3", ""));
    finds(s, "summary ~ another", "SA-1"); /* the index of words is no difference */
    char *text = told(s, "before");
    assert_non_null(strstr(text, "issue SA-1 changed summary updated; issue SA-2 removed; issue_label SA-3/red added"));
    assert_non_null(strstr(text, "history SA-1/"));
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/after", NULL).status, 201);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/before/restore", NULL).status, 204);
    assert_string_equal(told(s, "before"), "");
    finds(s, "summary ~ another", "");
    finds(s, "key <= SA-3 ORDER BY key", "SA-1 SA-2 SA-3");
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/after/restore", NULL).status, 204);
    finds(s, "summary ~ another", "SA-1");
    struct answer a = ask(s, HTTP_GET, "/sandbox/state", NULL);
    assert_int_equal(json_at_count(a.json, "states"), 2);
    assert_true(json_at_int(json_array_get(json_object_get(a.json, "states"), 0), "bytes", 0) > 100000);
    assert_int_equal(ask(s, HTTP_DELETE, "/sandbox/state/before", NULL).status, 204);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/before/restore", NULL).status, 404);
    assert_int_equal(ask(s, HTTP_GET, "/sandbox/state/before/compare", NULL).status, 404);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/..%2Fx", NULL).status, 400);
    assert_int_equal(json_at_count(ask(s, HTTP_GET, "/sandbox/state", NULL).json, "states"), 1);
    assert_int_equal(ask(s, HTTP_DELETE, "/sandbox/state/after", NULL).status, 204);
}

static void a_site_in_memory_goes_back_and_says_what_differs(void **state)
{
    (void)state;
    struct site *s = dc();
    run_all(s);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/left", NULL).status, 201); /* the close frees it */
    site_close(s);
}

static void a_site_in_a_file_keeps_its_states_beside_it(void **state)
{
    (void)state;
    char folder[] = "/tmp/tandem-state-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct site *s = calloc(1, sizeof *s);
    assert_non_null(s);
    char *path = arena_printf(&s->a, "%s/site.db", folder);
    s->user = "admin:admin";
    clock_virtual_init(&s->clock, TEST_NOW, 0);
    struct sandbox_settings settings = {.dialect = SANDBOX_DC10, .data = path, .clock = &s->clock.clock, .seed = 1};
    s->sb = sandbox_open(&settings, &s->e);
    assert_non_null(s->sb);
    MUST(s, sql_get_int(s->sb->db, &s->admin, 0, &s->e, "SELECT min(id) FROM account", ""));
    site_project(s, "SA");
    for (int i = 1; i <= 5; i++)
        site_issue(s, "an issue", TEST_NOW - i * HOUR);
    run_all(s);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/kept", NULL).status, 201);
    sandbox_close(s->sb);
    s->sb = sandbox_open(&settings, &s->e);
    assert_non_null(s->sb);
    assert_string_equal(told(s, "kept"), "");
    assert_int_equal(access(arena_printf(&s->a, "%s.state-kept", path), F_OK), 0);
    assert_int_equal(ask(s, HTTP_DELETE, "/sandbox/state/kept", NULL).status, 204);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/x", NULL).status, 201);
    assert_int_equal(ask(s, HTTP_DELETE, "/sandbox/state/x", NULL).status, 204);
    s->user = NULL;
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/state/x", NULL).status, 401);
    sandbox_close(s->sb);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        (void)unlink(arena_printf(&s->a, "%s%s", path, ends[i]));
    assert_int_equal(rmdir(folder), 0); /* nothing else is left */
    arena_release(&s->a);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_in_memory_goes_back_and_says_what_differs),
        cmocka_unit_test(a_site_in_a_file_keeps_its_states_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
