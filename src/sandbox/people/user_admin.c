/* user_admin.c - people made, renamed, deactivated, deleted and anonymised, and what one prefers oneself.
 *
 * What somebody wrote keeps its author, however they end: deactivated they stay as they are, deleted they are a name
 * that nobody has, anonymised they are a number. */
#include "sandbox/door/auth.h"
#include "sandbox/people/user.h"

#include "base/time_iso.h"

#include <string.h>

/* ---- made and changed ---- */

static bool taken(struct ctx *c, const char *name, const char *email, bool *r)
{
    int64_t id = 0;
    if (!db_int(c, &id, "SELECT id FROM account WHERE name = ?1 OR (?3 AND email = ?2)", "ssi", name, email,
                (int64_t)c->d->is_cloud))
        return false;
    *r = id;
    return true;
}

static bool user_create(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name"), *email = json_at_str(c->body, "emailAddress");
    struct account_new n = {.name = name,
                            .email = email,
                            .display_name = json_at_str(c->body, "displayName"),
                            .password = json_at_str(c->body, "password"),
                            .is_inactive = !json_at_bool(c->body, "active", true)};
    bool exists = false;
    int64_t id = 0;
    if (!c->d->is_cloud && str_is_empty(name))
        return refuse_field(c, "username", "You must specify a username.");
    if (str_is_empty(email))
        return refuse_field(c, "email", "You must specify an email address.");
    if (!strchr(email, '@'))
        return refuse_field(c, "email", "You must specify a valid email address.");
    if (!taken(c, name, email, &exists))
        return false;
    if (exists && c->d->is_cloud)
        return refuse_field(c, "email", "A user with that email address already exists.");
    if (exists)
        return refuse_field(c, "username", "A user with that username already exists.");
    return account_create(c->sb, &n, &id, &c->err) && user_reply(c, 201, id);
}

static bool password_set(struct ctx *c, int64_t account, const char *password)
{
    return db_run(c, "UPDATE account SET password = ?2 WHERE id = ?1", "is", account,
                  password_digest(c->a, account, password));
}

/* The key of a renamed user stays. */
static bool user_put(struct ctx *c)
{
    int64_t id = 0, other = 0;
    const char *name = json_at_str(c->body, "name"), *email = json_at_str(c->body, "emailAddress");
    const json_t *active = json_object_get(c->body, "active");
    if (!user_need(c, &id))
        return false;
    if (name && !db_int(c, &other, "SELECT id FROM account WHERE name = ?1 AND id <> ?2", "si", name, id))
        return false;
    if (other)
        return refuse_field(c, "username", "A user with that username already exists.");
    if (email && !strchr(email, '@'))
        return refuse_field(c, "email", "You must specify a valid email address.");
    if (!db_run(c,
                "UPDATE account SET name = coalesce(?2, name), email = coalesce(?3, email), display_name ="
                " coalesce(?4, display_name), active = coalesce(?5, active) WHERE id = ?1",
                json_is_boolean(active) ? "isssi" : "isssn", id, name, email, json_at_str(c->body, "displayName"),
                (int64_t)json_is_true(active)))
        return false;
    const char *password = json_at_str(c->body, "password");
    return (!password || password_set(c, id, password)) && user_reply(c, 200, id);
}

static bool user_password(struct ctx *c)
{
    int64_t id = 0;
    const char *password = json_at_str(c->body, "password");
    if (!user_need(c, &id))
        return false;
    if (id != c->caller && !c->is_admin)
        return refuse(c, 403, "You do not have permission to change the password of this user.");
    if (str_is_empty(password))
        return refuse_field(c, "password", "You must specify a password.");
    return password_set(c, id, password) && reply_empty(c, 204);
}

/* A page's form that clients script, as there was no resource for it: a box that is not sent is not ticked. */
static bool edit_user_page(struct ctx *c)
{
    struct http_target form;
    int64_t id = 0;
    http_target_parse(c->a, arena_printf(c->a, "/?%.*s", (int)c->request->body_length, c->request->body), &form);
    const char *name = http_param(&form, "editName"), *active = http_param(&form, "active");
    if (!name || !db_int(c, &id, "SELECT id FROM account WHERE name = ?1 AND deleted = 0", "s", name))
        return name ? false : refuse(c, 400, "editName is missing.");
    if (!id)
        return refuse(c, 404, "The user named '%s' does not exist", name);
    if (!db_run(c,
                "UPDATE account SET display_name = coalesce(?2, display_name), email = coalesce(?3, email), active = ?4"
                " WHERE id = ?1",
                "issi", id, http_param(&form, "fullName"), http_param(&form, "email"), (int64_t)(active != NULL)))
        return false;
    reply_bytes(c, 200, "text/html;charset=UTF-8", "<html><body>The user was changed.</body></html>");
    return true;
}

