#include "mapping/mapping.h"

#include "base/str.h"
#include "mapping/lookup.h"

/* One value on its way: what every step needs to know of it. */
struct crossing {
    const struct mapping *mapping;
    struct arena *arena;
    const struct config_field *field;
    const struct config_field_half *from, *to;
    enum side from_side, to_side;
};

static const char *project_name(const struct mapping *m, enum side side)
{
    return m->config->connector[side].project_key;
}

static bool no_partner(const struct crossing *x, const struct value *v, struct err *e, const char *what_to_do)
{
    struct arena a = ARENA_INIT;
    err_set(e, ERR_MAPPING, "%s '%s' of %s has no partner on %s; %s", x->from->name, value_show(&a, v),
            project_name(x->mapping, x->from_side), project_name(x->mapping, x->to_side), what_to_do);
    arena_release(&a);
    return false;
}

/* The value on the receiving side that an option of the configuration stands for, in the kind that `v` came in. */
static bool become(const struct crossing *x, const struct value *v, const struct tracker_option *o, struct value *r,
                   struct err *e)
{
    size_t count;
    const struct tracker_option *live = field_options(x->mapping->projects[x->to_side], x->to->id, &count);
    bool is_cloud = config_is_cloud(&x->mapping->config->connector[x->to_side]);
    long found = option_find(live, count, o->id, o->name);
    if (found != LOOKUP_NONE)
        o = &live[found];
    if (v->kind == VALUE_USER && is_cloud && !o->id)
        return no_partner(x, v, e, "the configuration names a person there without their account id; add it");
    if (v->kind == VALUE_STRING)
        *r = value_string(o->name ? o->name : o->id);
    else
        *r = (struct value){.kind = v->kind, .id = o->id, .text = o->name};
    if (v->kind == VALUE_USER && !is_cloud)
        r->login = o->name;
    return true;
}

static bool has_default(const struct config_field_half *half)
{
    return half->fallback.id || half->fallback.name;
}

static bool become_default(const struct crossing *x, const struct value *v, struct value *r, struct err *e,
                           const char *what_to_do)
{
    return has_default(x->to) ? become(x, v, &x->to->fallback, r, e) : no_partner(x, v, e, what_to_do);
}

/* Passthrough. An option takes the id it has over there where the list is known; else its name alone, and the site
 * decides. */
static bool pass_option(const struct crossing *x, const struct value *v, struct value *r, struct err *e)
{
    size_t live_count;
    const struct tracker_option *live = field_options(x->mapping->projects[x->to_side], x->to->id, &live_count);
    const struct tracker_option *list = live ? live : x->to->options;
    size_t count = live ? live_count : x->to->option_count;
    if (str_is_empty(v->text))
        return no_partner(x, v, e, "its name is not known");
    long found = option_find(list, count, NULL, v->text);
    if (found != LOOKUP_NONE)
        return become(x, v, &list[found], r, e);
    if (live || has_default(x->to))
        return become_default(x, v, r, e, "add an option of that name there, or map the field by correlation");
    *r = value_option(NULL, v->text);
    return true;
}

static bool pass(const struct crossing *x, const struct value *v, struct value *r, struct err *e)
{
    if (v->kind == VALUE_OPTION)
        return pass_option(x, v, r, e);
    if (v->kind == VALUE_USER)
        return no_partner(x, v, e,
                          "accounts differ from site to site: map the field by user name, mail or correlation");
    *r = *v;
    if (v->kind != VALUE_RICH)
        return true;
    const char *text;
    if (!mapping_text(x->mapping, x->arena, x->from_side, v->text, &text, e))
        return false;
    *r = value_rich(text);
    return true;
}

static bool correlate(const struct crossing *x, const struct value *v, struct value *r, struct err *e)
{
    bool is_text = v->kind == VALUE_STRING;
    if (!is_text && v->kind != VALUE_OPTION && v->kind != VALUE_USER)
        return no_partner(x, v, e, "a correlation lists options, users or plain texts; map this field by passthrough");
    const char *id = is_text ? NULL : v->id;
    long at = option_find(x->from->options, x->from->option_count, id, v->text);
    if (at == LOOKUP_NONE && v->kind == VALUE_USER)
        at = option_find(x->from->options, x->from->option_count, v->login, v->mail);
    if (at == LOOKUP_NONE && v->kind == VALUE_USER)
        at = option_find(x->from->options, x->from->option_count, NULL, v->login);
    if (at != LOOKUP_NONE && (size_t)at < x->to->option_count)
        return become(x, v, &x->to->options[at], r, e);
    return become_default(x, v, r, e, "add both to the correlation, or set a default");
}

