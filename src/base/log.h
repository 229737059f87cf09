/* log.h - lines for the person who runs the program: on stderr, one event a line, no secrets.
 *
 * Threads: any. The level is set once at start. */
#pragma once

#include "base/attr.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_level_set(enum log_level);
enum log_level log_level_get(void);
/* "2026-11-22T16:04:05.123Z warn  text" */
void log_line(enum log_level, const char *format, ...) PRINTF_LIKE(2, 3);
