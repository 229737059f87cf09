#include "sync/internal.h"

#include "base/str.h"

const char *item_of_field(const struct config_field *f)
{
    return f->half[SIDE_FIRST].id;
}

const char *item_of_comment(struct arena *a, enum side origin, const char *comment_id)
{
    return arena_printf(a, "comment:%s:%s", side_name(origin), comment_id);
}

bool item_history_matches(const struct tracker_history_item *h, const char *field_id, const char *field_name)
{
    return str_eq_nocase(h->field, field_id) || (field_name && str_eq_nocase(h->field, field_name));
}

static struct value words(struct arena *a, const char *text)
{
    struct value *items = NULL;
    size_t count = 0;
    char **parts;
    size_t n = str_split(a, text, ' ', &parts);
    for (size_t i = 0; i < n; i++)
        if (*parts[i])
            *arena_push(a, items, count) = value_string(parts[i]);
    return (struct value){.kind = count ? VALUE_SET : VALUE_NONE, .items = items, .count = count};
}

struct value item_history_value(struct arena *a, const struct tracker_history_item *h, const struct value *like,
                                bool after)
{
    const char *id = after ? h->to : h->from, *text = after ? h->to_text : h->from_text;
    switch (like->kind) {
    case VALUE_RICH:
        return value_rich(text);
    case VALUE_OPTION:
    case VALUE_USER:
        if (str_is_empty(id))
            return (struct value){.kind = VALUE_NONE};
        return (struct value){.kind = like->kind, .id = id, .text = text};
    case VALUE_SET:
        return text ? words(a, text) : (struct value){.kind = VALUE_NONE};
    case VALUE_NUMBER:
    case VALUE_DATE:
        if (str_is_empty(text))
            return (struct value){.kind = VALUE_NONE};
        return (struct value){.kind = like->kind, .text = text};
    case VALUE_NONE:
    case VALUE_STRING:
        break;
    }
    return value_string(text);
}

int64_t item_changed_ms(const struct tracker_issue *issue, const char *field_id, const char *field_name)
{
    int64_t newest = 0;
    for (size_t i = 0; i < issue->history_count; i++) {
        const struct tracker_history_item *h = &issue->history[i];
        if (item_history_matches(h, field_id, field_name) && h->created_ms > newest)
            newest = h->created_ms;
    }
    return newest;
}
