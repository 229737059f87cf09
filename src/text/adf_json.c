/* adf_json.c - see adf_json.h. One loop over the bytes; what is open is written down in the entries themselves. */
#include "text/adf_json.h"

#include "base/str.h"

#include <jansson.h>
#include <string.h>

enum { BYTES_MAX = 1 << 30, DEPTH_MAX = JSON_PARSER_MAX_DEPTH };

#define NOT_OPEN UINT32_MAX

struct scan {
    struct arena *a;
    const char *s; /* ends with a zero byte, as a copy */
    char *texts;   /* where the strings' characters go */
    size_t at, n;
    struct adf_value *values;
    uint32_t count, room;
    uint32_t open; /* the innermost open container; its `next` names the one around it */
    int depth;
};

static struct adf_value *add(struct scan *c, char kind)
{
    if (c->count == c->room) {
        uint32_t room = c->room * 2;
        struct adf_value *grown = arena_array(c->a, struct adf_value, room);
        memcpy(grown, c->values, c->count * sizeof *grown);
        c->values = grown;
        c->room = room;
    }
    struct adf_value *v = &c->values[c->count++];
    v->kind = kind;
    v->at = (uint32_t)c->at;
    v->next = c->count;
    return v;
}

static void skip_blanks(struct scan *c)
{
    while (c->s[c->at] == ' ' || c->s[c->at] == '\n' || c->s[c->at] == '\t' || c->s[c->at] == '\r')
        c->at++;
}

static int hex4(const char *s)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = s[i], low = (char)(c | 32);
        int digit = c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* \uXXXX at `at`, a pair of them for what lies beyond U+FFFF. False for half a pair. */
static bool read_escaped_unit(struct scan *c, size_t *at, char **out)
{
    int code = hex4(c->s + *at + 2);
    *at += 6;
    if (code < 0 || (code >= 0xdc00 && code < 0xe000))
        return false;
    if (code >= 0xd800 && code < 0xdc00) {
        int low = c->s[*at] == '\\' && c->s[*at + 1] == 'u' ? hex4(c->s + *at + 2) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return false;
        *at += 6;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    *out += str_put_utf8(*out, code ? (uint32_t)code : 0xfffd);
    return true;
}

static bool read_escape(struct scan *c, size_t *at, char **out)
{
    static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    char name = c->s[*at + 1];
    if (name == 'u')
        return read_escaped_unit(c, at, out);
    const char *hit = name ? strchr(names, name) : NULL;
    if (!hit)
        return false;
    *(*out)++ = means[hit - names];
    *at += 2;
    return true;
}

static bool read_string(struct scan *c)
{
    struct adf_value *v = add(c, '"');
    char *out = c->texts;
    v->text = out;
    for (size_t at = c->at + 1;;) {
        size_t from = at;
        while ((unsigned char)c->s[at] >= 0x20 && c->s[at] != '"' && c->s[at] != '\\')
            at++;
        memcpy(out, c->s + from, at - from);
        out += at - from;
        if (c->s[at] == '"') {
            *out = 0;
            v->length = (uint32_t)(out - c->texts);
            c->texts = out + 1;
            c->at = at + 1;
            v->end = (uint32_t)c->at;
            return true;
        }
        if (c->s[at] != '\\' || !read_escape(c, &at, &out))
            return false;
    }
}

static size_t digits(const char *s)
{
    size_t n = 0;
    while (s[n] >= '0' && s[n] <= '9')
        n++;
    return n;
}

static bool read_number(struct scan *c)
{
    struct adf_value *v = add(c, 0);
    const char *s = c->s + c->at;
    s += *s == '-';
    size_t n = digits(s);
    if (!n || (n > 1 && *s == '0'))
        return false;
    s += n;
    if (*s == '.') {
        if (!(n = digits(s + 1)))
            return false;
        s += n + 1;
    }
    if (*s == 'e' || *s == 'E') {
        s += 1 + (s[1] == '+' || s[1] == '-');
        if (!(n = digits(s)))
            return false;
        s += n;
    }
    c->at = (size_t)(s - c->s);
    v->end = (uint32_t)c->at;
    return true;
}

static bool read_word(struct scan *c, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(c->s + c->at, word, n) != 0)
        return false;
    add(c, *word)->end = (uint32_t)(c->at + n);
    c->at += n;
    return true;
}

static void open_container(struct scan *c)
{
    struct adf_value *v = add(c, c->s[c->at]);
    v->next = c->open;
    c->open = c->count - 1;
    c->at++;
    c->depth++;
}

static void close_container(struct scan *c)
{
    struct adf_value *v = &c->values[c->open];
    c->open = v->next;
    v->next = c->count;
    v->end = (uint32_t)++c->at;
    c->depth--;
}

static bool read_scalar(struct scan *c)
{
    switch (c->s[c->at]) {
    case '"':
        return read_string(c);
    case 't':
        return read_word(c, "true");
    case 'f':
        return read_word(c, "false");
    case 'n':
        return read_word(c, "null");
    default:
        return read_number(c);
    }
}

static bool read_key(struct scan *c)
{
    skip_blanks(c);
    if (c->s[c->at] != '"' || !read_string(c))
        return false;
    skip_blanks(c);
    return c->s[c->at++] == ':';
}

/* Behind a value: closes what ends there, and goes on to the next value. False when neither is possible. */
static bool go_on(struct scan *c)
{
    while (c->open != NOT_OPEN) {
        bool in_object = c->values[c->open].kind == '{';
        skip_blanks(c);
        if (c->s[c->at] == ',') {
            c->at++;
            return !in_object || read_key(c);
        }
        if (c->s[c->at] != (in_object ? '}' : ']'))
            return false;
        close_container(c);
    }
    return true;
}

static bool read_values(struct scan *c)
{
    do {
        skip_blanks(c);
        char first = c->s[c->at];
        if (first == '{' || first == '[') {
            open_container(c);
            if (c->depth > DEPTH_MAX)
                return false;
            skip_blanks(c);
            if (c->s[c->at] != (first == '{' ? '}' : ']')) {
                if (first == '{' && !read_key(c))
                    return false;
                continue;
            }
            close_container(c);
        } else if (!read_scalar(c)) {
            return false;
        }
        if (!go_on(c))
            return false;
    } while (c->open != NOT_OPEN);
    skip_blanks(c);
    return c->at == c->n;
}

bool adf_json_read(struct arena *a, const char *bytes, size_t length, struct adf_json *r)
{
    if (length > BYTES_MAX || !str_is_utf8(bytes, length))
        return false;
    struct scan c = {.a = a, .n = length, .open = NOT_OPEN, .room = (uint32_t)(length / 12 + 8)};
    c.s = arena_strndup(a, bytes, length);
    c.texts = arena_alloc(a, length + 1);
    c.values = arena_array(a, struct adf_value, c.room);
    bool ok = read_values(&c);
    *r = (struct adf_json){c.s, c.values, c.count};
    return ok;
}
