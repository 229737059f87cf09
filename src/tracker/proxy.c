#include "tracker/proxy.h"

#include "base/log.h"
#include "base/str.h"

#include <uthash.h>

static const char *const OP_NAMES[PROXY_OP_COUNT] = {
    [PROXY_DESCRIBE] = "describe",
    [PROXY_PROJECT] = "project",
    [PROXY_POLL] = "poll",
    [PROXY_READ] = "read",
    [PROXY_SAMPLE] = "sample",
    [PROXY_TRANSITIONS] = "transitions",
    [PROXY_CREATED_SINCE] = "created_since",
    [PROXY_COMMENT_GET] = "comment_get",
    [PROXY_USERS_FIND] = "users_find",
    [PROXY_PROPERTY_GET] = "property_get",
    [PROXY_PROJECT_PROPERTY_GET] = "project_property_get",
    [PROXY_CREATE] = "create",
    [PROXY_UPDATE] = "update",
    [PROXY_TRANSITION] = "transition",
    [PROXY_COMMENT_ADD] = "comment_add",
    [PROXY_COMMENT_EDIT] = "comment_edit",
    [PROXY_COMMENT_DELETE] = "comment_delete",
    [PROXY_PROPERTY_SET] = "property_set",
    [PROXY_PROPERTY_DELETE] = "property_delete",
    [PROXY_PROJECT_PROPERTY_SET] = "project_property_set",
    [PROXY_REMOTE_LINK_SET] = "remote_link_set",
    [PROXY_REMOTE_LINK_DELETE] = "remote_link_delete",
};

static const char DRY_RUN[] = "dry run";

/* A name for an id that went by, so that a planned write can say "SA-1" and "Severity". Kept in a dry run only. */
struct label {
    const char *id, *text;
    UT_hash_handle hh;
};

struct proxy {
    struct tracker tracker; /* first */
    struct tracker *inner;
    struct proxy_options options;
    struct proxy_counts counts;
    struct arena arena;
    struct label *labels;
    const char **planned;
    size_t planned_count;
};

static struct proxy *proxy_of(struct tracker *t)
{
    return (struct proxy *)t;
}

/* Labels */

static void label_learn(struct proxy *p, const char *id, const char *text)
{
    if (!p->options.dry_run || !id || !text)
        return;
    struct label *known;
    HASH_FIND_STR(p->labels, id, known);
    if (!known) {
        known = arena_new(&p->arena, struct label);
        known->id = arena_strdup(&p->arena, id);
        HASH_ADD_KEYPTR(hh, p->labels, known->id, strlen(known->id), known);
    }
    if (!str_eq(known->text, text))
        known->text = arena_strdup(&p->arena, text);
}

static const char *label_of(struct proxy *p, struct arena *a, const char *id)
{
    struct label *known;
    HASH_FIND_STR(p->labels, id, known);
    return known ? known->text : arena_printf(a, "issue %s", id);
}

static const char *label_of_field(struct proxy *p, const char *id)
{
    struct label *known;
    HASH_FIND_STR(p->labels, id, known);
    return known ? known->text : id;
}

static void label_issues(struct proxy *p, struct tracker_issue *const *issues, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (issues[i])
            label_learn(p, issues[i]->id, issues[i]->key);
}

/* The road of every call */

static bool begin(struct proxy *p, enum proxy_op op, const char *issue_id, struct err *e)
{
    bool is_write = op >= PROXY_CREATE;
    if (p->options.before && !p->options.before(p->options.context, OP_NAMES[op], is_write, e)) {
        p->planned_count -= is_write && p->options.dry_run; /* it never came so far */
        return false;
    }
    if (is_write && p->options.dry_run) {
        p->counts.held_back++;
        return err_set(e, ERR_STATE, "%s: %s is only planned; run without --dry-run to do it", DRY_RUN, OP_NAMES[op]);
    }
    *(is_write ? &p->counts.writes : &p->counts.reads) += 1;
    p->counts.by_op[op]++;
    /* ids alone: what people wrote does not belong into a log */
    log_line(LOG_DEBUG, "%s: %s%s%s", p->options.name, OP_NAMES[op], issue_id ? " issue " : "",
             issue_id ? issue_id : "");
    return true;
}

static bool end(struct proxy *p, enum proxy_op op, bool was_done, struct err *e)
{
    if (!was_done) {
        p->counts.failed++;
        log_line(LOG_DEBUG, "%s: %s failed%s%s", p->options.name, OP_NAMES[op], e ? ": " : "", e ? e->text : "");
        return false;
    }
    return !p->options.after || p->options.after(p->options.context, OP_NAMES[op], op >= PROXY_CREATE, e);
}

