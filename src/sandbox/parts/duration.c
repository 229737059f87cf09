#include "sandbox/parts/duration.h"

#include "base/str.h"

#include <string.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 8 * HOUR, WEEK = 5 * DAY };
static const int64_t LONGEST = 100000000000;

static const struct {
    char letter;
    const char *word;
    int64_t seconds;
} UNITS[] = {{'w', "week", WEEK}, {'d', "day", DAY}, {'h', "hour", HOUR}, {'m', "minute", MINUTE}};

static int64_t unit_of(char letter)
{
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
        if (letter == UNITS[i].letter || letter == UNITS[i].letter - 'a' + 'A')
            return UNITS[i].seconds;
    return 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits with at most one point; in thousandths. */
static bool number(const char **at, int64_t *thousandths_r)
{
    const char *p = *at;
    int64_t whole = 0, part = 0, scale = 1000;
    while (is_digit(*p) && whole < LONGEST)
        whole = whole * 10 + (*p++ - '0');
    bool any = p > *at;
    if ((*p == '.' || *p == ',') && is_digit(p[1]))
        for (p++; is_digit(*p); p++)
            if (scale > 1)
                part += (*p - '0') * (scale /= 10);
    *at = p;
    *thousandths_r = whole * 1000 + part;
    return any && !is_digit(*p);
}

bool duration_parse(const char *text, int64_t *seconds_r)
{
    int64_t total = 0, value;
    const char *at = text + strspn(text, " \t");
    if (!*at)
        return false;
    while (*at) {
        if (!number(&at, &value))
            return false;
        int64_t unit = unit_of(*at);
        if (!unit && *at && *at != ' ')
            return false;
        if (value / 1000 > LONGEST / WEEK)
            return false;
        total += value * (unit ? unit : MINUTE) / 1000;
        if (total > LONGEST)
            return false;
        at += unit != 0;
        at += strspn(at, " \t");
    }
    *seconds_r = total;
    return true;
}

char *duration_print(struct arena *a, int64_t seconds)
{
    char *text = arena_strdup(a, "");
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++) {
        int64_t n = seconds / UNITS[i].seconds;
        seconds -= n * UNITS[i].seconds;
        if (n)
            text = arena_printf(a, "%s%s%lld%c", text, *text ? " " : "", (long long)n, UNITS[i].letter);
    }
    return *text ? text : arena_strdup(a, "0m");
}

char *duration_words(struct arena *a, int64_t seconds)
{
    char *text = arena_strdup(a, "");
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++) {
        int64_t n = seconds / UNITS[i].seconds;
        seconds -= n * UNITS[i].seconds;
        if (n)
            text = arena_printf(a, "%s%s%lld %s%s", text, *text ? ", " : "", (long long)n, UNITS[i].word,
                                n == 1 ? "" : "s");
    }
    return *text ? text : arena_strdup(a, "0 minutes");
}
