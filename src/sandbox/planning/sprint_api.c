/* sprint_api.c - /rest/agile/1.0: sprints from planned to closed, what is in them, epics, and the order of issues.
 *
 * A sprint begins as `future`, is started with both its dates, and closes; what is not done then leaves it. */
#include "sandbox/planning/agile.h"
#include "sandbox/webhook/webhook.h"

#include "base/time_iso.h"

#include <string.h>

enum { NAME_LIMIT = 30, LIST_LIMIT = 50 };

struct sprint {
    int64_t id, board, started, ends, activated, completed, created;
    char *name, *goal, *state;
};

static bool sprint_read(struct ctx *c, int64_t id, struct sprint *s)
{
    struct sql_rows rows;
    *s = (struct sprint){0};
    if (!db_query(c, &rows,
                  "SELECT id, board, ifnull(started, 0), ifnull(ends, 0), ifnull(activated, 0), ifnull(completed, 0),"
                  " created, name, goal, state FROM sprint WHERE id = ?1",
                  "i", id))
        return false;
    if (sql_next(&rows))
        *s = (struct sprint){.id = sql_int(&rows, 0),
                             .board = sql_int(&rows, 1),
                             .started = sql_int(&rows, 2),
                             .ends = sql_int(&rows, 3),
                             .activated = sql_int(&rows, 4),
                             .completed = sql_int(&rows, 5),
                             .created = sql_int(&rows, 6),
                             .name = sql_str(&rows, 7, c->a),
                             .goal = sql_str(&rows, 8, c->a),
                             .state = sql_str(&rows, 9, c->a)};
    return db_done(c, &rows);
}

static bool sprint_need(struct ctx *c, const char *asked, struct sprint *s)
{
    int64_t id = 0;
    struct board b;
    *s = (struct sprint){0};
    if (str_to_int(asked, &id) && !sprint_read(c, id, s))
        return false;
    if (!s->id)
        return refuse(c, 404, "Sprint does not exist.");
    return board_need(c, arena_printf(c->a, "%lld", (long long)s->board), &b);
}

json_t *sprint_json(struct ctx *c, int64_t id)
{
    struct sprint s;
    json_t *o = new_object(c);
    if (!sprint_read(c, id, &s))
        return NULL;
    put_int(o, "id", s.id);
    put_agile_self(c, o, "sprint", s.id);
    put_str(o, "state", s.state);
    put_str(o, "name", s.name);
    put_agile_time(c, o, "startDate", s.started);
    put_agile_time(c, o, "endDate", s.ends);
    put_agile_time(c, o, "completeDate", s.completed);
    if (!c->d->is_cloud)
        put_agile_time(c, o, "activatedDate", s.activated);
    else
        put_agile_time(c, o, "createdDate", s.created);
    put_int(o, "originBoardId", s.board);
    if (s.goal || c->d->is_cloud)
        put_str(o, "goal", s.goal ? s.goal : "");
    if (c->d->mask & ON_DC10 && !c->d->is_cloud) {
        put_bool(o, "synced", false);
        put_bool(o, "autoStartStop", false);
    }
    return o;
}

static bool reply_sprint(struct ctx *c, int status, int64_t id)
{
    json_t *o = sprint_json(c, id);
    return o && reply_json(c, status, o);
}

static bool tell(struct ctx *c, const char *event, int64_t id)
{
    json_t *o = sprint_json(c, id);
    return o && webhook_other(c, event, "sprint", o);
}

static bool sprint_get(struct ctx *c)
{
    struct sprint s;
    return sprint_need(c, c->args[0], &s) && reply_sprint(c, 200, s.id);
}

