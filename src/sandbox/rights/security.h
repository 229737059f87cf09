/* security.h - issue security: schemes of levels, who is in a level, and an issue's own.
 *
 * An issue with a level is seen by the level's members alone (access.h). A sub-task always has its parent's. */
#pragma once

#include "sandbox/issue/issue.h"

/* {self,id,name,description}; JSON null for 0. */
json_t *security_level_json(struct ctx *, int64_t level);
/* Levels of the project's scheme that the caller is in: what the field `security` may become. */
json_t *security_levels_json(struct ctx *, int64_t project);
/* {"id"} or {"name"} or null into ch->after; a wrong one is a problem. */
bool security_set(struct ctx *, struct issue_change *, const json_t *) MUST_CHECK;
/* What a new issue has when nobody says: its parent's level, else the scheme's default. */
bool security_default(struct ctx *, struct issue_row *) MUST_CHECK;
/* Sub-tasks follow. */
bool security_follow(struct ctx *, int64_t issue) MUST_CHECK;
/* The project's create and edit screens show the field when there is a scheme. `scheme` 0: none from now on. */
bool security_scheme_set(struct sandbox *, int64_t project, int64_t scheme, struct err *e) MUST_CHECK;
