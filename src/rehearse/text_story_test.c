/* Texts across the line between wiki markup and ADF: what one side cannot say stays on its own, people and issues are
 * named as each side knows them, and nothing of it comes back as an edit. */
#include "rehearse/story.h"

#include "base/buf.h"
#include "tracker/rich.h"

#define P(text)  "{'type':'paragraph','content':[{'type':'text','text':'" text "'}]}"
#define HOLOGRAM "{'type':'hologram','attrs':{'depth':3}}"
#define TASKS                                                                                                          \
    "{'type':'taskList','attrs':{'localId':'t'},'content':[{'type':'taskItem','attrs':{'localId':'i','state':'DONE'}," \
    "'content':[{'type':'text','text':'Oil it'}]}]}"
#define DOC(content) "{'version':1,'type':'doc','content':[" content "]}"

static struct stage *open_cloud(void (*configure)(struct arena *, struct config *))
{
    return open_stage(&(struct stage_settings){
        .dialect = {SANDBOX_DC8, SANDBOX_CLOUD}, .skew_ms = 37 * 1000, .configure = configure});
}

/* The description as Cloud holds it: JSON without blanks. */
static const char *document(struct stage *s, const char *key)
{
    return json_print(&s->life, json_at(get(s, SIDE_SECOND, "/rest/api/3/issue/%s", key), "fields.description"));
}

static const char *markup(struct stage *s, enum side side, const char *key)
{
    const char *text = json_at_str(issue(s, side, key), "fields.description");
    return arena_strdup(&s->life, text ? text : "");
}

static void assert_holds(const char *text, const char *piece)
{
    struct arena a = ARENA_INIT;
    if (!strstr(text, str_replace(&a, piece, "'", "\"")))
        fail_msg("%s does not hold %s", text, piece);
    arena_release(&a);
}

static void describes(struct stage *s, const char *key, const char *document)
{
    person_call(s, SECOND, 204, HTTP_PUT, arena_printf(&s->life, "/rest/api/3/issue/%s", key),
                "{'fields':{'description':%s}}", document);
}

/* Looked at anew, everything: nothing is written and nothing differs. */
static void assert_quiet(struct stage *s)
{
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    assert_int_equal(findings(s, NULL), 0);
    struct engine_verify v = verify(s);
    if (v.different)
        fail_msg("%s", v.lines[0]);
}

static void an_edit_in_markup_changes_one_block_of_the_document(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    one_issue(s);
    describes(s, "SB-1", DOC(P("One.") "," HOLOGRAM "," TASKS "," P("Two.")));
    rest(s);
    assert_string_equal(markup(s, SIDE_FIRST, "SA-1"), "One.\n\n* (/) Oil it\n\nTwo.");
    person_edits(s, FIRST, "SA-1", "description", "One.\n\n* (/) Oil it\n\nTwo, and three.");
    rest(s);
    assert_holds(document(s, "SB-1"), HOLOGRAM);
    assert_holds(document(s, "SB-1"), TASKS);
    assert_holds(document(s, "SB-1"), "Two, and three.");
    assert_quiet(s);
    stage_close(s);
}

static void what_only_one_side_can_say_is_no_edit_of_the_other(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    one_issue(s);
    describes(s, "SB-1", DOC(P("One.") "," HOLOGRAM));
    rest(s);
    describes(s, "SB-1", DOC(P("One.") ",{'type':'hologram','attrs':{'depth':4}}"));
    assert_int_equal(rest(s).writes, 0);
    assert_holds(document(s, "SB-1"), "'depth':4");
    assert_quiet(s);
    stage_close(s);
}

static void both_edit_their_own_paragraph_and_keep_their_own_forms(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    one_issue(s);
    describes(s, "SB-1", DOC(P("One.") "," TASKS "," P("Two.") "," P("Three.")));
    rest(s);
    person_edits(s, FIRST, "SA-1", "description", "One!\n\n* (/) Oil it\n\nTwo.\n\nThree.");
    describes(s, "SB-1", DOC(P("One.") "," TASKS "," P("Two.") "," P("Three?")));
    rest(s);
    assert_string_equal(markup(s, SIDE_FIRST, "SA-1"), "One!\n\n* (/) Oil it\n\nTwo.\n\nThree?");
    assert_holds(document(s, "SB-1"), TASKS);
    assert_holds(document(s, "SB-1"), "One!");
    assert_quiet(s);
    stage_close(s);
}

