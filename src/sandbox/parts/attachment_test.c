/* Attachments: up, told of, down, away. */
#include "base/clock.h"
#include "sandbox/test_client.h"

#define FORM "multipart/form-data; boundary=xx"

static void send_form(struct test_site *s, const char *target, const char *type, const char *token, const char *body,
                      size_t length)
{
    char *plain = arena_printf(&s->arena, "%s:%s", s->user, s->password);
    struct http_header headers[] = {
        {"Authorization", arena_printf(&s->arena, "Basic %s", str_base64(&s->arena, plain, strlen(plain)))},
        {"Content-Type", type},
        {"X-Atlassian-Token", token},
    };
    struct http_request r = {.method = HTTP_POST,
                             .target = target,
                             .headers = headers,
                             .header_count = token ? 3 : 2,
                             .body = body,
                             .body_length = length};
    sandbox_handle(s->sandbox, &r, &s->arena, &s->response);
}

static char *part(struct test_site *s, const char *disposition, const char *content)
{
    return arena_printf(&s->arena, "--xx\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n", disposition, content);
}

static char *attachments_of(struct test_site *s, const char *key)
{
    return arena_printf(&s->arena, "/rest/api/2/issue/%s/attachments", key);
}

/* The reply's array. */
static json_t *upload(struct test_site *s, const char *key, const char *parts)
{
    struct err e = ERR_INIT;
    char *body = arena_printf(&s->arena, "%s--xx--\r\n", parts);
    send_form(s, attachments_of(s, key), FORM, "no-check", body, strlen(body));
    if (s->response.status != 200)
        fail_msg("upload: %d %s", s->response.status, s->response.body);
    return json_parse(&s->arena, s->response.body, s->response.body_length, true, "upload", &e);
}

static json_t *upload_one(struct test_site *s, const char *key, const char *filename, const char *content)
{
    char *disposition = arena_printf(&s->arena, "name=\"file\"; filename=\"%s\"", filename);
    return json_array_get(upload(s, key, part(s, disposition, content)), 0);
}

/* A GET with a Range header, or none when it is NULL. */
static void fetch(struct test_site *s, const char *address, const char *range, bool with_login)
{
    const char *target = str_starts(address, TEST_URL) ? address + strlen(TEST_URL) : address;
    char *plain = arena_printf(&s->arena, "%s:%s", s->user, s->password);
    struct http_header headers[2];
    struct http_request r = {.method = HTTP_GET, .target = target, .headers = headers};
    if (range)
        headers[r.header_count++] = (struct http_header){"Range", range};
    if (with_login)
        headers[r.header_count++] = (struct http_header){
            "Authorization", arena_printf(&s->arena, "Basic %s", str_base64(&s->arena, plain, strlen(plain)))};
    sandbox_handle(s->sandbox, &r, &s->arena, &s->response);
}

static char *body_of(struct test_site *s)
{
    return arena_strndup(&s->arena, s->response.body, s->response.body_length);
}

/* On Cloud the direct address, so that both families are one in a test. */
static char *direct(struct test_site *s, const json_t *attachment)
{
    return arena_printf(&s->arena, "%s%s", json_at_str(attachment, "content"), s->is_cloud ? "?redirect=false" : "");
}

static void an_uploaded_file_is_told_of_everywhere(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "one");
        json_t *before = test_get(&s, 200, "/rest/api/2/issue/SA-1?fields=updated,attachment");
        assert_int_equal(json_at_count(before, "fields.attachment"), 0);
        json_t *f = upload_one(&s, "SA-1", "notes ä.txt", "some words");
        const char *number = json_at_str(f, "id");
        assert_non_null(number);
        assert_string_equal(json_at_str(f, "filename"), "notes ä.txt");
        assert_string_equal(json_at_str(f, "mimeType"), "text/plain");
        assert_int_equal(json_at_int(f, "size", 0), 10);
        assert_string_equal(json_at_str(f, "author.displayName"), "Administrator");
        assert_string_equal(json_at_str(f, "self"),
                            arena_printf(&s.arena, TEST_URL "/rest/api/2/attachment/%s", number));
        assert_null(json_object_get(f, "thumbnail"));
        assert_string_equal(json_at_str(f, "content"),
                            s.is_cloud
                                ? arena_printf(&s.arena, TEST_URL "/rest/api/2/attachment/content/%s", number)
                                : arena_printf(&s.arena, TEST_URL "/secure/attachment/%s/notes+%%C3%%A4.txt", number));

        json_t *alone = test_get(&s, 200, "/rest/api/2/attachment/%s", number);
        assert_string_equal(json_at_str(alone, "filename"), "notes ä.txt");
        assert_int_equal(json_is_integer(json_object_get(alone, "id")), s.is_cloud);

        json_t *after = test_get(&s, 200, "/rest/api/2/issue/%s?fields=updated,attachment&expand=changelog", id);
        assert_true(json_equal(json_array_get(json_at(after, "fields.attachment"), 0), f));
        assert_string_not_equal(json_at_str(before, "fields.updated"), json_at_str(after, "fields.updated"));
        const json_t *item =
            json_array_get(json_object_get(json_array_get(json_at(after, "changelog.histories"), 0), "items"), 0);
        assert_string_equal(json_at_str(item, "field"), "Attachment");
        assert_string_equal(json_at_str(item, "to"), number);
        assert_string_equal(json_at_str(item, "toString"), "notes ä.txt");
        assert_true(json_is_null(json_object_get(item, "from")));
    }
}

