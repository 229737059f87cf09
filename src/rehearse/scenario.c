#include "rehearse/scenario.h"

#include "base/str.h"

#define FIRST      SIDE_FIRST, PERSON_PAULA
#define SECOND     SIDE_SECOND, PERSON_QUINN
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* --- a small world to start from: SA-1, SA-2 and their partners SB-1, SB-2 --- */

static void two_issues(struct stage *s)
{
    person_creates(s, FIRST, "Bug", "The door squeaks", "Oil it.\n\nThen close it.");
    person_edits(s, FIRST, "SA-1", "labels", "door noise");
    person_comments(s, SIDE_FIRST, PERSON_QUINN, "SA-1", "Loudly.");
    person_creates(s, FIRST, "Task", "Paint the fence", "Green.");
}

/* --- first sync --- */

static void apart(struct stage *s)
{
    person_creates(s, FIRST, "Bug", "The door squeaks", "Oil *it*.");
    person_edits(s, FIRST, "SA-1", "labels", "door noise");
    person_edits(s, FIRST, "SA-1", "priority", "High");
    person_comments(s, FIRST, "SA-1", "Since Monday.");
    person_comments(s, SIDE_FIRST, PERSON_QUINN, "SA-1", "Loudly.");
    person_creates(s, FIRST, "Story", "Welcome guests", NULL);
    person_moves(s, FIRST, "SA-2", "In Progress");
    person_creates(s, SECOND, "Task", "Buy oil", "The thin one.");
    person_comments(s, SECOND, "SB-1", "Half a litre.");
}

static const char *const APART[] = {"first \"The door squeaks\" is Bug, To Do, High, [door noise], Oil *it*.",
                                    "second \"The door squeaks\" is Bug, To Do, High, [door noise], Oil *it*.",
                                    "second \"Welcome guests\" is Story, In Progress, Medium, [], -",
                                    "first \"Buy oil\" is Task, To Do, Medium, [], The thin one.",
                                    "second \"The door squeaks\" panel says The door squeaks; 1 links",
                                    "first \"Buy oil\" panel says Buy oil; 1 links",
                                    NULL};

static void nothing(struct stage *s)
{
    (void)s;
}

/* --- edits --- */

static void edit(struct stage *s)
{
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks again");
    person_edits(s, FIRST, "SA-1", "description", "Oil it twice.");
    person_edits(s, FIRST, "SA-1", "priority", "Highest");
    person_labels(s, FIRST, "SA-1", "urgent", true);
    person_edits(s, SECOND, "SB-2", "summary", "Paint the fence and the gate");
}

/* --- both sides at once --- */

static void collide(struct stage *s)
{
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks in the morning");
    stage_wait(s, STAGE_MINUTE);
    person_edits(s, SECOND, "SB-1", "summary", "The door squeaks at night");
    person_labels(s, FIRST, "SA-1", "urgent", true);
    person_labels(s, FIRST, "SA-1", "noise", false);
    person_labels(s, SECOND, "SB-1", "metal", true);
    person_edits(s, FIRST, "SA-1", "description", "Oil it well.\n\nThen close it.");
    person_edits(s, SECOND, "SB-1", "description", "Oil it.\n\nThen close it softly.");
    person_edits(s, SECOND, "SB-2", "priority", "Low");
    stage_wait(s, STAGE_MINUTE);
    person_edits(s, FIRST, "SA-2", "priority", "High");
}

static const char *const COLLIDED[] = {"first \"The door squeaks at night\" is Bug, To Do, Medium, [door metal "
                                       "urgent], Oil it well.||Then close it softly.",
                                       "second \"The door squeaks at night\" is Bug, To Do, Medium, [door metal "
                                       "urgent], Oil it well.||Then close it softly.",
                                       "second \"Paint the fence\" is Task, To Do, High, [], Green.", NULL};

/* --- comments --- */

static void comment(struct stage *s)
{
    person_comments(s, FIRST, "SA-1", "Still loud.");
    person_comments(s, SECOND, "SB-1", "We heard it over here.");
    person_comments(s, FIRST, "SA-1", "Oiled now.");
}

static void edit_comment(struct stage *s)
{
    person_edits_comment(s, SIDE_FIRST, PERSON_QUINN, "SA-1", "Loudly", "Very *loudly*.");
}

static void remove_comment(struct stage *s)
{
    person_deletes_comment(s, SIDE_FIRST, PERSON_QUINN, "SA-1", "Loudly");
    person_comments(s, SECOND, "SB-2", "Which green?");
}

