/* project.h - what the files of the project resource share.
 *
 * project.c reads one and all · project_search.c Cloud's search · project_write.c creation, changes, validation ·
 * project_end.c archive, trash and deletion · project_category.c. */
#pragma once

#include "sandbox/planning/planning.h"
#include "sandbox/rights/access.h"

struct project {
    int64_t id, lead, archived, archived_at, archived_by, deleted, deleted_by, category, avatar;
    bool is_simplified; /* team-managed, "next-gen" (Cloud) */
    char *key, *name, *description, *type_key, *assignee_type, *uuid, *url;
};

/* False when the database failed; id 0 when there is none. */
bool project_read(struct ctx *, int64_t id, struct project *) MUST_CHECK;

/* What `expand` asks for. */
struct project_shown {
    bool description, lead, url, keys, issue_types, insight;
};
struct project_shown project_shown_of(struct ctx *);
/* As lists show it; NULL when the database failed. */
json_t *project_full_json(struct ctx *, int64_t id, const struct project_shown *);
/* As its own resource shows it. */
json_t *project_whole_json(struct ctx *, int64_t id);
/* {self,id,name,description}; JSON null for 0. */
json_t *project_category_json(struct ctx *, int64_t category);
/* {"48x48": …} of a project's or a person's picture (avatar.c). */
json_t *avatar_urls_json(struct ctx *, const char *owner, int64_t avatar);
/* By key, by former key, or by id, not asking who calls (permission.c). 0: none. */
bool project_lookup(struct ctx *, const char *id_or_key, int64_t *id_r) MUST_CHECK;
/* Refuses (403) those who do not administer the project. */
bool project_administer(struct ctx *, int64_t project) MUST_CHECK;
/* The end of an issue and of all that hangs on it (issue_delete.c). */
bool issue_remove(struct ctx *, int64_t issue) MUST_CHECK;