/* A user by what names them on every site. */
static bool look_up(const struct crossing *x, const struct value *v, const char *who, struct value *r, struct err *e)
{
    const struct mapping_users *users = &x->mapping->users;
    if (!users->find)
        return no_partner(x, v, e, "accounts cannot be looked up here");
    struct err why = ERR_INIT;
    struct value found = {0};
    if (!users->find(users->context, x->to_side, who, x->arena, &found, &why)) {
        if (why.kind != ERR_MAPPING) {
            if (e)
                *e = why;
            return false;
        }
    } else if (found.kind == VALUE_USER) {
        *r = found;
        return true;
    }
    const char *reason = why.kind ? arena_printf(x->arena, "%s; ", why.text) : "";
    return become_default(x, v, r, e,
                          arena_printf(x->arena,
                                       "%sgive '%s' an account there, map the field by user correlation, or "
                                       "set a default",
                                       reason, who));
}

static bool map_user(const struct crossing *x, const struct value *v, struct value *r, struct err *e)
{
    if (v->kind != VALUE_USER)
        return no_partner(x, v, e, "it is not a user; choose another kind of mapping for this field");
    if (x->field->kind == CONFIG_USER_MAIL) {
        if (!str_is_empty(v->mail))
            return look_up(x, v, v->mail, r, e);
        return become_default(x, v, r, e,
                              "the sync user may not see their e-mail address: map the field by user correlation, or "
                              "let the address be seen");
    }
    const char *name = !str_is_empty(v->login) ? v->login : v->id;
    return str_is_empty(name) ? no_partner(x, v, e, "their user name is not known") : look_up(x, v, name, r, e);
}

static bool map_one(const struct crossing *x, const struct value *v, struct value *r, struct err *e)
{
    switch (x->field->kind) {
    case CONFIG_PASSTHROUGH:
        return pass(x, v, r, e);
    case CONFIG_CORRELATION:
    case CONFIG_USER_CORRELATION:
        return correlate(x, v, r, e);
    case CONFIG_USER_NAME:
    case CONFIG_USER_MAIL:
        return map_user(x, v, r, e);
    }
    return err_set(e, ERR_MAPPING, "the mapping of %s is of a kind that this version does not know", x->from->name);
}

/* Element by element; two elements that lead to one partner are one there. */
static bool map_set(const struct crossing *x, const struct value *v, struct value *r, struct err *e)
{
    struct value set = {.kind = VALUE_SET, .items = arena_array(x->arena, struct value, v->count)};
    for (size_t i = 0; i < v->count; i++) {
        struct value one = {0};
        if (v->items[i].kind == VALUE_SET)
            return no_partner(x, v, e, "a set within a set cannot be mapped");
        if (v->items[i].kind != VALUE_NONE && !map_one(x, &v->items[i], &one, e))
            return false;
        bool is_new = one.kind != VALUE_NONE;
        for (size_t j = 0; j < set.count && is_new; j++)
            is_new = !value_equal(&set.items[j], &one);
        if (is_new)
            set.items[set.count++] = one;
    }
    *r = set.count ? set : (struct value){0};
    return true;
}

bool mapping_value(const struct mapping *m, struct arena *a, const struct config_field *field, enum side from,
                   const struct value *v, struct value *r, struct err *e)
{
    enum side to = side_other(from);
    struct crossing x = {m, a, field, &field->half[from], &field->half[to], from, to};
    if (v->kind == VALUE_SET)
        return map_set(&x, v, r, e);
    if (v->kind != VALUE_NONE)
        return map_one(&x, v, r, e);
    *r = (struct value){0};
    return true;
}

bool mapping_type(const struct mapping *m, enum side from, const char *type_id, const char **r, struct err *e)
{
    enum side to = side_other(from);
    const struct config_connector *here = &m->config->connector[from], *there = &m->config->connector[to];
    const struct tracker_project *project = m->projects[from], *partner = m->projects[to];
    const struct tracker_issue_type *type = project ? tracker_project_type(project, type_id) : NULL;
    const char *name = type ? type->name : NULL;
    long at = option_find(here->types, here->type_count, type_id, name);
    if (at == LOOKUP_NONE || (size_t)at >= there->type_count)
        return err_set(e, ERR_MAPPING,
                       "issue type '%s' of %s takes no part in this synchronization; add it, with its partner, to the "
                       "issue types of both connectors",
                       name ? name : type_id, here->project_key);
    const struct tracker_option *o = &there->types[at];
    const struct tracker_issue_type *found = partner ? type_of(partner, o) : NULL;
    const char *id = found ? found->id : o->id;
    if (!id)
        return err_set(e, ERR_MAPPING, "issue type '%s' does not exist on %s; add it there or map '%s' to another",
                       o->name, there->project_key, name ? name : type_id);
    *r = id;
    return true;
}

bool mapping_status(const struct mapping *m, enum side from, const struct value *status, struct value *r, struct err *e)
{
    enum side to = side_other(from);
    struct tracker_option partner = {status->id, status->text}, own;
    if (status->kind == VALUE_OPTION && status_for(m->config, to, m->projects[to], &partner, &own)) {
        *r = value_option(own.id, own.name);
        return true;
    }
    return err_set(e, ERR_MAPPING, "status '%s' of %s leads nowhere on %s; add a workflow rule for it to connector %s",
                   status->text ? status->text : "(none)", project_name(m, from), project_name(m, to),
                   m->config->connector[to].key);
}
