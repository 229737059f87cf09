/* stop.h - ends what runs long on SIGINT or SIGTERM: the first one asks, after the present step; a second one kills,
 * which loses nothing, because what is under way is in the journal. */
#pragma once

#include "base/clock.h"

#include <stdbool.h>

void stop_listen(void);
bool stop_is_asked(void);
/* Sleeps, but not past the asking. */
void stop_sleep(struct clock *, int64_t ms);
/* Waits for nothing else. */
void stop_wait(void);
