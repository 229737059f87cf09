/* secrets.h - where a password or token comes from: a file, the environment, or a person at a terminal; never the
 * command line, where every process can read it. */
#pragma once

#include "cli/cli.h"
#include "vault/secret.h"

/* Reads --<prefix>secret-file or --<prefix>secret-env, whichever was given; both is wrong use. With neither, *r stays
 * empty and it is true. */
bool secrets_from_options(struct cli *, const char *prefix, struct secret *r, struct err *e) MUST_CHECK;
/* Asks without echo. ERR_INPUT when there is no terminal; the text names the `options` that would do instead. */
bool secrets_ask(struct cli *, const char *what, const char *options, struct secret *r, struct err *e) MUST_CHECK;
