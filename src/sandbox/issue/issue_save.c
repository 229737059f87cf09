/* issue_save.c - a change into the database: the row, labels, custom values, links and comments, and one history with
 * as many items as there were differences. */
#include "sandbox/field/custom.h"
#include "sandbox/parts/worklog.h"
#include "sandbox/rights/security.h"
#include "sandbox/webhook/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *digits(struct ctx *c, int64_t id)
{
    return id ? arena_printf(c->a, "%lld", (long long)id) : NULL;
}

static bool name_of(struct ctx *c, const char *table, int64_t id, char **r)
{
    *r = NULL;
    if (!id)
        return true;
    return db_str(c, r, arena_printf(c->a, "SELECT name FROM %s WHERE id = ?1", table), "i", id);
}

bool history_user(struct ctx *c, int64_t id, char **id_r, char **name_r)
{
    *id_r = *name_r = NULL;
    if (!id)
        return true;
    const char *sql =
        c->d->is_cloud ? "SELECT account_id FROM account WHERE id = ?1" : "SELECT user_key FROM account WHERE id = ?1";
    return db_str(c, id_r, sql, "i", id) &&
           db_str(c, name_r, "SELECT display_name FROM account WHERE id = ?1", "i", id);
}

static void item(struct ctx *c, struct history_items *items, const char *field, const char *from,
                 const char *from_string, const char *to, const char *to_string)
{
    *arena_push(c->a, items->list, items->count) = (struct history_item){.field = field,
                                                                         .type = "jira",
                                                                         .field_id = field,
                                                                         .from = from,
                                                                         .from_string = from_string,
                                                                         .to = to,
                                                                         .to_string = to_string};
}

static void item_text(struct ctx *c, struct history_items *items, const char *field, const char *before,
                      const char *after)
{
    if (!str_eq(before, after))
        item(c, items, field, NULL, before, NULL, after);
}

static bool item_named(struct ctx *c, struct history_items *items, const char *field, const char *table, int64_t before,
                       int64_t after)
{
    char *from, *to;
    if (before == after)
        return true;
    if (!name_of(c, table, before, &from) || !name_of(c, table, after, &to))
        return false;
    item(c, items, field, digits(c, before), from, digits(c, after), to);
    return true;
}

static bool item_user(struct ctx *c, struct history_items *items, const char *field, int64_t before, int64_t after)
{
    char *from, *from_name, *to, *to_name;
    if (before == after)
        return true;
    if (!history_user(c, before, &from, &from_name) || !history_user(c, after, &to, &to_name))
        return false;
    item(c, items, field, from, from_name, to, to_name);
    return true;
}

/* The epic of a story is a custom field on Data Center, and the parent on Cloud. */
static bool item_parent(struct ctx *c, struct history_items *items, const struct issue_row *row, int64_t before,
                        int64_t after)
{
    int64_t is_subtask = 0, epic_link = 0;
    if (before == after)
        return true;
    if (!c->d->is_cloud &&
        (!db_int(c, &is_subtask, "SELECT is_subtask FROM issue_type WHERE id = ?1", "i", row->type) ||
         !field_of_kind(c, "epic-link", &epic_link)))
        return false;
    char *from = before ? issue_key(c, before) : NULL, *to = after ? issue_key(c, after) : NULL;
    item(c, items, c->d->is_cloud ? "IssueParentAssociation" : "Parent", digits(c, before), from, digits(c, after), to);
    struct history_item *last = &items->list[items->count - 1];
    last->field_id = NULL;
    if (epic_link && !is_subtask) {
        last->field = "Epic Link";
        last->type = "custom";
        last->field_id = arena_printf(c->a, "customfield_%lld", (long long)epic_link);
    }
    return c->err.kind == ERR_NONE;
}

static char *due_text(struct ctx *c, const char *due)
{
    return due ? arena_printf(c->a, "%s 00:00:00.0", due) : NULL;
}

