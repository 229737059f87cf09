/* Three readings of the file. The first checks all of it, so that a damaged end is known before any site is asked. The
 * second asks the sites, a thousand records at a time, and puts the edits into a temporary file, in the order of the
 * input. The third copies the input with these edits; it also renames moved keys in the other connector, which may
 * stand before the one that was translated. */
#include "migrate/translate.h"

#include "base/progress.h"
#include "base/str.h"
#include "migrate/pairfile.h"
#include "migrate/translate_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_RECORDS = 1000, BATCH_COMMENTS = 200000, PROBE_KEYS = 50, SUSPICIOUS = 20 };

struct edit {
    struct pairfile_range at;
    size_t length;
    const char *bytes;
};

struct run {
    const struct translate_options *options;
    struct translate_report *report;
    enum side side;
    char site_names[2][300];
    struct translate_site sites[2];
    struct idmap map;
    struct pairfile file;
    struct translate_log log;
    struct progress progress;
    FILE *edits; /* struct pairfile_range, size_t length, bytes; over and over */
    struct arena arena;
    struct pairfile_index moved_index; /* old key → place in moved */
    char **moved;
    size_t moved_count;
    const char **probes[2]; /* the first issue keys of each connector */
    size_t probe_count[2];
    bool is_known[2]; /* some issue has been found on this site */
};

/* --- first reading --- */

struct meeting {
    struct pairfile_index pairs[2];
};

static void note_record(struct run *run, struct meeting *met, const struct pairfile_record *r)
{
    struct translate_report *report = run->report;
    uint32_t ignored;
    bool is_ours = r->side == run->side;
    report->pairs += is_ours;
    report->other_records += !is_ours;
    if (run->probe_count[r->side] < PROBE_KEYS)
        *arena_push(&run->arena, run->probes[r->side], run->probe_count[r->side]) =
            arena_strdup(&run->arena, r->local_key);
    const char *connector = pairfile_connector_name(r->side);
    if (!r->remote_key) {
        report->no_partner++;
        translate_log_oddity(&run->log, "no-partner", r->local_key, NULL, connector);
    } else if (pairfile_index_meet(&met->pairs[r->side], r->local_key, r->remote_key, 0, &ignored)) {
        report->repeated++;
        translate_log_oddity(&run->log, "repeated", r->local_key, r->remote_key, connector);
    }
}

static bool check_file(struct run *run, struct err *e)
{
    struct pairfile_event ev;
    struct arena a = ARENA_INIT;
    struct meeting met = {0};
    bool ok;
    while ((ok = pairfile_next(&run->file, &a, &ev, e)) && ev.kind != PAIRFILE_END) {
        if (ev.kind == PAIRFILE_RECORD)
            note_record(run, &met, &ev.record);
        pairfile_rest_arena(&a);
    }
    run->report->has_bom = run->file.scan.has_bom;
    if (ok && !run->file.has_connector[run->side])
        ok = err_set(e, ERR_INPUT, "%s: there is no %s in it; to translate the %s, run it %s -r", run->file.path,
                     pairfile_connector_name(run->side), pairfile_connector_name(side_other(run->side)),
                     run->side == SIDE_FIRST ? "with" : "without");
    pairfile_index_release(&met.pairs[SIDE_FIRST]);
    pairfile_index_release(&met.pairs[SIDE_SECOND]);
    arena_release(&a);
    return ok;
}

/* Begins another reading of the same file. */
static bool read_anew(struct run *run, struct err *e)
{
    return pairfile_check_unchanged(&run->file, e) && pairfile_rewind(&run->file, e);
}

/* --- second reading: edits --- */

static int by_place(const void *x, const void *y)
{
    const struct edit *a = x, *b = y;
    return (a->at.start > b->at.start) - (a->at.start < b->at.start);
}

