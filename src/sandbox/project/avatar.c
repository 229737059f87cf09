/* avatar.c - pictures of projects and people: which there are, which one a project has, and a plain one to look at. */
#include "sandbox/project/project.h"

enum { FIRST_PROJECT_AVATAR = 10324, FIRST_USER_AVATAR = 10122, AVATARS = 4 };

json_t *avatar_urls_json(struct ctx *c, const char *owner, int64_t avatar)
{
    static const char *const SIZES[][2] = {
        {"48x48", ""}, {"24x24", "size=small&"}, {"16x16", "size=xsmall&"}, {"32x32", "size=medium&"}};
    json_t *urls = new_object(c);
    for (size_t i = 0; i < ARRAY_LEN(SIZES); i++)
        put_str(urls, SIZES[i][0],
                arena_printf(c->a, "%s/secure/%savatar?%savatarId=%lld", c->sb->base_url, owner, SIZES[i][1],
                             (long long)avatar));
    return urls;
}

static json_t *system_avatars(struct ctx *c, const char *owner, int64_t selected)
{
    json_t *list = new_array(c);
    int64_t first = str_eq(owner, "user") ? FIRST_USER_AVATAR : FIRST_PROJECT_AVATAR;
    for (int64_t id = first; id < first + AVATARS; id++) {
        json_t *o = new_object(c);
        put_id(o, "id", id);
        put_bool(o, "isSystemAvatar", true);
        put_bool(o, "isSelected", id == selected);
        put_bool(o, "isDeletable", false);
        put(o, "urls", avatar_urls_json(c, owner, id));
        add(list, o);
    }
    return list;
}

static bool project_avatars(struct ctx *c)
{
    int64_t id = 0;
    struct project p;
    if (!project_need(c, c->args[0], &id) || !project_read(c, id, &p))
        return false;
    json_t *o = new_object(c);
    put(o, "system", system_avatars(c, "project", p.avatar));
    put(o, "custom", new_array(c));
    return reply_json(c, 200, o);
}

static bool project_avatar_put(struct ctx *c)
{
    int64_t id = 0, avatar = 0;
    const char *asked = json_at_id(c->a, c->body, "id");
    if (!project_need(c, c->args[0], &id) || !project_administer(c, id))
        return false;
    if (!asked || !str_to_int(asked, &avatar) || avatar < FIRST_PROJECT_AVATAR ||
        avatar >= FIRST_PROJECT_AVATAR + AVATARS)
        return refuse(c, c->d->is_cloud ? 404 : 400, "The avatar '%s' does not exist.", asked ? asked : "");
    return db_run(c, "UPDATE project SET avatar = ?2 WHERE id = ?1", "ii", id, avatar) && reply_empty(c, 204);
}

static bool system_get(struct ctx *c)
{
    const char *owner = c->args[0];
    if (!str_eq(owner, "project") && !str_eq(owner, "user") && !str_eq(owner, "issuetype"))
        return refuse(c, 404, "There are no avatars of type '%s'.", owner);
    json_t *o = new_object(c);
    put(o, "system", system_avatars(c, owner, 0));
    return reply_json(c, 200, o);
}

static bool picture(struct ctx *c)
{
    reply_bytes(c, 200, "image/svg+xml;charset=UTF-8",
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"48\" height=\"48\"><circle cx=\"24\" cy=\"24\" "
                "r=\"24\" fill=\"#7a869a\"/></svg>");
    return true;
}

const struct route avatar_routes[] = {
    {HTTP_GET, "project/{}/avatars", project_avatars, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_PUT, "project/{}/avatar", project_avatar_put, ON_ALL, 0},
    {HTTP_GET, "avatar/{}/system", system_get, ON_ALL, 0},
    {HTTP_GET, "/secure/projectavatar", picture, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "/secure/useravatar", picture, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
