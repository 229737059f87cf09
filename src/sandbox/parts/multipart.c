/* multipart.c - the reader of multipart/form-data.
 *
 * Why CR LF is part of the delimiter: the line end before a boundary belongs to the boundary, so content never ends
 * with one too many. The first boundary has none before it, hence the reader begins as if one had just been seen. */
#include "sandbox/parts/multipart.h"

#include "base/str.h"

#include <string.h>
#include <strings.h>

enum {
    HEAD_LIMIT = 16 * 1024,
    PARTS_LIMIT = 1000,
    BOUNDARY_LIMIT = 200, /* RFC 2046 says 70 */
};

enum state { PREAMBLE, AFTER_BOUNDARY, HEAD, CONTENT, EPILOGUE };

/* ---- headers ---- */

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* A quoted string from behind its opening quote; *at is left behind the closing one. */
static char *quoted(struct arena *a, const char **at)
{
    const char *p = *at;
    struct buf b = BUF_INIT(HEAD_LIMIT);
    while (*p && *p != '"') {
        if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
            p++;
        buf_addc(&b, *p++);
    }
    *at = p + (*p == '"');
    char *text = arena_strndup(a, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

char *multipart_parameter(struct arena *a, const char *header, const char *name)
{
    const char *at = header ? strchr(header, ';') : NULL;
    while (at && *at) {
        at = skip_blanks(at + 1);
        size_t n = strcspn(at, "=;");
        char *found = str_trim(a, arena_strndup(a, at, n)), *value;
        at += n;
        if (*at != '=')
            continue;
        at = skip_blanks(at + 1);
        if (*at == '"') {
            at++;
            value = quoted(a, &at);
            at += strcspn(at, ";");
        } else {
            n = strcspn(at, ";");
            value = str_trim(a, arena_strndup(a, at, n));
            at += n;
        }
        if (str_eq_nocase(found, name))
            return value;
    }
    return NULL;
}

static char *from_latin1(struct arena *a, const char *text)
{
    struct buf b = BUF_INIT(2 * HEAD_LIMIT);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p < 0x80) {
            buf_addc(&b, (char)*p);
        } else {
            buf_addc(&b, (char)(0xc0 | *p >> 6));
            buf_addc(&b, (char)(0x80 | (*p & 0x3f)));
        }
    }
    char *utf8 = arena_strndup(a, buf_str(&b), b.len);
    buf_release(&b);
    return utf8;
}

static char *as_utf8(struct arena *a, char *text)
{
    return str_is_utf8(text, strlen(text)) ? text : from_latin1(a, text);
}

/* charset'language'percent-encoded; NULL when it is not that, or of another charset. */
static char *extended(struct arena *a, const char *value)
{
    const char *first = strchr(value, '\''), *second = first ? strchr(first + 1, '\'') : NULL;
    if (!second)
        return NULL;
    char *charset = arena_strndup(a, value, (size_t)(first - value)), *text = str_percent_decode(a, second + 1, false);
    if (str_eq_nocase(charset, "iso-8859-1"))
        return from_latin1(a, text);
    return str_eq_nocase(charset, "utf-8") ? as_utf8(a, text) : NULL;
}

static char *filename_of(struct arena *a, const char *disposition)
{
    char *plain = multipart_parameter(a, disposition, "filename");
    char *coded = multipart_parameter(a, disposition, "filename*");
    char *name = coded ? extended(a, coded) : NULL;
    if (name || !plain)
        return name;
    plain = str_replace(a, as_utf8(a, plain), "%22", "\"");
    return str_replace(a, str_replace(a, plain, "%0D", "\r"), "%0A", "\n");
}

static void read_header(struct arena *a, struct multipart_part *part, char *line)
{
    char *colon = strchr(line, ':');
    if (!colon)
        return;
    char *name = str_trim(a, arena_strndup(a, line, (size_t)(colon - line))), *value = str_trim(a, colon + 1);
    if (str_eq_nocase(name, "Content-Type")) {
        part->type = value;
    } else if (str_eq_nocase(name, "Content-Disposition")) {
        char *field = multipart_parameter(a, value, "name");
        part->name = field ? as_utf8(a, field) : NULL;
        part->filename = filename_of(a, value);
    }
}

/* Lines that begin with a blank go on the one before. */
static void read_head(struct arena *a, struct multipart_part *part, const char *bytes, size_t length)
{
    char *text = arena_strndup(a, bytes, length), **lines, *whole = NULL;
    for (size_t i = 0; i < length; i++)
        if (!text[i])
            text[i] = ' ';
    size_t count = str_split(a, text, '\n', &lines);
    *part = (struct multipart_part){0};
    for (size_t i = 0; i < count; i++) {
        char *line = lines[i];
        size_t n = strlen(line);
        if (n && line[n - 1] == '\r')
            line[n - 1] = 0;
        if (whole && (*line == ' ' || *line == '\t')) {
            whole = arena_printf(a, "%s%s", whole, line);
            continue;
        }
        if (whole)
            read_header(a, part, whole);
        whole = line;
    }
    if (whole)
        read_header(a, part, whole);
}

/* ---- the body ---- */

