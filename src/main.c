#include "cli/cli.h"

#include <signal.h>

int main(int argc, char **argv)
{
    /* A limit on the size of files is a full disk: an error with a message, not a death. */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, NULL);
    return cli_main(argc, argv, stdout, stderr);
}
