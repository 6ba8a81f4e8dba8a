/* The program as a user starts it: arguments, environment, signals, files, exit codes. */
#include "support/http_client.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <unistd.h>

#define PROGRAM BINARY_DIR "/mock-requester"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { STOP_MS = 3000 }; /* the sanitizer looks round before it lets go */
#else
enum { STOP_MS = 100 };
#endif

enum { PATIENCE_MS = 30000, OUTPUT_MAX = 1 << 20, WORDS_MAX = 16, EXTRA_FD = 9, TRIES = 5, LINE_SIZE = 512 };

/* ---- the program under test ---------------------------------------------------------------------------- */

struct program {
    pid_t pid;
    int out, err;          /* our ends */
    struct buf said, told; /* standard output, standard error, as far as read */
};

/* How to start it; the zero value is the plain way. */
struct start {
    const char *const *set;      /* NAME=value …, NULL at the end, for its environment */
    int in;                      /* its standard input; 0: /dev/null */
    int extra;                   /* becomes EXTRA_FD; 0: none */
    bool without_standard_fds;
};

static void forget_variables(void)
{
    static const char *const ours[] = { "HOST",  "PORT",       "PORT_FILE", "READY_FD",   "DIALECT",  "CLOCK", "START_TIME",
                                        "SEED",  "SIGNATURES", "MAX_JOBS",  "WATCH",      "LOG_WHAT",  "CONTROL",    "STRICT",   "LOG",   "RATE_LIMIT",
                                        "FIELD", "FIXTURES",   "JOURNAL",   "SCENARIO",   "KEY" };
    char name[64];

    for (size_t i = 0; i < ROWS(ours); i++) {
        snprintf(name, sizeof name, "MOCK_REQUESTER_%s", ours[i]);
        unsetenv(name);
    }
}

/* In the child: never outlives the test, starts with no signal blocked. */
static void become(const struct start *start, char *const words[], int out, int err)
{
    sigset_t none;
    int in = start->in ? start->in : open("/dev/null", O_RDONLY);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (start->extra)
        dup2(start->extra, EXTRA_FD);
    for (int fd = 3; fd < 64; fd++)
        if (fd != EXTRA_FD || !start->extra)
            close(fd);
    forget_variables();
    for (const char *const *v = start->set; v && *v; v++)
        putenv(strdup(*v));
    for (int fd = 0; start->without_standard_fds && fd <= STDERR_FILENO; fd++)
        close(fd);
    execv(PROGRAM, words);
    _exit(127);
}

/* `line`: words divided by single blanks. */
static struct program start_with(const struct start *start, const char *line)
{
    struct program p = { .said = buf_init(OUTPUT_MAX), .told = buf_init(OUTPUT_MAX) };
    char name[] = PROGRAM, copy[LINE_SIZE], *rest = copy, *words[WORDS_MAX] = { name };
    int out[2], err[2], n = 1;

    ck_assert_int_lt(snprintf(copy, sizeof copy, "%s", line), LINE_SIZE);
    for (char *word; (word = strsep(&rest, " "));)
        if (*word)
            words[n++] = word;
    ck_assert_int_eq(pipe(out) + pipe(err), 0);
    p.pid = fork();
    ck_assert_int_ge(p.pid, 0);
    if (p.pid == 0)
        become(start, words, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    p.out = out[0];
    p.err = err[0];
    return p;
}

static struct program started(const char *line)
{
    return start_with(&(struct start){ 0 }, line);
}

/* One more piece of what it writes; false at the end of it. */
static bool read_more(int fd, struct buf *into)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    char piece[1024];

    ck_assert_msg(poll(&poll_fd, 1, PATIENCE_MS) == 1, "silence after: %s", into->p ? into->p : "");
    ssize_t got = read(fd, piece, sizeof piece);
    if (got > 0)
        buf_add(into, piece, (size_t)got);
    return got > 0;
}

static const char *text_of(const struct buf *b)
{
    return b->p ? b->p : "";
}

/* Reads standard error until it has that text. */
static void await_told(struct program *p, const char *text)
{
    while (!strstr(text_of(&p->told), text))
        ck_assert_msg(read_more(p->err, &p->told), "it ended without \"%s\": %s", text, text_of(&p->told));
}

