/* demo_data.c - made-up issues that look like a year of work, with the awkward ones that real life has among them.
 *
 * Every issue is told as a story of events in the order of time (comments, steps along the workflow, edits), so that
 * dates, history and state agree with each other. The same seed tells the same stories. */
#include "base/buf.h"
#include "base/rng.h"
#include "sandbox/transfer/bulk.h"

#define MINUTE ((int64_t)60 * 1000)
#define DAY    (24 * 60 * MINUTE)

enum { DAYS = 200, MAX_EVENTS = 14, MAX_STEPS = 64, ODD_EVERY = 20, TEXT_MAX = 1 << 16 };
/* From so many issues on they are a mass: shorter lives, texts out of a pool, and the awkward ones few. */
enum { MASS = 20000, MASS_EVENTS = 5, MASS_ODD_EVERY = 2000, POOL = 512, MAX_PARENTS = 4096 };

static const struct {
    const char *name, *display, *zone;
} people[] = {
    {"ada.lindqvist", "Ada Lindqvist", "Europe/Stockholm"},
    {"bruno.okafor", "Bruno Okafor", "Africa/Lagos"},
    {"carla.mendes", "Carla Mendes", "America/Sao_Paulo"},
    {"dieter.bauer", "Dieter B\xc3\xa4uerle", "Europe/Berlin"},
    {"emi.tanaka", "Emi Tanaka", "Asia/Tokyo"},
    {"farid.haddad", "Farid Haddad", "Asia/Dubai"},
    {"grace.obrien", "Gr\xc3\xa1inne O'Brien", "Europe/Dublin"},
    {"hugo.moreau", "Hugo Moreau", "Europe/Paris"},
    {"ines.novak", "In\xc3\xa9s Nov\xc3\xa1k", "Europe/Prague"},
    {"jonas.weber", "Jonas Weber", "Europe/Zurich"},
    {"kim.larsen", "Kim Larsen", "America/New_York"},
    {"leila.rahimi", "Leila Rahimi", "UTC"},
};
enum { PEOPLE = ARRAY_LEN(people) };

struct step {
    int64_t from, to; /* status ids; from 0: from everywhere */
    int category;     /* of `to` */
    char *name;       /* of `to` */
};

struct named {
    int64_t id;
    char *name;
};

struct maker {
    struct sandbox *sb;
    struct arena *a; /* of the whole */
    struct rng rng;
    struct err *e;
    const char *key;
    int64_t project, accounts[PEOPLE];
    char *mentions[PEOPLE], *user_values[PEOPLE];
    struct named types[8], priorities[5], done, severities[8];
    size_t severity_count;
    int64_t points, reference, severity, reviewer; /* numbers of the template's fields; 0: not on this site */
    size_t type_count, priority_count;
    int64_t subtask_type, first_status;
    char *first_status_name;
    struct step steps[MAX_STEPS];
    size_t step_count;
    int64_t *parents; /* issues that may have subtasks */
    size_t parent_count;
    bool is_mass;
    const char *descriptions[POOL], *bodies[POOL]; /* of a mass, in stored form */
};

static size_t pick(struct maker *m, size_t bound)
{
    return (size_t)rng_below(&m->rng, bound);
}

static bool chance(struct maker *m, size_t percent)
{
    return pick(m, 100) < percent;
}

#define ANY(m, list) ((list)[pick((m), ARRAY_LEN(list))])

/* ---- words ---- */

static const char *const things[] = {
    "the login page",       "the invoice export",     "password reset",        "the search index",
    "the nightly import",   "the mobile menu",        "session handling",      "the audit log",
    "the REST client",      "the settings dialog",    "PDF preview",           "the shopping basket",
    "e-mail notifications", "the price calculation",  "the translation files", "two-factor sign-in",
    "the warehouse sync",   "the database migration", "the onboarding wizard", "keyboard navigation",
    "the customer list",    "report filters",         "file uploads",          "the retry queue",
    "the release notes",    "the dashboard",
};
static const char *const troubles[] = {
    "is slow with more than 500 entries", "loses the selected language",         "fails after the certificate change",
    "shows the wrong time zone",          "cannot be used with a screen reader", "times out behind the proxy",
    "ignores the second address line",    "writes the same record twice",        "is empty for new users",
    "breaks on names with an apostrophe",
};
static const char *const wishes[] = {"Simplify",         "Document",         "Speed up",
                                     "Rework",           "Add tests for",    "Translate",
                                     "Monitor",          "Clean up",         "Support bulk changes in",
                                     "Add an option to", "Review access to", "Cache"};
