/* The lock of a world: a mutex that a long work can give to those who wait for it.
 *
 *   lock_init → lock_take … lock_pause … lock_give → lock_destroy
 *
 * A plain mutex that is unlocked and locked again at once mostly stays with the same thread. Here each thread takes
 * `next` before `held` and gives `next` back as soon as it has `held`. A thread that waits for `held` therefore keeps
 * `next`, and the thread that pauses cannot take `held` again before it. Any thread. */
#ifndef MOCK_REQUESTER_WORLD_LOCK_H
#define MOCK_REQUESTER_WORLD_LOCK_H

#include <pthread.h>
#include <stdint.h>

struct lock {
    pthread_mutex_t next, held;
    uint64_t rounds; /* how often it was taken; read by its holder */
};

void lock_init(struct lock *lock);
void lock_destroy(struct lock *lock);

void lock_take(struct lock *lock);
void lock_give(struct lock *lock);
/* Gives the lock back and takes it again; if a thread waits for it, that thread has it in between. */
void lock_pause(struct lock *lock);

#endif
