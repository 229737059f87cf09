/* The document, read. Every object is read by one function that carries the place it stands at, so that an error can
 * name it by its JSON pointer. */
#include "mapping/config.h"
#include "mapping/lookup.h"

#include "base/str.h"

enum { TEMPLATE_MAX_BYTES = 500 };

/* Where one is in the document: a chain from the root. */
struct spot {
    const struct spot *up;
    const char *name; /* NULL: an element of an array */
    size_t index;
};

static bool wrong(const struct spot *at, const char *member, struct err *e, const char *format, ...) PRINTF_LIKE(4, 5);
static bool wrong(const struct spot *at, const char *member, struct err *e, const char *format, ...)
{
    struct arena a = ARENA_INIT;
    const char *pointer = member ? arena_printf(&a, "/%s", member) : "";
    for (; at && at->up; at = at->up)
        pointer =
            at->name ? arena_printf(&a, "/%s%s", at->name, pointer) : arena_printf(&a, "/%zu%s", at->index, pointer);
    va_list args;
    va_start(args, format);
    err_set(e, ERR_INPUT, "the configuration is wrong at %s: %s", *pointer ? pointer : "its root",
            arena_vprintf(&a, format, args));
    va_end(args);
    arena_release(&a);
    return false;
}

/* Members. Absent and null are the same; then *r stays as it is. */

static const json_t *member(const json_t *object, const char *name)
{
    const json_t *found = json_object_get(object, name);
    return json_is_null(found) ? NULL : found;
}

static bool read_text(const json_t *object, const struct spot *at, const char *name, const char **r, struct err *e)
{
    const json_t *found = member(object, name);
    if (found && !json_is_string(found))
        return wrong(at, name, e, "it must be a string");
    if (found)
        *r = json_string_value(found);
    return true;
}

/* Ids are strings of digits; people also write numbers. An empty one is none. */
static bool read_id(struct arena *a, const json_t *object, const struct spot *at, const char *name, const char **r,
                    struct err *e)
{
    const json_t *found = member(object, name);
    if (found && !json_is_string(found) && !json_is_integer(found))
        return wrong(at, name, e, "it must be a string or a whole number");
    const char *id = json_at_id(a, object, name);
    if (!str_is_empty(id))
        *r = id;
    return true;
}

static bool read_bool(const json_t *object, const struct spot *at, const char *name, bool *r, struct err *e)
{
    const json_t *found = member(object, name);
    if (found && !json_is_boolean(found))
        return wrong(at, name, e, "it must be true or false");
    if (found)
        *r = json_is_true(found);
    return true;
}

static bool read_object(const json_t *object, const struct spot *at, const char *name, const json_t **r, struct err *e)
{
    *r = member(object, name);
    return !*r || json_is_object(*r) || wrong(at, name, e, "it must be an object");
}

static bool read_array(const json_t *object, const struct spot *at, const char *name, const json_t **r, struct err *e)
{
    *r = member(object, name);
    return !*r || json_is_array(*r) || wrong(at, name, e, "it must be an array");
}

/* One of `names`; *r is its index. */
static bool read_choice(const json_t *object, const struct spot *at, const char *name, const char *const *names,
                        size_t count, int *r, struct err *e)
{
    const char *text = NULL;
    if (!read_text(object, at, name, &text, e))
        return false;
    for (size_t i = 0; text && i < count; i++)
        if (str_eq(text, names[i])) {
            *r = (int)i;
            return true;
        }
    if (!text)
        return true;
    struct arena a = ARENA_INIT;
    const char *all = names[0];
    for (size_t i = 1; i < count; i++)
        all = arena_printf(&a, "%s, %s", all, names[i]);
    wrong(at, name, e, "'%.60s' is not one of: %s", text, all);
    arena_release(&a);
    return false;
}

/* {"id": …, "name": …}: one of the two at least. */
static bool read_option(struct arena *a, const json_t *json, const struct spot *at, struct tracker_option *r,
                        struct err *e)
{
    struct tracker_option o = {NULL, NULL};
    if (!json_is_object(json))
        return wrong(at, NULL, e, "it must be an object with \"id\" and \"name\"");
    if (!read_id(a, json, at, "id", &o.id, e) || !read_text(json, at, "name", &o.name, e))
        return false;
    if (str_is_empty(o.name))
        o.name = NULL;
    if (!o.id && !o.name)
        return wrong(at, NULL, e, "it has neither an \"id\" nor a \"name\"");
    *r = o;
    return true;
}