/* What the body says, onto the sprint; with `is_whole` what it leaves out is emptied (PUT). */
static bool fill(struct ctx *c, struct sprint *s, bool is_whole)
{
    const json_t *name = json_object_get(c->body, "name"), *goal = json_object_get(c->body, "goal");
    const struct {
        const char *member;
        int64_t *at;
    } DATES[] = {{"startDate", &s->started}, {"endDate", &s->ends}};
    if (name)
        s->name = json_is_string(name) ? str_trim(c->a, json_string_value(name)) : NULL;
    if (str_is_empty(s->name))
        return refuse(c, 400, "A sprint name is required.");
    if (str_utf8_length(s->name) > NAME_LIMIT)
        return refuse(c, 400, "The sprint name must be shorter than 30 characters.");
    if (goal || is_whole)
        s->goal = json_is_string(goal) ? arena_strdup(c->a, json_string_value(goal)) : NULL;
    for (size_t i = 0; i < ARRAY_LEN(DATES); i++) {
        const json_t *v = json_object_get(c->body, DATES[i].member);
        if (!v && !is_whole)
            continue;
        *DATES[i].at = 0;
        if (json_is_string(v) && !time_iso_parse(json_string_value(v), DATES[i].at))
            return refuse(c, 400, "%s: '%s' is no date.", DATES[i].member, json_string_value(v));
    }
    if (s->started && s->ends && s->ends <= s->started)
        return refuse(c, 400, "The start date of a sprint must be before the end date.");
    return true;
}

static bool save(struct ctx *c, const struct sprint *s)
{
    return db_run(c,
                  "UPDATE sprint SET name = ?2, goal = ?3, state = ?4, started = NULLIF(?5, 0), ends = NULLIF(?6, 0),"
                  " activated = NULLIF(?7, 0), completed = NULLIF(?8, 0) WHERE id = ?1",
                  "isssiiii", s->id, s->name, s->goal, s->state, s->started, s->ends, s->activated, s->completed);
}

static bool sprint_post(struct ctx *c)
{
    struct sprint s = {.state = arena_strdup(c->a, "future")};
    struct board b;
    const char *board = json_at_id(c->a, c->body, "originBoardId");
    if (!board)
        return refuse(c, 400, "The originBoardId is required.");
    if (!board_need(c, board, &b))
        return false;
    if (!str_eq(b.type, "scrum"))
        return refuse(c, 400, "The board does not support sprints");
    if (!fill(c, &s, true) ||
        !db_run(c,
                "INSERT INTO sprint (board, name, created, position) VALUES (?1, ?2, ?3, (SELECT count(*) + 1 FROM"
                " sprint))",
                "isi", b.id, s.name, c->now))
        return false;
    s.id = sql_last_id(c->db);
    return save(c, &s) && tell(c, "sprint_created", s.id) && reply_sprint(c, 201, s.id);
}

/* What is not done leaves a sprint that closes: it is in no open one then. Those that are done stay. */
static bool state_change(struct ctx *c, struct sprint *s, const char *state)
{
    if (!state || str_eq_nocase(state, s->state))
        return true;
    if (str_eq_nocase(state, "active") && str_eq(s->state, "future")) {
        if (!s->started || !s->ends)
            return refuse(c, 400, "The start and end dates of a sprint are required to start it.");
        s->activated = c->now;
    } else if (str_eq_nocase(state, "closed") && str_eq(s->state, "active")) {
        s->completed = c->now;
    } else {
        return refuse(c, 400, "A sprint cannot go from %s to %s.", s->state, state);
    }
    s->state = str_lower(c->a, state);
    return true;
}

static bool update(struct ctx *c, bool is_whole)
{
    struct sprint s;
    if (!sprint_need(c, c->args[0], &s))
        return false;
    const char *before = s.state;
    if (!fill(c, &s, is_whole) || !state_change(c, &s, json_at_str(c->body, "state")) || !save(c, &s))
        return false;
    const char *event = str_eq(before, s.state)     ? "sprint_updated"
                        : str_eq(s.state, "active") ? "sprint_started"
                                                    : "sprint_closed";
    return tell(c, event, s.id) && reply_sprint(c, 200, s.id);
}

/* A full update: what the body leaves out is emptied, but for the name and the state. */
static bool sprint_put(struct ctx *c)
{
    return update(c, true);
}

static bool sprint_patch(struct ctx *c)
{
    return update(c, false);
}

static bool sprint_delete(struct ctx *c)
{
    struct sprint s;
    int64_t field = 0;
    return sprint_need(c, c->args[0], &s) && field_of_kind(c, "sprint", &field) && tell(c, "sprint_deleted", s.id) &&
           db_run(c, "DELETE FROM custom_value WHERE field = ?1 AND ref = ?2", "ii", field, s.id) &&
           db_run(c, "DELETE FROM sprint WHERE id = ?1", "i", s.id) && reply_empty(c, 204);
}

