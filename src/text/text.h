/* text.h - rich text as one document model, read from and written as wiki markup and ADF.
 *
 * Parsing never fails: any bytes are some text. Documents live in the arena they were made with and are not changed
 * afterwards. A document read from wiki markup remembers each block's own bytes, so that printing it as wiki markup
 * again gives those bytes back; text_canonical ignores them.
 *
 * Equality of texts is equality of the canonical form, never of bytes: Jira normalises what it is given. */
#pragma once

#include "base/arena.h"
#include "base/json.h"
#include "base/side.h"

struct text_doc;

struct text_doc *text_from_wiki(struct arena *, const char *markup, size_t length);
/* Any JSON: a doc node, a fragment, a string; NULL or null is the empty document. */
struct text_doc *text_from_adf(struct arena *, const json_t *);

/* The same from a JSON text, in a third of the time. False with ERR_PARSE when it is no JSON; `what` names it then. */
bool text_from_adf_bytes(struct arena *, const char *bytes, size_t length, const char *what, struct text_doc **doc_r,
                         struct err *e) MUST_CHECK;

char *text_to_wiki(struct arena *, const struct text_doc *);
/* A {"version":1,"type":"doc","content":[…]} that satisfies the ADF schema; the empty document has empty content. */
json_t *text_to_adf(struct arena *, const struct text_doc *);
/* The same as a JSON text, compact; in a fraction of the time. */
char *text_to_adf_bytes(struct arena *, const struct text_doc *, size_t *length_r);
char *text_to_plain(struct arena *, const struct text_doc *);

bool text_is_empty(const struct text_doc *);

/* A string that is equal for two documents exactly when they say the same; the same document read from wiki markup and
 * from the ADF that Jira makes of that markup gives the same string. "" for the empty document. */
char *text_canonical(struct arena *, const struct text_doc *);
bool text_equal(const struct text_doc *, const struct text_doc *);

/* Three-way merge by blocks. `base` is what both had, `sides` what each has now (indexed by enum side). True when no
 * block was changed differently by both; then merged_r[side] is the merged document for that side: blocks that side
 * already had keep that side's own form (its wiki bytes), and a side for which nothing is new keeps all its bytes. Both
 * inserting something at one place is no conflict: both stay. False on a conflict; merged_r is untouched. The merged
 * documents borrow from the three given ones. */
bool text_merge(struct arena *, const struct text_doc *base, const struct text_doc *const sides[2],
                struct text_doc *merged_r[2]);

/* One side's change brought to the other, whose form may say less or more (ADF with a task list, wiki markup with a
 * bullet list). base[side] is what that side held when both last agreed, now[side] what it holds now, each read from
 * that side's own form (wiki markup or ADF); the documents of side_other(to) are rewritten already to the users, links
 * and files of `to`. True, and *carried_r is what side `to` should hold: print it with text_to_wiki or text_to_adf, in
 * the form that now[to] was read from. In it
 *   - every block that the other side did not change is what `to` holds now, byte for byte in wiki markup, and the very
 *     JSON in ADF, with what the other side cannot say (unknown nodes, extensions, colours of cells);
 *   - a block that the other side changed, added or took away is changed, added or taken away here, too;
 *   - with no change on the other side it is now[to] as it is.
 * False when both changed the same block, otherwise than each other; *carried_r is untouched. Who wants the other side
 * to win then calls again with base[to] as now[to]; who has no bases (a first meeting) gives NULL for both: then what
 * differs from now[to] counts as the other side's change. The result borrows from the documents given. */
bool text_carry(struct arena *, const struct text_doc *const base[2], const struct text_doc *const now[2], enum side to,
                struct text_doc **carried_r) MUST_CHECK;

/* What a document says that does not reach the other form. */
struct text_loss {
    size_t block;     /* the number of its block, from 1; 0 for the whole */
    const char *path; /* to wiki markup: a JSON pointer into text_to_adf, "/content/2/content/0"; "" for the whole and
                         for what is lost on the way to ADF */
    const char *kind; /* one word for machines: "status", "tip", "mark-alignment" */
    const char *what; /* a sentence without a full stop */
    const char *excerpt; /* the beginning of the text at that place, in one line; "" when it has none */
};

/* What wiki markup cannot say of the document, in its order; no findings mean that text_to_wiki reads back as an equal
 * document. A document read from wiki markup loses nothing. */
size_t text_loss(struct arena *, const struct text_doc *, struct text_loss **losses_r);
/* What ADF cannot say of a document that was read from wiki markup, in its order: what the reader had to leave out
 * (anchors, tips, borders of panels) or to put elsewhere (a table in a panel). No findings mean that the ADF's wiki
 * markup reads back as an equal document. A document read from ADF loses nothing. */
size_t text_loss_to_adf(struct arena *, const struct text_doc *, struct text_loss **losses_r);

/* What rewriting asks; each may be NULL (nothing of that kind changes) and gets `ctx`. Returned strings and JSON live
 * at least as long as the arena of the call. */
struct text_rewrite {
    void *ctx;
    /* The user that this mention (an account id, or a user name as in [~name]) is on the other site; *name_r is what is
     * shown, without @, and may stay NULL. NULL for nobody: the mention becomes the plain text @name, with the name
     * that the mention shows already where *name_r stays NULL. */
    const char *(*mention)(void *ctx, const char *id, const char **name_r);
    /* The address that takes this one's place (links, smart links, cards); NULL or the same string: it stays. A link
     * that shows its own address shows the new one. */
    const char *(*link)(void *ctx, const char *href);
    /* The attributes of an image or file on the other site, as ADF has them ({"type":"file","id":…,"collection":""}, or
     * {"type":"external","url":…}); in wiki markup the id is the file's name. NULL: it stays. */
    const json_t *(*media)(void *ctx, const json_t *attrs);
    /* Asked before `media`: the plain text that takes the place of an image or file that the other site cannot show,
     * with an address in *href_r for a link, which may stay NULL. NULL: it is no such file. */
    const char *(*media_text)(void *ctx, const json_t *attrs, const char **href_r);
    /* What stands in the place of these words: a run of plain text outside of links, code and monospaced text. NULL: it
     * stays. A word that formatting cuts in two comes in two pieces. */
    const char *(*words)(void *ctx, const char *text, size_t length);
};

/* The document with these things replaced. Blocks in which nothing changed keep their own bytes; when nothing changed
 * at all, the document itself is returned. */
const struct text_doc *text_rewrite(struct arena *, const struct text_doc *, const struct text_rewrite *);

/* The document if its wiki markup has at most `max` characters as Jira counts them (UTF-16 units; 32,767 by default),
 * else the blocks from its start that fit together with `note`, a paragraph of plain text at the end; *cut_r says
 * which, for a finding. With a note that is too long itself only the note is left. */
const struct text_doc *text_cut(struct arena *, const struct text_doc *, size_t max, const char *note, bool *cut_r);
/* The same for a site that is given ADF: what counts there is the text alone, as text_to_plain has it. */
const struct text_doc *text_cut_adf(struct arena *, const struct text_doc *, size_t max, const char *note, bool *cut_r);
