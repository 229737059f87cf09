#include "migrate/swap.h"

#include "base/file_atomic.h"
#include "base/str.h"
#include "migrate/config_file.h"
#include "migrate/pairfile.h"

#include <string.h>

/* What speaks for the wanted project being on each side. */
struct evidence {
    const char *wanted;
    struct pairfile_range names[2]; /* where the connectors' names stand */
    int64_t issues[2];              /* records that name an issue of the project on that side */
    int64_t connectors[2];          /* connector keys that name it */
    char seen[2][64];               /* some other project seen on that side, for the refusal */
};

static void note_seen(struct evidence *ev, enum side side, const char *project)
{
    if (project && !ev->seen[side][0])
        snprintf(ev->seen[side], sizeof ev->seen[side], "%s", project);
}

static void weigh_record(struct evidence *ev, const struct pairfile_record *r, struct arena *a)
{
    const char *local = pairfile_project_of(a, r->local_key);
    const char *remote = r->remote_key ? pairfile_project_of(a, r->remote_key) : NULL;
    const char *connector = config_file_connector_project(a, r->connector_key);
    ev->issues[r->side] += str_eq_nocase(local, ev->wanted);
    ev->issues[side_other(r->side)] += remote && str_eq_nocase(remote, ev->wanted);
    ev->connectors[r->side] += connector && str_eq_nocase(connector, ev->wanted);
    note_seen(ev, r->side, local);
    note_seen(ev, side_other(r->side), remote);
}

static bool read_pairs(const char *path, struct evidence *ev, struct swap_report *report, struct err *e)
{
    struct pairfile file;
    struct pairfile_event event;
    struct arena a = ARENA_INIT;
    if (!pairfile_open(&file, path, 0, e))
        return false;
    bool ok;
    while ((ok = pairfile_next(&file, &a, &event, e)) && event.kind != PAIRFILE_END) {
        if (event.kind == PAIRFILE_CONNECTOR) {
            ev->names[event.side] = event.key;
            report->has_connector[event.side] = true;
        } else if (event.kind == PAIRFILE_RECORD) {
            report->records[event.side]++;
            weigh_record(ev, &event.record, &a);
        }
        pairfile_rest_arena(&a);
    }
    report->has_bom = file.scan.has_bom;
    ok = ok && pairfile_check_unchanged(&file, e);
    pairfile_close(&file);
    arena_release(&a);
    return ok;
}

static bool read_config(const char *path, struct evidence *ev, struct swap_report *report, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct config_file config;
    bool ok = config_file_read(path, &a, &config, e);
    for (enum side side = SIDE_FIRST; ok && side <= SIDE_SECOND; side++) {
        const struct config_file_connector *c = &config.connectors[side];
        report->has_connector[side] = c->is_there;
        ev->names[side] = c->key;
        ev->issues[side] += c->project && str_eq_nocase(c->project, ev->wanted);
        ev->connectors[side] += c->connector_project && str_eq_nocase(c->connector_project, ev->wanted);
        note_seen(ev, side, c->project ? c->project : c->connector_project);
    }
    arena_release(&a);
    return ok;
}

/* A look at the first connector's value is enough: an object means a configuration. Errors are left to the reader. */
static bool is_config(const char *path)
{
    struct pairfile file;
    struct scan_token t;
    struct err ignored = ERR_INIT;
    if (!pairfile_open(&file, path, 0, &ignored))
        return false;
    bool found = false;
    int64_t end;
    bool ok = scan_next(&file.scan, &t, &ignored) && t.kind == SCAN_OBJECT;
    while (ok && scan_next(&file.scan, &t, &ignored) && t.kind == SCAN_KEY) {
        if (scan_key_is(&file.scan, "firstConnector") || scan_key_is(&file.scan, "secondConnector")) {
            found = scan_next(&file.scan, &t, &ignored) && t.kind == SCAN_OBJECT;
            break;
        }
        ok = scan_skip(&file.scan, &t, &end, &ignored);
    }
    pairfile_close(&file);
    return found;
}

