/* swap.h - exchanges the names firstConnector and secondConnector, in a pair file or an exported configuration.
 *
 * Everything else keeps its bytes. Which order a file is in cannot be seen from the names, and a second swap would undo
 * the first; so the caller says which project must be first afterwards, and a file already in that order is refused. */
#pragma once

#include "base/err.h"
#include "base/side.h"

#include <stdint.h>

struct swap_report {
    bool is_config;        /* an exported configuration, else a pair file */
    bool has_bom;          /* the file begins with a byte order mark; it was kept */
    bool has_connector[2]; /* in the input */
    int64_t records[2];    /* in the input; a pair file's */
    char decided_by[200];  /* "3 records of the second connector are issues of SB" */
};

/* Writes the swapped file to out_path (which may be in_path), whole or not at all.
 *
 * `first_key` is a project key. In a pair file it is looked for in the records' local and remote issue keys, then in
 * connectorKey (CON-n-PROJECT); in a configuration in the connectors' project, then in their keys.
 * ERR_STATE  the project is first already: nothing to do, nothing written.
 * ERR_INPUT  the project is found on both sides or on neither (the text says what is there), a damaged file.
 * ERR_LIMIT, ERR_IO as pairfile.h. */
bool migrate_swap(const char *in_path, const char *out_path, const char *first_key, struct swap_report *report_r,
                  struct err *e) MUST_CHECK;
