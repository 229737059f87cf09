/* wire.h - the layer below Jira: requests that it never sees. */
#pragma once

#include "sandbox/internal.h"

/* False: the request was answered 400 with a page. */
bool wire_check(struct ctx *) MUST_CHECK;