static void two_comments(struct stage *s)
{
    two_issues(s);
    person_comments(s, FIRST, "SA-1", "Every morning.");
}

/* --- status --- */

static void move(struct stage *s)
{
    person_moves(s, FIRST, "SA-1", "In Progress");
    person_moves(s, FIRST, "SA-1", "In Review");
    person_moves(s, FIRST, "SA-1", "Done");
    person_moves(s, SECOND, "SB-2", "In Progress");
}

/* --- creations on both sides, later --- */

static void create_both(struct stage *s)
{
    person_creates(s, FIRST, "Bug", "The window sticks", "Plane it.");
    person_comments(s, FIRST, "SA-3", "Since it rained.");
    person_creates(s, SECOND, "Task", "Order paint", NULL);
    person_labels(s, SECOND, "SB-3", "green", true);
}

/* --- the sync user's account in a person's hands --- */

static void edit_as_sync_user(struct stage *s)
{
    person_edits(s, SIDE_SECOND, PERSON_SYNC_USER, "SB-1", "summary", "The door squeaks, says everybody");
    person_comments(s, SIDE_SECOND, PERSON_SYNC_USER, "SB-1", "I wrote this myself.");
    person_creates(s, SIDE_FIRST, PERSON_SYNC_USER, "Task", "Written by hand", NULL);
    person_moves(s, SIDE_FIRST, PERSON_SYNC_USER, "SA-2", "In Progress");
}

/* --- somebody edits while we write --- */

static void edit_summary(struct stage *s)
{
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks again");
}

static void edit_under_way(struct stage *s)
{
    person_edits(s, SECOND, "SB-1", "summary", "The door squeaks, but less");
}

static void move_once(struct stage *s)
{
    person_moves(s, FIRST, "SA-1", "In Progress");
    person_moves(s, FIRST, "SA-1", "In Review");
}

static void comment_once(struct stage *s)
{
    person_comments(s, FIRST, "SA-1", "Still loud.");
}

static void comment_under_way(struct stage *s)
{
    person_comments(s, SECOND, "SB-1", "Now it is quiet.");
}

/* --- what we cannot see any more --- */

/* All of them, as when an account loses a role: one that is gone from among visible neighbours counts as deleted. */
static void hide_comments(struct stage *s)
{
    person_hides_comment(s, SIDE_FIRST, PERSON_ADMIN, "SA-1", "Loudly");
    person_hides_comment(s, SIDE_FIRST, PERSON_ADMIN, "SA-1", "Every morning");
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks in secret");
}

/* --- a search that lags --- */

static void lag(struct stage *s)
{
    struct sandbox_fault fault = {.kind = SANDBOX_FAULT_INDEX_LAG, .count = -1, .ms = 90 * 1000};
    for (int side = 0; side < 2; side++)
        if (!s->trouble.kind && !sandbox_fault_add(s->sandbox[side], &fault, &s->trouble))
            return;
    create_both(s);
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks again");
}

/* --- texts that markup cannot say, and people in them --- */

static void describe_in_cloud(struct stage *s, const char *last)
{
    person_call(s, SECOND, 204, HTTP_PUT, "/rest/api/3/issue/SB-1",
                "{'fields':{'description':{'version':1,'type':'doc','content':["
                "{'type':'paragraph','content':[{'type':'text','text':'Oil it.'}]},"
                "{'type':'taskList','attrs':{'localId':'t'},'content':[{'type':'taskItem','attrs':{'localId':'i',"
                "'state':'DONE'},'content':[{'type':'text','text':'Find the oil'}]}]},"
                "{'type':'paragraph','content':[{'type':'text','text':'%s'}]}]}}}",
                last);
}

static void rich_texts(struct stage *s)
{
    two_issues(s);
    stage_wait(s, STAGE_MINUTE);
}

static void edit_rich(struct stage *s)
{
    describe_in_cloud(s, "Then close it softly.");
    person_comments(s, FIRST, "SA-1", "[~paula]: h3. is no heading here\n\n* one\n* two");
    person_edits(s, FIRST, "SA-2", "description", "Green, says [~quinn].\n\n{panel:title=Note}Twice.{panel}");
}

static void edit_rich_on_servers(struct stage *s)
{
    person_edits(s, FIRST, "SA-1", "description", "Oil it.\n\nThen  close it, [~paula].");
    person_comments(s, SECOND, "SB-1", "[~paula]: *now*?");
    person_edits(s, FIRST, "SA-2", "description", "Green, says [~quinn].\n\n{panel:title=Note}Twice.{panel}");
}

