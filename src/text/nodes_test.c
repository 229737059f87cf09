/* nodes_test.c - every node and every mark of Atlassian's schema comes back from ADF, and says something in wiki
 * markup.
 *
 * Random documents are made from the schema itself, so that a node that is new in it is tested without a line here. The
 * schema is not ours to ship: it is looked for in $TANDEM_SHARED or ../shared beside the sources, and the test is
 * skipped (exit 77) without it. */
#include "text/property.h"

#include "base/file_atomic.h"
#include "base/rng.h"

enum { DOCUMENTS = 250, DEPTH_MAX = 9, SKIPPED = 77 };

struct maker {
    struct arena a; /* of one document */
    const json_t *definitions;
    struct rng rng;
    json_t *seen; /* type names of nodes and marks that were made */
    int words;
};

static json_t *make(struct maker *, const json_t *schema, const char *name, int depth);

static size_t below(struct maker *m, size_t bound)
{
    return (size_t)rng_below(&m->rng, bound);
}

/* References followed, all parts of an allOf in one. */
static const json_t *resolve(struct maker *m, const json_t *schema)
{
    const char *reference = json_at_str(schema, "$ref");
    if (reference)
        return resolve(m, json_object_get(m->definitions, strrchr(reference, '/') + 1));
    const json_t *all = json_at(schema, "allOf");
    if (!all)
        return schema;
    json_t *joined = json_keep(&m->a, json_pack("{s:{}, s:[], s:s}", "properties", "required", "type", "object")),
           *part;
    size_t i;
    json_array_foreach (all, i, part) {
        const json_t *resolved = resolve(m, part);
        json_object_update(json_object_get(joined, "properties"), (json_t *)json_at(resolved, "properties"));
        json_array_extend(json_object_get(joined, "required"), (json_t *)json_at(resolved, "required"));
    }
    return joined;
}

static bool is_required(const json_t *schema, const char *name)
{
    size_t i;
    json_t *required;
    json_array_foreach (json_at(schema, "required"), i, required)
        if (str_eq(json_string_value(required), name))
            return true;
    return false;
}

static bool has_type(const json_t *list, const char *type)
{
    size_t i;
    json_t *element;
    json_array_foreach (list, i, element)
        if (str_eq(json_at_str(element, "type"), type))
            return true;
    return false;
}

static json_t *make_array(struct maker *m, const json_t *schema, const char *name, int depth)
{
    const json_t *items = json_at(schema, "items");
    size_t least = (size_t)json_at_int(schema, "minItems", 0), most = (size_t)json_at_int(schema, "maxItems", 4);
    size_t n = depth > DEPTH_MAX || most <= least ? least : least + below(m, most - least + 1);
    json_t *list = json_array();
    if (json_is_array(items) && n > json_array_size(items))
        n = json_array_size(items);
    while (items && json_array_size(list) < n) {
        size_t i = json_array_size(list); /* items are all alike, or there is a schema for each place */
        json_t *element = make(m, json_is_array(items) ? json_array_get(items, i) : items, name, depth);
        if (str_eq(name, "marks") && has_type(list, json_at_str(element, "type"))) {
            json_decref(element); /* a mark is there once */
            n--;
        } else {
            json_array_append_new(list, element);
        }
    }
    return list;
}

static json_t *make_object(struct maker *m, const json_t *schema, int depth)
{
    json_t *object = json_object(), *property;
    const char *name;
    json_object_foreach ((json_t *)json_at(schema, "properties"), name, property)
        if (is_required(schema, name) || (depth <= DEPTH_MAX && below(m, 3)))
            json_object_set_new(object, name, make(m, property, name, depth + 1));
    const json_t *types = json_at(schema, "properties.type.enum");
    if (json_array_size(types) == 1 && json_object_get(object, "type"))
        json_object_set_new(m->seen, json_at_str(object, "type"), json_true());
    return object;
}

static json_t *make_string(struct maker *m, const json_t *schema, const char *name)
{
    static const char *const texts[] = {"x", "a b", "http://x.example/y", "1700000000000"};
    if (json_at(schema, "pattern"))
        return json_string("#aabbcc");
    if (str_eq(name, "text"))
        return json_sprintf("w%d", ++m->words);
    if (str_eq(name, "url") || str_eq(name, "href"))
        return json_string("http://x.example/y");
    return json_string(texts[below(m, ARRAY_LEN(texts))]);
}

static json_t *make(struct maker *m, const json_t *schema, const char *name, int depth)
{
    schema = resolve(m, schema);
    const json_t *any = json_at(schema, "anyOf"), *choices = json_at(schema, "enum");
    const char *type = json_at_str(schema, "type");
    if (any) /* the first is the smallest, often a paragraph */
        return make(m, json_array_get(any, depth > DEPTH_MAX ? 0 : below(m, json_array_size(any))), name, depth);
    if (choices)
        return json_deep_copy(json_array_get(choices, below(m, json_array_size(choices))));
    if (str_eq(type, "object"))
        return make_object(m, schema, depth);
    if (str_eq(type, "array"))
        return make_array(m, schema, name, depth);
    if (str_eq(type, "string"))
        return make_string(m, schema, name);
    if (str_eq(type, "boolean"))
        return json_boolean(below(m, 2));
    if (str_eq(type, "number") || str_eq(type, "integer"))
        return json_integer(json_at_int(schema, "minimum", 1) + (json_int_t)below(m, 2));
    return json_pack("{s:i}", "anything", 1);
}

