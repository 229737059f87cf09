/* Ids anew, by name and type. A name decides even where the old id exists on the new site: ids are given out anew
 * there, and customfield_10010 may be another field. */
#include "mapping/config.h"
#include "mapping/finding.h"
#include "mapping/lookup.h"

#include "base/str.h"

static bool is_custom(const char *field_id)
{
    return str_starts(field_id, "customfield_");
}

/* What this option is called there. An id that is taken by another name is not it. */
static bool resolve_option(const struct tracker_option *now, size_t count, struct tracker_option *o)
{
    long found = o->name ? option_find(now, count, NULL, o->name) : option_find(now, count, o->id, NULL);
    if (found != LOOKUP_NONE)
        *o = now[found];
    return found != LOOKUP_NONE;
}

static void resolve_types(struct findings *f, struct config_connector *c, const struct tracker_project *now)
{
    for (size_t i = 0; i < c->type_count; i++) {
        struct tracker_option *o = &c->types[i];
        const struct tracker_issue_type *type = tracker_project_type(now, o->name ? o->name : o->id);
        if (type)
            *o = (struct tracker_option){type->id, type->name};
        else
            finding_error(f, "issue types", finding_text(f, "Issue type '%s' does not exist on %s", o->name, now->key),
                          finding_text(f, "add it to the project, or choose one of: %s", finding_types(f, now)));
    }
}

static const struct tracker_field *named(const struct tracker_project *now, const char *name, const char *type,
                                         size_t *count_r)
{
    const struct tracker_field *first = NULL;
    *count_r = 0;
    for (size_t i = 0; i < now->field_count; i++) {
        const struct tracker_field *field = &now->fields[i];
        if (!value_name_equal(field->name, name) || (type && !str_eq(field->type, type)))
            continue;
        first = first ? first : field;
        ++*count_r;
    }
    return first;
}

static const struct tracker_field *resolve_field(struct findings *f, const struct config_field_half *half,
                                                 const struct tracker_project *now)
{
    size_t count;
    const struct tracker_field *found = half->id && !is_custom(half->id) ? field_by_id(now, half->id) : NULL;
    if (found)
        return found; /* a system field is called the same everywhere, whatever the language of its name */
    found = named(now, half->name, half->type, &count);
    if (!found)
        found = named(now, finding_text(f, "%s (migrated)", half->name), half->type, &count);
    if (count > 1)
        finding_warning(f, "fields", finding_text(f, "%s has %zu fields named '%s'", now->key, count, found->name),
                        finding_text(f, "%s was taken; put the id of the right one into the configuration", found->id));
    return found;
}

/* Options of a field that moved. Only priorities are known by list; of other lists the ids are dropped, for an old id
 * may belong to another option on the new site, and names decide. Accounts cannot be found by name at all. */
static void resolve_options(struct findings *f, enum config_kind kind, struct config_field_half *half,
                            const struct tracker_project *now)
{
    bool has_default = half->fallback.id || half->fallback.name;
    size_t count, total = half->option_count + has_default;
    const struct tracker_option *live = field_options(now, half->id, &count);
    if (kind == CONFIG_USER_CORRELATION || kind == CONFIG_USER_MAIL || kind == CONFIG_USER_NAME) {
        if (total)
            finding_error(f, "users",
                          finding_text(f, "The accounts listed for %s are those of the old site", half->name),
                          "look them up on the new site, by e-mail address or by the assistant's report");
        return;
    }
    for (size_t i = 0; i < total; i++) {
        struct tracker_option *o = i < half->option_count ? &half->options[i] : &half->fallback;
        if (!live && o->name)
            o->id = NULL;
        else if (!resolve_option(live, count, o))
            finding_error(
                f, "fields",
                finding_text(f, "%s '%s' does not exist on %s", half->name, o->name ? o->name : o->id, now->key),
                live ? finding_text(f, "map it to one of: %s", finding_options(f, live, count))
                     : "write its name into the configuration");
    }
}

static void resolve_fields(struct findings *f, struct config *c, enum side moved, const struct tracker_project *now)
{
    for (size_t i = 0; i < c->field_count; i++) {
        struct config_field_half *half = &c->fields[i].half[moved];
        const struct tracker_field *found = resolve_field(f, half, now);
        if (found) {
            half->id = found->id;
            half->name = found->name;
            half->type = found->type;
        } else {
            finding_error(f, "fields",
                          finding_text(f, "Field '%s' (%s) does not exist on %s", half->name,
                                       half->type ? half->type : "of any type", now->key),
                          "create it there with the same name and type, or take the field out of the configuration");
        }
        resolve_options(f, c->fields[i].kind, half, now);
    }
}

/* The moved side's statuses stand in the rules of both halves: as its own, and as the other's partner. */
static void resolve_statuses(struct findings *f, struct config *c, enum side moved, const struct tracker_project *now)
{
    struct tracker_option *statuses;
    size_t count = statuses_of(f->arena, NULL, now, &statuses);
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++)
        for (size_t i = 0; i < c->connector[s].status_count; i++) {
            struct config_status_rule *rule = &c->connector[s].statuses[i];
            struct tracker_option *o = s == moved ? &rule->own : &rule->partner;
            if (!resolve_option(statuses, count, o))
                finding_error(f, "workflow",
                              finding_text(f, "Status '%s' does not exist on %s", o->name ? o->name : o->id, now->key),
                              finding_text(f, "change the rule to one of: %s", finding_options(f, statuses, count)));
        }
}

size_t config_resolve(struct arena *a, struct config *c, enum side moved, const struct tracker_project *now,
                      struct config_finding **r)
{
    struct findings f = {.arena = a, .side = moved};
    c->connector[moved].project_id = now->id;
    c->connector[moved].project_key = now->key;
    resolve_types(&f, &c->connector[moved], now);
    resolve_fields(&f, c, moved, now);
    resolve_statuses(&f, c, moved, now);
    *r = f.list;
    return f.count;
}
