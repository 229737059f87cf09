#include "mapping/config.h"
#include "mapping/lookup.h"

#include "base/str.h"

/* What people call the same thing, best known first; a group is closed by NULL. */
static const char *const STATUS_GROUPS[][12] = {
    {"To Do", "Open", "Backlog", "New", "Reopened", "Selected for Development", "Waiting for support"},
    {"In Progress", "In Development", "Doing", "Started", "Work in progress"},
    {"In Review", "Review", "Code Review", "In Testing", "Testing", "QA", "Verify"},
    {"Blocked", "On Hold", "Waiting", "Pending", "Waiting for customer"},
    {"Done", "Closed", "Resolved", "Completed", "Finished", "Fixed"},
    {"Cancelled", "Canceled", "Rejected", "Declined", "Won't Do"},
};
static const char *const PRIORITY_GROUPS[][12] = {
    {"Highest", "Blocker", "Critical", "Urgent", "P1"},
    {"High", "Major", "P2"},
    {"Medium", "Normal", "P3"},
    {"Low", "Minor", "P4"},
    {"Lowest", "Trivial", "P5"},
};

static int group_of(const char *const (*groups)[12], size_t count, const char *name)
{
    for (size_t g = 0; g < count; g++)
        for (const char *const *word = groups[g]; *word; word++)
            if (value_name_equal(*word, name))
                return (int)g;
    return LOOKUP_NONE;
}

/* Issue types */

/* "Sub-task" on a server is "Subtask" in the cloud. */
static char *letters_of(struct arena *a, const char *name)
{
    char *letters = str_lower(a, name), *to = letters;
    for (const char *p = letters; *p; p++)
        if (!strchr(" -_", *p))
            *to++ = *p;
    *to = 0;
    return letters;
}

static const struct tracker_issue_type *partner_type(struct arena *a, const struct tracker_issue_type *type,
                                                     const struct tracker_project *p)
{
    for (int is_loose = 0; is_loose < 2; is_loose++)
        for (size_t i = 0; i < p->type_count; i++) {
            const struct tracker_issue_type *other = &p->types[i];
            bool is_same = is_loose ? str_eq(letters_of(a, type->name), letters_of(a, other->name))
                                    : value_name_equal(type->name, other->name);
            if (is_same && type->is_subtask == other->is_subtask)
                return other;
        }
    return NULL;
}

static void suggest_types(struct arena *a, const struct tracker_project *const projects[2], struct config *c)
{
    for (size_t i = 0; i < projects[0]->type_count; i++) {
        const struct tracker_issue_type *type = &projects[0]->types[i], *other = partner_type(a, type, projects[1]);
        if (!other || option_find(c->connector[1].types, c->connector[1].type_count, other->id, NULL) != LOOKUP_NONE)
            continue;
        *arena_push(a, c->connector[0].types, c->connector[0].type_count) =
            (struct tracker_option){type->id, type->name};
        *arena_push(a, c->connector[1].types, c->connector[1].type_count) =
            (struct tracker_option){other->id, other->name};
    }
}

/* Priorities */

static bool all_names_match(const struct tracker_project *from, const struct tracker_project *to)
{
    for (size_t i = 0; i < from->priority_count; i++)
        if (option_find(to->priorities, to->priority_count, NULL, from->priorities[i].name) == LOOKUP_NONE)
            return false;
    return true;
}

/* How far two priorities are apart, in thousandths: by the groups both belong to, then by how far down their lists. */
static long distance(const struct tracker_project *from, size_t i, const struct tracker_project *to, size_t j)
{
    int groups[2] = {group_of(PRIORITY_GROUPS, ARRAY_LEN(PRIORITY_GROUPS), from->priorities[i].name),
                     group_of(PRIORITY_GROUPS, ARRAY_LEN(PRIORITY_GROUPS), to->priorities[j].name)};
    long here = from->priority_count > 1 ? (long)(i * 1000 / (from->priority_count - 1)) : 0;
    long there = to->priority_count > 1 ? (long)(j * 1000 / (to->priority_count - 1)) : 0;
    long apart = groups[0] < 0 || groups[1] < 0 ? 0 : 10000L * labs((long)groups[0] - groups[1]);
    return apart + labs(here - there);
}

static size_t nearest_priority(const struct tracker_project *from, size_t i, const struct tracker_project *to)
{
    long same = option_find(to->priorities, to->priority_count, NULL, from->priorities[i].name);
    if (same != LOOKUP_NONE)
        return (size_t)same;
    size_t best = 0;
    for (size_t j = 1; j < to->priority_count; j++)
        if (distance(from, i, to, j) < distance(from, i, to, best))
            best = j;
    return best;
}

