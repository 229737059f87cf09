#include "rehearse/world.h"

#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name, *what, *project;
    enum sandbox_dialect dialect;
} PLAN[WORLD_SITES] = {
    [WORLD_SA] = {"sa", "Jira Server 8", "SA", SANDBOX_DC8},
    [WORLD_SB] = {"sb", "Jira Data Center 10", "SB", SANDBOX_DC10},
    [WORLD_CA] = {"ca", "Jira Cloud", "SA", SANDBOX_CLOUD},
};

#define SYNC_USER "tandem-sync"
#define PERSON    "mia"
#define PASSWORD  "rehearsal"

void world_step(struct world *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(w->out, "\n%d. ", ++w->step);
    vfprintf(w->out, format, args);
    fputs("\n", w->out);
    va_end(args);
    fflush(w->out);
}

void world_tell(struct world *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("   ", w->out);
    vfprintf(w->out, format, args);
    fputs("\n", w->out);
    va_end(args);
    fflush(w->out);
}

bool world_check(struct world *w, bool holds, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs(holds ? "   [ok] " : "   [FAILED] ", w->out);
    vfprintf(w->out, format, args);
    fputs("\n", w->out);
    va_end(args);
    w->checks++;
    w->failed += !holds;
    fflush(w->out);
    return holds;
}

/* --- sites --- */

static const char *login(const struct world *w, enum world_site_name s, const char *user)
{
    struct arena *a = (struct arena *)&w->life;
    return PLAN[s].dialect == SANDBOX_CLOUD ? arena_printf(a, "%s@example.com", user) : user;
}

static const char *basic(struct world *w, enum world_site_name s, const char *user, const char *password)
{
    const char *both = arena_printf(&w->life, "%s:%s", login(w, s, user), password);
    return arena_printf(&w->life, "Basic %s", str_base64(&w->life, both, strlen(both)));
}

static struct http_client *client(struct world *w, enum world_site_name s, const char *user, const char *password,
                                  struct err *e)
{
    struct transport_settings road = {.base_url = w->sites[s].url};
    struct transport *transport = transport_curl_new(&road, e);
    if (!transport)
        return NULL;
    struct http_client_settings set = {.transport = transport,
                                       .clock = clock_system(),
                                       .site_name = w->sites[s].name,
                                       .authorization = basic(w, s, user, password)};
    return http_client_new(&set);
}

static bool add_account(struct http_client *admin, struct arena *a, const char *user, const char *name, bool is_admin,
                        struct err *e)
{
    struct http_reply reply;
    json_t *body = json_keep(a, json_pack("{ss ss ss ss sb}", "name", user, "emailAddress",
                                          arena_printf(a, "%s@example.com", user), "displayName", name, "password",
                                          PASSWORD, "admin", (int)is_admin));
    struct http_call call = {.method = HTTP_POST, .target = "/sandbox/users", .json = body};
    return http_client_call(admin, &call, a, &reply, e);
}

/* The site's own view of how much Tandem asks of it. */
static void serve_and_count(void *context, const struct http_request *request, struct arena *a,
                            struct http_response *response)
{
    struct world_site *site = context;
    if (str_eq(http_request_header(request, "Authorization"), site->sync_login))
        site->requests++;
    sandbox_handle(site->sandbox, request, a, response);
}