/* Waits for the ready line; the port that it names. */
static int await_ready(struct program *p)
{
    static const char mark[] = "mock-requester: ready on http://127.0.0.1:";

    await_told(p, mark);
    const char *at = strstr(p->told.p, mark) + sizeof mark - 1;
    while (!strchr(strstr(p->told.p, mark), '\n'))
        ck_assert(read_more(p->err, &p->told));
    at = strstr(p->told.p, mark) + sizeof mark - 1;
    return (int)strtol(at, NULL, 10);
}

/* Reads all that is still to come and waits; the exit code. */
static int ended(struct program *p)
{
    int status;

    while (read_more(p->out, &p->said)) {
    }
    while (read_more(p->err, &p->told)) {
    }
    ck_assert_int_eq(waitpid(p->pid, &status, 0), p->pid);
    ck_assert_msg(WIFEXITED(status), "it died of signal %d: %s", WTERMSIG(status), text_of(&p->told));
    close(p->out);
    close(p->err);
    return WEXITSTATUS(status);
}

static int stopped(struct program *p, int signal)
{
    ck_assert_int_eq(kill(p->pid, signal), 0);
    return ended(p);
}

static void program_release(struct program *p)
{
    buf_release(&p->said);
    buf_release(&p->told);
}

/* It says exactly this one line on standard error, nothing on standard output, and ends so. */
static void assert_says(struct program *p, int code, const char *line)
{
    int got = ended(p);

    ck_assert_msg(got == code, "exit code %d: %s", got, text_of(&p->told));
    ck_assert_str_eq(text_of(&p->told), line);
    ck_assert_str_eq(text_of(&p->said), "");
    program_release(p);
}

/* ---- a folder to play in -------------------------------------------------------------------------------- */

static char folder[] = "/tmp/mock-requester-cli-XXXXXX";

