/* The lock of a world: a mutex that a long work can give to those who wait for it.
 *
 *   lock_init → lock_take … lock_pause … lock_give → lock_destroy
 *
 * A mutex that is unlocked and locked again at once mostly stays with the same thread, which costs least for short work:
 * lock_take and lock_give do just that. lock_pause instead waits until one of the threads that wait has had the lock. Any
 * thread. */
#ifndef MOCK_REQUESTER_WORLD_LOCK_H
#define MOCK_REQUESTER_WORLD_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct lock {
    pthread_mutex_t held;
    atomic_uint waiting;      /* threads that found it taken */
    pthread_cond_t turned;    /* one of them has it now; … */
    uint64_t turns, pausing;  /* … how often that was, and how many threads pause: read and written by its holder */
    uint64_t rounds;          /* how often it was taken, pauses not counted; likewise */
};

void lock_init(struct lock *lock);
void lock_destroy(struct lock *lock);

void lock_take(struct lock *lock);
void lock_give(struct lock *lock);
/* Gives the lock back and takes it again; if a thread waits for it, that thread has it in between. */
void lock_pause(struct lock *lock);

#endif
