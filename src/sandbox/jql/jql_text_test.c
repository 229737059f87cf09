#include "sandbox/jql/test_search.h"

static void said(struct site *s, int issue, const char *body)
{
    MUST(s,
         sql_run(s->sb->db, &s->e,
                 "INSERT INTO comment (issue, body, created, updated) SELECT id, ?2, 1, 1 FROM issue WHERE number = ?1",
                 "is", (int64_t)issue, body));
}

static void named(struct site *s, int issue, const char *summary)
{
    MUST(s,
         sql_run(s->sb->db, &s->e, "UPDATE issue SET summary = ?2 WHERE number = ?1", "is", (int64_t)issue, summary));
}

static void words_are_found_in_any_case_and_form(void **state)
{
    (void)state;
    struct site *s = dc();
    named(s, 1,
          "The \xc3\x9c"
          "bergabe of files");
    set(s, "UPDATE issue SET description = 'h2. Steps\n\n* one' WHERE number = 1");
    said(s, 2, "nothing but a remark");
    finds(s,
          "summary ~ \xc3\xbc"
          "bergabe",
          "SA-1");
    finds(s, "summary ~ 'files of'", "SA-1");
    finds(s, "summary ~ 'file'", "SA-1");
    finds(s, "summary ~ 'fil*'", "SA-1");
    finds(s, "summary ~ 'fi*s OR f?le'", "SA-1");
    finds(s, "summary ~ '\"of files\"'", "SA-1");
    finds(s, "summary ~ '\"files of\"'", "");
    finds(s, "summary ~ '\"the files\"~5'", "SA-1");
    finds(s, "summary ~ '\"the files\"~1'", "");
    finds(s, "summary !~ issue", "SA-1");
    finds(s, "description ~ steps", "SA-1");
    finds(s, "description is not empty", "SA-1");
    finds(s, "comment ~ remark", "SA-2");
    finds(s, "text ~ remark OR text ~ steps ORDER BY key", "SA-1 SA-2");
    site_close(s);
}

static void all_words_are_wanted_unless_the_query_says_otherwise(void **state)
{
    (void)state;
    struct site *s = dc();
    named(s, 1, "red apples on the table");
    named(s, 2, "green apples");
    named(s, 3, "a red table");
    finds(s, "summary ~ 'apples table'", "SA-1");
    finds(s, "summary ~ 'green OR table' ORDER BY key", "SA-1 SA-2 SA-3");
    finds(s, "summary ~ 'red -apples'", "SA-3");
    finds(s, "summary ~ 'red AND NOT table'", "");
    finds(s, "summary ~ '+apples (green OR table)' ORDER BY key", "SA-1 SA-2");
    finds(s, "summary ~ 'apple^4 gren~ green'", "");
    finds(s, "summary ~ 'apple^4 green~'", "SA-2");
    site_close(s);
}

static void what_changes_is_found_as_it_is_now(void **state)
{
    (void)state;
    struct site *s = dc();
    finds(s, "text ~ zebra", "");
    named(s, 3, "zebra");
    said(s, 4, "a zebra crossing");
    finds(s, "text ~ zebra ORDER BY key", "SA-3 SA-4");
    named(s, 3, "horse");
    set(s, "UPDATE comment SET body = 'a horse crossing'");
    finds(s, "text ~ zebra", "");
    finds(s, "text ~ horse ORDER BY key", "SA-3 SA-4");
    set(s, "DELETE FROM comment");
    finds(s, "text ~ horse", "SA-3");
    assert_int_equal(ask(s, HTTP_DELETE, "/rest/api/2/issue/SA-3", NULL).status, 204);
    finds(s, "text ~ horse", "");
    assert_int_equal(site_int(s, "SELECT count(*) FROM text_doc WHERE issue NOT IN (SELECT id FROM issue)"), 0);
    site_close(s);
}

static void a_restricted_comment_is_found_by_its_readers_only(void **state)
{
    (void)state;
    struct site *s = dc();
    person(s, "kim", NULL);
    set(s, "INSERT INTO comment (issue, body, created, updated, visibility_type, visibility_value) SELECT id, 'secret "
           "plan', 1, 1, 'role', 'Administrators' FROM issue WHERE number = 5");
    finds(s, "comment ~ secret", "SA-5");
    finds(s, "text ~ plan", "SA-5");
    s->user = "kim:kim";
    finds(s, "comment ~ secret", "");
    finds(s, "text ~ plan", "");
    site_close(s);
}

static void letters_without_blanks_and_strange_marks_are_found(void **state)
{
    (void)state;
    struct site *s = dc();
    named(s, 1, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe8\xa9\xa6\xe9\xa8\x93");
    named(s, 2, "rocket \xf0\x9f\x9a\x80 launch_pad v2.4");
    finds(s, "summary ~ '\xe6\x9c\xac\xe8\xaa\x9e'", "SA-1");
    finds(s, "summary ~ '\xe8\xaa\x9e\xe6\x9c\xac'", "");
    finds(s, "summary ~ '\xf0\x9f\x9a\x80'", "SA-2");
    finds(s, "summary ~ launch_pad", "SA-2");
    finds(s, "summary ~ 'v2.4'", "SA-2");
    finds(s, "summary ~ '!!! ...'", "");
    site_close(s);
}

static void a_text_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    struct site *s = dc();
    refuses(s, "text ~ '\"open'", "Unable to parse the text '\"open' for field 'text'.");
    refuses(s, "summary ~ '(open'", "Unable to parse the text '(open' for field 'summary'.");
    refuses(s, "summary ~ 'open)'", "Unable to parse the text 'open)' for field 'summary'.");
    refuses(s, "summary ~ '*end'",
            "The text query '*end' for field 'summary' is not allowed to start with character '*'.");
    refuses(s, "text ~ ''", "The field 'text' does not support searching for an empty string.");
    refuses(s, "text = x", "The operator '=' is not supported by the 'text' field.");
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_in_any_case_and_form),
        cmocka_unit_test(all_words_are_wanted_unless_the_query_says_otherwise),
        cmocka_unit_test(what_changes_is_found_as_it_is_now),
        cmocka_unit_test(a_restricted_comment_is_found_by_its_readers_only),
        cmocka_unit_test(letters_without_blanks_and_strange_marks_are_found),
        cmocka_unit_test(a_text_that_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
