#include "migrate/config_file.h"

#include "base/file_atomic.h"
#include "base/json.h"
#include "base/str.h"

#include <string.h>
#include <strings.h>

const char *config_file_connector_project(struct arena *a, const char *key)
{
    if (!key || !str_starts(key, "CON-"))
        return NULL;
    const char *digits = key + 4, *end = digits + strspn(digits, "0123456789");
    return end > digits && end[0] == '-' && end[1] ? arena_strdup(a, end + 1) : NULL;
}

/* --- a document in memory as the scanner's input --------------------------------------------------------------------
 */

struct memory {
    const struct buf *bytes;
    size_t at;
};

static ssize_t read_memory(void *context, char *out, size_t room)
{
    struct memory *m = context;
    size_t n = m->bytes->len - m->at < room ? m->bytes->len - m->at : room;
    if (n)
        memcpy(out, m->bytes->data + m->at, n);
    m->at += n;
    return (ssize_t)n;
}

/* Names under which a secret would stand. An export holds none; a person about to send one on should hear of it. */
static bool is_secret_name(const struct scan *s)
{
    static const char *const names[] = {"password", "apiToken", "api_token",  "accessToken",  "access_token",
                                        "secret",   "token",    "privateKey", "clientSecret", "sharedSecret"};
    size_t length;
    const char *key = scan_key(s, &length);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (length == strlen(names[i]) && strncasecmp(key, names[i], length) == 0)
            return true;
    return false;
}

static bool skip_looking_for_secrets(struct scan *s, struct scan_token *t, struct arena *a, const char **suspect_r,
                                     struct err *e)
{
    int depth = t->depth;
    bool is_suspect = false;
    do {
        if (!scan_next(s, t, e))
            return false;
        if (is_suspect && t->kind == SCAN_STRING && t->end - t->start > 2 && !*suspect_r) {
            struct buf pointer = BUF_INIT(400);
            scan_pointer(s, &pointer);
            *suspect_r = arena_strdup(a, buf_str(&pointer));
            buf_release(&pointer);
        }
        is_suspect = t->kind == SCAN_KEY && is_secret_name(s);
    } while (t->depth > depth || t->kind == SCAN_KEY || t->kind == SCAN_OBJECT || t->kind == SCAN_ARRAY);
    return true;
}

static bool read_member(struct scan *s, struct scan_token *t, struct arena *a, struct config_file *r, struct err *e)
{
    for (enum side side = SIDE_FIRST; side <= SIDE_SECOND; side++) {
        struct config_file_connector *c = &r->connectors[side];
        if (!scan_key_is(s, pairfile_connector_name(side)))
            continue;
        c->key = (struct pairfile_range){t->start, t->end};
        if (!scan_next(s, t, e))
            return false;
        if (t->kind != SCAN_OBJECT)
            return scan_wrong_shape(s, e, t,
                                    t->kind == SCAN_ARRAY ? "a connector of a configuration is an object; this looks "
                                                            "like a pair file (synced issues)"
                                                          : "a connector of a configuration is an object");
        c->is_there = true;
        c->value.start = t->start;
        bool ok = skip_looking_for_secrets(s, t, a, &r->suspect, e);
        c->value.end = t->end;
        return ok;
    }
    return skip_looking_for_secrets(s, t, a, &r->suspect, e);
}

static bool read_shape(struct scan *s, struct arena *a, struct config_file *r, struct err *e)
{
    struct scan_token t;
    if (!scan_next(s, &t, e))
        return false;
    if (t.kind != SCAN_OBJECT)
        return scan_wrong_shape(s, e, &t, "an exported configuration is one JSON object");
    for (;;) {
        if (!scan_next(s, &t, e))
            return false;
        if (t.kind == SCAN_OBJECT_END)
            break;
        if (!read_member(s, &t, a, r, e))
            return false;
    }
    if (!r->connectors[SIDE_FIRST].is_there && !r->connectors[SIDE_SECOND].is_there)
        return scan_fail(s, e, ERR_INPUT, t.start,
                         "wrong shape: neither firstConnector nor secondConnector is here, so it is no exported "
                         "configuration");
    return scan_next(s, &t, e);
}

static void read_project(struct arena *a, const struct buf *bytes, struct config_file_connector *c)
{
    static const char *const project_names[] = {"projectKey", "project.key", "project"};
    static const char *const key_names[] = {"connectorKey", "key"};
    struct err ignored = ERR_INIT;
    const json_t *value = json_parse(a, bytes->data + c->value.start, (size_t)(c->value.end - c->value.start), false,
                                     "connector", &ignored); /* numbers too large for jansson: then nothing is known */
    for (size_t i = 0; i < ARRAY_LEN(project_names) && !c->project; i++)
        c->project = json_at_str(value, project_names[i]);
    for (size_t i = 0; i < ARRAY_LEN(key_names) && !c->connector_project; i++)
        c->connector_project = config_file_connector_project(a, json_at_str(value, key_names[i]));
}

bool config_file_read(const char *path, struct arena *a, struct config_file *r, struct err *e)
{
    *r = (struct config_file){0};
    struct buf bytes = BUF_INIT(CONFIG_FILE_MAX);
    struct memory memory = {&bytes, 0};
    if (!file_read(path, &bytes, e)) {
        buf_release(&bytes);
        return false;
    }
    struct scan *scan = arena_new(a, struct scan);
    scan_init(scan, (struct scan_input){read_memory, &memory}, path, CONFIG_FILE_MAX, 0);
    bool ok = read_shape(scan, a, r, e);
    for (enum side side = SIDE_FIRST; ok && side <= SIDE_SECOND; side++)
        if (r->connectors[side].is_there)
            read_project(a, &bytes, &r->connectors[side]);
    scan_release(scan);
    buf_release(&bytes);
    return ok;
}
