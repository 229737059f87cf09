#include "jira/resource.h"

#include "base/buf.h"
#include "base/str.h"
#include "jira/field.h"

enum { BULKFETCH_PROPERTIES = 5, CHANGELOG_TRUSTED = 40 };

/* One reading of issues: what was asked for, turned into what goes over the wire and how the answer is read. */
struct reading {
    struct jira_site *site;
    struct arena *a;
    const struct jira_facts *facts;
    const struct tracker_read *read;
    struct jira_issue_form form;
    bool with_comments;  /* the comment field is part of the question */
    bool with_changelog; /* the expanded changelog is */
};

static bool reading_init(struct reading *q, struct jira_site *site, struct arena *a, const struct tracker_read *read,
                         struct err *e)
{
    *q = (struct reading){.site = site, .a = a, .read = read};
    q->form = (struct jira_issue_form){.fields = read->fields,
                                       .field_count = read->field_count,
                                       .want = read->want,
                                       .has_properties = read->property_count > 0};
    bool tokens = read->want & TRACKER_COMMENT_TOKENS;
    if (tokens) /* they stand in the comment resource alone, which brings the rest of the comments as well */
        q->form.want &= ~(unsigned)TRACKER_COMMENTS;
    q->with_comments = q->form.want & TRACKER_COMMENTS;
    q->with_changelog = read->want & TRACKER_HISTORY;
    return jira_site_facts(site, &q->facts, e) &&
           jira_fields_for(site, read->fields, read->field_count, &q->form.definitions, &q->form.definition_count, e);
}

static const char *const always[] = {"project", "created", "updated", "creator", "reporter", "parent"};

static json_t *field_list(const struct reading *q)
{
    json_t *list = json_keep(q->a, json_array());
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        json_array_append_new(list, json_string(always[i]));
    for (size_t i = 0; i < q->read->field_count; i++)
        json_array_append_new(list, json_string(q->read->fields[i]));
    if (q->read->want & (TRACKER_COMMENTS | TRACKER_COMMENT_TOKENS)) /* texts name files */
        json_array_append_new(list, json_string("attachment"));
    if (q->with_comments)
        json_array_append_new(list, json_string("comment"));
    return list;
}

static json_t *string_list(struct arena *a, const char *const *strings, size_t count)
{
    json_t *list = json_keep(a, json_array());
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(strings[i]));
    return list;
}

/* Comma-separated, percent-encoded for a query. */
static const char *join(struct arena *a, const json_t *list)
{
    size_t i;
    json_t *item;
    struct buf joined = BUF_INIT(1024 * 1024);
    json_array_foreach (list, i, item)
        buf_addf(&joined, "%s%s", i ? "," : "", str_percent_encode(a, json_string_value(item)));
    const char *text = arena_strdup(a, buf_str(&joined));
    buf_release(&joined);
    return text;
}

/* --- making what was read complete --- */

static bool complete_comments(const struct reading *q, const json_t *json, struct tracker_issue *issue, struct err *e)
{
    bool tokens = q->read->want & TRACKER_COMMENT_TOKENS;
    if (!tokens && (!q->with_comments || !jira_page_is_short(json_at(json, "fields.comment"), "comments")))
        return true;
    issue->comments = NULL;
    issue->comment_count = 0;
    return jira_comments_read(q->site, q->a, issue->id, &issue->comments, &issue->comment_count, e);
}

/* Cloud cuts the expanded changelog, and whether it tells the true total is not promised everywhere. */
static bool complete_history(const struct reading *q, const json_t *json, struct tracker_issue *issue, struct err *e)
{
    if (!(q->read->want & TRACKER_HISTORY))
        return true;
    const json_t *log = json_object_get(json, "changelog");
    bool is_short = jira_page_is_short(log, "histories");
    if (q->facts->caps->has_changelog_pages)
        is_short = is_short || json_at_count(log, "histories") >= CHANGELOG_TRUSTED;
    if (!is_short)
        return true;
    issue->history = NULL;
    issue->history_count = 0;
    return jira_history_read(q->site, q->a, issue->id, &issue->history, &issue->history_count, e);
}

