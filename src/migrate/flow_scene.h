/* flow_scene.h - what the tests of whole migrations play on: three sites in this process, a store, people. Test code
 * only.
 *
 * SA on "sa" and SB on "sb" are kept in step by INT-1; SA (or SB) moves to "ca". Everything is on a virtual clock and
 * can be taken back to a moment. A look at a project tells every issue as one line of text without ids, so that two
 * looks can be compared; it reads the sites and knows nothing of the store. */
#pragma once

#include "base/buf.h"
#include "base/file_atomic.h"
#include "base/json.h"
#include "base/str.h"
#include "jira/tracker_jira.h"
#include "mapping/mapping.h"
#include "migrate/flow.h"
#include "sandbox/sandbox.h"
#include "store/pair.h"
#include "store/sync.h"
#include "tracker/rich.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum scene_site { SA, SB, CA, SCENE_SITES };

struct scene_kill {
    int64_t left; /* commits until the plug is pulled; negative: never */
    int64_t seen;
};

struct scene {
    struct arena a;
    struct err e;
    struct clock_virtual clock;
    enum sandbox_dialect dialect[SCENE_SITES];
    struct sandbox *sandbox[SCENE_SITES];
    bool is_away[SCENE_SITES]; /* answers nothing */
    struct sql_db *db;
    struct store *store;
    struct scene_kill kill;
    char folder[64];
    char said[8000]; /* what the flow said, a line for each step */
    int issues;
    int moves;
    bool with_people; /* the configuration maps the assignee by user name */
};

#define OK(s, call)                                                                                                    \
    do {                                                                                                               \
        if (!(call))                                                                                                   \
            fail_msg("%s: %s", err_kind_name((s)->e.kind), (s)->e.text);                                               \
    } while (0)

static const char *const SCENE_NAME[] = {"sa", "sb", "ca"};
static const char *const SCENE_URL[] = {"https://sa.example.com", "https://sb.example.com", "https://ca.example.com"};

/* --- the sites --- */

static inline const json_t *scene_ask(struct scene *s, enum scene_site at, const char *who, int status,
                                      enum http_method method, const char *target, const char *body)
{
    const char *login = s->dialect[at] == SANDBOX_CLOUD ? arena_printf(&s->a, "%s@example.com", who) : who;
    char *plain = arena_printf(&s->a, "%s:%s", login, who);
    struct http_header headers[] = {
        {"Authorization", arena_printf(&s->a, "Basic %s", str_base64(&s->a, plain, strlen(plain)))},
        {"Content-Type", "application/json"}};
    struct http_request request = {.method = method,
                                   .target = target,
                                   .headers = headers,
                                   .header_count = 2,
                                   .body = body,
                                   .body_length = body ? strlen(body) : 0};
    struct http_response response = {0};
    sandbox_handle(s->sandbox[at], &request, &s->a, &response);
    if (response.status != status)
        fail_msg("%s: %s %s answered %d instead of %d: %s", SCENE_NAME[at], http_method_name(method), target,
                 response.status, status, response.body ? response.body : "");
    if (!response.body_length)
        return NULL;
    const json_t *json = json_parse(&s->a, response.body, response.body_length, false, target, &s->e);
    OK(s, json);
    return json;
}

static inline const json_t *scene_do(struct scene *s, enum scene_site at, int status, enum http_method method,
                                     const char *target, json_t *body)
{
    return scene_ask(s, at, "mia", status, method, target, body ? json_print(&s->a, json_keep(&s->a, body)) : NULL);
}

static inline void scene_account(struct scene *s, enum scene_site at, const char *name, const char *display)
{
    json_t *body =
        json_pack("{ss so ss ss}", "name", name, "emailAddress",
                  json_string(arena_printf(&s->a, "%s@example.com", name)), "displayName", display, "password", name);
    scene_ask(s, at, "admin", 201, HTTP_POST, "/sandbox/users", json_print(&s->a, json_keep(&s->a, body)));
}