static void let_copies_flow_back(struct arena *a, struct config *c)
{
    (void)a;
    c->connector[SIDE_FIRST].copies_flow_back = true;
}

static const char *comment_document(struct stage *s, const char *key, const char *piece)
{
    const json_t *c, *list = json_object_get(get(s, SIDE_SECOND, "/rest/api/3/issue/%s/comment", key), "comments");
    size_t i;
    json_array_foreach (list, i, c) {
        const char *body = json_print(&s->life, json_object_get(c, "body"));
        if (strstr(body, piece))
            return body;
    }
    fail_msg("%s has no comment with \"%s\"", key, piece);
    return NULL;
}

static void a_comment_keeps_what_its_copy_cannot_say(void **state)
{
    (void)state;
    struct stage *s = open_cloud(let_copies_flow_back);
    one_issue(s);
    /* nobody but its author may edit a comment, so it is one of ours */
    person_call(s, SIDE_SECOND, PERSON_SYNC_USER, 201, HTTP_POST, "/rest/api/3/issue/SB-1/comment", "{'body':%s}",
                DOC(P("It is loud.") "," HOLOGRAM "," P("And late.")));
    rest(s);
    assert_int_equal(says(s, SIDE_FIRST, "SA-1", "And late.", NULL), 1);
    const char *copy = comment_target(s, SIDE_FIRST, "SA-1", "And late.");
    const char *body = arena_strdup(&s->life, json_at_str(get(s, SIDE_FIRST, copy, ""), "body"));
    person_call(s, SIDE_FIRST, PERSON_ADMIN, 200, HTTP_PUT, copy, "{'body':'%s'}",
                str_replace(&s->life, str_replace(&s->life, body, "late", "early"), "\n", "\\n"));
    rest(s);
    print_message("%zu drift %zu quarantine %zu\n%s\n%s\n", findings(s, NULL), findings(s, "drift"),
                  findings(s, "quarantine"), comment_document(s, "SB-1", "loud"),
                  json_print(&s->life, comments(s, SIDE_FIRST, "SA-1")));
    assert_holds(comment_document(s, "SB-1", "And early."), HOLOGRAM);
    assert_quiet(s);
    stage_close(s);
}

static void a_copy_keeps_its_own_form_when_the_original_is_edited(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    one_issue(s);
    person_comments(s, FIRST, "SA-1", "h3.  Loud\n\n-  one\n- two\n\nlast");
    rest(s);
    assert_holds(comment_document(s, "SB-1", "last"), "'type':'heading'");
    assert_holds(comment_document(s, "SB-1", "last"), "wrote on");
    person_edits_comment(s, FIRST, "SA-1", "last", "h3.  Loud\n\n-  one\n- two\n\nlast word");
    assert_true(rest(s).writes > 0);
    assert_holds(comment_document(s, "SB-1", "last word"), "'type':'heading'");
    assert_quiet(s);
    stage_close(s);
}

static void a_site_that_refuses_documents_is_given_markup(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    person_call(s, SIDE_SECOND, PERSON_ADMIN, 204, HTTP_POST, "/sandbox/settings", "{'refuses_adf':1}");
    one_issue(s);
    person_edits(s, FIRST, "SA-1", "description", "h2. Oil\n\n* once\n* twice");
    rest(s);
    assert_holds(document(s, "SB-1"), "'type':'bulletList'");
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Since Monday.", NULL), 1);
    person_call(s, SIDE_SECOND, PERSON_ADMIN, 204, HTTP_POST, "/sandbox/settings", "{'refuses_adf':0}");
    struct err e = ERR_INIT;
    must(stage_reopen(s, &e), &e); /* asks anew, and goes by documents: what was agreed in markup is agreed */
    assert_quiet(s);
    describes(s, "SB-1", DOC(P("Oil it.") "," HOLOGRAM));
    rest(s);
    assert_string_equal(markup(s, SIDE_FIRST, "SA-1"), "Oil it.");
    assert_quiet(s);
    stage_close(s);
}

/* --- what the verification tells --- */

