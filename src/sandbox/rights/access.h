/* access.h - who may do what, by permission schemes, project roles, groups and issue security.
 *
 * One sentence decides everything: a permission is granted to holders (anyone, a group, a role, the reporter …), and
 * a caller either is one of them or is not. The sentence is one SQL condition (access_holds), used for one question
 * (permission_has), for a whole search (visible_issues) and for lists of people (access_holders).
 *
 * What is not seen does not exist: 404, and absent from every list, link and total. What is seen but not allowed is
 * refused by the resource in its own words.
 *
 * Invariant: nothing here writes outside of a handler's transaction; what a request has found out about its caller
 * (struct access) lives as long as the request. A handler that changes schemes, roles or groups answers from the
 * tables, not from it. */
#pragma once

#include "sandbox/internal.h"

/* Whether the caller has a project permission ("EDIT_ISSUES"). `issue` 0: for the project as such, where what depends
 * on the issue (reporter, assignee) counts for everybody who is logged in; `project` 0: that of the issue. In archived
 * projects and issues nothing is written: only what reads is allowed there. */
bool permission_has(struct ctx *, const char *key, int64_t project, int64_t issue, bool *r) MUST_CHECK;
/* Whether the caller has a global permission ("ADMINISTER", "USER_PICKER", "BULK_CHANGE"). */
bool permission_global(struct ctx *, const char *key, bool *r) MUST_CHECK;
/* The same for somebody else, by account.id. */
bool permission_has_for(struct ctx *, int64_t account, const char *key, int64_t project, int64_t issue,
                        bool *r) MUST_CHECK;

/* An SQL condition over a row of `issue` named `alias`: the issues that the caller may see. "1" when that is all of
 * them; the text is the same for every request of one caller as long as nobody's rights change. On a database error
 * "0" with c->err set. */
const char *visible_issues(struct ctx *, const char *alias);
/* The same without what is archived: for searches. */
const char *searchable_issues(struct ctx *, const char *alias);

/* One issue, by id: browse, its level, the archive. */
bool issue_is_visible(struct ctx *, int64_t issue, bool *r) MUST_CHECK;

/* An SQL condition over `comment` or `worklog` named `alias` (visibility_type, visibility_value) of an issue whose
 * project is `project` (an SQL expression): no restriction, or a role or group the caller is in. */
const char *visible_restrictions(struct ctx *, const char *alias, const char *project);
/* Whether the caller is in that role (by name) of the project; in that group. */
bool role_has(struct ctx *, int64_t project, const char *role, bool *r) MUST_CHECK;
bool group_has(struct ctx *, const char *group, bool *r) MUST_CHECK;

/* The condition under all of this: whether `who` (SQL of an account's id, 0 for nobody) is meant by the row `g`
 * (holder, ref, parameter) in the project row `p`. `issue` is the alias of an issue row, or NULL: then what depends on
 * the issue is held by whoever there is. */
char *access_holds(struct ctx *, const char *who, const char *issue);

/* An SQL condition over `account` (its name is "account"): those who have a project permission. Literals only. */
char *access_holders(struct ctx *, const char *key, int64_t project, int64_t issue);

/* Whether the caller may set a field there by that operation (create, edit, resolve, assign): Edit Issues, and what the
 * field asks for itself (Assign Issues, Modify Reporter …). What may not be set is on no screen. */
bool field_may_be_set(struct ctx *, const char *operation, int64_t project, int64_t issue, const char *field,
                      bool *r) MUST_CHECK;
/* Takes out of {"summary":{…},…} what may not be set. */
bool screen_trim(struct ctx *, const char *operation, int64_t project, int64_t issue, json_t *fields) MUST_CHECK;

/* {"Users": "https://…/project/10000/role/10000"}; NULL when the database failed (role.c). */
json_t *project_roles_json(struct ctx *, int64_t project);

/* Whether the project, or that of the issue, or the issue itself is archived. */
bool is_archived(struct ctx *, int64_t project, int64_t issue, bool *r) MUST_CHECK;

/* ---- for the resources of schemes and for mypermissions (permission_key.c) ---- */

struct permission_key {
    int id;
    const char *key, *name, *description;
    bool is_global;
    unsigned dialects;
    enum { BY_EVERYBODY, BY_ADMINS } by; /* whom a new site gives it to */
    const char *former;                  /* its key before Jira 7; mypermissions of Data Center still shows it */
};
extern const struct permission_key permission_keys[];
extern const size_t permission_key_count;
const struct permission_key *permission_key_of(struct ctx *, const char *key); /* NULL: no such permission here */

/* Who is meant by {type, parameter, value}: "group" by its name or id, and so on. */
struct holder {
    const char *type;
    int64_t ref;           /* account.id, user_group.id, project_role.id or a custom field's number; 0: needs none */
    const char *parameter; /* applicationRole: its key, NULL for any */
};
/* A wrong holder is a refusal (400). */
bool holder_read(struct ctx *, const json_t *, struct holder *r) MUST_CHECK;
json_t *holder_json(struct ctx *, const struct holder *); /* NULL when the database failed */

/* ---- what a new site and a new project start with (access_new.c) ---- */

bool access_create(struct sandbox *, struct rng *, struct err *e) MUST_CHECK;
/* The default scheme, the default actors, and the lead among the project's administrators. */
bool access_project_new(struct sandbox *, int64_t project, int64_t lead, struct err *e) MUST_CHECK;
/* Only those who are given a role see the project; false: everybody again. */
bool access_restrict(struct sandbox *, int64_t project, bool members_only, struct err *e) MUST_CHECK;
bool access_member_add(struct sandbox *, int64_t project, int64_t account, struct err *e) MUST_CHECK;
/* account.is_admin follows the groups that hold ADMINISTER. */
bool access_admins_refresh(struct sandbox *, struct err *e) MUST_CHECK;

/* The scheme for restricted projects. */
#define ACCESS_MEMBERS_ONLY "Members Only Permission Scheme"
enum { ROLE_USERS = 10000, ROLE_DEVELOPERS = 10001, ROLE_ADMINISTRATORS = 10002 };
