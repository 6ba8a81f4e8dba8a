#include "world/lock.h"

void lock_init(struct lock *lock)
{
    pthread_mutexattr_t spins;

    *lock = (struct lock){ .rounds = 0 };
    pthread_mutexattr_init(&spins);
    pthread_mutexattr_settype(&spins, PTHREAD_MUTEX_ADAPTIVE_NP); /* most work under it is shorter than a sleep */
    pthread_mutex_init(&lock->held, &spins);
    pthread_mutexattr_destroy(&spins);
    pthread_cond_init(&lock->turned, NULL);
}

void lock_destroy(struct lock *lock)
{
    pthread_cond_destroy(&lock->turned);
    pthread_mutex_destroy(&lock->held);
}

static void wait_for(struct lock *lock)
{
    atomic_fetch_add(&lock->waiting, 1);
    pthread_mutex_lock(&lock->held);
    atomic_fetch_sub(&lock->waiting, 1);
    lock->turns++;
    if (lock->pausing)
        pthread_cond_broadcast(&lock->turned);
}

void lock_take(struct lock *lock)
{
    if (pthread_mutex_trylock(&lock->held) != 0)
        wait_for(lock);
    lock->rounds++;
}

void lock_give(struct lock *lock)
{
    pthread_mutex_unlock(&lock->held);
}

void lock_pause(struct lock *lock)
{
    uint64_t turns = lock->turns;

    lock->pausing++;
    while (lock->turns == turns && atomic_load(&lock->waiting))
        pthread_cond_wait(&lock->turned, &lock->held);
    lock->pausing--;
}
