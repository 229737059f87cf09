/* project_write.c - projects made from a template, changed and renamed, and what Jira says of keys and names
 * beforehand.
 *
 * A project that gets a new key keeps the old ones: they resolve for it and for its issues, and nobody else gets them.
 */
#include "sandbox/project/project.h"
#include "sandbox/rights/security.h"

#include <ctype.h>
#include <string.h>

enum { KEY_LIMIT = 10, NAME_LIMIT = 80, NAME_LEAST = 2 };

/* ---- keys and names ---- */

static bool is_key(const char *key)
{
    if (!isupper((unsigned char)key[0]))
        return false;
    for (size_t i = 1; key[i]; i++)
        if (!isupper((unsigned char)key[i]) && !isdigit((unsigned char)key[i]) && key[i] != '_')
            return false;
    return true;
}

/* Former keys are taken too, but not by the project they belong to. */
static bool key_taken(struct ctx *c, const char *key, int64_t project, char **name_r)
{
    *name_r = NULL;
    return db_str(c, name_r,
                  "SELECT name FROM project WHERE id <> ?2 AND (key = ?1 OR id = (SELECT project FROM project_key WHERE"
                  " key = ?1))",
                  "si", key, project);
}

static bool check_key(struct ctx *c, struct problems *p, const char *key, int64_t project)
{
    char *owner;
    if (str_is_empty(key) || strlen(key) < 2)
        problem(
            c, p, "projectKey",
            "You must specify a unique project key, at least 2 characters long, containing only uppercase letters.");
    else if (strlen(key) > KEY_LIMIT)
        problem(c, p, "projectKey", "The project key must not exceed %d characters in length.", KEY_LIMIT);
    else if (!is_key(key))
        problem(c, p, "projectKey",
                "Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric "
                "characters.");
    else if (!key_taken(c, key, project, &owner))
        return false;
    else if (owner)
        problem(c, p, "projectKey", "Project '%s' uses this project key.", owner);
    return true;
}

static bool name_taken(struct ctx *c, const char *name, int64_t project, bool *r)
{
    int64_t id = 0;
    bool ok = db_int(c, &id, "SELECT id FROM project WHERE name = ?1 AND id <> ?2", "si", name, project);
    *r = id;
    return ok;
}

static bool check_name(struct ctx *c, struct problems *p, const char *name, int64_t project)
{
    bool taken = false;
    if (str_is_empty(name) || !*str_trim(c->a, name))
        problem(c, p, "projectName", "You must specify a valid project name.");
    else if (str_utf8_length(name) < NAME_LEAST)
        problem(c, p, "projectName", "The project name must be at least %d characters in length.", NAME_LEAST);
    else if (str_utf8_length(name) > NAME_LIMIT)
        problem(c, p, "projectName", "The project name must not exceed %d characters in length.", NAME_LIMIT);
    else if (!name_taken(c, name, project, &taken))
        return false;
    else if (taken)
        problem(c, p, "projectName", "A project with that name already exists.");
    return true;
}

/* ---- the rest of a body ---- */

/* What may be set on creation and later; 0 or NULL: not said. */
struct details {
    int64_t lead, category, permission_scheme, security_scheme;
    bool clears_category;
    const char *description, *url, *assignee_type;
};

/* `lead` is a name (an account id on Cloud, where leadAccountId says the same). */
static bool read_lead(struct ctx *c, struct problems *p, int64_t *r)
{
    const char *account = json_at_str(c->body, "leadAccountId"), *name = json_at_str(c->body, "lead");
    const char *sql = c->d->is_cloud ? "SELECT id FROM account WHERE account_id = ?1 AND active = 1"
                                     : "SELECT id FROM account WHERE (name = ?1 OR user_key = ?1) AND active = 1";
    *r = 0;
    if (!account && !name)
        return true;
    if (!db_int(c, r, sql, "s", c->d->is_cloud && account ? account : name))
        return false;
    if (!*r)
        problem(c, p, "projectLead", "You must specify a valid project lead.");
    return true;
}

