/* The job specification that a client submits, as v0.3.24 and v0.3.25 have it (V1beta1).
 *
 * Plain data, decoded from requests and encoded into answers by the codec (wire/); the scheduler reads
 * the few fields it needs. All bytes belong to one arena, the request's or the job's. Fields are named
 * after the API's own. A list whose `at` is NULL was absent or null; one with `n` = 0 and `at` set was
 * sent empty: the real requester distinguishes the two when it checks whether a spec is empty. */
#ifndef MOCK_REQUESTER_SIM_SPEC_H
#define MOCK_REQUESTER_SIM_SPEC_H

#include "base/arena.h"
#include "base/ns.h"

#include <stdint.h>

/* Values in the real requester's order, 0 = unknown: pkg/model of v0.3.24 and v0.3.25. */
enum engine_type { ENGINE_UNKNOWN, ENGINE_NOOP, ENGINE_DOCKER, ENGINE_WASM, ENGINE_LANGUAGE, ENGINE_PYTHON_WASM, ENGINE_TYPE_COUNT };
enum verifier_type { VERIFIER_UNKNOWN, VERIFIER_NOOP, VERIFIER_DETERMINISTIC, VERIFIER_TYPE_COUNT };
enum publisher_type { PUBLISHER_UNKNOWN, PUBLISHER_NOOP, PUBLISHER_IPFS, PUBLISHER_FILECOIN, PUBLISHER_ESTUARY, PUBLISHER_TYPE_COUNT };
enum network_type { NETWORK_NONE, NETWORK_FULL, NETWORK_HTTP, NETWORK_TYPE_COUNT };
enum storage_source {
    SOURCE_UNKNOWN, SOURCE_IPFS, SOURCE_URL_DOWNLOAD, SOURCE_FILECOIN_UNSEALED, SOURCE_FILECOIN, SOURCE_ESTUARY,
    SOURCE_INLINE, SOURCE_LOCAL_DIRECTORY, STORAGE_SOURCE_COUNT
};

/* Every list has the same layout, so that one piece of the codec serves them all. */
struct span_list {
    struct span *at;
    size_t n;
};

struct span_pair {
    struct span key, value;
};

struct span_map {
    struct span_pair *at;
    size_t n;
};

struct storage_spec {
    int source; /* enum storage_source */
    struct span name, cid, url, source_path, path;
    struct span_map metadata;
};

struct storage_list {
    struct storage_spec *at;
    size_t n;
};

struct docker_spec {
    struct span image;
    struct span_list entrypoint, environment;
    struct span working_directory;
};

struct language_spec {
    struct span language, version;
    bool deterministic;
    struct storage_spec context;
    struct span command, program_path, requirements_path;
};

struct wasm_spec {
    struct storage_spec entry_module;
    struct span entry_point;
    struct span_list parameters;
    struct span_map environment;
    struct storage_list import_modules;
};

struct resources {
    struct span cpu, memory, disk, gpu; /* as sent: `500m`, `10Mb` … */
};

struct network_spec {
    int type; /* enum network_type */
    struct span_list domains;
};

struct node_selector {
    struct span key, op;
    struct span_list values;
};

struct selector_list {
    struct node_selector *at;
    size_t n;
};

struct deal {
    int64_t concurrency, confidence, min_bids;
};

/* Releases up to v0.3.23 cut jobs into shards. */
struct sharding {
    struct span glob_pattern;
    int64_t batch_size;
    struct span glob_base;
};

struct job_spec {
    int engine, verifier, publisher; /* the enums above */
    struct docker_spec docker;
    struct language_spec *language; /* NULL, here and in the next: all of it is zero, as in most jobs */
    struct wasm_spec *wasm;
    struct resources resources;
    struct network_spec network;
    double timeout; /* seconds */
    struct storage_list inputs, outputs;
    struct span_list annotations;
    struct selector_list selectors;
    bool do_not_track;
    struct deal deal;

    /* of older releases; not read by v0.3.24 and later */
    struct storage_list contexts;
    struct sharding sharding;
    int64_t shards_total;
};

/* Copies every text and list that the spec points to into `arena`, in place: afterwards the
 * spec borrows nothing else. Check arena->failed. */
void spec_own(struct job_spec *spec, struct arena *arena);

int64_t spec_wanted_nodes(const struct job_spec *spec);      /* max(Concurrency, MinBids) */
int64_t spec_wanted_confidence(const struct job_spec *spec); /* 0 means Concurrency */
ns_t spec_timeout(const struct job_spec *spec);

#endif
