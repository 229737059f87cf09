/* The grammar is a state per open object or array; a token is handed out as soon as it is complete. Only a few places
 * look at bytes one by one: strings run through a table of plain bytes, which is where the speed comes from. */
#include "migrate/pairfile_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NEED_VALUE, NEED_FIRST_VALUE, NEED_FIRST_KEY, NEED_KEY, NEED_COMMA, NEED_NOTHING };

/* 1: may stand in a string as it is and is one byte long. */
static const unsigned char plain[256] = {
#define P8 1, 1, 1, 1, 1, 1, 1, 1
#define N8 0, 0, 0, 0, 0, 0, 0, 0
    N8, N8, N8, N8,                         /* control characters */
    1,  1,  0,  1,  1, 1, 1, 1, P8, P8, P8, /* " */
    P8, P8, P8, 1,  1, 1, 1, 0, 1,  1,  1,  /* backslash */
    P8, P8, P8, P8,                         /* up to 0x7f */
#undef P8
#undef N8
};

void scan_init(struct scan *s, struct scan_input input, const char *name, size_t pin_max, size_t window)
{
    *s = (struct scan){.input = input, .name = name, .pin = -1, .pin_max = pin_max};
    s->window = window ? window : SCAN_WINDOW;
    names_init(&s->names);
    s->frames[0].state = NEED_VALUE;
}

void scan_release(struct scan *s)
{
    free(s->data);
    names_release(&s->names);
    for (int i = 0; i <= SCAN_DEPTH_MAX; i++)
        names_forget(&s->frames[i].scope);
    *s = (struct scan){.pin = -1};
}

static void *grown(void *old, size_t bytes)
{
    void *more = realloc(old, bytes);
    if (!more)
        abort();
    return more;
}

/* --- errors --- */

static void add_escaped(struct buf *b, const char *bytes, size_t length)
{
    enum { SHOWN = 48 };
    for (size_t i = 0; i < length && i < SHOWN; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '~' || c == '/')
            buf_adds(b, c == '~' ? "~0" : "~1");
        else if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
            buf_addf(b, "\\u%04x", c);
        else
            buf_addc(b, (char)c);
    }
    if (length <= SHOWN)
        return;
    while (b->len && ((unsigned char)b->data[b->len - 1] & 0xc0) == 0x80) /* never half a character */
        buf_truncate(b, b->len - 1);
    if (b->len && (unsigned char)b->data[b->len - 1] >= 0xc0)
        buf_truncate(b, b->len - 1);
    buf_adds(b, "…");
}

void scan_pointer(const struct scan *s, struct buf *b)
{
    for (int i = 1; i <= s->depth; i++) {
        const struct scan_frame *f = &s->frames[i];
        uint32_t after = i < s->depth ? s->frames[i + 1].scope.first : s->names.count;
        if (!f->is_object) {
            buf_addf(b, "/%lld", (long long)f->index);
        } else if (after > f->scope.first && f->state != NEED_KEY) {
            size_t length;
            const char *name = names_text(&s->names, after - 1, &length);
            buf_addc(b, '/');
            add_escaped(b, name, length);
        }
    }
}

bool scan_fail(struct scan *s, struct err *e, enum err_kind kind, int64_t offset, const char *format, ...)
{
    if (!s->has_failed) {
        struct buf pointer = BUF_INIT(400), text = BUF_INIT(400);
        scan_pointer(s, &pointer);
        va_list list;
        va_start(list, format);
        buf_vaddf(&text, format, list);
        va_end(list);
        err_set(&s->failure, kind, "%s: byte %lld, pointer \"%s\": %s", s->name, (long long)offset, buf_str(&pointer),
                buf_str(&text));
        buf_release(&pointer);
        buf_release(&text);
        s->has_failed = true;
    }
    if (e)
        *e = s->failure;
    return false;
}

bool scan_wrong_shape(struct scan *s, struct err *e, const struct scan_token *t, const char *what)
{
    s->depth = t->depth; /* an object or array that was just opened is the value itself, not a place inside it */
    return scan_fail(s, e, ERR_INPUT, t->start, "wrong shape: %s", what);
}