static const char *const purposes[] = {
    "before the summer release", "for the support team", "on small screens", "for large customers",
    "as agreed in the workshop", "to reduce load",       "(follow-up)",      "for the audit",
    "in the partner portal",     "with the new design"};
static const char *const sentences[] = {
    "This was reported by two customers last week.",
    "It happens only when the cache is cold, about one time in *ten*.",
    "The old behaviour was _never_ documented, so we should agree on one first.",
    "See the figures below; they come from the staging system.",
    "We can keep the present format and add one field.",
    "Nobody could reproduce it on a clean installation.",
    "The change must not touch the +public+ interface.",
    "A first version is enough as long as it is -fast- correct.",
    "Please check with accounting before this goes out.",
    "The limit of {{max_rows}} was chosen years ago.",
    "After the update the page stays blank until it is reloaded.",
    "Three of the four cases are covered by tests now.",
};
static const char *const remarks[] = {
    "I had a look and can confirm it.",
    "Fixed on my branch, review welcome.",
    "Could you attach the log of that day?",
    "Done on staging.",
    "This is the same problem as last month, I think.",
    "Let us wait for the answer of the customer.",
    "Works for me now, thank you!",
    "The estimate was too low, see below.",
    "Moved to next week.",
    "Agreed in the meeting: we do the small solution first.",
};
static const char *const labels[] = {"backend",     "frontend",    "customer",           "regression", "quick-win",
                                     "security",    "performance", "documentation",      "ux",         "needs-review",
                                     "release-2.4", "database",    "\303\274bersetzung", "API"};

static char *summary_of(struct maker *m, struct arena *a, bool is_bug)
{
    const char *thing = ANY(m, things);
    if (!is_bug)
        return arena_printf(a, "%s %s %s", ANY(m, wishes), thing, ANY(m, purposes));
    char *s = arena_printf(a, "%s %s", str_starts(thing, "the ") ? thing + 4 : thing, ANY(m, troubles));
    if (s[0] >= 'a' && s[0] <= 'z')
        s[0] = (char)(s[0] - 32);
    return s;
}

static void add_block(struct maker *m, struct buf *b)
{
    if (b->len)
        buf_adds(b, "\n\n");
    switch (pick(m, 10)) {
    case 0:
        buf_addf(b, "* %s\n* %s\n** %s", ANY(m, sentences), ANY(m, sentences), ANY(m, remarks));
        return;
    case 1:
        buf_addf(b, "# Open %s\n# Change one value and save\n# Look at %s again", ANY(m, things), ANY(m, things));
        return;
    case 2:
        buf_addf(b,
                 "{code:java}\nfor (Row row : rows.subList(0, %zu)) {\n    writer.write(row); // *not* bold\n}\n{code}",
                 pick(m, 900) + 100);
        return;
    case 3:
        buf_addf(
            b,
            "Details are in [the handbook|https://docs.example.com/handbook/%zu] and at https://wiki.example.com/x/%zu",
            pick(m, 90), pick(m, 5000));
        return;
    case 4:
        buf_addf(b, "%s, what do you think? %s", m->mentions[pick(m, PEOPLE)], ANY(m, sentences));
        return;
    case 5:
        buf_addf(b, "h3. %s\n\n%s", pick(m, 2) ? "Expected" : "Background", ANY(m, sentences));
        return;
    case 6:
        buf_addf(b, "{quote}%s{quote}", ANY(m, remarks));
        return;
    case 7:
        buf_addf(b, "||Case||Rows||Seconds||\n|small|%zu|0.%zu|\n|large|%zu|%zu|", pick(m, 100), pick(m, 9) + 1,
                 pick(m, 90000) + 1000, pick(m, 60) + 2);
        return;
    default:
        buf_addf(b, "%s %s", ANY(m, sentences), ANY(m, sentences));
    }
}

