#include "base/time_iso.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int64_t time_days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void time_civil_from_days(int64_t z, int64_t *year_r, int *month_r, int *day_r)
{
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day_r = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month_r = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year_r = yoe + era * 400 + (*month_r <= 2);
}

/* Exactly `n` digits. */
static bool digits(const char **s, int n, int *r)
{
    int value = 0;
    for (int i = 0; i < n; i++, (*s)++) {
        if (!isdigit((unsigned char)**s))
            return false;
        value = value * 10 + (**s - '0');
    }
    *r = value;
    return true;
}

static bool parse_offset(const char *s, int *minutes_r)
{
    *minutes_r = 0;
    if (!*s || strcmp(s, "Z") == 0 || strcmp(s, "z") == 0)
        return true;
    int sign = *s == '-' ? -1 : *s == '+' ? 1 : 0, h = 0, m = 0;
    if (!sign)
        return false;
    s++;
    if (!digits(&s, 2, &h))
        return false;
    if (*s == ':')
        s++;
    if (*s && !digits(&s, 2, &m))
        return false;
    *minutes_r = sign * (h * 60 + m);
    return !*s && h < 24 && m < 60;
}

bool time_iso_parse(const char *s, int64_t *r)
{
    int year, month, day, h = 0, mi = 0, sec = 0, ms = 0, offset = 0;
    if (!s || !digits(&s, 4, &year) || *s++ != '-' || !digits(&s, 2, &month) || *s++ != '-' || !digits(&s, 2, &day))
        return false;
    if (*s == 'T' || *s == ' ') {
        s++;
        if (!digits(&s, 2, &h) || *s++ != ':' || !digits(&s, 2, &mi))
            return false;
        if (*s == ':') {
            s++;
            if (!digits(&s, 2, &sec))
                return false;
        }
        if (*s == '.' || *s == ',') {
            int scale = 100;
            for (s++; isdigit((unsigned char)*s); s++, scale /= 10)
                ms += (*s - '0') * scale;
        }
        if (!parse_offset(s, &offset))
            return false;
    } else if (*s) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31 || h > 24 || mi > 59 || sec > 60)
        return false;
    int64_t seconds = time_days_from_civil(year, month, day) * 86400 + h * 3600 + mi * 60 + sec - offset * 60;
    *r = seconds * 1000 + ms;
    return true;
}

struct civil {
    int64_t year;
    int month, day, hour, minute, second, ms;
};

static struct civil civil_at(int64_t epoch_ms, int offset_minutes)
{
    int64_t local = epoch_ms + (int64_t)offset_minutes * 60000;
    int64_t days = local / 86400000 - (local % 86400000 < 0);
    int64_t rest = local - days * 86400000;
    struct civil c = {.hour = (int)(rest / 3600000),
                      .minute = (int)(rest / 60000 % 60),
                      .second = (int)(rest / 1000 % 60),
                      .ms = (int)(rest % 1000)};
    time_civil_from_days(days, &c.year, &c.month, &c.day);
    return c;
}

void time_iso_utc(int64_t epoch_ms, char out[TIME_ISO_BYTES])
{
    struct civil c = civil_at(epoch_ms, 0);
    snprintf(out, TIME_ISO_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)c.year, c.month, c.day, c.hour, c.minute,
             c.second, c.ms);
}

void time_iso_jira(int64_t epoch_ms, int offset, char out[TIME_ISO_BYTES])
{
    struct civil c = civil_at(epoch_ms, offset);
    int absolute = offset < 0 ? -offset : offset;
    snprintf(out, TIME_ISO_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02d%02d", (int)c.year, c.month, c.day, c.hour,
             c.minute, c.second, c.ms, offset < 0 ? '-' : '+', absolute / 60 % 24, absolute % 60);
}

void time_iso_compact(int64_t epoch_ms, char out[TIME_ISO_BYTES])
{
    struct civil c = civil_at(epoch_ms, 0);
    snprintf(out, TIME_ISO_BYTES, "%04d%02d%02d%02d%02d%02d", (int)c.year, c.month, c.day, c.hour, c.minute, c.second);
}

