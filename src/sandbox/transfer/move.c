/* move.c - a project from one site to another: dump and import in process, over HTTP, and the routes for it. */
#include "base/file_atomic.h"
#include "http/client.h"
#include "sandbox/transfer/transfer.h"

/* The report: one line an entity, made durable only when the move is. */
struct report {
    struct file_atomic file;
    bool is_open;
};

static bool report_open(struct report *r, const char *path, struct err *e)
{
    r->is_open = path && file_atomic_open(&r->file, path, e);
    return !path || r->is_open;
}

static bool report_add(struct report *r, struct arena *a, const json_t *entries, struct err *e)
{
    size_t i;
    json_t *entry;
    if (!r->is_open)
        return true;
    json_array_foreach (entries, i, entry) {
        if (fprintf(r->file.stream, "%s\n", json_print(a, entry)) < 0)
            return err_set(e, ERR_IO, "%s: the id map could not be written", r->file.path);
    }
    return true;
}

static bool report_close(struct report *r, bool ok, struct err *e)
{
    if (!r->is_open)
        return ok;
    if (ok)
        return file_atomic_commit(&r->file, e);
    file_atomic_abandon(&r->file);
    return false;
}

static bool move_pages(struct sandbox *from, struct sandbox *to, const struct sandbox_move *move,
                       struct sandbox_moved *r, struct report *report, struct err *e)
{
    for (int64_t after = 0; after >= 0;) {
        struct arena a = ARENA_INIT;
        json_t *page = NULL, *id_map = json_keep(&a, json_array());
        bool ok = transfer_dump(from, &a, move->project, after, TRANSFER_PAGE, &page, e) &&
                  transfer_import(to, &a, page, move, id_map, r, e) && report_add(report, &a, id_map, e);
        after = ok ? json_at_int(page, "next", -1) : -1;
        arena_release(&a);
        if (!ok)
            return false;
    }
    return true;
}

bool sandbox_move(struct sandbox *from, struct sandbox *to, const struct sandbox_move *move, struct sandbox_moved *r,
                  struct err *e)
{
    struct report report = {.is_open = false};
    struct err why = ERR_INIT;
    *r = (struct sandbox_moved){0};
    bool ok = report_open(&report, move->id_map, &why) && sql_begin(to->db, &why) &&
              move_pages(from, to, move, r, &report, &why) && sql_commit(to->db, &why);
    if (!ok)
        sql_rollback(to->db);
    if (report_close(&report, ok, &why))
        return true;
    if (why.kind == ERR_GONE)
        why.kind = ERR_INPUT;
    return err_set(e, why.kind, "moving project %s: %s", move->project, why.text);
}

/* ---- over HTTP ---- */

static bool move_page_http(struct http_client *from, struct http_client *to, const struct sandbox_move *move,
                           struct arena *a, int64_t *after, struct sandbox_moved *r, struct report *report,
                           struct err *e)
{
    struct http_reply page, done;
    struct http_call get = {.method = HTTP_GET,
                            .target =
                                arena_printf(a, "/sandbox/dump?project=%s&after=%lld&max=%d",
                                             str_percent_encode(a, move->project), (long long)*after, TRANSFER_PAGE)};
    if (!http_client_call(from, &get, a, &page, e))
        return false;
    struct http_call post = {.method = HTTP_POST,
                             .target = arena_printf(a, "/sandbox/import?keepProperties=%s&keepRemoteLinks=%s",
                                                    move->keep_properties ? "true" : "false",
                                                    move->keep_remote_links ? "true" : "false"),
                             .json = page.json};
    if (!http_client_call(to, &post, a, &done, e))
        return false;
    r->issues += json_at_int(done.json, "issues", 0);
    r->comments += json_at_int(done.json, "comments", 0);
    r->users += json_at_int(done.json, "users", 0);
    r->fields += json_at_int(done.json, "fields", 0);
    *after = json_at_int(page.json, "next", -1);
    return report_add(report, a, json_object_get(done.json, "idMap"), e);
}

bool sandbox_move_http(struct http_client *from, struct http_client *to, const struct sandbox_move *move,
                       struct sandbox_moved *r, struct err *e)
{
    struct report report = {.is_open = false};
    *r = (struct sandbox_moved){0};
    bool ok = report_open(&report, move->id_map, e);
    for (int64_t after = 0; ok && after >= 0;) {
        struct arena a = ARENA_INIT;
        ok = move_page_http(from, to, move, &a, &after, r, &report, e);
        arena_release(&a);
    }
    return report_close(&report, ok, e) || err_wrap(e, "moving project %s", move->project);
}

/* ---- routes ---- */

static bool dump_get(struct ctx *c)
{
    const char *project = param(c, "project"), *after = param(c, "after"), *max = param(c, "max");
    int64_t first = 0, count = TRANSFER_PAGE;
    json_t *page;
    if (!project || (after && !str_to_int(after, &first)) || (max && !str_to_int(max, &count)) || count < 1 ||
        count > 5000)
        return refuse(c, 400, "Ask for ?project=KEY, and with after=ID and max=N for the next page.");
    if (transfer_dump(c->sb, c->a, project, first, count, &page, &c->err))
        return reply_json(c, 200, page);
    if (c->err.kind != ERR_GONE)
        return false;
    err_clear(&c->err);
    return refuse(c, 404, "No project could be found with key '%s'.", project);
}

static bool import_post(struct ctx *c)
{
    struct sandbox_move options = {.keep_properties = param_bool(c, "keepProperties", false),
                                   .keep_remote_links = param_bool(c, "keepRemoteLinks", false)};
    struct sandbox_moved counts = {0};
    json_t *id_map = new_array(c), *reply = new_object(c);
    if (!transfer_import(c->sb, c->a, c->body, &options, id_map, &counts, &c->err)) {
        if (c->err.kind != ERR_INPUT)
            return false;
        const char *text = arena_strdup(c->a, c->err.text);
        err_clear(&c->err);
        return refuse(c, 400, "%s", text);
    }
    put_int(reply, "issues", counts.issues);
    put_int(reply, "comments", counts.comments);
    put_int(reply, "users", counts.users);
    put_int(reply, "fields", counts.fields);
    put(reply, "idMap", id_map);
    return reply_json(c, 200, reply);
}

const struct route transfer_routes[] = {
    {HTTP_GET, "/sandbox/dump", dump_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "/sandbox/import", import_post, ON_ALL, ROUTE_ADMIN},
    {0},
};
