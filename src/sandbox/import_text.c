/* import_text.c - rich text from the source's form into this site's, and the people that it mentions. */
#include "base/buf.h"
#include "sandbox/import.h"
#include "text/text.h"

/* Rewrites [~somebody] for the people this site knows. */
static char *convert_mentions(struct importer *m, const char *wiki)
{
    struct buf b = BUF_INIT(64 << 20);
    for (const char *at = wiki; *at;) {
        const char *close = str_starts(at, "[~") ? strchr(at, ']') : NULL;
        const struct person *p = close && close - at < 200
                                     ? import_person_called(m, arena_strndup(m->a, at + 2, (size_t)(close - at) - 2))
                                     : NULL;
        if (p) {
            buf_adds(&b, p->mention);
            at = close + 1;
        } else {
            buf_addc(&b, *at++);
        }
    }
    char *text = arena_strndup(m->a, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static void convert_adf_mentions(struct importer *m, json_t *node)
{
    size_t i;
    json_t *child;
    if (str_eq(json_at_str(node, "type"), "mention") && json_at_str(node, "attrs.id")) {
        const struct person *p = import_person_called(m, json_at_str(node, "attrs.id"));
        if (p)
            json_object_set_new(json_object_get(node, "attrs"), "id", json_string(p->value));
    }
    json_array_foreach (json_object_get(node, "content"), i, child) {
        convert_adf_mentions(m, child);
    }
}

/* The source's stored form into this site's. */
char *import_text(struct importer *m, const char *stored)
{
    struct err ignored = ERR_INIT;
    if (!stored)
        return NULL;
    if (!m->from_cloud)
        return bulk_text(m->sb, m->a, convert_mentions(m, stored));
    json_t *adf = json_parse(m->a, stored, strlen(stored), false, "stored text", &ignored);
    if (m->sb->d->is_cloud) {
        convert_adf_mentions(m, adf);
        return adf ? json_print(m->a, adf) : NULL;
    }
    return convert_mentions(m, text_to_wiki(m->a, text_from_adf(m->a, adf)));
}
