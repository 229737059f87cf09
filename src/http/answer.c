#include "http/answer.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time_iso.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { WORDS_MAX = 600, TITLE_MAX = 120, TARGET_SHOWN = 160 };

/* --- how long to wait --- */

/* "Sun, 06 Nov 1994 08:49:37 GMT", the one form of a date that servers send. */
static bool parse_http_date(const char *s, int64_t *epoch_ms_r)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int day, year, hour, minute, second;
    char month[4];
    if (!s || sscanf(s, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &hour, &minute, &second) != 6)
        return false;
    const char *at = strlen(month) == 3 ? strstr(months, month) : NULL;
    if (!at || (at - months) % 3 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    int64_t days = time_days_from_civil(year, (int)(at - months) / 3 + 1, day);
    *epoch_ms_r = ((days * 24 + hour) * 60 + minute) * 60000 + second * INT64_C(1000);
    return true;
}

static int64_t clamp_wait(int64_t ms)
{
    return ms < 0 ? 0 : ms > ANSWER_WAIT_MAX_MS ? ANSWER_WAIT_MAX_MS : ms;
}

static bool is_digits(const char *s)
{
    return *s && strspn(s, "0123456789") == strlen(s);
}

int64_t answer_wait_ms(const struct http_response *response, int64_t now_ms)
{
    int64_t at, seconds;
    const char *retry_after = http_response_header(response, "Retry-After");
    if (retry_after && is_digits(retry_after)) /* what does not fit is certainly above the clamp */
        return str_to_int(retry_after, &seconds) && seconds < ANSWER_WAIT_MAX_MS ? clamp_wait(seconds * 1000)
                                                                                 : ANSWER_WAIT_MAX_MS;
    int64_t site_now = now_ms; /* moments are in the site's time, whose clock may not agree with ours */
    if (parse_http_date(http_response_header(response, "Date"), &at))
        site_now = at;
    if (parse_http_date(retry_after, &at))
        return clamp_wait(at - site_now);
    const char *reset = http_response_header(response, "X-RateLimit-Reset");
    if (reset && str_to_int(reset, &seconds)) {
        if (seconds < 0 || seconds > INT64_MAX / 2000)
            return seconds < 0 ? 0 : ANSWER_WAIT_MAX_MS;
        return clamp_wait(seconds > 1000000000 ? seconds * 1000 - site_now : seconds * 1000);
    }
    return reset && time_iso_parse(reset, &at) ? clamp_wait(at - site_now) : 0;
}

/* --- the site's own words --- */

/* Adds text that others wrote: one line, whole UTF-8 characters, at most `max` bytes of it. */
static void add_clean(struct buf *out, const char *text, size_t length, size_t max)
{
    bool cut = length > max;
    if (cut)
        for (length = max; length && ((unsigned char)text[length] & 0xc0) == 0x80;)
            length--;
    bool utf8 = str_is_utf8(text, length), blank = true;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || c == 0x7f) {
            if (!blank)
                buf_addc(out, ' ');
            blank = true;
        } else {
            buf_addc(out, c >= 0x80 && !utf8 ? '?' : text[i]);
            blank = false;
        }
    }
    if (out->len && out->data[out->len - 1] == ' ')
        buf_truncate(out, out->len - 1);
    if (cut)
        buf_adds(out, "…");
}

static const char *clean(struct arena *a, const char *text)
{
    struct buf out = BUF_INIT(WORDS_MAX);
    add_clean(&out, text, strlen(text), WORDS_MAX / 2);
    const char *copy = arena_strdup(a, buf_str(&out));
    buf_release(&out);
    return copy;
}

static void add_word(struct buf *out, const char *field, const json_t *value)
{
    if (json_is_object(value))
        value = json_object_get(value, "message");
    if (!json_is_string(value) || !json_string_length(value))
        return;
    if (out->len)
        buf_adds(out, "; ");
    if (field) {
        add_clean(out, field, strlen(field), 80);
        buf_adds(out, ": ");
    }
    add_clean(out, json_string_value(value), json_string_length(value), WORDS_MAX / 2);
}

/* Jira's {errorMessages, errors}, Jersey's {message}, OAuth's {error, error_description}, gateways' [{message}]. */
static void add_json_words(struct buf *out, const json_t *json)
{
    size_t i;
    const char *field;
    json_t *value;
    if (json_is_string(json))
        add_word(out, NULL, json);
    json_array_foreach (json, i, value)
        add_word(out, NULL, value);
    json_array_foreach (json_object_get(json, "errorMessages"), i, value)
        add_word(out, NULL, value);
    json_t *errors = json_object_get(json, "errors");
    json_object_foreach (errors, field, value)
        add_word(out, field, value);
    json_array_foreach (errors, i, value)
        add_word(out, NULL, value);
    static const char *const single[] = {"message", "errorMessage", "error", "error_description"};
    for (i = 0; i < ARRAY_LEN(single); i++)
        add_word(out, NULL, json_object_get(json, single[i]));
}

