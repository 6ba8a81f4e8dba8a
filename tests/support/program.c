#include "support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1 << 20, PIECE = 1024 };

extern char **environ;

static void forget_variables(void)
{
    static const char ours[] = "MOCK_REQUESTER_";
    char name[256];

    for (char **v = environ; *v;) {
        size_t n = strcspn(*v, "=");
        if (strncmp(*v, ours, sizeof ours - 1) != 0 || n >= sizeof name) {
            v++;
            continue;
        }
        memcpy(name, *v, n);
        name[n] = '\0';
        unsetenv(name); /* what follows moves up */
    }
}

/* In the child. */
static void become(const struct program_start *start, char *const words[], int err)
{
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    forget_variables();
    if (start->scenario)
        setenv("MOCK_REQUESTER_SCENARIO", start->scenario, 1);
    if (!start->folder || chdir(start->folder) == 0)
        execv(start->path, words);
    _exit(127);
}

/* err[0]: our end; err[1]: the program's. */
static bool open_error_output(const struct program_start *start, int err[2])
{
    if (!start->terminal)
        return pipe2(err, O_CLOEXEC) == 0;
    return openpty(&err[0], &err[1], NULL, NULL, NULL) == 0 && fcntl(err[0], F_SETFD, FD_CLOEXEC) == 0;
}

bool program_start(const struct program_start *start, struct program *program)
{
    char *words[PROGRAM_WORDS_MAX] = { strdup(start->path) };
    int err[2];
    size_t n = 1;

    for (; start->words && start->words[n - 1] && n < PROGRAM_WORDS_MAX - 1; n++)
        words[n] = strdup(start->words[n - 1]);
    *program = (struct program){ .err = -1, .told = buf_init(OUTPUT_MAX) };
    if (access(start->path, X_OK) != 0 || !open_error_output(start, err))
        return false;
    program->pid = fork();
    if (program->pid == 0)
        become(start, words, err[1]);
    close(err[1]);
    program->err = err[0];
    for (size_t i = 0; i < n; i++)
        free(words[i]);
    return program->pid > 0;
}

/* One more piece of what it writes; false at the end of it, or of patience. */
static bool read_more(struct program *program)
{
    struct pollfd fd = { .fd = program->err, .events = POLLIN };
    char piece[PIECE];

    if (poll(&fd, 1, PROGRAM_PATIENCE_MS) != 1)
        return false;
    ssize_t n = read(program->err, piece, sizeof piece);
    if (n > 0)
        buf_add(&program->told, piece, (size_t)n);
    return n > 0;
}

const char *program_told(const struct program *program)
{
    return program->told.p ? program->told.p : "";
}

int program_await_ready(struct program *program)
{
    static const char mark[] = "mock-requester: ready on http://127.0.0.1:";

    for (;;) {
        const char *line = strstr(program_told(program), mark);
        if (line && strchr(line, '\n'))
            return (int)strtol(line + sizeof mark - 1, NULL, 10);
        if (!read_more(program))
            return -1;
    }
}

bool program_await_told(struct program *program, const char *text)
{
    while (!strstr(program_told(program), text))
        if (!read_more(program))
            return strstr(program_told(program), text) != NULL;
    return true;
}

int program_end(struct program *program)
{
    int status;

    while (read_more(program)) {
    }
    if (waitpid(program->pid, &status, 0) != program->pid)
        return -1;
    program->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int program_stop(struct program *program)
{
    kill(program->pid, SIGTERM);
    return program_end(program);
}

void program_release(struct program *program)
{
    if (program->pid > 0) {
        kill(program->pid, SIGKILL);
        waitpid(program->pid, NULL, 0);
    }
    if (program->err >= 0)
        close(program->err);
    buf_release(&program->told);
    *program = (struct program){ .err = -1 };
}
