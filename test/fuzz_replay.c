/* fuzz_replay.c - runs a fuzzer over every file of a corpus folder, so that what a fuzzer once found stays found.
 *
 * usage: X_fuzz DIR...   Exit 1 when no file was there: an empty corpus proves nothing. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file_atomic.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_folder(const char *folder)
{
    int files = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        struct buf path = BUF_INIT(4096), bytes = BUF_INIT(64u << 20);
        struct err e = ERR_INIT;
        buf_addf(&path, "%s/%s", folder, entry->d_name);
        if (file_read(buf_str(&path), &bytes, &e)) {
            LLVMFuzzerTestOneInput((const uint8_t *)buf_str(&bytes), bytes.len);
            files++;
        }
        buf_release(&path);
        buf_release(&bytes);
    }
    closedir(dir);
    return files;
}

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 1; i < argc; i++)
        files += replay_folder(argv[i]);
    printf("%d corpus files replayed\n", files);
    return files ? 0 : 1;
}
