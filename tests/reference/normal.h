/* The normal form: a reply's text with what differs from run to run replaced by what it is.
 *
 * The closed list: job ids (`${job1}`), short ids (`${short1}`), execution references (`${execution}`), time
 * stamps but the zero one (`${time}`), node names by their kind (`${good-ipfs}`), the requester's id and
 * key together or, as the source of a live event, the id alone (`${requester}`), the git commit (`${commit}`),
 * and CIDs where the recorded nodes made them (`${cid}`). Everything else stands as it is, to the byte.
 * What only looks like one of them is not replaced: each kind has a rule that its texts must keep. */
#ifndef MOCK_REQUESTER_REFERENCE_NORMAL_H
#define MOCK_REQUESTER_REFERENCE_NORMAL_H

#include "base/buf.h"
#include "sim/spec.h"
#include "sim/store.h"

enum token_kind {
    TOKEN_NONE,
    TOKEN_JOB,       /* one of the case's own, in full */
    TOKEN_SHORT_JOB, /* the first 8 characters of one */
    TOKEN_EXECUTION, /* `e-` and a UUID of version 4, lower case */
    TOKEN_TIME,      /* "2023-03-22T09:00:00.123456789Z": no zeros at the end; the zero time is none */
    TOKEN_NODE,      /* one of the network's names */
    TOKEN_REQUESTER, /* ID","RequesterPublicKey":"KEY, the id made of the key; or the recordings' stand-in */
    TOKEN_CID,       /* 46 characters of base58 after a key that holds a CID; only where names.cids */
    TOKEN_COMMIT,    /* 40 hex digits, or the recordings' `c` */
};

struct token {
    enum token_kind kind;
    size_t n;     /* bytes */
    size_t which; /* job or node: its place among the names */
};

enum { NAMES_JOBS_MAX = 16, NAMES_NODES_MAX = 8, KIND_SIZE_MAX = 32 };

/* What one telling of a case calls its jobs and nodes. */
struct names {
    struct span jobs[NAMES_JOBS_MAX];
    size_t n_jobs;
    struct span requester; /* its id; empty: not told */
    struct span nodes[NAMES_NODES_MAX];
    char kinds[NAMES_NODES_MAX][KIND_SIZE_MAX];
    size_t n_nodes;
    bool cids; /* the nodes made CIDs of real files, which ours cannot know */
};

/* A node's kind is its name without its number: `good-1-ipfs` is `good-ipfs`. False: no room. */
bool names_add_node(struct names *names, struct span id, struct span name);
bool names_add_job(struct names *names, struct span id);
/* The node's place, or NAMES_NODES_MAX. */
size_t names_node(const struct names *names, struct span id);
/* The job's place, or NAMES_JOBS_MAX. */
size_t names_job(const struct names *names, struct span id);

/* The token that begins at text.p[at], or one of kind TOKEN_NONE. */
struct token token_at(struct span text, size_t at, const struct names *names);

/* Appends the normal form of `text`. `self`: a node whose name becomes `${self}`, NAMES_NODES_MAX for none. */
void normal_form(struct span text, const struct names *names, size_t self, struct buf *out);

bool is_uuid(struct span text);      /* version 4, lower case */
bool is_peer_id(struct span text);   /* 46 characters of base58, `Qm…` */

#endif
