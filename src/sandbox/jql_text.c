/* jql_text.c - what `~` finds: whole words, case folded, all of them; no stemming. */
#include "base/buf.h"
#include "sandbox/jql_plan.h"
#include "text/text.h"

#include <sqlite3.h>
#include <utf8proc.h>

enum { MAX_TEXT = 2 << 20 };

/* Folds case and cuts into words, each closed by a newline and begun by one: "\nfix\nlogin\n". */
static char *words_of(struct arena *a, const char *text, bool keep_star)
{
    struct buf b = BUF_INIT(MAX_TEXT);
    bool in_word = false;
    buf_addc(&b, '\n');
    for (const utf8proc_uint8_t *s = (const utf8proc_uint8_t *)text; *s;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t n = utf8proc_iterate(s, -1, &code);
        if (n <= 0) {
            s++;
            continue;
        }
        utf8proc_category_t category = utf8proc_category(code);
        bool is_word = (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO) || code == '_' ||
                       category == UTF8PROC_CATEGORY_SO || (keep_star && code == '*');
        if (is_word) {
            utf8proc_uint8_t out[4];
            buf_add(&b, out, (size_t)utf8proc_encode_char(utf8proc_tolower(code), out));
        } else if (in_word) {
            buf_addc(&b, '\n');
        }
        in_word = is_word;
        s += n;
    }
    if (in_word)
        buf_addc(&b, '\n');
    char *words = arena_strndup(a, buf_str(&b), b.len);
    buf_release(&b);
    return words;
}

static bool has_each_word(struct arena *a, const char *words, const char *needle)
{
    char **parts;
    size_t n = str_split(a, words_of(a, needle, true), '\n', &parts);
    for (size_t i = 0; i < n; i++) {
        if (!*parts[i] || str_eq(parts[i], "*"))
            continue;
        char *star = strchr(parts[i], '*');
        if (star)
            *star = 0;
        if (!strstr(words, arena_printf(a, "\n%s%s", parts[i], star ? "" : "\n")))
            return false;
    }
    return true;
}

bool jql_text_matches(struct arena *a, const char *text, const char *needle)
{
    const char *words = words_of(a, text, false);
    size_t n = strlen(needle);
    if (n > 2 && needle[0] == '"' && needle[n - 1] == '"')
        return strstr(words, words_of(a, needle, false)) != NULL;
    return has_each_word(a, words, needle);
}

static void text_function(sqlite3_context *call, int count, sqlite3_value **values)
{
    const char *stored = (const char *)sqlite3_value_text(values[0]);
    const char *needle = (const char *)sqlite3_value_text(values[1]);
    if (!stored || !needle || count != 2)
        return; /* NULL */
    struct arena a = ARENA_INIT;
    if (sqlite3_user_data(call)) {
        struct err e = ERR_INIT;
        json_t *adf = json_parse(&a, stored, strlen(stored), false, "stored text", &e);
        stored = adf ? text_to_plain(&a, text_from_adf(&a, adf)) : stored;
    }
    sqlite3_result_int(call, jql_text_matches(&a, stored, needle));
    arena_release(&a);
}

bool jql_text_register(struct ctx *c)
{
    static char is_adf[] = "adf";
    sqlite3 *db = sql_handle(c->db);
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    if (sqlite3_create_function_v2(db, "jql_text", 2, flags, NULL, text_function, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_create_function_v2(db, "jql_text_adf", 2, flags, is_adf, text_function, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    return err_set(&c->err, ERR_STORE, "search: %s", sqlite3_errmsg(db));
}
