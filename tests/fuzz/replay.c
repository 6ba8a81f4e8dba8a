/* Gives every file of the folders named to a fuzz target, once: a corpus as an ordinary test.
 *
 *   fuzz_NAME FOLDER ...        the file that ends it is the last one told */
#include "base/buf.h"
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "support/files.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATH_SIZE = 1024 };

/* In memory of its very size, so that a sanitizer sees the first byte read behind it. */
static void replay(const char *path)
{
    CLEANUP(buf_release) struct buf text = file_read(path);
    uint8_t *exact = malloc(text.n ? text.n : 1);

    MUST(exact != NULL);
    memcpy(exact, text.p, text.n);
    LLVMFuzzerTestOneInput(exact, text.n);
    free(exact);
}

static size_t replay_folder(const char *path)
{
    struct folder folder = folder_list(path, "");
    size_t replayed = 0;

    for (size_t i = 0; i < folder.n; i++) {
        char file[PATH_SIZE];
        if (folder.names[i][0] == '.')
            continue;
        snprintf(file, sizeof file, "%s/%s", path, folder.names[i]);
        puts(file);
        fflush(stdout);
        replay(file);
        replayed++;
    }
    folder_free(&folder);
    return replayed;
}

int main(int argc, char **argv)
{
    size_t replayed = 0;

    for (int i = 1; i < argc; i++)
        replayed += replay_folder(argv[i]);
    printf("%zu files\n", replayed);
    return replayed ? EXIT_SUCCESS : EXIT_FAILURE;
}
