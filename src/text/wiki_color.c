/* wiki_color.c - the colours people write in {color:…}, as ADF wants them. */
#include "text/wiki_parse.h"

#include "base/str.h"

static const struct {
    const char *name, *value;
} NAMES[] = {
    {"aqua", "#00ffff"},         {"black", "#000000"},       {"blue", "#0000ff"},        {"blueviolet", "#8a2be2"},
    {"brown", "#a52a2a"},        {"chocolate", "#d2691e"},   {"coral", "#ff7f50"},       {"crimson", "#dc143c"},
    {"cyan", "#00ffff"},         {"darkblue", "#00008b"},    {"darkgray", "#a9a9a9"},    {"darkgreen", "#006400"},
    {"darkgrey", "#a9a9a9"},     {"darkmagenta", "#8b008b"}, {"darkorange", "#ff8c00"},  {"darkred", "#8b0000"},
    {"deeppink", "#ff1493"},     {"deepskyblue", "#00bfff"}, {"dimgray", "#696969"},     {"dodgerblue", "#1e90ff"},
    {"firebrick", "#b22222"},    {"forestgreen", "#228b22"}, {"fuchsia", "#ff00ff"},     {"gold", "#ffd700"},
    {"goldenrod", "#daa520"},    {"gray", "#808080"},        {"green", "#008000"},       {"grey", "#808080"},
    {"hotpink", "#ff69b4"},      {"indianred", "#cd5c5c"},   {"indigo", "#4b0082"},      {"khaki", "#f0e68c"},
    {"lightblue", "#add8e6"},    {"lightgray", "#d3d3d3"},   {"lightgreen", "#90ee90"},  {"lightgrey", "#d3d3d3"},
    {"lime", "#00ff00"},         {"limegreen", "#32cd32"},   {"magenta", "#ff00ff"},     {"maroon", "#800000"},
    {"midnightblue", "#191970"}, {"navy", "#000080"},        {"olive", "#808000"},       {"orange", "#ffa500"},
    {"orangered", "#ff4500"},    {"orchid", "#da70d6"},      {"pink", "#ffc0cb"},        {"plum", "#dda0dd"},
    {"purple", "#800080"},       {"red", "#ff0000"},         {"royalblue", "#4169e1"},   {"salmon", "#fa8072"},
    {"seagreen", "#2e8b57"},     {"sienna", "#a0522d"},      {"silver", "#c0c0c0"},      {"skyblue", "#87ceeb"},
    {"slateblue", "#6a5acd"},    {"slategray", "#708090"},   {"steelblue", "#4682b4"},   {"tan", "#d2b48c"},
    {"teal", "#008080"},         {"tomato", "#ff6347"},      {"turquoise", "#40e0d0"},   {"violet", "#ee82ee"},
    {"white", "#ffffff"},        {"yellow", "#ffff00"},      {"yellowgreen", "#9acd32"},
};

static const char *rgb(struct arena *a, const char *name)
{
    char **parts;
    size_t n = strlen(name);
    int64_t value[3];
    if (!str_starts(name, "rgb(") || name[n - 1] != ')' ||
        str_split(a, arena_strndup(a, name + 4, n - 5), ',', &parts) != 3)
        return NULL;
    for (int i = 0; i < 3; i++)
        if (!str_to_int(str_trim(a, parts[i]), &value[i]) || value[i] < 0 || value[i] > 255)
            return NULL;
    return arena_printf(a, "#%02x%02x%02x", (unsigned)value[0], (unsigned)value[1], (unsigned)value[2]);
}

const char *wiki_color(struct arena *a, const char *text, size_t length)
{
    char *name = str_lower(a, str_trim(a, arena_strndup(a, text, length)));
    bool is_hex = name[0] == '#' && strspn(name + 1, "0123456789abcdef") == strlen(name + 1);
    if (is_hex && strlen(name) == 7)
        return name;
    if (is_hex && strlen(name) == 4)
        return arena_printf(a, "#%c%c%c%c%c%c", name[1], name[1], name[2], name[2], name[3], name[3]);
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
        if (str_eq(name, NAMES[i].name))
            return NAMES[i].value;
    return rgb(a, name);
}
