/* version.c - a project's versions: made, dated, released, archived, put in order. */
#include "sandbox/planning/version.h"
#include "sandbox/webhook/webhook.h"

#include "base/time_iso.h"

#include <stdio.h>
#include <string.h>

enum { NAME_LIMIT = 255, DESCRIPTION_LIMIT = 16384 };

#define COLUMNS "id, project, archived, released, position, name, description, start_date, release_date"

static void from_row(struct ctx *c, struct sql_rows *rows, struct version *v)
{
    *v = (struct version){.id = sql_int(rows, 0),
                          .project = sql_int(rows, 1),
                          .archived = sql_int(rows, 2),
                          .released = sql_int(rows, 3),
                          .position = sql_int(rows, 4),
                          .name = sql_str(rows, 5, c->a),
                          .description = sql_str(rows, 6, c->a),
                          .start = sql_str(rows, 7, c->a),
                          .release = sql_str(rows, 8, c->a)};
}

static bool version_read(struct ctx *c, int64_t id, struct version *v)
{
    struct sql_rows rows;
    *v = (struct version){0};
    if (!db_query(c, &rows, "SELECT " COLUMNS " FROM version WHERE id = ?1", "i", id))
        return false;
    if (sql_next(&rows))
        from_row(c, &rows, v);
    return db_done(c, &rows);
}

/* ---- shown ---- */

static json_t *brief_json(struct ctx *c, const struct version *v)
{
    json_t *o = new_object(c);
    put_self(c, o, "version/%lld", (long long)v->id);
    put_id(o, "id", v->id);
    if (v->description)
        put_str(o, "description", v->description);
    put_str(o, "name", v->name);
    put_bool(o, "archived", v->archived);
    put_bool(o, "released", v->released);
    if (v->release)
        put_str(o, "releaseDate", v->release);
    return o;
}

/* "19/Feb/07", as the site writes days for people. */
static void put_user_date(struct ctx *c, json_t *o, const char *member, const char *day)
{
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t month = 0;
    if (!day || !str_to_int(arena_strndup(c->a, day + 5, 2), &month) || month < 1 || month > 12)
        return;
    put_str(o, member, arena_printf(c->a, "%.2s/%s/%.2s", day + 8, MONTHS[month - 1], day + 2));
}

static json_t *full_json(struct ctx *c, const struct version *v)
{
    json_t *o = brief_json(c, v);
    char today[TIME_ISO_BYTES];
    time_iso_jql(c->now, zone_minutes(c->sb, c->now), today);
    if (v->start)
        put_str(o, "startDate", v->start);
    if (v->release && !v->released && !v->archived)
        put_bool(o, "overdue", strncmp(v->release, today, 10) < 0);
    put_user_date(c, o, "userStartDate", v->start);
    put_user_date(c, o, "userReleaseDate", v->release);
    put_int(o, "projectId", v->project);
    return o;
}

json_t *version_json(struct ctx *c, int64_t id)
{
    struct version v;
    json_t *known = memo_get(c, MEMO_VERSION, id);
    if (known)
        return known;
    if (!version_read(c, id, &v))
        return NULL;
    return memo_put(c, MEMO_VERSION, id, v.id ? brief_json(c, &v) : json_keep(c->a, json_null()));
}

json_t *version_full_json(struct ctx *c, int64_t id)
{
    struct version v;
    if (!version_read(c, id, &v))
        return NULL;
    return v.id ? full_json(c, &v) : json_keep(c->a, json_null());
}

json_t *project_versions_json(struct ctx *c, int64_t project, bool with_archived)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT " COLUMNS " FROM version WHERE project = ?1 AND (archived = 0 OR ?2) ORDER BY position, id",
                  "ii", project, (int64_t)with_archived))
        return NULL;
    while (sql_next(&rows)) {
        struct version v;
        from_row(c, &rows, &v);
        add(list, full_json(c, &v));
    }
    return db_done(c, &rows) ? list : NULL;
}

/* How far the issues of a fix version are: expand=issuesstatus. */
static bool put_issues_status(struct ctx *c, json_t *o, int64_t version)
{
    static const struct {
        const char *name;
        const char *condition;
    } COUNTS[] = {{"unmapped", "s.category = 1"},
                  {"toDo", "s.category = 2"},
                  {"inProgress", "s.category = 4"},
                  {"done", "s.category = 3"}};
    json_t *counts = new_object(c);
    for (size_t i = 0; i < ARRAY_LEN(COUNTS); i++) {
        int64_t n = 0;
        if (!db_int(c, &n,
                    arena_printf(c->a,
                                 "SELECT count(*) FROM issue_version v JOIN issue i ON i.id = v.issue JOIN status s"
                                 " ON s.id = i.status WHERE v.version = ?1 AND v.kind = 'fix' AND %s",
                                 COUNTS[i].condition),
                    "i", version))
            return false;
        put_int(counts, COUNTS[i].name, n);
    }
    put(o, "issuesStatusForFixVersion", counts);
    return true;
}

