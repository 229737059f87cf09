#include "migrate/pairfile.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

const char *pairfile_connector_name(enum side side)
{
    return side == SIDE_FIRST ? "firstConnector" : "secondConnector";
}

char *pairfile_project_of(struct arena *a, const char *issue_key)
{
    const char *dash = strrchr(issue_key, '-');
    return dash ? arena_strndup(a, issue_key, (size_t)(dash - issue_key)) : arena_strdup(a, issue_key);
}

static ssize_t read_file(void *context, char *bytes, size_t room)
{
    const struct pairfile *f = context;
    return read(f->fd, bytes, room);
}

bool pairfile_open(struct pairfile *f, const char *path, size_t window, struct err *e)
{
    *f = (struct pairfile){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), .window = window};
    if (f->fd < 0)
        return err_set(e, ERR_INPUT, "%s: %s; give the path of a pair file", path, strerror(errno));
    const char *wrong = NULL;
    if (fstat(f->fd, &f->at_open) != 0)
        wrong = strerror(errno);
    else if (S_ISDIR(f->at_open.st_mode))
        wrong = "byte 0, pointer \"\": this is a directory; give the path of a file in it";
    else if (!S_ISREG(f->at_open.st_mode))
        wrong = "this is not a regular file, and it has to be read twice; save it to disk first";
    if (wrong) {
        close(f->fd);
        return err_set(e, ERR_INPUT, "%s: %s", path, wrong);
    }
    posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    f->path = strdup(path);
    if (!f->path)
        abort();
    scan_init(&f->scan, (struct scan_input){read_file, f}, f->path, PAIRFILE_RECORD_MAX, window);
    return true;
}

void pairfile_close(struct pairfile *f)
{
    scan_release(&f->scan);
    close(f->fd);
    free(f->path);
    f->fd = -1;
    f->path = NULL;
}

bool pairfile_rewind(struct pairfile *f, struct err *e)
{
    if (lseek(f->fd, 0, SEEK_SET) != 0)
        return err_set(e, ERR_IO, "%s: %s", f->path, strerror(errno));
    scan_release(&f->scan);
    scan_init(&f->scan, (struct scan_input){read_file, f}, f->path, PAIRFILE_RECORD_MAX, f->window);
    f->where = PAIRFILE_BEFORE;
    f->has_connector[SIDE_FIRST] = f->has_connector[SIDE_SECOND] = false;
    return true;
}

bool pairfile_check_unchanged(const struct pairfile *f, struct err *e)
{
    struct stat now;
    if (fstat(f->fd, &now) != 0)
        return err_set(e, ERR_IO, "%s: %s", f->path, strerror(errno));
    if (now.st_size != f->at_open.st_size || now.st_mtim.tv_sec != f->at_open.st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != f->at_open.st_mtim.tv_nsec)
        return err_set(e, ERR_INPUT, "%s: the file was changed while it was read; nothing was written, run it again",
                       f->path);
    return true;
}

/* --- records --- */

static bool wrong_type(struct pairfile *f, const struct scan_token *t, const char *what, struct err *e)
{
    return scan_wrong_shape(&f->scan, e, t, what);
}

static bool is_open(const struct scan_token *t)
{
    return t->kind == SCAN_OBJECT || t->kind == SCAN_ARRAY;
}

/* The value of the key just read as a C string, `kinds` being what it may be besides null. */
static bool read_key_string(struct pairfile *f, struct arena *a, const char *what, const char **text_r,
                            struct pairfile_range *at_r, struct err *e)
{
    struct scan_token t;
    size_t length;
    if (!scan_next(&f->scan, &t, e))
        return false;
    if (t.kind == SCAN_NULL)
        return true;
    if (t.kind != SCAN_STRING)
        return wrong_type(f, &t, what, e);
    *text_r = scan_text(&f->scan, &t, a, &length);
    *at_r = (struct pairfile_range){t.start, t.end};
    if (length == 0 || strlen(*text_r) != length)
        return wrong_type(f, &t, what, e);
    return true;
}

static bool read_local_id(struct pairfile *f, struct arena *a, struct pairfile_comment *c, struct err *e)
{
    struct scan_token t;
    if (!scan_next(&f->scan, &t, e))
        return false;
    size_t length = (size_t)(t.end - t.start);
    if (t.kind == SCAN_STRING)
        c->id = scan_text(&f->scan, &t, a, &length);
    else if (t.kind == SCAN_NUMBER)
        c->id = arena_strndup(a, scan_bytes(&f->scan, t.start), length);
    else if (t.kind != SCAN_NULL)
        return wrong_type(f, &t, "localId of a comment must be a string or a number", e);
    if (c->id && (length == 0 || strlen(c->id) != length))
        return wrong_type(f, &t, "localId of a comment is empty or holds a zero byte", e);
    c->is_number = t.kind == SCAN_NUMBER;
    c->at = (struct pairfile_range){t.start, t.end};
    return true;
}

