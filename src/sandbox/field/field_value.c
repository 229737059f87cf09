/* field_value.c - a system field's value, from JSON to what is stored.
 *
 * What a client got wrong becomes a problem of that field, in Jira's words; all of them are reported together. */
#include "sandbox/issue/issue.h"

#include "base/time_iso.h"

#include <ctype.h>
#include <string.h>

enum { LABEL_LIMIT = 255 };

bool read_user(struct ctx *c, struct problems *p, const char *field, const json_t *value, int64_t *r)
{
    *r = 0;
    if (!value || json_is_null(value))
        return true;
    const char *account = json_at_str(value, "accountId"), *id = json_at_str(value, "id");
    const char *name = json_at_str(value, "name"), *key = json_at_str(value, "key");
    if (c->d->is_cloud) {
        const char *given = account ? account : id;
        if (!json_is_object(value) || (!given && json_object_size(value))) {
            bool null_account = json_is_object(value) && json_is_null(json_object_get(value, "accountId"));
            if (!null_account)
                problem(c, p, field, "expected Object containing an 'accountId' property");
            return true;
        }
        if (!given)
            return true;
        if (!db_int(c, r, "SELECT id FROM account WHERE account_id = ?1 AND active = 1", "s", given))
            return false;
        if (!*r)
            problem(c, p, field, "Account ID '%s' is not valid", given);
        return true;
    }
    if (!json_is_object(value) || (!name && !key)) {
        if (json_is_object(value) && json_is_null(json_object_get(value, "name")))
            return true;
        problem(c, p, field, "expected Object containing a 'name' property");
        return true;
    }
    if (name && !*name)
        return true;
    if (name ? !db_int(c, r, "SELECT id FROM account WHERE name = ?1 AND active = 1", "s", name)
             : !db_int(c, r, "SELECT id FROM account WHERE user_key = ?1 AND active = 1", "s", key))
        return false;
    if (!*r && str_eq(field, "assignee"))
        problem(c, p, field, "User '%s' does not exist.", name ? name : key);
    else if (!*r)
        problem(c, p, field, "The %s specified is not a user.", field);
    return true;
}

bool read_named(struct ctx *c, struct problems *p, const char *field, const char *table, const json_t *value,
                int64_t *r)
{
    *r = 0;
    const char *id = json_at_id(c->a, value, "id"), *name = json_at_str(value, "name");
    if (!json_is_object(value) || (!id && !name)) {
        problem(c, p, field, "Could not find valid 'id' or 'name' in %s object.", field);
        return true;
    }
    const char *sql = id ? arena_printf(c->a, "SELECT id FROM %s WHERE id = CAST(?1 AS INTEGER)", table)
                         : arena_printf(c->a, "SELECT id FROM %s WHERE name = ?1", table);
    int64_t number;
    if (id && !str_to_int(id, &number))
        *r = 0;
    else if (!db_int(c, r, sql, "s", id ? id : name))
        return false;
    if (*r)
        return true;
    if (str_eq(field, "issuetype"))
        problem(c, p, field, "%s", c->d->type_invalid);
    else if (id)
        problem(c, p, field, "The %s selected is invalid.", field);
    else
        problem(c, p, field, "%s name '%s' is not valid", arena_printf(c->a, "%c%s", toupper(field[0]), field + 1),
                name);
    return true;
}

static bool add_label(struct ctx *c, struct problems *p, const char *field, const json_t *item, char ***list,
                      size_t *count)
{
    const char *label = json_string_value(item);
    if (!label) {
        problem(c, p, field, "data was not an array of strings");
        return true;
    }
    if (!*label)
        return true;
    if (strpbrk(label, " \t\r\n"))
        problem(c, p, field, "The label '%s' contains spaces which is invalid.", label);
    else if (str_utf8_length(label) > LABEL_LIMIT)
        problem(c, p, field, "The label '%s' exceeds the maximum length of 255 characters.", label);
    for (size_t i = 0; i < *count; i++)
        if (str_eq((*list)[i], label))
            return true;
    *arena_push(c->a, *list, *count) = arena_strdup(c->a, label);
    return true;
}

bool read_labels(struct ctx *c, struct problems *p, const char *field, const json_t *value, char ***r, size_t *count_r)
{
    *r = NULL;
    *count_r = 0;
    if (!value || json_is_null(value))
        return true;
    if (!json_is_array(value)) {
        problem(c, p, field, "data was not an array");
        return true;
    }
    size_t i;
    const json_t *item;
    json_array_foreach (value, i, item)
        if (!add_label(c, p, field, item, r, count_r))
            return false;
    return true;
}

bool is_date(const char *s)
{
    if (!s || strlen(s) != 10)
        return false;
    for (int i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? s[i] != '-' : !isdigit((unsigned char)s[i]))
            return false;
    int year = (s[0] - '0') * 1000 + (s[1] - '0') * 100 + (s[2] - '0') * 10 + s[3] - '0';
    int month = (s[5] - '0') * 10 + s[6] - '0', day = (s[8] - '0') * 10 + s[9] - '0';
    int64_t y;
    int m, d;
    time_civil_from_days(time_days_from_civil(year, month, day), &y, &m, &d);
    return month >= 1 && month <= 12 && m == month && d == day;
}
