/* schema_webhook.c - the tables of who is told what happened, and of what is still to be told. */
#include "sandbox/internal.h"

const char sandbox_schema_webhook[] =
    /* Apps act through OAuth or Connect: a bearer token on Cloud. */
    "CREATE TABLE app (account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,"
    " client TEXT NOT NULL, secret TEXT NOT NULL, digest TEXT NOT NULL UNIQUE);"
    /* app NULL: an administrator's. events: JSON array; jql NULL or '': every issue. */
    "CREATE TABLE webhook (id INTEGER PRIMARY KEY AUTOINCREMENT, app INTEGER REFERENCES account (id) ON DELETE CASCADE,"
    " owner INTEGER NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL, jql TEXT,"
    " fields TEXT, properties TEXT, exclude_body INTEGER NOT NULL DEFAULT 0, secret TEXT,"
    " active INTEGER NOT NULL DEFAULT 1, ssl INTEGER NOT NULL DEFAULT 1, created INTEGER NOT NULL,"
    " updated INTEGER NOT NULL, expires INTEGER);"
    /* state: due, held (until another has gone: a fault), done, failed (given up), lost (a fault). */
    "CREATE TABLE webhook_delivery (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " webhook INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE, identifier TEXT NOT NULL,"
    " event TEXT NOT NULL, flow TEXT NOT NULL, url TEXT NOT NULL, body TEXT, created INTEGER NOT NULL,"
    " due INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, last_status INTEGER, last_ms INTEGER,"
    " state TEXT NOT NULL DEFAULT 'due');"
    "CREATE INDEX webhook_delivery_due ON webhook_delivery (due, id) WHERE state = 'due';"
    "CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook, state);";