static char *text_of(struct maker *m, struct arena *a, size_t blocks)
{
    struct buf b = BUF_INIT(TEXT_MAX);
    for (size_t i = 0; i < blocks; i++)
        add_block(m, &b);
    char *text = arena_strdup(a, buf_str(&b));
    buf_release(&b);
    return text;
}

/* ---- the awkward ones ---- */

enum odd { ODD_TWICE, ODD_LETTERS, ODD_MARKUP, ODD_EMPTY, ODD_SAME_SECOND, ODD_HTML, ODD_LONG, ODD_BLANKS, ODD_COUNT };

#define UMLAUTS                                                                                                        \
    "\xc3\x84rger mit \xc3\x9c"                                                                                        \
    "bergr\xc3\xb6\xc3\x9f"                                                                                            \
    "en: na\xc3\xafve caf\xc3\xa9 \xf0\x9f\x9a\x80 \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"

static const char *odd_description(struct arena *a, enum odd odd, const char *usual)
{
    switch (odd) {
    case ODD_EMPTY:
        return "";
    case ODD_LETTERS:
        return UMLAUTS "\n\n\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb works, \xf0\x9f\x87\xaa\xf0\x9f\x87\xba too; "
                       "\xc2\xbd \xe2\x82\xac per \xc2\xb5s.";
    case ODD_MARKUP:
        return "*not closed, {code without end, [link|without end, {{mono\n\n|| a || b\n| c\n\nh9. no heading, 5 * 3 * "
               "2, "
               "C:\\temp\\new and a_b_c\n\n[~nobody.known] {unknown}macro{unknown}\n\n---- not a rule";
    case ODD_HTML:
        return "<b>bold?</b> &amp; <script>alert(1)</script> 1 < 2 && 3 > 2 \"quoted\" 'single' \\ back\\\\slash";
    case ODD_LONG:
        return arena_printf(a, "%s\n\n%0800d\n\n%s", usual, 7, usual);
    case ODD_BLANKS:
        return "first line\r\nsecond line  \r\n\r\n\r\n  indented, and a tab\there\r\n";
    default:
        return usual;
    }
}

static const char *odd_summary(struct arena *a, enum odd odd, const char *usual)
{
    if (odd == ODD_LETTERS)
        return UMLAUTS;
    if (odd == ODD_MARKUP)
        return "*Bold* {code} [~x] in a summary | is not markup";
    if (odd == ODD_LONG)
        return arena_strndup(a, arena_printf(a, "%s %0255d", usual, 1), 255);
    return odd == ODD_HTML ? "<b>Tags</b> & ampersands \"in\" the summary" : usual;
}

/* ---- one issue ---- */

struct story {
    struct arena *a;
    struct bulk_issue issue;
    const char *status_name;
    size_t assignee; /* index of people; PEOPLE: none */
    int64_t id;
};

static bool tell_stored(struct maker *m, struct story *s, size_t author, const char *body, int64_t at)
{
    struct bulk_comment c = {.issue = s->id, .author = m->accounts[author], .created = at, .updated = at, .body = body};
    int64_t id;
    return bulk_comment_add(m->sb, &c, &id, m->e) && bulk_watcher_add(m->sb, s->id, c.author, m->e);
}

static bool tell_comment(struct maker *m, struct story *s, size_t author, const char *wiki, int64_t at)
{
    return tell_stored(m, s, author, bulk_text(m->sb, s->a, wiki), at);
}

static const char *number(struct arena *a, int64_t n)
{
    return n ? arena_printf(a, "%lld", (long long)n) : NULL;
}

/* A step along the workflow, with the resolution that goes with it; nothing when there is none from here. */
static bool tell_step(struct maker *m, struct story *s, int64_t at)
{
    const struct step *open[MAX_STEPS];
    size_t count = 0, items = 1;
    for (size_t i = 0; i < m->step_count; i++)
        if ((!m->steps[i].from || m->steps[i].from == s->issue.status) && m->steps[i].to != s->issue.status)
            open[count++] = &m->steps[i];
    if (!count)
        return true;
    const struct step *step = open[pick(m, count)];
    struct bulk_item item[2] = {{"status", "jira", "status", number(s->a, s->issue.status), s->status_name,
                                 number(s->a, step->to), step->name}};
    bool becomes_done = step->category == 3 && !s->issue.resolution,
         reopens = step->category != 3 && s->issue.resolution;
    if (becomes_done)
        item[items++] =
            (struct bulk_item){"resolution", "jira", "resolution", NULL, NULL, number(s->a, m->done.id), m->done.name};
    if (reopens)
        item[items++] =
            (struct bulk_item){"resolution", "jira", "resolution", number(s->a, m->done.id), m->done.name, NULL, NULL};
    if (becomes_done || reopens) {
        s->issue.resolution = becomes_done ? m->done.id : 0;
        s->issue.resolved = becomes_done ? at : 0;
    }
    s->issue.status = step->to;
    s->status_name = step->name;
    s->issue.status_changed = at;
    return bulk_history_add(m->sb, s->id, m->accounts[pick(m, PEOPLE)], at, item, items, m->e);
}

