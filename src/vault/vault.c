#include "vault/vault.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    SEALED_MAX = 1 << 20,
};
static const char VERSION[] = "v1:";

struct vault {
    unsigned char key[KEY_BYTES]; /* the struct is in guarded memory, read-only once opened */
};

/* --- the key file --- */

static void sync_folder(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd); /* some file systems refuse it for folders */
    close(fd);
}

static bool write_key(int fd)
{
    unsigned char key[KEY_BYTES];
    randombytes_buf(key, sizeof key);
    bool ok = write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0;
    sodium_memzero(key, sizeof key);
    return ok;
}

/* Written aside and then linked: whoever comes second in the same moment finds the first one's key, and nobody ever
 * finds half of one. */
static bool make_key_file(const char *path, struct err *e)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.tmp-XXXXXX", path) >= (int)sizeof temporary)
        return err_set(e, ERR_IO, "%.100s…: the path is too long", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return err_set(e, ERR_IO, "%s: the key file cannot be made: %s", temporary, strerror(errno));
    bool ok = fchmod(fd, 0600) == 0 && write_key(fd);
    ok = close(fd) == 0 && ok;
    ok = ok && (link(temporary, path) == 0 || errno == EEXIST);
    int reason = errno;
    unlink(temporary);
    if (!ok)
        return err_set(e, ERR_IO, "%s: the key file cannot be made: %s", path, strerror(reason));
    sync_folder(path);
    return true;
}

static bool check_key_file(int fd, const char *path, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_INPUT, "%s: is not a file; give the path of the key file", path);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return err_set(e, ERR_INPUT,
                       "%s: the key file belongs to another user, who can read every credential; make it "
                       "yours with chown",
                       path);
    if (st.st_mode & 077)
        return err_set(e, ERR_INPUT,
                       "%s: others than its owner may read or write the key file (mode %04o); run: chmod 600 %s, and "
                       "change the credentials if somebody may have read them",
                       path, (unsigned)(st.st_mode & 07777), path);
    if (st.st_size != KEY_BYTES)
        return err_set(e, ERR_INPUT,
                       "%s: a key file is 32 bytes long, this one is %lld; bring back the right one from a backup, or "
                       "move it away and enter all credentials anew",
                       path, (long long)st.st_size);
    return true;
}

static bool read_key(struct vault *v, const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && !make_key_file(path, e))
        return false;
    if (fd < 0)
        fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(e, ERR_IO, "%s: the key file cannot be read: %s", path, strerror(errno));
    bool ok = check_key_file(fd, path, e);
    if (ok && read(fd, v->key, sizeof v->key) != (ssize_t)sizeof v->key)
        ok = err_set(e, ERR_IO, "%s: the key file cannot be read: %s", path, strerror(errno));
    close(fd);
    return ok;
}

struct vault *vault_open(const char *path, struct err *e)
{
    if (sodium_init() < 0)
        abort();
    struct vault *v = sodium_malloc(sizeof *v);
    if (!v)
        abort();
    if (!read_key(v, path, e)) {
        vault_close(v);
        return NULL;
    }
    sodium_mprotect_readonly(v);
    return v;
}

void vault_close(struct vault *v)
{
    sodium_free(v); /* wipes first */
}

/* --- sealing --- */

/* The version is part of what is authenticated, so a text cannot be passed off as one of another version. */
static const char *bound_data(struct arena *a, const char *associated_data, size_t *length_r)
{
    const char *bound = arena_printf(a, "tandem %s%s", VERSION, associated_data);
    *length_r = strlen(bound);
    return bound;
}

char *vault_seal(const struct vault *v, struct arena *a, const struct secret *secret, const char *associated_data)
{
    size_t bound_length, length = NONCE_BYTES + secret->length + TAG_BYTES;
    const char *bound = bound_data(a, associated_data, &bound_length);
    unsigned char *bytes = arena_alloc(a, length);
    randombytes_buf(bytes, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + NONCE_BYTES, NULL, (const unsigned char *)secret_str(secret),
                                               secret->length, (const unsigned char *)bound, bound_length, NULL, bytes,
                                               v->key);
    size_t room = sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(a, sizeof VERSION - 1 + room);
    memcpy(text, VERSION, sizeof VERSION - 1);
    sodium_bin2base64(text + sizeof VERSION - 1, room, bytes, length, sodium_base64_VARIANT_ORIGINAL);
    return text;
}

/* The bytes behind the version, or NULL with ERR_PARSE. Strict: one sealed secret has one spelling. */
static unsigned char *decode(struct arena *a, const char *sealed, const char *name, size_t *length_r, struct err *e)
{
    if (!str_starts(sealed, VERSION)) {
        err_set(e, ERR_PARSE,
                "the sealed credentials of %s do not begin with %s: a later version of Tandem may have "
                "written them, or the text is damaged; enter them anew",
                name, VERSION);
        return NULL;
    }
    const char *text = sealed + sizeof VERSION - 1, *end;
    size_t room = strlen(text);
    unsigned char *bytes = arena_alloc(a, room);
    if (room > SEALED_MAX ||
        sodium_base642bin(bytes, room, text, room, NULL, length_r, &end, sodium_base64_VARIANT_ORIGINAL) != 0 || *end ||
        *length_r < NONCE_BYTES + TAG_BYTES) {
        err_set(e, ERR_PARSE, "the sealed credentials of %s are damaged or cut short; enter them anew", name);
        return NULL;
    }
    return bytes;
}

bool vault_unseal(const struct vault *v, const char *sealed, const char *associated_data, struct secret *secret_r,
                  struct err *e)
{
    struct arena a = ARENA_INIT;
    size_t length, bound_length;
    const char *bound = bound_data(&a, associated_data, &bound_length);
    const unsigned char *bytes = decode(&a, sealed, associated_data, &length, e);
    struct secret plain = SECRET_INIT;
    bool ok = bytes != NULL;
    if (ok) {
        secret_init_room(&plain, length - NONCE_BYTES - TAG_BYTES);
        ok = crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)plain.bytes, NULL, NULL, bytes + NONCE_BYTES,
                                                        length - NONCE_BYTES, (const unsigned char *)bound,
                                                        bound_length, bytes, v->key) == 0 ||
             err_set(
                 e, ERR_AUTH,
                 "the sealed credentials of %s cannot be opened: they were sealed with another key file or for another "
                 "site, or were changed; bring back the key file, or enter the credentials anew",
                 associated_data);
    }
    if (ok)
        *secret_r = plain;
    else
        secret_release(&plain);
    arena_release(&a);
    return ok;
}
