/* custom_value.c - the values of custom fields: from JSON to rows, and back to what clients and the changelog show.
 *
 * What a client got wrong becomes a problem of that field; all of them are reported together. */
#include "sandbox/field/custom.h"

#include "base/time_iso.h"

#include <math.h>
#include <string.h>

enum { LINE_LIMIT = 255 };

/* A field, and where the issue stands: its project and type say which options there are. */
struct reading {
    struct ctx *c;
    struct problems *p;
    const struct field *f;
    const struct issue_row *of;
    struct custom_value *list;
    size_t count;
};

static void push(struct reading *r, struct custom_value value)
{
    *arena_push(r->c->a, r->list, r->count) = value;
}

static void push_ref(struct reading *r, int64_t ref)
{
    if (ref)
        push(r, (struct custom_value){.ref = ref});
}

static bool read_line(struct reading *r, const json_t *value)
{
    const char *text = json_string_value(value);
    bool is_link = r->f->kind->noun == CUSTOM_URL;
    if (!text)
        problem(r->c, r->p, r->f->id, "Operation value must be a string");
    else if (!is_link && str_utf8_length(text) > LINE_LIMIT)
        problem(r->c, r->p, r->f->id, "The entered text is too long. It exceeds the allowed limit of 255 characters.");
    else if (!is_link && strpbrk(text, "\r\n"))
        problem(r->c, r->p, r->f->id, "The text must not contain line breaks.");
    else if (is_link && *text && !strstr(text, "://"))
        problem(r->c, r->p, r->f->id, "Not a valid URL");
    else if (*text)
        push(r, (struct custom_value){.text = arena_strdup(r->c->a, text)});
    return true;
}

static bool read_area(struct reading *r, const json_t *value)
{
    char *stored = NULL;
    if (!rich_text_read(r->c, value, r->f->id, r->p, &stored))
        return false;
    if (stored)
        push(r, (struct custom_value){.text = stored});
    return true;
}

static bool read_number(struct reading *r, const json_t *value)
{
    if (json_is_number(value))
        push(r, (struct custom_value){.num = json_number_value(value), .has_num = true});
    else
        problem(r->c, r->p, r->f->id, "Operation value must be a number");
    return true;
}

static bool read_day(struct reading *r, const json_t *value)
{
    const char *text = json_string_value(value);
    if (text && !*text)
        return true;
    if (!text || !is_date(text))
        problem(r->c, r->p, r->f->id, "Error parsing date string: %s", text ? text : "");
    else
        push(r, (struct custom_value){.text = arena_strdup(r->c->a, text)});
    return true;
}

/* yyyy-MM-dd'T'HH:mm:ss.SSSZ; Data Center knows no colon in the offset. */
static bool read_moment(struct reading *r, const json_t *value)
{
    const char *text = json_string_value(value), *time = text ? strchr(text, 'T') : NULL;
    const char *offset = time ? strpbrk(time, "+-") : NULL;
    int64_t at = 0;
    if (text && !*text)
        return true;
    bool is_colon = offset && strchr(offset, ':') && !r->c->d->is_cloud;
    if (!time || is_colon || !time_iso_parse(text, &at))
        problem(r->c, r->p, r->f->id, "Error parsing time: %s", text ? text : "");
    else
        push(r, (struct custom_value){.num = (double)at, .has_num = true});
    return true;
}

/* ---- options ---- */

static bool read_option(struct reading *r, const json_t *value, int64_t parent, int64_t *option_r)
{
    const char *id = json_at_id(r->c->a, value, "id"), *text = json_at_str(value, "value");
    int64_t context = 0;
    *option_r = 0;
    if (!json_is_object(value) || (!id && !text)) {
        problem(r->c, r->p, r->f->id, "Could not find valid 'id' or 'value' in the Parent Option object.");
        return true;
    }
    if (!field_context_of(r->c, r->f->number, r->of->project, r->of->type, &context) ||
        !db_int(r->c, option_r,
                id ? "SELECT id FROM field_option WHERE field = ?1 AND context = ?2 AND ifnull(parent, 0) = ?3 AND"
                     " CAST(id AS TEXT) = ?4"
                   : "SELECT id FROM field_option WHERE field = ?1 AND context = ?2 AND ifnull(parent, 0) = ?3 AND"
                     " value = ?4 ORDER BY disabled LIMIT 1",
                "iiis", r->f->number, context, parent, id ? id : text))
        return false;
    if (!*option_r)
        problem(r->c, r->p, r->f->id, id ? "Option id '%s' is not valid" : "Option value '%s' is not valid",
                id ? id : text);
    return true;
}

