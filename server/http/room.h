/* Makes room when all workers have a connection and more wait: a thread that sleeps until then. */
#ifndef MOCK_REQUESTER_HTTP_ROOM_H
#define MOCK_REQUESTER_HTTP_ROOM_H

#include "http/worker.h"

/* False: no thread. */
bool room_start(struct http_server *server);
void room_stop(struct http_server *server);
/* The number of open connections has reached that of the workers. Any thread. */
void room_wake(struct http_server *server);

#endif
