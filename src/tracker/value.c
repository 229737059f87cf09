#include "tracker/value.h"

#include "base/buf.h"
#include "base/str.h"
#include "tracker/rich.h"

#include <math.h>
#include <utf8proc.h>

/* A set is one level of a field; what is nested deeper did not come from a tracker. */
enum { DEPTH_MAX = 4, SHOW_CHARACTERS = 60 };

static const char *const KIND_NAMES[] = {
    [VALUE_NONE] = "none", [VALUE_STRING] = "string", [VALUE_RICH] = "rich", [VALUE_OPTION] = "option",
    [VALUE_USER] = "user", [VALUE_NUMBER] = "number", [VALUE_DATE] = "date", [VALUE_SET] = "set",
};

struct value value_string(const char *text)
{
    return str_is_empty(text) ? (struct value){0} : (struct value){.kind = VALUE_STRING, .text = text};
}

struct value value_rich(const char *text)
{
    return str_is_empty(text) ? (struct value){0} : (struct value){.kind = VALUE_RICH, .text = text};
}

struct value value_option(const char *id, const char *name)
{
    if (str_is_empty(id) && str_is_empty(name))
        return (struct value){0};
    return (struct value){.kind = VALUE_OPTION, .id = id, .text = name};
}

/* Canonical form: a letter for the kind, then what identifies the value. */

static const char *canonical_text(struct arena *a, const char *text)
{
    if (!text)
        return "";
    char *plain = str_trim(a, str_replace(a, str_replace(a, text, "\r\n", "\n"), "\r", "\n"));
    return *plain ? arena_printf(a, "s%s", plain) : "";
}

static const char *canonical_rich(struct arena *a, const char *text)
{
    const char *canonical = rich_canonical(a, text);
    return *canonical ? arena_printf(a, "r%s", canonical) : "";
}

/* 3, 3.0 and 3e0 are one number; Jira keeps doubles. */
static const char *canonical_number(struct arena *a, const char *text)
{
    if (str_is_empty(text))
        return "";
    char *end;
    double number = strtod(text, &end);
    if (*end || !isfinite(number))
        return arena_printf(a, "n%s", text);
    return arena_printf(a, "n%.17g", number == 0 ? 0.0 : number); /* no minus zero */
}

/* By id where there is one; a value that a person wrote has a name alone. */
static const char *canonical_named(struct arena *a, char letter, const struct value *v)
{
    if (!str_is_empty(v->id))
        return arena_printf(a, "%c#%s", letter, v->id);
    if (!str_is_empty(v->mail))
        return arena_printf(a, "%c@%s", letter, str_lower(a, v->mail));
    return str_is_empty(v->text) ? "" : arena_printf(a, "%c=%s", letter, v->text);
}