/* ---- gone ---- */

static bool rights_end(struct ctx *c, int64_t id)
{
    return db_run(c, "DELETE FROM user_group_member WHERE account = ?1", "i", id) &&
           db_run(c, "DELETE FROM role_actor WHERE account = ?1", "i", id) &&
           db_run(c, "DELETE FROM watcher WHERE account = ?1", "i", id) &&
           db_run(c, "DELETE FROM token WHERE account = ?1", "i", id) && access_admins_refresh(c->sb, &c->err);
}

static bool user_delete(struct ctx *c)
{
    int64_t id = 0;
    if (!user_need(c, &id))
        return false;
    if (id == c->caller)
        return refuse(c, 400, "You cannot delete the currently logged in user.");
    const char *sql = c->d->is_cloud
                          ? "UPDATE account SET active = 0, email = NULL, display_name = 'Former user' WHERE id = ?1"
                          : "UPDATE account SET active = 0, deleted = 1, email = NULL, display_name = name WHERE id ="
                            " ?1";
    return db_run(c, sql, "i", id) && rights_end(c, id) && reply_empty(c, 204);
}

/* ---- anonymised (Data Center) ---- */

/* The id under which the site last did it, kept as a setting. */
static bool progress_json(struct ctx *c, const char *status, int64_t percent, json_t **r)
{
    char *key = NULL;
    if (!db_str(c, &key, "SELECT value FROM setting WHERE name = 'anonymized'", ""))
        return false;
    json_t *o = new_object(c), *operations = new_array(c);
    put(o, "errors", new_object(c));
    put(o, "warnings", new_object(c));
    put_str(o, "userKey", key);
    put_str(o, "userName", key);
    put_str(o, "fullName", key);
    put_str(o, "progressUrl", "/rest/api/2/user/anonymization/progress");
    put_int(o, "currentProgress", percent);
    add_str(operations, "USER_ANONYMIZE_PLUGIN_POINTS");
    add_str(operations, "USER_DISABLE");
    add_str(operations, "USER_NAME_CHANGE");
    put(o, "operations", operations);
    put_str(o, "status", status);
    put_bool(o, "isRerun", false);
    *r = key ? o : NULL;
    return true;
}

static bool history_rename(struct ctx *c, const char *key, const char *name, const char *new_key, const char *shown)
{
    return db_run(c,
                  "UPDATE history_item SET from_string = CASE WHEN from_value = ?1 THEN ?3 ELSE from_string END,"
                  " to_string = CASE WHEN to_value = ?1 THEN ?3 ELSE to_string END,"
                  " from_value = CASE WHEN from_value = ?1 THEN ?2 ELSE from_value END,"
                  " to_value = CASE WHEN to_value = ?1 THEN ?2 ELSE to_value END"
                  " WHERE field IN ('assignee', 'reporter') AND (from_value IN (?1, ?4) OR to_value IN (?1, ?4))",
                  "ssss", key, new_key, shown, name);
}

/* Name and key become a number, the name that is shown says nothing. */
static bool anonymize(struct ctx *c, int64_t id)
{
    char *key = NULL, *name = NULL, *digest;
    if (!db_str(c, &key, "SELECT user_key FROM account WHERE id = ?1", "i", id) ||
        !db_str(c, &name, "SELECT name FROM account WHERE id = ?1", "i", id))
        return false;
    digest = str_sha256(c->a, key, strlen(key));
    char *new_key = arena_printf(c->a, "JIRAUSER%lld", (long long)id);
    char *new_name = arena_printf(c->a, "jirauser%lld", (long long)id),
         *shown = arena_printf(c->a, "user-%.5s", digest);
    return db_run(
               c,
               "UPDATE account SET name = ?2, user_key = ?3, display_name = ?4, email = ?5, active = 0 WHERE id = ?1",
               "issss", id, new_name, new_key, shown, arena_printf(c->a, "%s@jira.invalid", new_key)) &&
           history_rename(c, key, name, new_key, shown) && rights_end(c, id) &&
           db_run(c, "INSERT OR REPLACE INTO setting (name, value) VALUES ('anonymized', ?1)", "s", new_key);
}

static bool anonymization_post(struct ctx *c)
{
    int64_t id = 0;
    const char *key = json_at_str(c->body, "userKey");
    json_t *o = NULL;
    if (str_is_empty(key))
        return refuse(c, 400, "The userKey must be provided.");
    if (!db_int(c, &id, "SELECT id FROM account WHERE user_key = ?1", "s", key))
        return false;
    if (!id || id == c->caller)
        return refuse(c, 400, id ? "You cannot anonymize yourself." : "The user with the key '%s' does not exist.",
                      key);
    return anonymize(c, id) && progress_json(c, "IN_PROGRESS", 0, &o) && reply_json(c, 202, o);
}

