/* Each case is two lists of comments "id time text" and what must come of the old ones. Times are milliseconds. */
#include "migrate/translate_match.h"

#include "base/rng.h"
#include "migrate/pairfile_support.h"

struct line {
    const char *id;
    int64_t ms; /* -1: no creation time */
    const char *text;
};

static struct translate_comment *comments(struct scratch *s, const struct line *lines, size_t *count_r)
{
    struct translate_comment *list = NULL;
    *count_r = 0;
    for (; lines->id; lines++) {
        struct translate_comment *c = arena_push(&s->arena, list, *count_r);
        *c = (struct translate_comment){.id = lines->id, .has_created = lines->ms >= 0, .created_ms = lines->ms};
        c->body = json_keep(&s->arena, json_string(lines->text));
    }
    return list;
}

static struct idmap map_of(struct scratch *s, const char *text)
{
    struct idmap map = IDMAP_INIT;
    if (text && !idmap_read(&map, scratch_put(s, "map.jsonl", text), &s->e))
        fail_msg("%s", s->e.text);
    return map;
}

static struct translate_outcome match(struct scratch *s, const struct line *old, const struct line *now,
                                      const char *map_text, const char *wanted)
{
    size_t old_count, now_count;
    struct translate_comment *then = comments(s, old, &old_count), *after = comments(s, now, &now_count);
    struct idmap map = map_of(s, map_text);
    struct translate_outcome o;
    translate_match(&s->arena, then, old_count, after, now_count, &map, &wanted, 1, &o);
    idmap_release(&map);
    return o;
}

