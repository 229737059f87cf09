/* config_file.h - an exported synchronization configuration, as far as a migration has to look into it.
 *
 * One JSON object whose members firstConnector and secondConnector are objects. Backbone's export and Tandem's own have
 * this in common; everything else in it belongs to whoever exported it and is left as it is, byte for byte. The halves
 * are complete in themselves, so exchanging the two names (swap.h) gives the mirrored configuration. */
#pragma once

#include "base/arena.h"
#include "migrate/pairfile.h"

#define CONFIG_FILE_MAX ((size_t)64 << 20)

struct config_file_connector {
    bool is_there;
    struct pairfile_range key, value; /* of the member, in the file */
    const char *project;              /* the project's key where the connector says it, else NULL */
    const char *connector_project;    /* PROJECT of a connector key "CON-<n>-PROJECT", else NULL */
};

struct config_file {
    struct config_file_connector connectors[2];
    const char *suspect; /* pointer of a member that looks like a secret ("/firstConnector/password"), else NULL */
};

/* Reads and checks a file. It must be strict JSON with at least one of the two connectors, each an object.
 * ERR_INPUT with file, byte offset and pointer; ERR_LIMIT over CONFIG_FILE_MAX; ERR_IO. */
bool config_file_read(const char *path, struct arena *, struct config_file *r, struct err *e) MUST_CHECK;

/* PROJECT of "CON-4-PROJECT"; NULL when it has another form. */
const char *config_file_connector_project(struct arena *, const char *connector_key);