static bool take(const struct reading *q, const json_t *json, struct tracker_issue *r, struct err *e)
{
    if (!jira_issue_parse(q->a, &q->form, json, r, e))
        return err_wrap(e, "site %s", q->site->name);
    return complete_comments(q, json, r, e) && complete_history(q, json, r, e);
}

/* Appends what an answer lists. An issue that vanishes between list and details is left out: it is asked for again. */
static bool take_all(const struct reading *q, const json_t *array, struct tracker_issue **r, size_t *count_r,
                     struct err *e)
{
    size_t i;
    json_t *json;
    json_array_foreach (array, i, json) {
        struct err failure = ERR_INIT;
        if (take(q, json, arena_push(q->a, *r, *count_r), &failure))
            continue;
        (*count_r)--;
        if (failure.kind != ERR_GONE) {
            if (e)
                *e = failure;
            return false;
        }
    }
    return true;
}

/* --- one issue --- */

static bool read_one(const struct reading *q, const char *id, struct tracker_issue **r, struct err *e)
{
    const struct tracker_read *read = q->read;
    const char *properties = join(q->a, string_list(q->a, read->properties, read->property_count));
    const char *target =
        arena_printf(q->a, "%s/issue/%s?fields=%s%s%s%s", jira_text_api(q->site), str_percent_encode(q->a, id),
                     join(q->a, field_list(q)), q->with_changelog ? "&expand=changelog" : "",
                     read->property_count ? "&properties=" : "", properties);
    const json_t *json;
    *r = NULL;
    if (!jira_find(q->site, q->a, target, &json, e))
        return false;
    if (!json)
        return true;
    struct err failure = ERR_INIT;
    struct tracker_issue *issue = arena_new(q->a, struct tracker_issue);
    if (take(q, json, issue, &failure))
        *r = issue;
    else if (failure.kind != ERR_GONE) {
        if (e)
            *e = failure;
        return false;
    }
    return true;
}

bool jira_issue_read(struct jira_site *site, struct arena *a, const struct tracker_read *read, const char *id,
                     struct tracker_issue **r, struct err *e)
{
    struct reading q;
    return reading_init(&q, site, a, read, e) && read_one(&q, id, r, e);
}

/* --- many issues --- */

static bool bulkfetch(const struct reading *q, const char *const *ids, size_t count, struct tracker_issue **r,
                      size_t *count_r, struct err *e)
{
    json_t *body = json_keep(
        q->a, json_pack("{s:O, s:O}", "issueIdsOrKeys", string_list(q->a, ids, count), "fields", field_list(q)));
    if (q->read->property_count)
        json_object_set(body, "properties", string_list(q->a, q->read->properties, q->read->property_count));
    if (q->with_changelog)
        json_object_set_new(body, "expand", json_pack("[s]", "changelog"));
    const json_t *answer;
    const char *target = arena_printf(q->a, "%s/issue/bulkfetch", jira_text_api(q->site));
    return jira_ask_list(q->site, q->a, target, body, "issues", &answer, e) &&
           take_all(q, json_object_get(answer, "issues"), r, count_r, e);
}

bool jira_issues_bulkfetch(struct jira_site *site, struct arena *a, const struct tracker_read *read,
                           const char *const *ids, size_t count, struct tracker_issue **r, size_t *count_r,
                           struct err *e)
{
    struct reading q;
    return reading_init(&q, site, a, read, e) && bulkfetch(&q, ids, count, r, count_r, e);
}

