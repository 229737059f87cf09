/* worklog.h - work done on issues, and what is estimated and spent in all.
 *
 * The time of an issue is a row of its own (issue_time), which most issues do not have. Spent is the sum of the
 * worklogs and moves with them; the remaining estimate moves as the worklog's writer asks. */
#pragma once

#include "sandbox/issue/issue.h"

struct issue_time {
    int64_t original, remaining, spent; /* seconds; -1: never told */
};
#define ISSUE_TIME_NONE                                                                                                \
    {                                                                                                                  \
        -1, -1, -1                                                                                                     \
    }

/* ---- estimates (time_tracking.c) ---- */

bool issue_time_read(struct ctx *, int64_t issue, struct issue_time *) MUST_CHECK;
/* Writes what differs, and adds what a history says of it. */
bool issue_time_save(struct ctx *, int64_t issue, const struct issue_time *before, const struct issue_time *after,
                     struct history_items *) MUST_CHECK;
/* {originalEstimate, remainingEstimate} as fields.timetracking takes it; what is wrong becomes a problem. */
void issue_time_change(struct ctx *, struct issue_time *, const json_t *sent, bool is_new, struct problems *);
/* The fields timespent, aggregateprogress …; NULL for another name or when the database failed. */
json_t *issue_time_field(struct ctx *, int64_t issue, const char *field);
/* False with a refusal when the site does not track time. */
bool time_tracking_need(struct ctx *) MUST_CHECK;

/* ---- worklogs (worklog.c) ---- */

struct worklog {
    int64_t id, issue, author, update_author, created, updated, started, seconds;
    char *comment, *visibility_type, *visibility_value;
};

/* id 0: not there, or not for this caller. */
bool worklog_find(struct ctx *, int64_t id, struct worklog *) MUST_CHECK;
json_t *worklog_json(struct ctx *, const struct worklog *, bool properties);
/* {startAt,maxResults,total,worklogs}: the first of an issue; NULL when the database failed. */
json_t *worklog_page_json(struct ctx *, int64_t issue);
/* EDIT or DELETE, as one's own or anybody's; otherwise a refusal. */
bool worklog_may(struct ctx *, const struct worklog *, const char *verb) MUST_CHECK;
/* Deletes it; `how` is NULL (auto) or leave. */
bool worklog_remove(struct ctx *, const struct worklog *, const char *how, struct problems *) MUST_CHECK;
/* An issue is about to be deleted: its worklogs go with it, and that is remembered. */
bool worklogs_remove(struct ctx *, int64_t issue) MUST_CHECK;
/* {add: {…}} as an update of an issue asks. */
bool worklog_make(struct ctx *, int64_t issue, const json_t *sent, struct problems *, int64_t *id_r) MUST_CHECK;