static bool tell_assignment(struct maker *m, struct story *s, int64_t at)
{
    size_t next = pick(m, PEOPLE);
    if (next == s->assignee)
        return true;
    bool had = s->assignee < PEOPLE;
    struct bulk_item item = {"assignee",
                             "jira",
                             "assignee",
                             had ? m->user_values[s->assignee] : NULL,
                             had ? people[s->assignee].display : NULL,
                             m->user_values[next],
                             people[next].display};
    s->assignee = next;
    s->issue.assignee = m->accounts[next];
    return bulk_history_add(m->sb, s->id, m->accounts[pick(m, PEOPLE)], at, &item, 1, m->e);
}

static bool tell_edit(struct maker *m, struct story *s, int64_t at)
{
    const char *summary = arena_printf(s->a, "%.200s, part %zu", s->issue.summary, pick(m, 8) + 2);
    const struct named *p = &m->priorities[pick(m, m->priority_count)];
    struct bulk_item items[2] = {{"summary", "jira", "summary", NULL, s->issue.summary, NULL, summary}};
    size_t count = 1;
    if (p->id != s->issue.priority)
        for (size_t i = 0; i < m->priority_count; i++)
            if (m->priorities[i].id == s->issue.priority)
                items[count++] = (struct bulk_item){
                    "priority",          "jira", "priority", number(s->a, s->issue.priority), m->priorities[i].name,
                    number(s->a, p->id), p->name};
    if (count == 2)
        s->issue.priority = p->id;
    s->issue.summary = summary;
    return bulk_history_add(m->sb, s->id, m->accounts[pick(m, PEOPLE)], at, items, count, m->e);
}

static bool tell_event(struct maker *m, struct story *s, enum odd odd, int *comments, int64_t at)
{
    size_t kind = pick(m, 100);
    if (m->is_mass && kind < 60)
        return tell_stored(m, s, pick(m, PEOPLE), m->bodies[pick(m, POOL)], at);
    if (kind < 45 && (*comments)++ < 5)
        return tell_comment(
            m, s, pick(m, PEOPLE),
            chance(m, 60) ? arena_printf(s->a, "%s %s", ANY(m, remarks), ANY(m, sentences)) : text_of(m, s->a, 2), at);
    if (kind < (m->is_mass ? 90 : 80))
        return tell_step(m, s, at);
    if (kind < 92 || odd < ODD_COUNT)
        return tell_assignment(m, s, at);
    return tell_edit(m, s, at);
}

static bool tell_odd(struct maker *m, struct story *s, enum odd odd, int64_t *at)
{
    size_t author = pick(m, PEOPLE);
    int64_t second = *at - *at % 1000;
    switch (odd) {
    case ODD_TWICE: /* the same words by the same person, a minute apart */
        *at += MINUTE;
        return tell_comment(m, s, author, "+1", *at - MINUTE) && tell_comment(m, s, author, "+1", *at);
    case ODD_SAME_SECOND:
        *at = second + 900;
        return tell_comment(m, s, author, "First of three.", second + 100) &&
               tell_comment(m, s, (author + 1) % PEOPLE, "Second of three.", second + 500) &&
               tell_comment(m, s, author, "Third of three.", second + 900);
    case ODD_LETTERS:
    case ODD_MARKUP:
    case ODD_HTML:
    case ODD_BLANKS:
        return tell_comment(m, s, author, odd_description(s->a, odd, ""), *at);
    default:
        return true;
    }
}

