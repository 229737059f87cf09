#include "jira/resource.h"

#include "base/str.h"
#include "jira/field.h"

#include <string.h>

enum { PAGE = 100, PAGES = 20 };

struct hunt {
    struct jira_site *site;
    struct arena *a;
    const struct jira_facts *facts;
    const char *who;
    struct value *found;
    size_t count;
};

/* A search by name or address is generous; only the exact one counts. Apps are no people. */
static bool is_wanted(const struct hunt *h, const json_t *user)
{
    static const char *const names[] = {"accountId", "name", "key"};
    if (!json_at_bool(user, "active", false) || str_eq(json_at_str(user, "accountType"), "app"))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(json_at_str(user, names[i]), h->who))
            return true;
    const char *mail = json_at_str(user, "emailAddress"), *name = json_at_str(user, "name");
    return (mail && str_eq_nocase(mail, h->who)) || (name && str_eq_nocase(name, h->who));
}

static void take(struct hunt *h, const json_t *user)
{
    struct value v = jira_user_read(user);
    if (!is_wanted(h, user) || v.kind != VALUE_USER)
        return;
    for (size_t i = 0; i < h->count; i++)
        if (str_eq(h->found[i].id, v.id))
            return;
    *arena_push(h->a, h->found, h->count) = v;
}

/* The user resource: 404 for nobody. */
static bool look_up(struct hunt *h, const char *parameter, struct err *e)
{
    const json_t *user;
    if (!jira_find(h->site, h->a,
                   arena_printf(h->a, "/rest/api/2/user?%s=%s", parameter, str_percent_encode(h->a, h->who)), &user, e))
        return false;
    if (user)
        take(h, user);
    return true;
}

static bool search(struct hunt *h, const char *parameter, struct err *e)
{
    for (int64_t start = 0, page = 0; page < PAGES; page++) {
        const json_t *users;
        size_t i;
        json_t *user;
        if (!jira_get(h->site, h->a,
                      arena_printf(h->a, "/rest/api/2/user/search?%s=%s&startAt=%lld&maxResults=%d", parameter,
                                   str_percent_encode(h->a, h->who), (long long)start, PAGE),
                      &users, e))
            return false;
        if (!json_is_array(users))
            return jira_odd(h->site, e, "GET user/search answered with something else than a list");
        json_array_foreach (users, i, user)
            take(h, user);
        start += (int64_t)json_array_size(users);
        if (json_array_size(users) < PAGE)
            return true;
    }
    return true;
}

/* "5b10a2844c20165700ede21g", "557058:f58131cb-…": long, without "@" and blanks. */
static bool is_account_id(const char *who)
{
    return !strpbrk(who, "@ ") && (strchr(who, ':') || strlen(who) >= 24);
}

bool jira_users_find(struct jira_site *site, struct arena *a, const char *who, struct value **r, size_t *count_r,
                     struct err *e)
{
    struct hunt h = {.site = site, .a = a, .who = who};
    if (!jira_site_facts(site, &h.facts, e))
        return false;
    bool ok = true;
    if (str_is_empty(who))
        ok = true;
    else if (h.facts->caps->has_account_ids)
        ok = is_account_id(who) ? look_up(&h, "accountId", e) : search(&h, "query", e);
    else if (strchr(who, '@')) /* an address, but also user names can look like one */
        ok = search(&h, "username", e) && (h.count || look_up(&h, "username", e));
    else
        ok = look_up(&h, "username", e) && (h.count || look_up(&h, "key", e));
    *r = h.found;
    *count_r = h.count;
    return ok;
}
