/* user.h - what the files of the user resource share.
 *
 * user.c one person · user_search.c many · user_admin.c made, renamed, deactivated, deleted, anonymised ·
 * application_role.c, group.c. */
#pragma once

#include "sandbox/project/project.h"

#define USER_COLUMNS                                                                                                   \
    "id, account_id, name, user_key, email, display_name, email_visible, active, time_zone, account_type, locale"
json_t *user_row_json(struct ctx *, struct sql_rows *); /* of a row of USER_COLUMNS */
/* The account that accountId (Cloud), username or key (Data Center) name. 400 when they are not given; 0: none. */
bool user_asked(struct ctx *, int64_t *id_r) MUST_CHECK;
/* The same with a 404. */
bool user_need(struct ctx *, int64_t *id_r) MUST_CHECK;
/* By name on Data Center, by accountId on Cloud; 404. */
bool user_named(struct ctx *, const char *name, int64_t *id_r) MUST_CHECK;
bool user_reply(struct ctx *, int status, int64_t account) MUST_CHECK; /* in full */
json_t *user_groups_json(struct ctx *, int64_t account);
/* {"key","name","groups",…}: all, or those that the account has. */
json_t *application_roles_json(struct ctx *, int64_t account);
/* {name, self, groupId on Cloud} */
json_t *group_name_json(struct ctx *, const char *name, const char *uuid);
json_t *groups_found_json(struct ctx *, const char *query, int64_t max); /* {header,total,groups[{name,html,labels}]} */
char *marked(struct ctx *, const char *text, const char *query);         /* HTML with what matches in <strong> */
