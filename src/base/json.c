#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static void decref(void *value)
{
    json_decref(value);
}

json_t *json_keep(struct arena *a, json_t *value)
{
    if (value)
        arena_defer(a, decref, value);
    return value;
}

json_t *json_parse(struct arena *a, const char *bytes, size_t length, bool strict, const char *what, struct err *e)
{
    json_error_t at;
    json_t *value = json_loadb(bytes, length, JSON_DECODE_ANY | (strict ? JSON_REJECT_DUPLICATES : 0), &at);
    if (!value)
        err_set(e, ERR_PARSE, "%s is not valid JSON: %s at byte %d (line %d, column %d)", what, at.text, at.position,
                at.line, at.column);
    return json_keep(a, value);
}

static char *print(struct arena *a, const json_t *value, size_t flags)
{
    char *text = value ? json_dumps(value, flags | JSON_ENCODE_ANY) : NULL;
    char *copy = arena_strdup(a, text ? text : "null");
    free(text);
    return copy;
}

char *json_print_canonical(struct arena *a, const json_t *value)
{
    return print(a, value, JSON_COMPACT | JSON_SORT_KEYS);
}

char *json_print_pretty(struct arena *a, const json_t *value)
{
    return arena_printf(a, "%s\n", print(a, value, JSON_INDENT(2)));
}

const json_t *json_at(const json_t *value, const char *path)
{
    while (value && *path) {
        size_t n = strcspn(path, ".");
        char name[256];
        if (n >= sizeof name || !json_is_object(value))
            return NULL;
        memcpy(name, path, n);
        name[n] = 0;
        value = json_object_get(value, name);
        path += n + (path[n] == '.');
    }
    return value;
}

const char *json_at_str(const json_t *value, const char *path)
{
    return json_string_value(json_at(value, path));
}

const char *json_at_id(struct arena *a, const json_t *value, const char *path)
{
    const json_t *found = json_at(value, path);
    if (json_is_integer(found))
        return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(found));
    return json_string_value(found);
}

int64_t json_at_int(const json_t *value, const char *path, int64_t otherwise)
{
    const json_t *found = json_at(value, path);
    return json_is_integer(found) ? json_integer_value(found) : otherwise;
}

bool json_at_bool(const json_t *value, const char *path, bool otherwise)
{
    const json_t *found = json_at(value, path);
    return json_is_boolean(found) ? json_is_true(found) : otherwise;
}

size_t json_at_count(const json_t *value, const char *path)
{
    return json_array_size(json_at(value, path));
}
