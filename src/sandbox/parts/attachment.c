/* attachment.c - files put on issues: upload, what is told of them, deletion. Their content goes out in
 * attachment_content.c.
 *
 * Names are not unique: each upload is a new attachment. A path in a name is cut off, as browsers of old sent whole
 * paths and others try tricks. */
#include "sandbox/parts/attachment.h"
#include "sandbox/webhook/webhook.h"

#include "sandbox/door/auth.h"
#include "sandbox/parts/media_type.h"
#include "sandbox/parts/multipart.h"
#include "sandbox/rights/right.h"

#include <string.h>

enum { NAME_LIMIT = 255, DEFAULT_LIMIT = 10485760, LARGEST = 40 << 20, PER_ISSUE = 2000, PIECE = 1 << 16 };

/* ---- showing ---- */

static void put_addresses(struct ctx *c, json_t *o, const struct attachment *f)
{
    long long id = (long long)f->id;
    const char *base = c->sb->base_url, *api = c->api_name;
    if (c->d->is_cloud) {
        put_str(o, "content", arena_printf(c->a, "%s/rest/api/%s/attachment/content/%lld", base, api, id));
        if (media_type_is_image(f->type))
            put_str(o, "thumbnail", arena_printf(c->a, "%s/rest/api/%s/attachment/thumbnail/%lld", base, api, id));
        return;
    }
    const char *name = str_replace(c->a, str_percent_encode(c->a, f->filename), "%20", "+");
    put_str(o, "content", arena_printf(c->a, "%s/secure/attachment/%lld/%s", base, id, name));
    if (media_type_is_image(f->type))
        put_str(o, "thumbnail", arena_printf(c->a, "%s/secure/thumbnail/%lld/_thumb_%lld.png", base, id, id));
}

json_t *attachment_json(struct ctx *c, const struct attachment *f)
{
    json_t *o = new_object(c);
    put_self(c, o, "attachment/%lld", (long long)f->id);
    put_id(o, "id", f->id);
    put_str(o, "filename", f->filename);
    if (f->author)
        put(o, "author", user_json(c, f->author));
    put_time(c, o, "created", f->created);
    put_int(o, "size", f->size);
    put_str(o, "mimeType", f->type);
    put_addresses(c, o, f);
    return o;
}

#define SELECT "SELECT id, issue, author, size, created, filename, type, media FROM attachment "

static struct attachment from_row(struct ctx *c, struct sql_rows *rows)
{
    return (struct attachment){.id = sql_int(rows, 0),
                               .issue = sql_int(rows, 1),
                               .author = sql_int(rows, 2),
                               .size = sql_int(rows, 3),
                               .created = sql_int(rows, 4),
                               .filename = sql_str(rows, 5, c->a),
                               .type = sql_str(rows, 6, c->a),
                               .media = sql_str(rows, 7, c->a)};
}

json_t *attachments_json(struct ctx *c, int64_t issue)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, SELECT "WHERE issue = ?1 ORDER BY id", "i", issue))
        return NULL;
    while (sql_next(&rows)) {
        struct attachment f = from_row(c, &rows);
        add(list, attachment_json(c, &f));
    }
    return db_done(c, &rows) ? list : NULL;
}

/* ---- finding ---- */

bool attachment_find(struct ctx *c, const char *asked, struct attachment *r)
{
    struct sql_rows rows;
    int64_t id = 0, issue = 0;
    *r = (struct attachment){0};
    if (!str_to_int(asked, &id))
        return true;
    if (!db_query(c, &rows, SELECT "WHERE id = ?1", "i", id))
        return false;
    if (sql_next(&rows))
        *r = from_row(c, &rows);
    if (!db_done(c, &rows))
        return false;
    if (r->id && !issue_find(c, arena_printf(c->a, "%lld", (long long)r->issue), &issue))
        return false;
    if (!issue)
        *r = (struct attachment){0};
    return true;
}

bool attachment_need(struct ctx *c, const char *asked, struct attachment *r)
{
    if (!attachment_find(c, asked, r))
        return false;
    return r->id || refuse(c, 404, "The attachment with id '%s' does not exist", asked);
}

static bool attachment_get(struct ctx *c)
{
    struct attachment f;
    if (!attachment_need(c, c->args[0], &f))
        return false;
    json_t *o = attachment_json(c, &f);
    if (c->d->is_cloud) /* the only place where this id is a number */
        put_int(o, "id", f.id);
    return reply_json(c, 200, o);
}

