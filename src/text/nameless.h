/* nameless.h - texts compared as a move between sites leaves them.
 *
 * A move from Server to Cloud makes account ids of the user names in mentions; everything else in a text stays. */
#pragma once

#include "base/arena.h"

/* The canonical form of wiki markup with every [~name] emptied. NULL is the empty text. */
char *text_nameless(struct arena *, const char *markup);
