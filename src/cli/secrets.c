#include "cli/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { ROOM = 4096 };

bool secrets_from_options(struct cli *c, const char *prefix, struct secret *r, struct err *e)
{
    const char *file = cli_value(c, arena_printf(c->arena, "%ssecret-file", prefix));
    const char *variable = cli_value(c, arena_printf(c->arena, "%ssecret-env", prefix));
    if (file && variable)
        return cli_wrong(c, e, "--%ssecret-file and --%ssecret-env exclude each other", prefix, prefix);
    if (file)
        return secret_init_from_file(r, file, e);
    return !variable || secret_init_from_env(r, variable, e);
}

/* One line without its end; the buffer is wiped by the caller. */
static bool read_line(int fd, char *line, struct err *e)
{
    size_t n = 0;
    for (ssize_t got; n + 1 < ROOM; n++) {
        while ((got = read(fd, line + n, 1)) < 0 && errno == EINTR)
            ;
        if (got < 0)
            return err_set(e, ERR_IO, "the terminal cannot be read: %s", strerror(errno));
        if (!got || line[n] == '\n')
            break;
    }
    line[n] = 0;
    return n || err_set(e, ERR_INPUT, "nothing was entered");
}

static bool ask_quietly(int fd, const char *what, struct secret *r, struct err *e)
{
    struct termios before, quiet;
    char line[ROOM] = "";
    if (tcgetattr(fd, &before) != 0)
        return err_set(e, ERR_IO, "the terminal cannot be used: %s", strerror(errno));
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fd, TCSAFLUSH, &quiet); /* before the question: what is typed after it must not be thrown away */
    dprintf(fd, "%s: ", what);
    bool ok = read_line(fd, line, e);
    tcsetattr(fd, TCSAFLUSH, &before);
    dprintf(fd, "\n");
    if (ok)
        secret_init_from_string(r, line);
    sodium_memzero(line, sizeof line);
    return ok;
}

bool secrets_ask(struct cli *c, const char *what, const char *options, struct secret *r, struct err *e)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return cli_wrong(c, e, "a password or token is missing and there is no terminal to ask at; give %s", options);
    bool ok = ask_quietly(fd, what, r, e);
    close(fd);
    return ok;
}