#define PASS(op, issue_id, call, ...)                                                                                  \
    (begin(proxy_of(t), (op), (issue_id), e) &&                                                                        \
     end(proxy_of(t), (op), proxy_of(t)->inner->ops->call(proxy_of(t)->inner, __VA_ARGS__, e), e))

static void plan(struct proxy *p, const char *format, ...) PRINTF_LIKE(2, 3);
static void plan(struct proxy *p, const char *format, ...)
{
    if (!p->options.dry_run)
        return;
    va_list args;
    va_start(args, format);
    *arena_push(&p->arena, p->planned, p->planned_count) = arena_vprintf(&p->arena, format, args);
    va_end(args);
}

/* Reads */

static bool proxy_describe(struct tracker *t, struct arena *a, struct tracker_info *r, struct err *e)
{
    return PASS(PROXY_DESCRIBE, NULL, describe, a, r);
}

static bool proxy_project(struct tracker *t, struct arena *a, struct tracker_project *r, struct err *e)
{
    if (!PASS(PROXY_PROJECT, NULL, project, a, r))
        return false;
    for (size_t i = 0; i < r->field_count; i++)
        label_learn(proxy_of(t), r->fields[i].id, r->fields[i].name);
    return true;
}

static bool proxy_poll(struct tracker *t, struct arena *a, int64_t since_ms, const char *filter, const char **cursor,
                       struct tracker_seen **r, size_t *count_r, struct err *e)
{
    if (!PASS(PROXY_POLL, NULL, poll, a, since_ms, filter, cursor, r, count_r))
        return false;
    for (size_t i = 0; i < *count_r; i++)
        label_learn(proxy_of(t), (*r)[i].id, (*r)[i].key);
    return true;
}

static bool proxy_read(struct tracker *t, struct arena *a, const struct tracker_read *what, struct tracker_issue **r,
                       struct err *e)
{
    if (!PASS(PROXY_READ, NULL, read, a, what, r))
        return false;
    label_issues(proxy_of(t), r, what->id_count);
    return true;
}

static bool proxy_sample(struct tracker *t, struct arena *a, const char *type_id, const char *status_id,
                         const char **id_r, struct err *e)
{
    return PASS(PROXY_SAMPLE, NULL, sample, a, type_id, status_id, id_r);
}

static bool proxy_transitions(struct tracker *t, struct arena *a, const char *issue_id, struct tracker_transition **r,
                              size_t *count_r, struct err *e)
{
    return PASS(PROXY_TRANSITIONS, issue_id, transitions, a, issue_id, r, count_r);
}

static bool proxy_created_since(struct tracker *t, struct arena *a, int64_t since_ms, const char *known_key,
                                const char *const *fields, size_t field_count, struct tracker_issue **r,
                                size_t *count_r, struct err *e)
{
    if (!PASS(PROXY_CREATED_SINCE, NULL, created_since, a, since_ms, known_key, fields, field_count, r, count_r))
        return false;
    for (size_t i = 0; i < *count_r; i++)
        label_learn(proxy_of(t), (*r)[i].id, (*r)[i].key);
    return true;
}

static bool proxy_comment_get(struct tracker *t, struct arena *a, const char *issue_id, const char *comment_id,
                              struct tracker_comment *r, struct err *e)
{
    return PASS(PROXY_COMMENT_GET, issue_id, comment_get, a, issue_id, comment_id, r);
}

static bool proxy_users_find(struct tracker *t, struct arena *a, const char *who, struct value **r, size_t *count_r,
                             struct err *e)
{
    return PASS(PROXY_USERS_FIND, NULL, users_find, a, who, r, count_r);
}

static bool proxy_property_get(struct tracker *t, struct arena *a, const char *issue_id, const char *key,
                               const json_t **r, struct err *e)
{
    return PASS(PROXY_PROPERTY_GET, issue_id, property_get, a, issue_id, key, r);
}

static bool proxy_project_property_get(struct tracker *t, struct arena *a, const char *key, const json_t **r,
                                       struct err *e)
{
    return PASS(PROXY_PROJECT_PROPERTY_GET, NULL, project_property_get, a, key, r);
}

/* Writes. The line is made before the call, so that it stands even where the call is held back. */

