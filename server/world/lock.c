#include "world/lock.h"

void lock_init(struct lock *lock)
{
    pthread_mutex_init(&lock->next, NULL);
    pthread_mutex_init(&lock->held, NULL);
    lock->rounds = 0;
}

void lock_destroy(struct lock *lock)
{
    pthread_mutex_destroy(&lock->held);
    pthread_mutex_destroy(&lock->next);
}

void lock_take(struct lock *lock)
{
    pthread_mutex_lock(&lock->next);
    pthread_mutex_lock(&lock->held);
    lock->rounds++;
    pthread_mutex_unlock(&lock->next);
}

void lock_give(struct lock *lock)
{
    pthread_mutex_unlock(&lock->held);
}

void lock_pause(struct lock *lock)
{
    lock_give(lock);
    lock_take(lock);
}
