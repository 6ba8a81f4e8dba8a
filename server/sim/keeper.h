/* A count of holders: the owner of nodes and scripts frees them when no job points to them any more. */
#ifndef MOCK_REQUESTER_SIM_KEEPER_H
#define MOCK_REQUESTER_SIM_KEEPER_H

struct keeper {
    void (*hold)(struct keeper *keeper);
    void (*drop)(struct keeper *keeper); /* may free the keeper */
};

#endif
