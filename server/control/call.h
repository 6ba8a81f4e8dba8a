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
    const char *path; /* one that ends in {name} takes any name */
    void (*prepare)(struct control_call *c); /* NULL: nothing to read. Any thread */
    void (*answer)(struct control_call *c);  /* the engine's lock is held */
    const char *summary;
    const char *form; /* an example of its body, for hints; NULL: it takes none */
};

/* The reply is this error. `hint` NULL: none. */
void control_refuse(struct control_call *c, int status, const char *key, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Reads the body by its shape into `input`. False: it was refused. `may_be_empty`: then nothing is read. */
bool control_read_body(struct control_call *c, const struct shape *shape, void *input, bool may_be_empty);

/* One parameter of the query; false: refuse it, the text says what it wants. */
struct control_parameter {
    const char *name;
    bool (*read)(struct control_call *c, struct span value, void *input);
    const char *wants;
};
extern const struct control_parameter control_no_parameters[];
/* Reads the query by a table with an end of NULL. False: it was refused. */
bool control_read_query(struct control_call *c, const struct control_parameter *parameters, void *input);

/* The body to write to: status 200, application/json. */
struct json_out control_begin(struct control_call *c);

#endif
