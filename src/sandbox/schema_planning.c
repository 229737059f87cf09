/* schema_planning.c - the tables of what issues are planned with: versions, components, boards and
 * sprints, and of where custom fields apply.
 *
 * As in schema.c, ids are never reused and start where the seed says (site.c). */
#include "sandbox/internal.h"

const char sandbox_schema_planning[] =
    /* dates: YYYY-MM-DD. position: the order that people gave them, 1 is the first. */
    "CREATE TABLE version ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, project INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,"
    " name TEXT NOT NULL COLLATE NOCASE, description TEXT, archived INTEGER NOT NULL DEFAULT 0,"
    " released INTEGER NOT NULL DEFAULT 0, start_date TEXT, release_date TEXT, position INTEGER NOT NULL);"
    "CREATE UNIQUE INDEX version_name ON version (project, name);"
    "CREATE TABLE component ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, project INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,"
    " name TEXT NOT NULL COLLATE NOCASE, description TEXT, lead INTEGER REFERENCES account (id),"
    " assignee_type TEXT NOT NULL DEFAULT 'PROJECT_DEFAULT');"
    "CREATE UNIQUE INDEX component_name ON component (project, name);"
    /* kind: 'fix' or 'affects' */
    "CREATE TABLE issue_version ("
    " issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE, kind TEXT NOT NULL,"
    " version INTEGER NOT NULL REFERENCES version (id) ON DELETE CASCADE,"
    " PRIMARY KEY (issue, kind, version)) WITHOUT ROWID;"
    "CREATE INDEX issue_version_version ON issue_version (version, kind);"
    "CREATE TABLE issue_component ("
    " issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE,"
    " component INTEGER NOT NULL REFERENCES component (id) ON DELETE CASCADE,"
    " PRIMARY KEY (issue, component)) WITHOUT ROWID;"
    "CREATE INDEX issue_component_component ON issue_component (component);"

    /* Where a custom field applies. all_*: 1, or the projects and types are listed. A field's first context is its
     * default one. */
    "CREATE TABLE field_context ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, field INTEGER NOT NULL, name TEXT NOT NULL,"
    " description TEXT NOT NULL DEFAULT '', all_projects INTEGER NOT NULL DEFAULT 1,"
    " all_types INTEGER NOT NULL DEFAULT 1);"
    "CREATE INDEX field_context_field ON field_context (field);"
    "CREATE TABLE field_context_project ("
    " context INTEGER NOT NULL REFERENCES field_context (id) ON DELETE CASCADE, project INTEGER NOT NULL,"
    " PRIMARY KEY (context, project)) WITHOUT ROWID;"
    "CREATE TABLE field_context_type ("
    " context INTEGER NOT NULL REFERENCES field_context (id) ON DELETE CASCADE, issue_type INTEGER NOT NULL,"
    " PRIMARY KEY (context, issue_type)) WITHOUT ROWID;"

    "CREATE TABLE board ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, type TEXT NOT NULL," /* scrum, kanban */
    " project INTEGER REFERENCES project (id) ON DELETE CASCADE, filter INTEGER, owner INTEGER);"
    /* state: future, active, closed; times: ms */
    "CREATE TABLE sprint ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, board INTEGER NOT NULL REFERENCES board (id) ON DELETE CASCADE,"
    " name TEXT NOT NULL, goal TEXT, state TEXT NOT NULL DEFAULT 'future', started INTEGER, ends INTEGER,"
    " activated INTEGER, completed INTEGER, created INTEGER NOT NULL, position INTEGER NOT NULL);"

    /* Queries that people kept. share.type: global, authenticated, group, project, user; ref: whom it is shared with */
    "CREATE TABLE filter ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE, description TEXT, jql TEXT NOT NULL,"
    " owner INTEGER NOT NULL);"
    "CREATE TABLE filter_favourite (filter INTEGER NOT NULL REFERENCES filter (id) ON DELETE CASCADE,"
    " account INTEGER NOT NULL, PRIMARY KEY (filter, account)) WITHOUT ROWID;"
    "CREATE TABLE filter_share (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " filter INTEGER NOT NULL REFERENCES filter (id) ON DELETE CASCADE, type TEXT NOT NULL, ref INTEGER);"
    "CREATE TABLE filter_column (filter INTEGER NOT NULL REFERENCES filter (id) ON DELETE CASCADE,"
    " position INTEGER NOT NULL, field TEXT NOT NULL, PRIMARY KEY (filter, position)) WITHOUT ROWID;"

    /* historyMetadata as it was given with an edit: compact JSON */
    "CREATE TABLE history_metadata (history INTEGER PRIMARY KEY REFERENCES history (id) ON DELETE CASCADE,"
    " value TEXT NOT NULL);";
