#include "migrate/translate.h"

#include "migrate/translate_fake.h"

#define MS(n) (INT64_C(1604663032918) + (int64_t)(n)*61003)

struct move {
    struct scratch *s;
    struct fake old, now;
    struct translate_options options;
    struct translate_report report;
    struct clock_virtual clock;
    char *in;
};

static void begin(struct move *m, struct scratch *s)
{
    *m = (struct move){.s = s, .old.a = &s->arena, .now = {.a = &s->arena, .is_cloud = true}};
    clock_virtual_init(&m->clock, MS(0), 1);
}

static bool run(struct move *m, const char *text)
{
    m->in = scratch_put(m->s, "pairs.json", text);
    m->options.in_path = m->in;
    m->options.clock = &m->clock.clock;
    struct fake *fakes[2] = {&m->old, &m->now};
    for (int i = 0; i < 2; i++) {
        m->options.logins[i].transport = transport_local_new(fake_handle, fakes[i]);
        if (!m->options.logins[i].user)
            m->options.logins[i].user = i ? "mover@example.com" : "mover";
        m->options.logins[i].password = "hunter2";
    }
    m->s->e = (struct err)ERR_INIT;
    return translate_run(&m->options, &m->report, &m->s->e);
}

/* Runs, and what it wrote must be `wanted`. */
static void gives(struct move *m, const char *text, const char *wanted)
{
    if (!run(m, text))
        fail_msg("%s", m->s->e.text);
    assert_string_equal(m->report.output_path, arena_printf(&m->s->arena, "%s-converted.json", m->in));
    assert_string_equal(scratch_read(m->s, m->report.output_path), wanted);
}

static json_t *report_of(struct move *m)
{
    char *text = scratch_read(m->s, m->report.report_path);
    json_t *report = json_parse(&m->s->arena, text, strlen(text), true, "the report", &m->s->e);
    assert_non_null(report);
    return report;
}

static const json_t *finding(struct move *m, const char *kind, const char *issue, const char *comment)
{
    size_t i;
    json_t *value;
    json_array_foreach (json_object_get(report_of(m), "findings"), i, value)
        if (str_eq(json_at_str(value, "kind"), kind) && str_eq(json_at_str(value, "issue"), issue) &&
            (!comment || str_eq(json_at_str(value, "comment"), comment)))
            return value;
    fail_msg("no finding %s %s %s", kind, issue, comment ? comment : "");
    return NULL;
}

static void fails(struct move *m, const char *text, enum err_kind kind, const char *part)
{
    assert_false(run(m, text));
    assert_int_equal(m->s->e.kind, kind);
    assert_says(&m->s->e, part);
    assert_null(strstr(m->s->e.text, "hunter2"));
    assert_int_equal(scratch_count(m->s, false), 1); /* the input alone: no output, no report, no temporary file */
}