static bool put_edits(struct run *run, struct edit *edits, size_t count, struct err *e)
{
    if (count)
        qsort(edits, count, sizeof *edits, by_place);
    for (size_t i = 0; i < count; i++)
        if (fwrite(&edits[i].at, sizeof edits[i].at, 1, run->edits) != 1 ||
            fwrite(&edits[i].length, sizeof edits[i].length, 1, run->edits) != 1 ||
            fwrite(edits[i].bytes, 1, edits[i].length, run->edits) != edits[i].length)
            return err_set(e, ERR_IO, "a temporary file cannot be written: %s; is there room in /tmp?",
                           strerror(errno));
    return true;
}

static bool get_edit(struct run *run, struct arena *a, struct edit *edit_r, struct err *e)
{
    if (fread(&edit_r->at, sizeof edit_r->at, 1, run->edits) != 1) {
        edit_r->at.start = INT64_MAX;
        return feof(run->edits) ? true : err_set(e, ERR_IO, "a temporary file cannot be read: %s", strerror(errno));
    }
    if (fread(&edit_r->length, sizeof edit_r->length, 1, run->edits) != 1)
        return err_set(e, ERR_IO, "a temporary file cannot be read: %s", strerror(errno));
    char *bytes = arena_alloc(a, edit_r->length + 1);
    edit_r->bytes = bytes;
    if (fread(bytes, 1, edit_r->length, run->edits) != edit_r->length)
        return err_set(e, ERR_IO, "a temporary file cannot be read: %s", strerror(errno));
    return true;
}

static char *quoted(struct arena *a, const char *text)
{
    return json_print(a, json_keep(a, json_string(text)));
}

/* The bytes of a new id in the manner of the old one: a number stays a number. */
static const char *spelled(struct arena *a, const struct pairfile_comment *c, const char *id)
{
    bool is_number = c->is_number && id[0] && strspn(id, "0123456789") == strlen(id) && (id[0] != '0' || !id[1]);
    return is_number ? id : quoted(a, id);
}

/* Entries i to end (exclusive) go, with one of the commas beside them. */
static struct pairfile_range cut(const struct pairfile_record *r, size_t i, size_t end)
{
    const struct pairfile_comment *c = r->comments;
    if (i == 0)
        return (struct pairfile_range){c[0].whole.start,
                                       end < r->comment_count ? c[end].whole.start : c[end - 1].whole.end};
    return (struct pairfile_range){c[i - 1].whole.end, c[end - 1].whole.end};
}

static void edit_comments(struct arena *a, const struct pairfile_record *r, const struct translate_outcome *outcomes,
                          struct edit **edits, size_t *count)
{
    for (size_t i = 0; i < r->comment_count; i++) {
        const struct pairfile_comment *c = &r->comments[i];
        if (!c->id)
            continue;
        if (outcomes[i].new_id) {
            const char *bytes = spelled(a, c, outcomes[i].new_id);
            *arena_push(a, *edits, *count) = (struct edit){c->at, strlen(bytes), bytes};
            continue;
        }
        size_t end = i + 1;
        while (end < r->comment_count && r->comments[end].id && !outcomes[end].new_id)
            end++;
        *arena_push(a, *edits, *count) = (struct edit){cut(r, i, end), 0, ""};
        i = end - 1;
    }
}

static void note_moved(struct run *run, const char *old_key, const char *new_key)
{
    uint32_t at;
    run->report->moved++;
    translate_log_moved(&run->log, old_key, new_key);
    if (pairfile_index_meet(&run->moved_index, old_key, NULL, (uint32_t)run->moved_count, &at))
        return;
    *arena_push(&run->arena, run->moved, run->moved_count) = arena_strdup(&run->arena, new_key);
}

/* --- second reading: outcomes --- */

struct batch {
    struct arena arena;
    struct pairfile_record *records;
    size_t count, comments;
    struct translate_issue *issues[2]; /* old: of the records that need it, new: of all */
    size_t *old_place;                 /* per record: its place in issues[0], or SIZE_MAX */
};