static inline void scene_open_site(struct scene *s, enum scene_site at)
{
    s->sandbox[at] = sandbox_open(&(struct sandbox_settings){.dialect = s->dialect[at],
                                                             .data = ":memory:",
                                                             .base_url = SCENE_URL[at],
                                                             .clock = &s->clock.clock,
                                                             .seed = 50 + (uint64_t)at},
                                  &s->e);
    OK(s, s->sandbox[at]);
    scene_account(s, at, "tandem", "Tandem");
    scene_account(s, at, "mia", "Mia Winter");
}

static inline void scene_handle(void *context, const struct http_request *q, struct arena *a, struct http_response *r)
{
    sandbox_handle(context, q, a, r);
}

static inline void scene_unavailable(void *context, const struct http_request *q, struct arena *a,
                                     struct http_response *r)
{
    (void)context;
    (void)q;
    *r = (struct http_response){.status = 503, .body = arena_strdup(a, "{}"), .body_length = 2};
}

static inline void scene_free_jira(void *site)
{
    jira_site_close(site);
}

/* For migrate_sites. */
static inline bool scene_tracker(void *context, const char *site, const char *project, struct tracker **r,
                                 struct err *e)
{
    struct scene *s = context;
    for (int at = 0; at < SCENE_SITES; at++) {
        if (!str_eq(SCENE_NAME[at], site))
            continue;
        struct jira_settings set = {
            .name = site,
            .base_url = SCENE_URL[at],
            .user = s->dialect[at] == SANDBOX_CLOUD ? "tandem@example.com" : "tandem",
            .secret = "tandem",
            .transport = transport_local_new(s->is_away[at] ? scene_unavailable : scene_handle, s->sandbox[at]),
            .clock = &s->clock.clock,
            .seed = 3};
        struct jira_site *jira = jira_site_open(&set, e);
        if (!jira)
            return false;
        arena_defer(&s->a, scene_free_jira, jira);
        *r = tracker_jira_new(jira, project);
        return true;
    }
    return err_set(e, ERR_INPUT, "there is no site %s", site);
}

static inline struct tracker *scene_open(struct scene *s, enum scene_site at, const char *project)
{
    struct tracker *t;
    OK(s, scene_tracker(s, SCENE_NAME[at], project, &t, &s->e));
    return t;
}

/* --- what people do --- */

static inline char *scene_issue_path(struct scene *s, const char *key)
{
    return arena_printf(&s->a, "/rest/api/2/issue/%s", key);
}

static inline void scene_edit(struct scene *s, enum scene_site at, const char *key, const char *field, json_t *value)
{
    scene_do(s, at, 204, HTTP_PUT, scene_issue_path(s, key), json_pack("{s{so}}", "fields", field, value));
}

static inline const char *scene_make(struct scene *s, enum scene_site at, const char *project, const char *summary)
{
    const json_t *made = scene_do(s, at, 201, HTTP_POST, "/rest/api/2/issue",
                                  json_pack("{s{s{ss} s{ss} ss}}", "fields", "project", "key", project, "issuetype",
                                            "name", "Task", "summary", summary));
    return json_at_str(made, "key");
}

static inline void scene_comment(struct scene *s, enum scene_site at, const char *key, const char *text)
{
    scene_do(s, at, 201, HTTP_POST, arena_printf(&s->a, "%s/comment", scene_issue_path(s, key)),
             json_pack("{ss}", "body", text));
}

/* The path of the comment that contains the piece; NULL when there is none. */
static inline char *scene_comment_path(struct scene *s, enum scene_site at, const char *key, const char *piece)
{
    char *list = arena_printf(&s->a, "%s/comment", scene_issue_path(s, key));
    const json_t *all = json_object_get(scene_do(s, at, 200, HTTP_GET, list, NULL), "comments"), *c;
    size_t i;
    json_array_foreach (all, i, c)
        if (strstr(json_at_str(c, "body"), piece))
            return arena_printf(&s->a, "%s/%s", list, json_at_str(c, "id"));
    return NULL;
}

