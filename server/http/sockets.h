/* The listening port's own sockets, found from outside the HTTP library.
 *
 * The library owns its descriptors and shows none of them, yet some things can only be done to the socket
 * itself: see whether the other end is still there, close one direction, wake whoever polls it. A
 * socket of ours is one whose local port is the port we listen on; /proc/self/fd lists them all. Every
 * function works on a duplicate of the descriptor, so one that is closed and used anew meanwhile is never
 * mistaken for ours. Where /proc is missing nothing is found: nothing breaks, stopping takes longer. */
#ifndef MOCK_REQUESTER_HTTP_SOCKETS_H
#define MOCK_REQUESTER_HTTP_SOCKETS_H

#include <stdbool.h>

/* A duplicate of the accepted socket on local port `port` whose other end is `ip`:`peer_port`; yours to
 * close. -1: there is none. */
int sockets_find(int port, const char *ip, int peer_port);

/* The other end has closed its side, or is gone altogether. Bytes that wait to be read say nothing. */
bool sockets_peer_gone(int fd);

/* Bytes that came in over the connection and were read; `*unread`: those that wait to be. -1: the kernel
 * does not tell. */
long long sockets_bytes_read(int fd, int *unread);

/* Says that no more will be sent, then gives the other end up to `wait_ms` to read what was sent and close:
 * closing at once while its bytes lie here unread would be a reset, which may eat the reply. */
void sockets_say_goodbye(int fd, int wait_ms);

/* Ends the connection with a reset, now. The other end may lose what it has not read. */
void sockets_reset(int fd);

/* shutdown(2) of every accepted socket of the port but the one whose other end is `ip`:`peer_port` (`ip`
 * NULL: of all), both ways. */
void sockets_shut_others(int port, const char *ip, int peer_port);

/* shutdown(2) of every accepted socket of the port: whoever polls one wakes. */
void sockets_shut_accepted(int port, int how);

/* Connects once to the port's listener and closes again: whoever polls it wakes. */
void sockets_wake_listener(int port);

/* Closes the accepted sockets of a port that nobody owns any more. */
void sockets_close_accepted(int port);

#endif