static bool read_option_at(struct arena *a, const json_t *object, const struct spot *at, const char *name,
                           struct tracker_option *r, struct err *e)
{
    const json_t *found = member(object, name);
    return !found || read_option(a, found, &(struct spot){at, name, 0}, r, e);
}

static bool read_options(struct arena *a, const json_t *object, const struct spot *up, const char *name,
                         struct tracker_option **r, size_t *count_r, struct err *e)
{
    const json_t *array;
    if (!read_array(object, up, name, &array, e))
        return false;
    struct spot at = {up, name, 0}, element = {&at, NULL, 0};
    size_t count = json_array_size(array);
    struct tracker_option *list = count ? arena_array(a, struct tracker_option, count) : NULL;
    for (; element.index < count; element.index++)
        if (!read_option(a, json_array_get(array, element.index), &element, &list[element.index], e))
            return false;
    *r = list;
    *count_r = count;
    return true;
}

/* Field mappings. What both halves say of the mapping as a whole is read from each and then compared. */

struct shared {
    int kind, conflict, first_contact, fills_empty; /* -1: this half does not say */
};

static bool read_policy(const json_t *json, const struct spot *at, const char *name, enum side side, int *r,
                        struct err *e)
{
    int word = -1;
    if (!read_choice(json, at, name, CONFIG_POLICY_NAMES, CONFIG_POLICY_COUNT, &word, e))
        return false;
    static const enum config_policy meant[2][CONFIG_POLICY_COUNT] = {
        {CONFIG_NEWEST, CONFIG_FIRST_WINS, CONFIG_SECOND_WINS, CONFIG_ASK},
        {CONFIG_NEWEST, CONFIG_SECOND_WINS, CONFIG_FIRST_WINS, CONFIG_ASK},
    };
    if (word >= 0)
        *r = (int)meant[side][word];
    return true;
}

static bool read_field_id(struct arena *a, const json_t *json, const struct spot *up, struct config_field_half *half,
                          struct err *e)
{
    const json_t *field;
    struct spot at = {up, "field", 0};
    if (!read_object(json, up, "field", &field, e) || !read_id(a, field, &at, "id", &half->id, e) ||
        !read_text(field, &at, "name", &half->name, e) || !read_text(field, &at, "type", &half->type, e))
        return false;
    if (!half->id && str_is_empty(half->name))
        return wrong(&at, NULL, e, "it has neither an \"id\" nor a \"name\"");
    if (str_is_empty(half->name))
        half->name = half->id;
    return true;
}

static bool read_half(struct arena *a, const json_t *json, const struct spot *at, enum side side,
                      struct config_field_half *half, struct shared *shared, struct err *e)
{
    if (!json_is_object(json))
        return wrong(at, NULL, e, "it must be an object");
    bool fills = true;
    *half = (struct config_field_half){.sends = true, .receives = true, .rest = json};
    *shared = (struct shared){-1, -1, -1, -1};
    if (!read_field_id(a, json, at, half, e) || !read_bool(json, at, "sends", &half->sends, e) ||
        !read_bool(json, at, "receives", &half->receives, e) ||
        !read_options(a, json, at, "options", &half->options, &half->option_count, e) ||
        !read_option_at(a, json, at, "default", &half->fallback, e) ||
        !read_choice(json, at, "mapping", CONFIG_KIND_NAMES, CONFIG_KIND_COUNT, &shared->kind, e) ||
        !read_policy(json, at, "conflict", side, &shared->conflict, e) ||
        !read_policy(json, at, "firstContact", side, &shared->first_contact, e) ||
        !read_bool(json, at, "fillsEmpty", &fills, e))
        return false;
    if (member(json, "fillsEmpty"))
        shared->fills_empty = fills;
    return true;
}

/* A half may leave it to the other to say; two that say different things are a mistake. */
static bool agree(int first, int second, int otherwise, const struct spot *at, const char *name, int *r, struct err *e)
{
    if (first >= 0 && second >= 0 && first != second)
        return wrong(at, name, e, "it contradicts the same field of firstConnector; make both say the same%s",
                     str_eq(name, "mapping") || str_eq(name, "fillsEmpty") ? ""
                                                                           : " (\"own\" on one side is \"partner\" on "
                                                                             "the other)");
    *r = first >= 0 ? first : second >= 0 ? second : otherwise;
    return true;
}

