/* text_form.c - whether rich text goes as ADF over v3 or as wiki markup over v2.
 *
 * Cloud has ADF, and nobody asks twice: the first question (/myself) goes over v3 and shows whether there is one. The
 * rest shows when it matters: a write that is refused because of the form of its text was not done, so the other form
 * may be tried at once, and is kept from then on. Both ways are known of real sites: version 3 that wants strings
 * behind a gateway that is old, and version 2 that takes strings no more. */
#include "jira/rest.h"

#include "base/log.h"

#include <string.h>

const char *jira_text_api(const struct jira_site *site)
{
    return site->facts.has_adf ? "/rest/api/3" : "/rest/api/2";
}

void jira_text_use_markup(struct jira_site *site, const char *reason)
{
    site->facts.has_adf = false;
    site->facts.text_reason = reason;
    log_line(LOG_INFO, "%s goes by wiki markup: %s", site->label, reason);
}

bool jira_text_learn(struct jira_site *site, const struct err *refusal)
{
    struct jira_facts *facts = &site->facts;
    if (refusal->kind != ERR_REFUSED || !facts->caps->has_v3)
        return false;
    if (facts->has_adf && strstr(refusal->text, "must be a string")) {
        jira_text_use_markup(site, "it refused a document");
        return true;
    }
    if (facts->has_adf || !strstr(refusal->text, "Atlassian Document"))
        return false;
    facts->has_adf = true;
    facts->text_reason = NULL;
    return true;
}
