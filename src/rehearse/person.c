#include "rehearse/person.h"

#include "base/str.h"
#include "store/pair.h"
#include "store/sync.h"

#include <string.h>

static const char *const ACCOUNTS[] = {
    [PERSON_ADMIN] = "admin", [PERSON_SYNC_USER] = "tandem", [PERSON_PAULA] = "paula", [PERSON_QUINN] = "quinn"};

static const char *authorization(struct stage *s, enum side side, enum person who)
{
    const char *name = ACCOUNTS[who], *domain = s->set.dialect[side] == SANDBOX_CLOUD ? "@example.com" : "";
    char *plain = arena_printf(&s->deeds, "%s%s:%s", name, domain, name);
    return arena_printf(&s->deeds, "Basic %s", str_base64(&s->deeds, plain, strlen(plain)));
}

static const json_t *ask(struct stage *s, enum side side, enum person who, int status, enum http_method method,
                         const char *target, const char *body)
{
    if (s->trouble.kind)
        return NULL;
    struct http_header headers[] = {{"Authorization", authorization(s, side, who)},
                                    {"Content-Type", "application/json"}};
    struct http_request request = {.method = method,
                                   .target = target,
                                   .headers = headers,
                                   .header_count = ARRAY_LEN(headers),
                                   .body = body,
                                   .body_length = body ? strlen(body) : 0};
    struct http_response response = {0};
    sandbox_handle(s->sandbox[side], &request, &s->deeds, &response);
    if (response.status != status) {
        err_set(&s->trouble, ERR_STATE, "%s on the %s site: %s %s answered %d instead of %d: %.300s", ACCOUNTS[who],
                side_name(side), http_method_name(method), target, response.status, status,
                response.body ? response.body : "");
        return NULL;
    }
    return response.body_length ? json_parse(&s->deeds, response.body, response.body_length, false, target, &s->trouble)
                                : NULL;
}

const json_t *person_call(struct stage *s, enum side side, enum person who, int status, enum http_method method,
                          const char *target, const char *body, ...)
{
    char *text = NULL;
    if (body) {
        va_list args;
        va_start(args, body);
        text = str_replace(&s->deeds, arena_vprintf(&s->deeds, body, args), "'", "\"");
        va_end(args);
    }
    return ask(s, side, who, status, method, target, text);
}

static const json_t *send(struct stage *s, enum side side, enum person who, int status, enum http_method method,
                          const char *target, json_t *body)
{
    return ask(s, side, who, status, method, target, json_print(&s->deeds, json_keep(&s->deeds, body)));
}

static char *issue_target(struct stage *s, const char *key)
{
    return arena_printf(&s->deeds, "/rest/api/2/issue/%s", key);
}

const char *person_creates(struct stage *s, enum side side, enum person who, const char *type, const char *summary,
                           const char *description)
{
    arena_clear(&s->deeds);
    json_t *body = json_pack("{s{s{ss} s{ss} ss ss*}}", "fields", "project", "key", s->project[side], "issuetype",
                             "name", type, "summary", summary, "description", description);
    return arena_strdup(&s->life, json_at_str(send(s, side, who, 201, HTTP_POST, "/rest/api/2/issue", body), "key"));
}

static json_t *field_value(struct stage *s, const char *field, const char *value)
{
    if (str_eq(field, "priority"))
        return json_pack("{ss}", "name", value);
    if (!str_eq(field, "labels"))
        return json_string(value);
    json_t *list = json_array();
    char **words;
    size_t count = str_split(&s->deeds, value, ' ', &words);
    for (size_t i = 0; i < count; i++)
        if (*words[i])
            json_array_append_new(list, json_string(words[i]));
    return list;
}

void person_edits(struct stage *s, enum side side, enum person who, const char *key, const char *field,
                  const char *value)
{
    arena_clear(&s->deeds);
    send(s, side, who, 204, HTTP_PUT, issue_target(s, key),
         json_pack("{s{so}}", "fields", field, field_value(s, field, value)));
}

void person_labels(struct stage *s, enum side side, enum person who, const char *key, const char *label, bool add)
{
    arena_clear(&s->deeds);
    send(s, side, who, 204, HTTP_PUT, issue_target(s, key),
         json_pack("{s{s[{ss}]}}", "update", "labels", add ? "add" : "remove", label));
}

