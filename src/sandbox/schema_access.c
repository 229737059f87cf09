/* schema_access.c - the tables of who may do what.
 *
 * holder: anyone, applicationRole, user, group, projectRole, projectLead, reporter, assignee, userCustomField,
 * groupCustomField. ref: account.id, user_group.id, project_role.id, or a custom field's number; parameter: the key of
 * an application role, NULL for any. */
#include "sandbox/internal.h"

const char sandbox_schema_access[] =
    "CREATE TABLE permission_scheme (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " description TEXT);"
    "CREATE TABLE permission_grant (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " scheme INTEGER NOT NULL REFERENCES permission_scheme (id) ON DELETE CASCADE,"
    " permission TEXT NOT NULL, holder TEXT NOT NULL, ref INTEGER NOT NULL DEFAULT 0, parameter TEXT);"
    "CREATE INDEX permission_grant_scheme ON permission_grant (scheme, permission);"
    "CREATE TABLE global_grant (permission TEXT NOT NULL, group_id INTEGER NOT NULL,"
    " PRIMARY KEY (permission, group_id)) WITHOUT ROWID;"
    "CREATE TABLE application_role (key TEXT PRIMARY KEY, name TEXT NOT NULL, seats INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE application_role_group (role TEXT NOT NULL, group_id INTEGER NOT NULL,"
    " is_default INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (role, group_id)) WITHOUT ROWID;"
    "CREATE TABLE project_role (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " description TEXT NOT NULL DEFAULT '');"
    /* One of account and group_id is 0. project 0: whom a new project starts with. */
    "CREATE TABLE role_actor (id INTEGER PRIMARY KEY AUTOINCREMENT, project INTEGER NOT NULL,"
    " role INTEGER NOT NULL REFERENCES project_role (id) ON DELETE CASCADE,"
    " account INTEGER NOT NULL DEFAULT 0, group_id INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE (project, role, account, group_id));"
    "CREATE TABLE security_scheme (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " description TEXT, default_level INTEGER);"
    "CREATE TABLE security_level (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " scheme INTEGER NOT NULL REFERENCES security_scheme (id) ON DELETE CASCADE,"
    " name TEXT NOT NULL COLLATE NOCASE, description TEXT);"
    "CREATE INDEX security_level_scheme ON security_level (scheme);"
    "CREATE TABLE security_member (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " level INTEGER NOT NULL REFERENCES security_level (id) ON DELETE CASCADE,"
    " holder TEXT NOT NULL, ref INTEGER NOT NULL DEFAULT 0, parameter TEXT);"
    "CREATE INDEX security_member_level ON security_member (level);"
    "CREATE TABLE project_category (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " description TEXT);";
