/* attachment.h - files that hang on issues, shared by what takes them in (attachment.c), gives them out
 * (attachment_content.c) and names them in texts (rich_text.c).
 *
 * A file has two names: its number, and on Cloud the uuid by which texts and the media address know it. */
#pragma once

#include "sandbox/issue/issue.h"

struct attachment {
    int64_t id, issue, author, size, created;
    char *filename, *type, *media;
};

/* id 0 in *r when there is no such attachment, or not for this caller. */
bool attachment_find(struct ctx *, const char *asked, struct attachment *r) MUST_CHECK;
/* The same with a 404. */
bool attachment_need(struct ctx *, const char *asked, struct attachment *r) MUST_CHECK;
json_t *attachment_json(struct ctx *, const struct attachment *);
/* Its bytes, with a zero behind them. */
bool attachment_content(struct ctx *, int64_t attachment, char **bytes_r, size_t *length_r) MUST_CHECK;
/* "1.36 MB", "119 kB", "0.5 k" */
char *attachment_human_size(struct ctx *, int64_t size);
/* The array inside an issue, oldest first; NULL when the database failed. */
json_t *attachments_json(struct ctx *, int64_t issue);
