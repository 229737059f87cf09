/* Every part of a configuration against both live projects. One function a question; each says what is wrong on its
 * side and what to do. Cycles over several synchronizations are not seen from here. */
#include "mapping/config.h"
#include "mapping/finding.h"
#include "mapping/lookup.h"
#include "mapping/mapping.h"

#include "base/str.h"
#include "tracker/rich.h"

/* One half looked at, with the other in view. */
struct half {
    const struct config *config;
    const struct config_connector *own, *partner;
    const struct tracker_project *project, *partner_project;
    enum side side;
};

static const char *option_name(const struct tracker_option *o)
{
    return o->name ? o->name : o->id;
}

/* Connection */

static void check_connection(struct findings *f, const struct half *h)
{
    const char *key = h->project->key;
    if (!str_eq(h->own->project_key, key))
        finding_warning(
            f, "connection",
            finding_text(f, "The project is called %s now, and %s in the configuration", key, h->own->project_key),
            "put the new key into the configuration; filters that name the old one may need it too");
    if (h->own->project_id && !str_eq(h->own->project_id, h->project->id))
        finding_error(f, "connection",
                      finding_text(f,
                                   "%s has the id %s on this site, and %s in the configuration: it is another project",
                                   key, h->project->id, h->own->project_id),
                      "choose the right site and project, or resolve the configuration for the moved project");
    bool receives_fields = false;
    for (size_t i = 0; i < h->config->field_count; i++)
        receives_fields = receives_fields || h->config->fields[i].half[h->side].receives;
    const struct {
        bool is_needed, is_granted, is_error;
        const char *name, *what_for;
    } rights[] = {
        {true, h->project->can_browse, true, "Browse Projects", "see the issues"},
        {h->partner->creates, h->project->can_create, true, "Create Issues", "create partner issues"},
        {receives_fields, h->project->can_edit, true, "Edit Issues", "write fields"},
        {h->own->receives_comments, h->project->can_comment, true, "Add Comments", "add copies of comments"},
        {h->own->receives_status, h->project->can_transition, true, "Transition Issues", "follow the partner's status"},
        {h->own->receives_comments, h->project->can_delete_own_comments, false, "Delete Own Comments",
         "delete copies of deleted comments"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rights); i++)
        if (rights[i].is_needed && !rights[i].is_granted)
            (rights[i].is_error ? finding_error : finding_warning)(
                f, "connection",
                finding_text(f, "The sync user lacks the permission %s in %s, so it cannot %s", rights[i].name, key,
                             rights[i].what_for),
                finding_text(f, "grant %s to the sync user in the permission scheme of %s", rights[i].name, key));
}

/* Issue types */

static void check_type(struct findings *f, const struct half *h, size_t i)
{
    const struct tracker_option *o = &h->own->types[i];
    const struct tracker_issue_type *type = type_of(h->project, o);
    if (!type) {
        finding_error(f, "issue types",
                      finding_text(f, "Issue type '%s' does not exist in %s", option_name(o), h->project->key),
                      finding_text(f, "add it to the project, or choose one of: %s", finding_types(f, h->project)));
        return;
    }
    if (o->id && !str_eq(o->id, type->id))
        finding_warning(f, "issue types",
                        finding_text(f, "Issue type '%s' of %s has the id %s now, and %s in the configuration",
                                     type->name, h->project->key, type->id, o->id),
                        "the name decides; resolve the configuration to write the new id");
    for (size_t j = 0; j < i; j++)
        if (type_of(h->project, &h->own->types[j]) == type)
            finding_warning(f, "issue types",
                            finding_text(f, "Issue type '%s' of %s is listed twice; only its first partner is used",
                                         type->name, h->project->key),
                            "fine when several types of the partner lead to this one; else take one out");
    const struct tracker_issue_type *other =
        h->side == SIDE_FIRST && i < h->partner->type_count ? type_of(h->partner_project, &h->partner->types[i]) : NULL;
    if (other && other->is_subtask != type->is_subtask)
        finding_error(f, "issue types",
                      finding_text(f, "'%s' of %s and '%s' of %s are mapped, but only one of them is a sub-task",
                                   type->name, h->project->key, other->name, h->partner_project->key),
                      "map sub-tasks to sub-tasks only");
}

