/* import_work.c - files, worklogs, estimates and votes of an issue on its way into this site.
 *
 * A file's media name is known before the file is written, as texts name it: it follows from the number that the file
 * will have. */
#include "sandbox/transfer/import.h"

bool import_files_open(struct importer *m, const json_t *issue)
{
    int64_t last = 0;
    size_t i;
    json_t *v;
    m->file_count = 0;
    m->attachments.count = m->worklogs.count = 0;
    if (!json_array_size(json_object_get(issue, "attachments")))
        return true;
    if (!sql_get_int(m->sb->db, &last, 0, m->e, "SELECT seq FROM sqlite_sequence WHERE name = 'attachment'", ""))
        return false;
    json_array_foreach (json_object_get(issue, "attachments"), i, v) {
        struct import_file f = {.source = json_at_int(v, "id", 0),
                                .filename = json_at_str(v, "filename"),
                                .source_media = json_at_str(v, "media")};
        if (!f.filename || !json_at_str(v, "content"))
            return err_set(m->e, ERR_INPUT, "import: attachment %lld has no filename or no content",
                           (long long)f.source);
        if (!site_uuid(m->sb, m->a, "media", last + 1 + (int64_t)i, &f.target_media, m->e))
            return false;
        *arena_push(m->a, m->files, m->file_count) = f;
    }
    return true;
}

static bool import_attachment(struct importer *m, int64_t issue, const json_t *v, const struct import_file *f)
{
    size_t length = 0;
    const char *type = json_at_str(v, "type");
    char *content = str_unbase64(m->a, json_at_str(v, "content"), &length);
    if (!content)
        return err_set(m->e, ERR_INPUT, "import: the content of attachment %lld is not base64", (long long)f->source);
    if (!sql_run(m->sb->db, m->e,
                 "INSERT INTO attachment (issue, author, filename, type, size, created, media) VALUES (?1, "
                 "nullif(?2, 0), ?3, ?4, ?5, ?6, ?7)",
                 "iissiis", issue, import_account(m, v, "author"), f->filename,
                 type ? type : "application/octet-stream", (int64_t)length, json_at_int(v, "created", 0),
                 f->target_media))
        return false;
    int64_t id = sql_last_id(m->sb->db);
    import_remember(m, &m->attachments, f->source, id);
    import_report_ids(m, "jira:attachment", f->source, id);
    return sql_run(m->sb->db, m->e, "INSERT INTO attachment_content (attachment, content) VALUES (?1, ?2)", "ib", id,
                   content, length);
}

static bool import_worklog(struct importer *m, int64_t issue, const json_t *v)
{
    int64_t source = json_at_int(v, "id", 0), author = import_account(m, v, "author");
    int64_t update_author = import_account(m, v, "updateAuthor");
    if (!sql_run(m->sb->db, m->e,
                 "INSERT INTO worklog (issue, author, update_author, comment, created, updated, started, seconds, "
                 "visibility_type, visibility_value) VALUES (?1, nullif(?2, 0), nullif(?3, 0), ?4, ?5, ?6, ?7, ?8, ?9, "
                 "?10)",
                 "iiisiiiiss", issue, author, update_author, import_text(m, json_at_str(v, "comment")),
                 json_at_int(v, "created", 0), json_at_int(v, "updated", 0), json_at_int(v, "started", 0),
                 json_at_int(v, "seconds", 0), json_at_str(v, "visibilityType"), json_at_str(v, "visibilityValue")))
        return false;
    int64_t id = sql_last_id(m->sb->db);
    import_remember(m, &m->worklogs, source, id);
    import_report_ids(m, "jira:worklog", source, id);
    return import_properties(m, "worklog", id, v);
}

static bool import_time(struct importer *m, int64_t issue, const json_t *v)
{
    return sql_run(m->sb->db, m->e,
                   "INSERT OR REPLACE INTO issue_time (issue, original, remaining, spent) VALUES (?1, nullif(?2, -1), "
                   "nullif(?3, -1), nullif(?4, -1))",
                   "iiii", issue, json_at_int(v, "original", -1), json_at_int(v, "remaining", -1),
                   json_at_int(v, "spent", -1));
}

static bool import_vote(struct importer *m, int64_t issue, const json_t *v)
{
    const struct person *p = import_person(m, json_integer_value(v));
    return !p || sql_run(m->sb->db, m->e, "INSERT OR IGNORE INTO vote (issue, account) VALUES (?1, ?2)", "ii", issue,
                         p->target);
}

bool import_work(struct importer *m, int64_t issue, const json_t *v)
{
    size_t i;
    json_t *part;
    json_array_foreach (json_object_get(v, "attachments"), i, part) {
        if (!import_attachment(m, issue, part, &m->files[i]))
            return false;
    }
    json_array_foreach (json_object_get(v, "worklogs"), i, part) {
        if (!import_worklog(m, issue, part))
            return false;
    }
    json_array_foreach (json_object_get(v, "time"), i, part) {
        if (!import_time(m, issue, part))
            return false;
    }
    json_array_foreach (json_object_get(v, "voters"), i, part) {
        if (!import_vote(m, issue, part))
            return false;
    }
    return true;
}