static void every_file_of_a_form_becomes_an_attachment_of_its_own(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        json_t *list = upload(&s, "SA-1",
                              arena_printf(&s.arena, "%s%s%s%s", part(&s, "name=\"file\"; filename=\"same.bin\"", "1"),
                                           part(&s, "name=\"comment\"", "not a file"),
                                           part(&s, "name=\"file\"; filename=\"same.bin\"", "2"),
                                           part(&s, "name=\"other\"; filename=\"ignored.txt\"", "3")));
        assert_int_equal(json_array_size(list), 2);
        assert_string_not_equal(json_at_str(json_array_get(list, 0), "id"), json_at_str(json_array_get(list, 1), "id"));
        assert_string_equal(json_at_str(json_array_get(list, 1), "filename"), "same.bin");
        json_t *issue = test_get(&s, 200, "/rest/api/2/issue/SA-1?fields=attachment");
        assert_int_equal(json_at_count(issue, "fields.attachment"), 2);
        assert_int_equal(json_array_size(upload(&s, "SA-1", part(&s, "name=\"attachment\"; filename=\"a\"", "x"))), 0);
    }
}

static void a_path_in_a_file_name_is_cut_off(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        static const char *const NAMES[][2] = {{"../../etc/passwd", "passwd"},
                                               {"C:\\\\temp\\\\a.png", "a.png"},
                                               {"..", "file"},
                                               {"dir/", "file"},
                                               {"line%0D%0Abreak.txt", "line__break.txt"}};
        test_issue(&s, "SA", "Task", "one");
        for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
            assert_string_equal(json_at_str(upload_one(&s, "SA-1", NAMES[i][0], "x"), "filename"), NAMES[i][1]);
        char *name = arena_alloc(&s.arena, 300);
        memset(name, 'n', 256);
        char *body = arena_printf(&s.arena, "%s--xx--",
                                  part(&s, arena_printf(&s.arena, "name=\"file\"; filename=\"%s\"", name), "x"));
        send_form(&s, attachments_of(&s, "SA-1"), FORM, "no-check", body, strlen(body));
        assert_int_equal(s.response.status, 400);
    }
}

static void what_kind_of_file_it_is_comes_from_its_part_its_name_or_its_bytes(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        assert_string_equal(json_at_str(upload_one(&s, "SA-1", "shot.PNG", "x"), "mimeType"), "image/png");
        assert_string_equal(json_at_str(upload_one(&s, "SA-1", "doc", "%PDF-1.7"), "mimeType"), "application/pdf");
        assert_string_equal(json_at_str(upload_one(&s, "SA-1", "blob", "?"), "mimeType"), "application/octet-stream");
        json_t *told = upload(&s, "SA-1",
                              "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
                              "Content-Type: Text/X-Special; charset=utf-8\r\n\r\nx\r\n");
        assert_string_equal(json_at_str(json_array_get(told, 0), "mimeType"), "text/x-special");
        json_t *image = upload_one(&s, "SA-1", "shot.png", "x");
        assert_non_null(json_at_str(image, "thumbnail"));
    }
}

