#include "migrate/translate_log.h"

#include "base/json.h"
#include "base/str.h"
#include "migrate/pairfile.h"

#include <stdlib.h>

static void write_json(struct translate_log *l, json_t *value)
{
    json_dumpf(value, l->file.stream, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(value);
}

bool translate_log_open(struct translate_log *l, const char *path, const char *input, enum side connector, FILE *lines,
                        struct err *e)
{
    *l = (struct translate_log){.lines = lines};
    if (!file_atomic_open(&l->file, path, e))
        return false;
    fputs("{\"input\":", l->file.stream);
    write_json(l, json_string_nocheck(input));
    fprintf(l->file.stream, ",\"connector\":\"%s\",\n\"findings\":[", pairfile_connector_name(connector));
    return true;
}

static void add(struct translate_log *l, json_t *finding)
{
    fputs(l->count++ ? ",\n" : "\n", l->file.stream);
    write_json(l, finding);
}

void translate_log_comment(struct translate_log *l, const char *issue, const char *comment,
                           const struct translate_outcome *o)
{
    json_t *candidates = json_array();
    for (size_t i = 0; i < o->candidate_count; i++)
        json_array_append_new(candidates, json_string(o->candidates[i]));
    if (l->lines) {
        fprintf(l->lines, "%s: comment %s: %s; taken out of the file", issue, comment,
                translate_reason_text(o->reason));
        for (size_t i = 0; i < o->candidate_count; i++)
            fprintf(l->lines, "%s%s", i ? ", " : " (candidates: ", o->candidates[i]);
        fputs(o->candidate_count ? ")\n" : "\n", l->lines);
    }
    add(l, json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "kind", "comment", "issue", issue, "comment", comment, "reason",
                     translate_reason_name(o->reason), "text", translate_reason_text(o->reason), "candidates",
                     candidates));
}

void translate_log_missing(struct translate_log *l, const char *issue, int site)
{
    enum translate_reason reason = site ? TRANSLATE_NO_ISSUE_NEW : TRANSLATE_NO_ISSUE_OLD;
    if (l->lines)
        fprintf(l->lines, "%s: %s; its record stays\n", issue, translate_reason_text(reason));
    add(l, json_pack("{s:s,s:s,s:s,s:s}", "kind", "issue", "issue", issue, "reason", translate_reason_name(reason),
                     "text", translate_reason_text(reason)));
}

void translate_log_moved(struct translate_log *l, const char *old_key, const char *new_key)
{
    if (l->lines)
        fprintf(l->lines, "%s: is %s on the new site; the file says so now\n", old_key, new_key);
    add(l, json_pack("{s:s,s:s,s:s}", "kind", "moved", "issue", old_key, "newKey", new_key));
}

void translate_log_oddity(struct translate_log *l, const char *kind, const char *issue, const char *partner,
                          const char *connector)
{
    if (l->lines)
        fprintf(l->lines, "%s: %s in %s; left as it is\n", issue,
                str_eq(kind, "repeated") ? "the same pair stands there twice" : "has no remoteIssueKey", connector);
    add(l, json_pack("{s:s,s:s,s:s*,s:s}", "kind", kind, "issue", issue, "partner", partner, "connector", connector));
}

bool translate_log_commit(struct translate_log *l, const struct translate_report *r, struct err *e)
{
    fputs("\n],\n\"totals\":", l->file.stream);
    write_json(l, json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:[II]}", "pairs", (json_int_t)r->pairs, "comments",
                            (json_int_t)r->comments, "translated", (json_int_t)r->translated, "removed",
                            (json_int_t)r->removed, "issuesNotOnOldSite", (json_int_t)r->issues_missing[0],
                            "issuesNotOnNewSite", (json_int_t)r->issues_missing[1], "moved", (json_int_t)r->moved,
                            "repeated", (json_int_t)r->repeated, "withoutPartner", (json_int_t)r->no_partner,
                            "requests", (json_int_t)r->requests[0], (json_int_t)r->requests[1]));
    fputs("}\n", l->file.stream);
    return file_atomic_commit(&l->file, e);
}

void translate_log_abandon(struct translate_log *l)
{
    file_atomic_abandon(&l->file);
}