/* --- the window --- */

static int64_t here(const struct scan *s)
{
    return s->base + (int64_t)s->pos;
}

/* Reads more behind what is there. False at the end of the file, and after a failure (then has_failed is set). */
static bool more(struct scan *s)
{
    if (s->at_eof || s->has_failed)
        return false;
    size_t keep_from = s->pin >= 0 ? (size_t)(s->pin - s->base) : s->pos;
    size_t kept = s->len - keep_from;
    if (s->pin >= 0 && kept > s->pin_max)
        return scan_fail(s, NULL, ERR_LIMIT, s->pin,
                         "what begins here is larger than %zu bytes, more than Tandem holds at once", s->pin_max);
    if (keep_from && (kept == 0 || s->room - s->len < s->window / 2 + 1)) {
        memmove(s->data, s->data + keep_from, kept);
        s->base += (int64_t)keep_from;
        s->pos -= keep_from;
        s->len = kept;
    }
    if (s->room - s->len < s->window / 2 + 1) {
        s->room = s->len + (s->len > s->window ? s->len : s->window);
        s->data = grown(s->data, s->room);
    }
    ssize_t n;
    do
        n = s->input.read(s->input.context, s->data + s->len, s->room - s->len);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return scan_fail(s, NULL, ERR_IO, s->base + (int64_t)s->len, "reading failed: %s", strerror(errno));
    if (n == 0)
        s->at_eof = true;
    s->len += (size_t)n;
    return n > 0;
}

/* The byte at pos + ahead, or -1 when the file ends before it. */
static inline int peek_at(struct scan *s, size_t ahead)
{
    while (s->pos + ahead >= s->len)
        if (!more(s))
            return -1;
    return (unsigned char)s->data[s->pos + ahead];
}

static inline int peek(struct scan *s)
{
    return s->pos < s->len ? (unsigned char)s->data[s->pos] : peek_at(s, 0);
}

static int skip_blanks(struct scan *s)
{
    int c;
    while ((c = peek(s)) == ' ' || c == '\n' || c == '\r' || c == '\t')
        s->pos++;
    return c;
}

static bool fail_cut_off(struct scan *s, struct err *e, const char *inside)
{
    return scan_fail(s, e, ERR_INPUT, here(s), "the file ends inside %s: it was cut off; export or download it again",
                     inside);
}

static bool fail_at(struct scan *s, struct err *e, const char *wanted)
{
    int c = peek(s);
    if (c < 0)
        return fail_cut_off(s, e,
                            s->depth == 0                   ? "the document"
                            : s->frames[s->depth].is_object ? "an object"
                                                            : "an array");
    if (c >= 0x20 && c < 0x7f)
        return scan_fail(s, e, ERR_INPUT, here(s), "not JSON: expected %s, found '%c'", wanted, c);
    return scan_fail(s, e, ERR_INPUT, here(s), "not JSON: expected %s, found byte 0x%02x", wanted, (unsigned)c);
}

/* --- strings --- */

static int hex_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

enum { HEX_BAD = -1, HEX_CUT_OFF = -2 };

/* The unit of the \uXXXX at pos + ahead. */
static int32_t read_unit(struct scan *s, size_t ahead)
{
    int32_t value = 0;
    for (size_t i = 0; i < 6; i++) {
        int c = peek_at(s, ahead + i);
        if (c < 0)
            return HEX_CUT_OFF;
        if (i < 2 ? c != "\\u"[i] : hex_value(c) < 0)
            return HEX_BAD;
        value = i < 2 ? 0 : value * 16 + hex_value(c);
    }
    return value;
}

