#include "cli/check.h"

json_t *check_to_json(struct cli *c, const struct config_finding *list, size_t count)
{
    json_t *r = json_array();
    for (size_t i = 0; i < count; i++) {
        c->has_findings |= list[i].is_error;
        json_array_append_new(r, json_pack("{s:s, s:s, s:s, s:s, s:s*}", "level",
                                           list[i].is_error ? "error" : "warning", "side", side_name(list[i].side),
                                           "tab", list[i].tab, "what", list[i].what, "fix", list[i].fix));
    }
    return r;
}

void check_print(struct cli *c, const struct config_finding *list, size_t count, const char *said)
{
    struct cli_table t = cli_table(c, "LEVEL", "SIDE", "TAB", "WHAT", NULL);
    for (size_t i = 0; i < count; i++) {
        const char *what = list[i].fix ? arena_printf(c->arena, "%s - %s", list[i].what, list[i].fix) : list[i].what;
        c->has_findings |= list[i].is_error;
        cli_row(&t, list[i].is_error ? "error" : "warning", side_name(list[i].side), list[i].tab, what);
    }
    if (count)
        cli_table_print(&t);
    else if (said)
        cli_say(c, "%s", said);
}
