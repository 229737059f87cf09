/* issue_set.c - fix versions, affected versions and components of an issue: read, changed, written, shown. */
#include "sandbox/planning/planning.h"
#include "sandbox/rights/access.h"

static const struct {
    const char *field, *item;    /* the field's id; its name in the changelog */
    const char *noun, *word;     /* the table; the word in errors */
    const char *order;           /* how an issue shows them */
    const char *read;            /* ?1 the issue */
    const char *insert, *delete; /* ?1 the issue, ?2 the noun */
    const char *holders;         /* issues that hold ?1 */
    json_t *(*json)(struct ctx *, int64_t);
} SETS[ISSUE_SETS] = {
    [SET_FIX_VERSIONS] = {"fixVersions", "Fix Version", "version", "Version", "n.position, n.id",
                          "SELECT version FROM issue_version WHERE issue = ?1 AND kind = 'fix'",
                          "INSERT INTO issue_version (issue, kind, version) VALUES (?1, 'fix', ?2)",
                          "DELETE FROM issue_version WHERE issue = ?1 AND kind = 'fix' AND version = ?2",
                          "SELECT issue FROM issue_version WHERE version = ?1 AND kind = 'fix' ORDER BY issue",
                          version_json},
    [SET_VERSIONS] = {"versions", "Version", "version", "Version", "n.position, n.id",
                      "SELECT version FROM issue_version WHERE issue = ?1 AND kind = 'affects'",
                      "INSERT INTO issue_version (issue, kind, version) VALUES (?1, 'affects', ?2)",
                      "DELETE FROM issue_version WHERE issue = ?1 AND kind = 'affects' AND version = ?2",
                      "SELECT issue FROM issue_version WHERE version = ?1 AND kind = 'affects' ORDER BY issue",
                      version_json},
    [SET_COMPONENTS] = {"components", "Component", "component", "Component", "n.name, n.id",
                        "SELECT component FROM issue_component WHERE issue = ?1",
                        "INSERT INTO issue_component (issue, component) VALUES (?1, ?2)",
                        "DELETE FROM issue_component WHERE issue = ?1 AND component = ?2",
                        "SELECT issue FROM issue_component WHERE component = ?1 ORDER BY issue", component_json},
};

bool issue_set_named(const char *field, enum issue_set *r)
{
    for (int i = 0; i < ISSUE_SETS; i++)
        if (str_eq(SETS[i].field, field)) {
            *r = (enum issue_set)i;
            return true;
        }
    return false;
}

/* The ids a query of one column finds. */
static bool ids_read(struct ctx *c, const char *sql, int64_t bound, int64_t **list_r, size_t *count_r)
{
    struct sql_rows rows;
    *list_r = NULL;
    *count_r = 0;
    if (!db_query(c, &rows, sql, "i", bound))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, *list_r, *count_r) = sql_int(&rows, 0);
    return db_done(c, &rows);
}

static bool set_open(struct ctx *c, struct issue_change *ch, enum issue_set which)
{
    struct ref_set *s = &ch->sets[which];
    if (s->is_open)
        return true;
    s->is_open = true;
    if (ch->is_new)
        return true;
    if (!ids_read(c, SETS[which].read, ch->before.id, &s->before, &s->before_count))
        return false;
    for (size_t i = 0; i < s->before_count; i++)
        *arena_push(c->a, s->after, s->after_count) = s->before[i];
    return true;
}

static size_t find(const int64_t *list, size_t count, int64_t id)
{
    size_t at = 0;
    while (at < count && list[at] != id)
        at++;
    return at;
}

/* {id} or {name} of the issue's project; 0 when it is wrong, which is a problem. */
static bool member_read(struct ctx *c, struct issue_change *ch, enum issue_set which, const json_t *value, int64_t *r)
{
    const char *id = json_at_id(c->a, value, "id"), *name = json_at_str(value, "name");
    *r = 0;
    if (!json_is_object(value) || (!id && !name)) {
        problem(c, &ch->problems, SETS[which].field, "expected 'id' or 'name' property to be given");
        return true;
    }
    const char *sql = arena_printf(c->a, "SELECT id FROM %s WHERE project = ?1 AND %s = ?2", SETS[which].noun,
                                   id ? "CAST(id AS TEXT)" : "name");
    if (!db_int(c, r, sql, "is", ch->after.project, id ? id : name))
        return false;
    if (!*r)
        problem(c, &ch->problems, SETS[which].field, "%s %s '%s' is not valid", SETS[which].word, id ? "id" : "name",
                id ? id : name);
    return true;
}

