/* Which files are opened, and which are refused before anybody can wait for them. */
#include "base/file.h"
#include "support/suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/mock-requester-file-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[64];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void setup(void)
{
    char target[64];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    FILE *file = fopen(path_of("plain"), "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    ck_assert_int_eq(mkfifo(path_of("fifo"), 0600), 0);
    ck_assert_int_eq(mkdir(path_of("folder"), 0700), 0);
    snprintf(target, sizeof target, "%s", path_of("plain"));
    ck_assert_int_eq(symlink(target, path_of("link")), 0);
}

static void teardown(void)
{
    remove(path_of("plain"));
    remove(path_of("fifo"));
    remove(path_of("folder"));
    remove(path_of("link"));
    rmdir(folder);
}

static const struct row {
    const char *name;
    bool through_links;
    enum err err;
    const char *why;
} rows[] = {
    { "plain", false, ERR_OK, "" },
    { "plain", true, ERR_OK, "" },
    { "link", true, ERR_OK, "" },
    { "link", false, ERR_INVALID, "Too many levels of symbolic links" },
    { "fifo", true, ERR_INVALID, "not a regular file" },
    { "folder", true, ERR_INVALID, "not a regular file" },
    { "absent", true, ERR_NOT_FOUND, "No such file or directory" },
};

START_TEST(only_a_regular_file_is_opened)
{
    const struct row *row = &rows[_i];
    struct error error = { .code = ERR_OK };
    FILE *file = file_open(path_of(row->name), row->through_links, &error);

    ck_assert_msg((file != NULL) == (row->err == ERR_OK), "%s", row->name);
    ck_assert_int_eq(error.code, row->err);
    if (file)
        fclose(file);
    else
        ck_assert_str_eq(error.text, row->why);
}
END_TEST

TEST_MAIN("file", TEST_GROUP("files", .setup = setup, .teardown = teardown), TEST_EACH(only_a_regular_file_is_opened, rows))
