#include "jira/parse.h"

#include "base/str.h"
#include "base/time_iso.h"
#include "jira/field.h"
#include "tracker/rich.h"

#include <stdlib.h>
#include <string.h>

bool jira_time_parse(const json_t *json, const char *what, int64_t *ms_r, struct err *e)
{
    *ms_r = json_is_integer(json) ? json_integer_value(json) : 0;
    const char *text = json_string_value(json);
    if (text && !time_iso_parse(text, ms_r))
        return err_set(e, ERR_PROTOCOL, "the site gives %s as \"%.40s\", which is no time", what, text);
    return true;
}

int jira_id_compare(const char *x, const char *y)
{
    if (!x || !y)
        return !!x - !!y;
    size_t n = strlen(x), m = strlen(y);
    return n != m ? (n < m ? -1 : 1) : strcmp(x, y);
}

bool jira_page_is_short(const json_t *page, const char *member)
{
    const json_t *list = json_object_get(page, member);
    return !json_is_array(list) || json_at_int(page, "total", 0) > (int64_t)json_array_size(list);
}

/* --- comments --- */

/* properties: [{"key": "tandem.token", "value": {"token": "…"}}] */
static const char *token_of(const json_t *comment)
{
    size_t i;
    json_t *property;
    json_array_foreach (json_object_get(comment, "properties"), i, property)
        if (str_eq(json_at_str(property, "key"), TRACKER_TOKEN_PROPERTY))
            return json_at_str(property, "value.token");
    return NULL;
}

bool jira_comment_parse(struct arena *a, const json_t *json, struct tracker_comment *r, struct err *e)
{
    const char *id = json_at_id(a, json, "id");
    const json_t *body = json_object_get(json, "body");
    if (str_is_empty(id))
        return err_set(e, ERR_PROTOCOL, "the site answered with a comment without an id");
    const json_t *author = json_object_get(json, "author");
    *r = (struct tracker_comment){.id = id,
                                  .author_id = jira_user_id(author),
                                  .author_name = json_at_str(author, "displayName"),
                                  .body = json_is_object(body) ? rich_of_adf(a, body)
                                                               : rich_of_markup(json_string_value(body)),
                                  .visibility_type = json_at_str(json, "visibility.type"),
                                  .visibility_value = json_at_str(json, "visibility.value"),
                                  .is_internal = !json_at_bool(json, "jsdPublic", true),
                                  .token = token_of(json)};
    if (!r->visibility_value) /* newer Clouds may name the group by its id alone */
        r->visibility_value = json_at_str(json, "visibility.identifier");
    return jira_time_parse(json_object_get(json, "created"), "when a comment was made", &r->created_ms, e) &&
           jira_time_parse(json_object_get(json, "updated"), "when a comment was edited", &r->updated_ms, e);
}

bool jira_comments_parse(struct arena *a, const json_t *array, struct tracker_comment **r, size_t *count_r,
                         struct err *e)
{
    size_t i;
    json_t *item;
    json_array_foreach (array, i, item)
        if (!jira_comment_parse(a, item, arena_push(a, *r, *count_r), e))
            return false;
    return true;
}

static int compare_comments(const void *x, const void *y)
{
    return jira_id_compare(((const struct tracker_comment *)x)->id, ((const struct tracker_comment *)y)->id);
}

void jira_comments_sort(struct tracker_comment *comments, size_t count)
{
    if (count)
        qsort(comments, count, sizeof *comments, compare_comments);
}

/* --- history --- */

/* Jira leaves fieldId out of many items, and older versions of all. */
static const char *field_of(struct arena *a, const json_t *item)
{
    const char *id = json_at_str(item, "fieldId"), *name = json_at_str(item, "field");
    return !str_is_empty(id) ? id : name ? str_lower(a, name) : "";
}

static bool parse_history(struct arena *a, const json_t *history, struct tracker_history_item **r, size_t *count_r,
                          struct err *e)
{
    struct tracker_history_item common = {.id = json_at_id(a, history, "id"),
                                          .author_id = jira_user_id(json_object_get(history, "author"))};
    if (str_is_empty(common.id))
        return err_set(e, ERR_PROTOCOL, "the site answered with a history entry without an id");
    if (!jira_time_parse(json_object_get(history, "created"), "when a change was made", &common.created_ms, e))
        return false;
    size_t i;
    json_t *item;
    json_array_foreach (json_object_get(history, "items"), i, item) {
        struct tracker_history_item *h = arena_push(a, *r, *count_r);
        *h = common;
        h->field = field_of(a, item);
        h->from = json_at_id(a, item, "from");
        h->from_text = json_at_str(item, "fromString");
        h->to = json_at_id(a, item, "to");
        h->to_text = json_at_str(item, "toString");
    }
    return true;
}