static bool expand_json(struct ctx *c, json_t *o, int64_t version)
{
    char **expand;
    size_t count = param_list(c, "expand", &expand);
    for (size_t i = 0; i < count; i++) {
        if (str_eq(expand[i], "operations"))
            put(o, "operations", new_array(c));
        if (c->d->is_cloud && str_eq(expand[i], "issuesstatus") && !put_issues_status(c, o, version))
            return false;
    }
    return true;
}

/* ---- found ---- */

bool version_need(struct ctx *c, const char *asked, struct version *v)
{
    int64_t id = 0;
    bool seen = false;
    *v = (struct version){0};
    if ((str_to_int(asked, &id) && !version_read(c, id, v)) || (v->id && !project_is_visible(c, v->project, &seen)))
        return false;
    return seen || refuse(c, 404, "Could not find version for id '%s'", asked);
}

static bool version_get(struct ctx *c)
{
    struct version v;
    if (!version_need(c, c->args[0], &v))
        return false;
    json_t *o = full_json(c, &v);
    return expand_json(c, o, v.id) && reply_json(c, 200, o);
}

static bool versions_get(struct ctx *c)
{
    int64_t project = 0;
    if (!project_need(c, c->args[0], &project))
        return false;
    json_t *list = project_versions_json(c, project, true), *v;
    size_t i;
    json_array_foreach (list, i, v) {
        int64_t id = 0;
        if (!str_to_int(json_at_str(v, "id"), &id) || !expand_json(c, v, id))
            return false;
    }
    return list && reply_json(c, 200, list);
}

static const char *order_of(struct ctx *c)
{
    static const struct {
        const char *name, *sql;
    } ORDERS[] = {{"sequence", "position"},
                  {"name", "name"},
                  {"startDate", "start_date"},
                  {"releaseDate", "release_date"},
                  {"description", "description"}};
    const char *asked = param(c, "orderBy");
    bool is_down = asked && *asked == '-';
    asked = asked && (*asked == '-' || *asked == '+' || *asked == ' ') ? asked + 1 : asked;
    for (size_t i = 0; i < ARRAY_LEN(ORDERS); i++)
        if (str_eq(ORDERS[i].name, asked))
            return arena_printf(c->a, "%s %s", ORDERS[i].sql, is_down ? "DESC" : "ASC");
    return "position";
}

static bool status_wanted(struct ctx *c, const struct version *v)
{
    char **wanted;
    size_t count = param_list(c, "status", &wanted);
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(wanted[i], v->archived ? "archived" : v->released ? "released" : "unreleased"))
            return true;
    return !count;
}

/* A page of the versions that `where` leaves. */
static bool reply_page(struct ctx *c, const char *where, int64_t project)
{
    struct page page;
    struct sql_rows rows;
    int64_t total = 0;
    json_t *values = new_array(c);
    char *sql = arena_printf(c->a,
                             "SELECT " COLUMNS " FROM version WHERE %s AND (?2 IS NULL OR name LIKE '%%' || ?2 || '%%'"
                             " OR description LIKE '%%' || ?2 || '%%') ORDER BY %s, id",
                             where, order_of(c));
    if (!page_read(c, 50, 1000, &page) || !db_query(c, &rows, sql, "is", project, param(c, "query")))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        struct version v;
        from_row(c, &rows, &v);
        if (!status_wanted(c, &v))
            continue;
        int64_t at = total++;
        if (at < page.start || at >= page.start + page.max)
            continue;
        json_t *o = full_json(c, &v);
        ok = expand_json(c, o, v.id);
        add(values, o);
    }
    return db_done(c, &rows) && ok && reply_json(c, 200, page_json(c, &page, total, values));
}

static bool version_page(struct ctx *c)
{
    int64_t project = 0;
    return project_need(c, c->args[0], &project) && reply_page(c, "project = ?1", project);
}

static bool version_page_all(struct ctx *c)
{
    return reply_page(c, arena_printf(c->a, "?1 = 0 AND %s", visible_projects(c, "project")), 0);
}

/* ---- written ---- */

