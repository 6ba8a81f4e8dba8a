/* The node's own endpoints (wire contract A8): identity and health. */
#include "api/routes.h"
#include "base/file.h"
#include "wire/problems.h"
#include "wire/json_put.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

static void finish_as(struct call *call, const char *type)
{
    call->reply->status = 200;
    reply_header(call->reply, "Content-Type", span_text(type));
}

static void answer_text(struct call *call, const char *type, const char *text)
{
    buf_text(&call->reply->body, text);
    finish_as(call, type);
}

/* ---- version ------------------------------------------------------------------------------------------------- */

void prepare_version(struct call *call)
{
    struct version_request *request = ARENA_NEW(&call->arena, struct version_request);

    call->message = request;
    call_read_body(call, call->route->request, request, &call->world->release->undecodable);
}

void answer_version(struct call *call, ns_t now)
{
    (void)now;
    buf_text(&call->reply->body, "{\"build_version_info\":");
    codec_encode(&call->reply->body, &message_build_version, call->world->release->version, 0);
    buf_char(&call->reply->body, '}');
    call_finish_json(call);
}

/* ---- id, peers, node_info ----------------------------------------------------------------------------------------- */

void answer_id(struct call *call, ns_t now)
{
    (void)now;
    json_put_string(&call->reply->body, engine_requester_id(call->world->engine));
    call_finish_json(call);
}

/* The addresses of a libp2p host on this machine; nothing listens there. */
static void put_peer(struct buf *out, struct span id, int port)
{
    static const char *const hosts[] = { "/ip4/127.0.0.1", "/ip6/::1" };
    bool first = true;

    buf_text(out, "{\"ID\":");
    json_put_string(out, id);
    buf_text(out, ",\"Addrs\":[");
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        buf_printf(out, "%s\"%s/tcp/%d\"", first ? "" : ",", hosts[i], port);
        buf_printf(out, ",\"%s/udp/%d/quic\",\"%s/udp/%d/quic-v1\"", hosts[i], port, hosts[i], port);
        first = false;
    }
    buf_text(out, "]}");
}

enum { SWARM_PORT = 1235 }; /* the real requester's default; node i shows port SWARM_PORT + 1 + i */

void answer_peers(struct call *call, ns_t now)
{
    struct buf *out = &call->reply->body;
    size_t n;
    const struct node *nodes = engine_nodes(call->world->engine, &n);

    (void)now;
    buf_char(out, '[');
    put_peer(out, engine_requester_id(call->world->engine), SWARM_PORT);
    for (size_t i = 0; i < n; i++) {
        buf_char(out, ',');
        put_peer(out, nodes[i].id, SWARM_PORT + 1 + (int)i);
    }
    buf_char(out, ']');
    call_finish_json(call);
}

void answer_node_info(struct call *call, ns_t now)
{
    struct buf *out = &call->reply->body;

    (void)now;
    buf_char(out, '{');
    if (call->world->release->node_info_version) {
        buf_text(out, "\"BacalhauVersion\":");
        codec_encode(out, &message_build_version, call->world->release->node_info_version, 0);
        buf_char(out, ',');
    }
    buf_text(out, "\"PeerInfo\":{\"ID\":");
    json_put_string(out, engine_requester_id(call->world->engine));
    buf_text(out, ",\"Addrs\":[]},\"NodeType\":0,"
                  "\"Labels\":{\"Architecture\":\"amd64\",\"Operating-System\":\"linux\",\"git-lfs\":\"False\"},"
                  "\"ComputeNodeInfo\":{\"ExecutionEngines\":null,\"MaxCapacity\":{},\"AvailableCapacity\":{},"
                  "\"MaxJobRequirements\":{},\"RunningExecutions\":0,\"EnqueuedExecutions\":0}}");
    call_finish_json(call);
}

/* ---- health -------------------------------------------------------------------------------------------------------- */

void answer_livez(struct call *call, ns_t now)
{
    (void)now;
    answer_text(call, "text/plain", "OK");
}

void answer_readyz(struct call *call, ns_t now)
{
    (void)now;
    answer_text(call, "text/plain", "READY");
}

void answer_varz(struct call *call, ns_t now)
{
    (void)now;
    answer_text(call, "application/json", "{}");
}

struct space {
    unsigned long long all, used, free;
};

static struct space space_of(const char *folder)
{
    struct statvfs fs;

    if (statvfs(folder, &fs))
        return (struct space){ 0 };
    unsigned long long all = fs.f_blocks * (unsigned long long)fs.f_frsize;
    unsigned long long unused = fs.f_bfree * (unsigned long long)fs.f_frsize;
    return (struct space){ all, all - unused, unused };
}

void answer_healthz(struct call *call, ns_t now)
{
    /* `fixed`: made-up numbers for a manual clock, so that answers repeat to the byte. */
    static const struct {
        const char *name, *folder;
        struct space fixed;
    } mounts[] = { { "IPFSMount", "/data/ipfs", { 0, 0, 0 } },
                   { "tmp", "/tmp", { 1000000000000, 250000000000, 750000000000 } },
                   { "root", "/", { 1000000000000, 250000000000, 750000000000 } } };
    struct buf *out = &call->reply->body;
    bool is_fixed = call->api->options.fixed_health || call->world->clock.kind == CLOCK_KIND_MANUAL;

    (void)now;
    buf_text(out, "{\"FreeSpace\":{");
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        struct space space = is_fixed ? mounts[i].fixed : space_of(mounts[i].folder);
        buf_printf(out, "%s\"%s\":{\"All\":%llu,\"Used\":%llu,\"Free\":%llu}", i ? "," : "", mounts[i].name, space.all,
                   space.used, space.free);
    }
    buf_text(out, "}}");
    finish_as(call, "application/json");
}

/* ---- logz: the tail of ipfs.log in the temporary folder -------------------------------------------------------------- */

enum { LOG_TAIL_MAX = 64 * 1024 };

/* Returns the end of the log; the zero span if no regular file has the name. */
static struct span log_tail(const char *path, struct arena *arena)
{
    FILE *file = file_open(path, false, NULL);
    struct span tail = { NULL, 0 };

    if (!file)
        return tail;
    if (fseek(file, -LOG_TAIL_MAX, SEEK_END))
        rewind(file);
    char *into = arena_alloc(arena, LOG_TAIL_MAX);
    if (into)
        tail = span_of(into, fread(into, 1, LOG_TAIL_MAX, file));
    fclose(file);
    return tail;
}

/* Reads the file here: none is opened while the world's lock is held. */
void prepare_logz(struct call *call)
{
    const char *folder = getenv("TMPDIR");
    struct span *tail = ARENA_NEW(&call->arena, struct span);
    struct span path = arena_printf(&call->arena, "%s/ipfs.log", folder && *folder ? folder : "/tmp");

    call->message = tail;
    if (!tail || !path.p)
        return;
    *tail = log_tail(path.p, &call->arena);
    if (!tail->p)
        *tail = arena_printf(&call->arena, "File not found at %.*s", SPAN_ARG(path));
}

void answer_logz(struct call *call, ns_t now)
{
    const struct span *tail = call->message;

    (void)now;
    finish_as(call, "text/plain");
    if (tail)
        buf_span(&call->reply->body, *tail);
}

void answer_debug(struct call *call, ns_t now)
{
    (void)now;
    buf_text(&call->reply->body, "{}");
    call_finish_json(call);
}