static bool read_unicode_escape(struct scan *s, struct err *e)
{
    int32_t unit = read_unit(s, 0);
    if (unit == HEX_CUT_OFF)
        return fail_cut_off(s, e, "a string");
    if (unit == HEX_BAD)
        return scan_fail(s, e, ERR_INPUT, here(s), "not JSON: \\u needs four hexadecimal digits");
    if (unit < 0xd800 || unit > 0xdfff) {
        s->pos += 6;
        return true;
    }
    int32_t low = unit < 0xdc00 ? read_unit(s, 6) : HEX_BAD;
    if (low == HEX_CUT_OFF)
        return fail_cut_off(s, e, "a string");
    if (low < 0xdc00 || low > 0xdfff)
        return scan_fail(s, e, ERR_INPUT, here(s),
                         "not Unicode: \\u%04x is one half of a pair, its other half is missing", (unsigned)unit);
    s->pos += 12;
    return true;
}

/* At a backslash. */
static bool read_escape(struct scan *s, struct err *e)
{
    int c = peek_at(s, 1);
    if (c < 0)
        return fail_cut_off(s, e, "a string");
    if (c == 'u')
        return read_unicode_escape(s, e);
    if (c == 0 || !strchr("\"\\/bfnrt", c))
        return scan_fail(s, e, ERR_INPUT, here(s), "not JSON: a backslash before something that is no escape");
    s->pos += 2;
    return true;
}

/* At a byte of 0x80 or more. */
static bool read_utf8(struct scan *s, struct err *e)
{
    int c = peek(s);
    int length = c >= 0xc2 && c <= 0xdf ? 2 : c >= 0xe0 && c <= 0xef ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
    int low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;  /* no overlong forms, */
    int high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf; /* no surrogates, nothing above U+10FFFF */
    for (int i = 1; i < length; i++, low = 0x80, high = 0xbf) {
        int next = peek_at(s, (size_t)i);
        if (next < 0)
            return fail_cut_off(s, e, "a string");
        if (next < low || next > high)
            length = 0;
    }
    if (!length)
        return scan_fail(s, e, ERR_INPUT, here(s), "not UTF-8: byte 0x%02x; save the file as UTF-8", (unsigned)c);
    s->pos += (size_t)length;
    return true;
}

/* From the byte after the opening quote to the byte after the closing one. */
static bool read_string(struct scan *s, bool *has_escape_r, struct err *e)
{
    for (;;) {
        const unsigned char *p = (const unsigned char *)s->data + s->pos;
        const unsigned char *end = (const unsigned char *)s->data + s->len;
        while (p < end && plain[*p])
            p++;
        s->pos = (size_t)(p - (const unsigned char *)s->data);
        int c = peek(s);
        if (c < 0)
            return fail_cut_off(s, e, "a string");
        if (c == '"') {
            s->pos++;
            return true;
        }
        if (c == '\\') {
            *has_escape_r = true;
            if (!read_escape(s, e))
                return false;
        } else if (c < 0x20) {
            return scan_fail(s, e, ERR_INPUT, here(s), "not JSON: control character 0x%02x in a string", (unsigned)c);
        } else if (c >= 0x80 && !read_utf8(s, e)) {
            return false;
        }
    }
}

static uint32_t hex4(const char *p)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value * 16 + (uint32_t)hex_value((unsigned char)p[i]);
    return value;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