/* ---- issues of a sprint ---- */

bool agile_issue_list(struct ctx *c, int64_t **r, size_t *count_r)
{
    const json_t *list = json_object_get(c->body, "issues"), *v;
    size_t i;
    *r = NULL;
    *count_r = 0;
    if (!json_is_array(list) || !json_array_size(list))
        return refuse(c, 400, "issues: a list of keys or ids is required.");
    if (json_array_size(list) > LIST_LIMIT)
        return refuse(c, 400, "At most %d issues can be moved in one operation.", LIST_LIMIT);
    json_array_foreach (list, i, v) {
        int64_t id = 0;
        const char *asked =
            json_is_integer(v) ? arena_printf(c->a, "%lld", (long long)json_integer_value(v)) : json_string_value(v);
        if (!asked || !issue_find(c, asked, &id))
            return asked ? false : refuse(c, 400, "issues: a list of keys or ids is required.");
        if (!id)
            return refuse(c, 404, "%s", c->d->issue_missing);
        *arena_push(c->a, *r, *count_r) = id;
    }
    return true;
}

bool sprint_assign(struct ctx *c, int64_t issue, int64_t sprint)
{
    struct issue_change ch;
    int64_t field = 0;
    bool changed;
    if (!field_of_kind(c, "sprint", &field) || !issue_change_open(c, issue, "", &ch) ||
        !issue_change_apply(c, &ch, arena_printf(c->a, "customfield_%lld", (long long)field), "set",
                            json_keep(c->a, sprint ? json_integer(sprint) : json_null())))
        return false;
    if (ch.problems.count)
        return refuse_problems(c, 400, &ch.problems);
    return issue_change_save(c, &ch, &changed);
}

static bool sprint_issues_get(struct ctx *c)
{
    struct sprint s;
    int64_t field = 0;
    return sprint_need(c, c->args[0], &s) && field_of_kind(c, "sprint", &field) &&
           agile_issues(c, arena_printf(c->a, "cf[%lld] = %lld", (long long)field, (long long)s.id));
}

