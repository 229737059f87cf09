/* sites.h - opens what the store knows of sites and synchronizations, for the commands that speak with Jira.
 *
 * Life: what is opened here is closed by sites_close, in one stroke. Nothing is asked of a site before it is used. */
#pragma once

#include "cli/cli.h"
#include "vault/vault.h"

/* The vault whose key file lies beside the store. */
struct vault *sites_vault(struct cli *, struct err *e) MUST_CHECK;
