/* What people and sites do that no plan foresees: restricted comments, one-way mappings, refusals, deletions in the
 * wrong moment, fuses. Each test is a story; at its end both sides rest and nothing was lost, doubled or shown openly.
 */
#include "rehearse/person.h"

#include "base/str.h"
#include "store/finding.h"
#include "store/op.h"
#include "store/pair.h"
#include "store/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FIRST  SIDE_FIRST, PERSON_PAULA
#define SECOND SIDE_SECOND, PERSON_QUINN

static void must(bool ok, const struct err *e)
{
    if (!ok)
        fail_msg("%s", e->text);
}

static struct stage *open_stage(const struct stage_settings *set)
{
    struct err e = ERR_INIT;
    struct stage *s = stage_open(set, &e);
    must(s, &e);
    return s;
}

static struct stage *open_with(void (*configure)(struct arena *, struct config *))
{
    return open_stage(&(struct stage_settings){.dialect = {SANDBOX_DC8, SANDBOX_DC10}, .configure = configure});
}

static struct stage_run rest(struct stage *s)
{
    struct err e = ERR_INIT;
    struct stage_run run;
    must(stage_trouble(s, &e), &e);
    must(stage_rest(s, &run, &e), &e);
    return run;
}

static int64_t sync_id(struct stage *s)
{
    struct err e = ERR_INIT;
    struct sync_row row;
    must(sync_get(s->store, &s->life, STAGE_SYNC, &row, &e), &e);
    return row.id;
}

static size_t findings(struct stage *s, const char *kind)
{
    struct err e = ERR_INIT;
    struct finding *list;
    size_t count, n = 0;
    must(finding_list(s->store, &s->life, sync_id(s), 0, &list, &count, &e), &e);
    for (size_t i = 0; i < count; i++)
        n += !kind || str_eq(list[i].kind, kind);
    return n;
}

static size_t pairs(struct stage *s)
{
    struct err e = ERR_INIT;
    struct pair *list;
    size_t count;
    must(pair_list(s->store, &s->life, sync_id(s), &list, &count, &e), &e);
    return count;
}

static const json_t *get(struct stage *s, enum side side, const char *format, const char *key)
{
    struct err e = ERR_INIT;
    arena_clear(&s->deeds);
    const char *target = str_replace(&s->deeds, format, "%s", key);
    const json_t *r = person_call(s, side, PERSON_ADMIN, 200, HTTP_GET, target, NULL);
    must(stage_trouble(s, &e), &e);
    return r;
}

static const json_t *issue(struct stage *s, enum side side, const char *key)
{
    return get(s, side, "/rest/api/2/issue/%s", key);
}

static const json_t *comments(struct stage *s, enum side side, const char *key)
{
    return json_object_get(get(s, side, "/rest/api/2/issue/%s/comment", key), "comments");
}

/* How many comments of the issue say it; `open_r` counts those that everybody may read. */
static size_t says(struct stage *s, enum side side, const char *key, const char *piece, size_t *open_r)
{
    const json_t *c, *list = comments(s, side, key);
    size_t i, n = 0, open = 0;
    json_array_foreach (list, i, c)
        if (strstr(json_at_str(c, "body"), piece)) {
            n++;
            open += !json_object_get(c, "visibility");
        }
    if (open_r)
        *open_r = open;
    return n;
}

static const char *comment_target(struct stage *s, enum side side, const char *key, const char *piece)
{
    const json_t *c, *list = comments(s, side, key);
    size_t i;
    json_array_foreach (list, i, c)
        if (strstr(json_at_str(c, "body"), piece))
            return arena_printf(&s->life, "/rest/api/2/issue/%s/comment/%s", key, json_at_str(c, "id"));
    fail_msg("%s has no comment with \"%s\"", key, piece);
    return NULL;
}

/* Says `text` from now on, to a role that the sync user has, too; role NULL: to all. */
static void restrict_to(struct stage *s, enum side side, enum person who, const char *key, const char *piece,
                        const char *text, const char *role)
{
    const char *target = comment_target(s, side, key, piece);
    if (role)
        person_call(s, side, who, 200, HTTP_PUT, target, "{'body':'%s','visibility':{'type':'role','value':'%s'}}",
                    text, role);
    else
        person_call(s, side, who, 200, HTTP_PUT, target, "{'body':'%s'}", text);
}

