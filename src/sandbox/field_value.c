/* field_value.c - one field's value, from JSON to what is stored and back.
 *
 * What a client got wrong becomes a problem of that field, in Jira's words; all of them are reported together. */
#include "sandbox/issue.h"

#include "base/time_iso.h"

#include <ctype.h>
#include <string.h>

enum { LABEL_LIMIT = 255, TEXTFIELD_LIMIT = 255 };

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

static bool read_option(struct ctx *c, struct problems *p, const struct field *f, const json_t *value, int64_t *r)
{
    const char *id = json_at_id(c->a, value, "id"), *text = json_at_str(value, "value");
    *r = 0;
    if (!json_is_object(value) || (!id && !text)) {
        problem(c, p, f->id, "Could not find valid 'id' or 'value' in the Parent Option object.");
        return true;
    }
    if (id ? !db_int(c, r, "SELECT id FROM field_option WHERE field = ?1 AND CAST(id AS TEXT) = ?2", "is", f->number,
                     id)
           : !db_int(c, r, "SELECT id FROM field_option WHERE field = ?1 AND value = ?2 ORDER BY disabled", "is",
                     f->number, text))
        return false;
    if (!*r && id)
        problem(c, p, f->id, "Option id '%s' is not valid", id);
    else if (!*r)
        problem(c, p, f->id, "Option value '%s' is not valid", text);
    return true;
}

static void push(struct ctx *c, struct custom_value **list, size_t *count, struct custom_value value)
{
    *arena_push(c->a, *list, *count) = value;
}

static bool read_text(struct ctx *c, struct problems *p, const struct field *f, const json_t *value,
                      struct custom_value **r, size_t *count_r)
{
    const char *text = json_string_value(value);
    bool is_link = str_eq(f->kind->kind, "url");
    if (!text)
        problem(c, p, f->id, "Operation value must be a string");
    else if (!is_link && str_utf8_length(text) > TEXTFIELD_LIMIT)
        problem(c, p, f->id, "The entered text is too long. It exceeds the allowed limit of 255 characters.");
    else if (!is_link && strpbrk(text, "\r\n"))
        problem(c, p, f->id, "The text must not contain line breaks.");
    else if (is_link && *text && !strstr(text, "://"))
        problem(c, p, f->id, "Not a valid URL");
    else if (*text)
        push(c, r, count_r, (struct custom_value){.text = arena_strdup(c->a, text)});
    return true;
}

static bool read_moment(struct ctx *c, struct problems *p, const struct field *f, const json_t *value,
                        struct custom_value **r, size_t *count_r)
{
    const char *text = json_string_value(value);
    int64_t at = 0;
    if (str_eq(f->kind->kind, "date")) {
        if (!text || !is_date(text))
            problem(c, p, f->id, "Error parsing date string: %s", text ? text : "");
        else
            push(c, r, count_r, (struct custom_value){.text = arena_strdup(c->a, text)});
        return true;
    }
    if (!text || !strchr(text, 'T') || !time_iso_parse(text, &at))
        problem(c, p, f->id, "Error parsing time: %s", text ? text : "");
    else
        push(c, r, count_r, (struct custom_value){.num = (double)at, .has_num = true});
    return true;
}

static bool read_list(struct ctx *c, struct problems *p, const struct field *f, const json_t *value,
                      struct custom_value **r, size_t *count_r)
{
    if (!json_is_array(value)) {
        problem(c, p, f->id, "data was not an array");
        return true;
    }
    size_t i;
    const json_t *item;
    json_array_foreach (value, i, item) {
        int64_t option = 0;
        if (!read_option(c, p, f, item, &option))
            return false;
        push(c, r, count_r, (struct custom_value){.ref = option});
    }
    return true;
}

bool read_custom(struct ctx *c, struct problems *p, const struct field *f, const json_t *value, struct custom_value **r,
                 size_t *count_r)
{
    const char *kind = f->kind->kind;
    *r = NULL;
    *count_r = 0;
    if (!value || json_is_null(value))
        return true;
    if (str_eq(kind, "textarea")) {
        char *stored = NULL;
        if (!rich_text_read(c, value, f->id, p, &stored))
            return false;
        if (stored)
            push(c, r, count_r, (struct custom_value){.text = stored});
        return true;
    }
    if (str_eq(kind, "text") || str_eq(kind, "url"))
        return read_text(c, p, f, value, r, count_r);
    if (str_eq(kind, "date") || str_eq(kind, "datetime"))
        return read_moment(c, p, f, value, r, count_r);
    if (str_eq(kind, "multiselect"))
        return read_list(c, p, f, value, r, count_r);
    if (str_eq(kind, "labels")) {
        char **labels;
        size_t count;
        if (!read_labels(c, p, f->id, value, &labels, &count))
            return false;
        for (size_t i = 0; i < count; i++)
            push(c, r, count_r, (struct custom_value){.text = labels[i]});
        return true;
    }
    if (str_eq(kind, "number")) {
        if (json_is_number(value))
            push(c, r, count_r, (struct custom_value){.num = json_number_value(value), .has_num = true});
        else
            problem(c, p, f->id, "Operation value must be a number");
        return true;
    }
    int64_t ref = 0;
    if (str_eq(kind, "user") ? !read_user(c, p, f->id, value, &ref) : !read_option(c, p, f, value, &ref))
        return false;
    if (ref)
        push(c, r, count_r, (struct custom_value){.ref = ref});
    return true;
}

json_t *field_option_json(struct ctx *c, int64_t option)
{
    char *value = NULL;
    if (!db_str(c, &value, "SELECT value FROM field_option WHERE id = ?1", "i", option))
        return NULL;
    json_t *o = new_object(c);
    put_self(c, o, "customFieldOption/%lld", (long long)option);
    put_str(o, "value", value);
    put_id(o, "id", option);
    if (!c->d->is_cloud)
        put_bool(o, "disabled", false);
    return o;
}

static json_t *one_json(struct ctx *c, const char *kind, const struct custom_value *v)
{
    if (str_eq(kind, "textarea"))
        return rich_text_show(c, v->text);
    if (str_eq(kind, "number"))
        return json_keep(c->a, json_real(v->num));
    if (str_eq(kind, "datetime"))
        return json_keep(c->a, json_string(time_text(c, (int64_t)v->num)));
    if (str_eq(kind, "select") || str_eq(kind, "multiselect"))
        return field_option_json(c, v->ref);
    if (str_eq(kind, "user"))
        return user_json(c, v->ref);
    return json_keep(c->a, json_string(v->text));
}

json_t *custom_json(struct ctx *c, const struct field *f, const struct custom_value *values, size_t count)
{
    if (!count)
        return json_keep(c->a, json_null());
    if (!str_eq(f->kind->type, "array"))
        return one_json(c, f->kind->kind, &values[0]);
    json_t *list = new_array(c);
    for (size_t i = 0; i < count; i++)
        add(list, one_json(c, f->kind->kind, &values[i]));
    return list;
}
