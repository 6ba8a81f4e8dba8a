/* Keeps what jobs point to, nodes and scripts, for as long as there are such jobs: its owner's count of holders. */
#ifndef MOCK_REQUESTER_SIM_KEEPER_H
#define MOCK_REQUESTER_SIM_KEEPER_H

struct keeper {
    void (*hold)(struct keeper *keeper);
    void (*drop)(struct keeper *keeper); /* may free the keeper */
};

#endif
