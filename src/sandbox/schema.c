/* schema.c - the tables of a site.
 *
 * Why every id is AUTOINCREMENT: Jira never reuses an id, not even after a deletion, and the counter must travel with
 * a snapshot. Where the counters start is set per site from its seed (site.c), so that ids of two sites do not meet.
 *
 * Times are epoch milliseconds, UTC. Rich text (description, comment.body, textarea values) is kept in the site's own
 * form: wiki markup on Data Center, ADF as compact JSON on Cloud; NULL is "no text". */
#include "sandbox/internal.h"

const char sandbox_schema[] =
    /* name: dialect, seed, schema, title, comment_moves_updated … */
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"

    /* People. A Data Center account has name and user_key; a Cloud account has account_id, and name and user_key only
     * when it came by a migration (user/bulk/migration answers from them). */
    "CREATE TABLE account ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " account_id TEXT UNIQUE, name TEXT COLLATE NOCASE UNIQUE, user_key TEXT UNIQUE,"
    " email TEXT COLLATE NOCASE, display_name TEXT NOT NULL,"
    " password TEXT," /* sha256 of "id:password"; NULL cannot log in */
    " active INTEGER NOT NULL DEFAULT 1, email_visible INTEGER NOT NULL DEFAULT 1,"
    " account_type TEXT NOT NULL DEFAULT 'atlassian', time_zone TEXT, locale TEXT NOT NULL DEFAULT 'en_US',"
    " is_admin INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX account_email ON account (email);"
    "CREATE TABLE token ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " name TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, expires INTEGER,"
    " used INTEGER);" /* used: a minute behind at most */
    "CREATE TABLE user_group (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " uuid TEXT NOT NULL);"
    "CREATE TABLE user_group_member (group_id INTEGER NOT NULL, account INTEGER NOT NULL,"
    " PRIMARY KEY (group_id, account)) WITHOUT ROWID;"

    /* category: 2 new, 4 indeterminate, 3 done */
    "CREATE TABLE status (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " description TEXT NOT NULL DEFAULT '', category INTEGER NOT NULL, position INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE issue_type (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " description TEXT NOT NULL DEFAULT '', is_subtask INTEGER NOT NULL DEFAULT 0,"
    " level INTEGER NOT NULL DEFAULT 0, position INTEGER NOT NULL DEFAULT 0);" /* level: -1 subtask, 0, 1 epic */
    "CREATE TABLE priority (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " description TEXT NOT NULL DEFAULT '', color TEXT NOT NULL, icon TEXT NOT NULL,"
    " position INTEGER NOT NULL, is_default INTEGER NOT NULL DEFAULT 0);" /* position 1 is the highest */
    "CREATE TABLE resolution (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " description TEXT NOT NULL DEFAULT '', position INTEGER NOT NULL);"
    "CREATE TABLE link_type (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " inward TEXT NOT NULL, outward TEXT NOT NULL);"

    /* resolves: entering a status of category done sets a resolution, leaving it clears that. from_status NULL: from
     * everywhere; further ones are in transition_from. is_initial: the status of a new issue (never offered as a
     * transition). is_looped: stays where it is. rules: workflow.h. A screen of its own has the operation "t<id>" of
     * project 0 and type 0 in table screen. */
    "CREATE TABLE workflow (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " description TEXT NOT NULL DEFAULT '', resolves INTEGER NOT NULL DEFAULT 1);"
    "CREATE TABLE workflow_transition ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, workflow INTEGER NOT NULL REFERENCES workflow (id),"
    " name TEXT NOT NULL, from_status INTEGER REFERENCES status (id),"
    " to_status INTEGER NOT NULL REFERENCES status (id), is_initial INTEGER NOT NULL DEFAULT 0,"
    " has_screen INTEGER NOT NULL DEFAULT 0, position INTEGER NOT NULL DEFAULT 0,"
    " is_looped INTEGER NOT NULL DEFAULT 0, rules TEXT);"
    "CREATE TABLE transition_from (transition INTEGER NOT NULL REFERENCES workflow_transition (id) ON DELETE CASCADE,"
    " status INTEGER NOT NULL, PRIMARY KEY (transition, status)) WITHOUT ROWID;"
    "CREATE INDEX workflow_transition_from ON workflow_transition (workflow, from_status);"

    /* next_number is never set back. deleted: when it went to the trash (Cloud). */
    "CREATE TABLE project ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " name TEXT NOT NULL COLLATE NOCASE UNIQUE, description TEXT NOT NULL DEFAULT '',"
    " lead INTEGER REFERENCES account (id), assignee_type TEXT NOT NULL DEFAULT 'UNASSIGNED',"
    " type_key TEXT NOT NULL DEFAULT 'software', uuid TEXT NOT NULL, next_number INTEGER NOT NULL DEFAULT 1,"
    " archived INTEGER NOT NULL DEFAULT 0, archived_at INTEGER, archived_by INTEGER,"
    " deleted INTEGER, deleted_by INTEGER, avatar INTEGER NOT NULL DEFAULT 10324,"
    " is_simplified INTEGER NOT NULL DEFAULT 0, url TEXT NOT NULL DEFAULT '', category INTEGER,"
    " permission_scheme INTEGER, security_scheme INTEGER);"
    "CREATE TABLE project_key (key TEXT PRIMARY KEY COLLATE NOCASE, project INTEGER NOT NULL) WITHOUT ROWID;" /* former
                                                                                                                 keys */
    "CREATE TABLE project_issue_type (project INTEGER NOT NULL, issue_type INTEGER NOT NULL,"
    " workflow INTEGER NOT NULL REFERENCES workflow (id), position INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (project, issue_type)) WITHOUT ROWID;"

    /* System fields have number NULL and kind 'system'; a custom field N is called customfield_N and has one of the
     * kinds of field.c. is_limited: some of its contexts leave out projects or issue types. */
    "CREATE TABLE field ("
    " id TEXT PRIMARY KEY, number INTEGER UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL,"
    " custom_type TEXT, description TEXT NOT NULL DEFAULT '', position INTEGER NOT NULL DEFAULT 0,"
    " is_limited INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE INDEX field_name ON field (name COLLATE NOCASE);"
    /* field: field.number; parent: the option that this one refines (cascading) */
    "CREATE TABLE field_option (id INTEGER PRIMARY KEY AUTOINCREMENT, field INTEGER NOT NULL,"
    " context INTEGER NOT NULL, parent INTEGER REFERENCES field_option (id) ON DELETE CASCADE,"
    " value TEXT NOT NULL, position INTEGER NOT NULL DEFAULT 0, disabled INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX field_option_field ON field_option (field, position);"
    /* What may be set, per operation: create, edit, resolve (the screen of transitions that have one), t<id>. */
    "CREATE TABLE screen (project INTEGER NOT NULL, issue_type INTEGER NOT NULL, operation TEXT NOT NULL,"
    " field TEXT NOT NULL, position INTEGER NOT NULL, required INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (project, issue_type, operation, field)) WITHOUT ROWID;"

    /* The key of an issue is project.key || '-' || number. */
    "CREATE TABLE issue ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " project INTEGER NOT NULL REFERENCES project (id), number INTEGER NOT NULL,"
    " issue_type INTEGER NOT NULL, status INTEGER NOT NULL, summary TEXT NOT NULL,"
    " description TEXT, environment TEXT, priority INTEGER, resolution INTEGER, resolved INTEGER,"
    " assignee INTEGER, reporter INTEGER, creator INTEGER, parent INTEGER REFERENCES issue (id), due TEXT,"
    " created INTEGER NOT NULL, updated INTEGER NOT NULL, status_changed INTEGER NOT NULL,"
    " security INTEGER, archived INTEGER, archived_by INTEGER);" /* security_level.id; when, NULL: not archived */
    "CREATE INDEX issue_security ON issue (security) WHERE security IS NOT NULL;"
    "CREATE INDEX issue_archived ON issue (archived) WHERE archived IS NOT NULL;"
    "CREATE UNIQUE INDEX issue_key ON issue (project, number);"
    "CREATE INDEX issue_project_updated ON issue (project, updated);"
    "CREATE INDEX issue_project_created ON issue (project, created);"
    "CREATE INDEX issue_updated ON issue (updated);"
    "CREATE INDEX issue_parent ON issue (parent) WHERE parent IS NOT NULL;"
    /* Former keys of issues that moved: they resolve for ever. */
    "CREATE TABLE issue_former_key (project INTEGER NOT NULL, number INTEGER NOT NULL, issue INTEGER NOT NULL,"
    " PRIMARY KEY (project, number)) WITHOUT ROWID;"
    "CREATE INDEX issue_former_key_issue ON issue_former_key (issue);"
    "CREATE TABLE issue_label (issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE, label TEXT NOT NULL,"
    " PRIMARY KEY (issue, label)) WITHOUT ROWID;"
    "CREATE INDEX issue_label_label ON issue_label (label COLLATE NOCASE);"
    "CREATE TABLE watcher (issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE, account INTEGER NOT NULL,"
    " PRIMARY KEY (issue, account)) WITHOUT ROWID;"
    /* One row a value. text: texts, url, date, labels, rank · num: number, datetime (ms) · ref: the id of an option, an
     * account, a group, a version, a project, a sprint. A cascading value is two rows: parent and child. */
    "CREATE TABLE custom_value ("
    " issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE, field INTEGER NOT NULL,"
    " position INTEGER NOT NULL DEFAULT 0, text TEXT, num REAL, ref INTEGER,"
    " PRIMARY KEY (issue, field, position)) WITHOUT ROWID;"
    "CREATE INDEX custom_value_num ON custom_value (field, num) WHERE num IS NOT NULL;"
    "CREATE INDEX custom_value_ref ON custom_value (field, ref) WHERE ref IS NOT NULL;"

    "CREATE TABLE comment ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE,"
    " author INTEGER, update_author INTEGER, body TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL,"
    " visibility_type TEXT, visibility_value TEXT);" /* role or group, and its name; NULL: for all */
    "CREATE INDEX comment_issue ON comment (issue);"
    /* Files. media: the uuid that texts and media addresses on Cloud know it by. */
    "CREATE TABLE attachment ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE,"
    " author INTEGER, filename TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL, created INTEGER NOT NULL,"
    " media TEXT NOT NULL UNIQUE);"
    "CREATE INDEX attachment_issue ON attachment (issue);"
    "CREATE TABLE attachment_content (attachment INTEGER PRIMARY KEY REFERENCES attachment (id) ON DELETE CASCADE,"
    " content BLOB NOT NULL);"
    /* Work done; seconds. What was deleted is remembered for GET worklog/deleted. */
    "CREATE TABLE worklog ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE,"
    " author INTEGER, update_author INTEGER, comment TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL,"
    " started INTEGER NOT NULL, seconds INTEGER NOT NULL, visibility_type TEXT, visibility_value TEXT);"
    "CREATE INDEX worklog_issue ON worklog (issue, started);"
    "CREATE INDEX worklog_updated ON worklog (updated);"
    "CREATE INDEX worklog_author ON worklog (author);"
    "CREATE TABLE worklog_deleted (worklog INTEGER PRIMARY KEY, deleted INTEGER NOT NULL);"
    "CREATE INDEX worklog_deleted_at ON worklog_deleted (deleted);"
    /* Only of issues that have an estimate or a worklog; seconds; NULL: never told. */
    "CREATE TABLE issue_time (issue INTEGER PRIMARY KEY REFERENCES issue (id) ON DELETE CASCADE,"
    " original INTEGER, remaining INTEGER, spent INTEGER);"
    "CREATE TABLE vote (issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE, account INTEGER NOT NULL,"
    " PRIMARY KEY (issue, account)) WITHOUT ROWID;"
    "CREATE TABLE comment_pin (comment INTEGER PRIMARY KEY REFERENCES comment (id) ON DELETE CASCADE,"
    " account INTEGER NOT NULL, created INTEGER NOT NULL);"
    /* What Cloud does by itself after a 303; result is JSON. */
    "CREATE TABLE task (id INTEGER PRIMARY KEY AUTOINCREMENT, description TEXT NOT NULL, result TEXT,"
    " caller INTEGER NOT NULL, created INTEGER NOT NULL);"
    /* entity: 'issue', 'comment', 'worklog', 'project', 'issuetype', 'user'; value is compact JSON */
    "CREATE TABLE property (entity TEXT NOT NULL, entity_id INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (entity, entity_id, key)) WITHOUT ROWID;"
    /* application, object: compact JSON as given */
    "CREATE TABLE remote_link ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE,"
    " global_id TEXT, application TEXT, relationship TEXT, object TEXT NOT NULL);"
    "CREATE INDEX remote_link_issue ON remote_link (issue);"
    "CREATE INDEX remote_link_global ON remote_link (global_id) WHERE global_id IS NOT NULL;"
    /* "inward <type.outward> outward": inward is the issue that blocks, outward the one that is blocked */
    "CREATE TABLE issue_link ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER NOT NULL REFERENCES link_type (id),"
    " inward INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE,"
    " outward INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE);"
    "CREATE INDEX issue_link_inward ON issue_link (inward);"
    "CREATE INDEX issue_link_outward ON issue_link (outward);"

    "CREATE TABLE history (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE, author INTEGER, created INTEGER NOT NULL);"
    "CREATE INDEX history_issue ON history (issue);"
    /* What became what in moves to this site, per source site: entity is user, field, option or project (import.c). */
    "CREATE TABLE imported (site TEXT NOT NULL, entity TEXT NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL,"
    " PRIMARY KEY (site, entity, source)) WITHOUT ROWID;"
    /* Faults to come (faults.c). remaining -1: until cleared. */
    "CREATE TABLE fault (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, method TEXT, path TEXT,"
    " skip INTEGER NOT NULL, remaining INTEGER NOT NULL, ms INTEGER NOT NULL, retry_after INTEGER NOT NULL,"
    " reason TEXT, project TEXT);"
    /* from_value and to_value are ids on the wire ("10001", a user name, an account id); *_string what people read */
    "CREATE TABLE history_item ("
    " history INTEGER NOT NULL REFERENCES history (id) ON DELETE CASCADE, position INTEGER NOT NULL,"
    " field TEXT NOT NULL, field_type TEXT NOT NULL, field_id TEXT,"
    " from_value TEXT, from_string TEXT, to_value TEXT, to_string TEXT,"
    " PRIMARY KEY (history, position)) WITHOUT ROWID;";