static const char *show_fields(struct proxy *p, struct arena *a, const struct tracker_issue_field *fields, size_t count)
{
    const char *line = "";
    for (size_t i = 0; i < count; i++)
        line = arena_printf(a, "%s%s%s to \"%s\"", line, i ? ", " : "", label_of_field(p, fields[i].id),
                            value_show(a, &fields[i].value));
    return line;
}

static const char *show_body(struct arena *a, const char *body)
{
    struct value v = value_rich(body);
    return value_show(a, &v);
}

static const char *show_visibility(struct arena *a, const struct tracker_visibility *v)
{
    return v && v->value ? arena_printf(a, ", visible to %s %s", v->type, v->value) : "";
}

static bool proxy_create(struct tracker *t, struct arena *a, const struct tracker_issue_field *fields, size_t count,
                         const struct tracker_property *properties, size_t property_count, const char **id_r,
                         const char **key_r, struct err *e)
{
    if (proxy_of(t)->options.dry_run)
        plan(proxy_of(t), "%s: create an issue, with %s", proxy_of(t)->options.name,
             show_fields(proxy_of(t), a, fields, count));
    return PASS(PROXY_CREATE, NULL, create, a, fields, count, properties, property_count, id_r, key_r);
}

static bool proxy_update(struct tracker *t, struct arena *a, const char *issue_id,
                         const struct tracker_issue_field *fields, size_t count, struct err *e)
{
    if (proxy_of(t)->options.dry_run)
        plan(proxy_of(t), "%s: set %s", label_of(proxy_of(t), a, issue_id), show_fields(proxy_of(t), a, fields, count));
    return PASS(PROXY_UPDATE, issue_id, update, a, issue_id, fields, count);
}

static bool proxy_transition(struct tracker *t, struct arena *a, const char *issue_id, const char *transition_id,
                             struct err *e)
{
    plan(proxy_of(t), "%s: make transition %s", label_of(proxy_of(t), a, issue_id), transition_id);
    return PASS(PROXY_TRANSITION, issue_id, transition, a, issue_id, transition_id);
}

static bool proxy_comment_add(struct tracker *t, struct arena *a, const char *issue_id, const char *body,
                              const char *token, const struct tracker_visibility *visibility, struct tracker_comment *r,
                              struct err *e)
{
    if (proxy_of(t)->options.dry_run)
        plan(proxy_of(t), "%s: add the comment \"%s\"%s", label_of(proxy_of(t), a, issue_id), show_body(a, body),
             show_visibility(a, visibility));
    return PASS(PROXY_COMMENT_ADD, issue_id, comment_add, a, issue_id, body, token, visibility, r);
}

static bool proxy_comment_edit(struct tracker *t, struct arena *a, const char *issue_id, const char *comment_id,
                               const char *body, const struct tracker_visibility *visibility, struct tracker_comment *r,
                               struct err *e)
{
    if (proxy_of(t)->options.dry_run)
        plan(proxy_of(t), "%s: change comment %s to \"%s\"%s", label_of(proxy_of(t), a, issue_id), comment_id,
             show_body(a, body), show_visibility(a, visibility));
    return PASS(PROXY_COMMENT_EDIT, issue_id, comment_edit, a, issue_id, comment_id, body, visibility, r);
}

static bool proxy_comment_delete(struct tracker *t, struct arena *a, const char *issue_id, const char *comment_id,
                                 struct err *e)
{
    plan(proxy_of(t), "%s: delete comment %s", label_of(proxy_of(t), a, issue_id), comment_id);
    return PASS(PROXY_COMMENT_DELETE, issue_id, comment_delete, a, issue_id, comment_id);
}

static bool proxy_property_set(struct tracker *t, struct arena *a, const char *issue_id, const char *key,
                               const json_t *value, struct err *e)
{
    plan(proxy_of(t), "%s: set property %s", label_of(proxy_of(t), a, issue_id), key);
    return PASS(PROXY_PROPERTY_SET, issue_id, property_set, a, issue_id, key, value);
}

static bool proxy_property_delete(struct tracker *t, struct arena *a, const char *issue_id, const char *key,
                                  struct err *e)
{
    plan(proxy_of(t), "%s: delete property %s", label_of(proxy_of(t), a, issue_id), key);
    return PASS(PROXY_PROPERTY_DELETE, issue_id, property_delete, a, issue_id, key);
}

