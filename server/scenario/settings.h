/* The settings that a scenario file and the body of a session have in common: readers of their keys, for tables of keys.
 * Each fills its fields of the struct scenario at key->offset. */
#ifndef MOCK_REQUESTER_SCENARIO_SETTINGS_H
#define MOCK_REQUESTER_SCENARIO_SETTINGS_H

#include "scenario/keys.h"
#include "scenario/scenario.h"

key_reader settings_dialect;    /* dialect */
key_reader settings_clock;      /* clock */
key_reader settings_start_time; /* start_time, zone */
key_reader settings_seed;       /* seed, has_seed */
key_reader settings_signatures; /* signatures */

extern const struct choice settings_clocks[];          /* enum clock_kind, but for a scaled one */
extern const struct choice settings_signature_modes[]; /* enum signatures */

/* What these fields are before anything is read. */
#define SETTINGS_LEFT_OUT .clock = { .kind = SETTING_LEFT_OUT }, .signatures = SETTING_LEFT_OUT

#endif