bool jira_histories_parse(struct arena *a, const json_t *array, struct tracker_history_item **r, size_t *count_r,
                          struct err *e)
{
    size_t i;
    json_t *history;
    json_array_foreach (array, i, history)
        if (!parse_history(a, history, r, count_r, e))
            return false;
    return true;
}

struct ranked {
    struct tracker_history_item item;
    size_t rank;
};

/* Items of one history keep their order. */
static int compare_ranked(const void *x, const void *y)
{
    const struct ranked *p = x, *q = y;
    int by_id = jira_id_compare(p->item.id, q->item.id);
    return by_id ? by_id : (p->rank > q->rank) - (p->rank < q->rank);
}

void jira_history_sort(struct arena *a, struct tracker_history_item *h, size_t count)
{
    struct ranked *ranked = arena_array(a, struct ranked, count);
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){h[i], i};
    if (count)
        qsort(ranked, count, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < count; i++)
        h[i] = ranked[i].item;
}

/* --- issues --- */

static int compare_attachments(const void *x, const void *y)
{
    return jira_id_compare(((const struct tracker_attachment *)x)->id, ((const struct tracker_attachment *)y)->id);
}

static void parse_attachments(struct arena *a, const json_t *array, struct tracker_issue *r)
{
    size_t i;
    json_t *json;
    json_array_foreach (array, i, json) {
        struct tracker_attachment file = {json_at_id(a, json, "id"), json_at_str(json, "filename"),
                                          json_at_str(json, "content"), json_at_int(json, "size", 0)};
        if (file.id && file.name)
            *arena_push(a, r->attachments, r->attachment_count) = file;
    }
    if (r->attachment_count)
        qsort(r->attachments, r->attachment_count, sizeof *r->attachments, compare_attachments);
}

static bool parse_parts(struct arena *a, const struct jira_issue_form *form, const json_t *json,
                        struct tracker_issue *r, struct err *e)
{
    parse_attachments(a, json_at(json, "fields.attachment"), r);
    if (form->want & TRACKER_COMMENTS) {
        if (!jira_comments_parse(a, json_at(json, "fields.comment.comments"), &r->comments, &r->comment_count, e))
            return false;
        jira_comments_sort(r->comments, r->comment_count);
    }
    if (form->want & TRACKER_HISTORY) {
        if (!jira_histories_parse(a, json_at(json, "changelog.histories"), &r->history, &r->history_count, e))
            return false;
        jira_history_sort(a, r->history, r->history_count);
    }
    if (form->has_properties) {
        const json_t *properties = json_object_get(json, "properties");
        r->properties = json_is_object(properties) ? properties : json_keep(a, json_object());
    }
    return true;
}

bool jira_issue_parse(struct arena *a, const struct jira_issue_form *form, const json_t *json, struct tracker_issue *r,
                      struct err *e)
{
    const json_t *fields = json_object_get(json, "fields");
    *r = (struct tracker_issue){.id = json_at_id(a, json, "id"),
                                .key = json_at_str(json, "key"),
                                .project_id = json_at_id(a, fields, "project.id"),
                                .project_key = json_at_str(fields, "project.key"),
                                .creator_id = jira_user_id(json_object_get(fields, "creator")),
                                .reporter_id = jira_user_id(json_object_get(fields, "reporter")),
                                .parent_id = json_at_id(a, fields, "parent.id")};
    if (str_is_empty(r->id))
        return err_set(e, ERR_PROTOCOL, "the site answered with an issue without an id");
    if (!jira_time_parse(json_object_get(fields, "created"), "when an issue was made", &r->created_ms, e) ||
        !jira_time_parse(json_object_get(fields, "updated"), "when an issue last moved", &r->updated_ms, e))
        return err_wrap(e, "issue %s", r->key ? r->key : r->id);
    r->fields = arena_array(a, struct tracker_issue_field, form->field_count);
    r->field_count = form->field_count;
    for (size_t i = 0; i < form->field_count; i++) {
        const char *id = form->fields[i];
        struct jira_field_form how =
            jira_field_form(id, jira_field_find(form->definitions, form->definition_count, id));
        r->fields[i] = (struct tracker_issue_field){id, jira_value_read(a, how, json_object_get(fields, id))};
    }
    return parse_parts(a, form, json, r, e) || err_wrap(e, "issue %s", r->key ? r->key : r->id);
}
