/* mutant.h - deliberate mistakes that the crash sweep must catch; without them it proves nothing.
 *
 * Only the build of the sweep's own test program defines TANDEM_MUTANTS; everywhere else MUTANT() is the constant false
 * and the compiler removes it. */
#pragma once

enum mutant {
    MUTANT_NONE,
    MUTANT_NO_TOKEN,             /* creations carry no recovery key and are not looked for without one */
    MUTANT_BASE_ON_SENT,         /* the base moves when the write leaves, not when it is proven */
    MUTANT_BASE_READ_LATE,       /* the base is what the read-back shows, a later edit of somebody else included */
    MUTANT_WATERMARK_EARLY,      /* the watermark moves before what was seen is durable */
    MUTANT_RESEND,               /* the transport sends a write again when the reply is lost, as libcurl does */
    MUTANT_DELETE_WITHOUT_PROOF, /* what a list does not show counts as deleted */
    MUTANT_COUNT
};

#ifdef TANDEM_MUTANTS
#include <stdbool.h>
extern enum mutant mutant_active;
#define MUTANT(which) (mutant_active == (which))
#else
#define MUTANT(which) false
#endif
