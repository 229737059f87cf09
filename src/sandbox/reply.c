/* reply.c - replies in Jira's shapes, and the JSON they are made of. */
#include "sandbox/internal.h"

#include "base/time_iso.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- JSON ---- */

json_t *new_object(struct ctx *c)
{
    return json_keep(c->a, json_object());
}

json_t *new_array(struct ctx *c)
{
    return json_keep(c->a, json_array());
}

void put(json_t *object, const char *key, json_t *value)
{
    if (value)
        json_object_set_nocheck(object, key, value);
    else
        json_object_set_new_nocheck(object, key, json_null());
}

/* Bytes that are no UTF-8 can only come from a request line; they are shown as question marks. */
static json_t *text_json(const char *value)
{
    if (!value)
        return json_null();
    json_t *text = json_string(value);
    if (text)
        return text;
    size_t n = strlen(value);
    char *clean = strdup(value);
    if (!clean)
        abort();
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)clean[i] >= 0x80)
            clean[i] = '?';
    text = json_string(clean);
    free(clean);
    return text;
}

void put_str(json_t *object, const char *key, const char *value)
{
    json_object_set_new_nocheck(object, key, text_json(value));
}

void put_int(json_t *object, const char *key, int64_t value)
{
    json_object_set_new_nocheck(object, key, json_integer(value));
}

void put_id(json_t *object, const char *key, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    json_object_set_new_nocheck(object, key, json_string_nocheck(digits));
}

void put_bool(json_t *object, const char *key, bool value)
{
    json_object_set_new_nocheck(object, key, json_boolean(value));
}

void put_time(struct ctx *c, json_t *object, const char *key, int64_t epoch_ms)
{
    char text[TIME_ISO_BYTES];
    time_iso_jira(epoch_ms, zone_minutes(c->sb, epoch_ms), text);
    json_object_set_new_nocheck(object, key, json_string_nocheck(text));
}

void put_self(struct ctx *c, json_t *object, const char *format, ...)
{
    char text[1200];
    int n = snprintf(text, sizeof text, "%s/rest/api/%s/", c->sb->base_url, c->api_name);
    va_list args;
    va_start(args, format);
    vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    va_end(args);
    put_str(object, "self", text);
}

void add(json_t *array, json_t *value)
{
    if (value)
        json_array_append(array, value);
    else
        json_array_append_new(array, json_null());
}

void add_str(json_t *array, const char *value)
{
    json_array_append_new(array, text_json(value));
}

json_t *json_stored(struct ctx *c, const char *text)
{
    if (!text)
        return NULL;
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    return json_keep(c->a, value);
}

int zone_minutes(struct sandbox *sb, int64_t epoch_ms)
{
    int64_t quarter = epoch_ms / 900000; /* zones change on quarters of an hour */
    size_t slot = (size_t)quarter % ARRAY_LEN(sb->offset);
    if (!sb->offset[slot].is_known || sb->offset[slot].quarter != quarter) {
        int minutes = 0;
        if (!time_zone_offset(sb->zone, quarter * 900000, &minutes))
            minutes = 0; /* sandbox_open has seen that the zone exists */
        sb->offset[slot].is_known = true;
        sb->offset[slot].quarter = quarter;
        sb->offset[slot].minutes = minutes;
    }
    return sb->offset[slot].minutes;
}

char *time_text(struct ctx *c, int64_t epoch_ms)
{
    char text[TIME_ISO_BYTES];
    time_iso_jira(epoch_ms, zone_minutes(c->sb, epoch_ms), text);
    return arena_strdup(c->a, text);
}

/* ---- replies ---- */

void reply_bytes(struct ctx *c, int status, const char *type, const char *body)
{
    c->response->status = status;
    c->response->body = body;
    c->response->body_length = strlen(body);
    c->is_replied = true;
    if (type && !http_response_header(c->response, "Content-Type"))
        http_response_add_header(c->a, c->response, "Content-Type", type);
}

bool reply_binary(struct ctx *c, int status, const char *type, const char *body, size_t length)
{
    reply_bytes(c, status, type, "");
    c->response->body = body;
    c->response->body_length = length;
    return true;
}

bool reply_json(struct ctx *c, int status, json_t *value)
{
    if (c->err.kind != ERR_NONE)
        return false;
    reply_bytes(c, status, "application/json;charset=UTF-8", json_print(c->a, value));
    return true;
}

bool reply_empty(struct ctx *c, int status)
{
    reply_bytes(c, status, NULL, "");
    return true;
}

static json_t *error_object(struct ctx *c, json_t *messages, json_t *fields)
{
    json_t *o = new_object(c);
    put(o, "errorMessages", messages ? messages : new_array(c));
    put(o, "errors", fields ? fields : new_object(c));
    return o;
}

static bool refuse_with(struct ctx *c, int status, json_t *o)
{
    if (c->err.kind == ERR_NONE)
        reply_bytes(c, status, "application/json;charset=UTF-8", json_print(c->a, o));
    return false;
}