static bool read_fields(struct arena *a, const json_t *const halves[2], const struct spot connectors[2],
                        struct config *r, struct err *e)
{
    const json_t *lists[2];
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++)
        if (!read_array(halves[s], &connectors[s], "fields", &lists[s], e))
            return false;
    size_t count = json_array_size(lists[0]);
    if (json_array_size(lists[1]) != count)
        return wrong(&connectors[1], "fields", e,
                     "it lists %zu fields, firstConnector %zu; fields that belong together stand at the same position",
                     json_array_size(lists[1]), count);
    r->fields = count ? arena_array(a, struct config_field, count) : NULL;
    r->field_count = count;
    for (size_t i = 0; i < count; i++) {
        struct config_field *f = &r->fields[i];
        struct shared said[2];
        struct spot list[2], at[2];
        for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++) {
            list[s] = (struct spot){&connectors[s], "fields", 0};
            at[s] = (struct spot){&list[s], NULL, i};
            if (!read_half(a, json_array_get(lists[s], i), &at[s], s, &f->half[s], &said[s], e))
                return false;
        }
        int kind, conflict, first_contact, fills;
        if (!agree(said[0].kind, said[1].kind, CONFIG_PASSTHROUGH, &at[1], "mapping", &kind, e) ||
            !agree(said[0].conflict, said[1].conflict, CONFIG_NEWEST, &at[1], "conflict", &conflict, e) ||
            !agree(said[0].first_contact, said[1].first_contact, CONFIG_ASK, &at[1], "firstContact", &first_contact,
                   e) ||
            !agree(said[0].fills_empty, said[1].fills_empty, true, &at[1], "fillsEmpty", &fills, e))
            return false;
        f->kind = (enum config_kind)kind;
        f->conflict = (enum config_policy)conflict;
        f->first_contact = (enum config_policy)first_contact;
        f->fills_empty = fills;
    }
    return true;
}

/* Connectors */

static bool read_project(struct arena *a, const json_t *json, const struct spot *up, struct config_connector *c,
                         struct err *e)
{
    const json_t *project;
    struct spot at = {up, "project", 0};
    if (!read_object(json, up, "project", &project, e) || !read_id(a, project, &at, "id", &c->project_id, e) ||
        !read_text(project, &at, "key", &c->project_key, e))
        return false;
    return !str_is_empty(c->project_key) || wrong(&at, "key", e, "the project's key is missing");
}

static bool read_workflow(struct arena *a, const json_t *json, const struct spot *up, struct config_connector *c,
                          struct err *e)
{
    const json_t *workflow, *rules;
    struct spot at = {up, "workflow", 0}, list = {&at, "rules", 0}, rule = {&list, NULL, 0};
    if (!read_object(json, up, "workflow", &workflow, e) || !read_bool(workflow, &at, "sends", &c->sends_status, e) ||
        !read_bool(workflow, &at, "receives", &c->receives_status, e) || !read_array(workflow, &at, "rules", &rules, e))
        return false;
    c->status_count = json_array_size(rules);
    c->statuses = c->status_count ? arena_array(a, struct config_status_rule, c->status_count) : NULL;
    for (; rule.index < c->status_count; rule.index++) {
        const json_t *one = json_array_get(rules, rule.index);
        struct config_status_rule *r = &c->statuses[rule.index];
        if (!json_is_object(one) || !member(one, "partner") || !member(one, "own"))
            return wrong(&rule, NULL, e, "a rule is an object with \"partner\" and \"own\", each a status");
        if (!read_option_at(a, one, &rule, "partner", &r->partner, e) ||
            !read_option_at(a, one, &rule, "own", &r->own, e))
            return false;
    }
    return true;
}