/* A creation that leaves a required field empty is refused. */
static void check_required(struct findings *f, const struct half *h, const struct tracker_issue_type *type)
{
    static const char *const given[] = {"project", "issuetype", "reporter", "parent"}; /* by every creation */
    for (size_t i = 0; h->partner->creates && i < type->required_count; i++) {
        const char *id = type->required[i];
        bool is_filled = false;
        for (size_t j = 0; j < ARRAY_LEN(given); j++)
            is_filled = is_filled || str_eq(id, given[j]);
        for (size_t j = 0; j < h->config->field_count; j++) {
            const struct config_field *field = &h->config->fields[j];
            is_filled = is_filled || (str_eq(field->half[h->side].id, id) && field->half[h->side].receives &&
                                      field->half[side_other(h->side)].sends);
        }
        const struct tracker_field *field = field_by_id(h->project, id);
        if (!is_filled)
            finding_error(f, "fields",
                          finding_text(f, "'%s' is required to create a %s in %s, and nothing fills it",
                                       field ? field->name : id, type->name, h->project->key),
                          "map a field to it, give it a default in Jira, or make it optional");
    }
}

static void check_types(struct findings *f, const struct half *h)
{
    if (!h->own->type_count)
        finding_error(f, "issue types", finding_text(f, "No issue type of %s takes part", h->project->key),
                      "list at least one issue type on each side");
    if (h->own->type_count < h->partner->type_count)
        finding_error(f, "issue types",
                      finding_text(f, "%s lists %zu issue types, %s lists %zu: '%s' of %s has no partner",
                                   h->project->key, h->own->type_count, h->partner_project->key, h->partner->type_count,
                                   option_name(&h->partner->types[h->own->type_count]), h->partner_project->key),
                      "give every issue type its partner at the same position");
    for (size_t i = 0; i < h->own->type_count; i++) {
        check_type(f, h, i);
        const struct tracker_issue_type *type = type_of(h->project, &h->own->types[i]);
        if (type)
            check_required(f, h, type);
    }
}

/* Fields */

static void check_namesakes(struct findings *f, const struct half *h, const struct tracker_field *field)
{
    const char *migrated = finding_text(f, "%s (migrated)", field->name);
    for (size_t i = 0; i < h->project->field_count; i++) {
        const struct tracker_field *other = &h->project->fields[i];
        if (str_eq(other->id, field->id))
            continue;
        if (value_name_equal(other->name, field->name))
            finding_warning(f, "fields",
                            finding_text(f, "%s has two fields named '%s': %s, which is mapped, and %s",
                                         h->project->key, field->name, field->id, other->id),
                            "make sure that the one people see on their screens is mapped, and rename the other");
        bool is_migrated = value_name_equal(other->name, migrated);
        if (is_migrated || value_name_equal(finding_text(f, "%s (migrated)", other->name), field->name))
            finding_warning(f, "fields",
                            finding_text(f, "%s has a field '%s' beside '%s', which is mapped", h->project->key,
                                         other->name, field->name),
                            "a migration left two fields: make sure that the values are in the one that is mapped");
    }
}

static bool is_user_kind(enum config_kind kind)
{
    return kind == CONFIG_USER_NAME || kind == CONFIG_USER_MAIL || kind == CONFIG_USER_CORRELATION;
}

static bool is_user_field(const struct tracker_field *field)
{
    return str_eq(field->type, "user") || (str_eq(field->type, "array") && str_eq(field->items, "user"));
}

/* The two fields as they are on the sites. Said once, on the first side. */
static void check_field_types(struct findings *f, const struct config_field *map, const struct tracker_field *own,
                              const struct tracker_field *other)
{
    if (map->kind != CONFIG_PASSTHROUGH)
        return;
    if (!str_eq(own->type, other->type) || !str_eq(own->items, other->items))
        finding_error(
            f, "fields",
            finding_text(f,
                         "'%s' is a field of type %s%s%s, its partner '%s' of type %s%s%s: values cannot pass "
                         "as they are",
                         own->name, own->type, own->items ? " of " : "", own->items ? own->items : "", other->name,
                         other->type, other->items ? " of " : "", other->items ? other->items : ""),
            "map fields of one type, or map them by correlation");
    else if (own->custom && other->custom && !str_eq(own->custom, other->custom))
        finding_warning(f, "fields",
                        finding_text(f, "'%s' and '%s' are different kinds of field (%s, %s)", own->name, other->name,
                                     own->custom, other->custom),
                        "look at one pair of issues before you trust it");
}