static bool row_items(struct ctx *c, struct history_items *items, const struct issue_row *b, const struct issue_row *n)
{
    item_text(c, items, "summary", b->summary, n->summary);
    if (!str_eq(b->description, n->description))
        item(c, items, "description", NULL, rich_text_wiki(c, b->description), NULL, rich_text_wiki(c, n->description));
    if (!str_eq(b->environment, n->environment))
        item(c, items, "environment", NULL, rich_text_wiki(c, b->environment), NULL, rich_text_wiki(c, n->environment));
    if (!str_eq(b->due, n->due))
        item(c, items, "duedate", b->due, due_text(c, b->due), n->due, due_text(c, n->due));
    return item_named(c, items, "issuetype", "issue_type", b->type, n->type) &&
           item_named(c, items, "resolution", "resolution", b->resolution, n->resolution) &&
           item_named(c, items, "status", "status", b->status, n->status) &&
           item_named(c, items, "priority", "priority", b->priority, n->priority) &&
           item_named(c, items, "security", "security_level", b->security, n->security) &&
           item_user(c, items, "assignee", b->assignee, n->assignee) &&
           item_user(c, items, "reporter", b->reporter, n->reporter) && item_parent(c, items, n, b->parent, n->parent);
}

/* ---- labels ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *joined(struct ctx *c, char **list, size_t count)
{
    struct buf b = BUF_INIT(1 << 20);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_addc(&b, ' ');
        buf_adds(&b, list[i]);
    }
    char *text = arena_strdup(c->a, buf_str(&b));
    buf_release(&b);
    return text;
}

static bool labels_save(struct ctx *c, struct issue_change *ch, int64_t issue, struct history_items *items)
{
    if (ch->labels_count)
        qsort(ch->labels, ch->labels_count, sizeof *ch->labels, by_text);
    if (ch->labels_before_count)
        qsort(ch->labels_before, ch->labels_before_count, sizeof *ch->labels, by_text);
    char *before = joined(c, ch->labels_before, ch->labels_before_count),
         *after = joined(c, ch->labels, ch->labels_count);
    if (str_eq(before, after))
        return true;
    item(c, items, "labels", NULL, before, NULL, after);
    if (!db_run(c, "DELETE FROM issue_label WHERE issue = ?1", "i", issue))
        return false;
    for (size_t i = 0; i < ch->labels_count; i++)
        if (!db_run(c, "INSERT INTO issue_label (issue, label) VALUES (?1, ?2)", "is", issue, ch->labels[i]))
            return false;
    return true;
}

/* ---- custom fields ---- */

static bool is_same(const struct custom_change *x)
{
    if (x->before_count != x->after_count)
        return false;
    for (size_t i = 0; i < x->after_count; i++) {
        const struct custom_value *b = &x->before[i], *n = &x->after[i];
        bool same_num = b->has_num == n->has_num && !(b->num < n->num) && !(b->num > n->num);
        if (!str_eq(b->text, n->text) || !same_num || b->ref != n->ref)
            return false;
    }
    return true;
}

