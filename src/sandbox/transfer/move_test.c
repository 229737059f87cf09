#include "base/file_atomic.h"
#include "http/client.h"
#include "sandbox/test_rows.h"
#include "sandbox/transfer/transfer.h"
#include "text/text.h"

static struct sandbox_moved move(struct site *from, struct site *to, struct sandbox_move m)
{
    struct sandbox_moved r;
    if (!m.project)
        m.project = "SA";
    MUST(to, sandbox_move(from->sb, to->sb, &m, &r, &to->e));
    return r;
}

static struct site *full(enum sandbox_dialect dialect, int issues)
{
    struct site *s = site_open(dialect, 11);
    MUST(s, sandbox_demo_data(s->sb, "SA", issues, 5, &s->e));
    return s;
}

/* A column of every row, joined: what must be the same on both sites. */
static char *column(struct site *s, const char *sql)
{
    struct buf b = BUF_INIT(64 << 20);
    struct sql_rows rows;
    MUST(s, sql_query(s->sb->db, &rows, &s->e, sql, ""));
    while (sql_next(&rows))
        buf_addf(&b, "%s\n", sql_peek(&rows, 0) ? sql_peek(&rows, 0) : "-");
    MUST(s, sql_done(&rows, &s->e));
    char *text = arena_strdup(&s->a, buf_str(&b));
    buf_release(&b);
    return text;
}

#define SAME(from, to, sql)  assert_string_equal(column((from), (sql)), column((to), (sql)))
#define OTHER(from, to, sql) assert_string_not_equal(column((from), (sql)), column((to), (sql)))

static const char keys_and_dates[] =
    "SELECT p.key || '-' || i.number || ' ' || i.created || ' ' || i.updated || ' ' || i.status_changed || ' ' || "
    "ifnull(i.resolved, '-') || ' ' || i.summary || ' ' || t.name || ' ' || s.name || ' ' || ifnull(pr.name, '-') || ' "
    "' || "
    "ifnull(r.name, '-') || ' ' || ifnull(a.email, '-') || ' ' || c.email || ' ' || ifnull((SELECT "
    "group_concat(l.label) FROM "
    "issue_label l WHERE l.issue = i.id), '-') FROM issue i JOIN project p ON p.id = i.project JOIN issue_type t ON "
    "t.id = "
    "i.issue_type JOIN status s ON s.id = i.status LEFT JOIN priority pr ON pr.id = i.priority LEFT JOIN resolution r "
    "ON r.id "
    "= i.resolution LEFT JOIN account a ON a.id = i.assignee JOIN account c ON c.id = i.creator ORDER BY i.number";
static const char parents[] =
    "SELECT i.number || '<' || o.number FROM issue i JOIN issue o ON o.id = i.parent ORDER BY i.number";
static const char comments[] =
    "SELECT i.number || ' ' || a.email || ' ' || c.created || ' ' || c.updated FROM comment c JOIN "
    "issue i ON i.id = c.issue JOIN account a ON a.id = c.author ORDER BY i.number, c.id";
static const char histories[] =
    "SELECT i.number || ' ' || h.created || ' ' || a.email || ' ' || t.field || ' ' || ifnull(t.from_string, '-') || ' "
    "' || "
    "ifnull(t.to_string, '-') FROM history h JOIN issue i ON i.id = h.issue JOIN account a ON a.id = h.author JOIN "
    "history_item t ON t.history = h.id ORDER BY i.number, h.id, t.position";