static void check_user_mapping(struct findings *f, const struct half *h, const struct config_field *map)
{
    const struct config_field_half *own = &map->half[h->side], *other = &map->half[side_other(h->side)];
    bool has_default = own->fallback.id || own->fallback.name;
    if (map->kind != CONFIG_USER_NAME || !own->receives || !other->sends || !config_is_cloud(h->own))
        return;
    const char *what = finding_text(f, "'%s' maps users by user name towards %s, and a cloud site has no user names",
                                    own->name, h->project->key);
    const char *fix = "map them by e-mail address, or by user correlation where addresses are not visible";
    (has_default ? finding_warning : finding_error)(f, "users", what, fix);
}

/* A cloud site knows people by account id alone. */
static void check_accounts(struct findings *f, const struct half *h, const struct config_field *map)
{
    const struct config_field_half *own = &map->half[h->side];
    for (size_t i = 0; map->kind == CONFIG_USER_CORRELATION && config_is_cloud(h->own) && i < own->option_count; i++)
        if (!own->options[i].id)
            finding_error(f, "users",
                          finding_text(f, "'%s' lists '%s' on %s without an account id", own->name,
                                       own->options[i].name, h->project->key),
                          "add the account id: it is the end of the address of the person's profile page");
}

/* What the sender's list holds must have a place in the receiver's. */
static void check_live_options(struct findings *f, const struct half *h, const struct config_field *map)
{
    const struct config_field_half *own = &map->half[h->side], *other = &map->half[side_other(h->side)];
    size_t own_count, other_count;
    const struct tracker_option *live = field_options(h->project, own->id, &own_count);
    const struct tracker_option *sent = field_options(h->partner_project, other->id, &other_count);
    bool is_correlation = map->kind == CONFIG_CORRELATION;
    for (size_t i = 0; is_correlation && live && i < own->option_count; i++) {
        const struct tracker_option *o = &own->options[i];
        if (option_find(live, own_count, o->id, o->name) == LOOKUP_NONE)
            finding_error(f, "fields",
                          finding_text(f, "%s '%s' does not exist in %s", own->name, option_name(o), h->project->key),
                          finding_text(f, "choose one of: %s", finding_options(f, live, own_count)));
    }
    if (!own->receives || !other->sends || own->fallback.id || own->fallback.name || !sent)
        return;
    for (size_t i = 0; i < other_count; i++) {
        long at = is_correlation ? option_find(other->options, other->option_count, sent[i].id, sent[i].name)
                  : live         ? option_find(live, own_count, NULL, sent[i].name)
                                 : 0;
        if (at == LOOKUP_NONE || (is_correlation && (size_t)at >= own->option_count))
            finding_error(f, "fields",
                          finding_text(f, "%s '%s' of %s has no partner on %s", other->name, sent[i].name,
                                       h->partner_project->key, h->project->key),
                          live ? finding_text(f, "map it to one of: %s", finding_options(f, live, own_count))
                               : "add both to the correlation, or set a default");
    }
}

static void check_lists(struct findings *f, const struct half *h, const struct config_field *map)
{
    const struct config_field_half *own = &map->half[h->side], *other = &map->half[side_other(h->side)];
    if (map->kind != CONFIG_CORRELATION && map->kind != CONFIG_USER_CORRELATION)
        return;
    if (!own->option_count && h->side == SIDE_FIRST && !other->option_count)
        finding_error(f, "fields", finding_text(f, "'%s' is mapped by correlation, and the lists are empty", own->name),
                      "list what corresponds, at the same positions on both sides");
    if (own->option_count < other->option_count)
        finding_warning(f, map->kind == CONFIG_CORRELATION ? "fields" : "users",
                        finding_text(f, "'%s' lists %zu values on %s and %zu on %s: '%s' has no partner", own->name,
                                     own->option_count, h->project->key, other->option_count, h->partner_project->key,
                                     option_name(&other->options[own->option_count])),
                        "give every value its partner at the same position, or take it out");
}

