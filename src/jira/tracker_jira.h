/* tracker_jira.h - one project of a Jira site as a tracker (tracker/tracker.h). */
#pragma once

#include "jira/site.h"
#include "tracker/tracker.h"

/* `project` is a key or an id. Nothing is asked yet. The site is borrowed and must outlive the tracker; trackers of
 * several projects may share one, in one thread, and `requests` counts for all of them. */
struct tracker *tracker_jira_new(struct jira_site *, const char *project);