/* The largest file that is taken; 0: attachments are switched off. */
static bool upload_limit(struct ctx *c, int64_t *r)
{
    int64_t enabled = 1;
    if (!setting_int(c->db, "attachments_enabled", 1, &enabled, &c->err) ||
        !setting_int(c->db, "attachment_limit", DEFAULT_LIMIT, r, &c->err))
        return false;
    *r = !enabled ? 0 : *r < 1 ? 1 : *r > LARGEST ? LARGEST : *r;
    return true;
}

static bool meta_get(struct ctx *c)
{
    int64_t limit = 0;
    if (!upload_limit(c, &limit))
        return false;
    json_t *o = new_object(c);
    put_bool(o, "enabled", limit);
    put_int(o, "uploadLimit", limit ? limit : DEFAULT_LIMIT);
    return reply_json(c, 200, o);
}

/* ---- upload ---- */

struct upload {
    struct ctx *c;
    int64_t issue, limit;
    bool is_file; /* the part at hand is one */
    const char *filename, *type;
    struct buf content;
    int64_t count;
    int refused; /* the status of what was refused in a call; 0: nothing */
    json_t *list;
};

/* The last segment of whatever was sent, without control characters. */
static char *clean_name(struct ctx *c, const char *sent)
{
    const char *slash = strrchr(sent, '/'), *backslash = strrchr(sent, '\\');
    const char *last = slash > backslash ? slash : backslash;
    char *name = str_trim(c->a, arena_strdup(c->a, last ? last + 1 : sent));
    for (char *p = name; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = '_';
    return !*name || str_eq(name, ".") || str_eq(name, "..") ? arena_strdup(c->a, "file") : name;
}

static bool trace(struct ctx *c, int64_t issue, int64_t id, const char *filename, bool is_new)
{
    char *text = arena_printf(c->a, "%lld", (long long)id);
    struct history_item item = {.field = "Attachment",
                                .type = "jira",
                                .field_id = "attachment",
                                .from = is_new ? NULL : text,
                                .from_string = is_new ? NULL : filename,
                                .to = is_new ? text : NULL,
                                .to_string = is_new ? filename : NULL};
    return history_add(c, issue, &item, 1) &&
           db_run(c, "UPDATE issue SET updated = ?2 WHERE id = ?1", "ii", issue, c->now);
}

static bool save(struct upload *u)
{
    struct ctx *c = u->c;
    char *media = NULL;
    if (!db_run(c,
                "INSERT INTO attachment (issue, author, filename, type, size, created, media) VALUES (?1, ?2, ?3, ?4,"
                " ?5, ?6, lower(hex(randomblob(16))))",
                "iissii", u->issue, c->caller, u->filename, u->type, (int64_t)u->content.len, c->now))
        return false;
    int64_t id = sql_last_id(c->db);
    if (!site_uuid(c->sb, c->a, "media", id, &media, &c->err) ||
        !db_run(c, "UPDATE attachment SET media = ?2 WHERE id = ?1", "is", id, media) ||
        !db_run(c, "INSERT INTO attachment_content (attachment, content) VALUES (?1, ?2)", "ib", id,
                buf_str(&u->content), u->content.len) ||
        !trace(c, u->issue, id, u->filename, true))
        return false;
    struct attachment f = {.id = id,
                           .issue = u->issue,
                           .author = c->caller,
                           .size = (int64_t)u->content.len,
                           .created = c->now,
                           .filename = arena_strdup(c->a, u->filename),
                           .type = arena_strdup(c->a, u->type)};
    add(u->list, attachment_json(c, &f));
    return c->err.kind == ERR_NONE && webhook_noun(c, WEBHOOK_ATTACHMENT, "attachment_created", id);
}

static bool refused(struct upload *u, int status)
{
    u->refused = status;
    return false;
}

static bool on_begin(void *context, const struct multipart_part *part, struct err *e)
{
    (void)e;
    struct upload *u = context;
    buf_clear(&u->content);
    u->is_file = str_eq(part->name, "file") && part->filename;
    if (!u->is_file)
        return true;
    u->filename = clean_name(u->c, part->filename);
    u->type = part->type;
    if (str_utf8_length(u->filename) > NAME_LIMIT)
        return refused(u, 400) ||
               refuse(u->c, 400, "The file name is longer than %d characters: %.60s…", NAME_LIMIT, u->filename);
    u->count++;
    if (u->c->d->attachment_files_cap && u->count > u->c->d->attachment_files_cap)
        return refused(u, 413) || refuse(u->c, 413, "The number of files in one request must not exceed %d.",
                                         u->c->d->attachment_files_cap);
    return true;
}

static bool on_data(void *context, const char *bytes, size_t length, struct err *e)
{
    (void)e;
    struct upload *u = context;
    if (!u->is_file)
        return true;
    if (u->content.len + length > (size_t)u->limit)
        return refused(u, u->c->d->attachment_large_status) ||
               refuse(u->c, u->c->d->attachment_large_status, u->c->d->attachment_large, (long long)u->limit);
    buf_add(&u->content, bytes, length);
    return true;
}

static bool on_end(void *context, struct err *e)
{
    (void)e;
    struct upload *u = context;
    if (!u->is_file)
        return true;
    u->type = media_type_of(u->c->a, u->type, u->filename, buf_str(&u->content), u->content.len);
    return save(u);
}

/* Browsers send cookies with forms of other sites, so a form must say that it knows what it does. */
static bool xsrf_checked(struct ctx *c)
{
    return xsrf_token_sent(c) || xsrf_refuse(c);
}

static bool read_form(struct upload *u)
{
    struct ctx *c = u->c;
    struct multipart m;
    struct multipart_handler handler = {u, on_begin, on_data, on_end};
    struct err e = ERR_INIT;
    if (!multipart_open(&m, c->a, http_request_header(c->request, "Content-Type"), &handler, &e))
        return refuse(c, 400, "%s", e.text);
    bool ok = true;
    for (size_t at = 0; ok && at < c->request->body_length; at += PIECE) { /* so that no second copy is held */
        size_t left = c->request->body_length - at;
        ok = multipart_feed(&m, c->request->body + at, left < PIECE ? left : PIECE, &e);
    }
    ok = ok && multipart_close(&m, &e);
    multipart_release(&m);
    if (ok || u->refused || c->err.kind != ERR_NONE)
        return ok;
    return refuse(c, 400, "%s", e.text);
}

static bool room_left(struct ctx *c, int64_t issue)
{
    int64_t there = 0;
    if (!db_int(c, &there, "SELECT count(*) FROM attachment WHERE issue = ?1", "i", issue))
        return false;
    return !c->d->is_cloud || there <= PER_ISSUE ||
           refuse(c, 413, "The issue has reached the limit of %d attachments.", PER_ISSUE);
}

static bool attachments_post(struct ctx *c)
{
    struct upload u = {.c = c, .list = new_array(c)};
    const char *type = http_request_header(c->request, "Content-Type");
    if (!xsrf_checked(c))
        return false;
    if (!type || !str_starts(str_lower(c->a, type), "multipart/form-data"))
        return refuse_plain(c, 415, "HTTP 415 Unsupported Media Type");
    if (!issue_need(c, c->args[0], &u.issue) || !upload_limit(c, &u.limit))
        return false;
    if (!u.limit)
        return refuse(c, 403, "Attachments are disabled.");
    if (!right_need(c, u.issue, "CREATE_ATTACHMENTS", 403,
                    "You do not have permission to create attachments for this issue."))
        return false;
    u.content = (struct buf)BUF_INIT((size_t)u.limit);
    bool ok = read_form(&u) && room_left(c, u.issue);
    buf_release(&u.content);
    return ok && reply_json(c, 200, u.list);
}

/* ---- deletion ---- */

static bool attachment_delete(struct ctx *c)
{
    struct attachment f;
    bool may = false;
    if (!attachment_need(c, c->args[0], &f))
        return false;
    if (!right_on_own(c, f.issue, "DELETE", "ATTACHMENTS", f.author, &may))
        return false;
    if (!may)
        return refuse(c, 403, "You do not have permission to delete attachment with id: %lld", (long long)f.id);
    return webhook_noun(c, WEBHOOK_ATTACHMENT, "attachment_deleted", f.id) &&
           db_run(c, "DELETE FROM attachment WHERE id = ?1", "i", f.id) && trace(c, f.issue, f.id, f.filename, false) &&
           reply_empty(c, 204);
}

const struct route attachment_routes[] = {
    {HTTP_POST, "issue/{}/attachments", attachments_post, ON_ALL, ROUTE_RAW_BODY},
    {HTTP_GET, "attachment/meta", meta_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "attachment/{}", attachment_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_DELETE, "attachment/{}", attachment_delete, ON_ALL, 0},
    {0},
};
