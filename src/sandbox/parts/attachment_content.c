/* attachment_content.c - the bytes of attachments.
 *
 * Data Center gives them out itself under /secure/. Cloud sends its callers on (303) to a media address that needs no
 * login but carries a token that ends: so nobody should take their credentials there. */
#include "sandbox/parts/attachment.h"
#include "sandbox/parts/media_type.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_LIFE_MS = 5 * 60 * 1000 };

/* ---- bytes and ranges ---- */

struct range {
    size_t first, length;
    bool is_part, is_malformed, is_outside;
};

/* "bytes=0-9", "bytes=10-", "bytes=-5"; several ranges are answered with the whole, as one may. */
static struct range range_of(struct ctx *c, size_t size)
{
    struct range r = {0, size, false, false, false};
    const char *text = http_request_header(c->request, "Range");
    char **ends;
    int64_t first = 0, last = 0;
    if (!text || strchr(text, ','))
        return r;
    r.is_malformed = true;
    if (!str_starts(text, "bytes=") || str_split(c->a, str_trim(c->a, arena_strdup(c->a, text + 6)), '-', &ends) != 2)
        return r;
    bool has_first = *ends[0], has_last = *ends[1];
    if ((!has_first && !has_last) || (has_first && !str_to_int(ends[0], &first)) ||
        (has_last && !str_to_int(ends[1], &last)) || (has_first && has_last && last < first))
        return r;
    r.is_malformed = false;
    if (has_first ? (uint64_t)first >= size : !last || !size) {
        r.is_outside = true;
        return r;
    }
    r.is_part = true;
    if (!has_first) {
        r.length = (uint64_t)last < size ? (size_t)last : size;
        r.first = size - r.length;
        return r;
    }
    r.first = (size_t)first;
    r.length = has_last && (uint64_t)last < size ? (size_t)(last - first + 1) : size - r.first;
    return r;
}

bool attachment_content(struct ctx *c, int64_t attachment, char **bytes_r, size_t *length_r)
{
    struct sql_rows rows;
    *length_r = 0;
    *bytes_r = arena_strdup(c->a, "");
    if (!db_query(c, &rows, "SELECT content FROM attachment_content WHERE attachment = ?1", "i", attachment))
        return false;
    if (sql_next(&rows)) {
        const void *blob = sql_blob(&rows, 0, length_r);
        *bytes_r = arena_alloc(c->a, *length_r + 1);
        if (*length_r)
            memcpy(*bytes_r, blob, *length_r);
    }
    return db_done(c, &rows);
}

static bool reply_content(struct ctx *c, const struct attachment *f)
{
    char *bytes;
    size_t size;
    if (!attachment_content(c, f->id, &bytes, &size))
        return false;
    struct range r = range_of(c, size);
    http_response_add_header(c->a, c->response, "Accept-Ranges", "bytes");
    if (r.is_malformed)
        return refuse(c, 400, "The Range header is malformed.");
    if (r.is_outside) {
        http_response_add_header(c->a, c->response, "Content-Range", arena_printf(c->a, "bytes */%zu", size));
        return refuse_plain(c, 416, "Requested range not satisfiable");
    }
    if (r.is_part)
        http_response_add_header(c->a, c->response, "Content-Range",
                                 arena_printf(c->a, "bytes %zu-%zu/%zu", r.first, r.first + r.length - 1, size));
    http_response_add_header(
        c->a, c->response, "Content-Disposition",
        arena_printf(c->a, "attachment; filename*=UTF-8''%s", str_percent_encode(c->a, f->filename)));
    http_response_add_header(c->a, c->response, "X-Content-Type-Options", "nosniff");
    return reply_binary(c, r.is_part ? 206 : 200, f->type, bytes + r.first, r.length);
}

/* ---- Data Center ---- */

static bool send_to(struct ctx *c, int status, const char *address)
{
    http_response_add_header(c->a, c->response, "Location", address);
    return reply_empty(c, status);
}

/* A page, not a resource: nobody is sent to log in, others are told so in HTML. */
static bool secure_need(struct ctx *c, struct attachment *f)
{
    if (!attachment_find(c, c->args[0], f))
        return false;
    if (f->id)
        return true;
    if (!c->caller)
        send_to(c, 302,
                arena_printf(c->a, "%s/login.jsp?permissionViolation=true&os_destination=%s", c->sb->base_url,
                             str_percent_encode(c->a, c->request->target)));
    else
        reply_bytes(c, 404, "text/html;charset=UTF-8",
                    "<html><head><title>Error</title></head><body>The attachment does not exist.</body></html>");
    return false;
}

