/* Whatever a site sends: an issue either parses or is refused with words, and what was read can be written back. */
#include "base/str.h"
#include "jira/field.h"
#include "jira/parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(struct arena *a, const char *id, const struct value *v)
{
    struct jira_field_form form = jira_field_form(id, NULL);
    const json_t *written = jira_value_write(a, form, true, v);
    if (!written)
        abort();
    if (v->kind == VALUE_NONE && !json_is_null(written) && !json_is_array(written))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct tracker_issue issue;
    const char **names = NULL, *name;
    size_t count = 0;
    json_t *value, *json = json_parse(&a, (const char *)data, size, false, "the input", &e);
    if (json) {
        json_object_foreach (json_object_get(json, "fields"), name, value)
            *arena_push(&a, names, count) = name;
        struct jira_issue_form form = {
            .fields = names, .field_count = count, .want = TRACKER_COMMENTS | TRACKER_HISTORY, .has_properties = true};
        if (jira_issue_parse(&a, &form, json, &issue, &e)) {
            if (str_is_empty(issue.id) || !issue.properties)
                abort();
            for (size_t i = 0; i < issue.field_count; i++)
                check_value(&a, issue.fields[i].id, &issue.fields[i].value);
            for (size_t i = 1; i < issue.comment_count; i++)
                if (jira_id_compare(issue.comments[i - 1].id, issue.comments[i].id) > 0)
                    abort();
        } else if (e.kind != ERR_PROTOCOL || !e.text[0]) {
            abort();
        }
    }
    arena_release(&a);
    return 0;
}