/* Says on which side the project is, or why that cannot be said. */
static bool decide(const struct evidence *ev, const char *path, struct swap_report *report, enum side *side_r,
                   struct err *e)
{
    const int64_t *counts = ev->issues;
    const char *what = report->is_config ? "a connector's project" : "issue keys of records";
    if ((counts[SIDE_FIRST] > 0) == (counts[SIDE_SECOND] > 0)) {
        counts = ev->connectors;
        what = "a connector key";
    }
    if ((counts[SIDE_FIRST] > 0) != (counts[SIDE_SECOND] > 0)) {
        *side_r = counts[SIDE_FIRST] ? SIDE_FIRST : SIDE_SECOND;
        snprintf(report->decided_by, sizeof report->decided_by, "%s on the %s side (%lld) name %s", what,
                 side_name(*side_r), (long long)counts[*side_r], ev->wanted);
        return true;
    }
    if (ev->issues[SIDE_FIRST] > 0)
        return err_set(
            e, ERR_INPUT,
            "%s: %s is on both sides (first: %lld, second: %lld), and no connector key tells them apart, so "
            "which one must be first cannot be decided; nothing was written. Rename by hand only if you know "
            "which connector is the partner's",
            path, ev->wanted, (long long)ev->issues[SIDE_FIRST], (long long)ev->issues[SIDE_SECOND]);
    return err_set(
        e, ERR_INPUT,
        "%s: project %s is on neither side (first: %s, second: %s); nothing was written. Give the key of the "
        "project that must be first afterwards, as it stands in this file",
        path, ev->wanted, ev->seen[SIDE_FIRST][0] ? ev->seen[SIDE_FIRST] : "nothing to tell by",
        ev->seen[SIDE_SECOND][0] ? ev->seen[SIDE_SECOND] : "nothing to tell by");
}

static bool write_swapped(struct pairfile *file, const struct evidence *ev, FILE *to, struct err *e)
{
    struct pairfile_copy copy;
    pairfile_copy_start(&copy, file, to);
    enum side earlier = ev->names[SIDE_FIRST].start <= ev->names[SIDE_SECOND].start ? SIDE_FIRST : SIDE_SECOND;
    const enum side order[2] = {earlier, side_other(earlier)};
    for (int i = 0; i < 2; i++) {
        const struct pairfile_range *at = &ev->names[order[i]];
        char name[32];
        int length = snprintf(name, sizeof name, "\"%s\"", pairfile_connector_name(side_other(order[i])));
        if (at->end && !pairfile_copy_replace(&copy, *at, name, (size_t)length, e))
            return false;
    }
    return pairfile_copy_rest(&copy, e) && pairfile_check_unchanged(file, e);
}

bool migrate_swap(const char *in_path, const char *out_path, const char *first_key, struct swap_report *report_r,
                  struct err *e)
{
    struct evidence ev = {.wanted = first_key};
    struct swap_report report = {.is_config = is_config(in_path)};
    if (str_is_empty(first_key))
        return err_set(e, ERR_INPUT, "say which project must be first afterwards: --first KEY");
    if (!(report.is_config ? read_config : read_pairs)(in_path, &ev, &report, e))
        return false;
    enum side side;
    if (!decide(&ev, in_path, &report, &side, e))
        return false;
    if (side == SIDE_FIRST)
        return err_set(e, ERR_STATE,
                       "%s: %s is first already (%s); nothing was written, because a second swap would undo the first",
                       in_path, first_key, report.decided_by);
    struct pairfile file;
    struct file_atomic out;
    if (!pairfile_open(&file, in_path, 0, e))
        return false;
    bool ok = file_atomic_open(&out, out_path, e);
    if (ok) {
        ok = write_swapped(&file, &ev, out.stream, e) && file_atomic_commit(&out, e);
        if (!ok)
            file_atomic_abandon(&out);
    }
    pairfile_close(&file);
    if (ok)
        *report_r = report;
    return ok;
}
