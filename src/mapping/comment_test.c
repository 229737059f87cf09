#include "base/rng.h"
#include "mapping/fixture.h"
#include "mapping/mapping.h"
#include "text/text.h"
#include "tracker/rich.h"

struct world {
    struct arena arena;
    struct config config;
    struct mapping mapping;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->config = fixture_config(&w->arena);
    w->mapping.config = &w->config;
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    arena_release(&w->arena);
    free(w);
    return 0;
}

/* 2026-11-22 16:04:05 UTC */
enum { CREATED_S = 1795363445 };

static const char *copy(struct world *w, const char *author, const char *body)
{
    struct tracker_comment c = {
        .id = "1", .author_name = author, .body = body, .created_ms = CREATED_S * INT64_C(1000)};
    return mapping_comment_copy(&w->mapping, &w->arena, SIDE_SECOND, &c, "SA-7", body);
}

static const char *strip(struct world *w, const char *body)
{
    return mapping_comment_strip(&w->mapping, &w->arena, SIDE_SECOND, body);
}

static void a_copy_says_who_wrote_it_and_when(void **state)
{
    struct world *w = *state;
    assert_string_equal(copy(w, "Anna Example", "It burns.\n\nStill."),
                        "_Anna Example wrote on 2026-11-22 16:04 UTC:_\n\nIt burns.\n\nStill.");
    w->config.connector[1].comment_template = "[{key}] {author}, {time}";
    assert_string_equal(copy(w, "Anna Example", "x"), "[SA-7] Anna Example, 2026-11-22 16:04 UTC\n\nx");
    w->config.connector[1].comment_template = "";
    assert_string_equal(copy(w, "Anna Example", "x"), "x");
    assert_string_equal(strip(w, "x"), "x");
}

static void stripping_gives_the_bytes_back(void **state)
{
    struct world *w = *state;
    static const char *const authors[] = {
        "Anna Example", "",      "jo_doe_", "*Star*",  "{noformat}",
        "A\\B",         "[x|y]", "-x-",     "Ünal Öz", "wrote on 2026-11-22 16:04 UTC:",
        "a\nb",         "++",    " x ",     "C:\\",    "!i!"};
    static const char *const bodies[] = {"",
                                         "x",
                                         "\n\nx",
                                         "x\n",
                                         "* a\n* b",
                                         "_italic_",
                                         "{code}\nx\n{code}",
                                         "h1. x",
                                         "_Anna wrote on 2026-11-22 16:04 UTC:_\n\nnested",
                                         "\r\nx",
                                         "||a||\n|b|"};
    static const char *const templates[] = {CONFIG_COMMENT_TEMPLATE,
                                            "{author} ({time}) on {key}:", "h3. {author} at {time}",
                                            "{key} {key} {author}{author} {time}", "*{time}* {author}"};
    for (size_t t = 0; t < ARRAY_LEN(templates); t++) {
        w->config.connector[1].comment_template = templates[t];
        for (size_t i = 0; i < ARRAY_LEN(authors); i++)
            for (size_t j = 0; j < ARRAY_LEN(bodies); j++) {
                const char *whole = copy(w, authors[i], bodies[j]), *rest = strip(w, whole);
                if (!str_eq(rest, bodies[j]))
                    fail_msg("author '%s', template '%s': '%s' became '%s'", authors[i], templates[t], whole, rest);
            }
    }
}

static void any_author_and_any_body_come_back(void **state)
{
    struct world *w = *state;
    struct rng rng;
    rng_seed(&rng, 5);
    static const char alphabet[] = "ab _*-+^~{}[]|!\\:.,#?()/'\"";
    for (int round = 0; round < 2000; round++) {
        char author[24] = "", body[40] = "";
        for (size_t i = 0, n = 1 + rng_below(&rng, sizeof author - 2); i < n; i++)
            author[i] = alphabet[rng_below(&rng, sizeof alphabet - 1)];
        for (size_t i = 0, n = rng_below(&rng, sizeof body - 1); i < n; i++)
            body[i] = rng_below(&rng, 8) ? alphabet[rng_below(&rng, sizeof alphabet - 1)] : '\n';
        const char *rest = strip(w, copy(w, author, body));
        if (!str_eq(rest, body))
            fail_msg("author '%s': '%s' became '%s'", author, body, rest);
    }
}

static void markup_that_a_site_wrote_anew_is_still_recognised(void **state)
{
    struct world *w = *state;
    static const char *const lines[] = {
        "_Anna Example wrote on 2026-11-22 16:04 UTC:_",   "{_}Anna Example wrote on 2026-11-22 16:04 UTC:{_}",
        "Anna Example wrote on 2026-11-22 16:04 UTC:",     "_Anna Example wrote on 2026\\-11\\-22 16:04 UTC:_",
        "*_Anna Example wrote on 2026-11-22 16:04 UTC:_*", "_Anna Example wrote on 2026-11-22 16:04 UTC:_ ",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        const char *body = arena_printf(&w->arena, "%s\r\n\r\nIt burns.", lines[i]);
        if (!str_eq(strip(w, body), "It burns."))
            fail_msg("not recognised: %s", lines[i]);
    }
}