bool refuse(struct ctx *c, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *messages = new_array(c);
    add_str(messages, arena_vprintf(c->a, format, args));
    va_end(args);
    return refuse_with(c, status, error_object(c, messages, NULL));
}

bool refuse_field(struct ctx *c, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *fields = new_object(c);
    put_str(fields, field, arena_vprintf(c->a, format, args));
    va_end(args);
    return refuse_with(c, 400, error_object(c, NULL, fields));
}

bool refuse_plain(struct ctx *c, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *o = new_object(c);
    put_str(o, "message", arena_vprintf(c->a, format, args));
    put_int(o, "status-code", status);
    va_end(args);
    return refuse_with(c, status, o);
}

bool refuse_not_found(struct ctx *c)
{
    if (c->caller || c->d->anonymous_issue_status == 404)
        return refuse(c, 404, "%s", c->d->issue_missing);
    json_t *messages = new_array(c);
    add_str(messages, "You do not have the permission to see the specified issue.");
    add_str(messages, "Login Required");
    return refuse_with(c, c->d->anonymous_issue_status, error_object(c, messages, NULL));
}

void problem(struct ctx *c, struct problems *p, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(c->a, format, args);
    va_end(args);
    p->count++;
    if (field) {
        if (!p->fields)
            p->fields = new_object(c);
        if (!json_object_get(p->fields, field))
            put_str(p->fields, field, text);
        return;
    }
    if (!p->messages)
        p->messages = new_array(c);
    add_str(p->messages, text);
}

json_t *problems_json(struct ctx *c, const struct problems *p)
{
    return error_object(c, p->messages, p->fields);
}

bool refuse_problems(struct ctx *c, int status, const struct problems *p)
{
    return refuse_with(c, status, problems_json(c, p));
}

bool body_of_delete(struct ctx *c, const json_t **r)
{
    struct err e = ERR_INIT;
    *r = NULL;
    if (!c->request->body_length)
        return true;
    *r = json_parse(c->a, c->request->body, c->request->body_length, false, "request body", &e);
    return json_is_object(*r) || refuse(c, 400, "%s", c->d->json_broken ? c->d->json_broken : e.text);
}

/* ---- parameters ---- */

const char *param(struct ctx *c, const char *name)
{
    return http_param(&c->target, name);
}

bool param_bool(struct ctx *c, const char *name, bool otherwise)
{
    const char *value = param(c, name);
    return str_is_empty(value) ? otherwise : str_eq_nocase(value, "true");
}

size_t list_add(struct ctx *c, const char *text, char ***list, size_t count)
{
    char **parts;
    size_t n = str_split(c->a, text, ',', &parts);
    for (size_t i = 0; i < n; i++) {
        char *part = str_trim(c->a, parts[i]);
        if (*part)
            *arena_push(c->a, *list, count) = part;
    }
    return count;
}

size_t param_list(struct ctx *c, const char *name, char ***r)
{
    size_t count = 0;
    *r = NULL;
    for (size_t i = 0; i < c->target.param_count; i++)
        if (str_eq(c->target.params[i].name, name))
            count = list_add(c, c->target.params[i].value, r, count);
    return count;
}

bool param_expands(struct ctx *c, const char *what)
{
    char **list;
    size_t count = param_list(c, "expand", &list);
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i], what))
            return true;
    return false;
}

static bool number_read(struct ctx *c, const char *name, int64_t otherwise, int64_t *r)
{
    const char *text = param(c, name);
    *r = otherwise;
    if (str_is_empty(text) || (str_to_int(text, r) && *r >= INT32_MIN && *r <= INT32_MAX))
        return true;
    /* JAX-RS cannot bind the parameter: for it there is no such resource */
    return refuse_plain(c, 404, c->d->route_missing, c->request->target);
}

bool page_read(struct ctx *c, int64_t default_max, int64_t cap, struct page *page)
{
    if (!number_read(c, "startAt", 0, &page->start) || !number_read(c, "maxResults", default_max, &page->max))
        return false;
    if (page->start < 0)
        page->start = 0;
    if (page->max < 0)
        page->max = default_max;
    if (page->max > cap)
        page->max = cap;
    return true;
}

json_t *page_json(struct ctx *c, const struct page *page, int64_t total, json_t *values)
{
    json_t *o = new_object(c);
    put_str(o, "self", arena_printf(c->a, "%s%s", c->sb->base_url, c->request->target));
    put_int(o, "maxResults", page->max);
    put_int(o, "startAt", page->start);
    put_int(o, "total", total);
    put_bool(o, "isLast", page->start + (int64_t)json_array_size(values) >= total);
    put(o, "values", values);
    return o;
}

bool setting_int(struct sql_db *db, const char *name, int64_t otherwise, int64_t *r, struct err *e)
{
    return sql_get_int(db, r, otherwise, e, "SELECT CAST(value AS INTEGER) FROM setting WHERE name = ?1", "s", name);
}
