#include "migrate/export.h"

#include "base/file_atomic.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time_iso.h"
#include "mapping/config.h"
#include "store/op.h"
#include "store/pair.h"
#include "store/sync.h"

#include <string.h>

bool export_config(struct store *store, const char *sync_key, const char *path, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct sync_row row;
    bool ok = sync_get(store, &a, sync_key, &row, e);
    if (ok) {
        char *text = json_print_pretty(&a, row.config);
        ok = file_atomic_write(path, text, strlen(text), e);
    }
    arena_release(&a);
    return ok;
}

static json_t *comments_of(struct arena *a, const struct comment_row *rows, size_t count, enum side s)
{
    json_t *list = json_keep(a, json_array());
    for (size_t i = 0; i < count; i++)
        if (rows[i].comment_id[s] && !str_eq(rows[i].state, "deleted"))
            json_array_append_new(list, json_pack("{ss}", "localId", rows[i].comment_id[s]));
    return list;
}

/* One record: the pair as this side sees it. */
static bool record(struct store *store, struct arena *a, const struct pair *p, enum side s, const char *connector,
                   FILE *to, struct err *e)
{
    struct comment_row *rows;
    size_t count;
    int64_t outgoing, incoming;
    enum side other = side_other(s);
    if (!comment_list(store, a, p->id, &rows, &count, e) || !op_count_settled(store, p->id, other, &outgoing, e) ||
        !op_count_settled(store, p->id, s, &incoming, e))
        return false;
    json_t *json =
        json_pack("{sI ss ss* ss* sI sI sI sI sI sI sO sb}", "id", (json_int_t)p->id, "connectorKey", connector,
                  "localIssueKey", p->key[s], "remoteIssueKey", p->key[other], "firstSyncDate",
                  (json_int_t)p->first_sync_ms, "lastOutgoingChange", (json_int_t)p->sent_ms[s], "lastChangeSeen",
                  (json_int_t)p->seen_ms[s], "outgoingMessageSequenceId", (json_int_t)outgoing, "lastIncomingChange",
                  (json_int_t)p->received_ms[s], "incomingMessageSequenceId", (json_int_t)incoming, "comments",
                  comments_of(a, rows, count, s), "incomingChangesIgnored", (int)str_eq(p->state, PAIR_IGNORED));
    fputs(json_print(a, json_keep(a, json)), to);
    return true;
}

static bool write_side(struct store *store, const struct pair *pairs, size_t count, enum side s, const char *connector,
                       FILE *to, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = true, first = true;
    fprintf(to, "  \"%s\": [", s == SIDE_FIRST ? "firstConnector" : "secondConnector");
    for (size_t i = 0; ok && i < count; i++) {
        if (!pairs[i].issue_id[0] || !pairs[i].issue_id[1] || str_eq(pairs[i].state, PAIR_ENDED))
            continue;
        fputs(first ? "\n    " : ",\n    ", to);
        first = false;
        ok = record(store, &a, &pairs[i], s, connector, to, e);
        arena_clear(&a);
    }
    fputs(first ? "]" : "\n  ]", to);
    arena_release(&a);
    return ok;
}

bool export_pairs(struct store *store, struct arena *a, const char *sync_key, const char *folder, struct clock *clock,
                  const char **path_r, int64_t *pairs_r, struct err *e)
{
    struct sync_row row;
    struct config config;
    struct pair *pairs;
    size_t count;
    struct file_atomic file;
    char when[TIME_ISO_BYTES];
    time_iso_compact(clock_now(clock), when);
    char *path = arena_printf(a, "%s/%s_sync_info_pairs.json", folder, when);
    if (!sync_get(store, a, sync_key, &row, e) || !config_from_json(a, row.config, &config, e) ||
        !pair_list(store, a, row.id, &pairs, &count, e) || !file_atomic_open(&file, path, e))
        return false;
    fputs("{\n", file.stream);
    bool ok = write_side(store, pairs, count, SIDE_FIRST, config.connector[0].key, file.stream, e);
    fputs(",\n", file.stream);
    ok = ok && write_side(store, pairs, count, SIDE_SECOND, config.connector[1].key, file.stream, e);
    fputs("\n}\n", file.stream);
    if (!ok) {
        file_atomic_abandon(&file);
        return false;
    }
    *path_r = path;
    *pairs_r = 0;
    for (size_t i = 0; i < count; i++)
        *pairs_r += pairs[i].issue_id[0] && pairs[i].issue_id[1] && !str_eq(pairs[i].state, PAIR_ENDED);
    return file_atomic_commit(&file, e);
}
