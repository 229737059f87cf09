/* schema_search.c - the tables that only search needs: the words of texts, what was looked at, and indexes of history.
 *
 * Words are indexed when somebody asks for them, not when they are written: a trigger notes which issues' texts have
 * changed (text_dirty), and jql_text.c reads those again before it answers. So a million issues load at full speed.
 *
 * text_index holds no text of its own. A document in it is what one issue says in one place; text_doc says where, and a
 * document that is no longer there is never found again, for nothing in text_doc leads to it. */
#include "sandbox/internal.h"

const char sandbox_schema_search[] =
    /* part: s summary, d description, e environment, c comment, x custom field, w worklog; ref: the comment's or
       worklog's id, or field.number */
    "CREATE TABLE text_doc (doc INTEGER PRIMARY KEY AUTOINCREMENT, issue INTEGER NOT NULL, part TEXT NOT NULL,"
    " ref INTEGER);"
    "CREATE INDEX text_doc_issue ON text_doc (issue);"
    "CREATE TABLE text_dirty (issue INTEGER PRIMARY KEY);"
    "CREATE VIRTUAL TABLE text_index USING fts5(body, content='', columnsize=0,"
    " tokenize=\"porter unicode61 remove_diacritics 0 tokenchars '_' categories 'L* N* Co Mn So'\");"
    "CREATE VIRTUAL TABLE text_word USING fts5vocab(text_index, 'row');"

    "CREATE TRIGGER text_issue_new AFTER INSERT ON issue BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (new.id); END;"
    "CREATE TRIGGER text_issue_edit AFTER UPDATE OF summary, description, environment ON issue BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (new.id); END;"
    "CREATE TRIGGER text_issue_gone AFTER DELETE ON issue BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (old.id); END;"
    "CREATE TRIGGER text_comment_new AFTER INSERT ON comment BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (new.issue); END;"
    "CREATE TRIGGER text_comment_edit AFTER UPDATE OF body, issue ON comment BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (new.issue); INSERT OR IGNORE INTO text_dirty VALUES (old.issue); END;"
    "CREATE TRIGGER text_comment_gone AFTER DELETE ON comment BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (old.issue); END;"
    "CREATE TRIGGER text_worklog_new AFTER INSERT ON worklog WHEN new.comment IS NOT NULL BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (new.issue); END;"
    "CREATE TRIGGER text_worklog_edit AFTER UPDATE OF comment, issue ON worklog BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (new.issue); INSERT OR IGNORE INTO text_dirty VALUES (old.issue); END;"
    "CREATE TRIGGER text_worklog_gone AFTER DELETE ON worklog WHEN old.comment IS NOT NULL BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (old.issue); END;"
    "CREATE TRIGGER text_value_new AFTER INSERT ON custom_value WHEN new.text IS NOT NULL BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (new.issue); END;"
    "CREATE TRIGGER text_value_edit AFTER UPDATE OF text ON custom_value BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (new.issue); END;"
    "CREATE TRIGGER text_value_gone AFTER DELETE ON custom_value WHEN old.text IS NOT NULL BEGIN"
    " INSERT OR IGNORE INTO text_dirty VALUES (old.issue); END;"

    /* What WAS and CHANGED look for; other items of history have no place in it. */
    "CREATE INDEX history_item_to ON history_item (field, to_value) WHERE field IN"
    " ('status', 'assignee', 'reporter', 'priority', 'resolution', 'Fix Version');"

    "CREATE INDEX history_item_from ON history_item (field, from_value) WHERE field IN"
    " ('status', 'assignee', 'reporter', 'priority', 'resolution', 'Fix Version');"
    "CREATE INDEX issue_assignee ON issue (assignee) WHERE assignee IS NOT NULL;"
    "CREATE INDEX issue_reporter ON issue (reporter) WHERE reporter IS NOT NULL;"

    /* Of rate limits (limit.c). */
    "CREATE TABLE rate_bucket (name TEXT PRIMARY KEY, tokens INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;"
    /* Issues that somebody has looked at with updateHistory=true: issueHistory(), lastViewed. */
    "CREATE TABLE viewed (account INTEGER NOT NULL, issue INTEGER NOT NULL REFERENCES issue (id) ON DELETE CASCADE,"
    " at INTEGER NOT NULL, PRIMARY KEY (account, issue)) WITHOUT ROWID;";
