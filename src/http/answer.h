/* answer.h - what a response means: its status, its headers, the site's own words. The client's other half; nobody else
 * includes it.
 *
 * Pure but for the arena: time comes in as a number. */
#pragma once

#include "http/client.h"

enum { ANSWER_WAIT_MAX_MS = 10 * 60 * 1000 };

struct answer_question {
    const char *site_name, *authorization; /* authorization NULL: none was sent */
    const char *target;
    enum http_method method;
    bool is_write, any_type;
    int64_t now_ms;
};

/* Fills the reply from the response. True for a 2xx that is what was asked for; otherwise false with the error as
 * client.h says, and *again_r set when the same question may be answered better in a while. `e` is not NULL. */
bool answer_read(const struct answer_question *, const struct http_response *, struct arena *,
                 struct http_reply *reply_r, bool *again_r, struct err *e) MUST_CHECK;

/* How long the site asks us to wait, at most ANSWER_WAIT_MAX_MS; 0 when it does not say. */
int64_t answer_wait_ms(const struct http_response *, int64_t now_ms);