static bool open_site(struct world *w, enum world_site_name s, struct err *e)
{
    struct world_site *site = &w->sites[s];
    *site = (struct world_site){
        .name = PLAN[s].name, .what = PLAN[s].what, .project = PLAN[s].project, .dialect = PLAN[s].dialect};
    site->sync_login = basic(w, s, SYNC_USER, PASSWORD);
    struct sandbox_settings set = {.dialect = site->dialect,
                                   .data = arena_printf(&w->life, "%s/%s.db", w->folder, site->name),
                                   .base_url = arena_printf(&w->life, "https://%s.example.com", site->name),
                                   .clock = clock_system(),
                                   .seed = 100 + (uint64_t)s};
    site->sandbox = sandbox_open(&set, e);
    if (!site->sandbox)
        return false;
    struct http_server_settings serve = {.listen = "127.0.0.1:0", .handler = serve_and_count, .context = site};
    site->server = http_server_start(&serve, e);
    if (!site->server)
        return false;
    site->url = arena_printf(&w->life, "http://127.0.0.1:%d", http_server_port(site->server));
    struct http_client *admin = client(w, s, "admin", "admin", e);
    bool ok = admin && add_account(admin, &w->life, SYNC_USER, "Tandem", true, e) &&
              add_account(admin, &w->life, PERSON, "Mia Winter", false, e);
    http_client_free(admin);
    return ok && (site->person = client(w, s, PERSON, PASSWORD, e)) != NULL;
}

static bool make_folder(struct world *w, const char *keep, struct err *e)
{
    char temporary[] = "/tmp/tandem-demo-XXXXXX";
    w->is_temporary = !keep;
    if (keep) {
        w->folder = arena_strdup(&w->life, keep);
        return mkdir(keep, 0700) == 0 || errno == EEXIST ||
               err_set(e, ERR_IO, "%s: cannot be made: %s", keep, strerror(errno));
    }
    if (!mkdtemp(temporary))
        return err_set(e, ERR_IO, "/tmp: no temporary folder could be made: %s", strerror(errno));
    w->folder = arena_strdup(&w->life, temporary);
    return true;
}

bool world_open(struct world *w, const struct demo_options *o, struct err *e)
{
    *w = (struct world){.out = o->out};
    if (!make_folder(w, o->keep, e))
        return false;
    for (int s = 0; s < WORLD_SITES; s++)
        if (!open_site(w, (enum world_site_name)s, e))
            return false;
    return true;
}

static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    char path[4200];
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    closedir(dir);
    rmdir(folder);
}

void world_close(struct world *w)
{
    for (int s = 0; s < WORLD_SITES; s++) {
        http_client_free(w->sites[s].person);
        http_server_stop(w->sites[s].server);
        sandbox_close(w->sites[s].sandbox);
    }
    if (w->is_temporary && w->folder)
        remove_folder(w->folder);
    arena_release(&w->life);
}

/* --- trackers --- */

static void free_site(void *site)
{
    jira_site_close(site);
}

bool world_tracker(struct world *w, enum world_site_name s, const char *project, struct tracker **r, struct err *e)
{
    struct jira_settings set = {.name = w->sites[s].name,
                                .base_url = w->sites[s].url,
                                .user = login(w, s, SYNC_USER),
                                .secret = PASSWORD,
                                .allow_http = true,
                                .clock = clock_system(),
                                .seed = 7};
    struct jira_site *site = jira_site_open(&set, e);
    if (!site)
        return false;
    arena_defer(&w->life, free_site, site); /* trackers are closed before the world is */
    *r = tracker_jira_new(site, project);
    return true;
}

/* --- what people do --- */

static bool act(struct world *w, enum world_site_name s, enum http_method method, const json_t *body,
                struct http_reply *reply, struct err *e, const char *format, ...) PRINTF_LIKE(7, 8);
static bool act(struct world *w, enum world_site_name s, enum http_method method, const json_t *body,
                struct http_reply *reply, struct err *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct http_call call = {.method = method, .target = arena_vprintf(&w->life, format, args), .json = body};
    va_end(args);
    return http_client_call(w->sites[s].person, &call, &w->life, reply, e);
}

bool world_edit(struct world *w, enum world_site_name s, const char *key, const json_t *fields, struct err *e)
{
    struct http_reply reply;
    json_t *body = json_keep(&w->life, json_pack("{sO}", "fields", fields));
    return act(w, s, HTTP_PUT, body, &reply, e, "/rest/api/2/issue/%s", key);
}

static void note(struct world *w, const char *text)
{
    *arena_push(&w->life, w->notes, w->note_count) = (struct world_note){arena_strdup(&w->life, text), false};
}