static int compare_strings(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static const char *canonical_of(struct arena *, const struct value *);

/* Every element with its length in front, so that no two sets share a form. */
static const char *canonical_set(struct arena *a, const struct value *v)
{
    const char **elements = arena_array(a, const char *, v->count);
    size_t total = 2;
    for (size_t i = 0; i < v->count; i++)
        elements[i] = canonical_of(a, &v->items[i]);
    if (v->count)
        qsort(elements, v->count, sizeof *elements, compare_strings);
    for (size_t i = 0; i < v->count; i++)
        total += strlen(elements[i]) + 24;
    char *joined = arena_alloc(a, total);
    size_t n = 0;
    for (size_t i = 0; i < v->count; i++)
        if (*elements[i] && (i == 0 || !str_eq(elements[i], elements[i - 1])))
            n += (size_t)snprintf(joined + n, total - n, "%s%zu:%s", n ? "" : "{", strlen(elements[i]), elements[i]);
    return joined;
}

static const char *canonical_of(struct arena *a, const struct value *v)
{
    switch (v->kind) {
    case VALUE_NONE:
        return "";
    case VALUE_STRING:
        return canonical_text(a, v->text);
    case VALUE_RICH:
        return canonical_rich(a, v->text);
    case VALUE_OPTION:
        return canonical_named(a, 'o', v);
    case VALUE_USER:
        return canonical_named(a, 'u', v);
    case VALUE_NUMBER:
        return canonical_number(a, v->text);
    case VALUE_DATE:
        return str_is_empty(v->text) ? "" : arena_printf(a, "d%s", v->text);
    case VALUE_SET:
        return canonical_set(a, v);
    }
    return "";
}

char *value_canonical(struct arena *a, const struct value *v)
{
    return arena_strdup(a, canonical_of(a, v));
}

/* An option without id is known by its name alone. */
static bool same_option(const struct value *x, const struct value *y)
{
    bool has_ids = !str_is_empty(x->id) && !str_is_empty(y->id);
    return !has_ids && x->text && y->text && value_name_equal(x->text, y->text);
}

/* A person without account id, as a mapping to Server or Data Center can give them, is known by user name. */
static bool same_user(const struct value *x, const struct value *y)
{
    bool has_ids = !str_is_empty(x->id) && !str_is_empty(y->id);
    return !has_ids && x->login && y->login && value_name_equal(x->login, y->login);
}

static bool holds(const struct value *set, const struct value *element)
{
    for (size_t i = 0; i < set->count; i++)
        if (value_equal(&set->items[i], element))
            return true;
    return value_is_empty(element);
}

static bool has_bare_element(const struct value *set)
{
    for (size_t i = 0; i < set->count; i++)
        if ((set->items[i].kind == VALUE_OPTION || set->items[i].kind == VALUE_USER) && str_is_empty(set->items[i].id))
            return true;
    return false;
}

static bool same_set(const struct value *x, const struct value *y)
{
    if (!has_bare_element(x) && !has_bare_element(y))
        return false; /* the canonical forms have said all there is */
    for (size_t i = 0; i < x->count; i++)
        if (!holds(y, &x->items[i]))
            return false;
    for (size_t i = 0; i < y->count; i++)
        if (!holds(x, &y->items[i]))
            return false;
    return true;
}

bool value_equal(const struct value *x, const struct value *y)
{
    struct arena a = ARENA_INIT;
    bool same = str_eq(value_canonical(&a, x), value_canonical(&a, y));
    arena_release(&a);
    if (same || x->kind != y->kind)
        return same;
    if (x->kind == VALUE_OPTION)
        return same_option(x, y);
    if (x->kind == VALUE_RICH)
        return rich_equal(x->text, y->text);
    return x->kind == VALUE_USER ? same_user(x, y) : x->kind == VALUE_SET && same_set(x, y);
}

bool value_is_empty(const struct value *v)
{
    struct arena a = ARENA_INIT;
    bool is_empty = !*value_canonical(&a, v);
    arena_release(&a);
    return is_empty;
}

/* NULL when the bytes are not UTF-8. */
static char *name_folded(struct arena *a, const char *name)
{
    utf8proc_uint8_t *folded = NULL;
    const char *trimmed = str_trim(a, name);
    if (utf8proc_map((const utf8proc_uint8_t *)trimmed, 0, &folded,
                     UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD) < 0)
        return NULL;
    char *copy = arena_strdup(a, (const char *)folded);
    free(folded);
    return copy;
}

bool value_name_equal(const char *x, const char *y)
{
    if (!x || !y || str_eq(x, y))
        return str_eq(x, y);
    struct arena a = ARENA_INIT;
    const char *folded_x = name_folded(&a, x), *folded_y = name_folded(&a, y);
    bool same = folded_x && folded_y && str_eq(folded_x, folded_y);
    arena_release(&a);
    return same;
}

/* JSON */

static const char *as_utf8(struct arena *a, const char *s)
{
    if (str_is_utf8(s, strlen(s)))
        return s;
    struct buf out = BUF_INIT(strlen(s) * 3 + 1);
    for (const char *p = s; *p;) {
        utf8proc_int32_t point;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)p, -1, &point);
        if (n > 0)
            buf_add(&out, p, (size_t)n);
        else
            buf_adds(&out, "\xEF\xBF\xBD");
        p += n > 0 ? n : 1;
    }
    char *clean = arena_strdup(a, buf_str(&out));
    buf_release(&out);
    return clean;
}

static void put(struct arena *a, json_t *object, const char *name, const char *text)
{
    if (text)
        json_object_set_new(object, name, json_string(as_utf8(a, text)));
}

static json_t *to_json(struct arena *a, const struct value *v)
{
    if (v->kind == VALUE_NONE)
        return json_null();
    json_t *object = json_pack("{ss}", "kind", KIND_NAMES[v->kind]);
    put(a, object, "id", v->id);
    put(a, object, "text", v->text);
    put(a, object, "mail", v->mail);
    put(a, object, "login", v->login);
    if (v->kind != VALUE_SET)
        return object;
    json_t *items = json_array();
    for (size_t i = 0; i < v->count; i++)
        json_array_append_new(items, to_json(a, &v->items[i]));
    json_object_set_new(object, "items", items);
    return object;
}

json_t *value_to_json(struct arena *a, const struct value *v)
{
    return json_keep(a, to_json(a, v));
}

/* A string member of its own copy; NULL when absent. */
static bool member(struct arena *a, const json_t *object, const char *name, const char **r, struct err *e)
{
    const json_t *found = json_object_get(object, name);
    if (found && !json_is_string(found))
        return err_set(e, ERR_PARSE, "a stored value is damaged: its \"%s\" is not a string", name);
    *r = arena_strdup(a, json_string_value(found));
    return true;
}

