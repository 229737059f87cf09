/* bulk.h - rows written as they are, with their own dates and authors: what demo data, recorded issues and moved
 * projects need and no request can ask for. The caller holds the transaction. */
#pragma once

#include "sandbox/internal.h"

/* Wiki markup in the form this site stores: itself on Data Center, ADF on Cloud; NULL for an empty text. */
char *bulk_text(struct sandbox *, struct arena *, const char *wiki);

struct bulk_issue {
    int64_t project, number;                               /* number 0: the project's next */
    int64_t type, status, priority, resolution;            /* 0: none */
    int64_t assignee, reporter, creator, parent;           /* 0: none */
    int64_t created, updated, resolved, status_changed;    /* resolved 0: not */
    const char *summary, *description, *environment, *due; /* texts in stored form */
    bool leaves_counter;                                   /* number is given, project.next_number follows later */
};
bool bulk_issue_add(struct sandbox *, const struct bulk_issue *, int64_t *id_r, struct err *e) MUST_CHECK;

struct bulk_comment {
    int64_t issue, author, update_author, created, updated;
    const char *body, *visibility_type, *visibility_value; /* body in stored form */
};
bool bulk_comment_add(struct sandbox *, const struct bulk_comment *, int64_t *id_r, struct err *e) MUST_CHECK;

struct bulk_item {
    const char *field, *type, *field_id; /* "status", "jira", "status" */
    const char *from, *from_string, *to, *to_string;
};
bool bulk_history_add(struct sandbox *, int64_t issue, int64_t author, int64_t created, const struct bulk_item *,
                      size_t count, struct err *e) MUST_CHECK;
bool bulk_label_add(struct sandbox *, int64_t issue, const char *label, struct err *e) MUST_CHECK;
bool bulk_watcher_add(struct sandbox *, int64_t issue, int64_t account, struct err *e) MUST_CHECK;

/* What a history says of a user: the account id on Cloud, the user key on Data Center. */
bool bulk_user_value(struct sandbox *, struct arena *, int64_t account, char **r, struct err *e) MUST_CHECK;

/* Around very many rows: what is costly to keep up row by row (indexes in no order, the triggers of search, references
 * that are known to be right) is put aside and made again at the end. It opens the transaction and ends it.
 * A new file is written without a journal, so a kill in between leaves a file that sandbox_open refuses. */
struct bulk_load {
    struct sandbox *sb;
    struct arena arena;
    char **again; /* statements */
    size_t again_count;
    bool is_new_file;
};
bool bulk_load_begin(struct sandbox *, struct bulk_load *, struct err *e) MUST_CHECK;
/* `ok` false: what was written is undone. Returns `ok`, or false when the end failed. */
bool bulk_load_end(struct bulk_load *, bool ok, struct err *e) MUST_CHECK;