static bool anonymization_progress(struct ctx *c)
{
    json_t *o = NULL;
    if (!progress_json(c, "COMPLETED", 100, &o))
        return false;
    return o ? reply_json(c, 200, o) : refuse(c, 404, "There is no user anonymization task.");
}

/* ---- preferences: the value is a bare string ---- */

static bool preference_key(struct ctx *c, const char **r)
{
    *r = param(c, "key");
    return !str_is_empty(*r) || refuse(c, 404, "key is required");
}

static bool preference_get(struct ctx *c)
{
    const char *key;
    char *value = NULL;
    if (!preference_key(c, &key))
        return false;
    bool is_zone = str_eq(key, "jira.user.timezone"), is_locale = str_eq(key, "jira.user.locale");
    bool ok = is_zone     ? db_str(c, &value, "SELECT time_zone FROM account WHERE id = ?1", "i", c->caller)
              : is_locale ? db_str(c, &value, "SELECT locale FROM account WHERE id = ?1", "i", c->caller)
                          : db_str(c, &value,
                                   "SELECT value FROM property WHERE entity = 'preference' AND entity_id = ?1 AND key"
                                   " = ?2",
                                   "is", c->caller, key);
    if (!ok)
        return false;
    return value ? reply_json(c, 200, json_keep(c->a, json_string(value))) : refuse(c, 404, "key not found: '%s'", key);
}

static bool preference_set(struct ctx *c, const char *key, const char *value)
{
    if (str_eq(key, "jira.user.timezone"))
        return db_run(c, "UPDATE account SET time_zone = ?2 WHERE id = ?1", "is", c->caller, value);
    if (str_eq(key, "jira.user.locale"))
        return db_run(c, "UPDATE account SET locale = coalesce(?2, 'en_US') WHERE id = ?1", "is", c->caller, value);
    if (!value)
        return db_run(c, "DELETE FROM property WHERE entity = 'preference' AND entity_id = ?1 AND key = ?2", "is",
                      c->caller, key);
    return db_run(c,
                  "INSERT OR REPLACE INTO property (entity, entity_id, key, value) VALUES ('preference', ?1, ?2, ?3)",
                  "iss", c->caller, key, value);
}

static bool preference_put(struct ctx *c)
{
    const char *key, *value = json_string_value(c->body);
    if (!preference_key(c, &key))
        return false;
    int minutes;
    if (!value)
        return refuse(c, c->d->is_cloud ? 400 : 404, "A value is required.");
    if (str_eq(key, "jira.user.timezone") && !time_zone_offset(value, c->now, &minutes))
        return refuse(c, 400, "The time zone '%s' does not exist.", value);
    return preference_set(c, key, value) && reply_empty(c, 204);
}

static bool preference_delete(struct ctx *c)
{
    const char *key;
    return preference_key(c, &key) && preference_set(c, key, NULL) && reply_empty(c, 204);
}

static bool locale_get(struct ctx *c)
{
    char *locale = NULL;
    json_t *o = new_object(c);
    if (!db_str(c, &locale, "SELECT locale FROM account WHERE id = ?1", "i", c->caller))
        return false;
    put_str(o, "locale", locale);
    return reply_json(c, 200, o);
}

static bool locale_put(struct ctx *c)
{
    const char *locale = json_at_str(c->body, "locale");
    if (str_is_empty(locale))
        return refuse(c, 400, "A locale is required.");
    return preference_set(c, "jira.user.locale", locale) && reply_empty(c, 204);
}

const struct route user_admin_routes[] = {
    {HTTP_POST, "user", user_create, ON_ALL, ROUTE_ADMIN},
    {HTTP_PUT, "user", user_put, ON_DC, ROUTE_ADMIN},
    {HTTP_DELETE, "user", user_delete, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "/secure/admin/user/EditUser.jspa", edit_user_page, ON_DC, ROUTE_ADMIN | ROUTE_RAW_BODY},
    {HTTP_PUT, "user/password", user_password, ON_DC, 0},
    {HTTP_POST, "user/anonymization", anonymization_post, ON_DC, ROUTE_ADMIN},
    {HTTP_GET, "user/anonymization/progress", anonymization_progress, ON_DC, ROUTE_ADMIN},
    {HTTP_GET, "mypreferences", preference_get, ON_ALL, 0},
    {HTTP_PUT, "mypreferences", preference_put, ON_ALL, ROUTE_ANY_BODY},
    {HTTP_DELETE, "mypreferences", preference_delete, ON_ALL, 0},
    {HTTP_GET, "mypreferences/locale", locale_get, ON_CLOUD, 0},
    {HTTP_PUT, "mypreferences/locale", locale_put, ON_CLOUD, 0},
    {0},
};
