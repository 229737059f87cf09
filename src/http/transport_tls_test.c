/* TLS of the curl transport: certificates made here by the openssl program, which is also the other side. */
#include "base/str.h"
#include "http/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

struct road {
    struct transport *t;
    struct arena a;
    struct err e;
    struct http_response r;
};

static void road_init(struct road *road, const struct transport_settings *settings)
{
    *road = (struct road){0};
    road->t = transport_curl_new(settings, &road->e);
    if (!road->t)
        fail_msg("%s", road->e.text);
}

static void road_release(struct road *road)
{
    transport_free(road->t);
    arena_release(&road->a);
}

static bool ask(struct road *road, enum http_method method, const char *target)
{
    struct http_request request = {.method = method, .target = target};
    err_clear(&road->e);
    return transport_perform(road->t, &request, &road->a, &road->r, &road->e);
}

struct tls {
    char folder[64], cert[96], key[96], both[96];
    pid_t server;
    int port;
};

/* posix_spawn takes its arguments without const, and does not change them. */
static pid_t spawn(int out_fd, const char *const argv[])
{
    pid_t pid;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (out_fd >= 0)
        posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    int failed = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed ? -1 : pid;
}

static void tls_make_certificate(struct tls *tls)
{
    snprintf(tls->folder, sizeof tls->folder, "/tmp/tandem-tls-XXXXXX");
    assert_non_null(mkdtemp(tls->folder));
    snprintf(tls->cert, sizeof tls->cert, "%s/cert.pem", tls->folder);
    snprintf(tls->key, sizeof tls->key, "%s/key.pem", tls->folder);
    snprintf(tls->both, sizeof tls->both, "%s/both.pem", tls->folder);
    const char *argv[] = {"openssl",
                          "req",
                          "-x509",
                          "-newkey",
                          "ec",
                          "-pkeyopt",
                          "ec_paramgen_curve:prime256v1",
                          "-nodes",
                          "-days",
                          "2",
                          "-subj",
                          "/CN=localhost",
                          "-addext",
                          "subjectAltName=DNS:localhost,IP:127.0.0.1",
                          "-keyout",
                          tls->key,
                          "-out",
                          tls->cert,
                          NULL};
    pid_t pid = spawn(-1, argv);
    int status = -1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        fail_msg("openssl req: %s", strerror(errno));
    FILE *both = fopen(tls->both, "w");
    const char *parts[] = {tls->cert, tls->key};
    for (int i = 0; i < 2; i++) {
        FILE *part = fopen(parts[i], "r");
        for (int c; (c = getc(part)) != EOF;)
            putc(c, both);
        fclose(part);
    }
    fclose(both);
}

/* s_server on a free port, which it names on its first line: "ACCEPT 127.0.0.1:43210". */
static void tls_start(struct tls *tls, bool wants_client)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    const char *argv[] = {"openssl", "s_server",
                          "-accept", "127.0.0.1:0",
                          "-cert",   tls->cert,
                          "-key",    tls->key,
                          "-www",    "-CAfile",
                          tls->cert, wants_client ? "-Verify" : NULL,
                          "1",       "-verify_return_error",
                          NULL};
    tls->server = spawn(out[1], argv);
    assert_true(tls->server > 0);
    close(out[1]);
    FILE *lines = fdopen(out[0], "r");
    char line[256];
    tls->port = 0;
    while (!tls->port && fgets(line, sizeof line, lines)) {
        const char *colon = strrchr(line, ':');
        if (str_starts(line, "ACCEPT") && colon)
            tls->port = (int)strtol(colon + 1, NULL, 10);
    }
    fclose(lines);
    assert_true(tls->port > 0);
}

static void tls_stop(struct tls *tls)
{
    kill(tls->server, SIGTERM);
    waitpid(tls->server, NULL, 0);
}

static void tls_release(struct tls *tls)
{
    unlink(tls->cert);
    unlink(tls->key);
    unlink(tls->both);
    rmdir(tls->folder);
}

static void a_certificate_is_trusted_only_by_its_ca_file(void **state)
{
    (void)state;
    struct tls tls;
    struct road road;
    tls_make_certificate(&tls);
    tls_start(&tls, false);
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d", tls.port);
    road_init(&road, &(struct transport_settings){.base_url = url});
    assert_false(ask(&road, HTTP_POST, "/issue"));
    assert_int_equal(road.e.kind, ERR_UNAVAILABLE);
    assert_non_null(strstr(road.e.text, "CA file"));
    road_release(&road);
    road_init(&road, &(struct transport_settings){.base_url = url, .ca_file = tls.cert});
    if (!ask(&road, HTTP_GET, "/"))
        fail_msg("%s", road.e.text);
    assert_int_equal(road.r.status, 200);
    road_release(&road);
    tls_stop(&tls);
    tls_release(&tls);
}

static void a_client_certificate_is_shown_when_one_is_set(void **state)
{
    (void)state;
    struct tls tls;
    struct road road;
    tls_make_certificate(&tls);
    tls_start(&tls, true);
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d", tls.port);
    road_init(&road, &(struct transport_settings){.base_url = url, .ca_file = tls.cert});
    assert_false(ask(&road, HTTP_GET, "/"));
    road_release(&road);
    road_init(&road, &(struct transport_settings){.base_url = url, .ca_file = tls.cert, .client_cert = tls.both});
    if (!ask(&road, HTTP_GET, "/"))
        fail_msg("%s", road.e.text);
    assert_int_equal(road.r.status, 200);
    road_release(&road);
    tls_stop(&tls);
    tls_release(&tls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_trusted_only_by_its_ca_file),
        cmocka_unit_test(a_client_certificate_is_shown_when_one_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