static void the_verification_tells_what_markup_cannot_say(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    one_issue(s);
    describes(s, "SB-1", DOC(P("One.") "," TASKS));
    person_call(s, SECOND, 201, HTTP_POST, "/rest/api/3/issue/SB-1/comment", "{'body':%s}",
                DOC(P("Loud.") "," HOLOGRAM "," HOLOGRAM));
    rest(s);
    struct engine_verify v = verify(s);
    assert_int_equal(v.different, 0);
    assert_int_equal(v.lossy_texts, 2);
    assert_int_equal(v.note_count, 2);
    assert_string_equal(v.notes[0].key, "SB-1");
    assert_string_equal(v.notes[0].item, "description");
    assert_non_null(strstr(v.notes[0].what, "a task list becomes a bullet list"));
    assert_true(str_starts(v.notes[1].item, "comment "));
    assert_string_equal(v.notes[1].what, "a node of unknown type keeps its text alone");
    assert_int_equal(v.notes[1].side, SIDE_SECOND);
    describes(s, "SB-1", DOC(P("One.")));
    rest(s);
    assert_int_equal(verify(s).note_count, 1);
    stage_close(s);
}

static char *paragraphs(struct stage *s, size_t count, const char *between, const char *ends)
{
    struct buf text = BUF_INIT(1 << 20);
    for (size_t i = 0; i < count; i++)
        buf_addf(&text, "%sParagraph %04zu %s%s", i ? between : "", i, "of a very long story about a door", ends);
    char *r = arena_strdup(&s->life, buf_str(&text));
    buf_release(&text);
    return r;
}

static void a_text_too_long_for_the_other_site_is_cut_and_told(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    const char *story = paragraphs(s, 642, "\n\n", "."); /* fits, but not with the author line above it */
    assert_true(strlen(story) <= 32767 && strlen(story) > 32700);
    person_comments(s, FIRST, "SA-1", story);
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Paragraph 0630", NULL), 1);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Paragraph 0641", NULL), 0);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "The whole of it is in the partner issue", NULL), 1);
    assert_int_equal(findings(s, "cut"), 1);
    assert_int_equal(findings(s, NULL), 1);
    struct engine_verify v = verify(s);
    assert_int_equal(v.different, 0);
    assert_int_equal(v.note_count, 1);
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    assert_int_equal(findings(s, "cut"), 1);
    person_edits_comment(s, FIRST, "SA-1", "Paragraph", "Shorter.");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Shorter.", NULL), 1);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_document_that_is_too_long_in_markup_is_cut_and_told(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    one_issue(s);
    const char *content = paragraphs(s, 500, ",", " {{{{{{{{{{{{{{{{");
    content = str_replace(&s->life, content, "Paragraph", "{'type':'paragraph','content':[{'type':'text','text':'P");
    content = str_replace(&s->life, content, "{{{{{{{{{{{{{{{{", "{{{{{{{{{{{{{{{{'}]}");
    describes(s, "SB-1", arena_printf(&s->life, DOC("%s"), content));
    rest(s);
    assert_int_equal(findings(s, "cut"), 1);
    assert_int_equal(findings(s, NULL), 1);
    const char *before = document(s, "SB-1");
    assert_holds(markup(s, SIDE_FIRST, "SA-1"), "The whole of it is in the partner issue");
    assert_int_equal(verify(s).different, 0);
    person_edits(s, FIRST, "SA-1", "description",
                 str_replace(&s->life, markup(s, SIDE_FIRST, "SA-1"), "P 0001 of", "P 0001 out of"));
    rest(s);
    assert_string_equal(document(s, "SB-1"), str_replace(&s->life, before, "P 0001 of", "P 0001 out of"));
    stage_close(s);
}

/* --- people --- */

static const char *account(struct stage *s, const char *name)
{
    const json_t *found = get(s, SIDE_SECOND, "/rest/api/3/user/search?query=%s", name);
    const char *id = json_at_str(json_array_get(found, 0), "accountId");
    assert_non_null(id);
    return arena_strdup(&s->life, id);
}

static void a_mention_names_the_same_person_on_both_sides(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    const char *paula = account(s, "paula");
    person_creates(s, FIRST, "Bug", "The door squeaks", "Ask [~paula] first.\n\nThen oil it.");
    person_comments(s, FIRST, "SA-1", "[~quinn], is it loud?");
    rest(s);
    assert_holds(document(s, "SB-1"), arena_printf(&s->life, "'type':'mention','attrs':{'id':'%s'", paula));
    assert_holds(comment_document(s, "SB-1", "is it loud"), account(s, "quinn"));
    assert_quiet(s);
    describes(s, "SB-1",
              arena_printf(&s->life,
                           DOC("{'type':'paragraph','content':[{'type':'mention','attrs':{'id':'%s'}},"
                               "{'type':'text','text':' oils it.'}]}"),
                           paula));
    rest(s);
    assert_string_equal(markup(s, SIDE_FIRST, "SA-1"), "[~paula] oils it.");
    assert_quiet(s);
    stage_close(s);
}

