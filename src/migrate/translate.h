/* translate.h - gives the comments of a pair file their ids on the site to which the project has moved.
 *
 * What changes in the file, and nothing else: comments[].localId of one connector, from ids on site 1 (where the
 * project was) to ids on site 2 (where it is); and an issue's key where site 2 answers the old key with a new one, both
 * in that connector's localIssueKey and in the other's remoteIssueKey.
 *
 * Which connector: the first one; with is_reversed (-r) the second. In the guide the exporting side is the first
 * connector and is the one that moves; its sister guide calls the script with -r because there the partner configured
 * the synchronization and the moving project is second. No site can tell what was meant, but when none of the
 * connector's issues is on site 1 while the other connector's are, the run is refused with that advice. It is also
 * refused when a site shows none of the first issues of a file with many: then the user may not see the project, or the
 * URL is wrong, and a file without comments would be the result. has_force goes on all the same.
 *
 * Never a guess (translate_match.h): a comment that cannot be told is taken out of the file, because an old id would
 * name a stranger's comment on the new site, and is listed in the report. So it is with all comments of an issue that
 * is not on the new site, or not on the old one and not in the id map; the record itself stays, since without it a
 * synchronization would create the issue again.
 *
 * Requests: GET myself on each site, then per thousand pairs one search (Data Center) or ten bulk fetches (Cloud), on
 * site 1 only for issues with comments; at most 13 from Server to Cloud. Follow-up pages for long comment lists, and
 * single requests for moved issues, come on top.
 *
 * Memory: a thousand records and their comments at a time; over the whole run 16 bytes a pair, and the moved keys.
 * The output and the report appear whole or not at all. */
#pragma once

#include "base/clock.h"
#include "migrate/translate_site.h"

#include <stdio.h>

struct translate_options {
    const char *in_path;
    bool is_reversed;                 /* -r */
    struct translate_login logins[2]; /* --bu1 --u1 --p1, --bu2 --u2 --p2. Transports, if given, are taken over */
    const char *id_map;               /* JSON lines (idmap.h); NULL: none */
    bool has_force;                   /* go on although a site shows none of the first issues */
    bool shows_progress;
    FILE *findings;      /* one line for each finding; NULL: none (they are in the report file all the same) */
    struct clock *clock; /* NULL: the system's */
};

struct translate_report {
    int64_t pairs;             /* records of the connector */
    int64_t other_records;     /* of the other connector */
    int64_t comments;          /* entries with an id */
    int64_t translated;        /* that have their new id (equal ids included) */
    int64_t removed;           /* that were taken out */
    int64_t issues_missing[2]; /* issues with comments not found on site 1; issues not found on site 2 */
    int64_t moved;             /* issues with a new key */
    int64_t repeated;          /* records whose pair was already there: an oddity, kept as it is */
    int64_t no_partner;        /* records without remoteIssueKey: an oddity, kept as it is */
    int64_t requests[2];
    bool has_bom;
    char output_path[4096]; /* <input>-converted.json */
    char report_path[4096]; /* <input>-report.json */
};

/* Reads, asks, writes. True when the output was written, also with findings.
 * ERR_INPUT: a damaged or unfit file or id map, a wrong connector, a URL that cannot be used, the same URL twice.
 * ERR_AUTH, ERR_FORBIDDEN, ERR_GONE, ERR_UNAVAILABLE, ERR_RATE, ERR_PROTOCOL: a site, named. ERR_LIMIT, ERR_IO. */
bool translate_run(const struct translate_options *, struct translate_report *report_r, struct err *e) MUST_CHECK;

/* Is something left for a person to look at? Exit code 1 then ("done, with findings"), 0 otherwise. */
bool translate_has_findings(const struct translate_report *);
/* What happened, for a person; its last line is "saving json to <output_path>", as scripts of the guide expect it. */
void translate_print(const struct translate_report *, FILE *to);
