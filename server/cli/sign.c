#include "cli/sign.h"

#include "base/crypto.h"
#include "wire/signature.h"
#include "releases/envelope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PAYLOAD_MAX = 64 << 20, /* larger than any body the server reads, so that its refusal can be tried */
    KEY_MAX = 1 << 20,
    PIECE = 2048, /* of one read */
};

/* One line on standard error; returns `code`. */
static int complain(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int complain(int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("mock-requester sign: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return code;
}

/* ---- files ------------------------------------------------------------------------------------------------- */

static void fd_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Reads to the end. False: errno is set; EFBIG above the buffer's maximum. */
static bool read_all(int fd, struct buf *out)
{
    char piece[PIECE];
    ssize_t got;

    while ((got = read(fd, piece, sizeof piece)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        buf_add(out, piece, (size_t)got);
        if (out->failed) {
            errno = EFBIG;
            return false;
        }
    }
    return true;
}

static bool file_read(const char *path, struct buf *out)
{
    CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd >= 0 && read_all(fd, out);
}

static bool write_and_close(int fd, struct span bytes)
{
    FILE *file = fdopen(fd, "w");

    if (!file) {
        close(fd);
        return false;
    }
    bool written = fwrite(bytes.p, 1, bytes.n, file) == bytes.n;
    return fclose(file) == 0 && written;
}

/* A new file of mode 0600, whatever the umask, that appears whole or not at all and never replaces
 * another: a second `sign` at the same time finds all of the key or none. */
static bool file_create(const char *path, struct span bytes)
{
    CLEANUP(buf_release) struct buf draft = buf_init(PATH_MAX);

    buf_printf(&draft, "%s.XXXXXX", path);
    if (draft.failed) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = mkstemp(draft.p);
    if (fd < 0)
        return false;
    bool mode_set = fchmod(fd, S_IRUSR | S_IWUSR) == 0;
    bool made = write_and_close(fd, bytes) && mode_set && link(draft.p, path) == 0;
    int why = errno;
    unlink(draft.p);
    errno = why;
    return made;
}

/* Makes the missing folders above a file. */
static void make_folders(const char *path)
{
    CLEANUP(buf_release) struct buf folder = buf_init(PATH_MAX);

    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        buf_clear(&folder);
        buf_add(&folder, path, (size_t)(slash - path));
        if (!folder.failed)
            (void)mkdir(folder.p, S_IRWXU); /* an error here shows when the file is made */
    }
}

/* ---- the key ------------------------------------------------------------------------------------------------ */

enum { KEY_MISSING = -1 }; /* besides the exit codes: there is no such file, nothing was printed */

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/* Sets where a bacalhau client of this user keeps its key; empty if that is unknown. */
static void client_key_path(struct buf *path)
{
    const char *folder = variable("BACALHAU_DIR"), *home = variable("HOME");

    if (folder)
        buf_printf(path, "%s/user_id.pem", folder);
    else if (home)
        buf_printf(path, "%s/.bacalhau/user_id.pem", home);
}

/* Sets where this program keeps its own key. A relative XDG_DATA_HOME is ignored, as its specification requires. */
static void own_key_path(struct buf *path)
{
    const char *data = variable("XDG_DATA_HOME"), *home = variable("HOME");

    if (data && *data == '/')
        buf_printf(path, "%s/mock-requester/user_id.pem", data);
    else if (home)
        buf_printf(path, "%s/.local/share/mock-requester/user_id.pem", home);
}

static int key_load(const char *path, struct signing_key **key)
{
    CLEANUP(buf_release) struct buf bytes = buf_init(KEY_MAX);
    struct error error;

    if (!file_read(path, &bytes)) {
        if (errno == ENOENT || errno == ENOTDIR)
            return KEY_MISSING;
        return complain(EXIT_USAGE, "cannot read the key %s: %s", path, strerror(errno));
    }
    if (signing_key_parse(buf_view(&bytes), key, &error))
        return complain(EXIT_USAGE, "%s: %s", path, error.text);
    return EXIT_FINE;
}

static int key_make(const char *path)
{
    CLEANUP(buf_release) struct buf pem = buf_init(KEY_MAX);
    struct signing_key *key;
    struct error error;

    if (signing_key_generate(&key, &error))
        return complain(EXIT_OTHER, "%s", error.text);
    enum err err = signing_key_pem(key, &pem);
    signing_key_free(key);
    if (err)
        return complain(EXIT_OTHER, "cannot write down a new key");
    make_folders(path);
    if (file_create(path, buf_view(&pem)))
        return complain(EXIT_FINE, "made a new key: %s", path);
    if (errno == EEXIST) /* another process made it first */
        return EXIT_FINE;
    return complain(EXIT_OTHER, "cannot make the key %s: %s", path, strerror(errno));
}

static int own_key(struct signing_key **key)
{
    CLEANUP(buf_release) struct buf path = buf_init(PATH_MAX);

    own_key_path(&path);
    if (path.failed || !path.n)
        return complain(EXIT_OTHER, "no place for a key: set HOME, or name a key with --key");
    int code = key_load(path.p, key);
    if (code != KEY_MISSING)
        return code;
    code = key_make(path.p);
    if (code == EXIT_FINE)
        code = key_load(path.p, key);
    return code == KEY_MISSING ? complain(EXIT_OTHER, "the key %s is gone again", path.p) : code;
}

static int key_find(const struct options *options, struct signing_key **key)
{
    CLEANUP(buf_release) struct buf path = buf_init(PATH_MAX);
    int code = KEY_MISSING;

    if (options->key) {
        code = key_load(options->key, key);
        return code == KEY_MISSING ? complain(EXIT_USAGE, "no such key: %s", options->key) : code;
    }
    client_key_path(&path);
    if (path.n && !path.failed)
        code = key_load(path.p, key);
    return code == KEY_MISSING ? own_key(key) : code;
}

/* ---- the envelope ------------------------------------------------------------------------------------------- */

static int payload_read(const struct options *options, struct buf *text)
{
    const char *file = options->n_operands ? options->operands[0] : "-";
    bool from_file = strcmp(file, "-") != 0;

    if (from_file ? file_read(file, text) : read_all(STDIN_FILENO, text))
        return EXIT_FINE;
    return complain(EXIT_USAGE, "cannot read %s: %s", from_file ? file : "standard input", strerror(errno));
}

static enum err client_id_make(const struct signing_key *key, char id[CLIENT_ID_SIZE + 1])
{
    CLEANUP(buf_release) struct buf modulus = buf_init(KEY_MAX);
    enum err err = signing_key_modulus(key, &modulus);

    if (!err)
        signature_client_id(&(struct public_key){ .modulus = buf_view(&modulus) }, id);
    return err;
}

static int envelope_put(const struct options *options, const struct signing_key *key, struct span payload,
                        struct buf *line)
{
    CLEANUP(buf_release) struct buf signature = buf_init(KEY_MAX);
    CLEANUP(buf_release) struct buf der = buf_init(KEY_MAX);

    if (signing_key_sign(key, payload, &signature) || signing_key_public_der(key, &der))
        return complain(EXIT_OTHER, "this key cannot sign");
    envelope_write(line, span_text(options->field), payload, buf_view(&signature), buf_view(&der));
    buf_char(line, '\n');
    return line->failed ? complain(EXIT_OTHER, "no memory for the envelope") : EXIT_FINE;
}

static int envelope_make(const struct options *options, const struct signing_key *key, struct span text,
                         struct buf *line)
{
    CLEANUP(buf_release) struct buf payload = buf_init(2 * PAYLOAD_MAX);
    char id[CLIENT_ID_SIZE + 1];
    struct error error;

    if (client_id_make(key, id))
        return complain(EXIT_OTHER, "this key has no client id");
    if (envelope_payload(text, span_text(id), &payload, &error))
        return complain(EXIT_USAGE, "%s", error.text);
    return envelope_put(options, key, buf_view(&payload), line);
}

int sign(const struct options *options)
{
    CLEANUP(buf_release) struct buf text = buf_init(PAYLOAD_MAX);
    CLEANUP(buf_release) struct buf line = buf_init(3 * (size_t)PAYLOAD_MAX);
    struct signing_key *key = NULL;
    int code = payload_read(options, &text);

    if (code == EXIT_FINE)
        code = key_find(options, &key);
    if (code == EXIT_FINE)
        code = envelope_make(options, key, buf_view(&text), &line);
    signing_key_free(key);
    if (code != EXIT_FINE)
        return code;
    if (fwrite(line.p, 1, line.n, stdout) != line.n || fflush(stdout) != 0)
        return complain(EXIT_OTHER, "cannot write the envelope: %s", strerror(errno));
    return EXIT_FINE;
}
