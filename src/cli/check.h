/* check.h - how the findings of a configuration check are shown. */
#pragma once

#include "cli/cli.h"
#include "mapping/config.h"

/* For --json: [{"level", "side", "tab", "what", "fix"}]. */
json_t *check_to_json(struct cli *, const struct config_finding *, size_t count);
/* For people. Sets has_findings when there is an error among them; `said` NULL says nothing when there are none. */
void check_print(struct cli *, const struct config_finding *, size_t count, const char *said);
