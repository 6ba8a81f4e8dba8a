#include "world/wake.h"

#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int wake_new(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void wake_send(int wake_fd)
{
    uint64_t one = 1;

    (void)!write(wake_fd, &one, sizeof one);
}

void wake_clear(int wake_fd)
{
    uint64_t count;

    (void)!read(wake_fd, &count, sizeof count);
}

/* The client's socket comes first: http/tap.c takes the first one for the connection's. */
bool wake_sleep(int wake_fd, int client_fd, int ms)
{
    struct pollfd polled[] = { { .fd = client_fd, .events = POLLRDHUP }, { .fd = wake_fd, .events = POLLIN } };

    if (poll(polled, 2, ms) <= 0)
        return true;
    if (polled[1].revents)
        wake_clear(wake_fd);
    return polled[0].revents == 0;
}

int wake_sooner_ms(int a, int b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}