/* `count` issues with a comment or three each, on both sites; old ids 10000+, new ids 900000-. */
static char *moved_project(struct move *m, int count, const char *key, const char *new_key)
{
    struct buf b = BUF_INIT(64 << 20);
    buf_adds(&b, "{\"firstConnector\": [");
    for (int i = 1; i <= count; i++) {
        char *old = arena_printf(m->old.a, "%s-%d", key, i), *now = arena_printf(m->old.a, "%s-%d", new_key, i);
        fake_add(&m->old, old);
        fake_add(&m->now, now);
        buf_addf(&b, "%s\n {\"localIssueKey\":\"%s\", \"remoteIssueKey\":\"SB-%d\", \"comments\": [", i > 1 ? "," : "",
                 old, i);
        for (int k = 0; k < i % 4; k++) {
            struct fake_comment c = {10000 + i * 10 + k, MS(i * 10 + k), "the same text everywhere"};
            *arena_push(m->old.a, m->old.issues[i - 1].comments, m->old.issues[i - 1].count) = c;
            c.id = 900000 - c.id;
            *arena_push(m->old.a, m->now.issues[i - 1].comments, m->now.issues[i - 1].count) = c;
            buf_addf(&b, "%s{\"localId\":\"%d\",\"x\":%d.0}", k ? " ," : "", 10000 + i * 10 + k, k);
        }
        buf_adds(&b, " ] }");
    }
    buf_adds(&b, "],\n\"secondConnector\": [");
    for (int i = 1; i <= count; i++)
        buf_addf(&b, "%s{\"localIssueKey\":\"SB-%d\",\"remoteIssueKey\":\"%s-%d\",\"comments\":[{\"localId\":\"%d\"}]}",
                 i > 1 ? ",\n" : "", i, key, i, 10010 + i);
    buf_adds(&b, "] }\n");
    char *text = arena_strndup(m->old.a, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

/* The same text with the new ids, and new keys, made another way: line by line. */
static char *expected(struct move *m, const char *text, const char *key, const char *new_key)
{
    struct buf b = BUF_INIT(64 << 20);
    char **lines;
    size_t count = str_split(m->old.a, text, '\n', &lines);
    for (size_t i = 0; i < count; i++) {
        char *line = lines[i];
        if (!str_eq(key, new_key)) {
            line = str_replace(m->old.a, line, arena_printf(m->old.a, "IssueKey\":\"%s-", key),
                               arena_printf(m->old.a, "IssueKey\":\"%s-", new_key));
        }
        bool is_ours = str_starts(line, " {");
        for (const char *at; is_ours && (at = strstr(line, "\"localId\":\""));) {
            at += strlen("\"localId\":\"");
            buf_add(&b, line, (size_t)(at - line));
            buf_addf(&b, "%lld", 900000 - strtoll(at, NULL, 10));
            line += at - line + (ptrdiff_t)strspn(at, "0123456789");
        }
        buf_addf(&b, "%s%s", line, i + 1 < count ? "\n" : "");
    }
    char *out = arena_strndup(m->old.a, buf_str(&b), b.len);
    buf_release(&b);
    return out;
}

/* --- the guide's own case --- */

static void the_published_example_changes_in_one_id(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    fake_add(&m.old, "SAM2-1");
    fake_add(&m.now, "SAM2-1");
    fake_comment(&m.old, "SAM2-1", 10019, MS(1), "hello");
    fake_comment(&m.now, "SAM2-1", 20044, MS(1), "hello");
    gives(&m, published_example(s), str_replace(&s->arena, published_example(s), "10019", "20044"));
    assert_false(translate_has_findings(&m.report));
    char *printed = scratch_path(s, "printed");
    FILE *f = fopen(printed, "w");
    translate_print(&m.report, f);
    fclose(f);
    assert_true(
        str_ends(scratch_read(s, printed), arena_printf(&s->arena, "\nsaving json to %s\n", m.report.output_path)));
    assert_string_equal(m.now.last_authorization, "Basic bW92ZXJAZXhhbXBsZS5jb206aHVudGVyMg==");
}

static void a_thousand_pairs_take_thirteen_requests(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    char *text = moved_project(&m, 1000, "SA", "SA");
    gives(&m, text, expected(&m, text, "SA", "SA"));
    assert_int_equal(m.report.pairs, 1000);
    assert_int_equal(m.report.translated, 1500);
    assert_int_equal(m.report.removed, 0);
    assert_int_equal(m.old.requests + m.now.requests, 13);
    assert_int_equal(m.report.requests[0] + m.report.requests[1], 13);
    assert_false(translate_has_findings(&m.report));
}

static void batches_follow_each_other(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    m.now.is_cloud = false;
    char *text = moved_project(&m, 2150, "SA", "SA");
    gives(&m, text, expected(&m, text, "SA", "SA"));
    assert_int_equal(m.old.requests, 1 + 3);
    assert_int_equal(m.now.requests, 1 + 3);
}

static void any_two_kinds_of_site_will_do(void **state)
{
    struct scratch *s = *state;
    for (int kinds = 0; kinds < 4; kinds++) {
        struct move m;
        begin(&m, s);
        m.old.is_cloud = kinds & 1;
        m.now.is_cloud = kinds & 2;
        char *text = moved_project(&m, 250, "SA", "SA");
        gives(&m, text, expected(&m, text, "SA", "SA"));
        assert_int_equal(m.old.requests, 1 + (m.old.is_cloud ? 2 : 1)); /* a quarter has no comments: 188 to ask for */
        assert_int_equal(m.now.requests, 1 + (m.now.is_cloud ? 3 : 1));
    }
}

static void sites_may_answer_in_many_ways(void **state)
{
    struct scratch *s = *state;
    for (int way = 0; way < 11; way++) {
        struct move m;
        begin(&m, s);
        m.old.numeric_ids = m.now.numeric_ids = way == 1;
        m.old.bare_lists = m.now.bare_lists = way == 2;
        m.old.reversed = m.now.reversed = way == 3;
        m.old.search_max = way == 4 ? 37 : 0;
        m.now.lacks_bulkfetch = way == 5;
        m.now.search_max = way == 5 ? 40 : 0;
        m.old.omits_comments = way == 6;
        m.old.keys_max = m.now.keys_max = way == 7 ? 60 : 0;
        m.old.is_cloud = way == 8; /* a cloud that has nothing but its search */
        m.old.lacks_bulkfetch = way == 8;
        m.now.only_v3 = way == 9;
        m.old.omits_totals = m.now.omits_totals = way == 10;
        char *text = moved_project(&m, 250, "SA", "SA");
        gives(&m, text, expected(&m, text, "SA", "SA"));
        assert_int_equal(m.report.removed, 0);
        assert_true(way == 6 || m.old.comment_pages + m.now.comment_pages == 0);
    }
}

static void long_comment_lists_are_read_to_their_end(void **state)
{
    struct scratch *s = *state;
    for (int way = 0; way < 3; way++) {
        struct move m;
        begin(&m, s);
        fake_add(&m.old, "SA-1");
        fake_add(&m.now, "SA-1");
        for (int i = 0; i < 250; i++) {
            fake_comment(&m.old, "SA-1", 1000 + i, MS(i), "x");
            fake_comment(&m.now, "SA-1", 5000 + i, MS(i), "x");
        }
        m.old.embedded_max = m.now.embedded_max = 20;
        m.now.wrong_order = way == 1;
        m.now.comment_page_max = way == 2 ? 33 : 0;
        gives(
            &m,
            "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[{\"localId\":1249},{\"localId\":1000}]}]}",
            "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[{\"localId\":5249},{\"localId\":5000}]}]}");
        assert_int_equal(m.old.comment_pages, 3);
        assert_int_equal(m.now.comment_pages, way == 0 ? 3 : way == 1 ? 6 : 7);
    }
}

/* --- which connector --- */

static const char *const two_sided = "{\"firstConnector\":[{\"localIssueKey\":\"SB-7\",\"remoteIssueKey\":\"SA-1\","
                                     "\"comments\":[{\"localId\":\"31\"}]}],\n\"secondConnector\":[{\"localIssueKey\":"
                                     "\"SA-1\",\"remoteIssueKey\":\"SB-7\",\"comments\":[{\"localId\":\"%s\"}]}]}";

static void two_sided_project(struct move *m, struct scratch *s)
{
    begin(m, s);
    fake_add(&m->old, "SA-1");
    fake_add(&m->now, "SA-1");
    fake_comment(&m->old, "SA-1", 11, MS(1), "x");
    fake_comment(&m->now, "SA-1", 99, MS(1), "x");
}

static void reversed_translates_the_second_connector(void **state)
{
    struct scratch *s = *state;
    struct move m;
    two_sided_project(&m, s);
    m.options.is_reversed = true;
    gives(&m, arena_printf(&s->arena, two_sided, "11"), arena_printf(&s->arena, two_sided, "99"));
}

static void the_wrong_connector_is_refused_with_advice(void **state)
{
    struct scratch *s = *state;
    struct move m;
    two_sided_project(&m, s);
    fails(&m, arena_printf(&s->arena, two_sided, "11"), ERR_INPUT, "run it with -r");
    assert_says(&s->e, "SB-7");
    two_sided_project(&m, s);
    m.options.has_force = true;
    assert_true(run(&m, arena_printf(&s->arena, two_sided, "11")));
    assert_int_equal(m.report.removed, 1);
    two_sided_project(&m, s);
    scratch_count(s, true);
    m.options.is_reversed = true;
    fails(&m, "{\"firstConnector\":[]}", ERR_INPUT, "there is no secondConnector in it");
    assert_int_equal(m.old.requests, 0);
}

static void a_site_that_shows_nothing_is_refused(void **state)
{
    struct scratch *s = *state;
    for (int site = 0; site < 2; site++) {
        struct move m;
        begin(&m, s);
        char *text = moved_project(&m, 40, "SA", "SA");
        (site ? &m.now : &m.old)->count = 0;
        fails(&m, text, ERR_INPUT, site ? "is on site 2" : "is on site 1");
        assert_says(&s->e, "permission to browse the project");
        m.options.has_force = true;
        assert_true(run(&m, text));
        assert_int_equal(m.report.removed, 60);
        scratch_count(s, true);
    }
}

/* --- keys --- */

static void missing_issues_are_listed_and_their_records_stay(void **state)
{
    struct scratch *s = *state;
    for (int way = FAKE_WARNS; way <= FAKE_IS_SILENT; way++) {
        struct move m;
        begin(&m, s);
        m.old.about_missing = m.now.about_missing = way;
        moved_project(&m, 3, "SA", "SA");
        m.old.count = 2;                 /* SA-3 was deleted there */
        m.now.issues[1].key = "OTHER-1"; /* SA-2 did not come along */
        const char *text =
            "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[{\"localId\":\"10010\"}]},"
            "{\"localIssueKey\":\"SA-2\",\"comments\":[ {\"localId\":\"10020\"}, {\"localId\":\"10021\"} ]},"
            "{\"localIssueKey\":\"SA-3\",\"comments\":[{\"localId\":\"10030\"}]},"
            "{\"localIssueKey\":\"SA-4\"}]}";
        gives(&m, text,
              "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[{\"localId\":\"889990\"}]},"
              "{\"localIssueKey\":\"SA-2\",\"comments\":[  ]},{\"localIssueKey\":\"SA-3\",\"comments\":[]},"
              "{\"localIssueKey\":\"SA-4\"}]}");
        assert_true(translate_has_findings(&m.report));
        assert_int_equal(m.report.removed, 3);
        assert_int_equal(m.report.issues_missing[0], 1);
        assert_int_equal(m.report.issues_missing[1], 2);
        assert_string_equal(json_at_str(finding(&m, "comment", "SA-2", "10021"), "reason"), "issue-not-on-new-site");
        assert_string_equal(json_at_str(finding(&m, "comment", "SA-3", "10030"), "reason"), "issue-not-on-old-site");
        assert_string_equal(json_at_str(finding(&m, "issue", "SA-4", NULL), "reason"), "issue-not-on-new-site");
        assert_int_equal(m.old.singles + m.now.singles, 0);
    }
}

static void a_moved_issue_keeps_its_partner(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    char *text = moved_project(&m, 3, "SA", "SA");
    m.now.issues[1].key = "NEW-77";
    m.now.issues[1].old_key = "SA-2";
    m.now.about_missing = FAKE_IS_SILENT;
    char *wanted = expected(&m, text, "SA", "SA");
    wanted = str_replace(&s->arena, wanted, "\"SA-2\"", "\"NEW-77\"");
    gives(&m, text, wanted); /* in its own record and in the partner's */
    assert_int_equal(m.report.moved, 1);
    assert_false(translate_has_findings(&m.report));
    assert_string_equal(json_at_str(finding(&m, "moved", "SA-2", NULL), "newKey"), "NEW-77");
    assert_int_equal(m.now.singles, 1);
}

static void a_moved_issue_is_not_mistaken_for_a_missing_one(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    char *text = moved_project(&m, 3, "SA", "SA");
    m.now.issues[2].key = "NEW-2"; /* SA-3 is NEW-2 now, SA-2 is gone: the number misleads */
    m.now.issues[2].old_key = "SA-3";
    m.now.issues[1].key = "GONE-1";
    m.now.about_missing = FAKE_IS_SILENT;
    assert_true(run(&m, text));
    assert_int_equal(m.report.moved, 1);
    assert_int_equal(m.report.issues_missing[1], 1);
    finding(&m, "issue", "SA-2", NULL);
    assert_string_equal(json_at_str(finding(&m, "moved", "SA-3", NULL), "newKey"), "NEW-2");
}

static void a_renamed_project_costs_one_request(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    char *text = moved_project(&m, 1000, "SA", "CA");
    m.now.renamed_from = "SA";
    m.now.renamed_to = "CA";
    gives(&m, text, expected(&m, text, "SA", "CA"));
    assert_int_equal(m.report.moved, 1000);
    assert_int_equal(m.old.requests + m.now.requests, 14);
    assert_int_equal(m.now.singles, 0);
}

static void an_odd_key_stays_outside_the_query(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    assert_true(run(
        &m, "{\"firstConnector\":[{\"localIssueKey\":\"A-1) OR (\\\"x\\\" = 1\",\"comments\":[{\"localId\":1}]}]}"));
    assert_string_equal(m.old.last_query, "key in (\"A-1) OR (\\\"x\\\" = 1\")");
}

/* --- comments --- */

static void what_cannot_be_told_is_taken_out_with_its_comma(void **state)
{
    struct scratch *s = *state;
    for (int gone = 0; gone < 16; gone++) { /* every subset of four entries */
        struct move m;
        begin(&m, s);
        fake_add(&m.old, "SA-1");
        fake_add(&m.now, "SA-1");
        struct buf wanted = BUF_INIT(1000);
        buf_adds(&wanted, "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[ ");
        bool is_first = true;
        for (int i = 0; i < 4; i++) {
            fake_comment(&m.old, "SA-1", 10 + i, MS(i), "x");
            if (gone >> i & 1)
                continue;
            fake_comment(&m.now, "SA-1", 90 + i, MS(i), "x");
            buf_addf(&wanted, "%s{\"localId\":\"%d\"}", is_first ? "" : " , ", 90 + i);
            is_first = false;
        }
        buf_adds(&wanted, "  ],\"z\":[]}]}");
        gives(&m,
              "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[ {\"localId\":\"10\"} , "
              "{\"localId\":\"11\"} , "
              "{\"localId\":\"12\"} , {\"localId\":\"13\"}  ],\"z\":[]}]}",
              buf_str(&wanted));
        assert_int_equal(m.report.removed, __builtin_popcount((unsigned)gone));
        buf_release(&wanted);
    }
}

static void a_tie_is_listed_with_its_candidates(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    fake_add(&m.old, "SA-1");
    fake_add(&m.now, "SA-1");
    for (int i = 0; i < 2; i++) {
        fake_comment(&m.old, "SA-1", 10 + i, MS(1), "+1");
        fake_comment(&m.now, "SA-1", 90 + i, MS(1), "+1");
    }
    fake_comment(&m.old, "SA-1", 12, MS(2), "x");
    fake_comment(&m.now, "SA-1", 92, MS(2), "y");
    char *lines = scratch_path(s, "lines");
    m.options.findings = fopen(lines, "w");
    gives(&m,
          "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[{\"localId\":10},{\"localId\":\"12\"},"
          "{\"localId\":\"13\"}]}]}",
          "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[{\"localId\":\"92\"}]}]}");
    fclose(m.options.findings);
    const json_t *tie = finding(&m, "comment", "SA-1", "10");
    assert_string_equal(json_at_str(tie, "reason"), "tie");
    assert_int_equal(json_at_count(tie, "candidates"), 2);
    assert_string_equal(json_at_str(finding(&m, "comment", "SA-1", "13"), "reason"), "gone");
    assert_int_equal(json_at_int(report_of(&m), "totals.removed", 0), 2);
    assert_non_null(strstr(scratch_read(s, lines),
                           "SA-1: comment 10: several comments were created in that instant with "
                           "the same text; taken out of the file (candidates: 90, 91)\n"));
}

static void an_id_map_answers_what_the_sites_cannot(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    fake_add(&m.old, "SA-1");
    fake_add(&m.now, "SA-1");
    fake_add(&m.now, "SA-2"); /* SA-2 is gone on the old site */
    for (int i = 0; i < 2; i++) {
        fake_comment(&m.old, "SA-1", 10 + i, MS(1), "+1");
        fake_comment(&m.now, "SA-1", 90 + i, MS(1), "+1");
    }
    fake_comment(&m.now, "SA-2", 95, MS(3), "x");
    m.options.id_map = scratch_put(s, "map.jsonl",
                                   "{\"entityType\":\"issue\",\"sourceId\":\"10\",\"targetId\":\"7\"}\n"
                                   "{\"entityType\":\"comment\",\"sourceId\":\"10\",\"targetId\":\"91\"}\n"
                                   "{\"entityType\":\"comment\",\"sourceId\":\"15\",\"targetId\":\"95\"}\n"
                                   "{\"entityType\":\"comment\",\"sourceId\":\"16\",\"targetId\":\"90\"}\n");
    gives(&m,
          "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[{\"localId\":10},{\"localId\":11}]},"
          "{\"localIssueKey\":\"SA-2\",\"comments\":[{\"localId\":15},{\"localId\":16}]}]}",
          "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"comments\":[{\"localId\":91},{\"localId\":90}]},"
          "{\"localIssueKey\":\"SA-2\",\"comments\":[{\"localId\":95}]}]}");
    assert_string_equal(json_at_str(finding(&m, "comment", "SA-2", "16"), "reason"), "id-map-target-missing");
}

static void oddities_are_reported_and_left_alone(void **state)
{
    struct scratch *s = *state;
    struct move m;
    begin(&m, s);
    fake_add(&m.now, "SA-1");
    fake_add(&m.now, "SA-2");
    const char *text = "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"remoteIssueKey\":\"SB-1\"},"
                       "{\"localIssueKey\":\"SA-1\",\"remoteIssueKey\":\"SB-1\",\"comments\":[{\"x\":1}]},"
                       "{\"localIssueKey\":\"SA-2\",\"remoteIssueKey\":null}]}";
    gives(&m, text, text);
    assert_int_equal(m.report.repeated, 1);
    assert_int_equal(m.report.no_partner, 1);
    assert_false(translate_has_findings(&m.report));
    assert_string_equal(json_at_str(finding(&m, "repeated", "SA-1", NULL), "partner"), "SB-1");
    finding(&m, "no-partner", "SA-2", NULL);
    assert_int_equal(m.old.requests, 1); /* nothing to ask there but who we are */
}

/* --- what goes wrong --- */

static void a_damaged_file_is_refused_before_any_request(void **state)
{
    struct scratch *s = *state;
    const char *text = published_example(s);
    size_t length = strlen(str_trim(&s->arena, text));
    for (size_t cut = 0; cut < length; cut += 5) {
        struct move m;
        begin(&m, s);
        fails(&m, arena_strndup(&s->arena, text, cut), ERR_INPUT, "pointer \"");
        assert_int_equal(m.old.requests + m.now.requests, 0);
    }
}

static void a_failing_site_is_named_and_nothing_is_written(void **state)
{
    struct scratch *s = *state;
    static const struct {
        int status;
        const char *page;
        enum err_kind kind;
    } cases[] = {{401, NULL, ERR_AUTH}, {403, NULL, ERR_FORBIDDEN},   {404, NULL, ERR_GONE},
                 {429, NULL, ERR_RATE}, {500, NULL, ERR_UNAVAILABLE}, {0, "<html>login", ERR_PROTOCOL}};
    for (int site = 0; site < 2; site++)
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            struct move m;
            begin(&m, s);
            char *text = moved_project(&m, 3, "SA", "SA");
            struct fake *f = site ? &m.now : &m.old;
            f->status = cases[i].status;
            f->page = cases[i].page;
            fails(&m, text, cases[i].kind, site ? "site 2" : "site 1");
        }
    struct move m;
    begin(&m, s);
    m.now.myself_status = 401;
    fails(&m, published_example(s), ERR_AUTH, "site 2");
    begin(&m, s);
    m.old.myself_status = 404;
    fails(&m, published_example(s), ERR_PROTOCOL, "there is no Jira at this URL");
}

static void wrong_use_is_said(void **state)
{
    struct scratch *s = *state;
    struct translate_report report;
    struct translate_options o = {.in_path = scratch_put(s, "pairs.json", "{\"firstConnector\":[]}")};
    assert_false(translate_run(&o, &report, &s->e));
    assert_says(&s->e, "--bu1");
    o.logins[0].base_url = o.logins[1].base_url = "https://jira.example.com";
    assert_false(translate_run(&o, &report, &s->e));
    assert_says(&s->e, "are the same site");
    o.logins[0].base_url = "ftp://jira.example.org";
    assert_false(translate_run(&o, &report, &s->e));
    assert_int_equal(s->e.kind, ERR_INPUT);
    assert_says(&s->e, "site 1 (ftp://jira.example.org)");
    assert_int_equal(scratch_count(s, false), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(the_published_example_changes_in_one_id),
        scratch_test(a_thousand_pairs_take_thirteen_requests),
        scratch_test(batches_follow_each_other),
        scratch_test(any_two_kinds_of_site_will_do),
        scratch_test(sites_may_answer_in_many_ways),
        scratch_test(long_comment_lists_are_read_to_their_end),
        scratch_test(reversed_translates_the_second_connector),
        scratch_test(the_wrong_connector_is_refused_with_advice),
        scratch_test(a_site_that_shows_nothing_is_refused),
        scratch_test(missing_issues_are_listed_and_their_records_stay),
        scratch_test(a_moved_issue_keeps_its_partner),
        scratch_test(a_moved_issue_is_not_mistaken_for_a_missing_one),
        scratch_test(a_renamed_project_costs_one_request),
        scratch_test(an_odd_key_stays_outside_the_query),
        scratch_test(what_cannot_be_told_is_taken_out_with_its_comma),
        scratch_test(a_tie_is_listed_with_its_candidates),
        scratch_test(an_id_map_answers_what_the_sites_cannot),
        scratch_test(oddities_are_reported_and_left_alone),
        scratch_test(a_damaged_file_is_refused_before_any_request),
        scratch_test(a_failing_site_is_named_and_nothing_is_written),
        scratch_test(wrong_use_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