static void the_content_comes_back_whole_or_in_ranges(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        static const char BYTES[] = "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.bin\"\r\n\r\n"
                                    "01234\0"
                                    "6789\r\n--xx--\r\n";
        struct err e = ERR_INIT;
        send_form(&s, attachments_of(&s, "SA-1"), FORM, "no-check", BYTES, sizeof BYTES - 1);
        assert_int_equal(s.response.status, 200);
        json_t *list = json_parse(&s.arena, s.response.body, s.response.body_length, true, "upload", &e);
        char *address = direct(&s, json_array_get(list, 0));
        fetch(&s, address, NULL, true);
        assert_int_equal(s.response.status, 200);
        assert_int_equal(s.response.body_length, 10);
        assert_memory_equal(s.response.body,
                            "01234\0"
                            "6789",
                            10);
        assert_string_equal(http_response_header(&s.response, "Content-Type"), "application/octet-stream");

        static const struct {
            const char *range, *content, *told;
            int status;
        } CASES[] = {
            {"bytes=6-7", "67", "bytes 6-7/10", 206},
            {"bytes=8-", "89", "bytes 8-9/10", 206},
            {"bytes=-3", "789", "bytes 7-9/10", 206},
            {"bytes=9-99", "9", "bytes 9-9/10", 206},
            {"bytes=10-", NULL, "bytes */10", 416},
            {"bytes=-0", NULL, "bytes */10", 416},
            {"bytes=7-6", NULL, NULL, 400},
            {"lines=1-2", NULL, NULL, 400},
            {"bytes=-99999999999999999999", NULL, NULL, 400},
        };
        for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
            fetch(&s, address, CASES[i].range, true);
            assert_int_equal(s.response.status, CASES[i].status);
            if (CASES[i].content)
                assert_string_equal(body_of(&s), CASES[i].content);
            if (CASES[i].told)
                assert_string_equal(http_response_header(&s.response, "Content-Range"), CASES[i].told);
        }
        fetch(&s, address, "bytes=0-1,3-4", true);
        assert_int_equal(s.response.body_length, 10);
    }
}

static void cloud_sends_on_to_a_media_address_that_needs_no_login(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    json_t *f = upload_one(&s, "SA-1", "a.txt", "words");
    fetch(&s, json_at_str(f, "content"), NULL, true);
    assert_int_equal(s.response.status, 303);
    char *media = arena_strdup(&s.arena, http_response_header(&s.response, "Location"));
    assert_true(str_starts(media, TEST_URL "/file/"));
    fetch(&s, media, NULL, false);
    assert_int_equal(s.response.status, 200);
    assert_string_equal(body_of(&s), "words");
    char *forged = arena_strdup(&s.arena, media), *token = strstr(forged, "token=");
    token[6] ^= 1;
    fetch(&s, forged, NULL, false);
    assert_int_equal(s.response.status, 403);
    s.clock.now += 10 * 60 * 1000;
    fetch(&s, media, NULL, false);
    assert_int_equal(s.response.status, 403);

    const char *id = json_at_str(f, "id");
    test_get(&s, 404, "/rest/api/3/attachment/thumbnail/%s?fallbackToDefault=false", id);
    fetch(&s, arena_printf(&s.arena, "/rest/api/3/attachment/thumbnail/%s", id), NULL, true);
    assert_string_equal(http_response_header(&s.response, "Content-Type"), "image/gif");
    id = json_at_str(upload_one(&s, "SA-1", "a.png", "p"), "id");
    fetch(&s, arena_printf(&s.arena, "/rest/api/3/attachment/thumbnail/%s", id), NULL, true);
    assert_int_equal(s.response.status, 303);
    assert_non_null(strstr(http_response_header(&s.response, "Location"), "/image?"));
    test_site_close(&s);
}

static void data_center_asks_nobody_to_log_in_first(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    json_t *f = upload_one(&s, "SA-1", "a.png", "p");
    fetch(&s, json_at_str(f, "content"), NULL, false);
    assert_int_equal(s.response.status, 302);
    assert_non_null(strstr(http_response_header(&s.response, "Location"), "/login.jsp?"));
    fetch(&s, json_at_str(f, "thumbnail"), NULL, true);
    assert_int_equal(s.response.status, 200);
    fetch(&s, "/secure/attachment/1/none", NULL, true);
    assert_int_equal(s.response.status, 404);
    test_site_close(&s);
}

