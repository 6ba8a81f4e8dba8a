/* One call of the control API, and what its handlers share: errors, bodies by their shape, parameters, the reply. */
#ifndef MOCK_REQUESTER_CONTROL_CALL_H
#define MOCK_REQUESTER_CONTROL_CALL_H

#include "scenario/keys.h"
#include "wire/json_out.h"
#include "world/worlds.h"

struct control_call;

/* A call that waits, without the world's lock; see control_resume. In the call's arena. */
struct control_wait {
    struct waiter waiter;
    int64_t until_ns; /* CLOCK_MONOTONIC */
    bool (*look)(struct control_call *c);    /* fills the reply and returns true if what the call waits for has come */
    void (*give_up)(struct control_call *c); /* fills the reply: the time is over */
};

struct control_call {
    struct worlds *worlds;
    struct world *world; /* that the call acts on, held (world_hold) until control_call_release */
    const struct request *request;
    struct reply *reply;
    struct arena arena;
    bool done; /* the reply is complete already */
    const struct control_row *rows; /* the table of calls */
    size_t n_rows;
    const struct control_row *row;
    struct span name;  /* the part of the path that {name} matches */
    struct span query; /* raw */
    void *input;       /* what `prepare` read, in the arena */
    ns_t now;
    struct control_wait *wait; /* the call is not answered yet; NULL: it does not wait */
    struct control_stream *stream; /* the connection becomes this stream after the reply (control/stream.h); NULL: it does not */
};

/* An error that a call may answer, besides those that every call may (openapi.c). */
struct control_refusal {
    int status;
    const char *key;
};

/* A row of the table of calls (table.c). The index, openapi.json, `schema control`, the header Allow and the hints of a 404
 * are made from it; README.md lists the same calls. Shapes are names in shapes.json. */
struct control_row {
    const char *method;
    const char *path; /* `{name}` at its end matches anything but nothing */
    void (*prepare)(struct control_call *c); /* reads the request; NULL: none needed. Any thread */
    void (*answer)(struct control_call *c);  /* fills the reply; caller holds the world's lock. NULL: prepare has done it */
    const struct control_parameter *parameters; /* of the query; NULL: none. Read by `prepare`, if there is one */
    const char *summary;
    const char *form;  /* an example of its body, for hints and the index; NULL: no body */
    const char *body;  /* the body's shape; NULL: no body */
    bool body_may_lack;
    int status;        /* of a good answer; 0: 200 */
    const char *shape; /* of a good answer */
    const char *type;  /* Content-Type of a good answer; NULL: application/json */
    const struct control_refusal *refusals; /* ends with status 0; NULL: none of its own */
};
#define CONTROL_REFUSALS(...) (const struct control_refusal[]){ __VA_ARGS__, { 0, NULL } }

/* Makes this error the reply. `hint` NULL: none. */
void control_refuse(struct control_call *c, int status, const char *key, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* … 503 no-memory. */
void control_no_memory(struct control_call *c);

/* Reads the body by its shape into `input`. False: the reply is an error. `may_be_empty`: an empty one is no error. */
bool control_read_body(struct control_call *c, const struct shape *shape, void *input, bool may_be_empty);

/* Reads the parameter `session` of the query: the call acts on that session's world. False: there is none, and the reply
 * is an error. */
bool control_choose_world(struct control_call *c);
/* Makes the reply 404 unknown-session. */
void control_refuse_session(struct control_call *c, struct span client_id);

/* A parameter of the query. `read` returns false for a bad value; `wants` names what is accepted. */
struct control_parameter {
    const char *name;
    bool (*read)(struct control_call *c, struct span value, void *input);
    const char *wants;
    const char *shape; /* its type in openapi.json, in the notation of shapes.json; NULL: "string" */
};
extern const struct control_parameter control_no_parameters[];
extern const struct control_parameter control_common_parameters[]; /* of every call; read by control_prepare */
/* Reads a whole number from 0. False: it is none, or too long. */
bool control_number(struct span digits, uint64_t *number);
/* Reads the parameter `limit` of a call that answers a page: 1 to CONTROL_PAGE_MAX. */
enum { CONTROL_PAGE_DEFAULT = 100, CONTROL_PAGE_MAX = 1000 };
bool control_page(struct span value, uint64_t *limit);
/* Reads the query by a table that ends with a NULL name. False: the reply is an error. */
bool control_read_query(struct control_call *c, const struct control_parameter *parameters, void *input);

/* Makes the findings the reply: 422, the first as the error, all of them as a list. */
void control_refuse_findings(struct control_call *c, const struct findings *findings);

/* Starts a reply of status 200, application/json, and returns its body to write to. */
struct json_out control_begin(struct control_call *c);
/* Ends it, for a call that `prepare` answers. */
void control_finish(struct control_call *c);

#endif