static int compare_times(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

/* What happened after creation, and what it left behind. */
static bool tell_life(struct maker *m, struct story *s, enum odd odd, int64_t now)
{
    int64_t times[MAX_EVENTS], at = s->issue.created;
    size_t count = pick(m, m->is_mass ? MASS_EVENTS : MAX_EVENTS);
    int64_t life = (now - at) / (int64_t)(1 + pick(m, 4));
    int comments = odd < ODD_COUNT ? 3 : 0;
    for (size_t i = 0; i < count; i++)
        times[i] = at + MINUTE + (int64_t)rng_below(&m->rng, (uint64_t)(life > MINUTE ? life - MINUTE : 1));
    qsort(times, count, sizeof *times, compare_times);
    for (size_t i = 0; i < count; i++) {
        at = times[i] > at ? times[i] : at + 1;
        if (!tell_event(m, s, odd, &comments, at))
            return false;
    }
    at += odd < ODD_COUNT ? MINUTE : 0;
    if (odd < ODD_COUNT && !tell_odd(m, s, odd, &at))
        return false;
    return sql_run(
        m->sb->db, m->e,
        "UPDATE issue SET updated = ?2, status = ?3, status_changed = ?4, resolution = nullif(?5, 0), resolved = "
        "nullif(?6, 0), assignee = nullif(?7, 0), summary = ?8, priority = ?9 WHERE id = ?1",
        "iiiiiiisi", s->id, at < now ? at : now, s->issue.status, s->issue.status_changed, s->issue.resolution,
        s->issue.resolved, s->issue.assignee, s->issue.summary, s->issue.priority);
}

static bool set_value(struct maker *m, int64_t issue, int64_t field, const char *column, const char *text)
{
    const char *sql = *column == 'n'   ? "INSERT INTO custom_value (issue, field, num) VALUES (?1, ?2, ?3)"
                      : *column == 't' ? "INSERT INTO custom_value (issue, field, text) VALUES (?1, ?2, ?3)"
                                       : "INSERT INTO custom_value (issue, field, ref) VALUES (?1, ?2, ?3)";
    return !field || sql_run(m->sb->db, m->e, sql, "iis", issue, field, text);
}

static bool set_fields(struct maker *m, const struct story *s)
{
    static const char *const points[] = {"1", "2", "3", "5", "8", "0.5"};
    if (chance(m, 40) && !set_value(m, s->id, m->points, "num", ANY(m, points)))
        return false;
    if (chance(m, 30) &&
        !set_value(m, s->id, m->reference, "text", arena_printf(s->a, "CR-%zu/24", pick(m, 9000) + 1000)))
        return false;
    if (chance(m, 20) &&
        !set_value(m, s->id, m->reviewer, "ref", arena_printf(s->a, "%lld", (long long)m->accounts[pick(m, PEOPLE)])))
        return false;
    return !m->severity_count || !chance(m, 30) ||
           set_value(m, s->id, m->severity, "ref",
                     arena_printf(s->a, "%lld", (long long)m->severities[pick(m, m->severity_count)].id));
}

/* Of very many the newest. */
static void note_parent(struct maker *m, int64_t id)
{
    if (m->parent_count < MAX_PARENTS)
        *arena_push(m->a, m->parents, m->parent_count) = id;
    else
        m->parents[(size_t)id % MAX_PARENTS] = id;
}

static bool make_issue(struct maker *m, struct arena *a, int i, int64_t created, int64_t now)
{
    int every = m->is_mass ? MASS_ODD_EVERY : ODD_EVERY;
    enum odd odd = i % every < ODD_COUNT ? (enum odd)(i % every) : ODD_COUNT;
    bool is_subtask = m->subtask_type && m->parent_count && chance(m, 7);
    size_t type = pick(m, 100) < 40 ? 0 : pick(m, m->type_count), reporter = pick(m, PEOPLE);
    struct story s = {.a = a, .status_name = m->first_status_name};
    bool is_pooled = m->is_mass && odd == ODD_COUNT;
    const char *usual = is_pooled ? "" : text_of(m, a, 1 + pick(m, 4));
    s.assignee = chance(m, 75) ? pick(m, PEOPLE) : PEOPLE;
    s.issue = (struct bulk_issue){
        .project = m->project,
        .type = is_subtask ? m->subtask_type : m->types[type].id,
        .parent = is_subtask ? m->parents[pick(m, m->parent_count)] : 0,
        .status = m->first_status,
        .priority = m->priorities[chance(m, 50) ? m->priority_count / 2 : pick(m, m->priority_count)].id,
        .assignee = s.assignee < PEOPLE ? m->accounts[s.assignee] : 0,
        .reporter = m->accounts[reporter],
        .creator = m->accounts[reporter],
        .created = created,
        .updated = created,
        .status_changed = created,
        .summary = odd_summary(a, odd, summary_of(m, a, str_eq_nocase(m->types[type].name, "Bug"))),
        .description = is_pooled ? m->descriptions[pick(m, POOL)]
                                 : bulk_text(m->sb, a, odd_description(a, odd, chance(m, 92) ? usual : "")),
        .number = m->is_mass ? i + 1 : 0,
        .leaves_counter = m->is_mass,
    };
    if (!bulk_issue_add(m->sb, &s.issue, &s.id, m->e) || !bulk_watcher_add(m->sb, s.id, s.issue.creator, m->e))
        return false;
    for (size_t n = pick(m, 4); n > 0; n--)
        if (!bulk_label_add(m->sb, s.id, ANY(m, labels), m->e))
            return false;
    if (!is_subtask && !str_eq_nocase(m->types[type].name, "Epic"))
        note_parent(m, s.id);
    return set_fields(m, &s) && tell_life(m, &s, odd, now);
}

/* ---- the stage ---- */

static bool find_people(struct maker *m)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        char *email = arena_printf(m->a, "%s@example.com", people[i].name), *name = NULL;
        struct account_new n = {.name = m->sb->d->is_cloud ? NULL : people[i].name,
                                .email = email,
                                .display_name = people[i].display,
                                .time_zone = people[i].zone};
        if (!sql_get_int(m->sb->db, &m->accounts[i], 0, m->e, "SELECT id FROM account WHERE email = ?1", "s", email) ||
            (!m->accounts[i] && !account_create(m->sb, &n, &m->accounts[i], m->e)) ||
            !bulk_user_value(m->sb, m->a, m->accounts[i], &m->user_values[i], m->e) ||
            !sql_get_str(m->sb->db, m->a, &name, m->e, "SELECT coalesce(name, '') FROM account WHERE id = ?1", "i",
                         m->accounts[i]))
            return false;
        m->mentions[i] = m->sb->d->is_cloud ? arena_printf(m->a, "[~accountid:%s]", m->user_values[i])
                                            : arena_printf(m->a, "[~%s]", name);
    }
    return true;
}

