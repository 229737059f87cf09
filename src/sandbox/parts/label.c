/* label.c - the labels of a site: all of them on Cloud, those that begin with something for who types one. */
#include "sandbox/rights/access.h"

enum { PAGE = 1000, SUGGESTIONS = 20 };

static bool label_list(struct ctx *c)
{
    struct page page;
    struct sql_rows rows;
    int64_t total = 0;
    json_t *values = new_array(c);
    if (!page_read(c, PAGE, PAGE, &page) || !db_int(c, &total, "SELECT count(DISTINCT label) FROM issue_label", "") ||
        !db_query(c, &rows, "SELECT DISTINCT label FROM issue_label ORDER BY label LIMIT ?1 OFFSET ?2", "ii", page.max,
                  page.start))
        return false;
    while (sql_next(&rows))
        add_str(values, sql_peek(&rows, 0));
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

static char *escaped(struct ctx *c, const char *text)
{
    return str_replace(c->a, str_replace(c->a, str_replace(c->a, text, "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

/* ?query=be: {"token":"be","suggestions":[{"label":"beta","html":"<b>be</b>ta"}]} of issues that the caller sees. */
static bool label_suggest(struct ctx *c)
{
    const char *query = param(c, "query") ? param(c, "query") : "";
    json_t *o = new_object(c), *list = new_array(c);
    struct sql_rows rows;
    char *sql = arena_printf(c->a,
                             "SELECT DISTINCT l.label FROM issue_label l JOIN issue i ON i.id = l.issue WHERE"
                             " substr(l.label, 1, length(?1)) = ?1 COLLATE NOCASE AND %s ORDER BY l.label LIMIT ?2",
                             visible_issues(c, "i"));
    if (!db_query(c, &rows, sql, "si", query, (int64_t)SUGGESTIONS))
        return false;
    while (sql_next(&rows)) {
        const char *label = sql_peek(&rows, 0);
        size_t n = strlen(query) < strlen(label) ? strlen(query) : strlen(label);
        json_t *one = new_object(c);
        put_str(one, "label", label);
        put_str(one, "html",
                n ? arena_printf(c->a, "<b>%s</b>%s", escaped(c, arena_strndup(c->a, label, n)), escaped(c, label + n))
                  : escaped(c, label));
        add(list, one);
    }
    put_str(o, "token", query);
    put(o, "suggestions", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

const struct route label_routes[] = {
    {HTTP_GET, "label", label_list, ON_CLOUD, 0},
    {HTTP_GET, "/rest/api/1.0/labels/suggest", label_suggest, ON_ALL, 0},
    {HTTP_GET, "/rest/api/1.0/labels/{}/suggest", label_suggest, ON_ALL, 0},
    {0},
};