/* --- the counter in both projects is raised --- */

static void one_issue(struct stage *s)
{
    person_creates(s, FIRST, "Bug", "The door squeaks", NULL);
}

static void two_days_later(struct stage *s)
{
    stage_wait(s, 49 * STAGE_HOUR);
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks again");
}

static const struct scenario_other OVERWRITTEN[] = {
    {.fault = FAULT_TWICE,
     .from = 1,
     .to = 1,
     .expect = LINES("finding conflict summary of \"The door squeaks again\"",
                     "first \"The door squeaks again\" is Bug, To Do, Medium, [door noise], Oil it.||Then close it.",
                     "second \"The door squeaks again\" is Bug, To Do, Medium, [door noise], Oil it.||Then close it."),
     .reason = "what the person wrote between the two is overwritten by the second, and kept as a conflict"},
    {.fault = FAULT_TOO_LATE,
     .from = 1,
     .to = 1,
     .expect =
         LINES("finding conflict summary of \"The door squeaks, but less\"",
               "first \"The door squeaks, but less\" is Bug, To Do, Medium, [door noise], Oil it.||Then close it.",
               "second \"The door squeaks, but less\" is Bug, To Do, Medium, [door noise], Oil it.||Then close it."),
     .reason = "our own first copy went over what the person wrote; that is put back, and what was there is kept"},
    {0}};

static const struct scenario_other SPOKEN_BETWEEN[] = {
    {.fault = FAULT_TWICE,
     .from = 1,
     .to = 1,
     .expect =
         LINES("second \"The door squeaks\" comment 2 by Quinn Quigley: Now it is quiet.",
               "second \"The door squeaks\" comment 3 by Tandem: _Paula Perkins wrote on 0000-00-00 00:00 UTC:_||Still "
               "loud."),
     .reason = "the twin that is left out was the earlier one, before what the person said"},
    {0}};

static const struct scenario_other UNKNOWN_TWINS[] = {
    {.fault = FAULT_TWICE,
     .from = 1,
     .to = 3,
     .is_known_bug = true,
     .reason = "where a site drops properties, an issue that was made twice cannot be told from one written by hand"},
    {.fault = FAULT_TOO_LATE, .from = 1, .to = 3, .is_known_bug = true, .reason = "as twice"},
    {0}};

#define SERVERS                                                                                                        \
    {                                                                                                                  \
        .dialect = { SANDBOX_DC8, SANDBOX_DC10 }                                                                       \
    }
#define TO_CLOUD                                                                                                       \
    {                                                                                                                  \
        .dialect = {SANDBOX_DC10, SANDBOX_CLOUD}, .skew_ms = 37 * 1000                                                 \
    }

#define COUNTING                                                                                                       \
    {                                                                                                                  \
        .dialect = {SANDBOX_DC10, SANDBOX_CLOUD}, .counter_ms = 48 * STAGE_HOUR                                        \
    }