/* SA-1 with its partner SB-1 and one comment by Paula. */
static void one_issue(struct stage *s)
{
    person_creates(s, FIRST, "Bug", "The door squeaks", "Oil it.");
    person_comments(s, FIRST, "SA-1", "Since Monday.");
    rest(s);
}

static void sweep(struct stage *s)
{
    struct err e = ERR_INIT;
    must(store_begin(s->store, &e) && pair_mark_all(s->store, sync_id(s), NULL, false, &e) &&
             store_commit(s->store, &e),
         &e);
}

/* --- restricted comments --- */

static void a_comment_that_is_restricted_later_shows_no_new_text_openly(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    restrict_to(s, FIRST, "SA-1", "Monday", "The secret is 42.", "Developers");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "42", NULL), 0);
    assert_int_equal(findings(s, "quarantine"), 1);
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    restrict_to(s, FIRST, "SA-1", "42", "Now for all: 43.", NULL);
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "43", NULL), 1);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_comment_that_is_restricted_without_another_word_is_told(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    restrict_to(s, FIRST, "SA-1", "Monday", "Since Monday.", "Developers");
    rest(s);
    assert_int_equal(findings(s, "quarantine"), 1);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", NULL), 1);
    restrict_to(s, FIRST, "SA-1", "Monday", "Since Monday.", NULL);
    rest(s);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void name_a_role(struct arena *a, struct config *c)
{
    (void)a;
    c->connector[SIDE_SECOND].comment_visibility_role = "Developers";
}

static void a_copy_is_restricted_with_its_original(void **state)
{
    (void)state;
    size_t open;
    struct stage *s = open_with(name_a_role);
    one_issue(s);
    restrict_to(s, FIRST, "SA-1", "Monday", "Since Monday.", "Developers");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", &open), 1);
    assert_int_equal(open, 0);
    restrict_to(s, FIRST, "SA-1", "Monday", "The secret is 42.", "Developers");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "42", &open), 1);
    assert_int_equal(open, 0);
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_comment_born_restricted_travels_once_it_is_opened(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_call(s, FIRST, 201, HTTP_POST, "/rest/api/2/issue/SA-1/comment",
                "{'body':'Only for us.','visibility':{'type':'role','value':'Developers'}}");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Only", NULL), 0);
    assert_int_equal(findings(s, "quarantine"), 1);
    restrict_to(s, FIRST, "SA-1", "Only", "Only for us.", NULL);
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Only", NULL), 1);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void one_hidden_comment_of_two_is_not_a_deleted_one(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_comments(s, FIRST, "SA-1", "Every morning.");
    rest(s);
    person_hides_comment(s, SIDE_FIRST, PERSON_ADMIN, "SA-1", "morning");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "morning", NULL), 1);
    assert_int_equal(findings(s, "unseen"), 1);
    restrict_to(s, SIDE_FIRST, PERSON_ADMIN, "SA-1", "morning", "Every morning.", NULL);
    rest(s);
    assert_int_equal(findings(s, NULL), 0);
    person_deletes_comment(s, FIRST, "SA-1", "morning");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "morning", NULL), 0);
    stage_close(s);
}

/* --- refusals --- */

static void a_refused_deletion_of_a_copy_is_tried_once(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "DELETE /rest/api/2/issue/";
    s->plug.balk_status = 403;
    person_deletes_comment(s, FIRST, "SA-1", "Monday");
    struct stage_run run = rest(s);
    assert_in_range(run.writes, 1, 8);
    assert_int_equal(findings(s, "quarantine"), 1);
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", NULL), 1);
    stage_close(s);
}

static void let_copies_flow_back(struct arena *a, struct config *c)
{
    (void)a;
    c->connector[0].copies_flow_back = c->connector[1].copies_flow_back = true;
}

static void a_refused_edit_of_an_original_is_tried_once(void **state)
{
    (void)state;
    struct stage *s = open_with(let_copies_flow_back);
    one_issue(s);
    person_edits_comment(s, SIDE_SECOND, PERSON_ADMIN, "SB-1", "Monday", "Since Tuesday."); /* not Tandem's to edit */
    struct stage_run run = rest(s);
    assert_in_range(run.writes, 1, 8);
    assert_int_equal(findings(s, "quarantine"), 1);
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    stage_close(s);
}

