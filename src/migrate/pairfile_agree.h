/* pairfile_agree.h - the scanner beside jansson: the oracle that the unit test and the fuzzer share. Test code only.
 *
 * Both must accept or both refuse; what they accept must hold the same values. Jansson differs on purpose, and only
 * here: it refuses a byte order mark, numbers that do not fit int64 or double, and \u0000 in a name; it nests deeper.
 */
#pragma once

#include "base/json.h"
#include "migrate/pairfile_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct agree_input {
    const char *bytes;
    size_t length, at;
};

static ssize_t agree_read(void *context, char *bytes, size_t room)
{
    struct agree_input *in = context;
    size_t n = in->length - in->at < room ? in->length - in->at : room;
    if (n)
        memcpy(bytes, in->bytes + in->at, n);
    in->at += n;
    return (ssize_t)n;
}

static inline struct scan_input agree_source(struct agree_input *in)
{
    return (struct scan_input){agree_read, in};
}

static inline bool scan_all(const char *bytes, size_t length, size_t window, struct err *e)
{
    struct agree_input in = {bytes, length, 0};
    struct scan s;
    struct scan_token t = {.kind = SCAN_NULL};
    bool ok = true;
    scan_init(&s, agree_source(&in), "test.json", 1 << 20, window);
    while (ok && t.kind != SCAN_END)
        ok = scan_next(&s, &t, e);
    scan_release(&s);
    return ok;
}

/* Builds the value that begins with token t as jansson would. NULL when the scanner fails. */
static inline json_t *agree_build(struct scan *s, const struct scan_token *t, const char *bytes)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct scan_token next;
    json_t *value = NULL;
    if (t->kind == SCAN_OBJECT || t->kind == SCAN_ARRAY) {
        value = t->kind == SCAN_OBJECT ? json_object() : json_array();
        for (;;) {
            size_t length = 0;
            bool ok = scan_next(s, &next, &e);
            if (ok && (next.kind == SCAN_OBJECT_END || next.kind == SCAN_ARRAY_END))
                break;
            const char *key = NULL;
            if (ok && next.kind == SCAN_KEY) {
                const char *decoded = scan_key(s, &length);
                key = arena_strndup(&a, decoded, length);
                ok = scan_next(s, &next, &e);
            }
            json_t *child = ok ? agree_build(s, &next, bytes) : NULL;
            if (!child ||
                (key ? json_object_setn_new_nocheck(value, key, length, child) : json_array_append_new(value, child))) {
                json_decref(value);
                value = NULL;
                break;
            }
        }
    } else if (t->kind == SCAN_STRING) { /* the oracle has the whole text at hand, so nothing need be pinned */
        struct scan whole = *s;
        whole.data = (char *)(uintptr_t)bytes;
        whole.base = 0;
        size_t length;
        char *text = scan_text(&whole, t, &a, &length);
        value = json_stringn_nocheck(text, length);
    } else {
        char *text = arena_strndup(&a, bytes + t->start, (size_t)(t->end - t->start));
        value = json_loads(text, JSON_DECODE_ANY, NULL);
    }
    arena_release(&a);
    return value;
}

static inline bool agree(const char *bytes, size_t length, size_t window, struct buf *why)
{
    json_error_t at;
    struct err e = ERR_INIT, seams = ERR_INIT;
    bool ours = scan_all(bytes, length, 0, &e), again = scan_all(bytes, length, window, &seams);
    if (ours != again || (!ours && strcmp(e.text, seams.text) != 0)) {
        buf_addf(why, "with a window of %zu: %s; with the usual one: %s", window, seams.text, e.text);
        return false;
    }
    size_t skip = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    json_t *theirs =
        json_loadb(bytes + skip, length - skip, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &at);
    enum json_error_code code = theirs ? 0 : json_error_code(&at);
    if (ours != (theirs != NULL)) {
        bool is_known = ours ? code == json_error_numeric_overflow || code == json_error_null_byte_in_key
                             : strstr(e.text, "levels deep") || memchr(bytes, 0, length);
        if (!is_known)
            buf_addf(why, "scanner: %s; jansson: %s", ours ? "accepts" : e.text, theirs ? "accepts" : at.text);
        json_decref(theirs);
        return is_known;
    }
    bool is_same = true;
    if (ours) {
        struct agree_input in = {bytes, length, 0};
        struct scan s;
        struct scan_token t;
        scan_init(&s, agree_source(&in), "test.json", 1 << 20, window);
        json_t *built = scan_next(&s, &t, &e) ? agree_build(&s, &t, bytes) : NULL;
        is_same = built && json_equal(built, theirs);
        if (!is_same)
            buf_adds(why, "the values differ");
        scan_release(&s);
        json_decref(built);
    }
    json_decref(theirs);
    return is_same;
}
