/* sprint.c - sprints: what issues show of them, and which of them an issue can be in. */
#include "sandbox/field/custom.h"

#include "base/time_iso.h"

#include <string.h>

static const char *moment_utc(struct ctx *c, struct sql_rows *rows, int column)
{
    char text[TIME_ISO_BYTES];
    if (sql_is_null(rows, column))
        return NULL;
    time_iso_utc(sql_int(rows, column), text);
    return arena_strdup(c->a, text);
}

static const char *or_null(const char *text)
{
    return text ? text : "<null>";
}

/* The Java object's own text, which Data Center shows instead of a resource. */
static char *legacy_text(struct ctx *c, struct sql_rows *rows, const char *start, const char *end, const char *done)
{
    int64_t id = sql_int(rows, 0);
    char *state = arena_strdup(c->a, sql_peek(rows, 3));
    for (char *s = state; *s; s++)
        *s = (char)(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s);
    const char *goal = sql_peek(rows, 4), *activated = moment_utc(c, rows, 8);
    return arena_printf(
        c->a,
        "com.atlassian.greenhopper.service.sprint.Sprint@%llx[id=%lld,rapidViewId=%lld,state=%s,name=%s,startDate=%s,"
        "endDate=%s,completeDate=%s,activatedDate=%s,sequence=%lld,goal=%s%s]",
        (unsigned long long)(0x10c0ffee + 7919 * id) & 0x7fffffff, (long long)id, (long long)sql_int(rows, 1), state,
        sql_peek(rows, 2), or_null(start), or_null(end), or_null(done), or_null(activated), (long long)sql_int(rows, 9),
        goal ? goal : "",
        c->d->mask & ON_DC10 ? ",synced=false,autoStartStop=false,incompleteIssuesDestinationId=<null>" : "");
}

json_t *sprint_value_json(struct ctx *c, int64_t sprint)
{
    struct sql_rows rows;
    json_t *o = json_keep(c->a, json_null());
    if (!db_query(c, &rows,
                  "SELECT id, board, name, state, goal, started, ends, completed, activated, position FROM sprint WHERE"
                  " id = ?1",
                  "i", sprint))
        return NULL;
    if (sql_next(&rows)) {
        const char *start = moment_utc(c, &rows, 5), *end = moment_utc(c, &rows, 6), *done = moment_utc(c, &rows, 7);
        if (!c->d->is_cloud) {
            o = json_keep(c->a, json_string(legacy_text(c, &rows, start, end, done)));
            return db_done(c, &rows) ? o : NULL;
        }
        o = new_object(c);
        put_int(o, "id", sql_int(&rows, 0));
        put_str(o, "name", sql_peek(&rows, 2));
        put_str(o, "state", sql_peek(&rows, 3));
        put_int(o, "boardId", sql_int(&rows, 1));
        put_str(o, "goal", sql_peek(&rows, 4) ? sql_peek(&rows, 4) : "");
        if (start)
            put_str(o, "startDate", start);
        if (end)
            put_str(o, "endDate", end);
        if (done)
            put_str(o, "completeDate", done);
    }
    return db_done(c, &rows) ? o : NULL;
}

bool sprint_merge(struct ctx *c, struct custom_change *change)
{
    struct custom_value *kept = NULL, *asked = change->after;
    size_t kept_count = 0, asked_count = change->after_count;
    for (size_t i = 0; i < change->before_count; i++) {
        int64_t is_closed = 0;
        if (!db_int(c, &is_closed, "SELECT 1 FROM sprint WHERE id = ?1 AND state = 'closed'", "i",
                    change->before[i].ref))
            return false;
        if (is_closed && (!asked_count || asked[0].ref != change->before[i].ref))
            *arena_push(c->a, kept, kept_count) = change->before[i];
    }
    for (size_t i = 0; i < asked_count; i++)
        *arena_push(c->a, kept, kept_count) = asked[i];
    change->after = kept;
    change->after_count = kept_count;
    return true;
}

bool field_of_kind(struct ctx *c, const char *kind, int64_t *number_r)
{
    return db_int(c, number_r, "SELECT min(number) FROM field WHERE kind = ?1", "s", kind);
}

/* Ranks are texts between which there is always room: "0|i00001:". */
bool rank_last(struct ctx *c, int64_t issue)
{
    int64_t field = 0;
    if (!field_of_kind(c, "rank", &field))
        return false;
    return !field ||
           db_run(c, "INSERT OR REPLACE INTO custom_value (issue, field, position, text) VALUES (?1, ?2, 0, ?3)", "iis",
                  issue, field, arena_printf(c->a, "0|i%08llx:", (long long)issue));
}