static bool read_named(struct maker *m, const char *sql, struct named *list, size_t room, size_t *count_r)
{
    struct sql_rows rows;
    if (!sql_query(m->sb->db, &rows, m->e, sql, "i", m->project))
        return false;
    *count_r = 0;
    while (*count_r < room && sql_next(&rows))
        list[(*count_r)++] = (struct named){sql_int(&rows, 0), sql_str(&rows, 1, m->a)};
    return sql_done(&rows, m->e);
}

static bool read_workflow(struct maker *m)
{
    struct sql_rows rows;
    if (!sql_query(
            m->sb->db, &rows, m->e,
            "SELECT ifnull(t.from_status, 0), t.to_status, s.category, s.name, t.is_initial FROM workflow_transition "
            "t JOIN status s ON s.id = t.to_status WHERE t.workflow = (SELECT workflow FROM project_issue_type "
            "WHERE project = ?1 ORDER BY position LIMIT 1) ORDER BY t.id",
            "i", m->project))
        return false;
    while (sql_next(&rows)) {
        struct step step = {sql_int(&rows, 0), sql_int(&rows, 1), (int)sql_int(&rows, 2), sql_str(&rows, 3, m->a)};
        if (sql_int(&rows, 4)) {
            m->first_status = step.to;
            m->first_status_name = step.name;
        } else if (m->step_count < MAX_STEPS) {
            m->steps[m->step_count++] = step;
        }
    }
    return sql_done(&rows, m->e);
}

static bool find_field(struct maker *m, const char *name, const char *kind, int64_t *number_r)
{
    return sql_get_int(m->sb->db, number_r, 0, m->e, "SELECT min(number) FROM field WHERE name = ?1 AND kind = ?2",
                       "ss", name, kind);
}