/* With validateQuery a single missing id would fail the whole search. */
static bool search_by_id(const struct reading *q, const char *const *ids, size_t count, struct tracker_issue **r,
                         size_t *count_r, struct err *e)
{
    const char *jql = arena_printf(q->a, "id in (%s) ORDER BY key ASC", join(q->a, string_list(q->a, ids, count)));
    json_t *body = json_keep(q->a, json_pack("{s:s, s:i, s:i, s:b, s:O}", "jql", jql, "startAt", 0, "maxResults",
                                             (int)count, "validateQuery", 0, "fields", field_list(q)));
    if (q->with_changelog)
        json_object_set_new(body, "expand", json_pack("[s]", "changelog"));
    for (size_t start = 0;;) {
        const json_t *answer;
        if (!jira_ask_list(q->site, q->a, "/rest/api/2/search", body, "issues", &answer, e))
            return false;
        size_t got = json_at_count(answer, "issues");
        if (!take_all(q, json_object_get(answer, "issues"), r, count_r, e))
            return false;
        start += got; /* the site may cut the page below what was asked for */
        if (!got || (int64_t)start >= json_at_int(answer, "total", 0))
            return true;
        json_object_set_new(body, "startAt", json_integer((json_int_t)start));
    }
}

/* Ids go into a search as they are; a site never gives others. */
static bool check_ids(const struct tracker_read *read, struct err *e)
{
    int64_t number;
    for (size_t i = 0; i < read->id_count; i++)
        if (!read->ids[i] || !str_to_int(read->ids[i], &number) || number < 0)
            return err_set(e, ERR_INPUT, "\"%.40s\" is no issue id; ids are numbers",
                           read->ids[i] ? read->ids[i] : "(none)");
    return true;
}

/* An answer above the limit of the client is asked for again in halves. */
static bool read_batch(const struct reading *q, const char *const *ids, size_t count, struct tracker_issue **r,
                       size_t *count_r, struct err *e)
{
    struct err failure = ERR_INIT;
    size_t before = *count_r;
    bool ok = q->facts->caps->has_bulkfetch ? bulkfetch(q, ids, count, r, count_r, &failure)
                                            : search_by_id(q, ids, count, r, count_r, &failure);
    if (ok)
        return true;
    if (failure.kind == ERR_LIMIT && count > 1) {
        *count_r = before;
        return read_batch(q, ids, count / 2, r, count_r, e) &&
               read_batch(q, ids + count / 2, count - count / 2, r, count_r, e);
    }
    if (e)
        *e = failure;
    return false;
}

static struct tracker_issue *find(struct tracker_issue *issues, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(issues[i].id, id))
            return &issues[i];
    return NULL;
}

/* Puts each issue to its id; who is missing is asked for by name, since searches lag and bulk answers may leave out. */
static bool match(const struct reading *q, const char *const *ids, size_t count, struct tracker_issue *found,
                  size_t found_count, struct tracker_issue **r, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        r[i] = find(found, found_count, ids[i]);
        if (!r[i] && !read_one(q, ids[i], &r[i], e))
            return false;
    }
    return true;
}

bool jira_issues_read(struct jira_site *site, struct arena *a, const struct tracker_read *read,
                      struct tracker_issue **r, struct err *e)
{
    struct reading q;
    if (!check_ids(read, e) || !reading_init(&q, site, a, read, e))
        return false;
    const struct jira_caps *caps = q.facts->caps;
    bool in_bulk = read->id_count > 1;
    if (read->property_count)
        in_bulk = in_bulk && caps->has_search_properties && read->property_count <= BULKFETCH_PROPERTIES;
    size_t batch = in_bulk ? (size_t)caps->read_batch : 1;
    for (size_t i = 0; i < read->id_count; i += batch) {
        size_t count = read->id_count - i < batch ? read->id_count - i : batch, found_count = 0;
        struct tracker_issue *found = NULL;
        if (in_bulk && !read_batch(&q, read->ids + i, count, &found, &found_count, e))
            return false;
        if (!match(&q, read->ids + i, count, found, found_count, r + i, e))
            return false;
    }
    return true;
}

/* --- writing --- */

