#include "jira/pace.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

struct pace_issue {
    char *id;
    int64_t at[PACE_LONG]; /* a ring: the write number n stands at n % PACE_LONG */
    uint64_t writes;
    int64_t closed_until_ms;
};

void pace_release(struct pace *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->issues[i].id);
    free(p->issues);
    *p = (struct pace){0};
}

static struct pace_issue *find(const struct pace *p, const char *issue)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->issues[i].id, issue))
            return &p->issues[i];
    return NULL;
}

/* Until the n-th last write is `window` ago. */
static int64_t wait_for(const struct pace_issue *issue, uint64_t n, int64_t window, int64_t now)
{
    if (issue->writes < n)
        return 0;
    int64_t wait = issue->at[(issue->writes - n) % PACE_LONG] + window - now;
    return wait < 0 ? 0 : wait > window ? window : wait;
}

int64_t pace_wait_ms(const struct pace *p, const char *issue, int64_t now)
{
    const struct pace_issue *found = find(p, issue);
    if (!found)
        return 0;
    int64_t a = wait_for(found, PACE_SHORT, PACE_SHORT_MS, now), b = wait_for(found, PACE_LONG, PACE_LONG_MS, now);
    int64_t closed = found->closed_until_ms - now;
    return a > b ? (a > closed ? a : closed) : (b > closed ? b : closed);
}

/* How many of the last `n` writes lie outside the window. */
static size_t room_for(const struct pace_issue *issue, uint64_t n, int64_t window, int64_t now)
{
    uint64_t inside = 0;
    while (inside < n && inside < issue->writes && issue->at[(issue->writes - 1 - inside) % PACE_LONG] + window > now)
        inside++;
    return (size_t)(n - inside);
}

size_t pace_room(const struct pace *p, const char *issue, int64_t now)
{
    const struct pace_issue *found = find(p, issue);
    if (!found)
        return PACE_SHORT;
    if (found->closed_until_ms > now)
        return 0;
    size_t a = room_for(found, PACE_SHORT, PACE_SHORT_MS, now), b = room_for(found, PACE_LONG, PACE_LONG_MS, now);
    return a < b ? a : b;
}

static void forget_old(struct pace *p, int64_t now)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++) {
        struct pace_issue *issue = &p->issues[i];
        bool has_written = issue->writes && issue->at[(issue->writes - 1) % PACE_LONG] + PACE_LONG_MS > now;
        if (has_written || issue->closed_until_ms > now)
            p->issues[kept++] = *issue;
        else
            free(issue->id);
    }
    p->count = kept;
}

static struct pace_issue *add(struct pace *p, const char *issue, int64_t now)
{
    if (p->count == p->room)
        forget_old(p, now);
    if (p->count == p->room) {
        p->room = p->room ? p->room * 2 : 16;
        p->issues = realloc(p->issues, p->room * sizeof *p->issues);
        if (!p->issues)
            abort();
    }
    struct pace_issue *added = &p->issues[p->count++];
    *added = (struct pace_issue){.id = strdup(issue)};
    if (!added->id)
        abort();
    return added;
}

void pace_close(struct pace *p, const char *issue, int64_t until, int64_t now)
{
    struct pace_issue *found = find(p, issue);
    if (!found)
        found = add(p, issue, now);
    if (found->closed_until_ms < until)
        found->closed_until_ms = until;
}

void pace_note(struct pace *p, const char *issue, int64_t now)
{
    struct pace_issue *found = find(p, issue);
    if (!found)
        found = add(p, issue, now);
    found->at[found->writes++ % PACE_LONG] = now;
}
