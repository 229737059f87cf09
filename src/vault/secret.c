#include "vault/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 64 * 1024 };

void secret_init_room(struct secret *s, size_t length)
{
    if (sodium_init() < 0 || !(s->bytes = sodium_malloc(length + 1)))
        abort();
    s->bytes[length] = 0;
    s->length = length;
}

void secret_init_from_string(struct secret *s, const char *string)
{
    *s = (struct secret)SECRET_INIT;
    if (!string)
        return;
    secret_init_room(s, strlen(string));
    memcpy(s->bytes, string, s->length);
}

/* Reads at most `room` bytes; -1 with errno. */
static ssize_t read_all(int fd, char *bytes, size_t room)
{
    size_t have = 0;
    while (have < room) {
        ssize_t n = read(fd, bytes + have, room - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

/* What is wrong with the bytes of a file, NULL when nothing is; cuts line ends off. */
static const char *check_bytes(struct secret *s, ssize_t length)
{
    if (length < 0)
        return strerror(errno);
    if (length > FILE_MAX)
        return "is larger than 64 KiB, so it is not a password or token";
    while (length > 0 && (s->bytes[length - 1] == '\n' || s->bytes[length - 1] == '\r'))
        length--;
    s->bytes[length] = 0;
    s->length = (size_t)length;
    if (!length)
        return "is empty; write the password or token into it";
    return memchr(s->bytes, 0, s->length) ? "holds a zero byte, so it is not a password or token" : NULL;
}

/* Straight into guarded memory: a buffer that grows would leave copies behind in the heap. */
bool secret_init_from_file(struct secret *s, const char *path, struct err *e)
{
    *s = (struct secret)SECRET_INIT;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(e, ERR_INPUT, "%s: %s; give the path of a file with the password or token", path,
                       strerror(errno));
    secret_init_room(s, FILE_MAX + 1);
    const char *wrong = check_bytes(s, read_all(fd, s->bytes, FILE_MAX + 1));
    close(fd);
    if (!wrong)
        return true;
    secret_release(s);
    return err_set(e, ERR_INPUT, "%s: %s", path, wrong);
}

bool secret_init_from_env(struct secret *s, const char *name, struct err *e)
{
    *s = (struct secret)SECRET_INIT;
    const char *value = getenv(name);
    if (!value || !*value)
        return err_set(e, ERR_INPUT, "the environment variable %s is %s; set it to the password or token", name,
                       value ? "empty" : "not set");
    secret_init_from_string(s, value);
    return true;
}

void secret_init_basic(struct secret *s, const char *user, const struct secret *password)
{
    static const char prefix[] = "Basic ";
    size_t user_length = strlen(user);
    struct secret plain = SECRET_INIT;
    secret_init_room(&plain, user_length + 1 + password->length);
    memcpy(plain.bytes, user, user_length);
    plain.bytes[user_length] = ':';
    memcpy(plain.bytes + user_length + 1, secret_str(password), password->length);
    size_t room = sodium_base64_ENCODED_LEN(plain.length, sodium_base64_VARIANT_ORIGINAL); /* with the zero */
    secret_init_room(s, sizeof prefix - 1 + room - 1);
    memcpy(s->bytes, prefix, sizeof prefix - 1);
    sodium_bin2base64(s->bytes + sizeof prefix - 1, room, (const unsigned char *)plain.bytes, plain.length,
                      sodium_base64_VARIANT_ORIGINAL);
    secret_release(&plain);
}

void secret_init_bearer(struct secret *s, const struct secret *token)
{
    static const char prefix[] = "Bearer ";
    secret_init_room(s, sizeof prefix - 1 + token->length);
    memcpy(s->bytes, prefix, sizeof prefix - 1);
    memcpy(s->bytes + sizeof prefix - 1, secret_str(token), token->length);
}

void secret_release(struct secret *s)
{
    sodium_free(s->bytes); /* wipes first */
    *s = (struct secret)SECRET_INIT;
}

bool secret_is_empty(const struct secret *s)
{
    return s->length == 0;
}

const char *secret_str(const struct secret *s)
{
    return s->bytes ? s->bytes : "";
}
