/* vault.h - seals the credentials of sites, so that the store, its backups and its exports hold nothing readable.
 *
 * A sealed text is "v1:" and base64 of a random nonce (24 bytes) and the XChaCha20-Poly1305 ciphertext. The associated
 * data (the site's name) is not in it but must be the same when it is opened, so the password of one site cannot be put
 * in the place of another's. Every failure is closed: a changed bit, another key, another name give an error and no
 * byte.
 *
 * The key is a file of 32 random bytes beside the store. Whoever has both can read everything; whoever loses the key
 * has to enter the credentials anew.
 *
 * Threads: any number may seal and unseal with one vault. */
#pragma once

#include "base/arena.h"
#include "vault/secret.h"

struct vault;

/* Opens the key file; makes one (mode 0600, durable, never half written) when there is none. Errors: ERR_INPUT when
 * others than its owner may read or write it, when it belongs to another user, or is not 32 bytes long; ERR_IO when it
 * cannot be read or made. */
struct vault *vault_open(const char *path, struct err *e) MUST_CHECK;
void vault_close(struct vault *); /* wipes the key; NULL is allowed */

/* The sealed text; two seals of one secret differ. */
char *vault_seal(const struct vault *, struct arena *, const struct secret *, const char *associated_data);
/* ERR_PARSE: not a sealed text, or one of a later version. ERR_AUTH: sealed with another key or for another name, or
 * changed since. *secret_r must be empty and stays so on failure; the caller releases it. */
bool vault_unseal(const struct vault *, const char *sealed, const char *associated_data, struct secret *secret_r,
                  struct err *e) MUST_CHECK;