static void who_has_no_account_there_is_plain_text_and_no_edit(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    person_call(s, SIDE_FIRST, PERSON_ADMIN, 201, HTTP_POST, "/sandbox/users",
                "{'name':'zoe','emailAddress':'zoe@example.com','displayName':'Zoe Zimmer'}");
    person_creates(s, FIRST, "Bug", "The door squeaks", "Ask [~zoe] first.\n\nThen oil it.");
    rest(s);
    assert_holds(document(s, "SB-1"), "Ask @Zoe Zimmer first.");
    assert_quiet(s);
    describes(s, "SB-1", DOC(P("Ask @Zoe Zimmer first.") "," P("Then oil it twice.")));
    rest(s);
    assert_string_equal(markup(s, SIDE_FIRST, "SA-1"), "Ask [~zoe] first.\n\nThen oil it twice.");
    assert_quiet(s);
    /* she gets an account: nothing travels for that alone */
    person_call(s, SIDE_SECOND, PERSON_ADMIN, 201, HTTP_POST, "/sandbox/users",
                "{'emailAddress':'zoe@example.com','displayName':'Zoe Zimmer'}");
    assert_quiet(s);
    person_edits(s, FIRST, "SA-1", "description", "Ask [~zoe] today.\n\nThen oil it twice.");
    rest(s);
    assert_holds(document(s, "SB-1"), account(s, "zoe"));
    assert_quiet(s);
    stage_close(s);
}

/* --- issues --- */

static void rename_issues(struct arena *a, struct config *c)
{
    (void)a;
    c->connector[0].renames_issues = c->connector[1].renames_issues = true;
}

static void keys_follow_where_the_mapping_asks_for_it(void **state)
{
    (void)state;
    struct stage *s = open_cloud(rename_issues);
    person_creates(s, SECOND, "Task", "Somewhere else", NULL); /* so that numbers differ */
    person_creates(s, FIRST, "Bug", "The door squeaks", "Oil it.");
    rest(s);
    const char *door = person_partner(s, SIDE_FIRST, "SA-1");
    const char *key = arena_strdup(&s->life, door);
    assert_string_not_equal(key, "SB-1");
    person_creates(
        s, FIRST, "Bug", "The window too",
        arena_printf(&s->life, "Like SA-1, see %s/browse/SA-1 and SA-17.\n\n{{SA-1}} stays.", s->base_url[0]));
    rest(s);
    const char *window = arena_strdup(&s->life, person_partner(s, SIDE_FIRST, "SA-3"));
    const char *there = document(s, window);
    assert_holds(there, arena_printf(&s->life, "Like %s, see ", key));
    assert_holds(there, arena_printf(&s->life, "%s/browse/%s", s->base_url[1], key));
    assert_holds(there, " and SA-17.");
    assert_holds(there, "'text':'SA-1'");
    assert_quiet(s);
    describes(s, window,
              arena_printf(&s->life,
                           DOC("{'type':'paragraph','content':[{'type':'inlineCard','attrs':{'url':"
                               "'%s/browse/%s'}},{'type':'text','text':' again'}]}"),
                           s->base_url[1], key));
    rest(s);
    assert_holds(markup(s, SIDE_FIRST, "SA-3"), arena_printf(&s->life, "%s/browse/SA-1", s->base_url[0]));
    assert_quiet(s);
    stage_close(s);
}

static void a_key_without_a_partner_stays_and_is_no_edit_later(void **state)
{
    (void)state;
    struct stage *s = open_cloud(rename_issues);
    person_creates(s, FIRST, "Bug", "The door squeaks", "Before SA-2.\n\nOil it.");
    rest(s);
    assert_holds(document(s, "SB-1"), "Before SA-2.");
    person_creates(s, FIRST, "Bug", "The window too", NULL);
    rest(s);
    assert_quiet(s);
    assert_holds(document(s, "SB-1"), "Before SA-2.");
    person_edits(s, FIRST, "SA-1", "description", "Before SA-2.\n\nOil it well.");
    rest(s);
    assert_holds(document(s, "SB-1"), "Before SA-2.");
    assert_holds(document(s, "SB-1"), "Oil it well.");
    assert_quiet(s);
    stage_close(s);
}

static void keys_stay_unless_asked_for(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    person_creates(s, FIRST, "Bug", "The door squeaks", "Oil it.");
    person_creates(s, FIRST, "Bug", "The window too", "Like SA-1.");
    rest(s);
    assert_string_equal(markup(s, SIDE_SECOND, person_partner(s, SIDE_FIRST, "SA-2")), "Like SA-1.");
    assert_quiet(s);
    stage_close(s);
}