static bool read_scheme(struct ctx *c, struct problems *p, const char *member, const char *sql, int64_t *r)
{
    int64_t id = json_at_int(c->body, member, 0);
    *r = 0;
    if (!id)
        return true;
    if (!db_int(c, r, sql, "i", id))
        return false;
    if (!*r)
        problem(c, p, member, "The %s with id %lld does not exist.", member, (long long)id);
    return true;
}

static bool read_details(struct ctx *c, struct problems *p, struct details *d)
{
    *d = (struct details){.description = json_at_str(c->body, "description"),
                          .url = json_at_str(c->body, "url"),
                          .assignee_type = json_at_str(c->body, "assigneeType"),
                          .clears_category = json_at_int(c->body, "categoryId", 0) == -1};
    if (d->assignee_type && !str_eq(d->assignee_type, "PROJECT_LEAD") && !str_eq(d->assignee_type, "UNASSIGNED"))
        problem(c, p, "assigneeType", "The assignee type '%s' is not valid.", d->assignee_type);
    if (!str_is_empty(d->url) && !str_starts(d->url, "http://") && !str_starts(d->url, "https://"))
        problem(c, p, "projectUrl", "The URL specified is not valid - it must start with http://");
    return read_lead(c, p, &d->lead) &&
           (d->clears_category ||
            read_scheme(c, p, "categoryId", "SELECT id FROM project_category WHERE id = ?1", &d->category)) &&
           read_scheme(c, p, "permissionScheme", "SELECT id FROM permission_scheme WHERE id = ?1",
                       &d->permission_scheme) &&
           read_scheme(c, p, "issueSecurityScheme", "SELECT id FROM security_scheme WHERE id = ?1",
                       &d->security_scheme);
}

static bool write_details(struct ctx *c, int64_t project, const struct details *d)
{
    return db_run(c,
                  "UPDATE project SET lead = coalesce(NULLIF(?2, 0), lead), description = coalesce(?3, description),"
                  " url = coalesce(?4, url), assignee_type = coalesce(?5, assignee_type),"
                  " category = CASE WHEN ?6 THEN NULL ELSE coalesce(NULLIF(?7, 0), category) END,"
                  " permission_scheme = coalesce(NULLIF(?8, 0), permission_scheme) WHERE id = ?1",
                  "iisssiii", project, d->lead, d->description, d->url, d->assignee_type, (int64_t)d->clears_category,
                  d->category, d->permission_scheme) &&
           (!d->security_scheme || security_scheme_set(c->sb, project, d->security_scheme, &c->err));
}

/* ---- creation ---- */

/* What a template makes: by the app that it comes with. */
struct template
{
    const char *prefix, *type;
};
static const struct template TEMPLATES[] = {
    {"com.pyxis.greenhopper.jira:", "software"},
    {"com.atlassian.servicedesk:", "service_desk"},
    {"com.atlassian.jira-core-project-templates:", "business"},
};

static bool is_type(const char *type)
{
    for (size_t i = 0; i < ARRAY_LEN(TEMPLATES); i++)
        if (str_eq(TEMPLATES[i].type, type))
            return true;
    return false;
}

/* The project's type: what the body says, else its template's, else software. */
static const char *read_type(struct ctx *c, struct problems *p)
{
    const char *type = json_at_str(c->body, "projectTypeKey"), *template = json_at_str(c->body, "projectTemplateKey");
    const char *made = NULL;
    for (size_t i = 0; i < ARRAY_LEN(TEMPLATES) && template; i++)
        if (str_starts(template, TEMPLATES[i].prefix))
            made = TEMPLATES[i].type;
    if (type && !is_type(type))
        problem(c, p, "projectTypeKey",
                "An invalid project type was specified. Make sure the project type you use matches one of the "
                "available project types.");
    else if (template && (!made || (type && !str_eq(made, type))))
        problem(c, p, "projectTemplateKey",
                "An invalid project template was specified. Make sure the project template matches the project type "
                "you specified.");
    return type ? type : made ? made : "software";
}

