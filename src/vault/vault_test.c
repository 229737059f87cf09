#include "vault/vault.h"

#include "base/str.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

static char folder[64], key_path[96], other_path[96];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/tandem-vault-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(key_path, sizeof key_path, "%s/key", folder);
    snprintf(other_path, sizeof other_path, "%s/other", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(key_path);
    unlink(other_path);
    return rmdir(folder); /* fails when a temporary file was left behind */
}

static struct vault *open_vault(const char *path)
{
    struct err e = ERR_INIT;
    struct vault *v = vault_open(path, &e);
    if (!v)
        fail_msg("%s", e.text);
    return v;
}

static char *seal(const struct vault *v, struct arena *a, const char *plain, const char *site)
{
    struct secret s;
    secret_init_from_string(&s, plain);
    char *sealed = vault_seal(v, a, &s, site);
    secret_release(&s);
    return sealed;
}

static void assert_closed(const struct vault *v, const char *sealed, const char *site, enum err_kind kind)
{
    struct err e = ERR_INIT;
    struct secret s = SECRET_INIT;
    if (vault_unseal(v, sealed, site, &s, &e))
        fail_msg("%s was opened", sealed);
    if (e.kind != kind)
        fail_msg("%s: %s: %s", sealed, err_kind_name(e.kind), e.text);
    assert_null(s.bytes);
    assert_non_null(strstr(e.text, site));
}

static void what_was_sealed_opens_again(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    static const char *const plain[] = {"pässword", "", "Basic dXNlcjpwYXNz"};
    struct vault *v = open_vault(key_path);
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        char *sealed = seal(v, &a, plain[i], "sa");
        assert_true(str_starts(sealed, "v1:"));
        if (*plain[i])
            assert_null(strstr(sealed, plain[i]));
        struct secret s = SECRET_INIT;
        assert_true(vault_unseal(v, sealed, "sa", &s, &e));
        assert_string_equal(secret_str(&s), plain[i]);
        assert_int_equal(s.length, strlen(plain[i]));
        secret_release(&s);
        assert_string_not_equal(sealed, seal(v, &a, plain[i], "sa"));
    }
    vault_close(v);
    arena_release(&a);
}