static void keys_dates_authors_and_history_stay_and_every_number_changes(void **state)
{
    (void)state;
    struct site *from = full(SANDBOX_DC8, 60), *to = site_open(SANDBOX_CLOUD, 12);
    struct sandbox_moved moved = move(from, to, (struct sandbox_move){0});
    assert_int_equal(moved.issues, 60);
    assert_int_equal(moved.comments, site_int(from, "SELECT count(*) FROM comment"));
    SAME(from, to, keys_and_dates);
    SAME(from, to, parents);
    SAME(from, to, comments);
    SAME(from, to, histories);
    OTHER(from, to, "SELECT id FROM issue ORDER BY number");
    OTHER(from, to, "SELECT id FROM comment ORDER BY id");
    OTHER(from, to, "SELECT DISTINCT status FROM issue ORDER BY 1");
    assert_int_equal(site_int(to, "SELECT next_number FROM project"),
                     site_int(from, "SELECT next_number FROM project"));
    assert_int_equal(site_int(to, "SELECT count(*) FROM account WHERE account_id IS NULL"), 0);
    assert_int_equal(site_int(to,
                              "SELECT count(*) FROM history_item t JOIN history h ON h.id = t.history WHERE t.field = "
                              "'assignee' AND t.to_value NOT IN (SELECT account_id FROM account)"),
                     0);
    assert_int_equal(
        site_int(to, "SELECT count(*) FROM history_item WHERE field = 'status' AND CAST(to_value AS INTEGER) NOT "
                     "IN (SELECT id FROM status)"),
        0);
    site_close(from);
    site_close(to);
}

static void rich_text_becomes_adf_with_the_new_names_in_it(void **state)
{
    (void)state;
    struct site *from = site_open(SANDBOX_DC10, 1), *to = site_open(SANDBOX_CLOUD, 2);
    site_project(from, "SA");
    int64_t ada, id = site_issue(from, "Text", TEST_NOW), comment;
    struct account_new n = {.name = "ada", .email = "ada@example.com", .display_name = "Ada"};
    MUST(from, account_create(from->sb, &n, &ada, &from->e));
    MUST(from, sql_run(from->sb->db, &from->e,
                       "UPDATE issue SET assignee = ?1, description = 'h1. Hi [~ada]\n\n* *one*'", "i", ada));
    struct bulk_comment c = {.issue = id,
                             .author = ada,
                             .created = 1,
                             .updated = 2,
                             .body = "Ask [~ada] or [~nobody]",
                             .visibility_type = "role",
                             .visibility_value = "Administrators"};
    MUST(from, bulk_comment_add(from->sb, &c, &comment, &from->e));
    move(from, to, (struct sandbox_move){0});
    char *account = column(to, "SELECT account_id FROM account WHERE email = 'ada@example.com'");
    account[strlen(account) - 1] = 0;
    char *description = column(to, "SELECT description FROM issue"), *body = column(to, "SELECT body FROM comment");
    assert_non_null(strstr(description, "\"type\":\"heading\""));
    assert_non_null(strstr(description, "\"type\":\"bulletList\""));
    assert_non_null(strstr(description, account));
    assert_non_null(strstr(body, account));
    assert_non_null(strstr(body, "nobody"));
    assert_string_equal(column(to, "SELECT visibility_type || visibility_value FROM comment"), "roleAdministrators\n");
    /* And back again to a Data Center, where the words are wiki markup and Ada has her name. */
    struct site *back = site_open(SANDBOX_DC10, 3);
    MUST(back, account_create(back->sb, &n, &ada, &back->e));
    move(to, back, (struct sandbox_move){0});
    struct text_doc *was = text_from_wiki(&back->a, "h1. Hi [~ada]\n\n* *one*", strlen("h1. Hi [~ada]\n\n* *one*"));
    char *now = column(back, "SELECT description FROM issue");
    assert_string_equal(text_canonical(&back->a, text_from_wiki(&back->a, now, strlen(now))),
                        text_canonical(&back->a, was));
    site_close(from);
    site_close(to);
    site_close(back);
}

