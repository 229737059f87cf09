/* issue_rendered.c - an issue's fields as people read them: expand=renderedFields. */
#include "sandbox/parts/attachment.h"
#include "sandbox/parts/worklog.h"

#include "base/time_iso.h"
#include "sandbox/parts/duration.h"

#include <string.h>

/* A copy of what is shown of a thing, with its dates as people read them. */
static json_t *with_dates(struct ctx *c, const json_t *shown)
{
    static const char *const DATES[] = {"created", "updated", "started"};
    json_t *o = json_keep(c->a, json_copy((json_t *)shown));
    for (size_t i = 0; i < ARRAY_LEN(DATES); i++) {
        int64_t at = 0;
        char day[TIME_ISO_BYTES];
        const char *text = json_at_str(shown, DATES[i]);
        if (!text || !time_iso_parse(text, &at))
            continue;
        time_iso_jql(at, zone_minutes(c->sb, at), day);
        put_str(o, DATES[i], day);
    }
    return o;
}

static json_t *worklogs_rendered(struct ctx *c, const json_t *page)
{
    json_t *o = json_keep(c->a, json_copy((json_t *)page)), *list = new_array(c);
    const json_t *shown;
    size_t i;
    json_array_foreach (json_object_get(page, "worklogs"), i, shown) {
        json_t *one = with_dates(c, shown);
        struct worklog w;
        int64_t id = 0;
        if (!str_to_int(json_at_str(shown, "id"), &id) || !worklog_find(c, id, &w))
            return NULL;
        if (w.comment)
            put_str(one, "comment", rich_text_html(c, w.comment));
        add(list, one);
    }
    put(o, "worklogs", list);
    return o;
}

static json_t *attachments_rendered(struct ctx *c, const json_t *shown)
{
    json_t *list = new_array(c);
    const json_t *file;
    size_t i;
    json_array_foreach (shown, i, file) {
        json_t *one = with_dates(c, file);
        put_str(one, "size", attachment_human_size(c, json_at_int(file, "size", 0)));
        add(list, one);
    }
    return list;
}

/* The HTML of custom texts of several lines, into `o` where the fields are shown. */
static bool render_areas(struct ctx *c, const struct issue_row *row, const json_t *fields, json_t *o)
{
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT f.id, v.text FROM field f LEFT JOIN custom_value v ON v.field = f.number AND v.issue = ?1"
                  " WHERE f.kind = 'textarea'",
                  "i", row->id))
        return false;
    while (sql_next(&rows))
        if (json_object_get(fields, sql_peek(&rows, 0)))
            put_str(o, sql_peek(&rows, 0), sql_is_null(&rows, 1) ? "" : rich_text_html(c, sql_str(&rows, 1, c->a)));
    return db_done(c, &rows);
}

/* Dates as people read them, rich text as HTML, null for the rest. */
json_t *issue_rendered_json(struct ctx *c, const struct issue_row *row, json_t *fields)
{
    json_t *o = new_object(c), *value;
    const char *name;
    json_object_foreach (fields, name, value) {
        int64_t at = 0;
        char day[TIME_ISO_BYTES];
        if (str_eq(name, "description"))
            put_str(o, name, row->description ? rich_text_html(c, row->description) : "");
        else if (str_eq(name, "environment"))
            put_str(o, name, row->environment ? rich_text_html(c, row->environment) : "");
        else if (str_eq(name, "comment"))
            put(o, name, comment_page_json(c, row->id, c->d->comment_cap, true));
        else if (str_eq(name, "worklog"))
            put(o, name, worklogs_rendered(c, value));
        else if (str_eq(name, "attachment"))
            put(o, name, attachments_rendered(c, value));
        else if (str_eq(name, "timetracking"))
            put(o, name, value);
        else if (json_is_integer(value) && strstr(name, "time"))
            put_str(o, name, duration_words(c->a, json_integer_value(value)));
        else if (json_is_string(value) && time_iso_parse(json_string_value(value), &at) && !str_eq(name, "summary")) {
            time_iso_jql(at, zone_minutes(c->sb, at), day);
            put_str(o, name, str_eq(name, "duedate") ? json_string_value(value) : day);
        } else
            put(o, name, NULL);
    }
    return render_areas(c, row, fields, o) ? o : NULL;
}
