#include "base/err.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum err_scope scope;
} KINDS[ERR_KIND_COUNT] = {
    [ERR_NONE] = {"none", ERR_SCOPE_NONE},
    [ERR_REFUSED] = {"refused", ERR_SCOPE_ITEM},
    [ERR_MAPPING] = {"mapping", ERR_SCOPE_ITEM},
    [ERR_PARSE] = {"parse", ERR_SCOPE_ITEM},
    [ERR_LIMIT] = {"limit", ERR_SCOPE_ITEM},
    [ERR_HIDDEN] = {"hidden", ERR_SCOPE_ITEM},
    [ERR_UNCERTAIN] = {"uncertain", ERR_SCOPE_ITEM},
    [ERR_GONE] = {"gone", ERR_SCOPE_PAIR},
    [ERR_FORBIDDEN] = {"forbidden", ERR_SCOPE_PAIR},
    [ERR_CONFLICT] = {"conflict", ERR_SCOPE_PAIR},
    [ERR_AUTH] = {"auth", ERR_SCOPE_SITE},
    [ERR_RATE] = {"rate", ERR_SCOPE_SITE},
    [ERR_UNAVAILABLE] = {"unavailable", ERR_SCOPE_SITE},
    [ERR_PROTOCOL] = {"protocol", ERR_SCOPE_SITE},
    [ERR_FUSE] = {"fuse", ERR_SCOPE_SITE},
    [ERR_STORE] = {"store", ERR_SCOPE_PROCESS},
    [ERR_IO] = {"io", ERR_SCOPE_PROCESS},
    [ERR_INPUT] = {"input", ERR_SCOPE_PROCESS},
    [ERR_LOCKED] = {"locked", ERR_SCOPE_PROCESS},
    [ERR_STATE] = {"state", ERR_SCOPE_PROCESS},
    [ERR_KILLED] = {"killed", ERR_SCOPE_PROCESS},
};

bool err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
    if (!e)
        return false;
    va_list args;
    va_start(args, format);
    char text[sizeof e->text]; /* an argument may be e->text itself */
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    *e = (struct err){.kind = kind};
    memcpy(e->text, text, sizeof text);
    return false;
}

bool err_wrap(struct err *e, const char *format, ...)
{
    if (!e)
        return false;
    char context[sizeof e->text], text[sizeof e->text + 8];
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    size_t n = (size_t)snprintf(text, sizeof text, "%s: ", context);
    if (n < sizeof text)
        snprintf(text + n, sizeof text - n, "%s", e->text);
    memcpy(e->text, text, sizeof e->text);
    e->text[sizeof e->text - 1] = 0;
    return false;
}

void err_clear(struct err *e)
{
    *e = (struct err)ERR_INIT;
}

enum err_scope err_scope(enum err_kind kind)
{
    return kind < ERR_KIND_COUNT ? KINDS[kind].scope : ERR_SCOPE_PROCESS;
}

const char *err_kind_name(enum err_kind kind)
{
    return kind < ERR_KIND_COUNT ? KINDS[kind].name : "unknown";
}