static bool read_comment(struct pairfile *f, struct arena *a, struct pairfile_comment *c, struct err *e)
{
    struct scan_token t;
    int64_t end;
    for (;;) {
        if (!scan_next(&f->scan, &t, e))
            return false;
        if (t.kind == SCAN_OBJECT_END) {
            c->whole.end = t.end;
            return true;
        }
        if (!(scan_key_is(&f->scan, "localId") ? read_local_id(f, a, c, e) : scan_skip(&f->scan, &t, &end, e)))
            return false;
    }
}

static bool read_comments(struct pairfile *f, struct arena *a, struct pairfile_record *r, struct err *e)
{
    struct scan_token t;
    if (!scan_next(&f->scan, &t, e))
        return false;
    if (t.kind == SCAN_NULL)
        return true;
    if (t.kind != SCAN_ARRAY)
        return wrong_type(f, &t, "comments must be an array", e);
    r->comments_at.start = t.start;
    for (;;) {
        if (!scan_next(&f->scan, &t, e))
            return false;
        if (t.kind == SCAN_ARRAY_END) {
            r->comments_at.end = t.end;
            return true;
        }
        if (t.kind != SCAN_OBJECT)
            return wrong_type(f, &t, "each comment must be an object with a localId", e);
        struct pairfile_comment *c = arena_push(a, r->comments, r->comment_count);
        c->whole.start = t.start;
        if (!read_comment(f, a, c, e))
            return false;
    }
}

static bool read_field(struct pairfile *f, struct arena *a, const struct scan_token *key, struct pairfile_record *r,
                       struct err *e)
{
    struct pairfile_range ignored;
    int64_t end;
    if (scan_key_is(&f->scan, "localIssueKey"))
        return read_key_string(f, a, "localIssueKey must be a string that is not empty", &r->local_key,
                               &r->local_key_at, e);
    if (scan_key_is(&f->scan, "remoteIssueKey"))
        return read_key_string(f, a, "remoteIssueKey must be a string that is not empty, or null", &r->remote_key,
                               &r->remote_key_at, e);
    if (scan_key_is(&f->scan, "connectorKey"))
        return read_key_string(f, a, "connectorKey must be a string that is not empty, or null", &r->connector_key,
                               &ignored, e);
    if (scan_key_is(&f->scan, "comments"))
        return read_comments(f, a, r, e);
    return scan_skip(&f->scan, key, &end, e);
}

static bool read_record(struct pairfile *f, struct arena *a, const struct scan_token *open, struct pairfile_record *r,
                        struct err *e)
{
    *r = (struct pairfile_record){.side = f->side, .index = f->index++, .whole.start = open->start};
    scan_pin(&f->scan, open->start);
    struct scan_token t;
    for (;;) {
        if (!scan_next(&f->scan, &t, e))
            return false;
        if (t.kind == SCAN_OBJECT_END)
            break;
        if (!read_field(f, a, &t, r, e))
            return false;
    }
    r->whole.end = t.end;
    if (!r->local_key)
        return scan_fail(&f->scan, e, ERR_INPUT, r->whole.start,
                         "wrong shape: a record without localIssueKey names no issue");
    return true;
}

/* --- the file --- */

static bool next_in_array(struct pairfile *f, struct arena *a, struct pairfile_event *ev, struct err *e)
{
    struct scan_token t;
    scan_unpin(&f->scan);
    if (!scan_next(&f->scan, &t, e))
        return false;
    ev->side = f->side;
    if (t.kind == SCAN_OBJECT) {
        ev->kind = PAIRFILE_RECORD;
        return read_record(f, a, &t, &ev->record, e);
    }
    if (t.kind != SCAN_ARRAY_END)
        return wrong_type(f, &t, "each record of a connector must be an object", e);
    f->where = PAIRFILE_IN_FILE;
    ev->kind = PAIRFILE_CONNECTOR_END;
    ev->value = (struct pairfile_range){f->array.start, t.end};
    return true;
}

static bool begin_connector(struct pairfile *f, enum side side, struct pairfile_event *ev, struct err *e)
{
    struct scan_token t;
    if (!scan_next(&f->scan, &t, e))
        return false;
    if (t.kind != SCAN_ARRAY)
        return wrong_type(f, &t,
                          is_open(&t) ? "a connector must be an array of records here; in an exported configuration "
                                        "it is an object: is this the pair file (synced issues)?"
                                      : "a connector must be an array of records",
                          e);
    f->where = PAIRFILE_IN_ARRAY;
    f->side = side;
    f->index = 0;
    f->array.start = t.start;
    f->has_connector[side] = true;
    ev->kind = PAIRFILE_CONNECTOR;
    ev->side = side;
    ev->value.start = t.start;
    return true;
}

