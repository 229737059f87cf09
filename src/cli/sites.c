#include "cli/sites.h"

struct vault *sites_vault(struct cli *c, struct err *e)
{
    return vault_open(arena_printf(c->arena, "%s.key", c->store_path), e);
}
