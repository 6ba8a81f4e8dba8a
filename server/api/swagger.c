#include "api/routes.h"
#include "wire/problems.h"

void answer_swagger(struct api *api, struct call *call, ns_t now)
{
    (void)api;
    (void)now;
    problem_plain(call->reply, 404, SPAN("404 page not found"));
}