static void make_folder(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static const char *in_folder(const char *name)
{
    static char path[LINE_SIZE / 4];

    ck_assert_int_lt(snprintf(path, sizeof path, "%s/%s", folder, name), (int)sizeof path);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

/* Its bytes, cut at `room`; "" when it is not there. */
static void read_file(const char *name, char *text, size_t room)
{
    FILE *file = fopen(in_folder(name), "r");
    size_t n = file ? fread(text, 1, room - 1, file) : 0;

    text[n] = '\0';
    if (file)
        fclose(file);
}

static bool folder_is_empty(void)
{
    return rmdir(folder) == 0 && mkdir(folder, 0700) == 0;
}

/* ---- what it says of itself -------------------------------------------------------------------------------- */

static const char *const versions[] = { "--version", "version", "-V" };

START_TEST(version_names_the_program_its_dialects_and_the_library)
{
    struct program p = started(versions[_i]);

    ck_assert_int_eq(ended(&p), 0);
    ck_assert_ptr_nonnull(strstr(p.said.p, "mock-requester " MOCK_VERSION "\n"));
    ck_assert_ptr_nonnull(strstr(p.said.p, "\ndialects: v0.3.25 v0.3.24 "));
    ck_assert_ptr_nonnull(strstr(p.said.p, "\nCivetWeb "));
    ck_assert_str_eq(text_of(&p.told), "");
    program_release(&p);
}
END_TEST

static const char *const helps[] = { "--help", "serve --help", "sign --help", "probe --help", "help", "-h", "help sign" };

START_TEST(help_goes_to_standard_output)
{
    struct program p = started(helps[_i]);

    ck_assert_int_eq(ended(&p), 0);
    ck_assert_msg(strstr(text_of(&p.said), "Usage: mock-requester ") != NULL, "%s", helps[_i]);
    ck_assert_str_eq(text_of(&p.told), "");
    program_release(&p);
}
END_TEST

/* ---- what it refuses ----------------------------------------------------------------------------------- */

static const struct usage {
    const char *line, *told;
} usages[] = {
    { "--prot 1", "mock-requester: unknown option \"--prot\" (did you mean \"--port\"?); try --help\n" },
    { "schema scenaro", "mock-requester: schema wants scenario, fixture or control, not \"scenaro\" (did you mean \"scenario\"?); try --help\n" },
    { "stuck-askforbd", "mock-requester: no scenario \"stuck-askforbd\" ships with the program, and there is no such file "
                        "(did you mean \"stuck-askforbid\"?); try --help\n" },
    { "./no-such.json", "mock-requester: cannot read ./no-such.json: No such file or directory\n" },
    { "--control yes", "mock-requester: --control: wants on|off, not \"yes\"; try --help\n" },
    { "sign --kye k", "mock-requester: unknown option \"--kye\" (did you mean \"--key\"?); try --help\n" },
    { "--two\nlines", "mock-requester: unknown option \"--two?lines\"; try --help\n" },
    { "help serv", "mock-requester: there is no command \"serv\" (did you mean \"serve\"?); try --help\n" },
};

START_TEST(wrong_usage_is_one_line_and_exit_code_2)
{
    struct program p = started(usages[_i].line);

    assert_says(&p, 2, usages[_i].told);
}
END_TEST

START_TEST(a_misspelt_variable_is_warned_of)
{
    const char *const set[] = { "MOCK_REQUESTER_PROT=1", "MOCK_REQUESTER_PORT=tcp://x", "MOCK_REQUESTER_SPARE_PARTS=1", NULL };
    struct program p = start_with(&(struct start){ .set = set }, "sign a b");

    assert_says(&p, 2, "mock-requester: warning: MOCK_REQUESTER_PROT is unknown (did you mean \"MOCK_REQUESTER_PORT\"?)\n"
                       "mock-requester: sign: one argument too many: \"b\"; try --help\n");
}
END_TEST

START_TEST(a_port_in_use_is_one_line_and_exit_code_3)
{
    struct program first = started("--port 0 --log off"), second;
    int port = await_ready(&first);
    char line[128], told[256];

    snprintf(line, sizeof line, "serve --port %d --port-file %s", port, in_folder("port"));
    snprintf(told, sizeof told, "mock-requester: 127.0.0.1:%d: Address already in use: another mock-requester (scenario none) has "
                                "it; stop that, or take another port (--port 0: any free one)\n", port);
    second = started(line);

    assert_says(&second, 3, told);
    ck_assert_msg(folder_is_empty(), "it left something of the port file behind");
    ck_assert_int_eq(stopped(&first, SIGTERM), 0);
    program_release(&first);
}
END_TEST

START_TEST(a_port_file_that_cannot_be_written_is_one_line_and_exit_code_4)
{
    struct program p = started("--port 0 --port-file /nonexistent/port");

    assert_says(&p, 4, "mock-requester: cannot write the port file /nonexistent/port: No such file or directory\n");
}
END_TEST

START_TEST(a_folder_is_no_port_file)
{
    char line[LINE_SIZE], told[LINE_SIZE];

    snprintf(line, sizeof line, "--port 0 --port-file %s", folder);
    snprintf(told, sizeof told, "mock-requester: cannot write the port file %s: not a regular file\n", folder);
    struct program p = started(line);

    assert_says(&p, 4, told);
}
END_TEST

START_TEST(a_ready_fd_that_is_not_open_is_one_line_and_exit_code_4)
{
    struct program p = started("--port 0 --ready-fd 9");

    assert_says(&p, 4, "mock-requester: the ready fd 9 is not open\n");
}
END_TEST

START_TEST(a_ready_fd_whose_reader_is_gone_ends_it_with_exit_code_4)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    struct program p = start_with(&(struct start){ .extra = ends[1] }, "--port 0 --ready-fd 9");
    close(ends[1]);

    ck_assert_int_eq(ended(&p), 4);
    ck_assert_ptr_nonnull(strstr(p.told.p, "\nmock-requester: cannot write to the ready fd 9: Broken pipe\n"));
    program_release(&p);
}
END_TEST

/* ---- ready ----------------------------------------------------------------------------------------------- */

static int get_status(int port, const char *target)
{
    char request[256];

    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", target);
    struct http_reply reply = http_exchange_text(port, request, "GET");
    int status = reply.end == HTTP_READ_REPLY ? reply.status : 0;
    http_reply_release(&reply);
    return status;
}

START_TEST(a_drawn_seed_and_the_page_are_told_before_the_ready_line)
{
    struct program p = started("--port 0");
    int port = await_ready(&p), page_port = 0, told_port = 0, dialect[3] = { 0 };
    unsigned long long seed;

    ck_assert_int_eq(sscanf(p.told.p,
                            "mock-requester: seed %llu\nmock-requester: page at http://127.0.0.1:%d/__mock/\n"
                            "mock-requester: ready on http://127.0.0.1:%d "
                            "(dialect v%d.%d.%d, scenario none)\n",
                            &seed, &page_port, &told_port, &dialect[0], &dialect[1], &dialect[2]),
                     6);
    ck_assert_int_eq(page_port, port);
    ck_assert_int_eq(told_port, port);
    ck_assert_int_eq(dialect[2], 25);
    ck_assert_int_eq(get_status(port, "/livez"), 200);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    program_release(&p);
}
END_TEST

START_TEST(a_given_seed_is_not_told_and_the_dialect_is)
{
    struct program p = started("serve --port 0 --seed 7 --dialect v0.3.24 --control off");
    char line[128];

    snprintf(line, sizeof line, "mock-requester: ready on http://127.0.0.1:%d (dialect v0.3.24, scenario none)\n",
             await_ready(&p));
    ck_assert_str_eq(p.told.p, line);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    program_release(&p);
}
END_TEST

START_TEST(the_ready_fd_tells_the_port_last_and_is_closed)
{
    int ends[2];
    char line[LINE_SIZE], at_fd[16], in_file[16];

    ck_assert_int_eq(pipe(ends), 0);
    snprintf(line, sizeof line, "--port 0 --ready-fd 9 --port-file %s", in_folder("port"));
    struct program p = start_with(&(struct start){ .extra = ends[1] }, line);
    close(ends[1]);
    struct buf told = buf_init(64);
    while (read_more(ends[0], &told)) {
    }
    snprintf(at_fd, sizeof at_fd, "%s", text_of(&told));
    read_file("port", in_file, sizeof in_file);
    struct pollfd err = { .fd = p.err, .events = POLLIN };

    ck_assert_msg(poll(&err, 1, 0) == 1, "the ready line comes before the ready fd");
    snprintf(line, sizeof line, "%d\n", await_ready(&p));
    ck_assert_str_eq(at_fd, line);
    ck_assert_str_eq(in_file, line);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    close(ends[0]);
    buf_release(&told);
    program_release(&p);
}
END_TEST

static struct program started_with_port_file(void)
{
    char line[LINE_SIZE];
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    snprintf(line, sizeof line, "--port 0 --ready-fd 9 --port-file %s", in_folder("port"));
    struct program p = start_with(&(struct start){ .extra = ends[1] }, line);
    struct buf told = buf_init(64);
    close(ends[1]);
    ck_assert(read_more(ends[0], &told));
    buf_release(&told);
    close(ends[0]);
    return p;
}

START_TEST(the_port_file_goes_when_the_program_does)
{
    struct program p = started_with_port_file();

    ck_assert_int_eq(access(in_folder("port"), R_OK), 0);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    ck_assert(folder_is_empty());
    program_release(&p);
}
END_TEST

START_TEST(a_port_file_of_somebody_else_stays)
{
    struct program p = started_with_port_file();
    char text[16], other[LINE_SIZE];

    snprintf(other, sizeof other, "%s", in_folder("other"));
    write_file("other", "99\n");
    ck_assert_int_eq(rename(other, in_folder("port")), 0);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);

    read_file("port", text, sizeof text);
    ck_assert_str_eq(text, "99\n");
    program_release(&p);
}
END_TEST