static bool sprint_issues_post(struct ctx *c)
{
    struct sprint s;
    int64_t *issues;
    size_t count;
    if (!sprint_need(c, c->args[0], &s))
        return false;
    if (str_eq(s.state, "closed"))
        return refuse(c, 400, "Issues can only be moved to open or active sprints.");
    if (!agile_issue_list(c, &issues, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!sprint_assign(c, issues[i], s.id))
            return false;
    return reply_empty(c, 204);
}

static bool backlog_post(struct ctx *c)
{
    int64_t *issues;
    size_t count;
    if (!agile_issue_list(c, &issues, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!sprint_assign(c, issues[i], 0))
            return false;
    return reply_empty(c, 204);
}

/* ---- epics ---- */

json_t *epic_json(struct ctx *c, int64_t issue)
{
    struct issue_row row;
    char *name = NULL;
    int64_t field = 0, done = 0;
    json_t *o = new_object(c), *color = new_object(c);
    if (!issue_row_read(c, issue, &row) || !field_of_kind(c, "epic-name", &field) ||
        !db_str(c, &name, "SELECT text FROM custom_value WHERE issue = ?1 AND field = ?2", "ii", issue, field) ||
        !db_int(c, &done, "SELECT category = 3 FROM status WHERE id = ?1", "i", row.status))
        return NULL;
    put_int(o, "id", issue);
    put_str(o, "key", issue_key(c, issue));
    put_agile_self(c, o, "epic", issue);
    put_str(o, "name", name ? name : c->d->is_cloud ? "" : row.summary);
    put_str(o, "summary", row.summary);
    put_str(color, "key", "color_1");
    put(o, "color", color);
    put_bool(o, "done", done);
    return o;
}

static bool epic_need(struct ctx *c, int64_t *r)
{
    int64_t level = 0;
    if (!issue_need(c, c->args[0], r) ||
        !db_int(c, &level, "SELECT t.level FROM issue i JOIN issue_type t ON t.id = i.issue_type WHERE i.id = ?1", "i",
                *r))
        return false;
    return level == 1 || refuse(c, 404, "The requested issue is not an epic.");
}

static bool epic_get(struct ctx *c)
{
    int64_t epic = 0;
    if (!epic_need(c, &epic))
        return false;
    json_t *o = epic_json(c, epic);
    return o && reply_json(c, 200, o);
}

static bool epic_issues_get(struct ctx *c)
{
    int64_t epic = 0, field = 0;
    if (!field_of_kind(c, "epic-link", &field))
        return false;
    if (str_eq(c->args[0], "none"))
        return agile_issues(c, arena_printf(c->a, "cf[%lld] is EMPTY", (long long)field));
    return epic_need(c, &epic) &&
           agile_issues(c, arena_printf(c->a, "cf[%lld] = %lld", (long long)field, (long long)epic));
}

/* epic/{key}/issue, epic/none/issue {issues} */
static bool epic_issues_post(struct ctx *c)
{
    int64_t epic = 0, field = 0, *issues;
    size_t count;
    bool changed;
    if ((!str_eq(c->args[0], "none") && !epic_need(c, &epic)) || !field_of_kind(c, "epic-link", &field) ||
        !agile_issue_list(c, &issues, &count))
        return false;
    json_t *value = json_keep(c->a, epic ? json_string(issue_key(c, epic)) : json_null());
    for (size_t i = 0; i < count; i++) {
        struct issue_change ch;
        if (!issue_change_open(c, issues[i], "", &ch) ||
            !issue_change_apply(c, &ch, arena_printf(c->a, "customfield_%lld", (long long)field), "set", value))
            return false;
        if (ch.problems.count)
            return refuse_problems(c, 400, &ch.problems);
        if (!issue_change_save(c, &ch, &changed))
            return false;
    }
    return reply_empty(c, 204);
}

/* ---- ranks: texts of one length, with letters behind where something was put between ---- */

/* A text of the letters a to z between two others; "" is the lowest, NULL stands for no upper one. It never ends with
 * an a, so that there is always room below it. */
static char *between(struct arena *a, const char *low, const char *high)
{
    char *text = arena_strdup(a, "");
    for (size_t i = 0;; i++) {
        int l = *low ? *low++ : 'a', h = high && high[i] ? high[i] : 'z' + 1;
        if (h - l > 1)
            return arena_printf(a, "%s%c", text, (l + h) / 2);
        text = arena_printf(a, "%s%c", text, l);
        if (h != l)
            high = NULL; /* what begins with this is below it already */
    }
}

enum { HEAD = 11 }; /* "0|i0000000a" */

/* The rank behind `low` and before `high`; either may be missing. */
static char *rank_between(struct ctx *c, const char *low, const char *high)
{
    if (!low) { /* the first of all: the head before */
        char *head = arena_strndup(c->a, high, HEAD);
        for (int i = HEAD - 1; i > 2; i--) {
            if (head[i] != '0') {
                head[i] = head[i] == 'a' ? '9' : (char)(head[i] - 1);
                break;
            }
            head[i] = 'f';
        }
        return arena_printf(c->a, "%s:", head);
    }
    char *low_tail = arena_strndup(c->a, low + HEAD, strlen(low) - HEAD - 1);
    bool same_head = high && strncmp(low, high, HEAD) == 0;
    char *high_tail = same_head ? arena_strndup(c->a, high + HEAD, strlen(high) - HEAD - 1) : NULL;
    return arena_printf(c->a, "%.*s%s:", (int)HEAD, low, between(c->a, low_tail, high_tail));
}

static bool rank_of(struct ctx *c, int64_t field, int64_t issue, char **r)
{
    if (!db_str(c, r, "SELECT text FROM custom_value WHERE issue = ?1 AND field = ?2", "ii", issue, field))
        return false;
    bool is_ours = *r && strlen(*r) > HEAD;
    return is_ours ||
           (rank_last(c, issue) &&
            db_str(c, r, "SELECT text FROM custom_value WHERE issue = ?1 AND field = ?2", "ii", issue, field));
}

/* Puts the issue before or behind another; the changelog says "Ranked higher" or "Ranked lower". */
static bool rank_issue(struct ctx *c, int64_t field, int64_t issue, int64_t other, bool is_before)
{
    char *own, *its, *neighbour = NULL;
    if (issue == other)
        return true;
    if (!rank_of(c, field, issue, &own) || !rank_of(c, field, other, &its) ||
        !db_str(c, &neighbour,
                is_before ? "SELECT max(text) FROM custom_value WHERE field = ?1 AND text < ?2 AND issue <> ?3"
                          : "SELECT min(text) FROM custom_value WHERE field = ?1 AND text > ?2 AND issue <> ?3",
                "isi", field, its, issue))
        return false;
    char *rank = is_before ? rank_between(c, neighbour, its) : rank_between(c, its, neighbour);
    struct history_item item = {.field = "Rank",
                                .type = "custom",
                                .field_id = arena_printf(c->a, "customfield_%lld", (long long)field),
                                .from = "",
                                .from_string = "",
                                .to = "",
                                .to_string = strcmp(rank, own) < 0 ? "Ranked higher" : "Ranked lower"};
    return db_run(c, "UPDATE custom_value SET text = ?3 WHERE issue = ?1 AND field = ?2", "iis", issue, field, rank) &&
           db_run(c, "UPDATE issue SET updated = ?2 WHERE id = ?1", "ii", issue, c->now) &&
           history_add(c, issue, &item, 1);
}

/* PUT issue/rank {issues, rankBeforeIssue | rankAfterIssue} */
static bool rank_put(struct ctx *c)
{
    const char *before = json_at_id(c->a, c->body, "rankBeforeIssue"),
               *after = json_at_id(c->a, c->body, "rankAfterIssue");
    int64_t *issues, other = 0, field = 0;
    size_t count;
    if (!before == !after)
        return refuse(c, 400, "Either rankBeforeIssue or rankAfterIssue is required, and not both.");
    if (!agile_issue_list(c, &issues, &count) || !issue_need(c, before ? before : after, &other) ||
        !field_of_kind(c, "rank", &field))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!rank_issue(c, field, issues[i], other, before && !i))
            return false;
        other = issues[i]; /* the rest stand behind each other */
    }
    return reply_empty(c, 204);
}