static bool custom_save(struct ctx *c, const struct custom_change *x, int64_t issue, struct history_items *items)
{
    char *from, *from_text, *to, *to_text;
    if (is_same(x))
        return true;
    if (!custom_history(c, &x->field, x->before, x->before_count, &from, &from_text) ||
        !custom_history(c, &x->field, x->after, x->after_count, &to, &to_text) ||
        !db_run(c, "DELETE FROM custom_value WHERE issue = ?1 AND field = ?2", "ii", issue, x->field.number))
        return false;
    item(c, items, x->field.name, from, from_text, to, to_text);
    items->list[items->count - 1].type = "custom";
    items->list[items->count - 1].field_id = x->field.id;
    for (size_t i = 0; i < x->after_count; i++) {
        const struct custom_value *v = &x->after[i];
        const char *sql =
            "INSERT INTO custom_value (issue, field, position, text, num, ref) VALUES (?1, ?2, ?3, ?4, ?5,"
            " ?6)";
        bool ok = v->has_num ? db_run(c, sql, "iiindn", issue, x->field.number, (int64_t)i, v->num)
                  : v->ref   ? db_run(c, sql, "iiinni", issue, x->field.number, (int64_t)i, v->ref)
                             : db_run(c, sql, "iiisnn", issue, x->field.number, (int64_t)i, v->text);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- the row ---- */

static bool row_save(struct ctx *c, const struct issue_row *r)
{
    return db_run(c,
                  "UPDATE issue SET issue_type = ?2, status = ?3, summary = ?4, description = ?5, environment = ?6,"
                  " priority = NULLIF(?7, 0), resolution = NULLIF(?8, 0), resolved = NULLIF(?9, 0),"
                  " assignee = NULLIF(?10, 0), reporter = NULLIF(?11, 0), parent = NULLIF(?12, 0), due = ?13,"
                  " updated = ?14, status_changed = ?15, security = NULLIF(?16, 0) WHERE id = ?1",
                  "iiisssiiiiiisiii", r->id, r->type, r->status, r->summary, r->description, r->environment,
                  r->priority, r->resolution, r->resolved, r->assignee, r->reporter, r->parent, r->due, r->updated,
                  r->status_changed, r->security) &&
           security_follow(c, r->id);
}

/* Takes the next number of the project; it is never given again. */
static bool row_create(struct ctx *c, struct issue_row *r)
{
    if (!db_int(c, &r->number, "SELECT next_number FROM project WHERE id = ?1", "i", r->project) ||
        !db_run(c, "UPDATE project SET next_number = next_number + 1 WHERE id = ?1", "i", r->project) ||
        !db_run(c,
                "INSERT INTO issue (project, number, issue_type, status, summary, description, environment, priority,"
                " resolution, resolved, assignee, reporter, creator, parent, due, created, updated, status_changed,"
                " security) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULLIF(?8, 0), NULLIF(?9, 0), NULLIF(?10, 0), "
                "NULLIF(?11, 0),"
                " NULLIF(?12, 0), NULLIF(?13, 0), NULLIF(?14, 0), ?15, ?16, ?16, ?16, NULLIF(?17, 0))",
                "iiiisssiiiiiiisii", r->project, r->number, r->type, r->status, r->summary, r->description,
                r->environment, r->priority, r->resolution, r->resolved, r->assignee, r->reporter, r->creator,
                r->parent, r->due, r->created, r->security))
        return false;
    r->id = sql_last_id(c->db);
    return security_follow(c, r->id);
}

static bool parts_save(struct ctx *c, struct issue_change *ch)
{
    size_t i;
    const char *verb;
    json_t *step, *value;
    int64_t id;
    json_array_foreach (ch->comments, i, step)
        json_object_foreach (step, verb, value)
            if (str_eq(verb, "add") ? !comment_make(c, ch->after.id, value, &ch->problems, &id)
                                    : !comment_change(c, ch->after.id, verb, value, &ch->problems))
                return false;
    json_array_foreach (ch->worklogs, i, step)
        if (!worklog_make(c, ch->after.id, json_object_get(step, "add"), &ch->problems, &id))
            return false;
    json_array_foreach (ch->links, i, step)
        if (json_object_get(step, "copy")
                ? !issue_links_copy(c, ch->after.id, json_object_get(step, "copy"), &ch->problems)
                : !issue_link_add(c, ch->after.id, json_object_get(step, "add"), &ch->problems))
            return false;
    return true;
}

/* The newest history carries what the client said of its reasons. */
static bool metadata_save(struct ctx *c, const struct issue_change *ch)
{
    return !json_is_object(ch->metadata) ||
           db_run(c, "INSERT INTO history_metadata (history, value) SELECT max(id), ?2 FROM history WHERE issue = ?1",
                  "is", ch->after.id, json_print(c->a, ch->metadata));
}

bool issue_change_save(struct ctx *c, struct issue_change *ch, bool *changed_r)
{
    struct history_items items = {0};
    if (ch->is_new && !row_create(c, &ch->after))
        return false;
    int64_t issue = ch->after.id;
    if (!ch->is_new && !row_items(c, &items, &ch->before, &ch->after))
        return false;
    if (ch->has_labels && !labels_save(c, ch, issue, &items))
        return false;
    for (size_t i = 0; i < ch->custom_count; i++)
        if (!custom_save(c, &ch->custom[i], issue, &items))
            return false;
    if (!issue_set_save(c, ch, issue, &items))
        return false;
    if (ch->time && !issue_time_save(c, issue, ch->time_before, ch->time, &items))
        return false;
    *changed_r = ch->is_new || items.count || ch->comments || ch->links || ch->worklogs;
    if (!ch->is_new && items.count) {
        ch->after.updated = c->now;
        if (!row_save(c, &ch->after) || !history_add(c, issue, items.list, items.count) || !metadata_save(c, ch))
            return false;
    }
    if (!parts_save(c, ch))
        return false;
    if (ch->problems.count)
        return refuse_problems(c, 400, &ch->problems);
    return ch->is_new || !items.count || webhook_issue_updated(c, issue);
}
