/* `mock-requester sign` as a user runs it: the built program, files, folders and variables of its own. */
#include "base/json.h"
#include "base/crypto.h"
#include "support/suite.h"
#include "wire/signature.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILE_MAX = 8 << 20, ARGS_MAX = 8, HOME_MAX = 64 };

#define PROGRAM BINARY_DIR "/mock-requester"
#define CLIENT_A TESTS_DIR "/reference/client-A.der"
#define CLIENT_A_ID "a686b048491f958bc7538dcfa1297924b5ee59fabfbbba4531e1d42c8b2d3509"
#define ENVELOPE_END "\"}\n"

/* ---- a home for one test ------------------------------------------------------------------------------------- */

static char home[HOME_MAX];

static void path_put(struct buf *path, const char *name)
{
    buf_printf(path, "%s/%s", home, name);
}

static void home_make(void)
{
    snprintf(home, sizeof home, "/tmp/test_sign.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(home));
    ck_assert_int_eq(setenv("HOME", home, 1), 0);
    ck_assert_int_eq(unsetenv("BACALHAU_DIR"), 0);
    ck_assert_int_eq(unsetenv("XDG_DATA_HOME"), 0);
}

static void home_remove(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        execlp("rm", "rm", "-rf", home, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

static void write_file(const char *name, struct span bytes)
{
    CLEANUP(buf_release) struct buf path = buf_init(PATH_MAX);

    path_put(&path, name);
    FILE *file = fopen(path.p, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes.p, 1, bytes.n, file), bytes.n);
    ck_assert_int_eq(fclose(file), 0);
}

static void read_path(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    size_t n;

    ck_assert_msg(file != NULL, "%s", path);
    do {
        char piece[1024];

        n = fread(piece, 1, sizeof piece, file);
        buf_add(out, piece, n);
    } while (n);
    fclose(file);
    buf_char(out, '\0'); /* so that there is a text even of an empty file */
    out->n--;
}

static void read_file(const char *name, struct buf *out)
{
    CLEANUP(buf_release) struct buf path = buf_init(PATH_MAX);

    path_put(&path, name);
    read_path(path.p, out);
}

static void folder_make(const char *name)
{
    CLEANUP(buf_release) struct buf path = buf_init(PATH_MAX);

    path_put(&path, name);
    ck_assert_int_eq(mkdir(path.p, 0777), 0);
}

/* Client A's key, under any name. */
static void key_put(const char *name)
{
    CLEANUP(buf_release) struct buf der = buf_init(FILE_MAX);

    read_path(CLIENT_A, &der);
    write_file(name, buf_view(&der));
}

static mode_t mode_of(const char *name)
{
    CLEANUP(buf_release) struct buf path = buf_init(PATH_MAX);
    struct stat st;

    path_put(&path, name);
    ck_assert_msg(stat(path.p, &st) == 0, "%s", path.p);
    return st.st_mode & 0777;
}

/* ---- one run ------------------------------------------------------------------------------------------------- */

struct run {
    int code;
    struct buf out, err;
};

static mode_t child_mask = 022; /* of each run */

static void run_release(struct run *run)
{
    buf_release(&run->out);
    buf_release(&run->err);
}

static void redirect(const char *name, int flags, int fd)
{
    char path[2 * HOME_MAX];

    snprintf(path, sizeof path, "%s/%s", home, name);
    int opened = open(path, flags, 0666);
    if (opened < 0 || dup2(opened, fd) < 0)
        _exit(126);
    close(opened);
}

static void child(const char *const *args)
{
    char *argv[ARGS_MAX + 3] = { NULL };
    int n = 0;

    argv[n++] = strdup(PROGRAM);
    argv[n++] = strdup("sign");
    for (; *args; args++)
        argv[n++] = strdup(*args);
    redirect("stdin", O_RDONLY, STDIN_FILENO);
    redirect("stdout", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    redirect("stderr", O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    (void)umask(child_mask);
    execv(PROGRAM, argv);
    _exit(127);
}

static struct run sign(const char *input, const char *const *args)
{
    struct run run = { .out = buf_init(FILE_MAX), .err = buf_init(FILE_MAX) };
    int status = 0;

    write_file("stdin", span_text(input));
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        child(args);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    run.code = WEXITSTATUS(status);
    read_file("stdout", &run.out);
    read_file("stderr", &run.err);
    return run;
}

#define SIGN(input, ...) sign((input), (const char *const[ARGS_MAX + 1]){ __VA_ARGS__ })

/* ---- what it should have printed ------------------------------------------------------------------------------ */

static void json_freep(struct json **json)
{
    json_free(*json);
}

static struct json *parse(struct span text)
{
    struct json *json = NULL;
    struct error error = { 0 };

    ck_assert_msg(!json_parse(text, JSON_STRICT, &json, NULL, &error), "%s: %.*s", error.text, SPAN_ARG(text));
    return json;
}

/* Does the server take it: the signature over the payload's bytes as they stand, the id of the key? */
static void assert_signed(const struct run *run, const char *field)
{
    CLEANUP(json_freep) struct json *json = NULL;
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct error error = { 0 };
    struct public_key key;
    char id[CLIENT_ID_SIZE + 1];

    ck_assert_msg(run->code == 0, "%d: %s", run->code, run->err.p);
    json = parse(buf_view(&run->out));
    const struct json_value *root = json_root(json), *payload = json_get(root, field);
    struct span key_text = json_string(json_get(root, "client_public_key"));
    struct span signature = json_string(json_get(root, "signature"));

    ck_assert_uint_eq(json_count(root), 3);
    ck_assert_msg(!signature_key_read(key_text, &arena, &key, &error), "%s", error.text);
    ck_assert_msg(!signature_check(&key, signature, json_raw(json, payload), &arena, &error), "%s", error.text);
    signature_client_id(&key, id);
    ck_assert(span_is(json_string(json_get(payload, "ClientID")), id));
}

static void assert_signed_by_client_a(const struct run *run)
{
    assert_signed(run, "job_create_payload");
    ck_assert_ptr_nonnull(strstr(run->out.p, "\"ClientID\":\"" CLIENT_A_ID "\""));
}

static void assert_refused(const struct run *run, int code, const char *line)
{
    ck_assert_msg(run->code == code, "%d: %s", run->code, run->err.p);
    ck_assert_uint_eq(run->out.n, 0);
    ck_assert_str_eq(run->err.p, line);
}

/* ---- envelopes ------------------------------------------------------------------------------------------------- */

START_TEST(a_payload_on_standard_input_is_signed)
{
    CLEANUP(run_release) struct run run = SIGN("{\"APIVersion\":\"V1beta1\"}\n", "--key", CLIENT_A);

    assert_signed_by_client_a(&run);
    ck_assert(span_starts(buf_view(&run.out), SPAN("{\"job_create_payload\":{\"ClientID\":\"" CLIENT_A_ID
                                                   "\",\"APIVersion\":\"V1beta1\"},\"signature\":\"")));
    ck_assert_uint_eq(run.err.n, 0);
}
END_TEST

START_TEST(a_payload_in_a_file_is_signed)
{
    CLEANUP(buf_release) struct buf path = buf_init(PATH_MAX);

    path_put(&path, "job.json");
    write_file("job.json", SPAN("{}"));
    CLEANUP(run_release) struct run run = SIGN("", path.p, "--key", CLIENT_A);

    assert_signed_by_client_a(&run);
}
END_TEST

START_TEST(an_indented_payload_becomes_one_line)
{
    CLEANUP(run_release) struct run run = SIGN("{\n  \"ClientID\": \"\",\n  \"Spec\": {}\n}\n", "--key", CLIENT_A);

    assert_signed(&run, "job_create_payload");
    ck_assert_ptr_eq(strchr(run.out.p, '\n'), run.out.p + run.out.n - 1);
    ck_assert_str_eq(run.out.p + run.out.n - strlen(ENVELOPE_END), ENVELOPE_END);
}
END_TEST

START_TEST(the_payload_may_have_another_key)
{
    CLEANUP(run_release) struct run run = SIGN("{\"JobID\":\"x\"}", "--field", "payload", "--key=" CLIENT_A);

    assert_signed(&run, "payload");
}
END_TEST

START_TEST(a_client_id_that_is_there_stays)
{
    CLEANUP(run_release) struct run run = SIGN("{\"clientid\":\"me\"}", "--key", CLIENT_A);

    ck_assert_int_eq(run.code, 0);
    ck_assert(span_starts(buf_view(&run.out), SPAN("{\"job_create_payload\":{\"clientid\":\"me\"},")));
}
END_TEST

/* ---- keys ------------------------------------------------------------------------------------------------------ */

#define OWN_KEY ".local/share/mock-requester/user_id.pem"

START_TEST(without_any_key_one_is_made_and_named)
{
    CLEANUP(buf_release) struct buf want = buf_init(PATH_MAX);
    CLEANUP(run_release) struct run run = SIGN("{}", NULL);

    buf_printf(&want, "mock-requester sign: made a new key: %s/" OWN_KEY "\n", home);
    assert_signed(&run, "job_create_payload");
    ck_assert_str_eq(run.err.p, want.p);
    ck_assert_uint_eq(mode_of(OWN_KEY), 0600);
    ck_assert_uint_eq(mode_of(".local/share/mock-requester"), 0700);
    ck_assert_uint_eq(mode_of(".local"), 0700);
}
END_TEST

START_TEST(the_key_that_was_made_is_used_again)
{
    CLEANUP(run_release) struct run first = SIGN("{}", NULL);
    CLEANUP(run_release) struct run second = SIGN("{}", NULL);

    assert_signed(&second, "job_create_payload");
    ck_assert_str_eq(first.out.p, second.out.p);
    ck_assert_uint_eq(second.err.n, 0);
}
END_TEST

START_TEST(no_umask_spoils_the_keys_mode)
{
    folder_make(".local");
    folder_make(".local/share");
    folder_make(".local/share/mock-requester");
    write_file("stdout", SPAN(""));
    write_file("stderr", SPAN(""));
    child_mask = 0777;
    CLEANUP(run_release) struct run run = SIGN("{}", NULL);

    assert_signed(&run, "job_create_payload");
    ck_assert_uint_eq(mode_of(OWN_KEY), 0600);
}
END_TEST

START_TEST(xdg_data_home_says_where_the_key_is_made)
{
    CLEANUP(buf_release) struct buf data = buf_init(PATH_MAX);

    path_put(&data, "data");
    ck_assert_int_eq(setenv("XDG_DATA_HOME", data.p, 1), 0);
    CLEANUP(run_release) struct run run = SIGN("{}", NULL);

    assert_signed(&run, "job_create_payload");
    ck_assert_uint_eq(mode_of("data/mock-requester/user_id.pem"), 0600);
}
END_TEST

START_TEST(the_bacalhau_clients_key_comes_before_our_own)
{
    folder_make(".bacalhau");
    key_put(".bacalhau/user_id.pem");
    CLEANUP(run_release) struct run run = SIGN("{}", NULL);

    assert_signed_by_client_a(&run);
    ck_assert_uint_eq(run.err.n, 0);
}
END_TEST

START_TEST(bacalhau_dir_takes_the_place_of_its_home_folder)
{
    CLEANUP(buf_release) struct buf folder = buf_init(PATH_MAX);

    folder_make("elsewhere");
    key_put("elsewhere/user_id.pem");
    path_put(&folder, "elsewhere");
    ck_assert_int_eq(setenv("BACALHAU_DIR", folder.p, 1), 0);
    CLEANUP(run_release) struct run run = SIGN("{}", NULL);

    assert_signed_by_client_a(&run);
}
END_TEST

START_TEST(no_key_is_made_in_the_bacalhau_clients_folder)
{
    CLEANUP(buf_release) struct buf folder = buf_init(PATH_MAX);

    folder_make("elsewhere");
    path_put(&folder, "elsewhere");
    ck_assert_int_eq(setenv("BACALHAU_DIR", folder.p, 1), 0);
    CLEANUP(run_release) struct run run = SIGN("{}", NULL);

    assert_signed(&run, "job_create_payload");
    ck_assert_uint_eq(mode_of(OWN_KEY), 0600);
    ck_assert_int_eq(rmdir(folder.p), 0);
}
END_TEST

START_TEST(a_key_that_is_none_is_refused)
{
    CLEANUP(buf_release) struct buf path = buf_init(PATH_MAX);
    CLEANUP(buf_release) struct buf want = buf_init(PATH_MAX);

    write_file("bad.pem", SPAN("no key"));
    path_put(&path, "bad.pem");
    CLEANUP(run_release) struct run run = SIGN("{}", "--key", path.p);

    buf_printf(&want, "mock-requester sign: %s: no RSA private key in PEM or DER, PKCS#1 or PKCS#8, without a passphrase\n",
               path.p);
    assert_refused(&run, 2, want.p);
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------------------------- */

static const struct refusal {
    const char *input;
    const char *args[ARGS_MAX + 1];
    const char *line;
} refusals[] = {
    { "[]", { "--key", CLIENT_A }, "mock-requester sign: the payload is JSON, but not an object\n" },
    { "", { "--key", CLIENT_A }, "mock-requester sign: the payload is not JSON: EOF\n" },
    { "{} {}", { "--key", CLIENT_A }, "mock-requester sign: something follows the payload's object, at byte 3\n" },
    { "{}", { "--key", "/no/such.pem" }, "mock-requester sign: no such key: /no/such.pem\n" },
    { "{}", { "/no/such.json" }, "mock-requester sign: cannot read /no/such.json: No such file or directory\n" },
};

START_TEST(what_cannot_be_signed_is_refused_in_one_line)
{
    CLEANUP(run_release) struct run run = sign(refusals[_i].input, refusals[_i].args);

    assert_refused(&run, 2, refusals[_i].line);
}
END_TEST

static const char *const usages[][ARGS_MAX + 1] = { { "--key" }, { "--kez" }, { "a", "b" } };

START_TEST(bad_usage_is_told_in_one_line)
{
    CLEANUP(run_release) struct run run = sign("{}", usages[_i]);

    ck_assert_int_eq(run.code, 2);
    ck_assert_uint_eq(run.out.n, 0);
    ck_assert_ptr_eq(strchr(run.err.p, '\n'), run.err.p + run.err.n - 1);
}
END_TEST

START_TEST(help_is_printed_on_standard_output)
{
    CLEANUP(run_release) struct run run = SIGN("", "--help");

    ck_assert_int_eq(run.code, 0);
    ck_assert_ptr_nonnull(strstr(run.out.p, "mock-requester sign ["));
    ck_assert_ptr_nonnull(strstr(run.out.p, "--field NAME"));
    ck_assert_uint_eq(run.err.n, 0);
}
END_TEST

TEST_MAIN("sign",
    TEST_GROUP("sign", .setup = home_make, .teardown = home_remove),
    TEST(a_payload_on_standard_input_is_signed),
    TEST(a_payload_in_a_file_is_signed),
    TEST(an_indented_payload_becomes_one_line),
    TEST(the_payload_may_have_another_key),
    TEST(a_client_id_that_is_there_stays),
    TEST(without_any_key_one_is_made_and_named),
    TEST(the_key_that_was_made_is_used_again),
    TEST(no_umask_spoils_the_keys_mode),
    TEST(xdg_data_home_says_where_the_key_is_made),
    TEST(the_bacalhau_clients_key_comes_before_our_own),
    TEST(bacalhau_dir_takes_the_place_of_its_home_folder),
    TEST(no_key_is_made_in_the_bacalhau_clients_folder),
    TEST(a_key_that_is_none_is_refused),
    TEST_EACH(what_cannot_be_signed_is_refused_in_one_line, refusals),
    TEST_EACH(bad_usage_is_told_in_one_line, usages),
    TEST(help_is_printed_on_standard_output))