static bool secure_get(struct ctx *c)
{
    struct attachment f;
    return secure_need(c, &f) && reply_content(c, &f);
}

static bool secure_thumbnail(struct ctx *c)
{
    struct attachment f;
    if (!secure_need(c, &f))
        return false;
    if (!media_type_is_image(f.type)) {
        reply_bytes(c, 404, "text/html;charset=UTF-8", "<html><body>There is no thumbnail.</body></html>");
        return false;
    }
    return reply_content(c, &f);
}

/* ---- Cloud ---- */

/* What proves, without a login, that the site has sent somebody here and until when. */
static bool token_for(struct ctx *c, const char *media, int64_t until, char **r)
{
    char *seed = NULL;
    if (!db_str(c, &seed, "SELECT value FROM setting WHERE name = 'seed'", ""))
        return false;
    char *text = arena_printf(c->a, "media/%s/%s/%lld", seed ? seed : "", media, (long long)until);
    *r = arena_printf(c->a, "%lld.%s", (long long)until, str_sha256(c->a, text, strlen(text)));
    return true;
}

static bool send_to_media(struct ctx *c, const struct attachment *f, const char *what)
{
    char *token = NULL;
    if (!token_for(c, f->media, c->now + TOKEN_LIFE_MS, &token))
        return false;
    return send_to(c, 303,
                   arena_printf(c->a, "%s/file/%s/%s?token=%s&client=sandbox&name=%s&max-age=%d&dl=true",
                                c->sb->base_url, f->media, what, token, str_percent_encode(c->a, f->filename),
                                TOKEN_LIFE_MS / 1000));
}

static bool content_get(struct ctx *c)
{
    struct attachment f;
    if (!attachment_need(c, c->args[0], &f))
        return false;
    return param_bool(c, "redirect", true) ? send_to_media(c, &f, "binary") : reply_content(c, &f);
}

/* The smallest picture there is, for files that are none. */
static bool reply_default_thumbnail(struct ctx *c)
{
    static const char GIF[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1D\0;";
    return reply_binary(c, 200, "image/gif", GIF, sizeof GIF - 1);
}

static bool thumbnail_get(struct ctx *c)
{
    struct attachment f;
    if (!attachment_need(c, c->args[0], &f))
        return false;
    if (!media_type_is_image(f.type))
        return param_bool(c, "fallbackToDefault", true)
                   ? reply_default_thumbnail(c)
                   : refuse(c, 404, "The thumbnail of the attachment with id '%s' cannot be found.", c->args[0]);
    return param_bool(c, "redirect", true) ? send_to_media(c, &f, "image") : reply_content(c, &f);
}

static bool media_get(struct ctx *c)
{
    const char *token = param(c, "token");
    char *expected = NULL;
    struct attachment f = {0};
    int64_t until = token ? strtoll(token, NULL, 10) : 0;
    if (!token_for(c, c->args[0], until, &expected))
        return false;
    if (!str_eq(token, expected) || until < c->now)
        return refuse_plain(c, 403, "The token is missing, is not for this file, or has expired");
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, filename, type FROM attachment WHERE media = ?1", "s", c->args[0]))
        return false;
    if (sql_next(&rows))
        f = (struct attachment){
            .id = sql_int(&rows, 0), .filename = sql_str(&rows, 1, c->a), .type = sql_str(&rows, 2, c->a)};
    if (!db_done(c, &rows))
        return false;
    return f.id ? reply_content(c, &f) : refuse_plain(c, 404, "The file does not exist");
}

const struct route attachment_content_routes[] = {
    {HTTP_GET, "/secure/attachment/{}/{}", secure_get, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_GET, "/secure/attachment/{}", secure_get, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_GET, "/secure/thumbnail/{}/{}", secure_thumbnail, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_GET, "attachment/content/{}", content_get, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_GET, "attachment/thumbnail/{}", thumbnail_get, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_GET, "/file/{}/binary", media_get, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_GET, "/file/{}/image", media_get, ON_CLOUD, ROUTE_ANONYMOUS},
    {0},
};
