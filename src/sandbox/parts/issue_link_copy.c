/* issue_link_copy.c - the links of other issues, taken over by an update of this one: {copy: {sourceIssues: [{key}]}}.
 */
#include "sandbox/issue/issue.h"

/* {type:{id}, outwardIssue | inwardIssue: {id}} of each link that `source` has and `issue` has not. */
static bool links_of(struct ctx *c, int64_t source, int64_t issue, json_t *list)
{
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT l.type, l.inward = ?1, CASE WHEN l.inward = ?1 THEN l.outward ELSE l.inward END AS other FROM"
                  " issue_link l WHERE (l.inward = ?1 OR l.outward = ?1) AND other <> ?2 AND NOT EXISTS (SELECT 1 FROM"
                  " issue_link h WHERE h.type = l.type AND h.inward = CASE WHEN l.inward = ?1 THEN ?2 ELSE l.inward END"
                  " AND h.outward = CASE WHEN l.outward = ?1 THEN ?2 ELSE l.outward END) ORDER BY l.id",
                  "ii", source, issue))
        return false;
    while (sql_next(&rows)) {
        json_t *link = new_object(c), *type = new_object(c), *other = new_object(c);
        put_id(type, "id", sql_int(&rows, 0));
        put_id(other, "id", sql_int(&rows, 2));
        put(link, "type", type);
        put(link, sql_int(&rows, 1) ? "outwardIssue" : "inwardIssue", other);
        add(list, link);
    }
    return db_done(c, &rows);
}

bool issue_links_copy(struct ctx *c, int64_t issue, const json_t *value, struct problems *p)
{
    const json_t *sources = json_object_get(value, "sourceIssues"), *v;
    json_t *links = new_array(c);
    size_t i;
    if (!sources) /* as the document's example has it */
        sources = json_at(value, "issuelinks.sourceIssues");
    if (!json_array_size(sources)) {
        problem(c, p, "issuelinks", "expected Object containing a 'sourceIssues' array");
        return true;
    }
    json_array_foreach (sources, i, v) {
        const char *key = json_at_str(v, "key"), *id = json_at_id(c->a, v, "id");
        int64_t source = 0;
        if ((key || id) && !issue_find(c, key ? key : id, &source))
            return false;
        if (!source)
            problem(c, p, "issuelinks", "%s", c->d->issue_missing);
        else if (!links_of(c, source, issue, links))
            return false;
    }
    json_array_foreach (links, i, v)
        if (!p->count && !issue_link_add(c, issue, v, p))
            return false;
    return true;
}
