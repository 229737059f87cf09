/* schema_auth.c - the tables of signing in: sessions, and what is remembered of good and bad attempts. */
#include "sandbox/internal.h"

const char sandbox_schema_auth[] =
    /* used: epoch milliseconds, a minute behind at most */
    "CREATE TABLE session (value TEXT PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " created INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;"
    /* in_row: failures since the last success; what makes the site ask for a CAPTCHA. */
    "CREATE TABLE login (account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,"
    " count INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, in_row INTEGER NOT NULL DEFAULT 0,"
    " last INTEGER, previous INTEGER, last_failed INTEGER);";