static bool read_cascade(struct reading *r, const json_t *value)
{
    int64_t parent, below = 0;
    const json_t *child = json_object_get(value, "child");
    if (!read_option(r, value, 0, &parent))
        return false;
    if (parent && child && !json_is_null(child) && !read_option(r, child, parent, &below))
        return false;
    push_ref(r, parent);
    push_ref(r, below);
    return true;
}

/* ---- things of the site ---- */

static bool read_group(struct reading *r, const json_t *value)
{
    const char *name = json_at_str(value, "name"), *uuid = json_at_str(value, "groupId");
    int64_t id = 0;
    if (!json_is_object(value) || (!name && !uuid)) {
        problem(r->c, r->p, r->f->id, "expected Object containing a 'name' property");
        return true;
    }
    if (!db_int(r->c, &id, "SELECT id FROM user_group WHERE uuid = ?1 OR name = ?2", "ss", uuid, uuid ? NULL : name))
        return false;
    if (!id)
        problem(r->c, r->p, r->f->id, "Group '%s' does not exist.", uuid ? uuid : name);
    push_ref(r, id);
    return true;
}

static bool read_version(struct reading *r, const json_t *value)
{
    const char *id = json_at_id(r->c->a, value, "id"), *name = json_at_str(value, "name");
    int64_t version = 0;
    if (!json_is_object(value) || (!id && !name)) {
        problem(r->c, r->p, r->f->id, "expected 'id' or 'name' property to be given");
        return true;
    }
    if (!db_int(r->c, &version,
                id ? "SELECT id FROM version WHERE project = ?1 AND CAST(id AS TEXT) = ?2"
                   : "SELECT id FROM version WHERE project = ?1 AND name = ?2",
                "is", r->of->project, id ? id : name))
        return false;
    if (!version)
        problem(r->c, r->p, r->f->id, "Version %s '%s' is not valid", id ? "id" : "name", id ? id : name);
    push_ref(r, version);
    return true;
}

static bool read_project(struct reading *r, const json_t *value)
{
    const char *id = json_at_id(r->c->a, value, "id"), *key = json_at_str(value, "key");
    int64_t project = 0;
    if ((id || key) && !project_find(r->c, id ? id : key, &project))
        return false;
    if (!project)
        problem(r->c, r->p, r->f->id,
                id || key ? "A valid project is required." : "expected 'id' or 'key' property to be given");
    push_ref(r, project);
    return true;
}

static bool read_sprint(struct reading *r, const json_t *value)
{
    int64_t asked = 0, sprint = 0;
    bool is_number = json_is_integer(value) || (json_is_string(value) && str_to_int(json_string_value(value), &asked));
    if (json_is_integer(value))
        asked = json_integer_value(value);
    if (!is_number) {
        problem(r->c, r->p, r->f->id, "Number value expected as the Sprint id.");
        return true;
    }
    if (!db_int(r->c, &sprint, "SELECT id FROM sprint WHERE id = ?1", "i", asked))
        return false;
    if (!sprint)
        problem(r->c, r->p, r->f->id, "Sprint with id '%lld' does not exist.", (long long)asked);
    push_ref(r, sprint);
    return true;
}