static inline void scene_comment_edit(struct scene *s, enum scene_site at, const char *key, const char *piece,
                                      const char *text)
{
    scene_do(s, at, 200, HTTP_PUT, scene_comment_path(s, at, key, piece), json_pack("{ss}", "body", text));
}

static inline void scene_comment_delete(struct scene *s, enum scene_site at, const char *key, const char *piece)
{
    scene_do(s, at, 204, HTTP_DELETE, scene_comment_path(s, at, key, piece), NULL);
}

/* One transition, whichever comes first. */
static inline void scene_walk(struct scene *s, enum scene_site at, const char *key)
{
    char *path = arena_printf(&s->a, "%s/transitions", scene_issue_path(s, key));
    const json_t *list = json_object_get(scene_do(s, at, 200, HTTP_GET, path, NULL), "transitions");
    scene_do(s, at, 204, HTTP_POST, path,
             json_pack("{s{ss}}", "transition", "id", json_at_str(json_array_get(list, 0), "id")));
}

/* --- the synchronization --- */

static inline bool scene_commit(void *context)
{
    struct scene_kill *k = context;
    k->seen++;
    return k->left < 0 || k->left-- > 0;
}

/* The store as after a kill: nothing but the database is left. */
static inline void scene_reopen(struct scene *s)
{
    store_close(s->store);
    s->store = store_over(s->db, &s->e);
    OK(s, s->store);
    s->kill = (struct scene_kill){.left = -1};
    store_on_commit(s->store, scene_commit, &s->kill);
}

static inline void scene_map_people(struct scene *s, struct config *c)
{
    struct config_field f = {.kind = CONFIG_USER_NAME, .fills_empty = true};
    for (int k = 0; k < 2; k++)
        f.half[k] = (struct config_field_half){
            .id = "assignee", .name = "Assignee", .type = "user", .sends = true, .receives = true};
    *arena_push(&s->a, c->fields, c->field_count) = f;
}

static inline void scene_make_sync(struct scene *s)
{
    struct tracker *t[2] = {scene_open(s, SA, "SA"), scene_open(s, SB, "SB")};
    struct tracker_project p[2];
    struct tracker_info info[2];
    struct config c;
    int64_t id;
    for (int k = 0; k < 2; k++) {
        OK(s, t[k]->ops->project(t[k], &s->a, &p[k], &s->e));
        OK(s, t[k]->ops->describe(t[k], &s->a, &info[k], &s->e));
        tracker_free(t[k]);
    }
    config_suggest(&s->a, (const struct tracker_project *const[2]){&p[0], &p[1]}, &c);
    config_set_key(&s->a, &c, "INT-1");
    for (int k = 0; k < 2; k++) {
        c.connector[k].site = SCENE_NAME[k];
        c.connector[k].base_url = SCENE_URL[k];
        c.connector[k].deployment = info[k].deployment;
    }
    if (s->with_people)
        scene_map_people(s, &c);
    OK(s, sync_add(s->store, "INT-1", c.name, config_to_json(&s->a, &c), clock_now(&s->clock.clock), &id, &s->e));
    OK(s, sync_set_state(s->store, id, SYNC_RUNNING, NULL, &s->e));
}

/* Passes until nothing waits; the poll's overlap is given time. */
static inline struct engine_counts scene_settle(struct scene *s, const char *key, enum scene_site first,
                                                const char *first_project, enum scene_site second,
                                                const char *second_project)
{
    struct engine_counts counts;
    struct tracker *t[2] = {scene_open(s, first, first_project), scene_open(s, second, second_project)};
    struct engine *en = engine_open(&(struct engine_settings){.store = s->store,
                                                              .sync_key = key,
                                                              .trackers = {t[0], t[1]},
                                                              .clock = &s->clock.clock,
                                                              .seed = (uint64_t)clock_now(&s->clock.clock),
                                                              .sweep_ms = -1},
                                    &s->e);
    OK(s, en);
    s->clock.now += 60 * 1000;
    OK(s, engine_settle(en, 50, &counts, &s->e));
    engine_close(en);
    tracker_free(t[0]);
    tracker_free(t[1]);
    return counts;
}