static void a_form_without_the_token_or_without_form_is_refused(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        char *target = attachments_of(&s, "SA-1");
        char *body = arena_printf(&s.arena, "%s--xx--", part(&s, "name=\"file\"; filename=\"a\"", "x"));
        send_form(&s, target, FORM, NULL, body, strlen(body));
        assert_int_equal(s.response.status, 403);
        assert_string_equal(s.response.body, "XSRF check failed");
        send_form(&s, target, FORM, "nocheck", body, strlen(body));
        assert_int_equal(s.response.status, s.is_cloud ? 403 : 200);
        send_form(&s, target, "application/json", "no-check", "{}", 2);
        assert_int_equal(s.response.status, 415);
        send_form(&s, target, "multipart/form-data", "no-check", body, strlen(body));
        assert_int_equal(s.response.status, 400);
        send_form(&s, target, FORM, "no-check", body, strlen(body) - 4);
        assert_int_equal(s.response.status, 400);
        send_form(&s, target, FORM, "no-check", NULL, 0);
        assert_int_equal(s.response.status, 400);
        json_t *issue = test_get(&s, 200, "/rest/api/2/issue/SA-1?fields=attachment");
        assert_int_equal(json_at_count(issue, "fields.attachment"), s.is_cloud ? 0 : 1);
        send_form(&s, attachments_of(&s, "SA-99"), FORM, "no-check", body, strlen(body));
        assert_int_equal(s.response.status, 404);
    }
}

static void a_file_above_the_limit_takes_the_whole_form_with_it(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        json_t *meta = test_get(&s, 200, "/rest/api/2/attachment/meta");
        assert_true(json_at_bool(meta, "enabled", false));
        assert_int_equal(json_at_int(meta, "uploadLimit", 0), 10485760);
        test_json(&s, HTTP_POST, 204, "/sandbox/settings", "{\"attachment_limit\":10}");
        char *body = arena_printf(&s.arena, "%s%s--xx--", part(&s, "name=\"file\"; filename=\"a\"", "fits"),
                                  part(&s, "name=\"file\"; filename=\"b\"", "eleven char"));
        send_form(&s, attachments_of(&s, "SA-1"), FORM, "no-check", body, strlen(body));
        assert_int_equal(s.response.status, s.is_cloud ? 413 : 404);
        assert_non_null(strstr(s.response.body, "size of 10 bytes"));
        json_t *issue = test_get(&s, 200, "/rest/api/2/issue/SA-1?fields=attachment");
        assert_int_equal(json_at_count(issue, "fields.attachment"), 0);
        upload_one(&s, "SA-1", "c", "ten chars!");
        test_json(&s, HTTP_POST, 204, "/sandbox/settings", "{\"attachments_enabled\":0}");
        send_form(&s, attachments_of(&s, "SA-1"), FORM, "no-check", body, strlen(body));
        assert_int_equal(s.response.status, 403);
    }
}

static void only_its_author_or_an_admin_takes_a_file_away(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  "{\"name\":\"ada\",\"emailAddress\":\"ada@example.com\",\"password\":\"pw\"}");
        test_issue(&s, "SA", "Task", "one");
        const char *id = json_at_str(upload_one(&s, "SA-1", "a.txt", "x"), "id"), *admin = s.user;
        char *target = arena_printf(&s.arena, "/rest/api/2/attachment/%s", id);
        s.user = s.is_cloud ? "ada@example.com" : "ada";
        s.password = "pw";
        test_json(&s, HTTP_DELETE, 403, target, NULL);
        const char *own = json_at_str(upload_one(&s, "SA-1", "b.txt", "x"), "id");
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "/rest/api/2/attachment/%s", own), NULL);
        s.user = admin;
        s.password = "admin";
        test_json(&s, HTTP_DELETE, 204, target, NULL);
        test_json(&s, HTTP_DELETE, 404, target, NULL);
        test_get(&s, 404, "/rest/api/2/attachment/%s", id);
        test_get(&s, 404, "/rest/api/2/attachment/abc");
        json_t *issue = test_get(&s, 200, "/rest/api/2/issue/SA-1?fields=attachment&expand=changelog");
        assert_int_equal(json_at_count(issue, "fields.attachment"), 0);
        const json_t *histories = json_at(issue, "changelog.histories");
        size_t last = s.is_cloud ? 0 : json_array_size(histories) - 1;
        const json_t *item = json_array_get(json_object_get(json_array_get(histories, last), "items"), 0);
        assert_string_equal(json_at_str(item, "from"), id);
        assert_string_equal(json_at_str(item, "fromString"), "a.txt");
        assert_true(json_is_null(json_object_get(item, "to")));
    }
}