static void add_pair(struct arena *a, struct config_field *f, const struct tracker_option *first,
                     const struct tracker_option *second)
{
    *arena_push(a, f->half[0].options, f->half[0].option_count) = *first;
    *arena_push(a, f->half[1].options, f->half[1].option_count) = *second;
}

/* A pair for every priority of both sides. Lists of equal length without a common name go by rank. Otherwise true
 * partners come first, since a look-up takes the first match, and then those that have to share one. */
static void suggest_priorities(struct arena *a, const struct tracker_project *const p[2], struct config_field *f)
{
    if (!p[0]->priority_count || !p[1]->priority_count || (all_names_match(p[0], p[1]) && all_names_match(p[1], p[0])))
        return;
    f->kind = CONFIG_CORRELATION;
    bool has_common = false;
    for (size_t i = 0; i < p[0]->priority_count; i++)
        has_common = has_common ||
                     option_find(p[1]->priorities, p[1]->priority_count, NULL, p[0]->priorities[i].name) != LOOKUP_NONE;
    bool by_rank = !has_common && p[0]->priority_count == p[1]->priority_count;
    for (int shared = 0; shared < 2; shared++)
        for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++) {
            const struct tracker_project *from = p[s], *to = p[side_other(s)];
            for (size_t i = 0; i < from->priority_count; i++) {
                size_t j = by_rank ? i : nearest_priority(from, i, to);
                bool is_mutual = by_rank || nearest_priority(to, j, from) == i;
                const struct tracker_option *pair[2];
                pair[s] = &from->priorities[i];
                pair[side_other(s)] = &to->priorities[j];
                if (shared ? !is_mutual : is_mutual && s == SIDE_FIRST)
                    add_pair(a, f, pair[0], pair[1]);
            }
        }
}

/* Fields */

static void suggest_field(struct arena *a, const struct tracker_project *const projects[2], struct config *c,
                          const char *id)
{
    struct config_field f = {.conflict = CONFIG_NEWEST, .first_contact = CONFIG_ASK, .fills_empty = true};
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++) {
        const struct tracker_field *field = field_by_id(projects[s], id);
        if (!field)
            return;
        f.half[s] = (struct config_field_half){
            .id = field->id, .name = field->name, .type = field->type, .sends = true, .receives = true};
    }
    if (str_eq(id, "priority"))
        suggest_priorities(a, projects, &f);
    *arena_push(a, c->fields, c->field_count) = f;
}

/* Workflow */

static const struct tracker_option *nearest_status(const struct tracker_option *partner,
                                                   const struct tracker_option *own, size_t count)
{
    long same = option_find(own, count, NULL, partner->name);
    if (same != LOOKUP_NONE)
        return &own[same];
    int group = group_of(STATUS_GROUPS, ARRAY_LEN(STATUS_GROUPS), partner->name);
    if (group == LOOKUP_NONE)
        return NULL;
    for (const char *const *word = STATUS_GROUPS[group]; *word; word++) {
        long found = option_find(own, count, NULL, *word);
        if (found != LOOKUP_NONE)
            return &own[found];
    }
    return NULL;
}

static void suggest_statuses(struct arena *a, const struct tracker_project *const projects[2], struct config *c,
                             enum side side)
{
    struct config_connector *connector = &c->connector[side];
    enum side other = side_other(side);
    struct tracker_option *partners, *own;
    size_t partner_count = statuses_of(a, &c->connector[other], projects[other], &partners);
    size_t own_count = statuses_of(a, connector, projects[side], &own);
    for (size_t i = 0; i < partner_count; i++) {
        const struct tracker_option *to = nearest_status(&partners[i], own, own_count);
        if (to)
            *arena_push(a, connector->statuses, connector->status_count) =
                (struct config_status_rule){.partner = partners[i], .own = *to};
    }
}

void config_suggest(struct arena *a, const struct tracker_project *const projects[2], struct config *r)
{
    struct config c = {.poll_interval_ms = 5000};
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++)
        c.connector[s] = (struct config_connector){.site = "",
                                                   .base_url = "",
                                                   .project_id = projects[s]->id,
                                                   .project_key = projects[s]->key,
                                                   .creates = true,
                                                   .sends_status = true,
                                                   .receives_status = true,
                                                   .sends_comments = true,
                                                   .receives_comments = true,
                                                   .comment_template = CONFIG_COMMENT_TEMPLATE};
    suggest_types(a, projects, &c);
    static const char *const fields[] = {"summary", "description", "labels", "priority"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        suggest_field(a, projects, &c, fields[i]);
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++)
        suggest_statuses(a, projects, &c, s);
    config_set_key(a, &c, "INT-1");
    config_default_names(a, &c);
    *r = c;
}
