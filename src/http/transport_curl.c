/* Why a request that is not safe cannot go out twice here (7.88.1 does that by itself when a pooled connection dies
 * before the reply):
 *   1. it gets a connection of its own, that no earlier request used, which is libcurl's condition for resending;
 *   2. were it to resend all the same, for a reason we do not know of, the second leave to send is not given
 *      (before_sending), and the request ends as uncertain;
 *   3. no Expect: 100-continue, whose refusal makes libcurl send again; HTTP/1.1 only, for HTTP/2's refused streams are
 *      sent again too.
 * before_sending also tells "nothing left this machine" from "something may have": libcurl calls it when the connection
 * stands, tunnel and TLS included, and no byte of the request is out. */
#include "http/transport.h"

#include "base/buf.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_MS = 10000,
    TIMEOUT_MS = 120000,
    MAX_HEAD = 256 * 1024,
    MAX_REDIRECTS = 5,
    MAX_IDLE_S = 45, /* Tomcat closes idle connections after 20 to 60 s; curl #10646 */
};
static const size_t MAX_RESPONSE = (size_t)64 << 20;

struct transport_curl {
    struct transport transport;
    CURL *easy;
    char *base_url, *proxy, *ca_file, *client_cert;
    long connect_timeout_ms, timeout_ms;
    size_t max_response;
};

/* One request on its way. */
struct exchange {
    const struct http_request *request;
    bool may_repeat, is_too_large;
    bool has_head; /* up to the blank line: libcurl takes a connection closed within the head for an empty answer */
    int sent;      /* how often libcurl had leave to send */
    struct buf head, body;
    struct curl_slist *headers;
    char reason[CURL_ERROR_SIZE];
};

/* --- settings --- */

static char *copy(const char *s)
{
    char *c = str_is_empty(s) ? NULL : strdup(s);
    if (!c && !str_is_empty(s))
        abort();
    return c;
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return str_eq(host, "[::1]") || str_eq_nocase(host, "localhost");
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *value = NULL;
    bool has = curl_url_get(url, part, &value, 0) == CURLUE_OK;
    curl_free(value);
    return has;
}

static bool check_parts(CURLU *url, const char *shown, bool allow_http, struct err *e)
{
    if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
        return err_set(e, ERR_INPUT,
                       "the base URL holds a user name or a password; take them out and give them as the "
                       "site's credentials");
    if (has_part(url, CURLUPART_QUERY) || has_part(url, CURLUPART_FRAGMENT))
        return err_set(e, ERR_INPUT,
                       "the base URL %s ends in a query or a fragment; give it up to the context path, as "
                       "https://jira.example.com/jira",
                       shown);
    char *scheme = NULL, *host = NULL;
    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
    curl_url_get(url, CURLUPART_HOST, &host, 0);
    bool is_http = str_eq(scheme, "http"), is_https = str_eq(scheme, "https");
    bool is_private = is_https || allow_http || is_loopback(host ? host : "");
    curl_free(scheme);
    curl_free(host);
    if (!is_http && !is_https)
        return err_set(e, ERR_INPUT, "the base URL %s begins with neither https:// nor http://; give it in full",
                       shown);
    if (!is_private)
        return err_set(e, ERR_INPUT,
                       "the base URL %s is plain http, which shows credentials and issues to everybody on the way; use "
                       "https://, or allow http for this site if the network between is trusted",
                       shown);
    return true;
}

static bool check_url(const char *base_url, bool allow_http, struct err *e)
{
    if (str_is_empty(base_url))
        return err_set(e, ERR_INPUT, "the site has no base URL; give it, as https://jira.example.com/jira");
    CURLU *url = curl_url();
    if (!url)
        abort();
    const char *at = strrchr(base_url, '@'), *shown = at ? at + 1 : base_url; /* before an @ a password may stand */
    CURLUcode code = curl_url_set(url, CURLUPART_URL, base_url, 0);
    bool ok = code == CURLUE_OK ? check_parts(url, shown, allow_http, e)
                                : err_set(e, ERR_INPUT,
                                          "the base URL %s cannot be read (%s); give it in full, as "
                                          "https://jira.example.com/jira",
                                          shown, curl_url_strerror(code));
    curl_url_cleanup(url);
    return ok;
}

static bool check_file(const char *path, const char *what, struct err *e)
{
    if (str_is_empty(path) || access(path, R_OK) == 0)
        return true;
    return err_set(e, ERR_INPUT, "%s: %s; give a PEM file with %s", path, strerror(errno), what);
}

/* --- sending --- */

static int before_sending(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    (void)remote_ip, (void)local_ip, (void)remote_port, (void)local_port;
    struct exchange *x = context;
    if (x->sent > 0 && !x->may_repeat)
        return CURL_PREREQFUNC_ABORT;
    x->sent++;
    return CURL_PREREQFUNC_OK;
}

