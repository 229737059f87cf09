/* jql_api.c - what Cloud offers around queries: parse, match, sanitize, and the cleaner of personal data. */
#include "sandbox/jql/jql_field.h"
#include "sandbox/rights/access.h"

enum { MAX_QUERIES = 100, MAX_MATCHED_QUERIES = 50, MAX_MATCHED_ISSUES = 1000 };

/* ---- the tree as JSON ---- */

static json_t *value_json(struct ctx *c, const struct jql_value *v)
{
    json_t *o = new_object(c), *list = new_array(c);
    const char *encoded = jql_print_value_plain(c->a, v);
    for (size_t i = 0; i < v->count; i++) {
        if (v->kind == JQL_VALUE_FUNCTION)
            add_str(list, v->items[i].text);
        else
            add(list, value_json(c, &v->items[i]));
    }
    switch (v->kind) {
    case JQL_VALUE_EMPTY:
        put_str(o, "keyword", "empty");
        break;
    case JQL_VALUE_LIST:
        put(o, "values", list);
        break;
    case JQL_VALUE_FUNCTION:
        put_str(o, "function", v->text);
        put(o, "arguments", list);
        break;
    default:
        put_str(o, "value", v->text);
        put_str(o, "encodedValue", encoded);
        return o;
    }
    put_str(o, "encodedOperand", encoded);
    return o;
}

static json_t *field_json(struct ctx *c, const char *name)
{
    json_t *o = new_object(c);
    put_str(o, "name", name);
    put_str(o, "encodedName", jql_print_field(c->a, name));
    const char *open = strstr(name, ".property["), *close = open ? strrchr(open, ']') : NULL;
    if (!close)
        return o;
    json_t *list = new_array(c), *property = new_object(c);
    put_str(property, "entity", arena_strndup(c->a, name, (size_t)(open - name)));
    put_str(property, "key", arena_strndup(c->a, open + 10, (size_t)(close - open - 10)));
    put_str(property, "path", close[1] == '.' ? close + 2 : "");
    add(list, property);
    put(o, "property", list);
    return o;
}

static json_t *node_json(struct ctx *c, const struct jql_node *n)
{
    static const char *const names[] = {[JQL_AND] = "and", [JQL_OR] = "or", [JQL_NOT] = "not"};
    json_t *o = new_object(c), *list = new_array(c);
    if (n->kind != JQL_CLAUSE) {
        for (size_t i = 0; i < n->count; i++)
            add(list, node_json(c, n->children[i]));
        put(o, "clauses", list);
        put_str(o, "operator", names[n->kind]);
        return o;
    }
    put(o, "field", field_json(c, n->field));
    put_str(o, "operator", jql_op_name(n->op));
    if (n->op != JQL_CHANGED)
        put(o, "operand", value_json(c, &n->value));
    for (size_t i = 0; i < n->predicate_count; i++) {
        json_t *p = new_object(c);
        put_str(p, "operator", jql_predicate_name(n->predicates[i].kind));
        put(p, "operand", value_json(c, &n->predicates[i].value));
        add(list, p);
    }
    if (jql_op_is_history(n->op))
        put(o, "predicates", list);
    return o;
}

static json_t *query_json(struct ctx *c, const struct jql_query *q)
{
    json_t *o = new_object(c), *order = new_object(c), *list = new_array(c);
    if (q->where)
        put(o, "where", node_json(c, q->where));
    for (size_t i = 0; i < q->sort_count; i++) {
        json_t *sort = new_object(c);
        put(sort, "field", field_json(c, q->sorts[i].field));
        if (q->sorts[i].has_direction)
            put_str(sort, "direction", q->sorts[i].descending ? "desc" : "asc");
        add(list, sort);
    }
    put(order, "fields", list);
    if (q->sort_count)
        put(o, "orderBy", order);
    return o;
}

/* ---- POST jql/parse ---- */

static json_t *errors_json(struct ctx *c, const struct jql_plan *plan)
{
    json_t *list = new_array(c);
    for (size_t i = 0; i < plan->error_count; i++)
        add_str(list, plan->errors[i]);
    return list;
}

static bool parse_one(struct ctx *c, const char *jql, const char *validation, json_t *o)
{
    const char *error = NULL;
    struct jql_plan plan = {0};
    put_str(o, "query", jql);
    struct jql_query *q = jql_parse(c->a, jql, strlen(jql), &error);
    if (!q) {
        json_t *list = new_array(c);
        add_str(list, error);
        put(o, "errors", list);
        return true;
    }
    if (!str_eq(validation, "none") && !jql_plan_make(c, q, &plan))
        return false;
    bool is_refused = plan.error_count && str_eq(validation, "strict");
    if (plan.error_count)
        put(o, is_refused ? "errors" : "warnings", errors_json(c, &plan));
    if (!is_refused)
        put(o, "structure", query_json(c, q));
    return true;
}