/* --- what may differ --- */

static int by_type(const void *one, const void *other)
{
    return strcmp(json_at_str(*(json_t *const *)one, "type"), json_at_str(*(json_t *const *)other, "type"));
}

static json_t *sorted_marks(const json_t *marks)
{
    json_t *list[64], *sorted = json_array();
    size_t n = json_array_size(marks);
    if (n >= ARRAY_LEN(list))
        abort();
    for (size_t i = 0; i < n; i++)
        list[i] = json_array_get(marks, i);
    qsort(list, n, sizeof *list, by_type);
    for (size_t i = 0; i < n; i++)
        json_array_append(sorted, list[i]);
    return sorted;
}

/* The order of marks, empty lists, and how the text of code is cut into nodes. */
static void normalize(json_t *node)
{
    size_t i;
    json_t *child, *content = json_object_get(node, "content"), *marks = json_object_get(node, "marks");
    if (json_array_size(marks))
        json_object_set_new(node, "marks", sorted_marks(marks));
    else
        json_object_del(node, "marks");
    if (str_eq(json_at_str(node, "type"), "codeBlock") && json_array_size(content)) {
        struct buf text = BUF_INIT(1 << 20);
        json_array_foreach (content, i, child)
            buf_adds(&text, json_at_str(child, "text"));
        json_object_set_new(node, "content", json_pack("[{s:s, s:s}]", "type", "text", "text", buf_str(&text)));
        buf_release(&text);
        return;
    }
    json_array_foreach (content, i, child)
        normalize(child);
    if (!json_array_size(content))
        json_object_del(node, "content");
}

/* --- the checks --- */

static void expect_words(struct arena *a, const json_t *node, const char *markup)
{
    size_t i;
    json_t *child;
    const char *text = json_at_str(node, "text");
    if (text && str_eq(json_at_str(node, "type"), "text") && !strstr(markup, text))
        property_failed("every word is in the markup", json_print(a, node), text, markup);
    json_array_foreach (json_at(node, "content"), i, child)
        expect_words(a, child, markup);
}

static void check(struct maker *m, json_t *document)
{
    struct text_doc *doc = text_from_adf(&m->a, document);
    json_t *expected = json_keep(&m->a, json_deep_copy(document));
    json_t *got = json_keep(&m->a, json_deep_copy(text_to_adf(&m->a, doc)));
    normalize(expected);
    normalize(got);
    if (!json_equal(expected, got))
        property_failed("ADF comes back", json_print(&m->a, document), json_print_canonical(&m->a, expected),
                        json_print_canonical(&m->a, got));
    expect_words(&m->a, document, text_to_wiki(&m->a, doc));
    property_adf(document);
}

static int expect_all_seen(const struct maker *m)
{
    int missing = 0;
    const char *name;
    json_t *definition;
    json_object_foreach ((json_t *)m->definitions, name, definition) {
        const json_t *types = json_at(definition, "properties.type.enum");
        const char *type = json_string_value(json_array_get(types, 0));
        if (type && !json_object_get(m->seen, type)) {
            fprintf(stderr, "no document has a %s (%s)\n", type, name);
            missing = 1;
        }
    }
    printf("%zu nodes and marks in %d documents\n", json_object_size(m->seen), (int)DOCUMENTS);
    return missing;
}

int main(void)
{
    struct arena a = ARENA_INIT;
    const char *shared = getenv("TANDEM_SHARED");
    struct buf bytes = BUF_INIT(1 << 20);
    struct err e = ERR_INIT;
    if (!file_read(
            arena_printf(&a, "%s/data/specs/adf-full.schema.json", shared ? shared : TANDEM_SOURCE_DIR "/../shared"),
            &bytes, &e)) {
        printf("SKIPPED: %s; set TANDEM_SHARED\n", e.text);
        return SKIPPED;
    }
    const json_t *schema = json_parse(&a, buf_str(&bytes), bytes.len, true, "the schema", &e);
    struct maker m = {.definitions = json_at(schema, "definitions"), .seen = json_keep(&a, json_object())};
    for (uint64_t seed = 1; seed <= DOCUMENTS; seed++) {
        rng_seed(&m.rng, seed);
        m.words = 0;
        check(&m, json_keep(&m.a, make(&m, json_object_get(m.definitions, "doc_node"), "doc", 0)));
        arena_release(&m.a);
    }
    int missing = expect_all_seen(&m);
    buf_release(&bytes);
    arena_release(&a);
    return missing;
}