bool multipart_open(struct multipart *m, struct arena *a, const char *content_type,
                    const struct multipart_handler *handler, struct err *e)
{
    if (!content_type || strncasecmp(content_type, "multipart/form-data", 19) != 0)
        return err_set(e, ERR_PARSE,
                       "the request doesn't contain a multipart/form-data stream, content type header is "
                       "%.100s",
                       content_type ? content_type : "null");
    char *boundary = multipart_parameter(a, content_type, "boundary");
    if (str_is_empty(boundary) || strlen(boundary) > BOUNDARY_LIMIT)
        return err_set(e, ERR_PARSE, "the request was rejected because no multipart boundary was found");
    *m = (struct multipart){.a = a, .handler = handler, .state = PREAMBLE, .held = BUF_INIT(SIZE_MAX / 2)};
    m->delimiter = arena_printf(a, "\r\n--%s", boundary);
    m->delimiter_length = strlen(m->delimiter);
    buf_adds(&m->held, "\r\n");
    return true;
}

void multipart_release(struct multipart *m)
{
    buf_release(&m->held);
}

/* Passes content on up to the next boundary. Returns the bytes that are done with; *wait_r: more must come first. */
static bool read_content(struct multipart *m, const char *at, size_t left, size_t *used_r, bool *wait_r, struct err *e)
{
    const char *found = memmem(at, left, m->delimiter, m->delimiter_length);
    size_t length = found ? (size_t)(found - at) : left < m->delimiter_length ? 0 : left - m->delimiter_length + 1;
    bool is_part = m->state == CONTENT;
    if (is_part && length && !m->handler->data(m->handler->context, at, length, e))
        return false;
    *used_r = length;
    *wait_r = !found;
    if (!found)
        return true;
    *used_r += m->delimiter_length;
    m->state = AFTER_BOUNDARY;
    return !is_part || m->handler->end(m->handler->context, e);
}

/* "--" ends it all, CR LF begins a part; blanks may stand between. */
static bool read_after_boundary(struct multipart *m, const char *at, size_t left, size_t *used_r, bool *wait_r,
                                struct err *e)
{
    size_t n = 0;
    while (n < left && (at[n] == ' ' || at[n] == '\t'))
        n++;
    if (n > BOUNDARY_LIMIT)
        return err_set(e, ERR_PARSE, "the multipart stream has blanks without end behind a boundary");
    *wait_r = left - n < 2;
    *used_r = *wait_r ? 0 : n + 2;
    if (*wait_r)
        return true;
    if (memcmp(at + n, "--", 2) == 0) {
        m->state = EPILOGUE;
        return true;
    }
    if (memcmp(at + n, "\r\n", 2) != 0)
        return err_set(e, ERR_PARSE, "Unexpected characters follow a boundary");
    if (m->parts++ == PARTS_LIMIT)
        return err_set(e, ERR_LIMIT, "the multipart stream has more than %d parts", PARTS_LIMIT);
    m->state = HEAD;
    return true;
}

static bool read_part_head(struct multipart *m, const char *at, size_t left, size_t *used_r, bool *wait_r,
                           struct err *e)
{
    bool is_bare = left >= 2 && memcmp(at, "\r\n", 2) == 0;
    const char *end = is_bare ? at : memmem(at, left < HEAD_LIMIT ? left : HEAD_LIMIT, "\r\n\r\n", 4);
    *wait_r = !end;
    *used_r = 0;
    if (!end && left >= HEAD_LIMIT)
        return err_set(e, ERR_LIMIT, "Header section has more than %d bytes (maybe it is not properly terminated)",
                       HEAD_LIMIT);
    if (!end)
        return true;
    struct multipart_part part;
    read_head(m->a, &part, at, (size_t)(end - at));
    *used_r = (size_t)(end - at) + (is_bare ? 2 : 4);
    m->state = CONTENT;
    return m->handler->begin(m->handler->context, &part, e);
}

static bool step(struct multipart *m, const char *at, size_t left, size_t *used_r, bool *wait_r, struct err *e)
{
    switch ((enum state)m->state) {
    case PREAMBLE:
        return read_content(m, at, left, used_r, wait_r, e);
    case AFTER_BOUNDARY:
        return read_after_boundary(m, at, left, used_r, wait_r, e);
    case HEAD:
        return read_part_head(m, at, left, used_r, wait_r, e);
    case CONTENT:
        return read_content(m, at, left, used_r, wait_r, e);
    case EPILOGUE:
        *used_r = left;
        *wait_r = true;
        return true;
    }
    return true;
}

bool multipart_feed(struct multipart *m, const char *bytes, size_t length, struct err *e)
{
    buf_add(&m->held, bytes, length);
    size_t done = 0;
    for (bool wait = false; !wait;) {
        size_t used = 0;
        if (!step(m, buf_str(&m->held) + done, m->held.len - done, &used, &wait, e))
            return false;
        done += used;
    }
    buf_consume(&m->held, done);
    return true;
}

bool multipart_close(struct multipart *m, struct err *e)
{
    return m->state == EPILOGUE || err_set(e, ERR_PARSE, "Stream ended unexpectedly");
}