static bool is_page(const struct http_response *response)
{
    const char *type = http_response_header(response, "Content-Type");
    if (type && (strcasestr(type, "html") || strcasestr(type, "xml")))
        return true;
    return response->body && response->body[strspn(response->body, " \t\r\n\xef\xbb\xbf")] == '<';
}

/* The inside of the first element of that name. */
static bool find_element(const char *page, const char *name, const char **text_r, size_t *length_r)
{
    size_t n = strlen(name);
    for (const char *at = page; (at = strcasestr(at, name)); at += n) {
        const char *text = at + n;
        if (at == page || at[-1] != '<' || !strchr("> \t\r\n", *text) || !(text = strchr(text, '>')))
            continue;
        *text_r = text + 1;
        *length_r = strcspn(text + 1, "<");
        return true;
    }
    return false;
}

static void add_page_title(struct buf *out, const char *page)
{
    static const char *const names[] = {"title", "message", "h1"};
    const char *text;
    size_t length;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (find_element(page, names[i], &text, &length)) {
            buf_adds(out, "a page titled \"");
            add_clean(out, text, length, TITLE_MAX);
            buf_adds(out, "\"");
            return;
        }
    buf_adds(out, "a page without a title");
}

static bool is_json_due(const struct http_response *response)
{
    return response->body_length > 0 && !is_page(response);
}

/* Whatever sentence the response holds. */
static const char *words_of(const struct http_response *response, const json_t *json, struct arena *a)
{
    struct buf out = BUF_INIT(WORDS_MAX);
    if (json)
        add_json_words(&out, json);
    else if (response->body_length && is_page(response))
        add_page_title(&out, response->body);
    else if (response->body_length)
        add_clean(&out, response->body, response->body_length, TITLE_MAX);
    while (out.overflow && out.len && !str_is_utf8(out.data, out.len))
        buf_truncate(&out, out.len - 1); /* the limit cut a character in two */
    if (!out.len)
        buf_adds(&out, "no reason given");
    const char *words = arena_strndup(a, buf_str(&out), out.len);
    buf_release(&out);
    return words;
}

/* --- what it means --- */

/* Takes the credentials out of a text, should a site or a proxy have echoed them. */
static void hide_credentials(char *text, const char *authorization)
{
    const char *blank = authorization ? strchr(authorization, ' ') : NULL;
    const char *secret = blank ? blank + 1 : authorization;
    size_t n = secret ? strlen(secret) : 0;
    if (n < 3) /* as long as what takes its place */
        return;
    for (char *at = text; (at = strstr(at, secret)); at += 3) {
        at[0] = at[1] = at[2] = '*';
        memmove(at + 3, at + n, strlen(at + n) + 1);
    }
}

static bool answer_error(const struct answer_question *q, int status, struct err *e, enum err_kind kind,
                         const char *words)
{
    const char *more = strlen(q->target) > TARGET_SHOWN ? "…" : "";
    err_set(e, kind, "%s: %s %.*s%s answered %d: %s", q->site_name, http_method_name(q->method), TARGET_SHOWN,
            q->target, more, status, words);
    e->http_status = status;
    hide_credentials(e->text, q->authorization);
    return false;
}

static bool has_login_reason(const struct http_response *response, const char *reason)
{
    for (size_t i = 0; i < response->header_count; i++)
        if (str_eq_nocase(response->headers[i].name, "X-Seraph-LoginReason") &&
            strcasestr(response->headers[i].value, reason))
            return true;
    return false;
}

static bool was_nobody(const struct answer_question *q, const struct http_response *response)
{
    if (!q->authorization)
        return false;
    return str_eq_nocase(http_response_header(response, "X-AUSERNAME"), "anonymous") ||
           has_login_reason(response, "AUTHENTICATED_FAILED") || has_login_reason(response, "AUTHENTICATION_DENIED");
}

static bool fail_auth(const struct answer_question *q, const struct http_response *response, const char *words,
                      struct arena *a, struct err *e)
{
    const char *denied = http_response_header(response, "X-Authentication-Denied-Reason");
    const char *advice = "check the user name and the token of this site, and that the token has not expired";
    if (denied && strcasestr(denied, "CAPTCHA"))
        advice = "after too many failed logins Jira asks this account for a CAPTCHA: log in with it once in a browser, "
                 "then check its token";
    else if (!q->authorization)
        advice = "no credentials are set for this site; set them";
    if (response->status < 300)
        words = "the site took the request for an anonymous one, so the credentials are not valid (any more)";
    return answer_error(q, response->status, e, ERR_AUTH, arena_printf(a, "%s; %s", words, advice));
}