/* The strings of body.<name>; 400 when that is no list, too long, or holds anything else. */
static bool read_queries(struct ctx *c, const char *name, size_t max, const json_t **list_r)
{
    size_t i;
    json_t *v;
    *list_r = json_object_get(c->body, name);
    if (!json_is_array(*list_r) || !json_array_size(*list_r))
        return refuse(c, 400, "The '%s' list must not be empty.", name);
    if (json_array_size(*list_r) > max)
        return refuse(c, 400, "The '%s' list can contain a maximum of %zu queries.", name, max);
    json_array_foreach (*list_r, i, v)
        if (!json_is_string(v))
            return refuse(c, 400, "Invalid request payload. Refer to the REST API documentation and try again.");
    return true;
}

static bool jql_parse_post(struct ctx *c)
{
    const char *validation = param(c, "validation");
    const json_t *queries;
    size_t i;
    json_t *v, *list = new_array(c), *reply = new_object(c);
    validation = validation ? str_lower(c->a, validation) : "strict";
    if (!str_eq(validation, "strict") && !str_eq(validation, "warn") && !str_eq(validation, "none"))
        return refuse(c, 400, "The value of 'validation' must be one of strict, warn, none.");
    if (!read_queries(c, "queries", MAX_QUERIES, &queries))
        return false;
    json_array_foreach (queries, i, v) {
        json_t *o = new_object(c);
        if (!parse_one(c, json_string_value(v), validation, o))
            return false;
        add(list, o);
    }
    put(reply, "queries", list);
    return reply_json(c, 200, reply);
}

/* ---- POST jql/match ---- */

static bool match_one(struct ctx *c, const char *jql, const char *ids, json_t *o)
{
    const char *error = NULL;
    json_t *matched = new_array(c), *errors = new_array(c);
    struct jql_plan plan = {0};
    struct jql_found found = {0};
    struct jql_page page = {.max = MAX_MATCHED_ISSUES};
    struct jql_query *q = jql_parse(c->a, jql, strlen(jql), &error);
    if (!q)
        add_str(errors, error);
    else if (!jql_plan_make(c, q, &plan))
        return false;
    if (plan.error_count)
        errors = errors_json(c, &plan);
    if (q && !plan.error_count) {
        plan.where = arena_printf(c->a, "i.id IN (%s) AND %s", ids, plan.where);
        if (!jql_run(c, &plan, &page, &found))
            return false;
    }
    for (size_t i = 0; i < found.count; i++)
        add(matched, json_keep(c->a, json_integer(found.ids[i])));
    put(o, "matchedIssues", matched);
    put(o, "errors", errors);
    return true;
}

static bool jql_match_post(struct ctx *c)
{
    const json_t *queries, *wanted = json_object_get(c->body, "issueIds");
    size_t i;
    json_t *v, *list = new_array(c), *reply = new_object(c);
    const char *ids = "";
    if (!read_queries(c, "jqls", MAX_MATCHED_QUERIES, &queries))
        return false;
    if (!json_is_array(wanted) || !json_array_size(wanted) || json_array_size(wanted) > MAX_MATCHED_ISSUES)
        return refuse(c, 400, "The 'issueIds' list must contain between 1 and %d issue IDs.", MAX_MATCHED_ISSUES);
    json_array_foreach (wanted, i, v) {
        if (!json_is_integer(v))
            return refuse(c, 400, "Invalid request payload. Refer to the REST API documentation and try again.");
        ids = arena_printf(c->a, "%s%s%lld", ids, i ? "," : "", (long long)json_integer_value(v));
    }
    json_array_foreach (queries, i, v) {
        json_t *o = new_object(c);
        if (!match_one(c, json_string_value(v), ids, o))
            return false;
        add(list, o);
    }
    put(reply, "matches", list);
    return reply_json(c, 200, reply);
}

/* ---- walking a tree to change its values ---- */

struct walk {
    struct ctx *c;
    int64_t account; /* who will read it; 0: nobody */
    bool is_changed, is_unknown;
    bool (*visit)(struct walk *, const struct jql_field *, struct jql_value *);
};

static bool walk_value(struct walk *w, const struct jql_field *f, struct jql_value *v)
{
    if (v->kind == JQL_VALUE_STRING || v->kind == JQL_VALUE_NUMBER)
        return w->visit(w, f, v);
    for (size_t i = 0; v->kind == JQL_VALUE_LIST && i < v->count; i++)
        if (!walk_value(w, f, &v->items[i]))
            return false;
    return true;
}

static bool walk_node(struct walk *w, struct jql_node *n)
{
    static const struct jql_field person = {.names = "|by|", .kind = KIND_USER};
    for (size_t i = 0; i < n->count; i++)
        if (!walk_node(w, n->children[i]))
            return false;
    if (n->kind != JQL_CLAUSE)
        return true;
    struct jql_field f;
    bool found;
    if (!jql_field_find(w->c, n->field, &f, &found))
        return false;
    if (found && !walk_value(w, &f, &n->value))
        return false;
    for (size_t i = 0; i < n->predicate_count; i++) {
        struct jql_predicate *p = &n->predicates[i];
        bool is_value = p->kind == JQL_FROM || p->kind == JQL_TO;
        if ((is_value ? found : p->kind == JQL_BY) && !walk_value(w, is_value ? &f : &person, &p->value))
            return false;
    }
    return true;
}

/* ---- POST jql/sanitize ---- */

