#include "wire/request.h"

const struct header *request_header(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->n_headers; i++)
        if (span_eq_nocase(request->headers[i].name, span_text(name)))
            return &request->headers[i];
    return NULL;
}
