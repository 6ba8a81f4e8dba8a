#include "api/routes.h"

const struct handler handlers[ENDPOINT_OTHER] = {
    [ENDPOINT_SUBMIT] = { prepare_submit, answer_submit },
    [ENDPOINT_LIST] = { prepare_list, answer_list },
    [ENDPOINT_STATES] = { prepare_read, answer_read },
    [ENDPOINT_EVENTS] = { prepare_read, answer_read },
    [ENDPOINT_RESULTS] = { prepare_read, answer_read },
    [ENDPOINT_CANCEL] = { prepare_cancel, answer_cancel },
    [ENDPOINT_APPROVE] = { prepare_approve, answer_approve },
    [ENDPOINT_DEBUG] = { NULL, answer_debug },
    [ENDPOINT_WEBSOCKET] = { NULL, answer_events_stream },
    [ENDPOINT_VERSION] = { prepare_version, answer_version },
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
