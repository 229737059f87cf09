/* schema.h - the tables, and how an older store becomes a newer one. */
#pragma once

#include "sql/sql.h"

enum { STORE_SCHEMA_VERSION = 1 };

/* Looks, and changes nothing. ERR_INPUT for a foreign or newer database. */
bool schema_check(struct sql_db *, bool *is_empty_r, struct err *e) MUST_CHECK;
/* Makes the tables in an empty database; otherwise checks. */
bool schema_prepare(struct sql_db *, struct err *e) MUST_CHECK;
