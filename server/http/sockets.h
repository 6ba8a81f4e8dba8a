/* Operations on the sockets of connections that the HTTP library does not offer.
 *
 * The functions that take a port find its sockets in /proc/self/fd: those with that local port. They work
 * on duplicates, so that a descriptor that is closed and used anew meanwhile is never touched. Without /proc they
 * find none. */
#ifndef MOCK_REQUESTER_HTTP_SOCKETS_H
#define MOCK_REQUESTER_HTTP_SOCKETS_H

#include <stdbool.h>

/* Sends the end of the stream, then waits up to `wait_ms` for the client to close: closing at once while unread bytes
 * of the client lie here would be a reset, which may cost it the reply. */
void sockets_say_goodbye(int fd, int wait_ms);

/* Ends the connection with a reset. The client may lose what it has not read. -1 is fine. */
void sockets_reset(int fd);

/* Marks a connection as one that sockets_shut_others leaves open, or removes the mark. The mark is the socket's SO_PRIORITY:
 * it goes with the socket, whatever its descriptor is used for later. */
void sockets_spare(int fd, bool spare);

/* shutdown(2), both ways, of every accepted socket of the port but those that are spared and the one whose other end is
 * `ip`:`peer_port` (`ip` NULL: of all). */
void sockets_shut_others(int port, const char *ip, int peer_port);

/* Returns how many accepted sockets the port has. */
int sockets_count(int port);

/* Closes the accepted sockets of a port. For those that no thread owns any more. */
void sockets_close_accepted(int port);

#endif
