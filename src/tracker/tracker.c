#include "tracker/tracker.h"

#include "base/str.h"

struct value tracker_issue_value(const struct tracker_issue *issue, const char *field_id)
{
    for (size_t i = 0; i < issue->field_count; i++)
        if (str_eq(issue->fields[i].id, field_id))
            return issue->fields[i].value;
    return (struct value){0};
}

const struct tracker_issue_type *tracker_project_type(const struct tracker_project *p, const char *id_or_name)
{
    for (size_t i = 0; i < p->type_count; i++)
        if (str_eq(p->types[i].id, id_or_name))
            return &p->types[i];
    for (size_t i = 0; i < p->type_count; i++)
        if (id_or_name && str_eq(p->types[i].name, id_or_name))
            return &p->types[i];
    for (size_t i = 0; i < p->type_count; i++)
        if (id_or_name && value_name_equal(p->types[i].name, id_or_name))
            return &p->types[i];
    return NULL;
}

void tracker_free(struct tracker *t)
{
    if (t)
        t->ops->free(t);
}
