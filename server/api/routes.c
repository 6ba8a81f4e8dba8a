#include "api/routes.h"

const struct handler handlers[ENDPOINT_OTHER] = {
    [ENDPOINT_SUBMIT] = { prepare_submit, answer_submit, .reads_body = true },
    [ENDPOINT_LIST] = { prepare_list, answer_list, .reads_body = true },
    [ENDPOINT_STATES] = { prepare_read, answer_read, .reads_body = true },
    [ENDPOINT_EVENTS] = { prepare_read, answer_read, .reads_body = true },
    [ENDPOINT_RESULTS] = { prepare_read, answer_read, .reads_body = true },
    [ENDPOINT_CANCEL] = { prepare_cancel, answer_cancel, .reads_body = true },
    [ENDPOINT_APPROVE] = { prepare_approve, answer_approve, .reads_body = true },
    [ENDPOINT_DEBUG] = { NULL, answer_debug },
    [ENDPOINT_WEBSOCKET] = { prepare_events_stream, answer_events_stream },
    [ENDPOINT_VERSION] = { prepare_version, answer_version, .reads_body = true },
    [ENDPOINT_ID] = { NULL, answer_id },
    [ENDPOINT_PEERS] = { NULL, answer_peers },
    [ENDPOINT_NODE_INFO] = { NULL, answer_node_info },
    [ENDPOINT_LIVEZ] = { NULL, answer_livez },
    [ENDPOINT_READYZ] = { NULL, answer_readyz },
    [ENDPOINT_HEALTHZ] = { NULL, answer_healthz },
    [ENDPOINT_VARZ] = { NULL, answer_varz },
    [ENDPOINT_LOGZ] = { prepare_logz, answer_logz },
    [ENDPOINT_SWAGGER] = { NULL, answer_swagger },
};
