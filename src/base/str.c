#include "base/str.h"

#include "base/buf.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool str_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool str_eq_nocase(const char *a, const char *b)
{
    return a == b || (a && b && strcasecmp(a, b) == 0);
}

bool str_starts(const char *s, const char *prefix)
{
    return s && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    if (!s)
        return false;
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && strcmp(s + n - m, suffix) == 0;
}

bool str_is_empty(const char *s)
{
    return !s || !*s;
}

bool str_to_int(const char *s, int64_t *r)
{
    if (!s || !((*s >= '0' && *s <= '9') || (*s == '-' && s[1] >= '0' && s[1] <= '9')))
        return false;
    char *end;
    errno = 0;
    long long value = strtoll(s, &end, 10);
    if (errno || *end)
        return false;
    *r = value;
    return true;
}

size_t str_split(struct arena *a, const char *s, char separator, char ***parts_r)
{
    char **parts = NULL;
    size_t count = 0;
    for (const char *from = s;; from++) {
        const char *to = strchr(from, separator);
        size_t length = to ? (size_t)(to - from) : strlen(from);
        *arena_push(a, parts, count) = arena_strndup(a, from, length);
        if (!to)
            break;
        from = to;
    }
    *parts_r = parts;
    return count;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *str_trim(struct arena *a, const char *s)
{
    while (is_blank(*s))
        s++;
    size_t n = strlen(s);
    while (n && is_blank(s[n - 1]))
        n--;
    return arena_strndup(a, s, n);
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

static const char HEX[] = "0123456789abcdef";

char *str_percent_encode(struct arena *a, const char *s)
{
    char *out = arena_alloc(a, strlen(s) * 3 + 1), *w = out;
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (is_unreserved(c)) {
            *w++ = (char)c;
        } else {
            *w++ = '%';
            *w++ = "0123456789ABCDEF"[c >> 4];
            *w++ = "0123456789ABCDEF"[c & 15];
        }
    }
    return out;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

char *str_percent_decode(struct arena *a, const char *s, bool form)
{
    char *out = arena_alloc(a, strlen(s) + 1), *w = out;
    for (; *s; s++) {
        int high, low;
        if (*s == '%' && (high = hex_digit(s[1])) >= 0 && (low = hex_digit(s[2])) >= 0) {
            *w++ = (char)(high << 4 | low);
            s += 2;
        } else {
            *w++ = form && *s == '+' ? ' ' : *s;
        }
    }
    return out;
}

char *str_base64(struct arena *a, const void *bytes, size_t length)
{
    char *out = arena_alloc(a, (length + 2) / 3 * 4 + 1);
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)length);
    return out;
}

char *str_unbase64(struct arena *a, const char *s, size_t *length_r)
{
    size_t n = strlen(s);
    if (n % 4)
        return NULL;
    char *out = arena_alloc(a, n / 4 * 3 + 1);
    int length = n ? EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)s, (int)n) : 0;
    if (length < 0)
        return NULL;
    for (size_t pad = n; pad > 0 && n - pad < 2 && s[pad - 1] == '='; pad--)
        length--;
    out[length] = 0;
    *length_r = (size_t)length;
    return out;
}

char *str_hex(struct arena *a, const void *bytes, size_t length)
{
    const unsigned char *b = bytes;
    char *out = arena_alloc(a, length * 2 + 1);
    for (size_t i = 0; i < length; i++) {
        out[i * 2] = HEX[b[i] >> 4];
        out[i * 2 + 1] = HEX[b[i] & 15];
    }
    return out;
}

char *str_lower(struct arena *a, const char *s)
{
    char *out = arena_strdup(a, s);
    for (char *c = out; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    return out;
}

char *str_replace(struct arena *a, const char *s, const char *from, const char *to)
{
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    for (const char *hit; (hit = strstr(s, from)); s = hit + strlen(from)) {
        buf_add(&out, s, (size_t)(hit - s));
        buf_adds(&out, to);
    }
    buf_adds(&out, s);
    char *copy = arena_strndup(a, buf_str(&out), out.len);
    buf_release(&out);
    return copy;
}

/* The length of the valid UTF-8 sequence at `s`, 0 when there is none (overlong, surrogate, out of range). */
static size_t utf8_sequence(const unsigned char *s, size_t left)
{
    if (s[0] < 0x80)
        return 1;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || left < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
        (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

bool str_is_utf8(const char *s, size_t length)
{
    for (size_t i = 0; i < length;) {
        uint64_t eight;
        if (length - i >= sizeof eight) { /* most text is ASCII */
            memcpy(&eight, s + i, sizeof eight);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                i += sizeof eight;
                continue;
            }
        }
        size_t n = utf8_sequence((const unsigned char *)s + i, length - i);
        if (!n)
            return false;
        i += n;
    }
    return true;
}

size_t str_put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(lead[n] | code >> (6 * (n - 1)));
    for (size_t i = 1; i < n; i++)
        out[i] = (char)(0x80 | (code >> (6 * (n - 1 - i)) & 0x3f));
    return n;
}

size_t str_utf8_length(const char *s)
{
    size_t count = 0;
    for (; *s; s++)
        count += ((unsigned char)*s & 0xc0) != 0x80;
    return count;
}

char *str_sha256(struct arena *a, const void *bytes, size_t length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    if (EVP_Digest(bytes, length, digest, &n, EVP_sha256(), NULL) != 1)
        abort();
    return str_hex(a, digest, n);
}

void str_hmac_sha256(const char *key, const char *text, unsigned char out[STR_HMAC_BYTES])
{
    unsigned int n = 0;
    if (!HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), out, &n) ||
        n != STR_HMAC_BYTES)
        abort();
}