size_t scan_decode(const char *from, size_t length, char *out)
{
    static const char named[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *end = from + length;
    char *to = out;
    while (from < end) {
        if (*from != '\\') {
            *to++ = *from++;
        } else if (from[1] != 'u') {
            *to++ = meant[strchr(named, from[1]) - named];
            from += 2;
        } else {
            uint32_t c = hex4(from + 2);
            from += 6;
            if (c >= 0xd800 && c <= 0xdfff) {
                c = 0x10000 + ((c - 0xd800) << 10) + (hex4(from + 2) - 0xdc00);
                from += 6;
            }
            to = put_utf8(to, c);
        }
    }
    return (size_t)(to - out);
}

char *scan_text(const struct scan *s, const struct scan_token *t, struct arena *a, size_t *length_r)
{
    size_t length = (size_t)(t->end - t->start) - 2;
    char *out = arena_alloc(a, length + 1);
    length = scan_decode(scan_bytes(s, t->start) + 1, length, out);
    out[length] = 0;
    if (length_r)
        *length_r = length;
    return out;
}

/* --- names --- */

static bool remember_key(struct scan *s, const struct scan_token *t, bool has_escape, struct err *e)
{
    struct scan_frame *f = &s->frames[s->depth];
    size_t length = (size_t)(t->end - t->start) - 2;
    enum names_result result = names_add(&s->names, &f->scope, scan_bytes(s, t->start) + 1, length, has_escape);
    if (result == NAMES_TOO_MANY)
        return scan_fail(s, e, ERR_LIMIT, t->start, "more names in one object than Tandem can compare");
    f->state = NEED_VALUE;
    if (result == NAMES_KNOWN)
        return scan_fail(s, e, ERR_INPUT, t->start,
                         "the same key twice in one object: which of the two counts would be a guess");
    return true;
}

const char *scan_key(const struct scan *s, size_t *length_r)
{
    return names_text(&s->names, s->names.count - 1, length_r);
}

bool scan_key_is(const struct scan *s, const char *name)
{
    size_t length, wanted = strlen(name);
    const char *key = scan_key(s, &length);
    return length == wanted && memcmp(key, name, length) == 0;
}

/* --- values --- */

static bool read_digits(struct scan *s, struct err *e)
{
    int c = peek(s);
    if (c < '0' || c > '9')
        return c < 0 ? fail_cut_off(s, e, "a number") : fail_at(s, e, "a digit");
    do
        s->pos++;
    while ((c = peek(s)) >= '0' && c <= '9');
    return true;
}

static bool read_number(struct scan *s, struct err *e)
{
    if (peek(s) == '-')
        s->pos++;
    if (peek(s) == '0')
        s->pos++;
    else if (!read_digits(s, e))
        return false;
    if (peek(s) == '.') {
        s->pos++;
        if (!read_digits(s, e))
            return false;
    }
    int c = peek(s);
    if (c != 'e' && c != 'E')
        return true;
    s->pos++;
    c = peek(s);
    if (c == '+' || c == '-')
        s->pos++;
    return read_digits(s, e);
}

static bool read_word(struct scan *s, const char *word, struct err *e)
{
    for (const char *p = word; *p; p++, s->pos++) {
        int c = peek(s);
        if (c < 0)
            return fail_cut_off(s, e, "a value");
        if (c != *p)
            return fail_at(s, e, "a value (true, false, null, a number, a string, an object or an array)");
    }
    return true;
}

static bool open_frame(struct scan *s, bool is_object, struct err *e)
{
    if (s->depth == SCAN_DEPTH_MAX)
        return scan_fail(s, e, ERR_INPUT, here(s), "nested more than %d levels deep", SCAN_DEPTH_MAX);
    struct scan_frame *f = &s->frames[++s->depth];
    f->is_object = is_object;
    f->state = is_object ? NEED_FIRST_KEY : NEED_FIRST_VALUE;
    f->index = 0;
    names_open(&s->names, &f->scope);
    s->pos++;
    return true;
}

static void close_frame(struct scan *s)
{
    names_close(&s->names, &s->frames[s->depth--].scope);
    s->pos++;
}

static bool read_value(struct scan *s, int c, struct scan_token *t, struct err *e)
{
    bool has_escape = false;
    s->frames[s->depth].state = s->depth ? NEED_COMMA : NEED_NOTHING;
    switch (c) {
    case '{':
        t->kind = SCAN_OBJECT;
        return open_frame(s, true, e);
    case '[':
        t->kind = SCAN_ARRAY;
        return open_frame(s, false, e);
    case '"':
        t->kind = SCAN_STRING;
        s->pos++;
        return read_string(s, &has_escape, e);
    case 't':
        t->kind = SCAN_TRUE;
        return read_word(s, "true", e);
    case 'f':
        t->kind = SCAN_FALSE;
        return read_word(s, "false", e);
    case 'n':
        t->kind = SCAN_NULL;
        return read_word(s, "null", e);
    default:
        t->kind = SCAN_NUMBER;
        if (c == '-' || (c >= '0' && c <= '9'))
            return read_number(s, e);
        s->frames[s->depth].state = NEED_VALUE;
        return fail_at(s, e, "a value");
    }
}

static bool read_key(struct scan *s, struct scan_token *t, struct err *e)
{
    bool has_escape = false, is_pinned_here = s->pin < 0;
    s->frames[s->depth].state = NEED_KEY; /* the pointer of an error in here is the object's */
    t->kind = SCAN_KEY;
    if (is_pinned_here)
        s->pin = t->start;
    s->pos++;
    bool ok = read_string(s, &has_escape, e);
    t->end = here(s);
    ok = ok && remember_key(s, t, has_escape, e);
    if (is_pinned_here)
        s->pin = -1;
    if (!ok)
        return false;
    if (skip_blanks(s) != ':')
        return fail_at(s, e, "':' after a key");
    s->pos++;
    return true;
}

static bool read_start(struct scan *s, struct err *e)
{
    int c = peek(s);
    if (c == 0xef && peek_at(s, 1) == 0xbb && peek_at(s, 2) == 0xbf) {
        s->has_bom = true;
        s->pos += 3;
    } else if ((c == 0xff && peek_at(s, 1) == 0xfe) || (c == 0xfe && peek_at(s, 1) == 0xff) ||
               (c > 0 && peek_at(s, 1) == 0) || c == 0) {
        return scan_fail(s, e, ERR_INPUT, 0, "this is not UTF-8 text (it looks like UTF-16); save the file as UTF-8");
    }
    if (!s->has_failed && skip_blanks(s) < 0)
        return scan_fail(s, e, ERR_INPUT, here(s), "the file is empty%s", here(s) ? " but for white space" : "");
    return true;
}

static bool step(struct scan *s, struct scan_token *t, struct err *e)
{
    int c = skip_blanks(s);
    struct scan_frame *f = &s->frames[s->depth];
    if (f->state == NEED_COMMA && c == ',') {
        s->pos++;
        f->index++;
        f->state = f->is_object ? NEED_KEY : NEED_VALUE;
        c = skip_blanks(s);
    } else if (f->state == NEED_COMMA && c != (f->is_object ? '}' : ']')) {
        return fail_at(s, e, f->is_object ? "',' or '}'" : "',' or ']'");
    }
    t->start = here(s);
    t->depth = s->depth;
    if (f->state != NEED_VALUE && f->state != NEED_KEY && s->depth && c == (f->is_object ? '}' : ']')) {
        t->kind = f->is_object ? SCAN_OBJECT_END : SCAN_ARRAY_END;
        t->depth = s->depth - 1;
        close_frame(s);
        return true;
    }
    if (f->state == NEED_NOTHING) {
        t->kind = SCAN_END;
        return c < 0 ? !s->has_failed : fail_at(s, e, "the end of the file after the document");
    }
    if (f->state == NEED_FIRST_KEY || f->state == NEED_KEY)
        return c == '"' ? read_key(s, t, e) : fail_at(s, e, "a key in quotes");
    return read_value(s, c, t, e);
}

bool scan_next(struct scan *s, struct scan_token *t, struct err *e)
{
    bool ok = !s->has_failed;
    if (ok && s->base == 0 && s->pos == 0)
        ok = read_start(s, e);
    ok = ok && step(s, t, e);
    if (!ok || s->has_failed)
        return scan_fail(s, e, ERR_INPUT, here(s), "not JSON");
    if (t->kind != SCAN_KEY)
        t->end = here(s);
    return true;
}

bool scan_skip(struct scan *s, const struct scan_token *from, int64_t *end_r, struct err *e)
{
    struct scan_token t = *from;
    int depth = from->depth;
    do
        if (!scan_next(s, &t, e))
            return false;
    while (t.depth > depth || t.kind == SCAN_KEY || t.kind == SCAN_OBJECT || t.kind == SCAN_ARRAY);
    *end_r = t.end;
    return true;
}

/* --- pinning --- */

void scan_pin(struct scan *s, int64_t offset)
{
    s->pin = offset;
}

void scan_unpin(struct scan *s)
{
    s->pin = -1;
}

const char *scan_bytes(const struct scan *s, int64_t start)
{
    return s->data + (start - s->base);
}
