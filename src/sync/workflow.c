#include "sync/workflow.h"

#include "base/str.h"

#include <string.h>

struct node {
    const char *status;
    const char *first; /* first step from the start towards here */
    int distance;
};

static bool is_known(const struct node *nodes, size_t count, const char *status)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(nodes[i].status, status))
            return true;
    return false;
}

/* Breadth first from `from`; statuses in the order they are reached. Graphs have a dozen nodes: lists are enough. */
static struct node *reach(struct arena *a, const struct edge *edges, size_t count, const char *from, size_t *reached_r)
{
    struct node *nodes = NULL;
    size_t reached = 0;
    *arena_push(a, nodes, reached) = (struct node){from, NULL, 0};
    for (size_t at = 0; at < reached; at++) {
        struct node here = nodes[at];
        for (;;) { /* neighbours by ascending id */
            const char *next = NULL;
            for (size_t i = 0; i < count; i++)
                if (str_eq(edges[i].from_id, here.status) && !is_known(nodes, reached, edges[i].to_id) &&
                    (!next || strcmp(edges[i].to_id, next) < 0))
                    next = edges[i].to_id;
            if (!next)
                break;
            *arena_push(a, nodes, reached) = (struct node){next, here.first ? here.first : next, here.distance + 1};
        }
    }
    *reached_r = reached;
    return nodes;
}

const char *workflow_next(struct arena *a, const struct edge *edges, size_t count, const char *from_id,
                          const char *to_id, int *length_r)
{
    size_t reached;
    struct node *nodes = reach(a, edges, count, from_id, &reached);
    for (size_t i = 1; i < reached; i++)
        if (str_eq(nodes[i].status, to_id)) {
            if (length_r)
                *length_r = nodes[i].distance;
            return nodes[i].first;
        }
    return NULL;
}

size_t workflow_frontier(struct arena *a, const struct edge *edges, size_t count, const char *from_id, const char ***r)
{
    size_t reached, found = 0;
    struct node *nodes = reach(a, edges, count, from_id, &reached);
    const char **frontier = NULL;
    for (size_t i = 0; i < reached; i++) {
        bool learnt = false;
        for (size_t k = 0; k < count && !learnt; k++)
            learnt = str_eq(edges[k].from_id, nodes[i].status);
        if (!learnt)
            *arena_push(a, frontier, found) = nodes[i].status;
    }
    *r = frontier;
    return found;
}