bool issue_set_change(struct ctx *c, struct issue_change *ch, enum issue_set which, const char *verb,
                      const json_t *value)
{
    struct ref_set *s = &ch->sets[which];
    bool is_set = str_eq(verb, "set");
    if (!set_open(c, ch, which))
        return false;
    if (is_set && !json_is_array(value) && !json_is_null(value)) {
        problem(c, &ch->problems, SETS[which].field, "data was not an array");
        return true;
    }
    if (is_set)
        s->after_count = 0;
    for (size_t i = 0; i < (is_set ? json_array_size(value) : 1); i++) {
        int64_t id = 0;
        if (!member_read(c, ch, which, is_set ? json_array_get(value, i) : value, &id))
            return false;
        size_t at = find(s->after, s->after_count, id);
        if (str_eq(verb, "remove") && at < s->after_count)
            s->after[at] = s->after[--s->after_count];
        else if (!str_eq(verb, "remove") && id && at == s->after_count)
            *arena_push(c->a, s->after, s->after_count) = id;
    }
    return true;
}

static bool item_of(struct ctx *c, enum issue_set which, int64_t id, bool is_added, struct history_items *items)
{
    char *name = NULL, *number = arena_printf(c->a, "%lld", (long long)id);
    if (!db_str(c, &name, arena_printf(c->a, "SELECT name FROM %s WHERE id = ?1", SETS[which].noun), "i", id))
        return false;
    *arena_push(c->a, items->list, items->count) = (struct history_item){.field = SETS[which].item,
                                                                         .type = "jira",
                                                                         .field_id = SETS[which].field,
                                                                         .from = is_added ? NULL : number,
                                                                         .from_string = is_added ? NULL : name,
                                                                         .to = is_added ? number : NULL,
                                                                         .to_string = is_added ? name : NULL};
    return true;
}

bool issue_set_save(struct ctx *c, struct issue_change *ch, int64_t issue, struct history_items *items)
{
    for (int which = 0; which < ISSUE_SETS; which++) {
        const struct ref_set *s = &ch->sets[which];
        for (size_t i = 0; i < s->before_count; i++)
            if (find(s->after, s->after_count, s->before[i]) == s->after_count &&
                (!db_run(c, SETS[which].delete, "ii", issue, s->before[i]) ||
                 !item_of(c, (enum issue_set)which, s->before[i], false, items)))
                return false;
        for (size_t i = 0; i < s->after_count; i++)
            if (find(s->before, s->before_count, s->after[i]) == s->before_count &&
                (!db_run(c, SETS[which].insert, "ii", issue, s->after[i]) ||
                 !item_of(c, (enum issue_set)which, s->after[i], true, items)))
                return false;
    }
    return true;
}

json_t *issue_set_json(struct ctx *c, int64_t issue, enum issue_set which)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    char *sql = arena_printf(c->a, "SELECT n.id FROM %s n WHERE n.id IN (%s) ORDER BY %s", SETS[which].noun,
                             SETS[which].read, SETS[which].order);
    if (!db_query(c, &rows, sql, "i", issue))
        return NULL;
    while (sql_next(&rows))
        add(list, SETS[which].json(c, sql_int(&rows, 0)));
    return db_done(c, &rows) ? list : NULL;
}

bool issue_set_replace(struct ctx *c, enum issue_set which, int64_t from, int64_t to)
{
    int64_t *issues;
    size_t count;
    bool changed;
    if (!ids_read(c, SETS[which].holders, from, &issues, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct issue_change ch;
        if (!issue_change_open(c, issues[i], "", &ch) || !set_open(c, &ch, which))
            return false;
        struct ref_set *s = &ch.sets[which];
        size_t at = find(s->after, s->after_count, from);
        s->after[at] = s->after[--s->after_count];
        if (to && find(s->after, s->after_count, to) == s->after_count)
            *arena_push(c->a, s->after, s->after_count) = to;
        if (!issue_change_save(c, &ch, &changed))
            return false;
    }
    return true;
}

bool project_admin_need(struct ctx *c, int64_t project, int status)
{
    bool may = false;
    return permission_has(c, "ADMINISTER_PROJECTS", project, 0, &may) &&
           (may ||
            refuse(c, status, "You must have either project or global administration rights in order to do that."));
}