static bool read_comments(const json_t *json, const struct spot *up, struct config_connector *c, struct err *e)
{
    const json_t *comments;
    struct spot at = {up, "comments", 0};
    if (!read_object(json, up, "comments", &comments, e) || !read_bool(comments, &at, "sends", &c->sends_comments, e) ||
        !read_bool(comments, &at, "receives", &c->receives_comments, e) ||
        !read_bool(comments, &at, "copiesFlowBack", &c->copies_flow_back, e) ||
        !read_text(comments, &at, "template", &c->comment_template, e) ||
        !read_text(comments, &at, "visibilityRole", &c->comment_visibility_role, e))
        return false;
    if (strpbrk(c->comment_template, "\r\n"))
        return wrong(&at, "template", e, "it must be one line: the first line of a copy is what is taken off again");
    if (strlen(c->comment_template) > TEMPLATE_MAX_BYTES)
        return wrong(&at, "template", e, "it is longer than %d bytes", TEMPLATE_MAX_BYTES);
    if (str_is_empty(c->comment_visibility_role))
        c->comment_visibility_role = NULL;
    return true;
}

static bool read_texts(const json_t *json, const struct spot *up, struct config_connector *c, struct err *e)
{
    const json_t *texts;
    struct spot at = {up, "texts", 0};
    return read_object(json, up, "texts", &texts, e) && read_bool(texts, &at, "issueKeys", &c->renames_issues, e);
}

static bool read_connector(struct arena *a, const json_t *json, const struct spot *at, struct config_connector *c,
                           struct err *e)
{
    *c = (struct config_connector){.site = "",
                                   .base_url = "",
                                   .creates = true,
                                   .sends_status = true,
                                   .receives_status = true,
                                   .sends_comments = true,
                                   .receives_comments = true,
                                   .comment_template = CONFIG_COMMENT_TEMPLATE,
                                   .rest = json};
    int deployment = -1;
    static const char *const deployments[] = {"datacenter", "cloud"};
    if (!read_text(json, at, "connectorKey", &c->key, e) || !read_text(json, at, "site", &c->site, e) ||
        !read_text(json, at, "baseUrl", &c->base_url, e) ||
        !read_choice(json, at, "deployment", deployments, ARRAY_LEN(deployments), &deployment, e) ||
        !read_project(a, json, at, c, e) || !read_text(json, at, "filter", &c->filter, e) ||
        !read_bool(json, at, "creates", &c->creates, e) ||
        !read_options(a, json, at, "issueTypes", &c->types, &c->type_count, e) || !read_workflow(a, json, at, c, e) ||
        !read_comments(json, at, c, e) || !read_texts(json, at, c, e))
        return false;
    if (deployment >= 0)
        c->deployment = deployments[deployment];
    if (str_is_empty(c->filter))
        c->filter = NULL;
    return true;
}

static bool read_poll_interval(const json_t *json, const struct spot *at, struct config *c, struct err *e)
{
    const json_t *found = member(json, "pollIntervalMs");
    json_int_t ms = found ? json_integer_value(found) : 5000;
    if ((found && !json_is_integer(found)) || ms < 100 || ms > 24 * 3600 * 1000)
        return wrong(at, "pollIntervalMs", e, "it must be a whole number of milliseconds from 100 to a day");
    c->poll_interval_ms = (int)ms;
    return true;
}

bool config_from_json(struct arena *a, const json_t *document, struct config *r, struct err *e)
{
    struct spot root = {NULL, NULL, 0};
    if (!json_is_object(document))
        return wrong(&root, NULL, e, "a configuration is an object with firstConnector and secondConnector");
    const json_t *json = json_keep(a, json_deep_copy(document));
    struct config c = {.rest = json};
    if (!read_text(json, &root, "key", &c.key, e) || !read_text(json, &root, "name", &c.name, e) ||
        !read_poll_interval(json, &root, &c, e))
        return false;
    if (str_is_empty(c.key))
        return wrong(&root, "key", e, "the synchronization's key is missing, such as \"INT-1\"");

    const json_t *halves[2];
    struct spot at[2] = {{&root, CONFIG_CONNECTOR_NAMES[0], 0}, {&root, CONFIG_CONNECTOR_NAMES[1], 0}};
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++) {
        if (!read_object(json, &root, at[s].name, &halves[s], e))
            return false;
        if (!halves[s])
            return wrong(&root, at[s].name, e, "this half is missing");
        if (!read_connector(a, halves[s], &at[s], &c.connector[s], e))
            return false;
    }
    if (!read_fields(a, halves, at, &c, e))
        return false;
    config_default_names(a, &c);
    *r = c;
    return true;
}
