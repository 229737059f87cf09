/* issue_required.c - what a screen wants filled in, and whether an issue on its way has it. */
#include "sandbox/field/custom.h"

static bool row_has(const struct issue_row *r, const char *id, bool *known_r)
{
    const struct {
        const char *id;
        bool has;
    } FIELDS[] = {
        {"summary", !str_is_empty(r->summary)},
        {"description", r->description},
        {"environment", r->environment},
        {"duedate", r->due},
        {"priority", r->priority},
        {"resolution", r->resolution},
        {"assignee", r->assignee},
        {"reporter", r->reporter},
        {"parent", r->parent},
        {"issuetype", r->type},
        {"project", r->project},
    };
    for (size_t i = 0; i < ARRAY_LEN(FIELDS); i++)
        if (str_eq(FIELDS[i].id, id)) {
            *known_r = true;
            return FIELDS[i].has;
        }
    *known_r = false;
    return false;
}

static bool count_has(struct ctx *c, const char *sql, int64_t issue, int64_t field, bool *r)
{
    int64_t any = 0;
    if (!db_int(c, &any, sql, "ii", issue, field))
        return false;
    *r = any;
    return true;
}

bool issue_change_has(struct ctx *c, struct issue_change *ch, const struct field *f, bool *r)
{
    bool is_known = false;
    enum issue_set set;
    int64_t issue = ch->is_new ? 0 : ch->before.id;
    *r = f->system && row_has(&ch->after, f->id, &is_known);
    if (is_known)
        return true;
    if (f->system && issue_set_named(f->id, &set) && ch->sets[set].is_open) {
        *r = ch->sets[set].after_count;
        return true;
    }
    if (f->system && issue_set_named(f->id, &set))
        return count_has(c,
                         set == SET_COMPONENTS ? "SELECT 1 FROM issue_component WHERE issue = ?1 AND ?2 = 0"
                         : set == SET_VERSIONS ? "SELECT 1 FROM issue_version WHERE issue = ?1 AND kind = 'affects'"
                                                 " AND ?2 = 0"
                                               : "SELECT 1 FROM issue_version WHERE issue = ?1 AND kind = 'fix' AND"
                                                 " ?2 = 0",
                         issue, 0, r);
    if (str_eq(f->id, "labels") && ch->has_labels) {
        *r = ch->labels_count;
        return true;
    }
    if (str_eq(f->id, "labels"))
        return count_has(c, "SELECT 1 FROM issue_label WHERE issue = ?1 AND ?2 = 0", issue, 0, r);
    if (str_eq(f->id, "comment")) {
        *r = json_array_size(ch->comments);
        return true;
    }
    if (f->system) /* nothing that a screen could want filled in */
        return *r = true;
    if (f->kind->noun == CUSTOM_EPIC) {
        *r = ch->after.parent;
        return true;
    }
    for (size_t i = 0; i < ch->custom_count; i++)
        if (ch->custom[i].field.number == f->number) {
            *r = ch->custom[i].after_count;
            return true;
        }
    return count_has(c, "SELECT 1 FROM custom_value WHERE issue = ?1 AND field = ?2", issue, f->number, r);
}

static bool is_named(const struct issue_change *ch, const char *field)
{
    for (size_t i = 0; i < ch->named_count; i++)
        if (str_eq(ch->named[i], field))
            return true;
    return false;
}

static bool need(struct ctx *c, const struct field *f, bool required, void *context)
{
    struct issue_change *ch = context;
    bool has = false;
    if (!required || (str_eq(ch->operation, "edit") && !is_named(ch, f->id)))
        return true;
    if (!issue_change_has(c, ch, f, &has))
        return false;
    if (has || (str_eq(f->id, "reporter") && !is_named(ch, f->id)))
        return true;
    if (str_eq(f->id, "summary"))
        problem(c, &ch->problems, f->id, "You must specify a summary of the issue.");
    else if (str_eq(f->id, "parent"))
        problem(c, &ch->problems, f->id, "Issue type is a sub-task but parent issue key or id not specified.");
    else
        problem(c, &ch->problems, f->id, "%s is required.", f->name);
    return true;
}

bool screen_required(struct ctx *c, struct issue_change *ch)
{
    return !*ch->operation || screen_each(c, ch->after.project, ch->after.type, ch->operation, need, ch);
}