static void check_direction(struct findings *f, const struct half *h, size_t index)
{
    const struct config_field *map = &h->config->fields[index];
    const struct config_field_half *own = &map->half[h->side], *other = &map->half[side_other(h->side)];
    if (own->sends && !other->receives && !own->receives)
        finding_warning(f, "fields",
                        finding_text(f, "'%s' is sent by %s, and %s does not receive it", own->name, h->project->key,
                                     h->partner_project->key),
                        "let the partner receive it, or do not send it");
    if (own->receives && !other->sends && !own->sends)
        finding_warning(f, "fields",
                        finding_text(f, "'%s' is received by %s, and %s does not send it", own->name, h->project->key,
                                     h->partner_project->key),
                        "let the partner send it, or do not receive it");
    if (h->side == SIDE_FIRST && !own->sends && !own->receives && !other->sends && !other->receives)
        finding_warning(f, "fields", finding_text(f, "'%s' is mapped in no direction", own->name),
                        "choose a direction, or take the mapping out");
    for (size_t i = 0; i < index && own->receives; i++) {
        const struct config_field_half *earlier = &h->config->fields[i].half[h->side];
        if (earlier->receives && str_eq(earlier->id, own->id))
            finding_error(f, "fields",
                          finding_text(f, "'%s' of %s receives from two fields, which would overwrite each other",
                                       own->name, h->project->key),
                          "let it receive from one of them");
    }
}

static void check_field(struct findings *f, const struct half *h, size_t index)
{
    const struct config_field *map = &h->config->fields[index];
    const struct config_field_half *own = &map->half[h->side], *other = &map->half[side_other(h->side)];
    const struct tracker_field *field = own->id ? field_by_id(h->project, own->id) : NULL;
    const struct tracker_field *partner = other->id ? field_by_id(h->partner_project, other->id) : NULL;
    check_direction(f, h, index);
    check_lists(f, h, map);
    check_live_options(f, h, map);
    check_user_mapping(f, h, map);
    check_accounts(f, h, map);
    if (!field) {
        finding_error(f, "fields",
                      finding_text(f, "Field '%s' (%s) does not exist on the site of %s", own->name,
                                   own->id ? own->id : "no id", h->project->key),
                      "resolve the configuration, so that it is found by name, or create it there");
        return;
    }
    if (is_user_field(field) != is_user_kind(map->kind) && map->kind != CONFIG_CORRELATION)
        finding_error(f, "users",
                      finding_text(f, "'%s' of %s %s", field->name, h->project->key,
                                   is_user_field(field) ? "holds users, whose accounts differ from site to site"
                                                        : "holds no users, and is mapped as if it did"),
                      is_user_field(field) ? "map it by e-mail address, user name or user correlation"
                                           : "map it by passthrough or correlation");
    check_namesakes(f, h, field);
    if (h->side == SIDE_FIRST && partner)
        check_field_types(f, map, field, partner);
}

/* Workflow */

static void check_rules(struct findings *f, const struct half *h)
{
    struct tracker_option *own, *partner;
    size_t own_count = statuses_of(f->arena, h->own, h->project, &own);
    size_t partner_count = statuses_of(f->arena, h->partner, h->partner_project, &partner);
    for (size_t i = 0; i < h->own->status_count; i++) {
        const struct config_status_rule *rule = &h->own->statuses[i];
        if (option_find(own, own_count, rule->own.id, rule->own.name) == LOOKUP_NONE)
            finding_error(f, "workflow",
                          finding_text(f, "A rule leads to status '%s', which no issue type of %s has",
                                       option_name(&rule->own), h->project->key),
                          finding_text(f, "choose one of: %s", finding_options(f, own, own_count)));
        if (option_find(partner, partner_count, rule->partner.id, rule->partner.name) == LOOKUP_NONE)
            finding_warning(f, "workflow",
                            finding_text(f, "A rule starts from status '%s', which no issue type of %s has",
                                         option_name(&rule->partner), h->partner_project->key),
                            "take the rule out, or resolve the configuration");
    }
}

static bool type_has(const struct tracker_issue_type *type, const struct tracker_option *status)
{
    return option_find(type->statuses, type->status_count, status->id, status->name) != LOOKUP_NONE;
}

