/* schema.h - the tables, and how an older store becomes a newer one. */
#pragma once

#include "sql/sql.h"

enum { STORE_SCHEMA_VERSION = 1 };

/* Makes the tables in an empty database, or checks the version. ERR_INPUT for a foreign or newer database. */
bool schema_prepare(struct sql_db *, struct err *e) MUST_CHECK;