static bool needs_old_issue(const struct run *run, const struct pairfile_record *r)
{
    int64_t id;
    for (size_t i = 0; i < r->comment_count; i++)
        if (r->comments[i].id && !idmap_comment(&run->map, r->comments[i].id, &id))
            return true;
    return false;
}

static bool has_comments(const struct pairfile_record *r)
{
    for (size_t i = 0; i < r->comment_count; i++)
        if (r->comments[i].id)
            return true;
    return false;
}

static enum translate_reason common_reason(const struct translate_issue *old, const struct translate_issue *now)
{
    if (!now->is_found)
        return TRANSLATE_NO_ISSUE_NEW;
    return !now->is_complete || (old && old->is_found && !old->is_complete) ? TRANSLATE_INCOMPLETE
                                                                            : TRANSLATE_REASON_COUNT;
}

/* The outcomes of a record's comments, in their order. */
static struct translate_outcome *outcomes_of(struct run *run, struct arena *a, const struct pairfile_record *r,
                                             const struct translate_issue *old, const struct translate_issue *now)
{
    struct translate_outcome *outcomes = arena_array(a, struct translate_outcome, r->comment_count + 1);
    const char **wanted = arena_array(a, const char *, r->comment_count + 1);
    for (size_t i = 0; i < r->comment_count; i++)
        wanted[i] = r->comments[i].id ? r->comments[i].id : "";
    translate_match(a, old ? old->comments : NULL, old ? old->comment_count : 0, now->comments, now->comment_count,
                    &run->map, wanted, r->comment_count, outcomes);
    enum translate_reason common = common_reason(old, now);
    for (size_t i = 0; i < r->comment_count; i++) {
        if (outcomes[i].reason == TRANSLATE_BY_ID_MAP)
            continue;
        if (common != TRANSLATE_REASON_COUNT)
            outcomes[i] = (struct translate_outcome){.reason = common};
        else if (old && !old->is_found && outcomes[i].reason == TRANSLATE_GONE_OLD)
            outcomes[i].reason = TRANSLATE_NO_ISSUE_OLD;
    }
    return outcomes;
}

static bool translate_record(struct run *run, struct arena *a, const struct pairfile_record *r,
                             const struct translate_issue *old, const struct translate_issue *now, struct err *e)
{
    struct edit *edits = NULL;
    size_t count = 0;
    if (!now->is_found) {
        run->report->issues_missing[1]++;
        translate_log_missing(&run->log, r->local_key, 1);
    } else if (!str_eq_nocase(now->key, r->local_key)) {
        const char *bytes = quoted(a, now->key);
        *arena_push(a, edits, count) = (struct edit){r->local_key_at, strlen(bytes), bytes};
        note_moved(run, r->local_key, now->key);
    }
    if (old && !old->is_found) {
        run->report->issues_missing[0]++;
        translate_log_missing(&run->log, r->local_key, 0);
    }
    const struct translate_outcome *outcomes = outcomes_of(run, a, r, old, now);
    for (size_t i = 0; i < r->comment_count; i++) {
        if (!r->comments[i].id)
            continue;
        run->report->comments++;
        if (outcomes[i].new_id) {
            run->report->translated++;
        } else {
            run->report->removed++;
            translate_log_comment(&run->log, r->local_key, r->comments[i].id, &outcomes[i]);
        }
    }
    edit_comments(a, r, outcomes, &edits, &count);
    return put_edits(run, edits, count, e);
}