static bool read_label_list(struct reading *r, const json_t *value)
{
    char **labels;
    size_t count;
    if (!read_labels(r->c, r->p, r->f->id, value, &labels, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        push(r, (struct custom_value){.text = labels[i]});
    return true;
}

static bool read_one(struct reading *r, const json_t *value)
{
    int64_t ref = 0;
    switch (r->f->kind->noun) {
    case CUSTOM_LINE:
    case CUSTOM_URL:
        return read_line(r, value);
    case CUSTOM_AREA:
        return read_area(r, value);
    case CUSTOM_NUMBER:
        return read_number(r, value);
    case CUSTOM_DAY:
        return read_day(r, value);
    case CUSTOM_MOMENT:
        return read_moment(r, value);
    case CUSTOM_OPTION:
        if (!read_option(r, value, 0, &ref))
            return false;
        push_ref(r, ref);
        return true;
    case CUSTOM_CASCADE:
        return read_cascade(r, value);
    case CUSTOM_USER:
        if (!read_user(r->c, r->p, r->f->id, value, &ref))
            return false;
        push_ref(r, ref);
        return true;
    case CUSTOM_GROUP:
        return read_group(r, value);
    case CUSTOM_VERSION:
        return read_version(r, value);
    case CUSTOM_PROJECT:
        return read_project(r, value);
    case CUSTOM_SPRINT:
        return read_sprint(r, value);
    case CUSTOM_LABEL:
    case CUSTOM_EPIC: /* issue_change.c makes it the parent */
    case CUSTOM_RANK:
        break;
    }
    return true;
}

bool custom_is_list(const struct field *f)
{
    return str_eq(f->kind->type, "array") && f->kind->noun != CUSTOM_SPRINT;
}

bool read_custom(struct ctx *c, struct problems *p, const struct field *f, const struct issue_row *of,
                 const json_t *value, struct custom_value **list_r, size_t *count_r)
{
    struct reading r = {.c = c, .p = p, .f = f, .of = of};
    bool ok = true;
    size_t i;
    const json_t *item;
    if (!value || json_is_null(value))
        ok = true;
    else if (f->kind->noun == CUSTOM_LABEL)
        ok = read_label_list(&r, value);
    else if (!custom_is_list(f))
        ok = read_one(&r, value);
    else if (!json_is_array(value))
        problem(c, p, f->id, "data was not an array");
    else
        json_array_foreach (value, i, item)
            if (!read_one(&r, item))
                return false;
    *list_r = NULL;
    *count_r = 0;
    for (i = 0; i < r.count; i++) { /* the same thing twice is there once */
        size_t at = 0;
        while (at < *count_r && (r.list[i].ref == 0 || (*list_r)[at].ref != r.list[i].ref))
            at++;
        if (at == *count_r || f->kind->noun == CUSTOM_CASCADE)
            *arena_push(c->a, *list_r, *count_r) = r.list[i];
    }
    return ok;
}

/* ---- shown ---- */

json_t *field_option_json(struct ctx *c, int64_t option)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT value, disabled FROM field_option WHERE id = ?1", "i", option))
        return NULL;
    json_t *o = new_object(c);
    if (sql_next(&rows)) {
        put_self(c, o, "customFieldOption/%lld", (long long)option);
        put_str(o, "value", sql_peek(&rows, 0));
        put_id(o, "id", option);
        if (!c->d->is_cloud)
            put_bool(o, "disabled", sql_int(&rows, 1));
    }
    return db_done(c, &rows) ? o : NULL;
}

json_t *group_json(struct ctx *c, int64_t group)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT name, uuid FROM user_group WHERE id = ?1", "i", group))
        return NULL;
    json_t *o = new_object(c);
    if (sql_next(&rows)) {
        const char *name = sql_peek(&rows, 0), *uuid = sql_peek(&rows, 1);
        put_str(o, "name", name);
        if (c->d->is_cloud) {
            put_str(o, "groupId", uuid);
            put_self(c, o, "group?groupId=%s", uuid);
        } else {
            put_self(c, o, "group?groupname=%s", str_percent_encode(c->a, name));
        }
    }
    return db_done(c, &rows) ? o : NULL;
}

static json_t *one_json(struct ctx *c, const struct field *f, const struct custom_value *v)
{
    switch (f->kind->noun) {
    case CUSTOM_AREA:
        return rich_text_show(c, v->text);
    case CUSTOM_NUMBER:
        return json_keep(c->a, json_real(v->num));
    case CUSTOM_MOMENT:
        return json_keep(c->a, json_string(time_text(c, (int64_t)v->num)));
    case CUSTOM_OPTION:
    case CUSTOM_CASCADE:
        return field_option_json(c, v->ref);
    case CUSTOM_USER:
        return user_json(c, v->ref);
    case CUSTOM_GROUP:
        return group_json(c, v->ref);
    case CUSTOM_VERSION:
        return version_json(c, v->ref);
    case CUSTOM_PROJECT:
        return project_json(c, v->ref);
    case CUSTOM_SPRINT:
        return sprint_value_json(c, v->ref);
    default:
        return json_keep(c->a, json_string(v->text));
    }
}

json_t *custom_json(struct ctx *c, const struct field *f, const struct custom_value *values, size_t count)
{
    if (!count)
        return json_keep(c->a, json_null());
    if (f->kind->noun == CUSTOM_CASCADE) {
        json_t *o = one_json(c, f, &values[0]);
        if (o && count > 1)
            put(o, "child", one_json(c, f, &values[1]));
        return o;
    }
    if (!str_eq(f->kind->type, "array"))
        return one_json(c, f, &values[0]);
    json_t *list = new_array(c);
    for (size_t i = 0; i < count; i++)
        add(list, one_json(c, f, &values[i]));
    return list;
}

/* ---- in the changelog ---- */

static char *day_text(struct ctx *c, const char *day)
{
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t month = 0;
    if (!str_to_int(arena_strndup(c->a, day + 5, 2), &month) || month < 1 || month > 12)
        return arena_strdup(c->a, day);
    return arena_printf(c->a, "%.2s/%s/%.2s", day + 8, MONTHS[month - 1], day + 2);
}

/* "22/Nov/26 4:04 PM" */
static char *moment_text(struct ctx *c, int64_t ms)
{
    char minute[TIME_ISO_BYTES];
    int64_t hour = 0;
    time_iso_jql(ms, zone_minutes(c->sb, ms), minute);
    if (!str_to_int(arena_strndup(c->a, minute + 11, 2), &hour))
        return NULL;
    return arena_printf(c->a, "%s %d:%.2s %s", day_text(c, arena_strndup(c->a, minute, 10)),
                        (int)(hour % 12 ? hour % 12 : 12), minute + 14, hour < 12 ? "AM" : "PM");
}

