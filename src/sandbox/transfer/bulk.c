/* bulk.c - rows written as they are. */
#include "sandbox/transfer/bulk.h"

#include "text/text.h"

char *bulk_text(struct sandbox *sb, struct arena *a, const char *wiki)
{
    if (str_is_empty(wiki))
        return NULL;
    if (!sb->d->is_cloud)
        return arena_strdup(a, wiki);
    struct text_doc *doc = text_from_wiki(a, wiki, strlen(wiki));
    return text_is_empty(doc) ? NULL : json_print(a, text_to_adf(a, doc));
}

bool bulk_issue_add(struct sandbox *sb, const struct bulk_issue *i, int64_t *id_r, struct err *e)
{
    int64_t number = i->number;
    if (!number &&
        !sql_get_int(sb->db, &number, 1, e, "SELECT next_number FROM project WHERE id = ?1", "i", i->project))
        return false;
    if (!sql_run(sb->db, e,
                 "INSERT INTO issue (project, number, issue_type, status, summary, description, environment, priority, "
                 "resolution, resolved, assignee, reporter, creator, parent, due, created, updated, status_changed) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, 0), nullif(?9, 0), nullif(?10, 0), nullif(?11, 0), "
                 "nullif(?12, 0), nullif(?13, 0), nullif(?14, 0), ?15, ?16, ?17, ?18)",
                 "iiiisssiiiiiiisiii", i->project, number, i->type, i->status, i->summary, i->description,
                 i->environment, i->priority, i->resolution, i->resolved, i->assignee, i->reporter, i->creator,
                 i->parent, i->due, i->created, i->updated, i->status_changed ? i->status_changed : i->created))
        return false;
    *id_r = sql_last_id(sb->db);
    return i->leaves_counter ||
           sql_run(sb->db, e, "UPDATE project SET next_number = max(next_number, ?2 + 1) WHERE id = ?1", "ii",
                   i->project, number);
}

bool bulk_comment_add(struct sandbox *sb, const struct bulk_comment *c, int64_t *id_r, struct err *e)
{
    bool ok = sql_run(sb->db, e,
                      "INSERT INTO comment (issue, author, update_author, body, created, updated, visibility_type, "
                      "visibility_value) VALUES (?1, nullif(?2, 0), nullif(?3, 0), ?4, ?5, ?6, ?7, ?8)",
                      "iiisiiss", c->issue, c->author, c->update_author ? c->update_author : c->author, c->body,
                      c->created, c->updated, c->visibility_type, c->visibility_value);
    *id_r = ok ? sql_last_id(sb->db) : 0;
    return ok;
}

bool bulk_history_add(struct sandbox *sb, int64_t issue, int64_t author, int64_t created, const struct bulk_item *items,
                      size_t count, struct err *e)
{
    if (!sql_run(sb->db, e, "INSERT INTO history (issue, author, created) VALUES (?1, nullif(?2, 0), ?3)", "iii", issue,
                 author, created))
        return false;
    int64_t history = sql_last_id(sb->db);
    for (size_t i = 0; i < count; i++)
        if (!sql_run(
                sb->db, e,
                "INSERT INTO history_item (history, position, field, field_type, field_id, from_value, from_string, "
                "to_value, to_string) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                "iisssssss", history, (int64_t)i, items[i].field, items[i].type, items[i].field_id, items[i].from,
                items[i].from_string, items[i].to, items[i].to_string))
            return false;
    return true;
}

bool bulk_label_add(struct sandbox *sb, int64_t issue, const char *label, struct err *e)
{
    return sql_run(sb->db, e, "INSERT OR IGNORE INTO issue_label (issue, label) VALUES (?1, ?2)", "is", issue, label);
}

bool bulk_watcher_add(struct sandbox *sb, int64_t issue, int64_t account, struct err *e)
{
    return !account ||
           sql_run(sb->db, e, "INSERT OR IGNORE INTO watcher (issue, account) VALUES (?1, ?2)", "ii", issue, account);
}

bool bulk_user_value(struct sandbox *sb, struct arena *a, int64_t account, char **r, struct err *e)
{
    const char *sql =
        sb->d->is_cloud ? "SELECT account_id FROM account WHERE id = ?1" : "SELECT user_key FROM account WHERE id = ?1";
    return sql_get_str(sb->db, a, r, e, sql, "i", account);
}