START_TEST(an_old_port_file_is_replaced)
{
    char text[16];

    write_file("port", "stale, and much longer than a port is\n");
    struct program p = started_with_port_file();

    read_file("port", text, sizeof text);
    ck_assert_int_gt((int)strtol(text, NULL, 10), 0);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    program_release(&p);
}
END_TEST

START_TEST(the_environment_sets_what_the_command_line_does_not)
{
    static const char *const set[] = { "MOCK_REQUESTER_PORT=0", "MOCK_REQUESTER_SEED=1",
                                       "MOCK_REQUESTER_DIALECT=v0.3.24", NULL };
    struct program p = start_with(&(struct start){ .set = set }, "--dialect v0.3.25");

    ck_assert_int_gt(await_ready(&p), 0);
    ck_assert_ptr_nonnull(strstr(p.told.p, "(dialect v0.3.25, "));
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    program_release(&p);
}
END_TEST

START_TEST(standard_streams_that_are_closed_do_no_harm)
{
    int ends[2];
    char text[16];

    ck_assert_int_eq(pipe(ends), 0);
    struct program p =
        start_with(&(struct start){ .extra = ends[1], .without_standard_fds = true }, "--port 0 --ready-fd 9");
    close(ends[1]);
    struct buf told = buf_init(64);
    while (read_more(ends[0], &told)) {
    }
    snprintf(text, sizeof text, "%s", text_of(&told));

    ck_assert_int_eq(get_status((int)strtol(text, NULL, 10), "/livez"), 200);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    close(ends[0]);
    buf_release(&told);
    program_release(&p);
}
END_TEST