/* Business projects have tasks and sub-tasks alone. */
static bool fit_types(struct ctx *c, int64_t project, const char *type)
{
    const char *others = "(SELECT id FROM issue_type WHERE name NOT IN ('Task', 'Sub-task'))";
    if (!str_eq(type, "business"))
        return true;
    return db_run(c,
                  arena_printf(c->a, "DELETE FROM project_issue_type WHERE project = ?1 AND issue_type IN %s", others),
                  "i", project) &&
           db_run(c, arena_printf(c->a, "DELETE FROM screen WHERE project = ?1 AND issue_type IN %s", others), "i",
                  project);
}

static bool may_create(struct ctx *c)
{
    bool may = c->is_admin;
    if (!may && c->d->is_cloud && !permission_global(c, "CREATE_PROJECT", &may))
        return false;
    return may || refuse(c, 403, "You do not have permission to create projects.");
}

static bool project_post(struct ctx *c)
{
    const char *key = json_at_str(c->body, "key"), *name = json_at_str(c->body, "name");
    const char *template = json_at_str(c->body, "projectTemplateKey");
    struct problems p = {0};
    struct details d;
    int64_t id = 0;
    if (!may_create(c) || !check_name(c, &p, name, 0) || !check_key(c, &p, key, 0) || !read_details(c, &p, &d))
        return false;
    const char *type = read_type(c, &p);
    if (!d.lead && !json_object_get(c->body, "lead") && !json_object_get(c->body, "leadAccountId"))
        problem(c, &p, "projectLead", "You must specify a valid project lead.");
    if (p.count)
        return refuse_problems(c, 400, &p);
    bool simplified = c->d->is_cloud && template && (strstr(template, "agility") || strstr(template, "next-gen"));
    if (!project_create(c->sb, key, name, d.lead, &id, &c->err) || !write_details(c, id, &d) ||
        !db_run(c, "UPDATE project SET type_key = ?2, is_simplified = ?3 WHERE id = ?1", "isi", id, type,
                (int64_t)simplified) ||
        !fit_types(c, id, type))
        return false;
    json_t *o = new_object(c);
    put_self(c, o, "project/%lld", (long long)id);
    put_int(o, "id", id);
    put_str(o, "key", key);
    return reply_json(c, 201, o);
}

/* ---- changes ---- */

bool project_administer(struct ctx *c, int64_t project)
{
    bool may = c->is_admin;
    if (!may && !permission_has(c, "ADMINISTER_PROJECTS", project, 0, &may))
        return false;
    return may || refuse(c, 403, "You cannot edit the configuration of this project.");
}

/* The key and the schemes are the site's administrators' to change. */
static bool may_change(struct ctx *c, int64_t project)
{
    static const char *const SITE[] = {"key", "permissionScheme", "issueSecurityScheme", "notificationScheme"};
    bool archived = false;
    if (!project_administer(c, project) || !is_archived(c, project, 0, &archived))
        return false;
    if (archived)
        return refuse(c, 403, "The project is archived and cannot be changed.");
    for (size_t i = 0; i < ARRAY_LEN(SITE); i++)
        if (json_object_get(c->body, SITE[i]) && !c->is_admin)
            return refuse(c, 403, "You must have global administrator rights in order to modify projects.");
    return true;
}

/* The old key stays with the project. */
static bool rename_key(struct ctx *c, int64_t project, const char *key)
{
    return db_run(c, "INSERT OR REPLACE INTO project_key (key, project) SELECT key, id FROM project WHERE id = ?1", "i",
                  project) &&
           db_run(c, "DELETE FROM project_key WHERE key = ?1", "s", key) &&
           db_run(c, "UPDATE project SET key = ?2 WHERE id = ?1", "is", project, key);
}

