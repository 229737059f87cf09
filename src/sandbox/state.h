/* state.h - named snapshots of a whole site: taken, restored, compared with what is there now.
 *
 *   GET    /sandbox/state                    {states: [{name, bytes}]}
 *   POST   /sandbox/state/NAME               takes one, in place of one of that name
 *   POST   /sandbox/state/NAME/restore       everything as it was, counters and faults to come included
 *   GET    /sandbox/state/NAME/compare       {same, total, differences: [{noun, key, what, fields?}]}
 *   DELETE /sandbox/state/NAME
 *
 * For administrators. A site in a file keeps them in files beside it (FILE.state-NAME), a site in memory in memory. */
#pragma once

struct sandbox;

/* Frees the snapshots of a site in memory. */
void state_release(struct sandbox *);
