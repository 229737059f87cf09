/* task.h - what Cloud says it does by itself, later.
 *
 * The work is done with the request that asks for it; its task says so only after a while (setting task_ms, 500), as
 * who does not wait for the task would not find it done on a real site either. */
#pragma once

#include "sandbox/internal.h"

/* 303 with the task's address in Location, and the task in the body. `result` may be NULL. */
bool task_reply(struct ctx *, const char *description, json_t *result) MUST_CHECK;