static void fields_of_a_taken_name_arrive_as_migrated(void **state)
{
    (void)state;
    struct site *from = site_open(SANDBOX_DC10, 1), *to = site_open(SANDBOX_CLOUD, 2);
    int64_t weight, other, own, option, id;
    site_project(from, "SA");
    MUST(from, field_create(from->sb, "Weight", "number", &weight, &from->e));
    MUST(to, field_create(to->sb, "weight", "text", &other, &to->e));
    MUST(from, field_create(from->sb, "Only here", "select", &own, &from->e));
    MUST(from, field_option_create(from->sb, own, "Round", &option, &from->e));
    id = site_issue(from, "Values", TEST_NOW);
    MUST(from, sql_run(from->sb->db, &from->e, "INSERT INTO custom_value (issue, field, num) VALUES (?1, ?2, 2.5)",
                       "ii", id, weight));
    MUST(from, sql_run(from->sb->db, &from->e, "INSERT INTO custom_value (issue, field, ref) VALUES (?1, ?2, ?3)",
                       "iii", id, own, option));
    move(from, to, (struct sandbox_move){0});
    assert_string_equal(
        column(to, "SELECT f.name || ' ' || v.num FROM custom_value v JOIN field f ON f.number = v.field WHERE "
                   "v.num IS NOT NULL"),
        "Weight (migrated) 2.5\n");
    assert_string_equal(
        column(to, "SELECT f.name || ' ' || o.value FROM custom_value v JOIN field f ON f.number = v.field JOIN "
                   "field_option o ON o.id = v.ref AND o.field = v.field"),
        "Only here Round\n");
    /* Of the fields that every new site has, the one with options comes a second time. */
    assert_int_equal(site_int(to, "SELECT count(*) FROM field WHERE name = 'Severity (migrated)'"), 1);
    assert_int_equal(site_int(to, "SELECT count(*) FROM field WHERE name = 'Story Points'"), 1);
    site_close(from);
    site_close(to);
}

static void properties_and_remote_links_stay_behind_unless_asked_for(void **state)
{
    (void)state;
    for (int keep = 0; keep < 2; keep++) {
        struct site *from = site_open(SANDBOX_DC10, 1), *to = site_open(SANDBOX_CLOUD, 2);
        site_project(from, "SA");
        int64_t id = site_issue(from, "One", TEST_NOW);
        MUST(from, sql_run(from->sb->db, &from->e, "INSERT INTO property VALUES ('issue', ?1, 'k', '{\"a\":[1,null]}')",
                           "i", id));
        MUST(from, sql_run(from->sb->db, &from->e, "INSERT INTO property VALUES ('project', ?1, 'k', '1')", "i",
                           from->project));
        MUST(from, sql_run(from->sb->db, &from->e,
                           "INSERT INTO remote_link (issue, global_id, object) VALUES (?1, 'g', '{\"url\":\"x\"}')",
                           "i", id));
        move(from, to, (struct sandbox_move){.keep_properties = keep, .keep_remote_links = keep});
        assert_int_equal(site_int(to, "SELECT count(*) FROM property"), keep ? 2 : 0);
        assert_int_equal(site_int(to, "SELECT count(*) FROM remote_link"), keep);
        if (keep)
            assert_string_equal(column(to, "SELECT value FROM property WHERE entity = 'issue'"), "{\"a\":[1,null]}\n");
        site_close(from);
        site_close(to);
    }
}

static void links_survive_and_are_not_doubled(void **state)
{
    (void)state;
    struct site *from = full(SANDBOX_DC8, 1200), *to = site_open(SANDBOX_CLOUD, 12);
    MUST(from,
         sql_run(
             from->sb->db, &from->e,
             "INSERT INTO issue_link (type, inward, outward) SELECT (SELECT min(id) FROM link_type), a.id, b.id FROM "
             "issue a JOIN issue b ON b.number = 1201 - a.number WHERE a.number % 3 = 0",
             ""));
    /* A parent from a later page. */
    MUST(from, sql_run(from->sb->db, &from->e,
                       "UPDATE issue SET parent = (SELECT id FROM issue WHERE number = 1100) WHERE "
                       "number = 7",
                       ""));
    struct sandbox_moved moved = move(from, to, (struct sandbox_move){0});
    assert_int_equal(moved.issues, 1200);
    SAME(from, to,
         "SELECT a.number || '>' || b.number || t.name FROM issue_link l JOIN issue a ON a.id = l.inward JOIN issue b "
         "ON b.id = l.outward JOIN link_type t ON t.id = l.type ORDER BY a.number, b.number");
    SAME(from, to, parents);
    site_close(from);
    site_close(to);
}