/* None of this connector's issues is on the old site. If the other connector's are, the wrong one was named. */
static bool check_connector(struct run *run, struct arena *a, struct err *e)
{
    enum side other = side_other(run->side);
    size_t count = run->probe_count[other];
    struct translate_issue *issues = arena_array(a, struct translate_issue, count + 1);
    for (size_t i = 0; i < count; i++)
        issues[i].asked = run->probes[other][i];
    if (count && !translate_site_read(&run->sites[0], a, issues, count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (issues[i].is_found)
            return err_set(
                e, ERR_INPUT,
                "%s: no issue of %s (%s …) is on the old site, %s, but those of %s (%s …) are. It looks as if "
                "the project that moved is the %s connector here: run it %s -r. Nothing was written",
                run->options->in_path, pairfile_connector_name(run->side), run->probes[run->side][0],
                run->site_names[0], pairfile_connector_name(other), issues[i].asked, side_name(other),
                other == SIDE_SECOND ? "with" : "without");
    return true;
}

/* The first issues were asked for and none was found. */
static bool check_absence(struct run *run, struct arena *a, int site, size_t asked, struct err *e)
{
    if (run->options->has_force || !asked)
        return true;
    if (site == 0 && !check_connector(run, a, e))
        return false;
    if (asked < SUSPICIOUS)
        return true;
    return err_set(
        e, ERR_INPUT,
        "%s: none of the first %zu issues of %s (%s …) is on %s, or its user may not see them; every comment "
        "would be taken out. Check --bu%d, --u%d and the user's permission to browse the project; --force goes "
        "on all the same. Nothing was written",
        run->options->in_path, asked, pairfile_connector_name(run->side), run->probes[run->side][0],
        run->site_names[site], site + 1, site + 1);
}

static bool read_site(struct run *run, struct arena *a, int site, struct translate_issue *issues, size_t count,
                      struct err *e)
{
    if (count && !translate_site_read(&run->sites[site], a, issues, count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        run->is_known[site] |= issues[i].is_found;
    if (run->is_known[site])
        return true;
    run->is_known[site] = count > 0; /* asked about once */
    return check_absence(run, a, site, count, e);
}

static bool read_sites(struct run *run, struct batch *b, struct err *e)
{
    size_t old_count = 0;
    b->issues[0] = arena_array(&b->arena, struct translate_issue, b->count);
    b->issues[1] = arena_array(&b->arena, struct translate_issue, b->count);
    b->old_place = arena_array(&b->arena, size_t, b->count);
    for (size_t i = 0; i < b->count; i++) {
        const struct pairfile_record *r = &b->records[i];
        b->issues[1][i] = (struct translate_issue){.asked = r->local_key, .wants_comments = has_comments(r)};
        b->old_place[i] = needs_old_issue(run, r) ? old_count++ : SIZE_MAX;
        if (b->old_place[i] != SIZE_MAX)
            b->issues[0][b->old_place[i]] = (struct translate_issue){.asked = r->local_key, .wants_comments = true};
    }
    return read_site(run, &b->arena, 0, b->issues[0], old_count, e) &&
           read_site(run, &b->arena, 1, b->issues[1], b->count, e);
}

static bool finish_batch(struct run *run, struct batch *b, struct err *e)
{
    bool ok = b->count == 0 || read_sites(run, b, e);
    for (size_t i = 0; ok && i < b->count; i++)
        ok = translate_record(run, &b->arena, &b->records[i],
                              b->old_place[i] == SIZE_MAX ? NULL : &b->issues[0][b->old_place[i]], &b->issues[1][i], e);
    if (run->options->shows_progress)
        progress_add(&run->progress, (int64_t)b->count);
    arena_clear(&b->arena);
    *b = (struct batch){.arena = b->arena};
    return ok;
}

static bool translate_all(struct run *run, struct err *e)
{
    struct batch b = {.arena = ARENA_INIT};
    struct pairfile_event ev;
    bool ok;
    if (run->options->shows_progress)
        progress_start(&run->progress, "translating pairs", run->report->pairs);
    while ((ok = pairfile_next(&run->file, &b.arena, &ev, e)) && ev.kind != PAIRFILE_END) {
        if (ev.kind != PAIRFILE_RECORD || ev.side != run->side)
            continue;
        *arena_push(&b.arena, b.records, b.count) = ev.record;
        b.comments += ev.record.comment_count;
        if ((b.count == BATCH_RECORDS || b.comments >= BATCH_COMMENTS) && !(ok = finish_batch(run, &b, e)))
            break;
    }
    ok = ok && finish_batch(run, &b, e);
    if (run->options->shows_progress)
        progress_end(&run->progress);
    arena_release(&b.arena);
    return ok;
}

/* --- third reading --- */

/* Writes all edits that lie before `end`. */
static bool copy_edits(struct run *run, struct pairfile_copy *copy, struct edit *next, struct arena *a, int64_t end,
                       struct err *e)
{
    while (next->at.start < end) {
        if (!pairfile_copy_replace(copy, next->at, next->bytes, next->length, e))
            return false;
        arena_clear(a);
        if (!get_edit(run, a, next, e))
            return false;
    }
    return true;
}

static bool copy_record(struct run *run, struct pairfile_copy *copy, const struct pairfile_record *r, struct arena *a,
                        struct err *e)
{
    uint32_t at;
    if (r->side == run->side || !r->remote_key || !pairfile_index_find(&run->moved_index, r->remote_key, NULL, &at))
        return true;
    const char *bytes = quoted(a, run->moved[at]);
    return pairfile_copy_replace(copy, r->remote_key_at, bytes, strlen(bytes), e);
}

static bool copy_all(struct run *run, FILE *to, struct err *e)
{
    struct arena a = ARENA_INIT, edit_arena = ARENA_INIT;
    struct pairfile_copy copy;
    struct pairfile_event ev;
    struct edit next;
    pairfile_copy_start(&copy, &run->file, to);
    rewind(run->edits);
    bool ok = get_edit(run, &edit_arena, &next, e);
    while (ok && run->moved_count && (ok = pairfile_next(&run->file, &a, &ev, e)) && ev.kind != PAIRFILE_END) {
        if (ev.kind == PAIRFILE_RECORD)
            ok = copy_edits(run, &copy, &next, &edit_arena, ev.record.whole.start, e) &&
                 copy_record(run, &copy, &ev.record, &a, e);
        pairfile_rest_arena(&a);
    }
    ok = ok && copy_edits(run, &copy, &next, &edit_arena, INT64_MAX, e) && pairfile_copy_rest(&copy, e) &&
         pairfile_check_unchanged(&run->file, e);
    arena_release(&a);
    arena_release(&edit_arena);
    return ok;
}

static bool write_output(struct run *run, struct err *e)
{
    struct file_atomic out;
    for (int i = 0; i < 2; i++)
        run->report->requests[i] = translate_site_requests(&run->sites[i]);
    if (!file_atomic_open(&out, run->report->output_path, e))
        return false;
    if (copy_all(run, out.stream, e) && translate_log_commit(&run->log, run->report, e))
        return file_atomic_commit(&out, e);
    file_atomic_abandon(&out);
    return false;
}

/* --- the run --- */

static bool name_files(const struct translate_options *o, struct translate_report *r, struct err *e)
{
    if (str_is_empty(o->in_path))
        return err_set(e, ERR_INPUT, "give the pair file: -f FILE");
    if (snprintf(r->output_path, sizeof r->output_path, "%s-converted.json", o->in_path) >=
            (int)sizeof r->output_path ||
        snprintf(r->report_path, sizeof r->report_path, "%s-report.json", o->in_path) >= (int)sizeof r->report_path)
        return err_set(e, ERR_INPUT, "%.100s…: the path is too long", o->in_path);
    for (int i = 0; i < 2; i++)
        if (!o->logins[i].transport && str_is_empty(o->logins[i].base_url))
            return err_set(e, ERR_INPUT, "give the base URL of the %s site: --bu%d URL", i ? "new" : "old", i + 1);
    if (o->logins[0].base_url && str_eq(o->logins[0].base_url, o->logins[1].base_url))
        return err_set(e, ERR_INPUT, "--bu1 and --bu2 are the same site (%s); the old and the new one are needed",
                       o->logins[0].base_url);
    return true;
}

static bool open_sites(struct run *run, struct err *e)
{
    struct clock *clock = run->options->clock ? run->options->clock : clock_system();
    for (int i = 0; i < 2; i++) {
        const struct translate_login *login = &run->options->logins[i];
        snprintf(run->site_names[i], sizeof run->site_names[i], "site %d (%s)", i + 1,
                 login->base_url ? login->base_url : "in this process");
        if (!translate_site_open(&run->sites[i], run->site_names[i], login, clock, e)) {
            if (i == 0)
                transport_free(run->options->logins[1].transport);
            else
                translate_site_close(&run->sites[0]);
            return false;
        }
    }
    return true;
}

/* Takes the transports over. */
static bool work(struct run *run, struct err *e)
{
    if (!check_file(run, e) || (run->options->id_map && !idmap_read(&run->map, run->options->id_map, e))) {
        transport_free(run->options->logins[0].transport);
        transport_free(run->options->logins[1].transport);
        return false;
    }
    if (!open_sites(run, e))
        return false;
    bool ok = read_anew(run, e) && translate_all(run, e) && read_anew(run, e) && write_output(run, e);
    translate_site_close(&run->sites[0]);
    translate_site_close(&run->sites[1]);
    return ok;
}

bool translate_run(const struct translate_options *options, struct translate_report *report_r, struct err *e)
{
    struct translate_report report = {0};
    struct run run = {.options = options, .report = &report, .side = options->is_reversed ? SIDE_SECOND : SIDE_FIRST};
    bool is_open = name_files(options, &report, e) && pairfile_open(&run.file, options->in_path, 0, e);
    bool has_log =
        is_open && translate_log_open(&run.log, report.report_path, options->in_path, run.side, options->findings, e);
    run.edits = has_log ? tmpfile() : NULL;
    bool ok = false;
    if (run.edits) {
        ok = work(&run, e);
    } else {
        if (has_log)
            err_set(e, ERR_IO, "a temporary file cannot be made: %s; is there room in /tmp?", strerror(errno));
        transport_free(options->logins[0].transport);
        transport_free(options->logins[1].transport);
    }
    if (has_log && !ok)
        translate_log_abandon(&run.log);
    if (run.edits)
        fclose(run.edits);
    if (is_open)
        pairfile_close(&run.file);
    idmap_release(&run.map);
    pairfile_index_release(&run.moved_index);
    arena_release(&run.arena);
    if (ok)
        *report_r = report;
    return ok;
}

bool translate_has_findings(const struct translate_report *r)
{
    return r->removed || r->issues_missing[0] || r->issues_missing[1];
}

void translate_print(const struct translate_report *r, FILE *to)
{
    fprintf(to, "%lld pairs, %lld comments: %lld have their new id, %lld were taken out\n", (long long)r->pairs,
            (long long)r->comments, (long long)r->translated, (long long)r->removed);
    if (r->moved)
        fprintf(to, "%lld issues have a new key\n", (long long)r->moved);
    if (r->issues_missing[0] || r->issues_missing[1])
        fprintf(to, "%lld issues are not on the old site, %lld not on the new one\n", (long long)r->issues_missing[0],
                (long long)r->issues_missing[1]);
    if (r->repeated || r->no_partner)
        fprintf(to, "oddities: %lld records repeat a pair, %lld have no partner; left as they are\n",
                (long long)r->repeated, (long long)r->no_partner);
    if (r->has_bom)
        fprintf(to, "the file begins with a byte order mark, as Windows editors write it; it was kept\n");
    fprintf(to, "%lld requests to the old site, %lld to the new one\n", (long long)r->requests[0],
            (long long)r->requests[1]);
    fprintf(to, "report: %s\nsaving json to %s\n", r->report_path, r->output_path);
}