static bool find_fields(struct maker *m)
{
    return find_field(m, "Story Points", "number", &m->points) &&
           find_field(m, "Customer Reference", "text", &m->reference) &&
           find_field(m, "Severity", "select", &m->severity) && find_field(m, "Reviewer", "user", &m->reviewer) &&
           read_named(
               m,
               "SELECT id, value FROM field_option WHERE ?1 AND field = (SELECT min(number) FROM field WHERE name = "
               "'Severity' AND kind = 'select') ORDER BY position",
               m->severities, ARRAY_LEN(m->severities), &m->severity_count);
}

static bool set_stage(struct maker *m)
{
    struct named subtask, *types = m->types;
    size_t subtasks = 0, resolutions = 0;
    if (!find_people(m) ||
        !project_create(m->sb, m->key, arena_printf(m->a, "Project %s", m->key), m->accounts[0], &m->project, m->e) ||
        !read_named(
            m,
            "SELECT t.id, t.name FROM issue_type t JOIN project_issue_type p ON p.issue_type = t.id WHERE p.project "
            "= ?1 AND NOT t.is_subtask ORDER BY p.position",
            types, ARRAY_LEN(m->types), &m->type_count) ||
        !read_named(
            m,
            "SELECT t.id, t.name FROM issue_type t JOIN project_issue_type p ON p.issue_type = t.id WHERE p.project "
            "= ?1 AND t.is_subtask ORDER BY p.position",
            &subtask, 1, &subtasks) ||
        !read_named(m, "SELECT id, name FROM priority WHERE ?1 ORDER BY position", m->priorities,
                    ARRAY_LEN(m->priorities), &m->priority_count) ||
        !read_named(m, "SELECT id, name FROM resolution WHERE ?1 ORDER BY position", &m->done, 1, &resolutions) ||
        !read_workflow(m) || !find_fields(m))
        return false;
    m->subtask_type = subtasks ? subtask.id : 0;
    if (!m->type_count || !m->priority_count || !resolutions || !m->first_status)
        return err_set(m->e, ERR_STATE, "demo data: the site has no issue types, priorities, resolutions or workflow");
    return true;
}

static bool make_all(struct maker *m, int issues)
{
    int64_t now = clock_now(m->sb->clock) - 2 * MINUTE, first = now - DAYS * DAY;
    int64_t gap = DAYS * DAY / (issues > 0 ? issues + 1 : 1);
    if (!set_stage(m))
        return false;
    for (size_t i = 0; m->is_mass && i < POOL; i++) {
        m->descriptions[i] = bulk_text(m->sb, m->a, text_of(m, m->a, 1 + pick(m, 4)));
        m->bodies[i] = bulk_text(m->sb, m->a, arena_printf(m->a, "%s %s", ANY(m, remarks), ANY(m, sentences)));
    }
    struct arena a = ARENA_INIT;
    for (int i = 0; i < issues; i++) {
        int64_t created = first + gap * i + (int64_t)rng_below(&m->rng, (uint64_t)(gap > 0 ? gap : 1));
        if (!make_issue(m, &a, i, created, now)) {
            arena_release(&a);
            return false;
        }
        arena_clear(&a);
    }
    arena_release(&a);
    return !m->is_mass || sql_run(m->sb->db, m->e, "UPDATE project SET next_number = ?2 + 1 WHERE id = ?1", "ii",
                                  m->project, (int64_t)issues);
}

bool sandbox_demo_data(struct sandbox *sb, const char *key, int issues, uint64_t seed, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct maker m = {.sb = sb, .a = &a, .e = e, .key = key};
    rng_seed(&m.rng, seed);
    m.is_mass = issues >= MASS;
    bool ok;
    if (m.is_mass) {
        struct bulk_load load;
        ok = bulk_load_begin(sb, &load, e);
        ok = bulk_load_end(&load, ok && make_all(&m, issues), e);
    } else {
        ok = sql_begin(sb->db, e) && make_all(&m, issues) && sql_commit(sb->db, e);
        if (!ok)
            sql_rollback(sb->db);
    }
    if (!ok)
        err_wrap(e, "demo data for project %s", key);
    arena_release(&a);
    return ok;
}
