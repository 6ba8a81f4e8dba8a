/* One call of the control API, and what its handlers share: errors, bodies by their shape, parameters, the reply. */
#ifndef MOCK_REQUESTER_CONTROL_CALL_H
#define MOCK_REQUESTER_CONTROL_CALL_H

#include "scenario/keys.h"
#include "wire/json_out.h"
#include "world/worlds.h"

struct control_call {
    struct world *world;
    const struct request *request;
    struct reply *reply;
    struct arena arena;
    bool done; /* the reply is complete already */
    const struct control_row *row;
    struct span name;  /* the part of the path that {name} matches */
    struct span query; /* raw */
    void *input;       /* what `prepare` read, in the arena */
    ns_t now;
};

struct control_row {
    const char *method;
    const char *path; /* `{name}` at its end matches any name */
    void (*prepare)(struct control_call *c); /* reads the request; NULL: none needed. Any thread */
    void (*answer)(struct control_call *c);  /* fills the reply; caller holds the world's lock */
    const char *summary;
    const char *form; /* an example of its body, for hints; NULL: no body */
};

/* Makes this error the reply. `hint` NULL: none. */
void control_refuse(struct control_call *c, int status, const char *key, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Reads the body by its shape into `input`. False: the reply is an error. `may_be_empty`: an empty one is no error. */
bool control_read_body(struct control_call *c, const struct shape *shape, void *input, bool may_be_empty);

/* A parameter of the query. `read` returns false for a bad value; `wants` names what is accepted. */
struct control_parameter {
    const char *name;
    bool (*read)(struct control_call *c, struct span value, void *input);
    const char *wants;
};
extern const struct control_parameter control_no_parameters[];
/* Reads the query by a table that ends with a NULL name. False: the reply is an error. */
bool control_read_query(struct control_call *c, const struct control_parameter *parameters, void *input);

/* Starts a reply of status 200, application/json, and returns its body to write to. */
struct json_out control_begin(struct control_call *c);

#endif