#define LINES(...)                                                                                                     \
    (const struct line[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__,                                                                                                   \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }
#define NOTHING ((const struct line[]){{0}})

#define becomes(old, now, wanted, why, new)                                                                            \
    do {                                                                                                               \
        struct translate_outcome o_ = match(s, old, now, NULL, wanted);                                                \
        assert_string_equal(translate_reason_name(o_.reason), translate_reason_name(why));                             \
        assert_string_equal(o_.new_id ? o_.new_id : "-", new);                                                         \
    } while (0)

static void the_instant_decides_whatever_the_text_says(void **state)
{
    struct scratch *s = *state;
    becomes(LINES({"1", 5123, "hello"}), LINES({"91", 5123, "hello"}), "1", TRANSLATE_BY_INSTANT, "91");
    becomes(LINES({"1", 5123, "hello"}), LINES({"91", 5123, "edited since"}), "1", TRANSLATE_BY_INSTANT, "91");
    becomes(LINES({"1", 5123, "ok"}, {"2", 7123, "ok"}), LINES({"92", 7123, "ok"}, {"91", 5123, "ok"}), "2",
            TRANSLATE_BY_INSTANT, "92");
    becomes(LINES({"1", 5000, "x"}), LINES({"91", 5000, "y"}), "1", TRANSLATE_BY_INSTANT, "91");
    becomes(LINES({"1", -5123, "x"}, {"2", 5123, "x"}), LINES({"91", 5123, "x"}), "2", TRANSLATE_BY_INSTANT, "91");
}

static void the_text_alone_never_decides(void **state)
{
    struct scratch *s = *state;
    becomes(LINES({"1", 5123, "hello"}), LINES({"91", 5124, "hello"}), "1", TRANSLATE_NONE_NEW, "-");
    becomes(LINES({"1", 5123, "hello"}), LINES({"91", 65123, "hello"}), "1", TRANSLATE_NONE_NEW, "-");
    becomes(LINES({"1", 5123, "hello"}), NOTHING, "1", TRANSLATE_NONE_NEW, "-");
    becomes(LINES({"1", -1, "hello"}), LINES({"91", 5123, "hello"}), "1", TRANSLATE_NO_TIME, "-");
    becomes(LINES({"1", 5123, "hello"}), LINES({"91", -1, "hello"}), "1", TRANSLATE_NONE_NEW, "-");
}

static void among_several_at_one_instant_the_text_decides(void **state)
{
    struct scratch *s = *state;
    const struct line *old = LINES({"1", 5123, "a"}, {"2", 5123, "b"}, {"3", 5123, "c"}, {"4", 5123, "c"});
    const struct line *now = LINES({"93", 5123, "c"}, {"94", 5123, "c"}, {"92", 5123, "b"}, {"91", 5123, "a, edited"});
    becomes(old, now, "2", TRANSLATE_BY_TEXT, "92");
    becomes(old, now, "1", TRANSLATE_OTHER_TEXT, "-"); /* what is left over is not given out */
    becomes(old, now, "3", TRANSLATE_TIE, "-");
    becomes(LINES({"1", 5123, "a"}), LINES({"91", 5123, "a"}, {"92", 5123, "a"}), "1", TRANSLATE_TIE, "-");
    becomes(LINES({"1", 5123, "a"}, {"2", 5123, "a"}), LINES({"91", 5123, "a"}), "1", TRANSLATE_TIE, "-");
    becomes(LINES({"1", 5123, "a"}, {"2", 5123, "b"}), LINES({"92", 5123, "b"}), "1", TRANSLATE_OTHER_TEXT, "-");
    struct translate_outcome o = match(s, old, now, NULL, "3");
    assert_int_equal(o.candidate_count, 4);
}

static void texts_are_compared_as_texts_not_as_bytes(void **state)
{
    struct scratch *s = *state;
    becomes(LINES({"1", 5123, "*bold*\r\n\r\n\r\nand more\r\n"}, {"2", 5123, "x"}),
            LINES({"91", 5123, "*bold*\n\nand more"}, {"92", 5123, "x"}), "1", TRANSLATE_BY_TEXT, "91");
    becomes(LINES({"1", 5123, "[~anna] look"}, {"2", 5123, "x"}),
            LINES({"91", 5123, "[~accountid:5b10] look"}, {"92", 5123, "x"}), "1", TRANSLATE_BY_TEXT, "91");
    becomes(LINES({"1", 5123, "[~anna] look"}, {"2", 5123, "[~ben] look"}),
            LINES({"91", 5123, "[~accountid:5b10] look"}, {"92", 5123, "[~accountid:77] look"}), "1", TRANSLATE_TIE,
            "-");
}

static void a_site_that_dropped_milliseconds_needs_the_text(void **state)
{
    struct scratch *s = *state;
    becomes(LINES({"1", 5123, "a"}), LINES({"91", 5000, "a"}), "1", TRANSLATE_BY_SECOND, "91");
    becomes(LINES({"1", 5000, "a"}), LINES({"91", 5123, "a"}), "1", TRANSLATE_BY_SECOND, "91");
    becomes(LINES({"1", 5123, "a"}), LINES({"91", 5000, "b"}), "1", TRANSLATE_OTHER_TEXT, "-");
    becomes(LINES({"1", 5123, "a"}, {"2", 5456, "a"}), LINES({"91", 5000, "a"}, {"92", 5000, "a"}), "1", TRANSLATE_TIE,
            "-");
    becomes(LINES({"1", 5123, "a"}, {"2", 5456, "b"}), LINES({"91", 5000, "a"}, {"92", 5000, "b"}), "2",
            TRANSLATE_BY_SECOND, "92");
    becomes(LINES({"1", 5123, "a"}), LINES({"91", 6000, "a"}), "1", TRANSLATE_NONE_NEW, "-");
    /* A whole second that is by chance the same is no proof when others lie within the second. */
    becomes(LINES({"1", 5000, "a"}, {"2", 5123, "b"}), LINES({"92", 5000, "b"}), "1", TRANSLATE_OTHER_TEXT, "-");
    becomes(LINES({"1", 5000, "a"}, {"2", 5123, "b"}), LINES({"92", 5000, "b"}), "2", TRANSLATE_BY_SECOND, "92");
    becomes(LINES({"1", 5000, "ok"}, {"2", 5500, "ok"}), LINES({"91", 5000, "ok"}), "1", TRANSLATE_TIE, "-");
    /* But one with its milliseconds on both sides is out of that game. */
    becomes(LINES({"1", 5000, "a"}, {"2", 5123, "b"}), LINES({"91", 5000, "A"}, {"92", 5123, "B"}), "1",
            TRANSLATE_BY_INSTANT, "91");
    becomes(LINES({"1", 5000, "a"}, {"2", 5123, "b"}), LINES({"91", 5000, "A"}, {"92", 5123, "B"}), "2",
            TRANSLATE_BY_INSTANT, "92");
}

static void a_comment_that_is_gone_has_its_own_reason(void **state)
{
    struct scratch *s = *state;
    becomes(LINES({"2", 5123, "a"}), LINES({"91", 5123, "a"}), "1", TRANSLATE_GONE_OLD, "-");
    becomes(NOTHING, NOTHING, "1", TRANSLATE_GONE_OLD, "-");
}

static void the_id_map_decides_and_takes_its_targets_out(void **state)
{
    struct scratch *s = *state;
    const char *map = "{\"entityType\":\"comment\",\"sourceId\":\"1\",\"targetId\":\"92\"}\n"
                      "{\"entityType\":\"comment\",\"sourceId\":\"3\",\"targetId\":\"99\"}\n";
    const struct line *old = LINES({"1", 5123, "a"}, {"2", 5123, "a"}, {"3", 5123, "a"});
    const struct line *now = LINES({"91", 5123, "a"}, {"92", 5123, "a"});
    struct translate_outcome o = match(s, old, now, map, "1");
    assert_int_equal(o.reason, TRANSLATE_BY_ID_MAP);
    assert_string_equal(o.new_id, "92");
    o = match(s, old, now, map, "3"); /* it names a comment that is not on this issue */
    assert_int_equal(o.reason, TRANSLATE_MAP_MISSING);
    assert_null(o.new_id);
    o = match(s, old, now, map, "2"); /* the only one left at that instant, now that the others are known */
    assert_int_equal(o.reason, TRANSLATE_BY_INSTANT);
    assert_string_equal(o.new_id, "91");
    o = match(s, NOTHING, now, map, "1"); /* also when the old one cannot be seen any more */
    assert_string_equal(o.new_id, "92");
}

/* Random issues, moved; then the old site rests, as in a migration, while comments of the new one are edited, deleted
 * and added. Whatever is resolved must be right. */
static void no_random_history_leads_to_a_wrong_id(void **state)
{
    struct scratch *s = *state;
    static const char *const texts[] = {"ok", "done", "+1", "see *above*", "[~anna] ping"};
    struct rng rng;
    rng_seed(&rng, 7);
    int resolved = 0, open = 0;
    for (int round = 0; round < 4000; round++) {
        bool drops = rng_below(&rng, 3) == 0, edits = rng_below(&rng, 2);
        struct translate_comment old[12], now[13];
        const char *wanted[12];
        size_t old_count = 0, now_count = 0;
        int64_t ms = 1000000;
        for (int i = 0, n = 1 + (int)rng_below(&rng, 11); i < n; i++) {
            ms += rng_below(&rng, 2) ? 0 : (int64_t)rng_below(&rng, 1500);
            const char *text = texts[rng_below(&rng, ARRAY_LEN(texts))];
            struct translate_comment c = {
                .id = arena_printf(&s->arena, "%d", i), .has_created = true, .created_ms = ms};
            c.body = json_keep(&s->arena, json_string(text));
            old[old_count++] = c;
            c.id = arena_printf(&s->arena, "9%d", i);
            c.created_ms = drops ? ms - ms % 1000 : ms;
            if (edits && rng_below(&rng, 8) == 0)
                c.body = json_keep(&s->arena, json_string(arena_printf(&s->arena, "edited %d", i)));
            if (rng_below(&rng, 8))
                now[now_count++] = c;
        }
        if (rng_below(&rng, 2)) {
            now[now_count] = old[0];
            now[now_count].id = "new";
            now[now_count++].created_ms = ms + 60000 + (int64_t)rng_below(&rng, 1000);
        }
        for (size_t i = 0; i < old_count; i++)
            wanted[i] = old[i].id;
        struct translate_outcome o[12];
        translate_match(&s->arena, old, old_count, now, now_count, NULL, wanted, old_count, o);
        for (size_t i = 0; i < old_count; i++) {
            assert_true((o[i].new_id != NULL) == (o[i].reason < TRANSLATE_UNRESOLVED));
            if (o[i].new_id)
                assert_string_equal(o[i].new_id, arena_printf(&s->arena, "9%s", wanted[i]));
            *(o[i].new_id ? &resolved : &open) += 1;
        }
        arena_clear(&s->arena);
    }
    assert_true(resolved > 3000 && open > 1000);
}

static void an_id_map_is_read_strictly(void **state)
{
    struct scratch *s = *state;
    int64_t id;
    struct idmap map = map_of(s, "{\"entityType\":\"jira/classic:Comment\",\"sourceId\":10,\"targetId\":\"20\"}\n\n"
                                 "{\"entityType\":\"identity:user\",\"sourceId\":\"anna\",\"targetId\":\"5b10\"}\r\n"
                                 "{\"entityType\":\"comment\",\"sourceId\":\"10\",\"targetId\":\"20\",\"more\":1}");
    assert_true(idmap_comment(&map, "10", &id));
    assert_int_equal(id, 20);
    assert_false(idmap_comment(&map, "11", &id));
    assert_false(idmap_comment(&map, "anna", &id));
    idmap_release(&map);
    static const char *const wrong[][2] = {
        {"[1]", "line 1: no entityType"},
        {"{\"entityType\":\"comment\",\"sourceId\":\"10\"}", "line 1: sourceId and targetId"},
        {"{\"entityType\":\"comment\",\"sourceId\":\"10\",\"targetId\":\"x\"}", "line 1: sourceId and targetId"},
        {"\n{\"entityType\":", "line 2"},
        {"{\"entityType\":\"comment\",\"sourceId\":1,\"targetId\":2}\n{\"entityType\":\"comment\",\"sourceId\":1,"
         "\"targetId\":3}",
         "comment 1 became both 2 and 3"},
        {"{\"entityType\":\"comment\",\"sourceId\":1,\"targetId\":2}\n{\"entityType\":\"comment\",\"sourceId\":4,"
         "\"targetId\":2}",
         "comments 1 and 4 both became 2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_false(idmap_read(&map, scratch_put(s, "map.jsonl", wrong[i][0]), &s->e));
        assert_int_equal(s->e.kind, ERR_INPUT);
        assert_says(&s->e, wrong[i][1]);
    }
    assert_false(idmap_read(&map, s->folder, &s->e));
    assert_says(&s->e, "is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(the_instant_decides_whatever_the_text_says),
        scratch_test(the_text_alone_never_decides),
        scratch_test(among_several_at_one_instant_the_text_decides),
        scratch_test(texts_are_compared_as_texts_not_as_bytes),
        scratch_test(a_site_that_dropped_milliseconds_needs_the_text),
        scratch_test(a_comment_that_is_gone_has_its_own_reason),
        scratch_test(the_id_map_decides_and_takes_its_targets_out),
        scratch_test(no_random_history_leads_to_a_wrong_id),
        scratch_test(an_id_map_is_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