static bool kind_from_name(const char *name, enum value_kind *r, struct err *e)
{
    for (size_t kind = VALUE_STRING; name && kind < ARRAY_LEN(KIND_NAMES); kind++)
        if (str_eq(name, KIND_NAMES[kind])) {
            *r = (enum value_kind)kind;
            return true;
        }
    return err_set(e, ERR_PARSE, "a stored value is damaged: its kind is '%.40s', which no value has",
                   name ? name : "(missing)");
}

static bool from_json(struct arena *a, const json_t *json, struct value *r, int depth, struct err *e)
{
    struct value v = {0};
    if (!json || json_is_null(json)) {
        *r = v;
        return true;
    }
    if (!json_is_object(json) || depth > DEPTH_MAX)
        return err_set(e, ERR_PARSE, "a stored value is damaged: %s",
                       depth > DEPTH_MAX ? "sets are nested too deep" : "it is neither null nor an object");
    if (!kind_from_name(json_at_str(json, "kind"), &v.kind, e) || !member(a, json, "id", &v.id, e) ||
        !member(a, json, "text", &v.text, e) || !member(a, json, "mail", &v.mail, e) ||
        !member(a, json, "login", &v.login, e))
        return false;
    const json_t *items = json_object_get(json, "items");
    if ((v.kind == VALUE_SET) != json_is_array(items))
        return err_set(e, ERR_PARSE, "a stored value is damaged: a set, and only a set, has an array \"items\"");
    v.count = json_array_size(items);
    v.items = v.count ? arena_array(a, struct value, v.count) : NULL;
    for (size_t i = 0; i < v.count; i++)
        if (!from_json(a, json_array_get(items, i), &v.items[i], depth + 1, e))
            return false;
    *r = v;
    return true;
}

bool value_from_json(struct arena *a, const json_t *json, struct value *r, struct err *e)
{
    return from_json(a, json, r, 0, e);
}

/* For people */

static char *one_line(struct arena *a, const char *text)
{
    char *line = arena_strdup(a, str_trim(a, text));
    for (char *p = line; *p; p++)
        if (*p == '\n' || *p == '\r' || *p == '\t')
            *p = ' ';
    return line;
}

static const char *show_text(struct arena *a, const char *text)
{
    char *line = one_line(a, text);
    if (str_utf8_length(line) <= SHOW_CHARACTERS)
        return *line ? line : "(empty)";
    size_t cut = 0;
    for (int seen = 0; line[cut]; cut++)
        if (((unsigned char)line[cut] & 0xC0) != 0x80 && seen++ == SHOW_CHARACTERS)
            break;
    line[cut] = 0;
    return arena_printf(a, "%s…", line);
}

static const char *show(struct arena *, const struct value *);

static const char *show_set(struct arena *a, const struct value *v)
{
    const char *joined = "";
    for (size_t i = 0; i < v->count && strlen(joined) < 4 * SHOW_CHARACTERS; i++)
        joined = arena_printf(a, "%s%s%s", joined, i ? ", " : "", show(a, &v->items[i]));
    return show_text(a, joined);
}

static const char *show(struct arena *a, const struct value *v)
{
    if (v->kind == VALUE_SET)
        return show_set(a, v);
    if (v->kind == VALUE_RICH && v->text)
        return show_text(a, text_to_plain(a, rich_doc(a, v->text)));
    const char *shown = !str_is_empty(v->text) ? v->text : !str_is_empty(v->mail) ? v->mail : v->id;
    return v->kind == VALUE_NONE || str_is_empty(shown) ? "(empty)" : show_text(a, shown);
}

char *value_show(struct arena *a, const struct value *v)
{
    return arena_strdup(a, show(a, v));
}

static char *whole_line(struct arena *a, const struct value *v)
{
    bool is_rich = v->kind == VALUE_RICH && v->text;
    return one_line(a, is_rich ? text_to_plain(a, rich_doc(a, v->text)) : v->text ? v->text : "");
}

char *value_show_beside(struct arena *a, const struct value *v, const struct value *other)
{
    bool are_texts = (v->kind == VALUE_RICH || v->kind == VALUE_STRING) && v->kind == other->kind;
    const char *line = are_texts ? whole_line(a, v) : "", *beside = are_texts ? whole_line(a, other) : "";
    size_t same = 0;
    while (line[same] && line[same] == beside[same])
        same++;
    for (int back = 0; same && (back < SHOW_CHARACTERS / 3 || ((unsigned char)line[same] & 0xC0) == 0x80); same--)
        back += ((unsigned char)line[same] & 0xC0) != 0x80;
    return same ? arena_printf(a, "…%s", show_text(a, line + same)) : value_show(a, v);
}