void time_iso_jql(int64_t epoch_ms, int offset, char out[TIME_ISO_BYTES])
{
    struct civil c = civil_at(epoch_ms, offset);
    snprintf(out, TIME_ISO_BYTES, "%04d-%02d-%02d %02d:%02d", (int)c.year, c.month, c.day, c.hour, c.minute);
}

/* Zone files: RFC 8536, version 2+. The second header and its 64-bit transitions; the last rule (POSIX footer) is used
 * for moments past the table only where the table is empty; Debian's files carry transitions to 2037. */

static int64_t big_endian(const unsigned char *p, int bytes)
{
    uint64_t x = 0;
    for (int i = 0; i < bytes; i++)
        x = x << 8 | p[i];
    return bytes == 4 ? (int32_t)(uint32_t)x : (int64_t)x;
}

static bool zone_file_read(const char *zone, unsigned char *data, size_t room, size_t *length_r)
{
    char path[300];
    if (!*zone || zone[0] == '/' || strstr(zone, "..") || strlen(zone) > 200)
        return false;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    *length_r = fread(data, 1, room, f);
    fclose(f);
    return *length_r > 44 && memcmp(data, "TZif", 4) == 0;
}

struct zone_file {
    char name[64];
    size_t length;
    unsigned char bytes[16 * 1024];
};

/* The zone asked for last, kept by each thread: a pass formats thousands of moments in one zone. */
static const struct zone_file *zone_file_cached(const char *zone)
{
    static _Thread_local struct zone_file last;
    if (!*zone || strlen(zone) >= sizeof last.name) /* an empty name is that of an empty memory */
        return NULL;
    if (strcmp(last.name, zone) == 0)
        return &last;
    last.name[0] = 0;
    if (!zone_file_read(zone, last.bytes, sizeof last.bytes, &last.length))
        return NULL;
    memcpy(last.name, zone, strlen(zone) + 1);
    return &last;
}

/* The offset in seconds that a TZif body with 64-bit times gives at `at`. */
static bool zone_lookup(const unsigned char *h, const unsigned char *end, int64_t at, int64_t *offset_r)
{
    int64_t times = big_endian(h + 32, 4), types = big_endian(h + 36, 4);
    const unsigned char *t = h + 44;
    if (times < 0 || types <= 0 || t + times * 9 + types * 6 > end)
        return false;
    const unsigned char *index = t + times * 8, *info = index + times;
    int64_t type = 0;
    for (int64_t i = 0; i < times && big_endian(t + i * 8, 8) <= at; i++)
        type = index[i];
    if (type >= types)
        return false;
    *offset_r = big_endian(info + type * 6, 4);
    return true;
}

bool time_zone_offset(const char *zone, int64_t epoch_ms, int *minutes_r)
{
    static const char *const UTC[] = {"UTC", "GMT", "Etc/UTC", "Etc/GMT", "Z"};
    *minutes_r = 0;
    if (!zone)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(UTC); i++)
        if (strcmp(zone, UTC[i]) == 0)
            return true;
    const struct zone_file *file = zone_file_cached(zone);
    if (!file)
        return false;
    const unsigned char *data = file->bytes, *end = data + file->length, *h = data;
    int64_t skip = 44 + big_endian(h + 32, 4) * 5 + big_endian(h + 36, 4) * 6 + big_endian(h + 40, 4) +
                   big_endian(h + 28, 4) * 8 + big_endian(h + 24, 4) + big_endian(h + 20, 4);
    int64_t offset = 0;
    if (h[4] < '2' || skip <= 0 || skip + 44 >= (int64_t)file->length ||
        !zone_lookup(h + skip, end, epoch_ms / 1000 - (epoch_ms % 1000 < 0), &offset))
        return false;
    *minutes_r = (int)(offset / 60);
    return true;
}