void person_attaches(struct stage *s, enum side side, enum person who, const char *key, const char *name,
                     const char *content)
{
    if (s->trouble.kind)
        return;
    arena_clear(&s->deeds);
    struct http_header headers[] = {{"Authorization", authorization(s, side, who)},
                                    {"Content-Type", "multipart/form-data; boundary=xx"},
                                    {"X-Atlassian-Token", "no-check"}};
    const char *body = arena_printf(&s->deeds,
                                    "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
                                    "Content-Type: text/plain\r\n\r\n%s\r\n--xx--\r\n",
                                    name, content);
    struct http_request request = {.method = HTTP_POST,
                                   .target = arena_printf(&s->deeds, "/rest/api/2/issue/%s/attachments", key),
                                   .headers = headers,
                                   .header_count = ARRAY_LEN(headers),
                                   .body = body,
                                   .body_length = strlen(body)};
    struct http_response response = {0};
    sandbox_handle(s->sandbox[side], &request, &s->deeds, &response);
    if (response.status != 200)
        err_set(&s->trouble, ERR_STATE, "%s attaches %s to %s: %d %.300s", ACCOUNTS[who], name, key, response.status,
                response.body ? response.body : "");
}

void person_comments(struct stage *s, enum side side, enum person who, const char *key, const char *text)
{
    arena_clear(&s->deeds);
    send(s, side, who, 201, HTTP_POST, arena_printf(&s->deeds, "%s/comment", issue_target(s, key)),
         json_pack("{ss}", "body", text));
}

/* The target of the first comment that contains the piece; seen as an administrator, who sees all. */
static const char *comment_target(struct stage *s, enum side side, const char *key, const char *piece)
{
    char *list = arena_printf(&s->deeds, "%s/comment", issue_target(s, key));
    const json_t *comments = json_object_get(ask(s, side, PERSON_ADMIN, 200, HTTP_GET, list, NULL), "comments"), *c;
    size_t i;
    json_array_foreach (comments, i, c) {
        const char *body = json_at_str(c, "body");
        if (body && strstr(body, piece))
            return arena_printf(&s->deeds, "%s/%s", list, json_at_str(c, "id"));
    }
    if (!s->trouble.kind)
        err_set(&s->trouble, ERR_STATE, "%s has no comment with \"%s\" on the %s site", key, piece, side_name(side));
    return NULL;
}

void person_edits_comment(struct stage *s, enum side side, enum person who, const char *key, const char *piece,
                          const char *text)
{
    arena_clear(&s->deeds);
    const char *target = comment_target(s, side, key, piece);
    if (target)
        send(s, side, who, 200, HTTP_PUT, target, json_pack("{ss}", "body", text));
}

void person_deletes_comment(struct stage *s, enum side side, enum person who, const char *key, const char *piece)
{
    arena_clear(&s->deeds);
    const char *target = comment_target(s, side, key, piece);
    if (target)
        ask(s, side, who, 204, HTTP_DELETE, target, NULL);
}

void person_hides_comment(struct stage *s, enum side side, enum person who, const char *key, const char *piece)
{
    arena_clear(&s->deeds);
    const char *target = comment_target(s, side, key, piece);
    const json_t *now = target ? ask(s, side, PERSON_ADMIN, 200, HTTP_GET, target, NULL) : NULL;
    if (now)
        send(s, side, who, 200, HTTP_PUT, target,
             json_pack("{ss s{ss ss}}", "body", json_at_str(now, "body"), "visibility", "type", "role", "value",
                       "Administrators"));
}

void person_moves(struct stage *s, enum side side, enum person who, const char *key, const char *status)
{
    arena_clear(&s->deeds);
    char *target = arena_printf(&s->deeds, "%s/transitions", issue_target(s, key));
    const json_t *list = json_object_get(ask(s, side, who, 200, HTTP_GET, target, NULL), "transitions"), *t;
    size_t i;
    json_array_foreach (list, i, t)
        if (str_eq(json_at_str(t, "to.name"), status)) {
            send(s, side, who, 204, HTTP_POST, target, json_pack("{s{ss}}", "transition", "id", json_at_str(t, "id")));
            return;
        }
    if (!s->trouble.kind)
        err_set(&s->trouble, ERR_STATE, "%s has no transition to \"%s\" on the %s site", key, status, side_name(side));
}

const char *person_partner(struct stage *s, enum side side, const char *key)
{
    arena_clear(&s->deeds);
    struct sync_row row;
    struct pair *pairs;
    size_t count;
    if (s->trouble.kind || !sync_get(s->store, &s->deeds, STAGE_SYNC, &row, &s->trouble) ||
        !pair_list(s->store, &s->deeds, row.id, &pairs, &count, &s->trouble))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (str_eq(pairs[i].key[side], key) && pairs[i].key[side_other(side)])
            return arena_strdup(&s->life, pairs[i].key[side_other(side)]);
    err_set(&s->trouble, ERR_STATE, "%s of the %s side has no partner", key, side_name(side));
    return NULL;
}