/* ---- the log ---------------------------------------------------------------------------------------------- */

START_TEST(an_exchange_is_one_line_of_the_log)
{
    struct program p = started("--port 0 --seed 1");
    int port = await_ready(&p);

    ck_assert_int_eq(get_status(port, "/livez"), 200);
    await_told(&p, "Z livez     200 -        -          -\n");
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    program_release(&p);
}
END_TEST

START_TEST(a_log_that_is_off_leaves_the_ready_line)
{
    struct program p = started("--port 0 --seed 1 --log off --control off");
    int port = await_ready(&p);

    ck_assert_int_eq(get_status(port, "/livez"), 200);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    ck_assert_ptr_eq(strchr(p.told.p, '\n'), p.told.p + p.told.n - 1);
    program_release(&p);
}
END_TEST

/* ---- signals --------------------------------------------------------------------------------------------- */

/* How long it takes to stop with a silent, a half-told and a kept connection open. */
static long long ms_to_stop(int signal)
{
    struct program p = started("--port 0 --log off");
    int port = await_ready(&p);
    struct http_client silent, half, kept;

    ck_assert(http_connect(&silent, port) && http_connect(&half, port) && http_connect(&kept, port));
    ck_assert(http_send_text(&half, "POST /requester/list HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"));
    ck_assert(http_send_text(&kept, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
    struct http_reply reply = http_read(&kept, "GET");
    ck_assert_int_eq(reply.status, 200);
    http_reply_release(&reply);

    long long begin = monotonic_ms();
    ck_assert_int_eq(stopped(&p, signal), 0);
    long long took = monotonic_ms() - begin;

    http_close(&silent);
    http_close(&half);
    http_close(&kept);
    program_release(&p);
    return took;
}

static const int stop_signals[] = { SIGTERM, SIGINT };

START_TEST(a_signal_stops_it_at_once_with_exchanges_in_flight)
{
    long long took = ms_to_stop(stop_signals[_i]);

    /* On a busy machine one try says little; a wait that is built in shows in all. */
    for (int i = 1; i < TRIES && took > STOP_MS && took < 10 * STOP_MS; i++)
        took = ms_to_stop(stop_signals[_i]);
    ck_assert_msg(took <= STOP_MS, "signal %d: %lld ms", stop_signals[_i], took);
}
END_TEST

START_TEST(sighup_without_a_terminal_says_that_there_is_nothing_to_read)
{
    struct program p = started("--port 0 --log off");
    int port = await_ready(&p);

    ck_assert_int_eq(kill(p.pid, SIGHUP), 0);
    await_told(&p, "\nmock-requester: SIGHUP: there is no file to read again\n");

    ck_assert_int_eq(get_status(port, "/livez"), 200);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    program_release(&p);
}
END_TEST

START_TEST(sighup_at_a_terminal_ends_it)
{
    int master, terminal;

    ck_assert_int_eq(openpty(&master, &terminal, NULL, NULL, NULL), 0);
    struct program p = start_with(&(struct start){ .in = terminal }, "--port 0 --log off");
    close(terminal);
    await_ready(&p);

    ck_assert_int_eq(stopped(&p, SIGHUP), 0);
    close(master);
    program_release(&p);
}
END_TEST

/* ---- probe ------------------------------------------------------------------------------------------------- */

/* A socket that listens, and its port. */
static int listener(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, n) + listen(fd, 4), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static struct program probe_of(int port)
{
    char line[64];

    snprintf(line, sizeof line, "probe --port %d", port);
    return started(line);
}

START_TEST(probe_finds_a_server_that_lives)
{
    struct program server = started("--port 0 --log off");
    struct program p = probe_of(await_ready(&server));

    assert_says(&p, 0, "");
    ck_assert_int_eq(stopped(&server, SIGTERM), 0);
    program_release(&server);
}
END_TEST

START_TEST(probe_reads_the_port_from_the_environment)
{
    struct program server = started("--port 0 --log off");
    char variable[64];
    const char *const set[] = { variable, NULL };

    snprintf(variable, sizeof variable, "MOCK_REQUESTER_PORT=%d", await_ready(&server));
    struct program p = start_with(&(struct start){ .set = set }, "probe --host localhost");

    assert_says(&p, 0, "");
    ck_assert_int_eq(stopped(&server, SIGTERM), 0);
    program_release(&server);
}
END_TEST

START_TEST(probe_of_a_closed_port_is_exit_code_4)
{
    int port;
    char told[64];

    close(listener(&port));
    struct program p = probe_of(port);
    snprintf(told, sizeof told, "mock-requester: 127.0.0.1:%d: Connection refused\n", port);

    assert_says(&p, 4, told);
}
END_TEST

START_TEST(probe_waits_two_seconds_and_no_longer)
{
    int port, fd = listener(&port);
    long long begin = monotonic_ms();
    struct program p = probe_of(port);

    assert_says(&p, 4, "mock-requester: no answer within 2 seconds\n");
    ck_assert_int_ge(monotonic_ms() - begin, 1900);
    close(fd);
}
END_TEST

/* What probe says when the answer is `bytes`. */
static void answer_probe(int fd, const char *bytes)
{
    char request[256];
    struct pollfd caller = { .fd = fd, .events = POLLIN };

    ck_assert_msg(poll(&caller, 1, PATIENCE_MS) == 1, "nobody calls");
    int client = accept(fd, NULL, NULL);
    ck_assert_int_gt(recv(client, request, sizeof request - 1, 0), 0);
    ck_assert_int_eq(send(client, bytes, strlen(bytes), MSG_NOSIGNAL), (ssize_t)strlen(bytes));
    close(client);
}

static const struct probed {
    const char *answer;
    int code;
    const char *line; /* the first of the answer as it is told */
} probed[] = {
    { "HTTP/1.1 200 OK\r\n\r\nOK", 0, NULL },
    { "HTTP/1.0 200 OK", 0, NULL },
    { "HTTP/1.1 500 Internal Server Error\r\n\r\n", 4, "HTTP/1.1 500 Internal Server Error" },
    { "220 mail at your service\r\n", 4, "220 mail at your service" },
    { "", 4, "" },
};

START_TEST(probe_judges_the_status_line)
{
    const struct probed *row = &probed[_i];
    int port, fd = listener(&port);
    char told[128] = "";

    struct program p = probe_of(port);
    answer_probe(fd, row->answer);
    if (row->line)
        snprintf(told, sizeof told, "mock-requester: 127.0.0.1:%d: answered \"%s\" to /livez\n", port, row->line);

    assert_says(&p, row->code, told);
    close(fd);
}
END_TEST

/* ---- sign, and what the default network does ------------------------------------------------------------------ */

#define PAYLOAD(concurrency)                                                                                           \
    "{\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\",\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\","        \
    "\"Docker\":{\"Image\":\"ubuntu\"},\"Deal\":{\"Concurrency\":" #concurrency "}}}"

/* The envelope that `sign` prints round a payload, the caller's to release. */
static struct buf signed_payload(const char *payload, const char *const *set)
{
    char line[LINE_SIZE];

    write_file("payload", payload);
    bool linked = symlink(TESTS_DIR "/reference/client-A.der", in_folder("key")) == 0 || errno == EEXIST;
    ck_assert_msg(linked, "%s: %s", in_folder("key"), strerror(errno)); /* the path to the key may hold blanks */
    snprintf(line, sizeof line, "sign --key %s/key %s/payload", folder, folder);
    struct program p = start_with(&(struct start){ .set = set }, line);
    ck_assert_msg(ended(&p) == 0, "%s", text_of(&p.told));
    buf_release(&p.told);
    return p.said;
}

static struct http_reply submitted(int port, const struct buf *envelope)
{
    struct buf request = buf_init(OUTPUT_MAX);

    buf_text(&request, "POST /requester/submit HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    buf_printf(&request, "Content-Length: %zu\r\n\r\n", envelope->n);
    buf_span(&request, buf_view(envelope));
    struct http_reply reply = http_exchange(port, request.p, request.n, "POST");
    ck_assert_str_eq(http_read_end_name(reply.end), http_read_end_name(HTTP_READ_REPLY));
    buf_release(&request);
    return reply;
}

/* The id of the first job of a server with that seed. */
static void first_job_id(int seed, const struct buf *envelope, char id[64])
{
    char line[64];

    snprintf(line, sizeof line, "--port 0 --log off --seed %d", seed);
    struct program p = started(line);
    struct http_reply reply = submitted(await_ready(&p), envelope);
    ck_assert_int_eq(reply.status, 200);
    snprintf(id, 64, "%.*s", SPAN_ARG(http_reply_value(&reply, "X-Bacalhau-Job-Id")));
    http_reply_release(&reply);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    program_release(&p);
}

START_TEST(the_same_seed_draws_the_same_ids)
{
    struct buf envelope = signed_payload(PAYLOAD(1), NULL);
    char first[64], again[64], other[64];

    first_job_id(7, &envelope, first);
    first_job_id(7, &envelope, again);
    first_job_id(8, &envelope, other);

    ck_assert_uint_eq(strlen(first), 36);
    ck_assert_str_eq(first, again);
    ck_assert_str_ne(first, other);
    buf_release(&envelope);
}
END_TEST

START_TEST(the_network_has_three_nodes)
{
    struct buf envelope = signed_payload(PAYLOAD(4), NULL);
    struct program p = started("--port 0 --log off");
    struct http_reply reply = submitted(await_ready(&p), &envelope);

    ck_assert_int_eq(reply.status, 500);
    ck_assert_str_eq(reply.body.p, "not enough nodes to run job. requested: 4, available: 3\n");
    http_reply_release(&reply);
    ck_assert_int_eq(stopped(&p, SIGTERM), 0);
    program_release(&p);
    buf_release(&envelope);
}
END_TEST

START_TEST(sign_takes_its_field_from_the_environment)
{
    static const char *const set[] = { "MOCK_REQUESTER_FIELD=payload", NULL };
    struct buf envelope = signed_payload("{\"JobID\":\"x\"}", set);

    ck_assert(span_starts(buf_view(&envelope), SPAN("{\"payload\":{")));
    buf_release(&envelope);
}
END_TEST

/* ---- all of them -------------------------------------------------------------------------------------------- */

TEST_MAIN("cli",
    TEST_GROUP("words", .setup = make_folder, .teardown = remove_folder),
    TEST_EACH(version_names_the_program_its_dialects_and_the_library, versions),
    TEST_EACH(help_goes_to_standard_output, helps),
    TEST_EACH(wrong_usage_is_one_line_and_exit_code_2, usages),
    TEST(a_misspelt_variable_is_warned_of),
    TEST(a_port_in_use_is_one_line_and_exit_code_3),
    TEST(a_port_file_that_cannot_be_written_is_one_line_and_exit_code_4),
    TEST(a_folder_is_no_port_file),
    TEST(a_ready_fd_that_is_not_open_is_one_line_and_exit_code_4),
    TEST(a_ready_fd_whose_reader_is_gone_ends_it_with_exit_code_4),
    TEST_GROUP("ready", .setup = make_folder, .teardown = remove_folder),
    TEST(a_drawn_seed_and_the_page_are_told_before_the_ready_line),
    TEST(a_given_seed_is_not_told_and_the_dialect_is),
    TEST(the_ready_fd_tells_the_port_last_and_is_closed),
    TEST(the_port_file_goes_when_the_program_does),
    TEST(a_port_file_of_somebody_else_stays),
    TEST(an_old_port_file_is_replaced),
    TEST(the_environment_sets_what_the_command_line_does_not),
    TEST(standard_streams_that_are_closed_do_no_harm),
    TEST(an_exchange_is_one_line_of_the_log),
    TEST(a_log_that_is_off_leaves_the_ready_line),
    TEST_GROUP("signals", .setup = make_folder, .teardown = remove_folder),
    TEST_EACH(a_signal_stops_it_at_once_with_exchanges_in_flight, stop_signals),
    TEST(sighup_without_a_terminal_says_that_there_is_nothing_to_read),
    TEST(sighup_at_a_terminal_ends_it),
    TEST_GROUP("commands", .setup = make_folder, .teardown = remove_folder),
    TEST(probe_finds_a_server_that_lives),
    TEST(probe_reads_the_port_from_the_environment),
    TEST(probe_of_a_closed_port_is_exit_code_4),
    TEST(probe_waits_two_seconds_and_no_longer),
    TEST_EACH(probe_judges_the_status_line, probed),
    TEST(the_same_seed_draws_the_same_ids),
    TEST(the_network_has_three_nodes),
    TEST(sign_takes_its_field_from_the_environment))