static bool write_fields(struct jira_site *site, struct arena *a, const struct tracker_issue_field *fields,
                         size_t count, json_t **r, struct err *e)
{
    const struct jira_facts *facts;
    const struct tracker_field *definitions;
    size_t definition_count;
    const char **ids = arena_array(a, const char *, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = fields[i].id;
    if (!jira_site_facts(site, &facts, e) || !jira_fields_for(site, ids, count, &definitions, &definition_count, e))
        return false;
    *r = json_keep(a, json_object());
    for (size_t i = 0; i < count; i++) {
        struct jira_field_form form = jira_field_form(ids[i], jira_field_find(definitions, definition_count, ids[i]));
        form.takes_adf = facts->has_adf;
        json_object_set(*r, ids[i], jira_value_write(a, form, facts->caps->has_account_ids, &fields[i].value));
    }
    return true;
}

static bool send_new(struct jira_site *site, struct arena *a, const char *project,
                     const struct tracker_issue_field *fields, size_t count, const struct tracker_property *properties,
                     size_t property_count, const json_t **answer, struct err *e)
{
    json_t *values;
    if (!write_fields(site, a, fields, count, &values, e))
        return false;
    json_object_set_new(values, "project", json_pack("{s:s}", "id", project));
    json_t *body = json_keep(a, json_pack("{s:O}", "fields", values)), *list = json_array();
    for (size_t i = 0; i < property_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:O}", "key", properties[i].key, "value", properties[i].value));
    json_object_set_new(body, "properties", list);
    return jira_write(site, a, NULL, HTTP_POST, arena_printf(a, "%s/issue", jira_text_api(site)), body, answer, e);
}

/* Ends an attempt: true to try again, in the form that the site asked for. */
static bool is_other_form_wanted(struct jira_site *site, const struct err *failure, bool *was_asked, struct err *e)
{
    if (!*was_asked && jira_text_learn(site, failure))
        return *was_asked = true;
    if (e)
        *e = *failure;
    return false;
}

bool jira_issue_create(struct jira_site *site, struct arena *a, const char *project,
                       const struct tracker_issue_field *fields, size_t count,
                       const struct tracker_property *properties, size_t property_count, const char **id_r,
                       const char **key_r, struct err *e)
{
    const json_t *answer;
    bool was_asked = false;
    for (struct err failure = ERR_INIT;; err_clear(&failure)) {
        if (send_new(site, a, project, fields, count, properties, property_count, &answer, &failure))
            break;
        if (!is_other_form_wanted(site, &failure, &was_asked, e))
            return false;
    }
    *id_r = json_at_id(a, answer, "id");
    *key_r = json_at_str(answer, "key");
    if (str_is_empty(*id_r) || str_is_empty(*key_r))
        return err_set(e, ERR_UNCERTAIN, "%s: POST %s/issue was accepted, but the answer names no issue", site->label,
                       jira_text_api(site));
    return true;
}

/* "To discard the user notification either admin or project admin permissions are required." It was not done then. */
static bool is_about_quiet(const struct err *e)
{
    return e->kind == ERR_FORBIDDEN || (e->kind == ERR_REFUSED && strstr(e->text, "discard the user notification"));
}

static bool send_edit(struct jira_site *site, struct arena *a, const char *id, const struct tracker_issue_field *fields,
                      size_t count, bool *quietly, struct err *e)
{
    json_t *values;
    const json_t *answer;
    struct err failure = ERR_INIT;
    if (!write_fields(site, a, fields, count, &values, e))
        return false;
    const json_t *body = json_keep(a, json_pack("{s:O}", "fields", values));
    const char *target = arena_printf(a, "%s/issue/%s", jira_text_api(site), str_percent_encode(a, id));
    if (!*quietly)
        return jira_write(site, a, id, HTTP_PUT, target, body, &answer, e);
    if (jira_write(site, a, id, HTTP_PUT, arena_printf(a, "%s?notifyUsers=false", target), body, &answer, &failure))
        return true;
    if (is_about_quiet(&failure)) {
        *quietly = !jira_write(site, a, id, HTTP_PUT, target, body, &answer, e);
        return !*quietly;
    }
    if (e)
        *e = failure;
    return false;
}

bool jira_issue_update(struct jira_site *site, struct arena *a, const char *id,
                       const struct tracker_issue_field *fields, size_t count, bool *quietly, struct err *e)
{
    bool was_asked = false;
    for (struct err failure = ERR_INIT;; err_clear(&failure)) {
        if (send_edit(site, a, id, fields, count, quietly, &failure))
            return true;
        if (!is_other_form_wanted(site, &failure, &was_asked, e))
            return false;
    }
}