/* Where each status of each pair of issue types leads. */
static void check_status_targets(struct findings *f, const struct half *h)
{
    for (size_t t = 0; t < h->own->type_count && t < h->partner->type_count; t++) {
        const struct tracker_issue_type *own = type_of(h->project, &h->own->types[t]);
        const struct tracker_issue_type *partner = type_of(h->partner_project, &h->partner->types[t]);
        for (size_t i = 0; own && partner && i < partner->status_count; i++) {
            const struct tracker_option *status = &partner->statuses[i];
            struct tracker_option target;
            if (!status_for(h->config, h->side, h->project, status, &target))
                finding_error(f, "workflow",
                              finding_text(f, "Status '%s' of %s leads nowhere on %s", status->name,
                                           h->partner_project->key, h->project->key),
                              finding_text(f, "add a rule that leads to one of: %s",
                                           finding_options(f, own->statuses, own->status_count)));
            else if (!type_has(own, &target))
                finding_warning(
                    f, "workflow",
                    finding_text(f, "Status '%s' of %s leads to '%s', which '%s' of %s does not have", status->name,
                                 h->partner_project->key, option_name(&target), own->name, h->project->key),
                    finding_text(f, "choose one of: %s", finding_options(f, own->statuses, own->status_count)));
        }
    }
}

static void check_workflow(struct findings *f, const struct half *h)
{
    if (h->own->receives_status && !h->partner->sends_status)
        finding_warning(f, "workflow",
                        finding_text(f, "%s receives the status, and %s does not send it", h->project->key,
                                     h->partner_project->key),
                        "let the partner send it, or do not receive it");
    if (!h->own->receives_status)
        return;
    check_rules(f, h);
    if (h->partner->sends_status)
        check_status_targets(f, h);
}

/* Comments */

/* A copy whose author line is not known again would look like an edit for ever. Tried out with both forms a site can
 * give back: the markup as it was sent, and the markup that Cloud writes anew. */
static bool is_known_again(struct findings *f, const struct half *h)
{
    const struct mapping m = {.config = h->config};
    const struct tracker_comment comment = {.author_name = "Anna Example", .body = "It burns."};
    const char *sent = mapping_comment_copy(&m, f->arena, h->side, &comment, "SA-1", comment.body);
    const char *document = rich_in_form(f->arena, sent, true), *anew = rich_markup(f->arena, document);
    return str_eq(mapping_comment_strip(&m, f->arena, h->side, sent), comment.body) &&
           str_eq(str_trim(f->arena, mapping_comment_strip(&m, f->arena, h->side, anew)), comment.body) &&
           rich_equal(mapping_comment_strip(&m, f->arena, h->side, document), comment.body);
}

static void check_comments(struct findings *f, const struct half *h)
{
    if (!h->own->receives_comments)
        return;
    if (!h->partner->sends_comments)
        finding_warning(f, "comments",
                        finding_text(f, "%s receives comments, and %s does not send them", h->project->key,
                                     h->partner_project->key),
                        "let the partner send them, or do not receive them");
    const char *template = h->own->comment_template;
    if (!is_known_again(f, h))
        finding_error(f, "comments",
                      finding_text(f,
                                   "The author line of copies on %s cannot be recognised once the site has stored it",
                                   h->project->key),
                      "make the template one line of simple markup, such as \"" CONFIG_COMMENT_TEMPLATE "\"");
    if (!strstr(template, "{author}"))
        finding_warning(f, "comments",
                        finding_text(f, "Copies of comments on %s do not say who wrote them", h->project->key),
                        "put {author} into the template");
    else if (!strstr(template, "{time}") && !strstr(template, "{key}"))
        finding_warning(
            f, "comments",
            finding_text(f, "The author line of copies on %s could be taken for words of a person", h->project->key),
            "put {time} or {key} into the template");
}

size_t config_check(struct arena *a, const struct config *c, const struct tracker_project *const projects[2],
                    struct config_finding **r)
{
    struct findings f = {.arena = a};
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++) {
        enum side other = side_other(s);
        struct half h = {c, &c->connector[s], &c->connector[other], projects[s], projects[other], s};
        f.side = s;
        check_connection(&f, &h);
        check_types(&f, &h);
        for (size_t i = 0; i < c->field_count; i++)
            check_field(&f, &h, i);
        check_workflow(&f, &h);
        check_comments(&f, &h);
    }
    *r = f.list;
    return f.count;
}