static void the_report_names_every_issue_comment_and_user(void **state)
{
    (void)state;
    struct site *from = full(SANDBOX_DC8, 30), *to = site_open(SANDBOX_CLOUD, 12);
    char path[] = "/tmp/tandem-idmap-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    move(from, to, (struct sandbox_move){.id_map = path});
    struct buf b = BUF_INIT(16 << 20);
    MUST(to, file_read(path, &b, &to->e));
    unlink(path);
    char **lines;
    size_t count = str_split(&to->a, buf_str(&b), '\n', &lines), issues = 0, said = 0, users = 0, projects = 0,
           fields = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        const json_t *v = json_parse(&to->a, lines[i], strlen(lines[i]), true, "line", &to->e);
        const char *type = json_at_str(v, "entityType"), *source = json_at_str(v, "sourceId"),
                   *target = json_at_str(v, "targetId");
        assert_non_null(type);
        assert_non_null(source);
        assert_non_null(target);
        issues += str_eq(type, "jira:issue");
        said += str_eq(type, "jira:comment");
        users += str_eq(type, "jira:user");
        projects += str_eq(type, "jira:project");
        fields += str_eq(type, "jira:customField");
        int64_t same = 0;
        if (str_eq(type, "jira:issue")) {
            int64_t number = 0, other = 0;
            MUST(from, sql_get_int(from->sb->db, &number, 0, &from->e, "SELECT number FROM issue WHERE id = ?1", "s",
                                   source));
            MUST(to, sql_get_int(to->sb->db, &other, 0, &to->e, "SELECT number FROM issue WHERE id = ?1", "s", target));
            assert_int_equal(number, other);
        } else if (str_eq(type, "jira:user")) {
            MUST(from, sql_get_int(from->sb->db, &same, 0, &from->e, "SELECT 1 FROM account WHERE user_key = ?1", "s",
                                   source));
            assert_int_equal(same, 1);
            MUST(to,
                 sql_get_int(to->sb->db, &same, 0, &to->e, "SELECT 1 FROM account WHERE account_id = ?1", "s", target));
            assert_int_equal(same, 1);
        }
    }
    assert_int_equal(issues, 30);
    assert_int_equal(said, site_int(from, "SELECT count(*) FROM comment"));
    assert_true(users >= 10);
    assert_int_equal(projects, 1);
    assert_true(fields >= 5);
    buf_release(&b);
    site_close(from);
    site_close(to);
}

static void people_without_an_address_become_former_users(void **state)
{
    (void)state;
    struct site *from = site_open(SANDBOX_DC10, 1), *to = site_open(SANDBOX_CLOUD, 2);
    int64_t ghost;
    struct account_new n = {.name = "ghost", .display_name = "Ghost"};
    site_project(from, "SA");
    MUST(from, account_create(from->sb, &n, &ghost, &from->e));
    site_issue(from, "Haunted", TEST_NOW);
    MUST(from, sql_run(from->sb->db, &from->e, "UPDATE account SET email = NULL WHERE id = ?1", "i", ghost));
    MUST(from, sql_run(from->sb->db, &from->e, "UPDATE issue SET reporter = ?1", "i", ghost));
    move(from, to, (struct sandbox_move){0});
    assert_string_equal(
        column(to, "SELECT a.display_name || a.active || a.name FROM issue i JOIN account a ON a.id = i.reporter"),
        "Former user0ghost\n");
    assert_int_equal(site_int(to, "SELECT count(*) FROM account"), 2);
    site_close(from);
    site_close(to);
}