static bool next_member(struct pairfile *f, struct pairfile_event *ev, struct err *e)
{
    struct scan_token t;
    if (!scan_next(&f->scan, &t, e))
        return false;
    if (t.kind == SCAN_OBJECT_END) {
        if (!f->has_connector[SIDE_FIRST] && !f->has_connector[SIDE_SECOND])
            return scan_fail(&f->scan, e, ERR_INPUT, t.start,
                             "wrong shape: neither firstConnector nor secondConnector is here, so it is no pair file");
        f->where = PAIRFILE_AFTER;
        ev->kind = PAIRFILE_END;
        return scan_next(&f->scan, &t, e); /* nothing but white space may follow */
    }
    ev->key = (struct pairfile_range){t.start, t.end};
    for (enum side side = SIDE_FIRST; side <= SIDE_SECOND; side++)
        if (scan_key_is(&f->scan, pairfile_connector_name(side)))
            return begin_connector(f, side, ev, e);
    struct scan_token value;
    if (!scan_next(&f->scan, &value, e))
        return false;
    ev->kind = PAIRFILE_MEMBER;
    ev->value = (struct pairfile_range){value.start, value.end};
    return is_open(&value) ? scan_skip(&f->scan, &value, &ev->value.end, e) : true;
}

bool pairfile_next(struct pairfile *f, struct arena *a, struct pairfile_event *ev, struct err *e)
{
    *ev = (struct pairfile_event){.kind = PAIRFILE_END};
    struct scan_token t;
    if (f->where == PAIRFILE_AFTER)
        return true;
    if (f->where == PAIRFILE_BEFORE) {
        if (!scan_next(&f->scan, &t, e))
            return false;
        if (t.kind != SCAN_OBJECT)
            return wrong_type(f, &t, "a pair file is one JSON object with firstConnector and secondConnector", e);
        f->where = PAIRFILE_IN_FILE;
    }
    return f->where == PAIRFILE_IN_ARRAY ? next_in_array(f, a, ev, e) : next_member(f, ev, e);
}

void pairfile_rest_arena(struct arena *a)
{
    if (a->used > 256 * 1024)
        arena_clear(a);
}

const char *pairfile_bytes(const struct pairfile *f, int64_t start)
{
    return scan_bytes(&f->scan, start);
}

/* --- copying --- */

static bool write_out(const struct pairfile *f, const char *bytes, size_t length, FILE *to, struct err *e)
{
    if (fwrite(bytes, 1, length, to) != length)
        return err_set(e, ERR_IO, "%s: writing the new file failed: %s", f->path, strerror(errno));
    return true;
}

bool pairfile_copy_range(const struct pairfile *f, struct pairfile_range range, FILE *to, struct err *e)
{
    char chunk[65536];
    while (range.start < range.end) {
        size_t wanted =
            range.end - range.start < (int64_t)sizeof chunk ? (size_t)(range.end - range.start) : sizeof chunk;
        ssize_t n = pread(f->fd, chunk, wanted, range.start);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(e, ERR_IO, "%s: byte %lld: reading failed: %s", f->path, (long long)range.start,
                           strerror(errno));
        if (n == 0)
            return err_set(e, ERR_INPUT, "%s: the file became shorter while it was read; run it again", f->path);
        if (!write_out(f, chunk, (size_t)n, to, e))
            return false;
        range.start += n;
    }
    return true;
}

void pairfile_copy_start(struct pairfile_copy *c, const struct pairfile *f, FILE *to)
{
    *c = (struct pairfile_copy){.file = f, .to = to};
}

bool pairfile_copy_replace(struct pairfile_copy *c, struct pairfile_range range, const char *bytes, size_t length,
                           struct err *e)
{
    if (range.start < c->at || range.end < range.start)
        return err_set(e, ERR_STATE, "%s: an edit at byte %lld comes after one at byte %lld; nothing was written",
                       c->file->path, (long long)range.start, (long long)c->at);
    if (!pairfile_copy_range(c->file, (struct pairfile_range){c->at, range.start}, c->to, e))
        return false;
    c->at = range.end;
    return write_out(c->file, bytes, length, c->to, e);
}

bool pairfile_copy_rest(struct pairfile_copy *c, struct err *e)
{
    struct pairfile_range rest = {c->at, c->file->at_open.st_size};
    c->at = rest.end;
    return pairfile_copy_range(c->file, rest, c->to, e);
}
