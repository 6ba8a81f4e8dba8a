/* What a scenario file expects of the exchanges, and whether it was met.
 *
 *   expectations_init → expectations_note, an exchange at a time → expectation_verdict, at any time
 *   → expectations_release
 *
 * The memory of a count is constant; a sequence remembers how far each client got, for up to
 * EXPECT_CLIENTS_MAX clients; `nth` remembers the jobs that it selects, up to EXPECT_JOBS_MAX. Further ones
 * are not followed, and the verdict reports how many. Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_EXCHANGE_EXPECTATION_H
#define MOCK_REQUESTER_EXCHANGE_EXPECTATION_H

#include "base/buf.h"
#include "exchange/facts.h"
#include "sim/match.h"

enum {
    EXPECT_CLIENTS_MAX = 10000, /* of a sequence */
    EXPECT_JOBS_MAX = 10000,    /* of an `nth` */
    EXPECT_SEQUENCE_MAX = 1000, /* endpoints of a sequence */
};
#define EXPECT_NO_LIMIT INT64_MAX

/* One EXPECTATION of a file: plain data, filled by scenario/expectations.c. */
struct expectation {
    enum endpoint endpoint;
    int64_t least, most;           /* exchanges; most EXPECT_NO_LIMIT: no maximum */
    const enum endpoint *sequence; /* in place of `least` and `most`; NULL: none */
    size_t n_sequence;
    struct exchange_match match;
    struct span file; /* as the user wrote it */
    size_t line;
};

struct tally;

struct expectations {
    const struct expectation *at; /* borrowed */
    size_t n;
    struct tally *tallies;
};

/* False: no memory; no expectation is checked then. */
bool expectations_init(struct expectations *expectations, const struct expectation *at, size_t n);
void expectations_clear(struct expectations *expectations); /* as after expectations_init */
void expectations_release(struct expectations *expectations);

/* Counts an answered exchange. `made_job`: it submitted the job that the facts name. */
void expectations_note(struct expectations *expectations, const struct exchange_facts *facts, bool made_job);

struct expectation_verdict {
    bool met;
    int64_t seen;      /* exchanges; of a sequence: most places that one client has reached */
    size_t unfollowed; /* clients or jobs beyond the caps */
};
struct expectation_verdict expectation_verdict(const struct expectations *expectations, size_t index);

/* Appends what is expected: `cancel never`, `submit 1 time`, `states at least 2 times`, `submit, states, results in
 * this order`; and what came: `came 2 times`, `came as far as submit (1 of 3)`. */
void expectation_put(struct buf *out, const struct expectation *expectation);
void expectation_put_seen(struct buf *out, const struct expectations *expectations, size_t index);

#endif
