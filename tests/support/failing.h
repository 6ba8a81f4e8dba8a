/* Memory that fails: the n-th allocation, or all from then on.
 *
 *   failing_init → (failing_begin → what is tested → failing_end) …
 *
 * Wrapped by the linker are the calls of our own code (CMakeLists.txt, --wrap), and the JSON library by its hooks; what other
 * libraries take for themselves does not fail. One thread. */
#ifndef MOCK_REQUESTER_SUPPORT_FAILING_H
#define MOCK_REQUESTER_SUPPORT_FAILING_H

enum failing_mode { FAILS_ONCE, FAILS_FROM_THEN_ON };

struct failing {
    long calls;  /* allocations since failing_begin */
    long failed; /* … of which failed */
};

void failing_init(void);
/* `at` counts from 1; 0: none fails. */
void failing_begin(enum failing_mode mode, long at);
struct failing failing_end(void);
/* Blocks that were allocated and not freed. */
long failing_living(void);

#endif