/* What Cloud gives back for markup it was given: it keeps ADF and writes the markup anew. */
static char *through_the_cloud(struct world *w, const char *markup)
{
    struct text_doc *sent = text_from_wiki(&w->arena, markup, strlen(markup));
    return text_to_wiki(&w->arena, text_from_adf(&w->arena, text_to_adf(&w->arena, sent)));
}

static void assert_survives_the_cloud(struct world *w, const char *author, const char *body)
{
    const char *given = copy(w, author, body), *back = through_the_cloud(w, given), *rest = strip(w, back);
    struct value is = value_rich(rest), want = value_rich(through_the_cloud(w, body));
    if (rest == back || !value_equal(&is, &want))
        fail_msg("author '%s': '%s' came back as '%s'", author, given, back);
}

static void the_line_survives_the_clouds_own_form(void **state)
{
    struct world *w = *state;
    static const char *const authors[] = {
        "Anna Example", "jo_doe", "Ünal Öz-Kaya", "R2*D2", "A+B", "O'Neill (QA)", "anna@example.org",
        "user-12ab",    "x -- y", "#1",           "(x)",   ":)",  "a/b\\c"};
    for (size_t i = 0; i < ARRAY_LEN(authors); i++)
        assert_survives_the_cloud(w, authors[i], "It *burns*.\n\n* still\n* again");
    struct rng rng;
    rng_seed(&rng, 17);
    static const char alphabet[] = "aB1 _*-+^~{}[]|!:.,#?()/'@&<>";
    for (int round = 0; round < 3000; round++) {
        char author[16] = "";
        for (size_t i = 0, n = 1 + rng_below(&rng, sizeof author - 2); i < n; i++)
            author[i] = alphabet[rng_below(&rng, sizeof alphabet - 1)];
        assert_survives_the_cloud(w, author, "It burns.");
    }
}

static void what_a_person_writes_stays(void **state)
{
    struct world *w = *state;
    static const char *const bodies[] = {
        "",
        "It burns.",
        "Anna wrote on Monday:\n\nIt burns.",
        "_Anna wrote on 2026-11-22 16:04:_\n\nIt burns.",
        "_Anna wrote on 2026-11-22 16:04 UTC_\n\nIt burns.",
        "_wrote on 2026-11-22 16:04 UTC:_\n\nIt burns.",
        "_Anna wrote on 2026-1x-22 16:04 UTC:_\n\nIt burns.",
        "_Anna wrote on 2026-11-22 16:04 UTC:_ and more\n\nIt burns.",
        "As said:\n_Anna wrote on 2026-11-22 16:04 UTC:_\n\nIt burns.",
        "\n_Anna wrote on 2026-11-22 16:04 UTC:_",
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        assert_ptr_equal(strip(w, bodies[i]), bodies[i]);
    w->config.connector[1].comment_template = "{key}: {author}";
    assert_string_equal(strip(w, "sa-7: Anna\n\nx"), "sa-7: Anna\n\nx");
    assert_string_equal(strip(w, "SA-: Anna\n\nx"), "SA-: Anna\n\nx");
    assert_string_equal(strip(w, "SA_2-17: Anna\n\nx"), "x");
}

static void a_very_long_first_line_is_no_author_line(void **state)
{
    struct world *w = *state;
    char *name = arena_alloc(&w->arena, 100001);
    memset(name, 'a', 100000);
    const char *body = arena_printf(&w->arena, "_%s wrote on 2026-11-22 16:04 UTC:_\n\nx", name);
    assert_ptr_equal(strip(w, body), body);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* As Cloud holds it: the line is a paragraph of its own, whatever follows comes back node by node. */
static void a_document_has_its_line_as_a_paragraph(void **state)
{
    struct world *w = *state;
    const char *body = rich_in_form(&w->arena, "It *burns*.\n\nStill.", true);
    const char *copied = copy(w, "Anna Example", body);
    assert_true(rich_is_adf(copied));
    assert_string_equal(rich_markup(&w->arena, copied),
                        "_Anna Example wrote on 2026-11-22 16:04 UTC:_\n\nIt *burns*.\n\nStill.");
    assert_string_equal(strip(w, copied), body);
    assert_ptr_equal(strip(w, body), body); /* nobody's line: nothing is taken off */
    const char *joined = rich_in_form(&w->arena, "_Anna Example wrote on 2026-11-22 16:04 UTC:_\nIt burns.", true);
    assert_true(rich_equal(strip(w, joined), "It burns."));
    assert_string_equal(strip(w, copy(w, "Anna Example", "")), "");
    const char *alone = rich_in_form(&w->arena, "_Anna Example wrote on 2026-11-22 16:04 UTC:_", true);
    assert_string_equal(strip(w, alone), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_document_has_its_line_as_a_paragraph, set_up, tear_down),
        TEST(a_copy_says_who_wrote_it_and_when),
        TEST(stripping_gives_the_bytes_back),
        TEST(any_author_and_any_body_come_back),
        TEST(markup_that_a_site_wrote_anew_is_still_recognised),
        TEST(the_line_survives_the_clouds_own_form),
        TEST(what_a_person_writes_stays),
        TEST(a_very_long_first_line_is_no_author_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
