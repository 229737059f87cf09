/* planning.h - versions and components of a project, and the fields of an issue that are sets of them.
 *
 * Fix versions, affected versions and components are one kind of thing here: a set of ids of a project's noun, with one
 * item in the changelog for each that came or went. */
#pragma once

#include "sandbox/issue/issue.h"

/* As inside an issue: {self,id,name,archived,released…}; JSON null for a row that is gone. NULL: the database failed.
 */
json_t *version_json(struct ctx *, int64_t version);
json_t *component_json(struct ctx *, int64_t component);
/* As the resource itself and a project show them. */
json_t *version_full_json(struct ctx *, int64_t version);
json_t *project_versions_json(struct ctx *, int64_t project, bool with_archived);
json_t *project_components_json(struct ctx *, int64_t project);

/* Found by name in the project, else made (load, demo data). */
bool version_ensure(struct sandbox *, int64_t project, const char *name, int64_t *id_r, struct err *e) MUST_CHECK;
bool component_ensure(struct sandbox *, int64_t project, const char *name, int64_t *id_r, struct err *e) MUST_CHECK;

/* Whom the component says a new issue goes to; 0: nobody. is_valid_r: the component's own choice could be followed;
 * type_r: what was followed. */
bool component_assignee(struct ctx *, int64_t component, int64_t *account_r, bool *is_valid_r,
                        const char **type_r) MUST_CHECK;
/* Whom a new issue of the project goes to when nobody says: the components' choice, else the project's. */
bool automatic_assignee(struct ctx *, int64_t project, const int64_t *components, size_t count,
                        int64_t *account_r) MUST_CHECK;

/* ---- the sets of an issue (issue_set.c) ---- */

/* By field id: fixVersions, versions, components. */
bool issue_set_named(const char *field, enum issue_set *r) MUST_CHECK;
/* set, add or remove; what is wrong becomes a problem. */
bool issue_set_change(struct ctx *, struct issue_change *, enum issue_set, const char *verb,
                      const json_t *value) MUST_CHECK;
/* Writes what differs, with an item for each. */
bool issue_set_save(struct ctx *, struct issue_change *, int64_t issue, struct history_items *) MUST_CHECK;
json_t *issue_set_json(struct ctx *, int64_t issue, enum issue_set);
/* In every issue that holds `from`: `to` in its place (0: nothing). Each becomes an edit of its own. */
bool issue_set_replace(struct ctx *, enum issue_set, int64_t from, int64_t to) MUST_CHECK;

/* The caller administers the project; otherwise refused with `status`. */
bool project_admin_need(struct ctx *, int64_t project, int status) MUST_CHECK;