/* A project that the reader may not see is named by its id. */
static bool hide_project(struct walk *w, const struct jql_field *f, struct jql_value *v)
{
    int64_t id = 0;
    bool seen = false;
    if (f->kind != KIND_PROJECT)
        return true;
    if (!db_int(w->c, &id, "SELECT id FROM project WHERE key = ?1 OR name = ?1", "s", v->text))
        return false;
    if (!id || !permission_has_for(w->c, w->account, "BROWSE_PROJECTS", id, 0, &seen))
        return w->c->err.kind == ERR_NONE;
    if (seen)
        return true;
    w->is_changed = true;
    *v = (struct jql_value){.kind = JQL_VALUE_NUMBER, .text = arena_printf(w->c->a, "%lld", (long long)id)};
    return true;
}

static bool sanitize_one(struct ctx *c, const json_t *asked, json_t *o)
{
    const char *jql = json_at_str(asked, "query"), *who = json_at_str(asked, "accountId"), *error = NULL;
    struct walk w = {.c = c, .visit = hide_project};
    if (!jql)
        return refuse(c, 400, "Invalid request payload. Refer to the REST API documentation and try again.");
    if (who && !db_int(c, &w.account, "SELECT id FROM account WHERE account_id = ?1", "s", who))
        return false;
    struct jql_query *q = jql_parse(c->a, jql, strlen(jql), &error);
    if (q && q->where && !walk_node(&w, q->where))
        return false;
    put_str(o, "initialQuery", jql);
    if (q) {
        put_str(o, "sanitizedQuery", w.is_changed ? jql_print_plain(c->a, q) : jql);
    } else {
        struct problems problems = {0};
        problem(c, &problems, NULL, "%s", error);
        put(o, "errors", problems_json(c, &problems));
    }
    if (who)
        put_str(o, "accountId", who);
    return true;
}

static bool jql_sanitize_post(struct ctx *c)
{
    const json_t *queries = json_object_get(c->body, "queries");
    size_t i;
    json_t *v, *list = new_array(c), *reply = new_object(c);
    if (!json_is_array(queries) || !json_array_size(queries) || json_array_size(queries) > MAX_QUERIES)
        return refuse(c, 400, "The 'queries' list must contain between 1 and %d queries.", MAX_QUERIES);
    json_array_foreach (queries, i, v) {
        json_t *o = new_object(c);
        if (!sanitize_one(c, v, o))
            return false;
        add(list, o);
    }
    put(reply, "queries", list);
    return reply_json(c, 200, reply);
}

/* ---- POST jql/pdcleaner ---- */

/* A user name or key becomes the account id it has since the migration; nobody's becomes "unknown". */
static bool clean_user(struct walk *w, const struct jql_field *f, struct jql_value *v)
{
    char *account = NULL;
    if (f->kind != KIND_USER)
        return true;
    if (!db_str(w->c, &account, "SELECT account_id FROM account WHERE account_id = ?1", "s", v->text))
        return false;
    if (account)
        return true;
    if (!db_str(w->c, &account, "SELECT account_id FROM account WHERE name = ?1 OR user_key = ?1", "s", v->text))
        return false;
    w->is_changed = true;
    w->is_unknown = w->is_unknown || !account;
    *v = (struct jql_value){.kind = JQL_VALUE_STRING, .text = account ? account : "unknown"};
    return true;
}

static bool jql_pdcleaner_post(struct ctx *c)
{
    const json_t *queries;
    size_t i;
    json_t *v, *known = new_array(c), *unknown = new_array(c), *reply = new_object(c);
    if (!read_queries(c, "queryStrings", MAX_QUERIES, &queries))
        return false;
    json_array_foreach (queries, i, v) {
        const char *jql = json_string_value(v), *error = NULL;
        struct walk w = {.c = c, .visit = clean_user};
        struct jql_query *q = jql_parse(c->a, jql, strlen(jql), &error);
        if (!q)
            return refuse(c, 400, "%s", error);
        if (q->where && !walk_node(&w, q->where))
            return false;
        const char *cleaned = w.is_changed ? jql_print_plain(c->a, q) : jql;
        if (!w.is_unknown) {
            add_str(known, cleaned);
            continue;
        }
        json_t *o = new_object(c);
        put_str(o, "originalQuery", jql);
        put_str(o, "convertedQuery", cleaned);
        add(unknown, o);
    }
    put(reply, "queryStrings", known);
    put(reply, "queriesWithUnknownUsers", unknown);
    return reply_json(c, 200, reply);
}

const struct route jql_routes[] = {
    {HTTP_POST, "jql/parse", jql_parse_post, ON_CLOUD, ROUTE_ANONYMOUS | ROUTE_READ},
    {HTTP_POST, "jql/match", jql_match_post, ON_CLOUD, ROUTE_ANONYMOUS | ROUTE_READ},
    {HTTP_POST, "jql/sanitize", jql_sanitize_post, ON_CLOUD, ROUTE_ADMIN | ROUTE_READ},
    {HTTP_POST, "jql/pdcleaner", jql_pdcleaner_post, ON_CLOUD, ROUTE_READ},
    {0},
};
