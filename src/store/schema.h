/* schema.h - the tables, and how an older store becomes a newer one. */
#pragma once

#include "sql/sql.h"

enum { STORE_SCHEMA_VERSION = 4 };

enum schema_state { SCHEMA_EMPTY, SCHEMA_OLDER, SCHEMA_CURRENT };

/* Looks, and changes nothing. ERR_INPUT for a foreign or newer database. */
bool schema_check(struct sql_db *, enum schema_state *r, struct err *e) MUST_CHECK;
/* Makes the tables in an empty database, and an older store into a present one, in one transaction. */
bool schema_prepare(struct sql_db *, struct err *e) MUST_CHECK;
/* The same up to an older version: how tests get a store of an older program. */
bool schema_raise(struct sql_db *, int64_t to, struct err *e) MUST_CHECK;
