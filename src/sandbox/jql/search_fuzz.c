/* search_fuzz.c - any text as JQL against a small site of each family: no crash, and never a database error, which
 * would be a query of ours that SQLite does not take. */
#include "base/log.h"
#include "sandbox/transfer/bulk.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sandbox *open_site(enum sandbox_dialect dialect, struct clock *clock)
{
    struct err e = ERR_INIT;
    struct sandbox_settings settings = {.dialect = dialect, .data = ":memory:", .base_url = "http://x", .clock = clock};
    struct sandbox *sb = sandbox_open(&settings, &e);
    if (!sb || !sandbox_demo_data(sb, "SA", 12, 1, &e))
        abort();
    return sb;
}

static void search(struct sandbox *sb, bool is_cloud, const char *jql, size_t length)
{
    struct arena a = ARENA_INIT;
    struct http_response response;
    json_t *text = json_stringn(jql, length);
    if (!text)
        return; /* no UTF-8: no JSON body could carry it */
    json_t *body = json_keep(&a, json_pack("{s:o,s:i,s:[s]}", "jql", text, "maxResults", 3, "fields", "key"));
    const char *bytes = json_print(&a, body);
    const char *user = is_cloud ? "admin@example.com:admin" : "admin:admin";
    struct http_header headers[] = {
        {"Content-Type", "application/json"},
        {"Authorization", arena_printf(&a, "Basic %s", str_base64(&a, user, strlen(user)))},
    };
    struct http_request request = {.method = HTTP_POST,
                                   .target = is_cloud ? "/rest/api/3/search/jql" : "/rest/api/2/search",
                                   .headers = headers,
                                   .header_count = 2,
                                   .body = bytes,
                                   .body_length = strlen(bytes)};
    sandbox_handle(sb, &request, &a, &response);
    if (response.status != 200 && response.status != 400)
        abort();
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct clock_virtual clock;
    static struct sandbox *dc, *cloud;
    if (!dc) {
        clock_virtual_init(&clock, 1795363445123, 0);
        dc = open_site(SANDBOX_DC10, &clock.clock);
        cloud = open_site(SANDBOX_CLOUD, &clock.clock);
    }
    search(dc, false, (const char *)data, size);
    search(cloud, true, (const char *)data, size);
    return 0;
}