static void a_key_outlives_the_process_that_made_it(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct vault *v = open_vault(key_path);
    char *sealed = seal(v, &a, "token", "sa");
    vault_close(v);
    struct stat st;
    assert_int_equal(stat(key_path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, 32);
    v = open_vault(key_path);
    struct secret s = SECRET_INIT;
    assert_true(vault_unseal(v, sealed, "sa", &s, &e));
    secret_release(&s);
    vault_close(v);
    arena_release(&a);
}

static void another_name_or_another_key_does_not_open(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct vault *v = open_vault(key_path), *w = open_vault(other_path);
    char *sealed = seal(v, &a, "token", "sa");
    assert_closed(v, sealed, "sb", ERR_AUTH);
    assert_closed(v, sealed, "s", ERR_AUTH);
    assert_closed(v, sealed, "", ERR_AUTH);
    assert_closed(w, sealed, "sa", ERR_AUTH);
    vault_close(v);
    vault_close(w);
    arena_release(&a);
}

static void no_changed_character_opens(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct vault *v = open_vault(key_path);
    char *sealed = seal(v, &a, "token!", "sa");
    size_t n = strlen(sealed);
    for (size_t i = 0; i < n; i++)
        for (int bit = 1; bit < 128; bit <<= 1) {
            char was = sealed[i];
            sealed[i] = (char)(was ^ bit);
            struct err e = ERR_INIT;
            struct secret s = SECRET_INIT;
            assert_false(vault_unseal(v, sealed, "sa", &s, &e));
            assert_true(e.kind == ERR_AUTH || e.kind == ERR_PARSE);
            assert_null(s.bytes);
            sealed[i] = was;
        }
    vault_close(v);
    arena_release(&a);
}

static void no_part_of_a_sealed_text_opens(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct vault *v = open_vault(key_path);
    char *sealed = seal(v, &a, "token", "sa");
    for (size_t n = strlen(sealed); n-- > 0;) {
        struct err e = ERR_INIT;
        struct secret s = SECRET_INIT;
        assert_false(vault_unseal(v, arena_strndup(&a, sealed, n), "sa", &s, &e));
        assert_null(s.bytes);
    }
    assert_closed(v, arena_printf(&a, "%sAAAA", sealed), "sa", ERR_AUTH);
    assert_closed(v, arena_printf(&a, "%s ", sealed), "sa", ERR_PARSE);
    assert_closed(v, arena_printf(&a, "v2:%s", sealed + 3), "sa", ERR_PARSE);
    assert_closed(v, "", "sa", ERR_PARSE);
    assert_closed(v, "v1:", "sa", ERR_PARSE);
    assert_closed(v, "v1:AAAA", "sa", ERR_PARSE);
    vault_close(v);
    arena_release(&a);
}

static void write_file(const char *path, const char *bytes, size_t length, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), length);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void a_key_file_that_cannot_be_trusted_is_refused(void **state)
{
    (void)state;
    char key[33] = "0123456789abcdef0123456789abcdef";
    static const struct {
        mode_t mode;
        size_t length;
        const char *words;
    } cases[] = {
        {0640, 32, "chmod 600"}, {0604, 32, "chmod 600"}, {0620, 32, "chmod 600"},
        {0600, 31, "32 bytes"},  {0600, 33, "32 bytes"},  {0600, 0, "32 bytes"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err e = ERR_INIT;
        write_file(other_path, key, cases[i].length, cases[i].mode);
        assert_null(vault_open(other_path, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        if (!strstr(e.text, cases[i].words) || !strstr(e.text, other_path))
            fail_msg("%s", e.text);
    }
    write_file(other_path, key, 32, 0400);
    vault_close(open_vault(other_path));
    unlink(other_path);
    struct err e = ERR_INIT;
    assert_null(vault_open(folder, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_null(vault_open("/nonexistent/folder/key", &e));
    assert_int_equal(e.kind, ERR_IO);
    vault_close(NULL);
}

static void a_secret_comes_from_a_file_without_its_line_end(void **state)
{
    (void)state;
    struct secret s;
    struct err e = ERR_INIT;
    write_file(other_path, "to ken\r\n\n", 9, 0600);
    assert_true(secret_init_from_file(&s, other_path, &e));
    assert_string_equal(secret_str(&s), "to ken");
    secret_release(&s);
    assert_true(secret_is_empty(&s));
    assert_string_equal(secret_str(&s), "");

    static const struct {
        const char *bytes;
        size_t length;
    } bad[] = {{"", 0}, {"\n\n", 2}, {"s3\0cr3t", 7}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        write_file(other_path, bad[i].bytes, bad[i].length, 0600);
        assert_false(secret_init_from_file(&s, other_path, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        assert_null(strstr(e.text, "s3"));
        assert_null(s.bytes);
    }
    char *large = malloc(70000);
    memset(large, 'x', 70000);
    write_file(other_path, large, 64 * 1024, 0600);
    assert_true(secret_init_from_file(&s, other_path, &e));
    assert_int_equal(s.length, 64 * 1024);
    secret_release(&s);
    write_file(other_path, large, 64 * 1024 + 1, 0600);
    assert_false(secret_init_from_file(&s, other_path, &e));
    free(large);
    unlink(other_path);
    assert_false(secret_init_from_file(&s, other_path, &e));
    assert_int_equal(e.kind, ERR_INPUT);
}

static void a_secret_comes_from_the_environment(void **state)
{
    (void)state;
    struct secret s;
    struct err e = ERR_INIT;
    setenv("TANDEM_TEST_SECRET", "token", 1);
    assert_true(secret_init_from_env(&s, "TANDEM_TEST_SECRET", &e));
    assert_string_equal(secret_str(&s), "token");
    secret_release(&s);
    setenv("TANDEM_TEST_SECRET", "", 1);
    assert_false(secret_init_from_env(&s, "TANDEM_TEST_SECRET", &e));
    unsetenv("TANDEM_TEST_SECRET");
    assert_false(secret_init_from_env(&s, "TANDEM_TEST_SECRET", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "TANDEM_TEST_SECRET is not set"));
}

static void a_header_is_made_of_user_and_password(void **state)
{
    (void)state;
    struct secret password, basic, bearer;
    secret_init_from_string(&password, "open sesame");
    secret_init_basic(&basic, "Aladdin", &password);
    secret_init_bearer(&bearer, &password);
    assert_string_equal(secret_str(&basic), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_int_equal(basic.length, strlen(secret_str(&basic)));
    assert_string_equal(secret_str(&bearer), "Bearer open sesame");
    secret_release(&password);
    secret_release(&basic);
    secret_release(&bearer);
    secret_init_from_string(&password, NULL);
    secret_init_basic(&basic, "a", &password);
    assert_string_equal(secret_str(&basic), "Basic YTo=");
    secret_release(&basic);
}

static void *open_at_once(void *context)
{
    struct arena *a = context;
    struct vault *v = open_vault(other_path);
    char *sealed = seal(v, a, "token", "sa");
    vault_close(v);
    return sealed;
}

static void whoever_opens_first_makes_the_key_for_all(void **state)
{
    (void)state;
    pthread_t threads[8];
    struct arena arenas[8] = {0};
    void *sealed[8];
    unlink(other_path);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_at_once, &arenas[i]), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        pthread_join(threads[i], &sealed[i]);
    struct vault *v = open_vault(other_path);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        struct err e = ERR_INIT;
        struct secret s = SECRET_INIT;
        if (!vault_unseal(v, sealed[i], "sa", &s, &e))
            fail_msg("%s", e.text);
        secret_release(&s);
        arena_release(&arenas[i]);
    }
    vault_close(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens_again),
        cmocka_unit_test(a_key_outlives_the_process_that_made_it),
        cmocka_unit_test(another_name_or_another_key_does_not_open),
        cmocka_unit_test(no_changed_character_opens),
        cmocka_unit_test(no_part_of_a_sealed_text_opens),
        cmocka_unit_test(a_key_file_that_cannot_be_trusted_is_refused),
        cmocka_unit_test(a_secret_comes_from_a_file_without_its_line_end),
        cmocka_unit_test(a_secret_comes_from_the_environment),
        cmocka_unit_test(a_header_is_made_of_user_and_password),
        cmocka_unit_test(whoever_opens_first_makes_the_key_for_all),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
