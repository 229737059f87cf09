/* jql_date.c - the times that a query can name, read in the zone of the one who asks.
 *
 * A local time that a change of clocks makes ambiguous is the later one; one that never was is read with the offset
 * from before the change. */
#include "base/time_iso.h"
#include "sandbox/jql/jql_field.h"

#include <ctype.h>

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static bool caller_zone(struct jql_builder *b)
{
    struct ctx *c = b->c;
    if (b->zone)
        return true;
    if (!db_str(c, &b->zone, "SELECT time_zone FROM account WHERE id = ?1", "i", c->caller))
        return false;
    int ignored;
    if (!b->zone || !time_zone_offset(b->zone, 0, &ignored))
        b->zone = arena_strdup(c->a, c->sb->zone);
    return true;
}

static int64_t offset_ms(const char *zone, int64_t at)
{
    int minutes = 0;
    return time_zone_offset(zone, at, &minutes) ? (int64_t)minutes * MINUTE : 0;
}

/* `local` counts milliseconds as if the zone were UTC. */
static int64_t local_to_utc(const char *zone, int64_t local)
{
    int64_t before = offset_ms(zone, local - DAY), after = offset_ms(zone, local + DAY);
    int64_t late = local - (before < after ? before : after), early = local - (before < after ? after : before);
    if (offset_ms(zone, late) == local - late)
        return late;
    return offset_ms(zone, early) == local - early ? early : local - before;
}

static bool read_int(const char **s, int max_digits, int64_t *r)
{
    int digits = 0;
    for (*r = 0; digits < max_digits && isdigit((unsigned char)**s); digits++)
        *r = *r * 10 + *(*s)++ - '0';
    return digits > 0;
}

/* yyyy-MM-dd[ HH:mm], with slashes too, as milliseconds in a zone not yet known. */
static bool read_civil(const char *s, int64_t *local_r)
{
    int64_t year, month, day, hour = 0, minute = 0;
    if (!read_int(&s, 4, &year) || (*s != '-' && *s != '/'))
        return false;
    char dash = *s++;
    if (!read_int(&s, 2, &month) || *s++ != dash || !read_int(&s, 2, &day))
        return false;
    if (*s == ' ') {
        while (*s == ' ')
            s++;
        if (!read_int(&s, 2, &hour) || *s++ != ':' || !read_int(&s, 2, &minute))
            return false;
    }
    if (*s || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59)
        return false;
    *local_r = time_days_from_civil(year, (int)month, (int)day) * DAY + hour * HOUR + minute * MINUTE;
    return true;
}

/* "-5m", "4w 2d", "-1w 2d" (the sign is of the whole). */
static bool read_period(const char *s, int64_t *ms_r)
{
    bool negative = *s == '-', any = false;
    int64_t sum = 0;
    if (*s == '-' || *s == '+')
        s++;
    while (*s) {
        static const char units[] = "wdhm";
        static const int64_t length[] = {7 * (int64_t)DAY, DAY, HOUR, MINUTE};
        int64_t n;
        while (*s == ' ')
            s++;
        if (!*s && any)
            break;
        if (!read_int(&s, 6, &n) || !*s)
            return false;
        const char *unit = strchr(units, tolower((unsigned char)*s++));
        if (!unit)
            return false;
        sum += n * length[unit - units];
        any = true;
    }
    *ms_r = negative ? -sum : sum;
    return any;
}

bool jql_read_date(struct jql_builder *b, const char *text, bool is_number, bool *ok_r, int64_t *ms_r)
{
    int64_t local, period;
    *ok_r = true;
    if (is_number) {
        *ok_r = str_to_int(text, ms_r);
        return true;
    }
    text = str_trim(b->c->a, text);
    if (read_civil(text, &local)) {
        if (!caller_zone(b))
            return false;
        *ms_r = local_to_utc(b->zone, local);
    } else if (read_period(text, &period)) {
        *ms_r = b->c->now + period;
    } else {
        *ok_r = str_to_int(text, ms_r);
    }
    return true;
}

bool jql_day_of(struct jql_builder *b, int64_t ms, const char **r)
{
    char day[TIME_ISO_BYTES];
    if (!caller_zone(b))
        return false;
    time_iso_jql(ms, (int)(offset_ms(b->zone, ms) / MINUTE), day);
    *r = arena_strndup(b->c->a, day, 10);
    return true;
}

struct civil {
    int64_t year;
    int month, day;
    int64_t in_day; /* milliseconds */
};

static struct civil civil_of(int64_t local)
{
    struct civil v;
    int64_t days = local >= 0 ? local / DAY : -((-local + DAY - 1) / DAY);
    time_civil_from_days(days, &v.year, &v.month, &v.day);
    v.in_day = local - days * DAY;
    return v;
}