static void what_hangs_on_an_unseen_issue_is_not_there(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  "{\"name\":\"ada\",\"emailAddress\":\"ada@example.com\",\"password\":\"pw\"}");
        test_json(&s, HTTP_POST, 201, "/sandbox/project", "{\"key\":\"SEC\",\"name\":\"Secret\",\"members\":[]}");
        test_issue(&s, "SEC", "Task", "one");
        json_t *f = upload_one(&s, "SEC-1", "a.txt", "x");
        s.user = s.is_cloud ? "ada@example.com" : "ada";
        s.password = "pw";
        test_get(&s, 404, "/rest/api/2/attachment/%s", json_at_str(f, "id"));
        fetch(&s, direct(&s, f), NULL, true);
        assert_int_equal(s.response.status, 404);
        char *body = arena_printf(&s.arena, "%s--xx--", part(&s, "name=\"file\"; filename=\"a\"", "x"));
        send_form(&s, attachments_of(&s, "SEC-1"), FORM, "no-check", body, strlen(body));
        assert_int_equal(s.response.status, 404);
    }
}

/* a.txt (5 bytes), a folder, and a picture (2000 bytes) deep below. */
static const char ARCHIVE[] =
    "UEsDBBQAAAAIAP2xdl2GphA2BwAAAAUAAAAFAAAAYS50eHTLSM3JyQcAUEsDBBQAAAAIAP2xdl0AAAAAAgAAAAAAAAAEAAAAZGly"
    "LwMAUEsDBBQAAAAIAP2xdl16ZQgpEQAAANAHAAAwAAAAb25lL3R3by90aHJlZS9mb3VyL2ZpdmUvc2l4L3NldmVuL2VpZ2h0L2xl"
    "YWYucG5nq6gYBaNgFIyCUTAKRsFQBwBQSwECFAMUAAAACAD9sXZdhqYQNgcAAAAFAAAABQAAAAAAAAAAAAAAgAEAAAAAYS50eHRQ"
    "SwECFAMUAAAACAD9sXZdAAAAAAIAAAAAAAAABAAAAAAAAAAAABAA/UEqAAAAZGlyL1BLAQIUAxQAAAAIAP2xdl16ZQgpEQAAANAH"
    "AAAwAAAAAAAAAAAAAACAAU4AAABvbmUvdHdvL3RocmVlL2ZvdXIvZml2ZS9zaXgvc2V2ZW4vZWlnaHQvbGVhZi5wbmdQSwUGAAAA"
    "AAMAAwDDAAAArQAAAAAA";

static json_t *upload_archive(struct test_site *s, const char *filename)
{
    size_t length;
    struct err e = ERR_INIT;
    char *bytes = str_unbase64(&s->arena, ARCHIVE, &length);
    char *head = arena_printf(
        &s->arena, "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n\r\n", filename);
    size_t n = strlen(head);
    char *body = arena_alloc(&s->arena, n + length + 20);
    memcpy(body, head, n);
    memcpy(body + n, bytes, length);
    memcpy(body + n + length, "\r\n--xx--", 8);
    send_form(s, attachments_of(s, "SA-1"), FORM, "no-check", body, n + length + 8);
    assert_int_equal(s->response.status, 200);
    return json_array_get(json_parse(&s->arena, s->response.body, s->response.body_length, true, "upload", &e), 0);
}

static void what_is_in_an_archive_is_told(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        const char *id = json_at_str(upload_archive(&s, "all.zip"), "id");
        json_t *o = test_get(&s, 200, "/rest/api/2/attachment/%s/expand/human", id);
        assert_int_equal(json_at_int(o, "totalEntryCount", 0), 2);
        assert_string_equal(json_at_str(o, "name"), "all.zip");
        assert_string_equal(json_at_str(o, "mediaType"), "application/zip");
        const json_t *deep = json_array_get(json_object_get(o, "entries"), 1);
        assert_string_equal(json_at_str(deep, "path"), "one/two/three/four/five/six/seven/eight/leaf.png");
        assert_string_equal(json_at_str(deep, "label"), "one/two/three/four/.../seven/eight/leaf.png");
        assert_string_equal(json_at_str(deep, "size"), "1 kB");
        assert_string_equal(json_at_str(deep, "mediaType"), "image/png");
        o = test_get(&s, 200, "/rest/api/2/attachment/%s/expand/raw", id);
        const json_t *first = json_array_get(json_object_get(o, "entries"), 0);
        assert_string_equal(json_at_str(first, "name"), "a.txt");
        assert_int_equal(json_at_int(first, "size", 0), 5);
        id = json_at_str(upload_one(&s, "SA-1", "no.zip", "this is none"), "id");
        o = test_get(&s, 200, "/rest/api/2/attachment/%s/expand/raw", id);
        assert_int_equal(json_at_int(o, "totalEntryCount", 9), 0);
        id = json_at_str(upload_one(&s, "SA-1", "a.tar", "x"), "id");
        test_get(&s, 409, "/rest/api/2/attachment/%s/expand/human", id);
        test_get(&s, 404, "/rest/api/2/attachment/1/expand/human");
    }
}