static void a_taken_key_or_a_missing_project_changes_nothing(void **state)
{
    (void)state;
    struct site *from = full(SANDBOX_DC8, 5), *to = site_open(SANDBOX_CLOUD, 12);
    struct sandbox_moved r;
    struct err e = ERR_INIT;
    assert_false(sandbox_move(from->sb, to->sb, &(struct sandbox_move){.project = "NONE"}, &r, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    move(from, to, (struct sandbox_move){0});
    err_clear(&e);
    assert_false(sandbox_move(from->sb, to->sb, &(struct sandbox_move){.project = "SA"}, &r, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_int_equal(site_int(to, "SELECT count(*) FROM issue"), 5);
    assert_false(sql_in_transaction(to->sb->db));
    site_close(from);
    site_close(to);
}

static struct http_client *client(struct site *s)
{
    const char *credentials = arena_printf(&s->a, "Basic %s", str_base64(&s->a, s->user, strlen(s->user)));
    struct http_client_settings settings = {.transport = transport_local_new(sandbox_handle, s->sb),
                                            .clock = &s->clock.clock,
                                            .site_name = "test",
                                            .authorization = credentials};
    return http_client_new(&settings);
}

static void the_same_move_goes_over_http_page_by_page(void **state)
{
    (void)state;
    struct site *from = full(SANDBOX_DC8, 1100), *to = site_open(SANDBOX_CLOUD, 12);
    struct http_client *a = client(from), *b = client(to);
    struct sandbox_moved r;
    MUST(to, sandbox_move_http(a, b, &(struct sandbox_move){.project = "SA"}, &r, &to->e));
    assert_int_equal(r.issues, 1100);
    assert_int_equal(http_client_counts(a).requests, 3);
    SAME(from, to, keys_and_dates);
    SAME(from, to, comments);
    SAME(from, to, parents);
    struct err e = ERR_INIT;
    assert_false(sandbox_move_http(a, b, &(struct sandbox_move){.project = "SA"}, &r, &e));
    assert_int_equal(e.kind, ERR_REFUSED);
    http_client_free(a);
    http_client_free(b);
    from->user = NULL;
    assert_int_equal(ask(from, HTTP_GET, "/sandbox/dump?project=SA", NULL).status, 401);
    site_close(from);
    site_close(to);
}

static void a_moved_project_is_a_living_one(void **state)
{
    (void)state;
    struct site *from = full(SANDBOX_DC8, 20), *to = site_open(SANDBOX_CLOUD, 12);
    int64_t status;
    MUST(from, status_ensure(from->sb, "Waiting for customer", 4, &status, &from->e));
    MUST(from,
         sql_run(
             from->sb->db, &from->e,
             "INSERT INTO workflow_transition (workflow, name, from_status, to_status) SELECT min(id), 'Wait', NULL, "
             "?1 FROM workflow",
             "i", status));
    move(from, to, (struct sandbox_move){0});
    struct answer a = ask(to, HTTP_GET, "/rest/api/3/issue/SA-3/transitions", NULL);
    const json_t *list = json_object_get(a.json, "transitions");
    assert_non_null(strstr(joined(to, list, "to.name"), "Waiting for customer"));
    a = ask(to, HTTP_POST, "/rest/api/3/issue",
            "{\"fields\":{\"project\":{\"key\":\"SA\"},\"issuetype\":{\"name\":\"Task\"},\"summary\":\"New\"}}");
    assert_int_equal(a.status, 201);
    assert_string_equal(json_at_str(a.json, "key"), "SA-21");
    a = ask(to, HTTP_GET, "/rest/api/2/issue/sa-5?fields=summary,description,comment", NULL);
    assert_int_equal(a.status, 200);
    site_close(from);
    site_close(to);
}

static void a_second_project_of_the_same_site_meets_its_people_and_fields_again(void **state)
{
    (void)state;
    struct site *from = full(SANDBOX_DC8, 20), *to = site_open(SANDBOX_CLOUD, 12);
    MUST(from, sandbox_demo_data(from->sb, "SB", 20, 6, &from->e));
    struct sandbox_moved first = move(from, to, (struct sandbox_move){0});
    int64_t people = site_int(to, "SELECT count(*) FROM account"), fields = site_int(to, "SELECT count(*) FROM field");
    struct sandbox_moved second = move(from, to, (struct sandbox_move){.project = "SB"});
    assert_int_equal(first.fields, 1);
    assert_int_equal(second.fields, 0);
    assert_int_equal(second.issues, 20);
    assert_int_equal(site_int(to, "SELECT count(*) FROM account"), people);
    assert_int_equal(site_int(to, "SELECT count(*) FROM field"), fields);
    assert_int_equal(site_int(to, "SELECT count(*) FROM workflow"), 1);
    site_close(from);
    site_close(to);
}

/* The n-th value of a document, counted from the root, replaced by something else. */
static bool spoil(json_t *v, size_t *n, json_t *by)
{
    const char *key;
    json_t *child;
    size_t i;
    void *next;
    json_object_foreach_safe(v, next, key, child)
    {
        if ((*n)-- == 0)
            return json_object_set(v, key, by) == 0;
        if (spoil(child, n, by))
            return true;
    }
    json_array_foreach (v, i, child) {
        if ((*n)-- == 0)
            return json_array_set(v, i, by) == 0;
        if (spoil(child, n, by))
            return true;
    }
    return false;
}

static void a_page_that_is_spoilt_anywhere_is_refused_or_taken_but_never_half(void **state)
{
    (void)state;
    struct site *from = full(SANDBOX_DC8, 3), *to = site_open(SANDBOX_CLOUD, 12);
    struct answer page = ask(from, HTTP_GET, "/sandbox/dump?project=SA", NULL);
    assert_int_equal(page.status, 200);
    size_t refused = 0, taken = 0;
    for (size_t n = 0; n < 5000; n += 3) {
        struct arena a = ARENA_INIT;
        json_t *copy = json_keep(&a, json_deep_copy(page.json));
        json_t *by[] = {json_integer(-7), json_null(), json_string("x"), json_array(), json_object()};
        size_t at = n;
        bool is_spoilt = spoil(copy, &at, by[n % ARRAY_LEN(by)]);
        for (size_t i = 0; i < ARRAY_LEN(by); i++)
            json_decref(by[i]);
        if (is_spoilt) {
            struct sandbox_move options = {.keep_properties = true, .keep_remote_links = true};
            struct sandbox_moved counts = {0};
            struct err e = ERR_INIT;
            json_t *id_map = json_keep(&a, json_array());
            MUST(to, sql_begin(to->sb->db, &to->e));
            bool ok = transfer_import(to->sb, &a, copy, &options, id_map, &counts, &e);
            taken += ok;
            refused += !ok;
            assert_true(ok || e.kind != ERR_NONE);
            sql_rollback(to->sb->db);
        }
        arena_release(&a);
        if (!is_spoilt)
            break;
    }
    assert_true(refused > 10);
    assert_true(taken > 10);
    assert_int_equal(site_int(to, "SELECT count(*) FROM project"), 0);
    assert_int_equal(ask(to, HTTP_POST, "/sandbox/import", "{\"site\":\"x\",\"issues\":7}").status, 400);
    assert_int_equal(ask(to, HTTP_POST, "/sandbox/import", "{}").status, 400);
    assert_int_equal(ask(to, HTTP_GET, "/sandbox/dump?project=NONE", NULL).status, 404);
    assert_int_equal(ask(to, HTTP_GET, "/sandbox/dump", NULL).status, 400);
    site_close(from);
    site_close(to);
}

static void whoever_is_only_mentioned_or_was_once_assigned_comes_along(void **state)
{
    (void)state;
    struct site *from = site_open(SANDBOX_DC10, 1), *to = site_open(SANDBOX_CLOUD, 2),
                *third = site_open(SANDBOX_CLOUD, 3);
    int64_t id, kim, lee;
    site_project(from, "SA");
    struct account_new n = {.name = "kim", .email = "kim@example.com", .display_name = "Kim"},
                       o = {.name = "lee", .email = "lee@example.com", .display_name = "Lee"};
    MUST(from, account_create(from->sb, &n, &kim, &from->e));
    MUST(from, account_create(from->sb, &o, &lee, &from->e));
    id = site_issue(from, "Ask", TEST_NOW);
    MUST(from, sql_run(from->sb->db, &from->e,
                       "UPDATE issue SET description = 'ask [~kim] [~', environment = '[~none]'", ""));
    char *key = NULL;
    MUST(from, bulk_user_value(from->sb, &from->a, lee, &key, &from->e));
    struct bulk_item item = {"assignee", "jira", "assignee", key, "Lee", NULL, NULL};
    MUST(from, bulk_history_add(from->sb, id, from->admin, TEST_NOW, &item, 1, &from->e));
    move(from, to, (struct sandbox_move){0});
    assert_int_equal(site_int(to, "SELECT count(*) FROM account WHERE email IN ('kim@example.com', 'lee@example.com')"),
                     2);
    assert_int_equal(
        site_int(to, "SELECT count(*) FROM issue JOIN account a ON a.email = 'kim@example.com' WHERE description "
                     "LIKE '%' || a.account_id || '%'"),
        1);
    assert_int_equal(site_int(to,
                              "SELECT count(*) FROM history_item JOIN account a ON a.email = 'lee@example.com' WHERE "
                              "from_value = a.account_id"),
                     1);
    move(to, third, (struct sandbox_move){0});
    assert_int_equal(site_int(third, "SELECT count(*) FROM account"), 3);
    site_close(from);
    site_close(to);
    site_close(third);
}

static void every_pair_of_dialects_moves(void **state)
{
    (void)state;
    static const enum sandbox_dialect pairs[][2] = {
        {SANDBOX_DC8, SANDBOX_DC10}, {SANDBOX_CLOUD, SANDBOX_CLOUD}, {SANDBOX_DC10, SANDBOX_CLOUD}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        struct site *from = full(pairs[i][0], 40), *to = site_open(pairs[i][1], 99);
        move(from, to, (struct sandbox_move){0});
        SAME(from, to, keys_and_dates);
        SAME(from, to, comments);
        if (i < 2) {
            SAME(from, to, "SELECT description FROM issue ORDER BY number");
            SAME(from, to, "SELECT body FROM comment ORDER BY id");
        }
        site_close(from);
        site_close(to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_dates_authors_and_history_stay_and_every_number_changes),
        cmocka_unit_test(rich_text_becomes_adf_with_the_new_names_in_it),
        cmocka_unit_test(fields_of_a_taken_name_arrive_as_migrated),
        cmocka_unit_test(properties_and_remote_links_stay_behind_unless_asked_for),
        cmocka_unit_test(links_survive_and_are_not_doubled),
        cmocka_unit_test(the_report_names_every_issue_comment_and_user),
        cmocka_unit_test(people_without_an_address_become_former_users),
        cmocka_unit_test(a_taken_key_or_a_missing_project_changes_nothing),
        cmocka_unit_test(the_same_move_goes_over_http_page_by_page),
        cmocka_unit_test(a_moved_project_is_a_living_one),
        cmocka_unit_test(a_second_project_of_the_same_site_meets_its_people_and_fields_again),
        cmocka_unit_test(a_page_that_is_spoilt_anywhere_is_refused_or_taken_but_never_half),
        cmocka_unit_test(whoever_is_only_mentioned_or_was_once_assigned_comes_along),
        cmocka_unit_test(every_pair_of_dialects_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
