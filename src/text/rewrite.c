/* rewrite.c - mentions, links and files replaced by those of the other site. */
#include "text/doc.h"

#include "base/str.h"

struct rewriter {
    struct arena *a;
    const struct text_rewrite *ask;
    bool changed; /* in the block at hand */
};

static const json_t *with_string(struct rewriter *r, const json_t *attrs, const char *name, const char *value)
{
    json_t *copy = json_keep(r->a, json_deep_copy(attrs));
    json_object_set_new(copy, name, json_string(value));
    return copy;
}

static void to_text(struct rewriter *r, struct text_node *node, const char *text)
{
    *node = (struct text_node){.kind = TEXT_TEXT, .text = text, .length = strlen(text)};
    r->changed = true;
}

static void rewrite_mention(struct rewriter *r, struct text_node *node)
{
    const char *id = text_attr(node, "id"), *name = NULL, *shown = text_attr(node, "text");
    const char *other = id ? r->ask->mention(r->ask->ctx, id, &name) : NULL;
    const char *at_name = name ? arena_printf(r->a, "@%s", name) : NULL;
    if (!id || (other && str_eq(other, id)))
        return;
    if (!other) {
        if (!at_name)
            at_name = !str_is_empty(shown) ? shown : arena_printf(r->a, "@%s", id);
        to_text(r, node, at_name);
        return;
    }
    json_t *attrs = json_pack("{s:s}", "id", other);
    if (at_name)
        json_object_set_new(attrs, "text", json_string(at_name));
    node->attrs = json_keep(r->a, attrs);
    r->changed = true;
}

static void rewrite_link(struct rewriter *r, struct text_node *node)
{
    const char *old = node->marks.href, *href = r->ask->link(r->ask->ctx, old);
    if (!href || str_eq(href, old))
        return;
    if (node->length == strlen(old) && memcmp(node->text, old, node->length) == 0) {
        node->text = href;
        node->length = strlen(href);
    }
    if (node->marks.link)
        node->marks.link = with_string(r, node->marks.link, "href", href);
    node->marks.href = href;
    r->changed = true;
}

static void rewrite_words(struct rewriter *r, struct text_node *node)
{
    const char *words = r->ask->words(r->ask->ctx, node->text, node->length);
    if (!words || (strlen(words) == node->length && memcmp(words, node->text, node->length) == 0))
        return;
    node->text = words;
    node->length = strlen(words);
    r->changed = true;
}

static void rewrite_card(struct rewriter *r, struct text_node *node)
{
    const char *old = text_attr(node, "url"), *url = old ? r->ask->link(r->ask->ctx, old) : NULL;
    if (!url || str_eq(url, old))
        return;
    node->attrs = with_string(r, text_attrs(r->a, node), "url", url);
    r->changed = true;
}

static void rewrite_media(struct rewriter *r, struct text_node *node)
{
    const json_t *old = text_attrs(r->a, node), *attrs = old ? r->ask->media(r->ask->ctx, old) : NULL;
    if (!attrs || json_equal(attrs, old))
        return;
    node->attrs = attrs;
    r->changed = true;
}

static bool is_media(const struct text_node *node)
{
    return node->kind == TEXT_MEDIA || node->kind == TEXT_MEDIA_INLINE;
}

static const char *text_for_media(struct rewriter *r, const struct text_node *node, const char **href_r)
{
    const json_t *attrs = r->ask->media_text && is_media(node) ? text_attrs(r->a, node) : NULL;
    *href_r = NULL;
    return attrs ? r->ask->media_text(r->ask->ctx, attrs, href_r) : NULL;
}

static bool has_media_text(struct rewriter *r, const struct text_node *holder)
{
    const char *href;
    for (const struct text_node *child = holder->first; child; child = child->next)
        if (text_for_media(r, child, &href))
            return true;
    return false;
}

static void to_linked_text(struct rewriter *r, struct text_node *node, const char *text, const char *href)
{
    to_text(r, node, text);
    node->marks.href = href;
}

/* The files of a group, or the image of a block, as words; whatever else there is in it (a caption) is kept as words,
 * too. */
static void to_paragraph(struct rewriter *r, struct text_node *copy, const struct text_node *node)
{
    *copy = (struct text_node){.kind = TEXT_PARAGRAPH};
    for (const struct text_node *child = node->first; child; child = child->next) {
        const char *href, *text = text_for_media(r, child, &href);
        if (copy->first && (is_media(child) || child->first))
            text_append(copy, text_node_new(r->a, TEXT_BREAK));
        if (text || is_media(child)) {
            struct text_node *words = text_node_new(r->a, TEXT_TEXT);
            const char *name = text_attr(child, "alt") ? text_attr(child, "alt") : text_attr(child, "id");
            to_linked_text(r, words, text ? text : name ? name : "?", href);
            text_append(copy, words);
        }
        for (const struct text_node *inner = child->first; inner; inner = inner->next) {
            struct text_node *words = text_node_new(r->a, inner->kind);
            *words = *inner;
            words->next = NULL;
            text_append(copy, words);
        }
    }
    r->changed = true;
}

static struct text_node *rewrite_node(struct rewriter *r, const struct text_node *node)
{
    struct text_node *copy = text_node_new(r->a, node->kind);
    *copy = *node;
    copy->first = copy->last = copy->next = NULL;
    enum text_kind kind = node->kind;
    const char *href, *text = text_for_media(r, node, &href);
    if ((kind == TEXT_MEDIA_SINGLE || kind == TEXT_MEDIA_GROUP) && has_media_text(r, node)) {
        to_paragraph(r, copy, node);
        return copy;
    }
    if (text) {
        to_linked_text(r, copy, text, href);
        return copy;
    }
    if (kind == TEXT_MENTION && r->ask->mention)
        rewrite_mention(r, copy);
    else if (kind == TEXT_TEXT && node->marks.href && r->ask->link)
        rewrite_link(r, copy);
    else if (kind == TEXT_TEXT && !node->marks.href && !(node->marks.flags & TEXT_MONO) && r->ask->words)
        rewrite_words(r, copy);
    else if ((kind == TEXT_CARD || kind == TEXT_BLOCK_CARD || kind == TEXT_EMBED_CARD) && r->ask->link)
        rewrite_card(r, copy);
    else if ((kind == TEXT_MEDIA || kind == TEXT_MEDIA_INLINE) && r->ask->media)
        rewrite_media(r, copy);
    for (const struct text_node *child = node->first; child; child = child->next)
        text_append(copy, rewrite_node(r, child));
    return copy;
}

const struct text_doc *text_rewrite(struct arena *a, const struct text_doc *doc, const struct text_rewrite *ask)
{
    struct text_doc *out = text_doc_new(a);
    struct rewriter r = {.a = a, .ask = ask};
    bool any = false;
    for (const struct text_node *node = doc->root->first; node; node = node->next) {
        r.changed = false;
        struct text_node *copy = rewrite_node(&r, node);
        if (r.changed)
            copy->origin = NULL;
        any |= r.changed;
        text_append(out->root, copy);
    }
    out->crlf = doc->crlf;
    return any ? out : doc;
}
