/* One line an exchange on standard error, as text or JSON. Any thread; a line is one write. */
#ifndef MOCK_REQUESTER_HTTP_LOG_H
#define MOCK_REQUESTER_HTTP_LOG_H

#include "http/http.h"

enum log_kind { LOG_TEXT, LOG_JSON, LOG_OFF };

void log_exchange(enum log_kind kind, const struct request *request, const struct reply *reply, const struct http_end *end);

#endif