static size_t on_head(char *line, size_t size, size_t count, void *context)
{
    struct exchange *x = context;
    size_t length = size * count;
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        buf_clear(&x->head); /* what came before was a 1xx */
        x->has_head = false;
    } else {
        buf_add(&x->head, line, length);
        x->has_head |= *line == '\r' || *line == '\n';
    }
    x->is_too_large |= x->head.overflow;
    return x->head.overflow ? 0 : length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct exchange *x = context;
    buf_add(&x->body, bytes, size * count);
    x->is_too_large |= x->body.overflow;
    return x->body.overflow ? 0 : size * count;
}

static void add_header(struct exchange *x, const char *line)
{
    struct curl_slist *longer = curl_slist_append(x->headers, line);
    if (!longer)
        abort();
    x->headers = longer;
}

static void add_headers(struct exchange *x)
{
    const struct http_request *request = x->request;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *h = &request->headers[i];
        struct buf line = BUF_INIT(MAX_HEAD);
        buf_addf(&line, *h->value ? "%s: %s" : "%s;", h->name, h->value); /* "Name;" is libcurl's for an empty value */
        add_header(x, buf_str(&line));
        if (line.data)
            explicit_bzero(line.data, line.len);
        buf_release(&line);
    }
    add_header(x, "Expect:");
    if (!http_request_header(request, "Accept"))
        add_header(x, "Accept:");
    if (!http_request_header(request, "Content-Type"))
        add_header(x, "Content-Type:");
}

static void set_method(CURL *easy, const struct http_request *request)
{
    enum http_method method = request->method;
    bool has_body = request->body_length || method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH;
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
    }
    if (method == HTTP_HEAD)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, http_method_name(method));
}

static void set_road(const struct transport_curl *t)
{
    CURL *easy = t->easy;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROXY, t->proxy ? t->proxy : ""); /* "" also hides the environment's */
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (t->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, t->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* only this one, not also the system's */
    }
    if (t->client_cert) {
        curl_easy_setopt(easy, CURLOPT_SSLCERT, t->client_cert);
        curl_easy_setopt(easy, CURLOPT_SSLKEY, t->client_cert);
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, t->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, t->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_S);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
}

static void set_request(const struct transport_curl *t, struct exchange *x, const char *url)
{
    CURL *easy = t->easy;
    curl_easy_reset(easy); /* options only: connections and TLS sessions stay */
    set_road(t);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, x->headers);
    set_method(easy, x->request);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, x->may_repeat ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, x->may_repeat ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, x);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, x);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, x->reason);
}

/* --- what came back --- */

static bool fail(const struct transport_curl *t, const struct exchange *x, CURLcode code, struct err *e)
{
    const char *reason = *x->reason ? x->reason : curl_easy_strerror(code);
    if (x->is_too_large)
        return err_set(e, ERR_LIMIT, "the answer of %s is larger than the limit of %zu bytes", t->base_url,
                       x->head.overflow ? x->head.max : x->body.max);
    if (x->sent > 0)
        return err_set(e, ERR_UNCERTAIN, "no complete answer came from %s (%s) after the request was sent", t->base_url,
                       reason);
    const char *advice = "";
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        advice = "; if the site's certificate is of a private authority, give that authority's certificate as CA file";
    return err_set(e, ERR_UNAVAILABLE, "%s cannot be reached: %s; nothing was sent%s", t->base_url, reason, advice);
}

static void read_head(const struct buf *head, struct arena *a, struct http_response *response)
{
    char **lines;
    size_t count = str_split(a, buf_str(head), '\n', &lines);
    struct http_header *list = NULL;
    size_t list_count = 0;
    for (size_t i = 0; i < count; i++) {
        char *colon = strchr(lines[i], ':');
        if (!colon)
            continue;
        *colon = 0;
        *arena_push(a, list, list_count) = (struct http_header){str_trim(a, lines[i]), str_trim(a, colon + 1)};
    }
    response->headers = list;
    response->header_count = list_count;
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart part)
{
    char *x = NULL, *y = NULL;
    curl_url_get(a, part, &x, CURLU_DEFAULT_PORT);
    curl_url_get(b, part, &y, CURLU_DEFAULT_PORT);
    bool same = str_eq_nocase(x, y);
    curl_free(x);
    curl_free(y);
    return same;
}

static bool is_same_site(const char *base_url, const char *url)
{
    CURLU *a = curl_url(), *b = curl_url();
    bool same = a && b && curl_url_set(a, CURLUPART_URL, base_url, 0) == CURLUE_OK &&
                curl_url_set(b, CURLUPART_URL, url, 0) == CURLUE_OK && same_part(a, b, CURLUPART_SCHEME) &&
                same_part(a, b, CURLUPART_HOST) && same_part(a, b, CURLUPART_PORT) && !has_part(b, CURLUPART_USER);
    curl_url_cleanup(a);
    curl_url_cleanup(b);
    return same;
}