const struct scenario scenarios[] = {
    {.name = "first-sync",
     .is_first_of_all = true,
     .stage = SERVERS,
     .prepare = apart,
     .starts_apart = true,
     .act = nothing,
     .expect = APART},
    {.name = "edit",
     .is_first_of_all = true,
     .stage = SERVERS,
     .prepare = two_issues,
     .act = edit,
     .expect = LINES("second \"The door squeaks again\" is Bug, To Do, Highest, [door noise urgent], Oil it twice.",
                     "first \"Paint the fence and the gate\" is Task, To Do, Medium, [], Green.")},
    {.name = "conflict",
     .is_first_of_all = true,
     .stage = SERVERS,
     .prepare = two_issues,
     .act = collide,
     .expect = COLLIDED,
     .findings = LINES("finding conflict priority of \"Paint the fence\"",
                       "finding conflict summary of \"The door squeaks at night\"")},
    {.name = "comment-added", .is_first_of_all = true, .stage = SERVERS, .prepare = two_issues, .act = comment},
    {.name = "comment-edited", .is_first_of_all = true, .stage = SERVERS, .prepare = two_comments, .act = edit_comment},
    {.name = "comment-removed",
     .is_first_of_all = true,
     .stage = SERVERS,
     .prepare = two_comments,
     .act = remove_comment},
    {.name = "status",
     .is_first_of_all = true,
     .stage = SERVERS,
     .prepare = two_issues,
     .act = move,
     .expect = LINES("second \"The door squeaks\" is Bug, Done, Medium, [door noise], Oil it.||Then close it.",
                     "first \"Paint the fence\" is Task, In Progress, Medium, [], Green.")},
    {.name = "created-on-both",
     .stage = TO_CLOUD,
     .prepare = two_issues,
     .act = create_both,
     .expect = LINES("second \"The window sticks\" is Bug, To Do, Medium, [], Plane it.",
                     "first \"Order paint\" is Task, To Do, Medium, [green], -")},
    {.name = "first-sync-cloud",
     .stage = TO_CLOUD,
     .prepare = apart,
     .starts_apart = true,
     .act = nothing,
     .expect = APART},
    {.name = "conflict-cloud",
     .stage = TO_CLOUD,
     .prepare = two_issues,
     .act = collide,
     .expect = COLLIDED,
     .findings = LINES("finding conflict priority of \"Paint the fence\"",
                       "finding conflict summary of \"The door squeaks at night\"")},
    {.name = "sync-user-edits",
     .stage = SERVERS,
     .prepare = two_issues,
     .act = edit_as_sync_user,
     .expect = LINES(
         "first \"The door squeaks, says everybody\" is Bug, To Do, Medium, [door noise], Oil it.||Then close it.",
         "second \"Written by hand\" is Task, To Do, Medium, [], -",
         "second \"Paint the fence\" is Task, In Progress, Medium, [], Green.")},
    {.name = "edited-meanwhile",
     .stage = SERVERS,
     .prepare = two_issues,
     .act = edit_summary,
     .meanwhile_after = "PUT /rest/api/2/issue/",
     .meanwhile = edit_under_way,
     .others = OVERWRITTEN,
     .expect =
         LINES("first \"The door squeaks, but less\" is Bug, To Do, Medium, [door noise], Oil it.||Then close it.",
               "second \"The door squeaks, but less\" is Bug, To Do, Medium, [door noise], Oil it.||Then close it.")},
    {.name = "commented-meanwhile",
     .stage = TO_CLOUD,
     .prepare = two_issues,
     .act = comment_once,
     .meanwhile_after = "POST /rest/api/3/issue/",
     .meanwhile = comment_under_way,
     .others = SPOKEN_BETWEEN},
    {.name = "moved-and-commented",
     .stage = TO_CLOUD,
     .prepare = two_issues,
     .act = move_once,
     .meanwhile_after = "POST /rest/api/2/issue/",
     .meanwhile = comment_under_way,
     .expect = LINES("second \"The door squeaks\" is Bug, In Review, Medium, [door noise], Oil it.||Then close it.")},
    {.name = "sight-lost",
     .stage = SERVERS,
     .prepare = two_comments,
     .act = hide_comments,
     .findings = LINES("finding unseen comment:first of \"The door squeaks in secret\"",
                       "finding unseen comment:first of \"The door squeaks in secret\""),
     .sides_differ = true},
    {.name = "no-properties",
     .stage = {.dialect = {SANDBOX_DC8, SANDBOX_DC8}, .ignores_properties = true},
     .prepare = apart,
     .starts_apart = true,
     .act = nothing,
     .expect = APART,
     .others = UNKNOWN_TWINS},
    {.name = "texts-cloud",
     .stage = TO_CLOUD,
     .prepare = rich_texts,
     .act = edit_rich,
     .expect = LINES("first \"The door squeaks\" is Bug, To Do, Medium, [door noise], Oil it.||* (/) Find the "
                     "oil||Then close it softly.")},
    {.name = "texts-servers",
     .stage = SERVERS,
     .prepare = rich_texts,
     .act = edit_rich_on_servers,
     .expect = LINES("second \"Paint the fence\" is Task, To Do, Medium, [], Green, says "
                     "[~quinn].||{panel:title=Note}Twice.{panel}")},
    {.name = "counted-first",
     .stage = COUNTING,
     .prepare = one_issue,
     .starts_apart = true,
     .act = nothing,
     .expect = LINES("second \"The door squeaks\" is Bug, To Do, Medium, [], -")},
    {.name = "counted",
     .stage = COUNTING,
     .prepare = one_issue,
     .act = two_days_later,
     .expect = LINES("second \"The door squeaks again\" is Bug, To Do, Medium, [], -")},
    {.name = "lagging-search", .stage = TO_CLOUD, .prepare = two_issues, .act = lag},
    {0}};

const struct scenario *scenario_find(const char *name)
{
    for (const struct scenario *s = scenarios; s->name; s++)
        if (str_eq(s->name, name))
            return s;
    return NULL;
}
