/* load_work.c - recorded worklogs and estimates. Recorded files have no content, so attachments are not made. */
#include "sandbox/transfer/load.h"

static bool load_worklog(struct loader *l, int64_t issue, const json_t *v)
{
    int64_t author, update_author, created = load_time_of(v, "created", 0);
    if (!load_person(l, json_object_get(v, "author"), &author) ||
        !load_person(l, json_object_get(v, "updateAuthor"), &update_author))
        return false;
    if (!update_author)
        update_author = author;
    return sql_run(l->sb->db, l->e,
                   "INSERT INTO worklog (issue, author, update_author, comment, created, updated, started, seconds,"
                   " visibility_type, visibility_value) VALUES (?1, nullif(?2, 0), nullif(?3, 0), ?4, ?5, ?6, ?7, ?8,"
                   " ?9, ?10)",
                   "iiisiiiiss", issue, author, update_author ? update_author : author,
                   load_text(l, json_object_get(v, "comment")), created, load_time_of(v, "updated", created),
                   load_time_of(v, "started", created), json_at_int(v, "timeSpentSeconds", 0),
                   json_at_str(v, "visibility.type"), json_at_str(v, "visibility.value"));
}

/* The field of its own, else what timetracking says of it; -1: neither. */
static int64_t seconds_of(const json_t *fields, const char *field, const char *tracked)
{
    int64_t seconds = json_at_int(fields, field, -1);
    return seconds >= 0 ? seconds : json_at_int(fields, tracked, -1);
}

bool load_work(struct loader *l, int64_t issue, const json_t *fields)
{
    size_t i;
    json_t *worklog;
    json_array_foreach (json_at(fields, "worklog.worklogs"), i, worklog) {
        if (!load_worklog(l, issue, worklog))
            return false;
    }
    int64_t original = seconds_of(fields, "timeoriginalestimate", "timetracking.originalEstimateSeconds");
    int64_t remaining = seconds_of(fields, "timeestimate", "timetracking.remainingEstimateSeconds");
    int64_t spent = seconds_of(fields, "timespent", "timetracking.timeSpentSeconds");
    return (original < 0 && remaining < 0 && spent < 0) ||
           sql_run(l->sb->db, l->e,
                   "INSERT INTO issue_time (issue, original, remaining, spent) VALUES (?1, nullif(?2, -1),"
                   " nullif(?3, -1), nullif(?4, -1))",
                   "iiii", issue, original, remaining, spent);
}
