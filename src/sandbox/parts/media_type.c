/* media_type.c - endings and first bytes of the usual files. */
#include "sandbox/parts/media_type.h"

#include "base/str.h"

#include <string.h>

#define UNKNOWN "application/octet-stream"

static const struct {
    const char *ending, *type;
} ENDINGS[] = {
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"bmp", "image/bmp"},
    {"svg", "image/svg+xml"},
    {"ico", "image/x-icon"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"txt", "text/plain"},
    {"log", "text/plain"},
    {"md", "text/markdown"},
    {"csv", "text/csv"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"css", "text/css"},
    {"xml", "application/xml"},
    {"json", "application/json"},
    {"js", "application/javascript"},
    {"yaml", "text/yaml"},
    {"yml", "text/yaml"},
    {"pdf", "application/pdf"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"tgz", "application/gzip"},
    {"tar", "application/x-tar"},
    {"7z", "application/x-7z-compressed"},
    {"jar", "application/java-archive"},
    {"doc", "application/msword"},
    {"xls", "application/vnd.ms-excel"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"mp3", "audio/mpeg"},
    {"wav", "audio/x-wav"},
    {"mp4", "video/mp4"},
    {"mov", "video/quicktime"},
    {"webm", "video/webm"},
    {"eml", "message/rfc822"},
};

static const struct {
    const char *bytes;
    size_t length;
    const char *type;
} BEGINNINGS[] = {
    {"\x89PNG\r\n\x1a\n", 8, "image/png"},
    {"\xff\xd8\xff", 3, "image/jpeg"},
    {"GIF8", 4, "image/gif"},
    {"%PDF-", 5, "application/pdf"},
    {"PK\x03\x04", 4, "application/zip"},
    {"\x1f\x8b", 2, "application/gzip"},
    {"<?xml", 5, "application/xml"},
    {"BM", 2, "image/bmp"},
};

static bool is_token(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || strchr("()<>@,;:\\\"/[]?=", text[i]) || (unsigned char)text[i] > 126)
            return false;
    return length;
}

static bool is_type(const char *text)
{
    const char *slash = strchr(text, '/');
    return slash && is_token(text, (size_t)(slash - text)) && is_token(slash + 1, strlen(slash + 1)) &&
           strlen(text) < 120;
}

static const char *by_ending(struct arena *a, const char *filename)
{
    const char *dot = filename ? strrchr(filename, '.') : NULL;
    char *ending = dot ? str_lower(a, dot + 1) : NULL;
    for (size_t i = 0; ending && i < ARRAY_LEN(ENDINGS); i++)
        if (str_eq(ENDINGS[i].ending, ending))
            return ENDINGS[i].type;
    return NULL;
}

const char *media_type_of(struct arena *a, const char *told, const char *filename, const void *bytes, size_t length)
{
    char *type = told ? str_lower(a, str_trim(a, arena_strndup(a, told, strcspn(told, ";")))) : NULL;
    if (type && is_type(type) && !str_eq(type, UNKNOWN))
        return type;
    const char *known = by_ending(a, filename);
    for (size_t i = 0; !known && i < ARRAY_LEN(BEGINNINGS); i++)
        if (length >= BEGINNINGS[i].length && memcmp(bytes, BEGINNINGS[i].bytes, BEGINNINGS[i].length) == 0)
            known = BEGINNINGS[i].type;
    return known ? known : UNKNOWN;
}

bool media_type_is_image(const char *type)
{
    return str_eq(type, "image/png") || str_eq(type, "image/jpeg") || str_eq(type, "image/gif") ||
           str_eq(type, "image/bmp") || str_eq(type, "image/webp");
}