static bool issue_get(struct ctx *c)
{
    int64_t id = 0;
    struct issue_view view;
    if (!issue_need(c, c->args[0], &id) || !issue_view_from_query(c, "*all", &view))
        return false;
    json_t *o = issue_json(c, id, &view);
    if (!o)
        return false;
    put_agile_self(c, o, "issue", id);
    return reply_json(c, 200, o);
}

#define AGILE "/rest/agile/1.0/"
const struct route sprint_api_routes[] = {
    {HTTP_POST, AGILE "sprint", sprint_post, ON_ALL, 0},
    {HTTP_GET, AGILE "sprint/{}", sprint_get, ON_ALL, 0},
    {HTTP_PUT, AGILE "sprint/{}", sprint_put, ON_ALL, 0},
    {HTTP_POST, AGILE "sprint/{}", sprint_patch, ON_ALL, 0},
    {HTTP_DELETE, AGILE "sprint/{}", sprint_delete, ON_ALL, 0},
    {HTTP_GET, AGILE "sprint/{}/issue", sprint_issues_get, ON_ALL, 0},
    {HTTP_POST, AGILE "sprint/{}/issue", sprint_issues_post, ON_ALL, 0},
    {HTTP_POST, AGILE "backlog/issue", backlog_post, ON_ALL, 0},
    {HTTP_GET, AGILE "epic/{}", epic_get, ON_ALL, 0},
    {HTTP_GET, AGILE "epic/{}/issue", epic_issues_get, ON_ALL, 0},
    {HTTP_POST, AGILE "epic/{}/issue", epic_issues_post, ON_ALL, 0},
    {HTTP_PUT, AGILE "issue/rank", rank_put, ON_ALL, 0},
    {HTTP_GET, AGILE "issue/{}", issue_get, ON_ALL, 0},
    {0},
};