static int64_t add_months(int64_t local, int64_t months)
{
    struct civil v = civil_of(local);
    int64_t month = v.year * 12 + v.month - 1 + months;
    int64_t year = month / 12;
    int next_month = (int)(month % 12) + 1;
    int64_t first = time_days_from_civil(year, next_month, 1);
    int64_t following =
        time_days_from_civil(next_month == 12 ? year + 1 : year, next_month == 12 ? 1 : next_month + 1, 1);
    int64_t day = v.day < following - first ? v.day : following - first;
    return (first + day - 1) * DAY + v.in_day;
}

/* "-1", "+2w": one of y M w d h m, the function's own unit when there is none. */
static bool add_increment(const char *s, char unit, int64_t *local)
{
    bool negative = *s == '-';
    int64_t n;
    if (*s == '-' || *s == '+')
        s++;
    if (!read_int(&s, 6, &n))
        return false;
    if (*s)
        unit = *s++;
    if (*s)
        return false;
    n = negative ? -n : n;
    switch (unit) {
    case 'y':
        *local = add_months(*local, 12 * n);
        return true;
    case 'M':
        *local = add_months(*local, n);
        return true;
    case 'w':
        *local += n * 7 * DAY;
        return true;
    case 'd':
        *local += n * DAY;
        return true;
    case 'h':
        *local += n * HOUR;
        return true;
    case 'm':
        *local += n * MINUTE;
        return true;
    default:
        return false;
    }
}

/* The beginning of the day, week (Sunday, as in Jira's own locale), month or year. */
static int64_t start_of(int64_t local, char unit)
{
    struct civil v = civil_of(local);
    int64_t day = (local - v.in_day) / DAY;
    switch (unit) {
    case 'w':
        return (day - ((day + 4) % 7 + 7) % 7) * DAY;
    case 'M':
        return time_days_from_civil(v.year, v.month, 1) * DAY;
    case 'y':
        return time_days_from_civil(v.year, 1, 1) * DAY;
    default:
        return day * DAY;
    }
}

static const struct {
    const char *name;
    char unit;
    bool is_end;
} functions[] = {
    {"startOfDay", 'd', false}, {"startOfWeek", 'w', false}, {"startOfMonth", 'M', false}, {"startOfYear", 'y', false},
    {"endOfDay", 'd', true},    {"endOfWeek", 'w', true},    {"endOfMonth", 'M', true},    {"endOfYear", 'y', true},
};

bool jql_read_date_function(struct jql_builder *b, const struct jql_value *f, const char *field, bool *ok_r,
                            int64_t *ms_r)
{
    *ok_r = false;
    /* Basic credentials and tokens log in with every request. */
    if (str_eq_nocase(f->text, "now") || str_eq_nocase(f->text, "currentLogin") ||
        str_eq_nocase(f->text, "lastLogin")) {
        if (f->count)
            jql_error(b, "Function '%s' expected '0' arguments but received '%zu'.", f->text, f->count);
        *ok_r = f->count == 0;
        *ms_r = b->c->now;
        return true;
    }
    size_t i = 0;
    while (i < ARRAY_LEN(functions) && !str_eq_nocase(f->text, functions[i].name))
        i++;
    if (i == ARRAY_LEN(functions)) {
        bool is_known = false;
        for (size_t k = 0; k < jql_function_count; k++)
            is_known = is_known || str_eq_nocase(jql_functions[k].name, f->text);
        if (is_known)
            jql_error(b, "A value provided by the function '%s' is invalid for the field '%s'.", f->text, field);
        else
            jql_error(b, "Unable to find JQL function '%s()'.", f->text);
        return true;
    }
    if (f->count > 1) {
        jql_error(b, "Function '%s' expected between '0' and '1' arguments but received '%zu'.", f->text, f->count);
        return true;
    }
    if (!caller_zone(b))
        return false;
    int64_t local = b->c->now + offset_ms(b->zone, b->c->now);
    if (f->count && !add_increment(f->items[0].text, functions[i].unit, &local)) {
        jql_error(b, "Duration for function '%s' should have the format (+/-)n(yMwdhm), e.g -1M for 1 month earlier.",
                  f->text);
        return true;
    }
    local = start_of(local, functions[i].unit);
    if (functions[i].is_end) {
        int64_t next = functions[i].unit == 'w' ? local + 7 * (int64_t)DAY : local + DAY;
        if (functions[i].unit == 'M' || functions[i].unit == 'y')
            next = add_months(local, functions[i].unit == 'M' ? 1 : 12);
        local = next - 1000;
    }
    *ms_r = local_to_utc(b->zone, local);
    *ok_r = true;
    return true;
}
