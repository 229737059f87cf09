/* lines.h - the remarks of a report: to people line by line, to scripts as a list. */
#pragma once

#include "cli/cli.h"

static inline json_t *lines_to_json(char *const *lines, size_t count)
{
    json_t *r = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(r, json_string(lines[i]));
    return r;
}

static inline void lines_print(struct cli *c, char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cli_say(c, "  %s", lines[i]);
}
