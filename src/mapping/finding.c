#include "mapping/finding.h"

#include "base/str.h"

enum { NAMES_MAX = 12 };

static void add(struct findings *f, bool is_error, const char *tab, const char *what, const char *fix)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->list[i].side == f->side && str_eq(f->list[i].tab, tab) && str_eq(f->list[i].what, what))
            return;
    *arena_push(f->arena, f->list, f->count) =
        (struct config_finding){.is_error = is_error, .side = f->side, .tab = tab, .what = what, .fix = fix};
}

void finding_error(struct findings *f, const char *tab, const char *what, const char *fix)
{
    add(f, true, tab, what, fix);
}

void finding_warning(struct findings *f, const char *tab, const char *what, const char *fix)
{
    add(f, false, tab, what, fix);
}

char *finding_text(struct findings *f, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(f->arena, format, args);
    va_end(args);
    return text;
}

const char *finding_options(struct findings *f, const struct tracker_option *list, size_t count)
{
    const char *names = count ? list[0].name : "(none)";
    for (size_t i = 1; i < count && i < NAMES_MAX; i++)
        names = finding_text(f, "%s, %s", names, list[i].name);
    return count > NAMES_MAX ? finding_text(f, "%s, …", names) : names;
}

const char *finding_types(struct findings *f, const struct tracker_project *p)
{
    struct tracker_option *list = arena_array(f->arena, struct tracker_option, p->type_count);
    for (size_t i = 0; i < p->type_count; i++)
        list[i] = (struct tracker_option){p->types[i].id, p->types[i].name};
    return finding_options(f, list, p->type_count);
}