static void an_edit_that_a_site_accepts_and_drops_is_tried_once(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "PUT /rest/api/2/issue/";
    s->plug.balk_status = 204;
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    struct stage_run run = rest(s);
    assert_in_range(run.writes, 1, 8);
    assert_int_equal(findings(s, "quarantine"), 1);
    s->plug.balks_at = NULL;
    sweep(s);
    assert_int_equal(rest(s).writes, 0); /* nothing changed, so it stays set aside */
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks by day");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "The door squeaks by day");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_step_that_a_site_accepts_and_does_not_take_is_tried_once(void **state)
{
    (void)state;
    static const int STATUS[] = {204, 400, 403};
    for (size_t i = 0; i < ARRAY_LEN(STATUS); i++) {
        struct stage *s = open_with(NULL);
        one_issue(s);
        s->plug.balks_at = "POST /rest/api/2/issue/";
        s->plug.balk_status = STATUS[i];
        person_moves(s, FIRST, "SA-1", "In Progress");
        struct stage_run run = rest(s);
        assert_in_range(run.writes, 1, 8);
        s->plug.balks_at = NULL;
        person_moves(s, FIRST, "SA-1", "In Review");
        rest(s);
        assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.status.name"), "In Review");
        assert_int_equal(findings(s, NULL), 0);
        stage_close(s);
    }
}

static void a_refused_field_is_sent_again_by_a_resync(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "PUT /rest/api/2/issue/";
    s->plug.balk_status = 400;
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    person_comments(s, FIRST, "SA-1", "Meanwhile.");
    rest(s);
    assert_int_equal(findings(s, "quarantine"), 2); /* the field, and the panel that could not be written either */
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Meanwhile", NULL), 1);
    s->plug.balks_at = NULL;
    must(engine_resync(s->store, STAGE_SYNC, SIDE_FIRST, NULL, 0, &e), &e);
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "The door squeaks at night");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

/* --- one-way mappings --- */

static void description_flows_to_first(struct arena *a, struct config *c)
{
    (void)a;
    for (size_t i = 0; i < c->field_count; i++)
        if (str_eq(c->fields[i].half[0].id, "description")) {
            c->fields[i].half[SIDE_FIRST].sends = false;
            c->fields[i].half[SIDE_SECOND].receives = false;
        }
    c->connector[SIDE_FIRST].sends_status = false;
    c->connector[SIDE_SECOND].receives_status = false;
}

static void what_is_not_sent_at_birth_is_not_wiped_by_the_way_back(void **state)
{
    (void)state;
    struct stage *s = open_with(description_flows_to_first);
    one_issue(s);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.description"), "Oil it.");
    assert_int_equal(findings(s, NULL), 0);
    person_edits(s, SECOND, "SB-1", "description", "Oil it well.");
    person_moves(s, SECOND, "SB-1", "In Progress");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.description"), "Oil it well.");
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.status.name"), "In Progress");
    person_edits(s, FIRST, "SA-1", "description", "Leave it.");
    rest(s);
    assert_int_equal(findings(s, "drift"), 1);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.description"), "Oil it well.");
    person_edits(s, FIRST, "SA-1", "description", "Oil it well.");
    rest(s);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

/* --- creations in the wrong moment --- */

static void an_issue_that_is_deleted_before_its_partner_was_made(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "POST /rest/api/2/issue";
    s->plug.balk_status = 429;
    person_creates(s, FIRST, "Bug", "The window sticks", NULL);
    assert_false(stage_pass(s, &counts, &e));
    assert_int_equal(e.kind, ERR_RATE);
    err_clear(&e);
    s->plug.balks_at = NULL;
    person_call(s, SIDE_FIRST, PERSON_ADMIN, 204, HTTP_DELETE, "/rest/api/2/issue/SA-2", NULL);
    assert_int_equal(rest(s).failures, 0);
    assert_int_equal(pairs(s), 1);
    stage_close(s);
}

static void an_issue_that_is_deleted_while_its_creation_is_looked_for(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    static const enum fault FAULTS[] = {FAULT_LOST, FAULT_DROPPED, FAULT_TOO_LATE};
    for (size_t i = 0; i < ARRAY_LEN(FAULTS); i++) {
        struct stage *s = open_with(NULL);
        one_issue(s);
        person_creates(s, FIRST, "Bug", "The window sticks", NULL);
        plug_arm(&s->plug, FAULT_KILL, 2); /* after the site has made it */
        if (FAULTS[i] != FAULT_LOST)
            plug_arm(&s->plug, FAULTS[i], 1);
        if (!stage_pass(s, &counts, &e))
            err_clear(&e);
        must(stage_reopen(s, &e), &e);
        person_call(s, SIDE_FIRST, PERSON_ADMIN, 204, HTTP_DELETE, "/rest/api/2/issue/SA-2", NULL);
        rest(s);
        stage_wait(s, 20 * STAGE_MINUTE);
        rest(s);
        assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", NULL), 1);
        const json_t *all = get(s, SIDE_FIRST, "/rest/api/2/search?jql=project=SA%s", "");
        assert_int_equal(json_at_int(all, "total", -1), 1); /* what was deleted does not come back */
        stage_close(s);
    }
}

static void leave_stories_out(struct arena *a, struct config *c)
{
    (void)a;
    for (int s = 0; s < 2; s++) {
        struct config_connector *half = &c->connector[s];
        for (size_t i = 0; i < half->type_count; i++)
            if (str_eq(half->types[i].name, "Story")) {
                half->types[i] = half->types[half->type_count - 1];
                half->type_count--;
            }
    }
}

static void an_issue_whose_type_takes_no_part_any_more_stops_nobody(void **state)
{
    (void)state;
    struct stage *s = open_with(leave_stories_out);
    one_issue(s);
    s->plug.balks_at = "POST /rest/api/2/issue";
    s->plug.balk_status = 400;
    person_creates(s, FIRST, "Bug", "The window sticks", NULL);
    rest(s);
    assert_int_equal(findings(s, "quarantine"), 1);
    s->plug.balks_at = NULL;
    person_call(s, FIRST, 204, HTTP_PUT, "/rest/api/2/issue/SA-2", "{'fields':{'issuetype':{'name':'Story'}}}");
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "The door squeaks at night");
    person_call(s, FIRST, 204, HTTP_PUT, "/rest/api/2/issue/SA-2", "{'fields':{'issuetype':{'name':'Task'}}}");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-2"), "fields.summary"), "The window sticks");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_sub_task_gets_its_partner_when_its_parent_has_one(void **state)
{
    (void)state;
    struct stage *s = open_with(leave_stories_out);
    one_issue(s);
    person_creates(s, FIRST, "Story", "Welcome guests", NULL);
    person_call(s, FIRST, 201, HTTP_POST, "/rest/api/2/issue",
                "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'parent':{'key':'SA-2'},"
                "'summary':'Bake a cake'}}");
    rest(s);
    assert_int_equal(findings(s, "waiting"), 1);
    stage_wait(s, STAGE_HOUR);
    person_call(s, FIRST, 204, HTTP_PUT, "/rest/api/2/issue/SA-2", "{'fields':{'issuetype':{'name':'Task'}}}");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-3"), "fields.parent.key"), "SB-2");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_sub_task_of_a_refused_parent_lets_the_pass_end(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "POST /rest/api/2/issue";
    s->plug.balk_status = 400;
    person_creates(s, FIRST, "Task", "Welcome guests", NULL);
    person_call(s, FIRST, 201, HTTP_POST, "/rest/api/2/issue",
                "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'parent':{'key':'SA-2'},"
                "'summary':'Bake a cake'}}");
    rest(s);
    s->plug.balks_at = NULL;
    person_edits(s, FIRST, "SA-2", "summary", "Welcome all guests");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-3"), "fields.parent.key"), "SB-2");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_clone_that_carries_our_properties_is_an_issue_of_its_own(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    const char *token =
        arena_strdup(&s->life, json_at_str(get(s, SIDE_SECOND, "/rest/api/2/issue/%s/properties/tandem.token", "SB-1"),
                                           "value.token"));
    const char *origin = arena_strdup(
        &s->life, json_print(&s->life, json_object_get(
                                           get(s, SIDE_SECOND, "/rest/api/2/issue/%s/properties/tandem.origin", "SB-1"),
                                           "value")));
    person_call(s, SECOND, 201, HTTP_POST, "/rest/api/2/issue",
                "{'fields':{'project':{'key':'SB'},'issuetype':{'name':'Bug'},'summary':'CLONE - The door'},"
                "'properties':[{'key':'tandem.token','value':{'token':'%s'}},{'key':'tandem.origin','value':%s}]}",
                token, origin);
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-2"), "fields.summary"), "CLONE - The door");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

/* --- two that met before Tandem came --- */

static void issues_that_were_there_before_are_joined_without_doubles(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stage *s = open_with(NULL);
    person_creates(s, FIRST, "Bug", "The door squeaks", "Oil it.");
    person_creates(s, SECOND, "Bug", "The door squeaks", "Leave it.");
    person_labels(s, FIRST, "SA-1", "door", true);
    person_comments(s, FIRST, "SA-1", "Since Monday.");
    person_comments(s, SECOND, "SB-1", "Since Monday.");
    person_comments(s, FIRST, "SA-1", "+1");
    person_comments(s, FIRST, "SA-1", "+1");
    person_comments(s, SECOND, "SB-1", "+1");
    person_comments(s, SECOND, "SB-1", "Only here.");
    struct pair pair = {.sync_id = sync_id(s), .state = PAIR_OPEN, .key = {"SA-1", "SB-1"}, .is_dirty = true};
    pair.issue_id[0] = arena_strdup(&s->life, json_at_str(issue(s, SIDE_FIRST, "SA-1"), "id"));
    pair.issue_id[1] = arena_strdup(&s->life, json_at_str(issue(s, SIDE_SECOND, "SB-1"), "id"));
    must(pair_add(s->store, &pair, &e), &e);
    rest(s);
    assert_int_equal(pairs(s), 1);
    assert_int_equal(findings(s, "ask"), 1);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.description"), "Oil it.");
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.description"), "Leave it.");
    assert_int_equal(json_array_size(json_at(issue(s, SIDE_SECOND, "SB-1"), "fields.labels")), 1);
    for (int side = 0; side < 2; side++) {
        const char *key = side ? "SB-1" : "SA-1";
        assert_int_equal(says(s, (enum side)side, key, "Monday", NULL), 1);
        assert_int_equal(says(s, (enum side)side, key, "+1", NULL), 2);
        assert_int_equal(says(s, (enum side)side, key, "Only here", NULL), 1);
    }
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    stage_close(s);
}

/* --- walks --- */

static void back_to_the_start(void *context, int64_t number)
{
    struct stage *s = context;
    (void)number;
    s->plug.after_write = NULL; /* after the first step */
    person_moves(s, SECOND, "SB-1", "To Do");
}

static void a_person_who_moves_the_issue_during_a_walk_ends_it(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_moves(s, FIRST, "SA-1", "In Progress");
    person_moves(s, FIRST, "SA-1", "In Review");
    person_moves(s, FIRST, "SA-1", "Done");
    stage_wait(s, STAGE_MINUTE);
    s->plug.after_write = back_to_the_start;
    s->plug.context = s;
    struct stage_run run = rest(s);
    assert_in_range(run.counts.moved[0] + run.counts.moved[1], 1, 8);
    const char *first = arena_strdup(&s->life, json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.status.name"));
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.status.name"), first);
    stage_close(s);
}

/* --- fuses --- */

static void after_a_fuse_one_can_go_on(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    for (int i = 0; i < 8; i++)
        person_creates(s, FIRST, "Bug", "The door squeaks", NULL);
    rest(s);
    for (int i = 1; i <= 6; i++)
        person_call(s, SIDE_SECOND, PERSON_ADMIN, 204, HTTP_DELETE,
                    arena_printf(&s->life, "/rest/api/2/issue/SB-%d", i), NULL);
    sweep(s);
    assert_false(stage_pass(s, &counts, &e));
    assert_int_equal(e.kind, ERR_FUSE);
    err_clear(&e);
    assert_false(stage_pass(s, &counts, &e)); /* until somebody has looked */
    assert_int_equal(e.kind, ERR_STATE);
    err_clear(&e);
    must(sync_set_state(s->store, sync_id(s), SYNC_RUNNING, NULL, &e), &e);
    rest(s);
    assert_int_equal(findings(s, "gone"), 6);
    sweep(s);
    rest(s); /* what is known to be gone blows no fuse */
    stage_close(s);
}

static void more_deletions_than_the_fuse_allows_go_on_once_a_person_agrees(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    one_issue(s);
    for (int i = 0; i < 30; i++)
        person_comments(s, FIRST, "SA-1", "Again.");
    rest(s);
    for (int i = 0; i < 30; i++)
        person_deletes_comment(s, FIRST, "SA-1", "Again.");
    assert_false(stage_pass(s, &counts, &e));
    assert_int_equal(e.kind, ERR_FUSE);
    err_clear(&e);
    must(sync_set_state(s->store, sync_id(s), SYNC_RUNNING, NULL, &e), &e);
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Again.", NULL), 0);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", NULL), 1);
    stage_close(s);
}

/* --- clocks --- */

static void the_newest_change_wins_whatever_the_clocks_show(void **state)
{
    (void)state;
    static const int64_t SKEW[] = {3 * STAGE_HOUR, -3 * STAGE_HOUR, 7 * STAGE_MINUTE, -7 * STAGE_MINUTE};
    for (size_t i = 0; i < ARRAY_LEN(SKEW); i++) {
        struct stage *s =
            open_stage(&(struct stage_settings){.dialect = {SANDBOX_DC8, SANDBOX_CLOUD}, .skew_ms = SKEW[i]});
        one_issue(s);
        person_edits(s, SECOND, "SB-1", "summary", "Earlier");
        stage_wait(s, STAGE_MINUTE);
        person_edits(s, FIRST, "SA-1", "summary", "Later");
        rest(s);
        assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "Later");
        stage_wait(s, STAGE_MINUTE);
        person_edits(s, FIRST, "SA-1", "summary", "Earlier again");
        stage_wait(s, STAGE_MINUTE);
        person_edits(s, SECOND, "SB-1", "summary", "Latest");
        rest(s);
        assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.summary"), "Latest");
        stage_close(s);
    }
}

/* --- the verification --- */

static struct engine_verify verify(struct stage *s)
{
    struct err e = ERR_INIT;
    struct engine_verify r = {0};
    must(stage_engine(s, &e) && engine_verify(s->engine, &s->life, &r, &e), &e);
    return r;
}

static bool tells(const struct engine_verify *r, const char *piece)
{
    for (size_t i = 0; i < r->line_count; i++)
        if (strstr(r->lines[i], piece))
            return true;
    for (size_t i = 0; i < r->line_count; i++)
        print_message("verify says: %s\n", r->lines[i]);
    return false;
}

static void the_verification_names_every_difference(void **state)
{
    (void)state;
    size_t open;
    struct stage *s = open_with(name_a_role);
    one_issue(s);
    person_call(s, FIRST, 201, HTTP_POST, "/rest/api/2/issue/SA-1/comment",
                "{'body':'Only for us.','visibility':{'type':'role','value':'Developers'}}");
    person_creates(s, FIRST, "Task", "Paint the fence", NULL);
    person_creates(s, FIRST, "Task", "Order paint", NULL);
    rest(s);
    struct engine_verify r = verify(s);
    assert_int_equal(r.equal, 3);
    assert_int_equal(r.line_count, 0);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Only", &open), 1);
    assert_int_equal(open, 0);

    person_call(s, SECOND, 204, HTTP_PUT, "/rest/api/2/issue/SB-2", "{'fields':{'issuetype':{'name':'Bug'}}}");
    r = verify(s);
    assert_int_equal(r.equal, 2);
    assert_true(tells(&r, "issuetype"));
    person_call(s, SECOND, 204, HTTP_PUT, "/rest/api/2/issue/SB-2", "{'fields':{'issuetype':{'name':'Task'}}}");

    restrict_to(s, SIDE_SECOND, PERSON_ADMIN, "SB-1", "Only", "Only for us, or not.", "Developers");
    r = verify(s);
    assert_int_equal(r.equal, 2);
    assert_true(tells(&r, "differ"));
    person_deletes_comment(s, SIDE_SECOND, PERSON_ADMIN, "SB-1", "Only");
    r = verify(s);
    assert_int_equal(r.equal, 2);
    assert_true(tells(&r, "the second is not there"));

    person_edits(s, SECOND, "SB-3", "summary", "Order more paint");
    person_moves(s, SECOND, "SB-3", "In Progress");
    person_comments(s, SECOND, "SB-3", "How much?");
    r = verify(s);
    assert_int_equal(r.equal, 1);
    assert_true(tells(&r, "summary") && tells(&r, "status") && tells(&r, "has no partner"));

    person_call(s, SIDE_SECOND, PERSON_ADMIN, 204, HTTP_DELETE, "/rest/api/2/issue/SB-2", NULL);
    person_creates(s, SECOND, "Task", "One more", NULL);
    r = verify(s);
    assert_int_equal(r.equal, 0);
    assert_int_equal(r.missing[SIDE_SECOND], 1);
    assert_int_equal(r.missing[SIDE_FIRST], 1);
    assert_true(tells(&r, "SB-2, the partner of SA-2, is not there") && tells(&r, "SB-4 has no partner"));
    stage_close(s);
}

static void the_verification_names_what_people_deleted_and_what_came_twice(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_comments(s, FIRST, "SA-1", "Every morning.");
    plug_arm(&s->plug, FAULT_TWICE, 1);
    must(stage_pass(s, &counts, &e), &e);
    plug_arm(&s->plug, FAULT_NONE, 0);
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "morning", NULL), 2);
    struct engine_verify r = verify(s);
    assert_int_equal(r.equal, 0);
    assert_int_equal(r.doubled[SIDE_SECOND], 1);
    assert_true(tells(&r, "twin"));
    person_deletes_comment(s, SIDE_SECOND, PERSON_ADMIN, "SB-1", "Monday");
    rest(s);
    r = verify(s);
    assert_true(tells(&r, "lost"));
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_that_is_restricted_later_shows_no_new_text_openly),
        cmocka_unit_test(a_comment_that_is_restricted_without_another_word_is_told),
        cmocka_unit_test(a_copy_is_restricted_with_its_original),
        cmocka_unit_test(a_comment_born_restricted_travels_once_it_is_opened),
        cmocka_unit_test(one_hidden_comment_of_two_is_not_a_deleted_one),
        cmocka_unit_test(a_refused_deletion_of_a_copy_is_tried_once),
        cmocka_unit_test(a_refused_edit_of_an_original_is_tried_once),
        cmocka_unit_test(an_edit_that_a_site_accepts_and_drops_is_tried_once),
        cmocka_unit_test(a_step_that_a_site_accepts_and_does_not_take_is_tried_once),
        cmocka_unit_test(a_refused_field_is_sent_again_by_a_resync),
        cmocka_unit_test(what_is_not_sent_at_birth_is_not_wiped_by_the_way_back),
        cmocka_unit_test(an_issue_that_is_deleted_before_its_partner_was_made),
        cmocka_unit_test(an_issue_that_is_deleted_while_its_creation_is_looked_for),
        cmocka_unit_test(an_issue_whose_type_takes_no_part_any_more_stops_nobody),
        cmocka_unit_test(a_sub_task_gets_its_partner_when_its_parent_has_one),
        cmocka_unit_test(a_sub_task_of_a_refused_parent_lets_the_pass_end),
        cmocka_unit_test(a_clone_that_carries_our_properties_is_an_issue_of_its_own),
        cmocka_unit_test(issues_that_were_there_before_are_joined_without_doubles),
        cmocka_unit_test(a_person_who_moves_the_issue_during_a_walk_ends_it),
        cmocka_unit_test(after_a_fuse_one_can_go_on),
        cmocka_unit_test(more_deletions_than_the_fuse_allows_go_on_once_a_person_agrees),
        cmocka_unit_test(the_newest_change_wins_whatever_the_clocks_show),
        cmocka_unit_test(the_verification_names_every_difference),
        cmocka_unit_test(the_verification_names_what_people_deleted_and_what_came_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
