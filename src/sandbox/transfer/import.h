/* import.h - one page on its way into this site, shared by the files of the import: import_head.c (people, types,
 * workflows, fields), import_text.c (texts and mentions), import_work.c (files, worklogs), import.c (issues). */
#pragma once

#include "sandbox/transfer/bulk.h"
#include "sandbox/transfer/transfer.h"

/* What a number of the source became here. */
struct pair {
    int64_t source, target;
};

struct pairs {
    struct pair *list;
    size_t count;
};

struct person {
    int64_t source, target;
    const char *name, *key, *account_id; /* as the source calls them */
    char *mention, *value;               /* as this site does: in text, in histories */
};

struct field_pair {
    int64_t source, target;
    const char *kind;
};

/* A file of the issue at hand; the media names are those of Cloud. */
struct import_file {
    int64_t source;
    const char *filename, *source_media;
    char *target_media;
};

struct importer {
    struct sandbox *sb;
    struct arena *a;
    struct err *e;
    const json_t *page;
    const struct sandbox_move *options;
    json_t *id_map;
    struct sandbox_moved *counts;
    const char *site, *key;
    bool is_first, from_cloud;
    int64_t project;
    struct person *people;
    size_t people_count;
    struct field_pair *fields;
    size_t field_count;
    struct pairs statuses, types, priorities, resolutions, link_types, workflows, options_, versions, components,
        groups, boards, sprints, levels;
    struct import_file *files; /* of the issue at hand, oldest first */
    size_t file_count;
    struct pairs attachments, worklogs; /* of the issue at hand */
};

/* What became of a thing on an earlier page, kept in table imported; 0: not known. */
bool import_known(struct importer *, const char *entity, int64_t source, int64_t *target_r) MUST_CHECK;
bool import_known_put(struct importer *, const char *entity, int64_t source, int64_t target) MUST_CHECK;
/* Roles and security of the project; the level and the archive of one issue (import_access.c). */
bool import_access(struct importer *, const json_t *project) MUST_CHECK;
bool import_issue_access(struct importer *, int64_t issue, const json_t *) MUST_CHECK;

/* 0 when it is not known. */
int64_t import_target(const struct pairs *, int64_t source);
const struct person *import_person(const struct importer *, int64_t source);
/* By user name, user key or account id, with or without "accountid:"; NULL: nobody we know. */
const struct person *import_person_called(const struct importer *, const char *name);
int64_t import_account(const struct importer *, const json_t *object, const char *member);
const struct field_pair *import_field(const struct importer *, int64_t source);

void import_report(struct importer *, const char *type, const char *source, const char *target);
void import_report_ids(struct importer *, const char *type, int64_t source, int64_t target);
/* Runs `one` over the elements of the page's member. */
bool import_each(struct importer *, const char *member, bool (*one)(struct importer *, const json_t *)) MUST_CHECK;
/* The object's properties, when the options ask for them. */
bool import_properties(struct importer *, const char *entity, int64_t id, const json_t *object) MUST_CHECK;

/* The source's stored text in the form this site stores, with the people in it as this site calls them (import_text.c).
 */
char *import_text(struct importer *, const char *stored);
/* Reads the files of an issue before its texts, which name them (import_work.c). */
bool import_files_open(struct importer *, const json_t *issue) MUST_CHECK;
/* The issue's files, worklogs, estimates and votes. */
bool import_work(struct importer *, int64_t issue, const json_t *) MUST_CHECK;
void import_remember(struct importer *, struct pairs *, int64_t source, int64_t target);
/* Everything but the issues (import_head.c); on the first page it makes the project. */
bool import_head(struct importer *) MUST_CHECK;
