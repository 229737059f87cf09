/* test_people.h - people of a test site who are not administrators. */
#pragma once

#include "sandbox/test_client.h"

/* A person whose name (on Cloud: accountId) is also the password. */
static inline void test_person(struct test_site *s, const char *name)
{
    test_json(s, HTTP_POST, 201, "/sandbox/users",
              test_body(s, "{'%s':'%s','emailAddress':'%s@example.com','displayName':'%s','password':'%s'}",
                        s->is_cloud ? "accountId" : "name", name, name, name, name));
}

/* Who asks from now on; NULL: the administrator. */
static inline void test_as(struct test_site *s, const char *name)
{
    s->user = !name         ? s->is_cloud ? "admin@example.com" : "admin"
              : s->is_cloud ? arena_printf(&s->arena, "%s@example.com", name)
                            : name;
    s->password = name ? name : "admin";
}

/* The id of the scheme that a project has. */
static inline int64_t test_scheme(struct test_site *s, const char *project)
{
    return json_at_int(test_get(s, 200, "/rest/api/2/project/%s/permissionscheme", project), "id", 0);
}

/* Takes a permission from everybody but administrators, in all projects with SA's scheme. */
static inline void test_revoke(struct test_site *s, const char *permission)
{
    size_t i;
    json_t *grant;
    int64_t scheme = test_scheme(s, "SA");
    json_t *all = test_get(s, 200, "/rest/api/2/permissionscheme/%lld/permission", (long long)scheme);
    json_array_foreach (json_object_get(all, "permissions"), i, grant) {
        if (str_eq(json_at_str(grant, "permission"), permission) &&
            str_eq(json_at_str(grant, "holder.type"), "applicationRole"))
            test_json(s, HTTP_DELETE, 204,
                      arena_printf(&s->arena, "/rest/api/2/permissionscheme/%lld/permission/%lld", (long long)scheme,
                                   (long long)json_at_int(grant, "id", 0)),
                      NULL);
    }
}

/* Gives it: holder as JSON with ' for ". */
static inline void test_grant(struct test_site *s, const char *permission, const char *holder)
{
    test_json(s, HTTP_POST, 201,
              arena_printf(&s->arena, "/rest/api/2/permissionscheme/%lld/permission", (long long)test_scheme(s, "SA")),
              test_body(s, "{'permission':'%s','holder':%s}", permission, holder));
}
