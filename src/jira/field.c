#include "jira/field.h"

#include "base/str.h"
#include "tracker/rich.h"

#include <stdlib.h>
#include <string.h>

bool jira_field_is_custom(const char *id)
{
    return str_starts(id, "customfield_");
}

static bool is_one_of(const char *id, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(id, list[i]))
            return true;
    return false;
}

struct jira_field_form jira_field_form(const char *id, const struct tracker_field *definition)
{
    static const char *const rich[] = {"description", "environment"};
    static const char *const sets[] = {"labels", "components", "versions", "fixVersions"};
    struct jira_field_form form = {.is_rich = is_one_of(id, rich, ARRAY_LEN(rich)),
                                   .is_date = str_eq(id, "duedate"),
                                   .is_set = is_one_of(id, sets, ARRAY_LEN(sets)),
                                   .is_custom = jira_field_is_custom(id)};
    if (definition) {
        form.is_rich = form.is_rich || (definition->custom && str_ends(definition->custom, ":textarea"));
        form.is_date = form.is_date || str_eq(definition->type, "date");
        form.is_set = form.is_set || str_eq(definition->type, "array");
    }
    return form;
}

const struct tracker_field *jira_field_find(const struct tracker_field *fields, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(fields[i].id, id))
            return &fields[i];
    return NULL;
}

/* --- reading --- */

const char *jira_user_id(const json_t *user)
{
    static const char *const names[] = {"accountId", "name", "key"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *id = json_string_value(json_object_get(user, names[i]));
        if (!str_is_empty(id))
            return id;
    }
    return NULL;
}

static const char *filled(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return str_is_empty(text) ? NULL : text;
}

struct value jira_user_read(const json_t *user)
{
    const char *id = jira_user_id(user), *name = filled(user, "displayName");
    if (!id)
        return (struct value){0};
    return (struct value){.kind = VALUE_USER,
                          .id = id,
                          .text = name ? name : id,
                          .mail = filled(user, "emailAddress"),
                          .login = filled(user, "accountId") ? NULL : filled(user, "name")};
}

static bool is_user(const json_t *o)
{
    return json_object_get(o, "accountId") ||
           (json_object_get(o, "displayName") && (json_object_get(o, "name") || json_object_get(o, "key")));
}

static struct value read_option(struct arena *a, const json_t *o)
{
    static const char *const names[] = {"name", "value", "key"};
    const char *id = json_at_id(a, o, "id"), *text = NULL;
    for (size_t i = 0; i < ARRAY_LEN(names) && !text; i++)
        text = json_string_value(json_object_get(o, names[i]));
    if (str_is_empty(id))
        id = NULL;
    if (!id && !text)
        return (struct value){0};
    const json_t *child = json_object_get(o, "child");
    struct value inner = json_is_object(child) ? read_option(a, child) : (struct value){0};
    if (inner.kind == VALUE_OPTION && id && inner.id)
        return value_option(arena_printf(a, "%s/%s", id, inner.id),
                            arena_printf(a, "%s / %s", text ? text : id, inner.text ? inner.text : inner.id));
    return value_option(id, text);
}

static struct value read_set(struct arena *a, struct jira_field_form form, const json_t *array)
{
    struct value set = {.kind = VALUE_SET};
    struct jira_field_form element = {.is_rich = false, .is_date = form.is_date};
    size_t i;
    json_t *item;
    set.items = arena_array(a, struct value, json_array_size(array));
    json_array_foreach (array, i, item) {
        struct value v = jira_value_read(a, element, item);
        if (v.kind != VALUE_NONE)
            set.items[set.count++] = v;
    }
    return set.count ? set : (struct value){0};
}

/* The shortest spelling that is the same number. */
static const char *spell_number(struct arena *a, const json_t *number)
{
    char *text = NULL;
    if (json_is_integer(number))
        return json_print(a, number);
    for (int digits = 15; digits <= 17; digits++) {
        text = arena_printf(a, "%.*g", digits, json_real_value(number));
        if (strtod(text, NULL) == json_real_value(number))
            break;
    }
    return text;
}

struct value jira_value_read(struct arena *a, struct jira_field_form form, const json_t *json)
{
    if (json_is_array(json))
        return read_set(a, form, json);
    if (str_eq(json_at_str(json, "type"), "doc"))
        return value_rich(rich_of_adf(a, json));
    if (json_is_object(json))
        return is_user(json) ? jira_user_read(json) : read_option(a, json);
    if (json_is_number(json))
        return (struct value){.kind = VALUE_NUMBER, .text = spell_number(a, json)};
    if (json_is_boolean(json))
        return value_string(json_is_true(json) ? "true" : "false");
    const char *text = json_string_value(json);
    if (str_is_empty(text))
        return (struct value){0};
    if (form.is_date)
        return (struct value){.kind = VALUE_DATE, .text = text};
    return form.is_rich ? value_rich(rich_of_markup(text)) : value_string(text);
}

/* --- writing --- */

static json_t *write_option(struct arena *a, struct jira_field_form form, const struct value *v)
{
    const char *slash = v->id ? strchr(v->id, '/') : NULL;
    if (slash)
        return json_pack("{s:s, s:{s:s}}", "id", arena_strndup(a, v->id, (size_t)(slash - v->id)), "child", "id",
                         slash + 1);
    if (v->id)
        return json_pack("{s:s}", "id", v->id);
    return json_pack("{s:s}", form.is_custom ? "value" : "name", v->text);
}

/* The caller owns the result. */
static json_t *write_value(struct arena *a, struct jira_field_form form, bool by_account_id, const struct value *v)
{
    if (form.is_rich && form.takes_adf && (v->kind == VALUE_RICH || v->kind == VALUE_STRING))
        return json_deep_copy(rich_adf(a, v->text));
    switch (v->kind) {
    case VALUE_STRING:
    case VALUE_DATE:
        return json_string(v->text);
    case VALUE_RICH:
        return json_string(rich_markup(a, v->text));
    case VALUE_NUMBER: {
        json_t *number = json_loads(v->text, JSON_DECODE_ANY, NULL);
        return number ? number : json_string(v->text);
    }
    case VALUE_OPTION:
        return write_option(a, form, v);
    case VALUE_USER:
        return json_pack("{s:s}", by_account_id ? "accountId" : "name", !by_account_id && v->login ? v->login : v->id);
    case VALUE_SET: {
        json_t *array = json_array();
        for (size_t i = 0; i < v->count; i++)
            json_array_append_new(array, write_value(a, form, by_account_id, &v->items[i]));
        return array;
    }
    case VALUE_NONE:
        break;
    }
    return form.is_set ? json_array() : json_null();
}

json_t *jira_value_write(struct arena *a, struct jira_field_form form, bool by_account_id, const struct value *v)
{
    return json_keep(a, write_value(a, form, by_account_id, v));
}