/* --- files --- */

static void a_file_that_the_partner_lacks_is_a_link(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    person_creates(s, FIRST, "Bug", "The door squeaks", "Oil it.");
    person_attaches(s, FIRST, "SA-1", "door.png", "a picture");
    person_edits(s, FIRST, "SA-1", "description", "Like this:\n\n!door.png|width=200!\n\nsee [^door.png]");
    person_comments(s, FIRST, "SA-1", "!door.png|thumbnail!");
    rest(s);
    const char *there = document(s, "SB-1");
    assert_holds(there, "door.png (file in SA-1)");
    assert_holds(there, arena_printf(&s->life, "'href':'%s/secure/attachment/", s->base_url[0]));
    assert_null(strstr(there, "\"media"));
    assert_holds(comment_document(s, "SB-1", "wrote on"), "door.png (file in SA-1)");
    assert_quiet(s);
    const char *edited = str_replace(&s->life, there, "Like this:", "So:");
    describes(s, "SB-1", edited);
    rest(s);
    assert_string_equal(markup(s, SIDE_FIRST, "SA-1"), "So:\n\n!door.png|width=200!\n\nsee [^door.png]");
    assert_quiet(s);
    stage_close(s);
}

static void a_file_that_both_have_is_the_partners_own(void **state)
{
    (void)state;
    struct stage *s = open_cloud(NULL);
    one_issue(s);
    person_attaches(s, FIRST, "SA-1", "door.png", "a picture");
    person_attaches(s, SECOND, "SB-1", "door.png", "a picture");
    person_edits(s, FIRST, "SA-1", "description", "Like this:\n\n!door.png!");
    rest(s);
    assert_holds(document(s, "SB-1"), "'type':'external'");
    assert_holds(document(s, "SB-1"), arena_printf(&s->life, "%s/rest/api/3/attachment/content/", s->base_url[1]));
    assert_quiet(s);
    describes(s, "SB-1", str_replace(&s->life, document(s, "SB-1"), "Like this:", "So:"));
    rest(s);
    assert_string_equal(markup(s, SIDE_FIRST, "SA-1"), "So:\n\n!door.png!");
    assert_quiet(s);
    stage_close(s);
}

static void between_servers_a_file_goes_by_its_name(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_attaches(s, FIRST, "SA-1", "door.png", "a picture");
    person_attaches(s, FIRST, "SA-1", "here.txt", "words");
    person_attaches(s, SECOND, "SB-1", "door.png", "a picture");
    person_edits(s, FIRST, "SA-1", "description", "!door.png|thumbnail!\n\n[^here.txt]\n\n!https://example.com/x.png!");
    rest(s);
    const char *there = markup(s, SIDE_SECOND, "SB-1");
    assert_holds(there, "!door.png|thumbnail!");
    assert_holds(there, "[here.txt (file in SA-1)|");
    assert_holds(there, "!https://example.com/x.png!");
    assert_quiet(s);
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_in_markup_changes_one_block_of_the_document),
        cmocka_unit_test(what_only_one_side_can_say_is_no_edit_of_the_other),
        cmocka_unit_test(both_edit_their_own_paragraph_and_keep_their_own_forms),
        cmocka_unit_test(a_comment_keeps_what_its_copy_cannot_say),
        cmocka_unit_test(a_copy_keeps_its_own_form_when_the_original_is_edited),
        cmocka_unit_test(a_site_that_refuses_documents_is_given_markup),
        cmocka_unit_test(the_verification_tells_what_markup_cannot_say),
        cmocka_unit_test(a_text_too_long_for_the_other_site_is_cut_and_told),
        cmocka_unit_test(a_document_that_is_too_long_in_markup_is_cut_and_told),
        cmocka_unit_test(a_mention_names_the_same_person_on_both_sides),
        cmocka_unit_test(who_has_no_account_there_is_plain_text_and_no_edit),
        cmocka_unit_test(keys_follow_where_the_mapping_asks_for_it),
        cmocka_unit_test(a_key_without_a_partner_stays_and_is_no_edit_later),
        cmocka_unit_test(keys_stay_unless_asked_for),
        cmocka_unit_test(a_file_that_the_partner_lacks_is_a_link),
        cmocka_unit_test(a_file_that_both_have_is_the_partners_own),
        cmocka_unit_test(between_servers_a_file_goes_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