/* What a body says of a version, onto it. */
static bool fill(struct ctx *c, struct version *v, struct problems *p)
{
    const json_t *name = json_object_get(c->body, "name"), *text = json_object_get(c->body, "description");
    const struct {
        const char *member;
        char **value;
    } dates[] = {{"startDate", &v->start}, {"releaseDate", &v->release}};
    int64_t taken = 0;
    if (name || !v->id) {
        v->name = json_is_string(name) ? str_trim(c->a, json_string_value(name)) : NULL;
        if (str_is_empty(v->name))
            problem(c, p, "name", "You must specify a valid version name");
        else if (str_utf8_length(v->name) > NAME_LIMIT)
            problem(c, p, "name", "Version name must be 255 characters or less");
        else if (!db_int(c, &taken, "SELECT id FROM version WHERE project = ?1 AND name = ?2", "is", v->project,
                         v->name))
            return false;
        if (taken && taken != v->id)
            problem(c, p, "name", "A version with this name already exists in this project.");
    }
    if (text)
        v->description = json_is_string(text) ? arena_strdup(c->a, json_string_value(text)) : NULL;
    if (v->description && strlen(v->description) > DESCRIPTION_LIMIT)
        problem(c, p, "description", "The description is too long. It exceeds the allowed limit of 16,384 bytes.");
    for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
        const json_t *day = json_object_get(c->body, dates[i].member);
        if (!day)
            continue;
        const char *given = json_string_value(day);
        if (given && *given && !is_date(given))
            problem(c, p, dates[i].member, "Please enter the date in the following format: yyyy-MM-dd");
        *dates[i].value = str_is_empty(given) ? NULL : arena_strdup(c->a, given);
    }
    if (v->start && v->release && strcmp(v->start, v->release) > 0)
        problem(c, p, "releaseDate", "The start date must be before the release date.");
    v->archived = json_at_bool(c->body, "archived", v->archived);
    v->released = json_at_bool(c->body, "released", v->released);
    return true;
}

static bool project_of_body(struct ctx *c, int64_t *project_r)
{
    const char *id = json_at_id(c->a, c->body, "projectId"), *key = json_at_str(c->body, "project");
    if (!id && !key)
        return refuse(c, 400, "Project must be specified to create a version.");
    if (!project_find(c, id ? id : key, project_r))
        return false;
    if (!*project_r)
        return refuse(c, 404,
                      "Project with key '%s' either does not exist or you do not have permission to create versions "
                      "in it.",
                      id ? id : key);
    return true;
}

static bool version_post(struct ctx *c)
{
    struct version v = {0};
    struct problems p = {0};
    if (!project_of_body(c, &v.project) || !project_admin_need(c, v.project, c->d->version_forbidden_status) ||
        !fill(c, &v, &p))
        return false;
    if (p.count)
        return refuse_problems(c, 400, &p);
    if (!db_run(c,
                "INSERT INTO version (project, name, description, archived, released, start_date, release_date,"
                " position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT count(*) + 1 FROM version WHERE project = ?1))",
                "issiiss", v.project, v.name, v.description, v.archived, v.released, v.start, v.release))
        return false;
    int64_t id = sql_last_id(c->db);
    json_t *o = version_full_json(c, id);
    return o && webhook_noun(c, WEBHOOK_VERSION, "jira:version_created", id) && reply_json(c, 201, o);
}

/* The id at the end of a self link, or an id as it is. */
static bool version_of_link(struct ctx *c, const char *link, struct version *v)
{
    const char *slash = strrchr(link, '/');
    return version_need(c, slash ? slash + 1 : link, v);
}

/* Issues that are still open go on to another version when this one is released. */
static bool move_unfixed(struct ctx *c, const struct version *v)
{
    const char *link = json_at_str(c->body, "moveUnfixedIssuesTo");
    struct version to;
    struct sql_rows rows;
    int64_t *issues = NULL;
    size_t count = 0;
    bool changed;
    if (!link || !v->released)
        return true;
    if (!version_of_link(c, link, &to) ||
        !db_query(c, &rows,
                  "SELECT i.id FROM issue_version v JOIN issue i ON i.id = v.issue WHERE v.version = ?1 AND v.kind ="
                  " 'fix' AND i.resolution IS NULL ORDER BY i.id",
                  "i", v->id))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, issues, count) = sql_int(&rows, 0);
    if (!db_done(c, &rows))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct issue_change ch;
        json_t *old = new_object(c), *new = new_object(c);
        put_id(old, "id", v->id);
        put_id(new, "id", to.id);
        if (!issue_change_open(c, issues[i], "", &ch) || !issue_set_change(c, &ch, SET_FIX_VERSIONS, "remove", old) ||
            !issue_set_change(c, &ch, SET_FIX_VERSIONS, "add", new) || !issue_change_save(c, &ch, &changed))
            return false;
    }
    return true;
}