/* As short as it can be and still the same number: "3", "0.1". */
static char *number_text(struct ctx *c, double n)
{
    char *text = NULL;
    for (int digits = 15; digits <= 17; digits++) {
        text = arena_printf(c->a, "%.*g", digits, n);
        double same = strtod(text, NULL);
        if (!(same < n) && !(same > n))
            break;
    }
    return text;
}

/* Id and text of one thing that has a row of its own. */
static bool noun_text(struct ctx *c, const struct field *f, int64_t ref, char **id_r, char **text_r)
{
    const char *sql = NULL;
    *id_r = arena_printf(c->a, "%lld", (long long)ref);
    switch (f->kind->noun) {
    case CUSTOM_USER:
        return history_user(c, ref, id_r, text_r);
    case CUSTOM_GROUP:
        sql = "SELECT name FROM user_group WHERE id = ?1";
        break;
    case CUSTOM_VERSION:
        sql = "SELECT name FROM version WHERE id = ?1";
        break;
    case CUSTOM_PROJECT:
        sql = "SELECT name FROM project WHERE id = ?1";
        break;
    case CUSTOM_SPRINT:
        sql = "SELECT name FROM sprint WHERE id = ?1";
        break;
    default:
        sql = "SELECT value FROM field_option WHERE id = ?1";
    }
    return db_str(c, text_r, sql, "i", ref);
}

/* Lists of ids stand in brackets: "[10019, 10020]"; a sprint's do not: "1, 2". */
static bool refs_text(struct ctx *c, const struct field *f, const struct custom_value *list, size_t count, char **id_r,
                      char **text_r)
{
    bool is_sprint = f->kind->noun == CUSTOM_SPRINT;
    const char *comma = is_sprint ? ", " : ",";
    char *ids = arena_strdup(c->a, ""), *texts = arena_strdup(c->a, ""), *id, *text;
    for (size_t i = 0; i < count; i++) {
        if (!noun_text(c, f, list[i].ref, &id, &text))
            return false;
        ids = arena_printf(c->a, "%s%s%s", ids, i ? ", " : "", id ? id : "");
        texts = arena_printf(c->a, "%s%s%s", texts, i ? comma : "", text ? text : "");
    }
    *id_r = custom_is_list(f) ? arena_printf(c->a, "[%s]", ids) : ids;
    *text_r = texts;
    return true;
}

/* "Parent values: A(10100)Level 1 values: B(10101)" */
static bool cascade_text(struct ctx *c, const struct field *f, const struct custom_value *list, size_t count,
                         char **text_r)
{
    char *id, *text;
    if (!noun_text(c, f, list[0].ref, &id, &text))
        return false;
    *text_r = arena_printf(c->a, "Parent values: %s(%s)", text, id);
    if (count < 2)
        return true;
    if (!noun_text(c, f, list[1].ref, &id, &text))
        return false;
    *text_r = arena_printf(c->a, "%sLevel 1 values: %s(%s)", *text_r, text, id);
    return true;
}

bool custom_history(struct ctx *c, const struct field *f, const struct custom_value *list, size_t count, char **id_r,
                    char **text_r)
{
    *id_r = *text_r = NULL;
    if (!count) {
        if (f->kind->noun == CUSTOM_SPRINT || custom_is_list(f))
            *text_r = arena_strdup(c->a, "");
        if (f->kind->noun == CUSTOM_SPRINT)
            *id_r = arena_strdup(c->a, "");
        return true;
    }
    switch (f->kind->noun) {
    case CUSTOM_NUMBER:
        *text_r = number_text(c, list[0].num);
        return true;
    case CUSTOM_MOMENT:
        *id_r = time_text(c, (int64_t)list[0].num);
        *text_r = moment_text(c, (int64_t)list[0].num);
        return true;
    case CUSTOM_DAY:
        *id_r = list[0].text;
        *text_r = day_text(c, list[0].text);
        return true;
    case CUSTOM_AREA:
        *text_r = rich_text_wiki(c, list[0].text);
        return true;
    case CUSTOM_LINE:
    case CUSTOM_URL:
    case CUSTOM_RANK:
    case CUSTOM_EPIC:
        *text_r = list[0].text;
        return true;
    case CUSTOM_LABEL:
        for (size_t i = 0; i < count; i++)
            *text_r = arena_printf(c->a, "%s%s%s", i ? *text_r : "", i ? " " : "", list[i].text);
        return true;
    case CUSTOM_CASCADE:
        return cascade_text(c, f, list, count, text_r);
    default:
        return refs_text(c, f, list, count, id_r, text_r);
    }
}