static bool project_put(struct ctx *c)
{
    int64_t id = 0;
    struct problems p = {0};
    struct details d;
    struct project before;
    const char *key = json_at_str(c->body, "key"), *name = json_at_str(c->body, "name");
    if (!project_need(c, c->args[0], &id) || !may_change(c, id) || !project_read(c, id, &before) ||
        (name && !check_name(c, &p, name, id)) || (key && !str_eq(key, before.key) && !check_key(c, &p, key, id)) ||
        !read_details(c, &p, &d))
        return false;
    if (p.count)
        return refuse_problems(c, 400, &p);
    if ((key && !str_eq(key, before.key) && !rename_key(c, id, key)) || !write_details(c, id, &d) ||
        !db_run(c, "UPDATE project SET name = coalesce(?2, name) WHERE id = ?1", "is", id, name))
        return false;
    json_t *o = project_whole_json(c, id);
    return o && reply_json(c, 200, o);
}

static bool project_type_put(struct ctx *c)
{
    int64_t id = 0;
    if (!project_need(c, c->args[0], &id) || !project_administer(c, id))
        return false;
    if (!is_type(c->args[1]))
        return refuse(c, 400, "The project type '%s' does not exist.", c->args[1]);
    if (!db_run(c, "UPDATE project SET type_key = ?2 WHERE id = ?1", "is", id, c->args[1]))
        return false;
    json_t *o = project_whole_json(c, id);
    return o && reply_json(c, 200, o);
}

/* ---- beforehand ---- */

static bool validate_key(struct ctx *c)
{
    struct problems p = {0};
    return check_key(c, &p, param(c, "key"), 0) && reply_json(c, 200, problems_json(c, &p));
}

/* The key itself when it can be had, else one that begins with its letters. */
static bool valid_key(struct ctx *c)
{
    const char *asked = param(c, "key") ? param(c, "key") : "";
    char letters[KEY_LIMIT + 1] = "";
    size_t n = 0;
    for (size_t i = 0; asked[i] && n < KEY_LIMIT - 3; i++)
        if (isalpha((unsigned char)asked[i]))
            letters[n++] = (char)toupper((unsigned char)asked[i]);
    for (int number = 0; number < 1000; number++) {
        struct problems p = {0};
        char *key = !number ? arena_strdup(c->a, asked)
                    : n     ? arena_printf(c->a, "%s%d", letters, number)
                            : arena_printf(c->a, "KEY%d", number);
        if (!check_key(c, &p, key, 0))
            return false;
        if (!p.count)
            return reply_json(c, 200, json_keep(c->a, json_string(key)));
    }
    return refuse(c, 404, "No valid project key could be generated.");
}

static bool valid_name(struct ctx *c)
{
    const char *asked = param(c, "name");
    if (str_is_empty(asked))
        return refuse(c, 400, "The query parameter 'name' is required.");
    for (int number = 1; number < 1000; number++) {
        bool taken = false;
        char *name = number == 1 ? arena_strdup(c->a, asked) : arena_printf(c->a, "%s %d", asked, number);
        if (!name_taken(c, name, 0, &taken))
            return false;
        if (!taken && str_utf8_length(name) <= NAME_LIMIT)
            return reply_json(c, 200, json_keep(c->a, json_string(name)));
    }
    return refuse(c, 404, "No valid project name could be generated.");
}

const struct route project_write_routes[] = {
    {HTTP_POST, "project", project_post, ON_ALL, 0},
    {HTTP_PUT, "project/{}", project_put, ON_ALL, 0},
    {HTTP_PUT, "project/{}/type/{}", project_type_put, ON_DC, ROUTE_NO_BODY},
    {HTTP_GET, "projectvalidate/key", validate_key, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "projectvalidate/validProjectKey", valid_key, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_GET, "projectvalidate/validProjectName", valid_name, ON_CLOUD, ROUTE_ANONYMOUS},
    {0},
};
