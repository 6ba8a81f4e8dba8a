#include "exchange/journal.h"

#include "base/utf8.h"

#include <stdlib.h>

enum { ROOM_FIRST = 256, NUMBER_BITS = 40 };

struct slot {
    struct journal_entry entry;
    char *texts; /* all texts, one after the other */
};

/* Number n is in slot (n - 1) % size; only those from `first` to `last` are there. */
struct journal {
    size_t size, room; /* slots it may have, and has */
    struct slot *slots;
    uint64_t first, last;
    uint64_t dropped;
    uint64_t epoch; /* how often the numbers have started again; in the high bits of tickets */
    uint64_t base; /* numbers up to here were cleared: slot 0 is that of base + 1 */
};

struct journal *journal_new(size_t size)
{
    struct journal *journal = calloc(1, sizeof *journal);

    if (!journal)
        return NULL;
    journal->size = size;
    journal->first = 1;
    return journal;
}

static struct slot *slot_of(const struct journal *journal, uint64_t number)
{
    return &journal->slots[(number - 1 - journal->base) % journal->size];
}

void journal_clear(struct journal *journal)
{
    for (uint64_t n = journal->first; n <= journal->last; n++) {
        free(slot_of(journal, n)->texts);
        *slot_of(journal, n) = (struct slot){ .texts = NULL };
    }
    journal->base = journal->last;
    journal->first = journal->last + 1;
    journal->dropped = 0;
}

void journal_reset(struct journal *journal)
{
    journal_clear(journal);
    journal->epoch++;
    journal->base = journal->last = 0;
    journal->first = 1;
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    journal_clear(journal);
    free(journal->slots);
    free(journal);
}

/* ---- entering -------------------------------------------------------------------------------------------- */

/* Allocates slots as they are needed, by doubling, up to the size. */
static bool make_room(struct journal *journal)
{
    size_t used = (size_t)(journal->last - journal->first + 1);

    if (used < journal->room || journal->room == journal->size)
        return journal->size > 0;
    size_t room = journal->room ? journal->room * 2 : ROOM_FIRST;
    if (room > journal->size)
        room = journal->size;
    struct slot *slots = realloc(journal->slots, room * sizeof *slots);
    if (!slots)
        return false;
    memset(slots + journal->room, 0, (room - journal->room) * sizeof *slots);
    journal->slots = slots;
    journal->room = room;
    return true;
}

static void drop_oldest(struct journal *journal)
{
    struct slot *slot = slot_of(journal, journal->first++);

    free(slot->texts);
    *slot = (struct slot){ .texts = NULL };
    journal->dropped++;
}

static void copy_texts(struct slot *slot)
{
    static const size_t caps[JOURNAL_TEXTS] = { JOURNAL_ID_MAX, JOURNAL_TARGET_MAX, JOURNAL_ID_MAX,
                                                JOURNAL_ID_MAX, JOURNAL_WORDS_MAX,  JOURNAL_WORDS_MAX };
    struct journal_entry *e = &slot->entry;
    struct span *texts[JOURNAL_TEXTS] = { &e->method, &e->target, &e->client_id, &e->job_id, &e->answered_by, &e->refused };
    size_t n = 0;

    for (size_t i = 0; i < JOURNAL_TEXTS; i++) {
        *texts[i] = utf8_cut(*texts[i], caps[i]);
        n += texts[i]->n;
    }
    char *to = slot->texts = malloc(n + 1);
    for (size_t i = 0; i < JOURNAL_TEXTS; i++) {
        if (to && texts[i]->n)
            memcpy(to, texts[i]->p, texts[i]->n);
        *texts[i] = to ? span_of(to, texts[i]->n) : SPAN("");
        to = to ? to + texts[i]->n : NULL;
    }
}

uint64_t journal_enter(struct journal *journal, const struct journal_entry *entry)
{
    if (!make_room(journal))
        return 0;
    if (journal->last - journal->first + 1 == journal->size)
        drop_oldest(journal);
    uint64_t number = ++journal->last;
    struct slot *slot = slot_of(journal, number);
    *slot = (struct slot){ .entry = *entry };
    slot->entry.number = number;
    copy_texts(slot);
    return journal->epoch << NUMBER_BITS | number;
}

static struct journal_entry *entry_of(const struct journal *journal, uint64_t number)
{
    return number >= journal->first && number <= journal->last ? &slot_of(journal, number)->entry : NULL;
}

void journal_end(struct journal *journal, uint64_t ticket, int status, const char *how, int64_t bytes)
{
    struct journal_entry *entry = entry_of(journal, ticket & ((UINT64_C(1) << NUMBER_BITS) - 1));

    if (!entry || ticket >> NUMBER_BITS != journal->epoch)
        return;
    entry->status = status;
    entry->how = how;
    entry->bytes = bytes;
}

/* ---- looking --------------------------------------------------------------------------------------------- */

uint64_t journal_first(const struct journal *journal)
{
    return journal->first;
}

uint64_t journal_last(const struct journal *journal)
{
    return journal->last;
}

uint64_t journal_dropped(const struct journal *journal)
{
    return journal->dropped;
}

const struct journal_entry *journal_get(const struct journal *journal, uint64_t number)
{
    return entry_of(journal, number);
}
