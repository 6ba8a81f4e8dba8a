/* One line an exchange on standard error, as text or JSON. Any thread; never blocks. */
#ifndef MOCK_REQUESTER_HTTP_LOG_H
#define MOCK_REQUESTER_HTTP_LOG_H

#include "http/http.h"
#include "http/log_writer.h"

enum log_kind { LOG_TEXT, LOG_JSON, LOG_OFF };

struct log {
    enum log_kind kind;
    struct log_writer writer;
};

/* With LOG_OFF only warnings are written. Before, start `writer`. */
void log_exchange(struct log *log, const struct request *request, const struct reply *reply, const struct http_end *end);

#endif
