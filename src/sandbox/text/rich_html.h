/* rich_html.h - a text as HTML, as Jira's renderer makes it. */
#pragma once

#include "text/doc.h"

char *rich_html(struct arena *, const struct text_doc *);