/* The partner's key, as the store knows it. */
static inline const char *scene_partner(struct scene *s, const char *sync, enum side side, const char *key)
{
    struct sync_row row;
    struct pair *pairs;
    size_t count;
    OK(s, sync_get(s->store, &s->a, sync, &row, &s->e));
    OK(s, pair_list(s->store, &s->a, row.id, &pairs, &count, &s->e));
    for (size_t i = 0; i < count; i++)
        if (str_eq(pairs[i].key[side], key))
            return pairs[i].key[side_other(side)];
    return NULL;
}

/* --- a look --- */

struct look {
    const char *key, *text;
};

struct looks {
    struct look *list;
    size_t count;
};

static inline int scene_by_text(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

/* Without the people in it. The made-up issues mention one whom nobody knows: on the other side that is plain text. */
static inline const char *scene_nameless(struct scene *s, const char *text)
{
    return str_replace(&s->a, rich_nameless(&s->a, text), "@nobody.known", "@");
}

/* The comment without the lines that name its author (a copy of a copy has two), and without names. */
static inline const char *scene_words(struct scene *s, const char *body)
{
    for (;;) {
        const char *end = strchr(body, '\n'), *line = strstr(body, " wrote on ");
        if (body[0] != '_' || !end || !line || line > end)
            return scene_nameless(s, body);
        body = end + strspn(end, "\r\n");
    }
}

static inline const char *scene_tell(struct scene *s, const struct tracker_issue *issue)
{
    static const char *const FIELDS[] = {"summary", "issuetype", "status", "priority"};
    char *text = arena_printf(&s->a, "%s", "");
    for (size_t i = 0; i < ARRAY_LEN(FIELDS); i++) {
        struct value v = tracker_issue_value(issue, FIELDS[i]);
        text = arena_printf(&s->a, "%s%s|", text, v.text ? v.text : "");
    }
    struct value labels = tracker_issue_value(issue, "labels"), who = tracker_issue_value(issue, "assignee");
    struct value description = tracker_issue_value(issue, "description");
    text = arena_printf(&s->a, "%s%s|%s|%s|", text, value_canonical(&s->a, &labels),
                        s->with_people && who.text ? who.text : "", scene_nameless(s, description.text));
    const char **words = arena_array(&s->a, const char *, issue->comment_count);
    for (size_t i = 0; i < issue->comment_count; i++)
        words[i] = scene_words(s, rich_markup(&s->a, issue->comments[i].body));
    if (issue->comment_count)
        qsort(words, issue->comment_count, sizeof *words, scene_by_text);
    for (size_t i = 0; i < issue->comment_count; i++)
        text = arena_printf(&s->a, "%s\n    %s", text, words[i]);
    return text;
}

static inline int scene_by_key(const void *x, const void *y)
{
    const char *a = ((const struct look *)x)->key, *b = ((const struct look *)y)->key;
    size_t n = strlen(a), m = strlen(b);
    return n != m ? (n < m ? -1 : 1) : strcmp(a, b);
}

/* Every issue of a project, in the order of keys. */
static inline struct looks scene_look(struct scene *s, enum scene_site at, const char *project)
{
    static const char *const FIELDS[] = {"summary", "issuetype", "status",     "priority",
                                         "labels",  "assignee",  "description"};
    struct looks r = {NULL, 0};
    struct tracker *t = scene_open(s, at, project);
    const char *cursor = NULL;
    do {
        struct tracker_seen *seen;
        size_t count;
        OK(s, t->ops->poll(t, &s->a, 0, NULL, &cursor, &seen, &count, &s->e));
        const char **ids = arena_array(&s->a, const char *, count);
        struct tracker_issue **found = arena_array(&s->a, struct tracker_issue *, count);
        for (size_t i = 0; i < count; i++)
            ids[i] = seen[i].id;
        struct tracker_read read = {.ids = ids,
                                    .id_count = count,
                                    .fields = FIELDS,
                                    .field_count = ARRAY_LEN(FIELDS),
                                    .want = TRACKER_COMMENTS};
        OK(s, !count || t->ops->read(t, &s->a, &read, found, &s->e));
        for (size_t i = 0; i < count; i++)
            *arena_push(&s->a, r.list, r.count) = (struct look){seen[i].key, scene_tell(s, found[i])};
    } while (cursor);
    tracker_free(t);
    if (r.count)
        qsort(r.list, r.count, sizeof *r.list, scene_by_key);
    return r;
}

static inline const char *scene_text_of(const struct looks *l, const char *key)
{
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(l->list[i].key, key))
            return l->list[i].text;
    return NULL;
}

