/* agile.h - boards, sprints, epics and ranks, shared by the files that serve /rest/agile/1.0. */
#pragma once

#include "sandbox/field/custom.h"

/* "…/rest/agile/1.0/board/1" into `self` */
void put_agile_self(struct ctx *, json_t *, const char *noun, int64_t id);
/* Dates of planning: UTC on Cloud, the server's zone with a colon in its offset on Data Center; nothing for 0. */
void put_agile_time(struct ctx *, json_t *, const char *member, int64_t ms);

struct board {
    int64_t id, project, filter; /* project 0: none */
    char *name, *type, *jql;     /* what it shows */
};
bool board_need(struct ctx *, const char *asked, struct board *) MUST_CHECK;
/* Answers with the issues that a query finds, with `jql`, fields and paging out of the parameters. */
bool agile_issues(struct ctx *, const char *query) MUST_CHECK;
/* {issues: [key or id…]}, at most fifty, each visible. */
bool agile_issue_list(struct ctx *, int64_t **r, size_t *count_r) MUST_CHECK;

json_t *sprint_json(struct ctx *, int64_t sprint);
/* Puts the issue into the sprint; 0: into none that is open. */
bool sprint_assign(struct ctx *, int64_t issue, int64_t sprint) MUST_CHECK;
/* {id,key,self,name,summary,color,done} */
json_t *epic_json(struct ctx *, int64_t issue);