static bool proxy_project_property_set(struct tracker *t, struct arena *a, const char *key, const json_t *value,
                                       struct err *e)
{
    plan(proxy_of(t), "%s: set property %s of the project", proxy_of(t)->options.name, key);
    return PASS(PROXY_PROJECT_PROPERTY_SET, NULL, project_property_set, a, key, value);
}

static bool proxy_remote_link_set(struct tracker *t, struct arena *a, const char *issue_id,
                                  const struct tracker_remote_link *link, struct err *e)
{
    plan(proxy_of(t), "%s: set the link to %s", label_of(proxy_of(t), a, issue_id), link->title);
    return PASS(PROXY_REMOTE_LINK_SET, issue_id, remote_link_set, a, issue_id, link);
}

static bool proxy_remote_link_delete(struct tracker *t, struct arena *a, const char *issue_id, const char *global_id,
                                     struct err *e)
{
    plan(proxy_of(t), "%s: delete the link %s", label_of(proxy_of(t), a, issue_id), global_id);
    return PASS(PROXY_REMOTE_LINK_DELETE, issue_id, remote_link_delete, a, issue_id, global_id);
}

/* Neither read nor write */

static size_t proxy_write_room(struct tracker *t, const char *issue_id, int64_t *wait_ms_r)
{
    struct proxy *p = proxy_of(t);
    return p->inner->ops->write_room(p->inner, issue_id, wait_ms_r);
}

static const char *proxy_browse_url(struct tracker *t, struct arena *a, const char *key)
{
    return proxy_of(t)->inner->ops->browse_url(proxy_of(t)->inner, a, key);
}

static int64_t proxy_requests(const struct tracker *t)
{
    const struct tracker *inner = ((const struct proxy *)t)->inner;
    return inner->ops->requests(inner);
}

static void proxy_free(struct tracker *t)
{
    struct proxy *p = proxy_of(t);
    if (!p->options.keeps_inner)
        tracker_free(p->inner);
    HASH_CLEAR(hh, p->labels);
    arena_release(&p->arena);
    free(p);
}

static const struct tracker_ops PROXY_OPS = {
    .describe = proxy_describe,
    .project = proxy_project,
    .poll = proxy_poll,
    .read = proxy_read,
    .sample = proxy_sample,
    .transitions = proxy_transitions,
    .created_since = proxy_created_since,
    .comment_get = proxy_comment_get,
    .users_find = proxy_users_find,
    .create = proxy_create,
    .update = proxy_update,
    .transition = proxy_transition,
    .comment_add = proxy_comment_add,
    .comment_edit = proxy_comment_edit,
    .comment_delete = proxy_comment_delete,
    .property_get = proxy_property_get,
    .property_set = proxy_property_set,
    .property_delete = proxy_property_delete,
    .project_property_get = proxy_project_property_get,
    .project_property_set = proxy_project_property_set,
    .remote_link_set = proxy_remote_link_set,
    .remote_link_delete = proxy_remote_link_delete,
    .write_room = proxy_write_room,
    .browse_url = proxy_browse_url,
    .requests = proxy_requests,
    .free = proxy_free,
};

struct tracker *proxy_new(struct tracker *inner, const struct proxy_options *options)
{
    struct arena a = ARENA_INIT;
    struct proxy *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    *p = (struct proxy){.tracker = {&PROXY_OPS}, .inner = inner, .arena = a};
    if (options)
        p->options = *options;
    p->options.name = arena_strdup(&p->arena, p->options.name ? p->options.name : "tracker");
    return &p->tracker;
}

const struct proxy_counts *proxy_counts(const struct tracker *proxy)
{
    return &((const struct proxy *)proxy)->counts;
}

void proxy_counts_clear(struct tracker *proxy)
{
    proxy_of(proxy)->counts = (struct proxy_counts){0};
}

void proxy_hooks_set(struct tracker *proxy, proxy_hook before, proxy_hook after, void *context)
{
    struct proxy_options *o = &proxy_of(proxy)->options;
    o->before = before;
    o->after = after;
    o->context = context;
}

size_t proxy_planned(const struct tracker *proxy, const char *const **lines_r)
{
    const struct proxy *p = (const struct proxy *)proxy;
    *lines_r = p->planned;
    return p->planned_count;
}

bool proxy_is_dry_run(const struct err *e)
{
    return e->kind == ERR_STATE && str_starts(e->text, DRY_RUN);
}

const char *proxy_op_name(enum proxy_op op)
{
    return op < PROXY_OP_COUNT ? OP_NAMES[op] : "unknown";
}