static void forget(struct world *w, const char *text)
{
    for (size_t i = 0; i < w->note_count; i++)
        if (str_eq(w->notes[i].text, text))
            w->notes[i].is_deleted = true;
}

bool world_comment(struct world *w, enum world_site_name s, const char *key, const char *text, const char **id_r,
                   struct err *e)
{
    struct http_reply reply;
    json_t *body = json_keep(&w->life, json_pack("{ss}", "body", text));
    if (!act(w, s, HTTP_POST, body, &reply, e, "/rest/api/2/issue/%s/comment", key))
        return false;
    note(w, text);
    *id_r = json_at_id(&w->life, reply.json, "id");
    return true;
}

bool world_comment_edit(struct world *w, enum world_site_name s, const char *key, const char *id, const char *old_text,
                        const char *text, struct err *e)
{
    struct http_reply reply;
    json_t *body = json_keep(&w->life, json_pack("{ss}", "body", text));
    if (!act(w, s, HTTP_PUT, body, &reply, e, "/rest/api/2/issue/%s/comment/%s", key, id))
        return false;
    forget(w, old_text);
    note(w, text);
    return true;
}

bool world_comment_delete(struct world *w, enum world_site_name s, const char *key, const char *id, const char *text,
                          struct err *e)
{
    struct http_reply reply;
    if (!act(w, s, HTTP_DELETE, NULL, &reply, e, "/rest/api/2/issue/%s/comment/%s", key, id))
        return false;
    forget(w, text);
    return true;
}

bool world_move(struct world *w, enum world_site_name s, const char *key, int pick, struct err *e)
{
    struct http_reply reply;
    if (!act(w, s, HTTP_GET, NULL, &reply, e, "/rest/api/2/issue/%s/transitions", key))
        return false;
    const json_t *list = json_at(reply.json, "transitions");
    size_t count = json_array_size(list);
    if (!count)
        return true;
    const char *id = json_at_str(json_array_get(list, (size_t)pick % count), "id");
    json_t *body = json_keep(&w->life, json_pack("{s{ss}}", "transition", "id", id));
    return act(w, s, HTTP_POST, body, &reply, e, "/rest/api/2/issue/%s/transitions", key);
}

/* --- the observer --- */

static size_t count_in(const char *text, const char *wanted)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, wanted)); at += strlen(wanted))
        n++;
    return n;
}

static void count_issue(struct world *w, const struct tracker_issue *issue, struct world_census *r)
{
    r->issues++;
    for (size_t i = 0; i < issue->comment_count; i++) {
        r->comments++;
        for (size_t n = 0; n < w->note_count; n++)
            r->found[n] += (int64_t)count_in(issue->comments[i].body, w->notes[n].text);
    }
}

bool world_count(struct world *w, struct arena *a, enum world_site_name s, struct world_census *r, struct err *e)
{
    struct tracker *t;
    struct arena page = ARENA_INIT;
    const char *cursor = NULL;
    *r = (struct world_census){.found = arena_array(a, int64_t, w->note_count)};
    if (!world_tracker(w, s, w->sites[s].project, &t, e))
        return false;
    bool ok = true;
    do {
        struct tracker_seen *seen;
        size_t count;
        ok = t->ops->poll(t, &page, 0, NULL, &cursor, &seen, &count, e);
        for (size_t i = 0; ok && i < count; i += 50) {
            size_t n = count - i < 50 ? count - i : 50;
            const char *ids[50];
            struct tracker_issue *found[50] = {0};
            for (size_t k = 0; k < n; k++)
                ids[k] = seen[i + k].id;
            struct tracker_read read = {.ids = ids, .id_count = n, .want = TRACKER_COMMENTS};
            ok = t->ops->read(t, &page, &read, found, e);
            for (size_t k = 0; ok && k < n; k++)
                if (found[k])
                    count_issue(w, found[k], r);
        }
    } while (ok && cursor);
    arena_release(&page);
    tracker_free(t);
    return ok;
}