/* Where to ask next, or NULL when the response stands as it is. */
static const char *redirect(const struct transport_curl *t, const struct http_request *request, struct arena *a)
{
    char *url = NULL;
    if (!http_method_is_safe(request->method))
        return NULL;
    curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &url);
    return url && is_same_site(t->base_url, url) ? arena_strdup(a, url) : NULL;
}

static void exchange_release(struct exchange *x)
{
    for (struct curl_slist *h = x->headers; h; h = h->next)
        explicit_bzero(h->data, strlen(h->data)); /* one of them is the authorization */
    curl_slist_free_all(x->headers);
    buf_release(&x->head);
    buf_release(&x->body);
}

/* A TLS library may write to a connection that the other side has closed. The signal for that is held back in this
 * thread alone; what the process does about SIGPIPE is not ours to change. */
struct pipe_signal {
    sigset_t before;
    bool was_pending;
};

static void pipe_signal_hold(struct pipe_signal *p)
{
    sigset_t pipe, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    p->was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &p->before);
}

static void pipe_signal_release(const struct pipe_signal *p)
{
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (!p->was_pending)
        while (sigtimedwait(&pipe, NULL, &(struct timespec){0}) < 0 && errno == EINTR)
            continue;
    pthread_sigmask(SIG_SETMASK, &p->before, NULL);
}

static bool send_once(const struct transport_curl *t, const struct http_request *request, const char *url,
                      struct arena *a, struct http_response *response, struct err *e)
{
    struct exchange x = {.request = request,
                         .may_repeat = request->is_read || http_method_is_safe(request->method),
                         .head = BUF_INIT(MAX_HEAD),
                         .body = BUF_INIT(t->max_response)};
    add_headers(&x);
    set_request(t, &x, url);
    struct pipe_signal pipe;
    pipe_signal_hold(&pipe);
    CURLcode code = curl_easy_perform(t->easy);
    pipe_signal_release(&pipe);
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && (!x.has_head || status < 200))
        code = CURLE_PARTIAL_FILE;
    bool ok = code == CURLE_OK || fail(t, &x, code, e);
    if (ok) {
        *response = (struct http_response){
            .status = (int)status, .body = arena_strndup(a, buf_str(&x.body), x.body.len), .body_length = x.body.len};
        read_head(&x.head, a, response);
    }
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL); /* what ends here must not be found when connections close */
    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, NULL);
    exchange_release(&x);
    return ok;
}

static bool curl_perform(struct transport *transport, const struct http_request *request, struct arena *a,
                         struct http_response *response, struct err *e)
{
    struct transport_curl *t = (struct transport_curl *)transport;
    const char *url = arena_printf(a, "%s%s", t->base_url, request->target);
    for (int i = 0; url && i <= MAX_REDIRECTS; i++) {
        if (!send_once(t, request, url, a, response, e))
            return false;
        url = redirect(t, request, a);
    }
    return true;
}

static void curl_free_transport(struct transport *transport)
{
    struct transport_curl *t = (struct transport_curl *)transport;
    struct pipe_signal pipe;
    pipe_signal_hold(&pipe);
    curl_easy_cleanup(t->easy); /* says goodbye to open connections */
    pipe_signal_release(&pipe);
    if (t->proxy)
        explicit_bzero(t->proxy, strlen(t->proxy)); /* may hold a password */
    free(t->base_url);
    free(t->proxy);
    free(t->ca_file);
    free(t->client_cert);
    free(t);
}

static void init_library(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
}

struct transport *transport_curl_new(const struct transport_settings *settings, struct err *e)
{
    static const struct transport_ops ops = {curl_perform, curl_free_transport};
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_library);
    if (!check_url(settings->base_url, settings->allow_http, e) ||
        !check_file(settings->ca_file, "the certificates to trust", e) ||
        !check_file(settings->client_cert, "the client certificate and its key", e))
        return NULL;
    struct transport_curl *t = calloc(1, sizeof *t);
    if (!t || !(t->easy = curl_easy_init()))
        abort();
    t->transport.ops = &ops;
    t->base_url = copy(settings->base_url);
    for (size_t n = strlen(t->base_url); n && t->base_url[n - 1] == '/'; n--)
        t->base_url[n - 1] = 0;
    t->proxy = copy(settings->proxy);
    t->ca_file = copy(settings->ca_file);
    t->client_cert = copy(settings->client_cert);
    t->connect_timeout_ms = settings->connect_timeout_ms > 0 ? settings->connect_timeout_ms : CONNECT_MS;
    t->timeout_ms = settings->timeout_ms > 0 ? settings->timeout_ms : TIMEOUT_MS;
    t->max_response = settings->max_response ? settings->max_response : MAX_RESPONSE;
    return &t->transport;
}
