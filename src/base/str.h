/* str.h - small questions about strings. All of them take ASCII or UTF-8 and never fail on other bytes. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool str_eq(const char *, const char *);        /* NULL equals only NULL */
bool str_eq_nocase(const char *, const char *); /* ASCII case */
bool str_starts(const char *, const char *prefix);
bool str_ends(const char *, const char *suffix);
bool str_is_empty(const char *); /* NULL or "" */
/* The whole string is a decimal number that fits; no blanks, no plus sign. */
bool str_to_int(const char *, int64_t *r) MUST_CHECK;
/* Splits at every `separator`; "" gives one empty part. Returns the count. */
size_t str_split(struct arena *, const char *, char separator, char ***parts_r);
/* Without blanks, tabs and line ends at both ends. */
char *str_trim(struct arena *, const char *);
/* Percent-encodes everything but A-Z a-z 0-9 - . _ ~ (RFC 3986, unreserved). */
char *str_percent_encode(struct arena *, const char *);
/* Decodes %XX, and + as a blank when `form` is set; a broken escape stays as it is. A decoded zero byte ends it. */
char *str_percent_decode(struct arena *, const char *, bool form);
char *str_base64(struct arena *, const void *bytes, size_t length);
/* Decodes standard base64; NULL when it is not. */
char *str_unbase64(struct arena *, const char *, size_t *length_r);
char *str_hex(struct arena *, const void *bytes, size_t length);
char *str_lower(struct arena *, const char *); /* ASCII */
/* Replaces every `from` (not empty) by `to`. */
char *str_replace(struct arena *, const char *, const char *from, const char *to);
bool str_is_utf8(const char *, size_t length);
size_t str_utf8_length(const char *); /* code points */
/* Writes a character (not a surrogate, at most U+10FFFF) as 1 to 4 bytes, without a zero; returns how many. */
size_t str_put_utf8(char *out, uint32_t code);
/* SHA-256 as 64 hex digits. */
char *str_sha256(struct arena *, const void *bytes, size_t length);
/* HMAC-SHA-256 (RFC 2104) of a text, keyed with another: the bytes. */
enum { STR_HMAC_BYTES = 32 };
void str_hmac_sha256(const char *key, const char *text, unsigned char out[STR_HMAC_BYTES]);
