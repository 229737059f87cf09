/* secret.h - a password or token on its way through the program: kept out of logs by its type, wiped when done.
 *
 * The bytes lie in guarded memory of libsodium that is locked against swapping where the system lets it. The type is a
 * struct, so no format string accepts it, neither by value nor by pointer: the compiler refuses (-Wformat). Only
 * secret_str() opens it, and what calls that is easily found.
 *
 * Life: struct secret s = SECRET_INIT; … secret_release(&s);   Each init overwrites an empty secret; release first.
 * Invariant: bytes is NULL, or zero-terminated with no zero byte inside. Threads: as for any struct. */
#pragma once

#include "base/err.h"

#include <stddef.h>

struct secret {
    char *bytes;
    size_t length; /* without the terminating zero */
};

#define SECRET_INIT                                                                                                    \
    {                                                                                                                  \
        NULL, 0                                                                                                        \
    }

/* Room for that many bytes, all zero, for the caller to fill. */
void secret_init_room(struct secret *, size_t length);
/* Copies; the caller wipes its own copy. NULL makes an empty secret. */
void secret_init_from_string(struct secret *, const char *);
/* The whole file but for line ends at its end. ERR_INPUT when it cannot be read, is empty, holds a zero byte or more
 * than 64 KiB. The text names the file, never its content. */
bool secret_init_from_file(struct secret *, const char *path, struct err *e) MUST_CHECK;
/* ERR_INPUT when the variable is not set or empty. It stays in the environment, where child processes can read it. */
bool secret_init_from_env(struct secret *, const char *name, struct err *e) MUST_CHECK;

/* Values of the Authorization header: "Basic " with base64 of "user:password", and "Bearer " with the token. */
void secret_init_basic(struct secret *, const char *user, const struct secret *password);
void secret_init_bearer(struct secret *, const struct secret *token);

/* Wipes and frees; the secret is empty afterwards. */
void secret_release(struct secret *);

bool secret_is_empty(const struct secret *);
/* Borrowed until release; "" for an empty secret. For handing on to what sends it, never for printing. */
const char *secret_str(const struct secret *);
