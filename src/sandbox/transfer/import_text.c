/* import_text.c - rich text from the source's form into this site's, and the people that it mentions. */
#include "base/buf.h"
#include "sandbox/transfer/import.h"
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

/* ---- files ---- */

static const json_t *file_called(struct importer *m, const json_t *attrs, const char *id)
{
    json_t *o = json_keep(m->a, json_deep_copy(attrs));
    json_object_set_new(o, "id", json_string(id));
    return o;
}

/* From what the source calls a file in a text to what this site does; of several of one name the newest. */
static const json_t *file_here(void *context, const json_t *attrs)
{
    struct importer *m = context;
    const char *id = json_at_str(attrs, "id");
    if (!str_eq(json_at_str(attrs, "type"), "file"))
        return NULL;
    for (size_t i = m->file_count; i > 0; i--) {
        const struct import_file *f = &m->files[i - 1];
        if (str_eq(m->from_cloud ? f->source_media : f->filename, id))
            return file_called(m, attrs, m->sb->d->is_cloud ? f->target_media : f->filename);
    }
    return NULL;
}

static const struct text_doc *with_files(struct importer *m, const struct text_doc *doc)
{
    struct text_rewrite files = {.ctx = m, .media = file_here};
    return m->file_count ? text_rewrite(m->a, doc, &files) : doc;
}

static char *adf_text(struct importer *m, const struct text_doc *doc)
{
    return text_is_empty(doc) ? NULL : json_print(m->a, text_to_adf(m->a, doc));
}

/* The source's stored form into this site's. */
char *import_text(struct importer *m, const char *stored)
{
    struct err ignored = ERR_INIT;
    if (!stored)
        return NULL;
    if (!m->from_cloud && (!m->sb->d->is_cloud || !m->file_count))
        return bulk_text(m->sb, m->a, convert_mentions(m, stored));
    if (!m->from_cloud) {
        const char *wiki = convert_mentions(m, stored);
        return adf_text(m, with_files(m, text_from_wiki(m->a, wiki, strlen(wiki))));
    }
    json_t *adf = json_parse(m->a, stored, strlen(stored), false, "stored text", &ignored);
    if (m->sb->d->is_cloud) {
        convert_adf_mentions(m, adf);
        if (adf && m->file_count && strstr(stored, "\"media"))
            return adf_text(m, with_files(m, text_from_adf(m->a, adf)));
        return adf ? json_print(m->a, adf) : NULL;
    }
    return convert_mentions(m, text_to_wiki(m->a, with_files(m, text_from_adf(m->a, adf))));
}
