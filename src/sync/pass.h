/* pass.h - one pass over what waits, in batches of pairs. Inside src/sync only. */
#pragma once

#include "sync/internal.h"

/* Works everything that waits in the inbox, every dirty pair, and every pair with an op that is not settled. */
bool pass_work(struct engine *, struct err *e) MUST_CHECK;
