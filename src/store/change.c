#include "store/change.h"

#include <string.h>

bool change_begin(struct change *c, struct store *s, struct err *e)
{
    *c = (struct change){.store = s, .db = store_db(s, e)};
    if (!c->db)
        return false;
    c->is_own = !sql_in_transaction(c->db);
    return !c->is_own || store_begin(s, e);
}

bool change_end(struct change *c, bool ok, struct err *e)
{
    if (!c->is_own)
        return ok;
    return ok ? store_commit(c->store, e) : store_abandon(c->store);
}

bool column_json(struct sql_rows *rows, int column, struct arena *a, const char *what, json_t **r, struct err *e)
{
    *r = NULL;
    const char *text = sql_peek(rows, column);
    if (!text)
        return true;
    *r = json_parse(a, text, strlen(text), false, what, e);
    return *r || err_wrap(e, "the store is damaged at row %lld", (long long)sql_int(rows, 0));
}

const char *column_text(struct arena *a, const json_t *value)
{
    return value ? json_print(a, value) : NULL;
}

bool column_done(struct sql_rows *rows, bool ok, struct err *e)
{
    struct err ignored = ERR_INIT; /* the first mistake is the one to tell */
    return sql_done(rows, ok ? e : &ignored) && ok;
}