/* The ids of the media nodes below, in order, joined by blanks. */
static char *media_of(struct test_site *s, const json_t *node, char *text)
{
    size_t i;
    json_t *child;
    if (str_eq(json_at_str(node, "type"), "media") || str_eq(json_at_str(node, "type"), "mediaInline"))
        text = arena_printf(&s->arena, "%s%s%s", text, *text ? " " : "", json_at_str(node, "attrs.id"));
    json_array_foreach (json_object_get(node, "content"), i, child)
        text = media_of(s, child, text);
    return text;
}

/* Of the file, as its media address tells it. */
static char *uuid_of(struct test_site *s, const json_t *f)
{
    fetch(s, json_at_str(f, "content"), NULL, true);
    const char *at = strstr(http_response_header(&s->response, "Location"), "/file/") + 6;
    return arena_strndup(&s->arena, at, strcspn(at, "/"));
}

static void markup_that_names_a_file_becomes_the_newest_file_of_that_name(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    upload_one(&s, "SA-1", "shot.png", "old");
    char *newest = uuid_of(&s, upload_one(&s, "SA-1", "shot.png", "new"));
    char *log = uuid_of(&s, upload_one(&s, "SA-1", "a.log", "log"));
    const char *markup = "!shot.png!\\n\\nsee [^a.log] and !else.png!";
    test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1", test_body(&s, "{'fields':{'description':'%s'}}", markup));
    json_t *posted =
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/SA-1/comment", test_body(&s, "{'body':'%s'}", markup));
    char *expected = arena_printf(&s.arena, "%s %s else.png", newest, log);

    json_t *adf = test_get(&s, 200, "/rest/api/3/issue/SA-1?fields=description");
    assert_string_equal(media_of(&s, json_at(adf, "fields.description"), arena_strdup(&s.arena, "")), expected);
    adf = test_get(&s, 200, "/rest/api/3/issue/SA-1/comment/%s", json_at_str(posted, "id"));
    assert_string_equal(media_of(&s, json_at(adf, "body"), arena_strdup(&s.arena, "")), expected);

    json_t *wiki = test_get(&s, 200, "/rest/api/2/issue/SA-1?fields=description");
    assert_non_null(strstr(json_at_str(wiki, "fields.description"), "shot.png"));
    assert_non_null(strstr(json_at_str(wiki, "fields.description"), "[^a.log]"));
    assert_null(strstr(json_at_str(wiki, "fields.description"), newest));
    test_site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_uploaded_file_is_told_of_everywhere),
        cmocka_unit_test(every_file_of_a_form_becomes_an_attachment_of_its_own),
        cmocka_unit_test(a_path_in_a_file_name_is_cut_off),
        cmocka_unit_test(what_kind_of_file_it_is_comes_from_its_part_its_name_or_its_bytes),
        cmocka_unit_test(the_content_comes_back_whole_or_in_ranges),
        cmocka_unit_test(cloud_sends_on_to_a_media_address_that_needs_no_login),
        cmocka_unit_test(data_center_asks_nobody_to_log_in_first),
        cmocka_unit_test(a_form_without_the_token_or_without_form_is_refused),
        cmocka_unit_test(a_file_above_the_limit_takes_the_whole_form_with_it),
        cmocka_unit_test(only_its_author_or_an_admin_takes_a_file_away),
        cmocka_unit_test(what_hangs_on_an_unseen_issue_is_not_there),
        cmocka_unit_test(what_is_in_an_archive_is_told),
        cmocka_unit_test(markup_that_names_a_file_becomes_the_newest_file_of_that_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