/* "SB-3 SB-9 ": the issues that look different now, new and vanished ones included. */
static inline const char *scene_changed(struct scene *s, const struct looks *before, const struct looks *now)
{
    char *keys = arena_strdup(&s->a, "");
    for (size_t i = 0; i < now->count; i++)
        if (!str_eq(scene_text_of(before, now->list[i].key), now->list[i].text))
            keys = arena_printf(&s->a, "%s%s ", keys, now->list[i].key);
    for (size_t i = 0; i < before->count; i++)
        if (!scene_text_of(now, before->list[i].key))
            keys = arena_printf(&s->a, "%s%s(gone) ", keys, before->list[i].key);
    return keys;
}

/* All of it, in an order that does not depend on keys. */
static inline const char *scene_story(struct scene *s, const struct looks *l)
{
    const char **lines = arena_array(&s->a, const char *, l->count);
    for (size_t i = 0; i < l->count; i++)
        lines[i] = l->list[i].text;
    if (l->count)
        qsort(lines, l->count, sizeof *lines, scene_by_text);
    struct buf all = BUF_INIT(16 << 20);
    for (size_t i = 0; i < l->count; i++)
        buf_addf(&all, "%s\n", lines[i]);
    const char *text = arena_strdup(&s->a, buf_str(&all));
    buf_release(&all);
    return text;
}

static inline void assert_same_story(struct scene *s, const struct looks *x, const struct looks *y)
{
    char **a, **b;
    size_t n = str_split(&s->a, scene_story(s, x), '\n', &a), m = str_split(&s->a, scene_story(s, y), '\n', &b);
    for (size_t i = 0; i < n && i < m; i++)
        if (!str_eq(a[i], b[i]))
            fail_msg("the projects differ:\n< %s\n> %s", a[i], b[i]);
    assert_int_equal(n, m);
}

/* --- moments --- */

struct scene_moment {
    void *bytes[SCENE_SITES + 1];
    size_t length[SCENE_SITES + 1];
    int64_t now;
};

static inline void scene_keep(struct scene *s, struct scene_moment *m)
{
    *m = (struct scene_moment){.now = s->clock.now};
    for (int i = 0; i < SCENE_SITES; i++)
        OK(s, sandbox_snapshot(s->sandbox[i], &m->bytes[i], &m->length[i], &s->e));
    OK(s, sql_snapshot(s->db, &m->bytes[SCENE_SITES], &m->length[SCENE_SITES], &s->e));
}

static inline void scene_restore(struct scene *s, const struct scene_moment *m)
{
    for (int i = 0; i < SCENE_SITES; i++) {
        OK(s, sandbox_restore(s->sandbox[i], m->bytes[i], m->length[i], &s->e));
        s->is_away[i] = false;
    }
    OK(s, sql_restore(s->db, m->bytes[SCENE_SITES], m->length[SCENE_SITES], &s->e));
    s->clock.now = m->now;
    s->said[0] = 0;
    s->e = (struct err)ERR_INIT;
    scene_reopen(s);
}

static inline void scene_moment_free(struct scene_moment *m)
{
    for (int i = 0; i <= SCENE_SITES; i++)
        free(m->bytes[i]);
}

/* --- the whole --- */

