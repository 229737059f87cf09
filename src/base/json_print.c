/* json_print.c - compact JSON text, straight into one buffer.
 *
 * Why not jansson's own: it writes every string character by character through a callback, which is most of the time of
 * answering a request. The text is the same, byte for byte (json_test compares the two). */
#include "base/buf.h"
#include "base/json.h"

#include <stdint.h>
#include <string.h>

static void print_string(struct buf *b, const char *s, size_t length)
{
    static const char SHORT[] = "btn\0fr"; /* 8, 9, 10, -, 12, 13 */
    size_t done = 0;
    buf_addc(b, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(b, s + done, i - done);
        done = i + 1;
        if (c == '"' || c == '\\')
            buf_addf(b, "\\%c", c);
        else if (c >= 8 && c <= 13 && c != 11)
            buf_addf(b, "\\%c", SHORT[c - 8]);
        else
            buf_addf(b, "\\u%04X", c);
    }
    buf_add(b, s + done, length - done);
    buf_addc(b, '"');
}

static void print_real(struct buf *b, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY); /* jansson's rules for digits and the point */
    buf_adds(b, text ? text : "null");
    free(text);
}

static void print_value(struct buf *b, const json_t *value)
{
    const char *key;
    json_t *item;
    size_t i;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        buf_addc(b, '{');
        i = 0;
        json_object_foreach ((json_t *)(uintptr_t)value, key, item) {
            if (i++)
                buf_addc(b, ',');
            print_string(b, key, strlen(key));
            buf_addc(b, ':');
            print_value(b, item);
        }
        buf_addc(b, '}');
        return;
    case JSON_ARRAY:
        buf_addc(b, '[');
        json_array_foreach (value, i, item) {
            if (i)
                buf_addc(b, ',');
            print_value(b, item);
        }
        buf_addc(b, ']');
        return;
    case JSON_STRING:
        print_string(b, json_string_value(value), json_string_length(value));
        return;
    case JSON_INTEGER:
        buf_addf(b, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return;
    case JSON_REAL:
        print_real(b, value);
        return;
    case JSON_TRUE:
        buf_adds(b, "true");
        return;
    case JSON_FALSE:
        buf_adds(b, "false");
        return;
    case JSON_NULL:
        break;
    }
    buf_adds(b, "null");
}

char *json_print(struct arena *a, const json_t *value)
{
    struct buf b = BUF_INIT(SIZE_MAX);
    if (value)
        print_value(&b, value);
    else
        buf_adds(&b, "null");
    char *text = arena_strndup(a, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}
