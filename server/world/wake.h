/* Wakes a thread that waits for its client and for something of a world at the same time: an eventfd.
 *
 *   wake_new → wake_sleep in the thread, wake_send in any other, wake_clear → close(2) */
#ifndef MOCK_REQUESTER_WORLD_WAKE_H
#define MOCK_REQUESTER_WORLD_WAKE_H

#include <stdbool.h>

int wake_new(void); /* -1: no descriptor */
/* Makes the descriptor readable until wake_clear. */
void wake_send(int wake_fd);
void wake_clear(int wake_fd);

/* Waits until wake_fd is readable (clears it), or `ms` are over (-1: no limit). False: the client has gone. `client_fd`: its
 * socket, or -1. In a worker thread of http/ the wait also ends when the server stops. */
bool wake_sleep(int wake_fd, int client_fd, int ms);
/* Returns the shorter of two such times. */
int wake_sooner_ms(int a, int b);

#endif