/* Names, so that both Jira Servers know the same people. */
static inline void scene_people(struct scene *s, enum scene_site at)
{
    static const char *const PEOPLE[][2] = {{"ada.lindqvist", "Ada Lindqvist"},
                                            {"bruno.okafor", "Bruno Okafor"},
                                            {"carla.mendes", "Carla Mendes"},
                                            {"dieter.bauer", "Dieter B\xc3\xa4uerle"},
                                            {"emi.tanaka", "Emi Tanaka"},
                                            {"farid.haddad", "Farid Haddad"},
                                            {"grace.obrien", "Gr\xc3\xa1inne O'Brien"},
                                            {"hugo.moreau", "Hugo Moreau"},
                                            {"ines.novak", "In\xc3\xa9s Nov\xc3\xa1k"},
                                            {"jonas.weber", "Jonas Weber"},
                                            {"kim.larsen", "Kim Larsen"},
                                            {"leila.rahimi", "Leila Rahimi"}};
    for (size_t i = 0; i < ARRAY_LEN(PEOPLE); i++)
        scene_account(s, at, PEOPLE[i][0], PEOPLE[i][1]);
}

/* SA with made-up issues, an empty SB, the site to move to, INT-1 running and in step. */
static inline struct scene *scene_new(const enum sandbox_dialect dialect[SCENE_SITES], int issues, bool with_people)
{
    struct scene *s = calloc(1, sizeof *s);
    s->issues = issues;
    s->with_people = with_people;
    memcpy(s->dialect, dialect, sizeof s->dialect);
    clock_virtual_init(&s->clock, 1795168800000, 7);
    snprintf(s->folder, sizeof s->folder, "/tmp/tandem-flow-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    for (int i = 0; i < SCENE_SITES; i++)
        scene_open_site(s, (enum scene_site)i);
    OK(s, sandbox_demo_data(s->sandbox[SA], "SA", issues, 11, &s->e));
    scene_people(s, SB);
    scene_ask(s, SB, "admin", 201, HTTP_POST, "/sandbox/project", "{\"key\":\"SB\",\"name\":\"Project SB\"}");
    s->db = sql_open(":memory:", SQL_FAST, &s->e);
    OK(s, s->db);
    scene_reopen(s);
    scene_make_sync(s);
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
    return s;
}

static inline void scene_free(struct scene *s)
{
    store_close(s->store);
    sql_close(s->db);
    arena_release(&s->a);
    for (int i = 0; i < SCENE_SITES; i++)
        sandbox_close(s->sandbox[i]);
    DIR *dir = opendir(s->folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(s->folder);
    free(s);
}

static inline void scene_say(void *context, const char *step, const char *text)
{
    struct scene *s = context;
    size_t used = strlen(s->said);
    snprintf(s->said + used, sizeof s->said - used, "%-8s %s\n", step, text);
}

static inline struct migrate_options scene_migration(struct scene *s, enum side moved, const char *to)
{
    return (struct migrate_options){.store = s->store,
                                    .sync_key = "INT-1",
                                    .moved = moved,
                                    .new_site = to,
                                    .new_project = to ? (moved == SIDE_FIRST ? "SA" : "SB") : NULL,
                                    .folder = s->folder,
                                    .sites = {scene_tracker, s},
                                    .clock = &s->clock.clock,
                                    .seed = 9,
                                    .say = scene_say,
                                    .context = s};
}

static inline const char *scene_move(struct scene *s, enum scene_site from, const char *project)
{
    struct sandbox_moved moved;
    const char *map = arena_printf(&s->a, "%s/id-map-%d.jsonl", s->folder, ++s->moves);
    struct sandbox_move how = {.project = project, .id_map = map};
    OK(s, sandbox_move(s->sandbox[from], s->sandbox[CA], &how, &moved, &s->e));
    s->clock.now += 60 * 1000;
    return map;
}

static inline bool scene_has_line(const struct migrate_report *r, const char *piece)
{
    for (size_t i = 0; i < r->line_count; i++)
        if (strstr(r->lines[i], piece))
            return true;
    return false;
}

static inline void scene_print_lines(const struct migrate_report *r)
{
    for (size_t i = 0; i < r->line_count; i++)
        print_message("    %s\n", r->lines[i]);
}
