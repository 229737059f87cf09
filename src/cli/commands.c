/* commands.c - the table. A command is a file that defines one of these, and a line here; the order is that of the
 * help. */
#include "cli/cli.h"

#define COMMANDS(X)                                                                                                    \
    X(SITE_ADD)                                                                                                        \
    X(SITE_LIST)                                                                                                       \
    X(SITE_CHECK)                                                                                                      \
    X(SITE_REMOVE)                                                                                                     \
    X(SYNC_CREATE)                                                                                                     \
    X(SYNC_LIST)                                                                                                       \
    X(SYNC_SHOW)                                                                                                       \
    X(SYNC_CHECK)                                                                                                      \
    X(SYNC_START)                                                                                                      \
    X(SYNC_STOP)                                                                                                       \
    X(SYNC_RESYNC)                                                                                                     \
    X(SYNC_EXPORT)                                                                                                     \
    X(SYNC_IMPORT)                                                                                                     \
    X(SYNC_DELETE)                                                                                                     \
    X(RUN)                                                                                                             \
    X(VERIFY)                                                                                                          \
    X(FINDINGS)                                                                                                        \
    X(FINDINGS_RETRY)                                                                                                  \
    X(FINDINGS_RESOLVE)                                                                                                \
    X(FINDINGS_RESTORE)                                                                                                \
    X(FINDINGS_CLOSE)                                                                                                  \
    X(PAIRS_LIST)                                                                                                      \
    X(PAIRS_EXPORT)                                                                                                    \
    X(PAIRS_IMPORT)                                                                                                    \
    X(STORE_BACKUP)                                                                                                    \
    X(STORE_RESTORE)                                                                                                   \
    X(STORE_REBUILD)                                                                                                   \
    X(MIGRATE)                                                                                                         \
    X(SWAP)                                                                                                            \
    X(TRANSLATE)                                                                                                       \
    X(SPLIT)                                                                                                           \
    X(SANDBOX)                                                                                                         \
    X(SANDBOX_MOVE)                                                                                                    \
    X(DEMO)                                                                                                            \
    X(SELFTEST)                                                                                                        \
    X(TEXT_CONVERT)

#define DECLARE(name) extern const struct cli_command COMMAND_##name;
COMMANDS(DECLARE)

#define LIST(name) &COMMAND_##name,
const struct cli_command *const CLI_COMMANDS[] = {COMMANDS(LIST) NULL};