static bool version_put(struct ctx *c)
{
    struct version v;
    struct problems p = {0};
    if (!version_need(c, c->args[0], &v) || !project_admin_need(c, v.project, c->d->version_forbidden_status))
        return false;
    const struct version was = v;
    if (!fill(c, &v, &p))
        return false;
    if (p.count)
        return refuse_problems(c, 400, &p);
    if (!db_run(c,
                "UPDATE version SET name = ?2, description = ?3, archived = ?4, released = ?5, start_date = ?6,"
                " release_date = ?7 WHERE id = ?1",
                "issiiss", v.id, v.name, v.description, v.archived, v.released, v.start, v.release) ||
        !move_unfixed(c, &v))
        return false;
    json_t *o = version_full_json(c, v.id);
    const char *event = v.released == was.released ? "jira:version_updated"
                        : v.released               ? "jira:version_released"
                                                   : "jira:version_unreleased";
    return o && webhook_noun(c, WEBHOOK_VERSION, event, v.id) && reply_json(c, 200, o);
}

/* ---- order ---- */

static bool versions_ids(struct ctx *c, int64_t project, int64_t **list_r, size_t *count_r)
{
    struct sql_rows rows;
    *list_r = NULL;
    *count_r = 0;
    if (!db_query(c, &rows, "SELECT id FROM version WHERE project = ?1 ORDER BY position, id", "i", project))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, *list_r, *count_r) = sql_int(&rows, 0);
    return db_done(c, &rows);
}

/* Where in the list without it the version goes; the list is in ascending order, the last one is the highest. */
static bool place_of(struct ctx *c, const struct version *v, const int64_t *rest, size_t count, size_t now, size_t *r)
{
    const char *position = json_at_str(c->body, "position"), *after = json_at_str(c->body, "after");
    struct version other;
    if (!position == !after)
        return refuse(c, 400, "You must specify either 'position' or 'after', and not both.");
    if (after) {
        if (!version_of_link(c, after, &other))
            return false;
        for (*r = 0; *r < count; (*r)++)
            if (rest[*r] == other.id) {
                (*r)++;
                return true;
            }
        return refuse(c, 400, "The version '%s' is not in the same project as '%s'.", other.name, v->name);
    }
    if (str_eq_nocase(position, "First"))
        *r = 0;
    else if (str_eq_nocase(position, "Last"))
        *r = count;
    else if (str_eq_nocase(position, "Earlier"))
        *r = now ? now - 1 : 0;
    else if (str_eq_nocase(position, "Later"))
        *r = now < count ? now + 1 : count;
    else
        return refuse(c, 400, "'%s' is not a position: it must be Earlier, Later, First or Last.", position);
    return true;
}

static bool version_move(struct ctx *c)
{
    struct version v;
    int64_t *list;
    size_t count, now = 0, place;
    if (!version_need(c, c->args[0], &v) || !project_admin_need(c, v.project, c->d->version_forbidden_status) ||
        !versions_ids(c, v.project, &list, &count))
        return false;
    while (list[now] != v.id)
        now++;
    memmove(list + now, list + now + 1, (count - now - 1) * sizeof *list);
    if (!place_of(c, &v, list, count - 1, now, &place))
        return false;
    memmove(list + place + 1, list + place, (count - 1 - place) * sizeof *list);
    list[place] = v.id;
    for (size_t i = 0; i < count; i++)
        if (!db_run(c, "UPDATE version SET position = ?2 WHERE id = ?1", "ii", list[i], (int64_t)i + 1))
            return false;
    json_t *o = version_full_json(c, v.id);
    return o && webhook_noun(c, WEBHOOK_VERSION, "jira:version_moved", v.id) && reply_json(c, 200, o);
}

bool version_ensure(struct sandbox *sb, int64_t project, const char *name, int64_t *id_r, struct err *e)
{
    if (!sql_get_int(sb->db, id_r, 0, e, "SELECT id FROM version WHERE project = ?1 AND name = ?2", "is", project,
                     name))
        return false;
    if (*id_r)
        return true;
    if (!sql_run(sb->db, e,
                 "INSERT INTO version (project, name, position) VALUES (?1, ?2, (SELECT count(*) + 1 FROM version WHERE"
                 " project = ?1))",
                 "is", project, name))
        return false;
    *id_r = sql_last_id(sb->db);
    return true;
}

const struct route version_routes[] = {
    {HTTP_GET, "project/{}/versions", versions_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/{}/version", version_page, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "version", version_page_all, ON_DC10, 0},
    {HTTP_POST, "version", version_post, ON_ALL, 0},
    {HTTP_GET, "version/{}", version_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_PUT, "version/{}", version_put, ON_ALL, 0},
    {HTTP_POST, "version/{}/move", version_move, ON_ALL, 0},
    {0},
};