/* 301, 307 and 308 say "not here"; after 302 and 303 the thing may have been done. */
static bool fail_redirect(const struct answer_question *q, const struct http_response *response, struct arena *a,
                          struct err *e)
{
    const char *location = http_response_header(response, "Location");
    bool may_be_done = q->is_write && (response->status == 302 || response->status == 303);
    struct buf where = BUF_INIT(256);
    if (location)
        add_clean(&where, location, strcspn(location, "?#"), 200);
    const char *words =
        arena_printf(a,
                     "a redirect to %s, which is not followed; if the site has moved, or this is a login "
                     "page before it, correct its base URL or the way around the login",
                     where.len ? buf_str(&where) : "nowhere");
    buf_release(&where);
    return answer_error(q, response->status, e, may_be_done ? ERR_UNCERTAIN : ERR_PROTOCOL, words);
}

static enum err_kind kind_of(const struct answer_question *q, int status)
{
    switch (status) {
    case 403:
        return ERR_FORBIDDEN;
    case 404:
    case 410:
        return ERR_GONE;
    case 405:
    case 406:
        return ERR_PROTOCOL;
    case 409:
        return ERR_CONFLICT;
    case 408: /* the site gave up waiting for the rest of the request, or a proxy did */
        return q->is_write ? ERR_UNCERTAIN : ERR_UNAVAILABLE;
    case 413:
        return ERR_LIMIT;
    case 429:
        return ERR_RATE;
    default:
        if (status >= 500)
            return q->is_write ? ERR_UNCERTAIN : ERR_UNAVAILABLE;
        return status >= 400 ? ERR_REFUSED : ERR_PROTOCOL;
    }
}

static bool fail_status(const struct answer_question *q, const struct http_response *response, const char *words,
                        bool *again_r, struct err *e)
{
    int status = response->status;
    enum err_kind kind = kind_of(q, status);
    answer_error(q, status, e, kind, words);
    if (kind == ERR_RATE || status >= 500)
        e->retry_after_ms = answer_wait_ms(response, q->now_ms);
    *again_r = (kind == ERR_RATE || kind == ERR_UNAVAILABLE) && status != 501 && status != 505;
    return false;
}

static bool read_success(const struct answer_question *q, const struct http_response *response, struct arena *a,
                         const char *words, const char *why, bool *again_r, struct err *e)
{
    int status = response->status;
    if (was_nobody(q, response)) {
        if (q->is_write)
            return answer_error(q, status, e, ERR_UNCERTAIN,
                                "the site took the write for an anonymous one and says it did it; the credentials are "
                                "not valid (any more)");
        return fail_auth(q, response, words, a, e);
    }
    if (q->any_type || !why)
        return true;
    *again_r = !is_page(response);
    return answer_error(q, status, e, q->is_write ? ERR_UNCERTAIN : ERR_PROTOCOL, why);
}

bool answer_read(const struct answer_question *q, const struct http_response *response, struct arena *a,
                 struct http_reply *reply_r, bool *again_r, struct err *e)
{
    const char *why = NULL; /* the body is not what was due */
    struct err broken = ERR_INIT;
    *again_r = false;
    *reply_r = (struct http_reply){.status = response->status,
                                   .body = response->body,
                                   .body_length = response->body_length,
                                   .headers = response->headers,
                                   .header_count = response->header_count};
    bool is_due = is_json_due(response) && strspn(response->body, " \t\r\n") < response->body_length;
    if (is_due && !(reply_r->json = json_parse(a, response->body, response->body_length, false, "the answer", &broken)))
        why = clean(a, broken.text); /* it quotes the bytes it stumbled over */
    const char *words = words_of(response, reply_r->json, a);
    if (response->body_length && is_page(response))
        why = arena_printf(a, "JSON was due, %s came; is something before the site, or is the base URL not Jira's?",
                           words);
    if (response->status >= 200 && response->status < 300)
        return read_success(q, response, a, words, why, again_r, e);
    if (response->status >= 300 && response->status < 400)
        return fail_redirect(q, response, a, e);
    bool is_captcha = response->status == 403 && http_response_header(response, "X-Authentication-Denied-Reason");
    if (response->status == 401 || is_captcha ||
        (response->status < 500 && response->status != 429 && was_nobody(q, response)))
        return fail_auth(q, response, words, a, e);
    return fail_status(q, response, words, again_r, e);
}
