/* fixture.h - for the tests of this folder: example.json, and the two projects it speaks of, as the sites would tell
 * them. */
#pragma once

#include "base/file_atomic.h"
#include "base/str.h"
#include "mapping/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OPTIONS(...)                                                                                                   \
    (struct tracker_option[])                                                                                          \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

static inline const json_t *fixture_document(struct arena *a)
{
    struct buf bytes = BUF_INIT(1u << 20);
    struct err e = ERR_INIT;
    assert_true(file_read(TANDEM_SOURCE_DIR "/src/mapping/example.json", &bytes, &e));
    const json_t *json = json_parse(a, buf_str(&bytes), bytes.len, true, "example.json", &e);
    assert_non_null(json);
    buf_release(&bytes);
    return json;
}

static inline struct config fixture_config(struct arena *a)
{
    struct err e = ERR_INIT;
    struct config c;
    if (!config_from_json(a, fixture_document(a), &c, &e))
        fail_msg("%s", e.text);
    return c;
}

static inline struct tracker_option *copy_options(struct arena *a, const struct tracker_option *list, size_t count)
{
    struct tracker_option *copy = arena_array(a, struct tracker_option, count);
    memcpy(copy, list, count * sizeof *copy);
    return copy;
}

static inline struct tracker_issue_type fixture_type(const char *id, const char *name, bool is_subtask,
                                                     struct tracker_option *statuses, size_t count)
{
    return (struct tracker_issue_type){
        .id = id, .name = name, .is_subtask = is_subtask, .statuses = statuses, .status_count = count};
}

static inline struct tracker_project fixture_project(struct arena *a, enum side side)
{
    bool is_first = side == SIDE_FIRST;
    struct tracker_project p = {.id = is_first ? "10000" : "10200",
                                .key = is_first ? "SA" : "SB",
                                .name = "Support",
                                .type_count = 3,
                                .priority_count = 3,
                                .field_count = 5,
                                .can_browse = true,
                                .can_create = true,
                                .can_edit = true,
                                .can_comment = true,
                                .can_transition = true,
                                .can_delete_own_comments = true};
    struct tracker_option *statuses =
        is_first ? copy_options(a, OPTIONS({"1", "Open"}, {"3", "In Progress"}, {"6", "Closed"}), 3)
                 : copy_options(a, OPTIONS({"10100", "To Do"}, {"10101", "In Progress"}, {"10102", "Done"}), 3);
    p.types = arena_array(a, struct tracker_issue_type, 3);
    p.types[0] = fixture_type(is_first ? "10001" : "10011", "Bug", false, statuses, 3);
    p.types[1] = fixture_type(is_first ? "10002" : "10012", is_first ? "Task" : "Story", false, statuses, 3);
    p.types[2] = fixture_type(is_first ? "10003" : "10013", is_first ? "Sub-task" : "Subtask", true, statuses, 3);
    p.priorities = is_first ? copy_options(a, OPTIONS({"1", "Blocker"}, {"3", "Major"}, {"5", "Trivial"}), 3)
                            : copy_options(a, OPTIONS({"20", "Highest"}, {"21", "Medium"}, {"22", "Lowest"}), 3);
    const struct tracker_field fields[] = {
        {.id = "summary", .name = "Summary", .type = "string"},
        {.id = "description", .name = "Description", .type = "string"},
        {.id = "labels", .name = "Labels", .type = "array", .items = "string"},
        {.id = "priority", .name = "Priority", .type = "priority"},
        {.id = is_first ? "customfield_10010" : "customfield_10300", .name = "Tester", .type = "user"},
    };
    p.fields = arena_array(a, struct tracker_field, ARRAY_LEN(fields));
    memcpy(p.fields, fields, sizeof fields);
    return p;
}

/* One more field. */
static inline void fixture_add_field(struct arena *a, struct tracker_project *p, struct tracker_field field)
{
    struct tracker_field *grown = arena_array(a, struct tracker_field, p->field_count + 1);
    memcpy(grown, p->fields, p->field_count * sizeof *grown);
    grown[p->field_count++] = field;
    p->fields = grown;
}

/* The finding that says this; NULL. */
static inline const struct config_finding *finding_of(const struct config_finding *list, size_t count, const char *part)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(list[i].what, part))
            return &list[i];
    return NULL;
}
