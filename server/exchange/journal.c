#include "exchange/journal.h"

#include "base/utf8.h"

#include <stdlib.h>

enum {
    ROOM_FIRST = 64,
    NUMBER_BITS = 40,
    TEXTS = 11,       /* the entry's own */
    SLOTS_PART = 4,   /* slots use at most this part of the share */
    BLOCK_STEP = 128, /* blocks have sizes of so many bytes, so that they can be used again */
};

/* An entry and its texts, one after the other: the entry's own, the heads, the bodies. */
struct block {
    size_t room; /* of `texts` */
    struct journal_entry entry;
    char texts[];
};

/* Number n is in slot n % room; only those from `first` to `last` are there. A slot outside may keep a block. */
struct journal {
    size_t size, room; /* slots it may have, and has */
    struct block **slots;
    uint64_t first, last;
    uint64_t with_bodies; /* older entries have no bodies any more */
    uint64_t dropped, evicted;
    uint64_t epoch; /* in the high bits of tickets */
    size_t bytes;
    struct journal_budget *budget;
};

struct journal *journal_new(size_t size, struct journal_budget *budget)
{
    struct journal *journal = calloc(1, sizeof *journal);

    if (!journal)
        return NULL;
    journal->size = size;
    journal->first = journal->with_bodies = 1;
    journal->budget = budget;
    if (budget)
        atomic_fetch_add(&budget->journals, 1);
    return journal;
}

static size_t share_of(const struct journal *journal)
{
    const struct journal_budget *budget = journal->budget;
    return budget ? budget->max / atomic_load(&budget->journals) : JOURNAL_BYTES_DEFAULT;
}

static size_t count(const struct journal *journal)
{
    return (size_t)(journal->last - journal->first + 1);
}

static struct block **slot_of(const struct journal *journal, uint64_t number)
{
    return &journal->slots[number % journal->room];
}

static void free_block(struct journal *journal, struct block **slot)
{
    if (*slot)
        journal->bytes -= sizeof **slot + (*slot)->room;
    free(*slot);
    *slot = NULL;
}

void journal_clear(struct journal *journal)
{
    for (size_t i = 0; i < journal->room; i++)
        free_block(journal, &journal->slots[i]);
    journal->first = journal->with_bodies = journal->last + 1;
    journal->dropped = journal->evicted = 0;
}

void journal_reset(struct journal *journal)
{
    journal_clear(journal);
    journal->epoch++;
    journal->last = 0;
    journal->first = journal->with_bodies = 1;
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    if (journal->budget)
        atomic_fetch_sub(&journal->budget->journals, 1);
    journal_clear(journal);
    free(journal->slots);
    free(journal);
}

/* ---- dropping -------------------------------------------------------------------------------------------- */

/* The entry's own texts, each with its cap. */
static void list_texts(struct journal_entry *e, struct span *texts[TEXTS])
{
    struct span *all[TEXTS] = { &e->method, &e->target, &e->client_id, &e->job_id,  &e->answered_by, &e->source,
                                &e->near_miss, &e->refused, &e->sha256, &e->key_id, &e->claimed_id };

    memcpy(texts, all, sizeof all);
}

static const size_t caps[TEXTS] = { JOURNAL_ID_MAX,    JOURNAL_TARGET_MAX, JOURNAL_ID_MAX,    JOURNAL_ID_MAX,
                                    JOURNAL_WORDS_MAX, JOURNAL_WORDS_MAX,  JOURNAL_WORDS_MAX, JOURNAL_WORDS_MAX,
                                    JOURNAL_ID_MAX,    JOURNAL_ID_MAX,     JOURNAL_ID_MAX };

/* The texts have moved with their block. */
static void point_again(struct block *block)
{
    struct span *texts[TEXTS];
    const char *at = block->texts;

    list_texts(&block->entry, texts);
    for (size_t i = 0; i < TEXTS; at += texts[i++]->n)
        texts[i]->p = at;
    block->entry.request.head.p = at;
    block->entry.reply.head.p = at + block->entry.request.head.n;
}

static void drop_bodies(struct journal *journal, struct block **slot)
{
    struct block *block = *slot;
    struct journal_entry *e = &block->entry;

    if (!e->request.body.n && !e->reply.body.n)
        return;
    size_t kept = (size_t)(e->reply.head.p + e->reply.head.n - block->texts);
    e->request.body = e->reply.body = SPAN("");
    e->evicted = true;
    journal->evicted++;
    struct block *smaller = realloc(block, sizeof *block + kept);
    if (!smaller)
        return;
    journal->bytes -= smaller->room - kept;
    smaller->room = kept;
    point_again(smaller);
    *slot = smaller;
}

static void drop_oldest(struct journal *journal)
{
    journal->first++;
    journal->dropped++;
    if (journal->with_bodies < journal->first)
        journal->with_bodies = journal->first;
}

void journal_fit(struct journal *journal)
{
    size_t share = share_of(journal);

    while (journal->bytes > share && journal->with_bodies <= journal->last)
        drop_bodies(journal, slot_of(journal, journal->with_bodies++));
    while (journal->bytes > share && journal->first < journal->last) {
        free_block(journal, slot_of(journal, journal->first));
        drop_oldest(journal);
    }
}

/* ---- entering -------------------------------------------------------------------------------------------- */

/* Doubles the slots, up to the size and to their part of the share. False: no memory. */
static bool grow(struct journal *journal)
{
    size_t room = journal->room ? journal->room * 2 : ROOM_FIRST;

    if (room > journal->size)
        room = journal->size;
    if (journal->room && (room == journal->room || room * sizeof *journal->slots > share_of(journal) / SLOTS_PART))
        return true;
    struct block **slots = calloc(room, sizeof *slots);
    if (!slots)
        return journal->room > 0;
    for (uint64_t n = journal->first; n <= journal->last; n++)
        slots[n % room] = *slot_of(journal, n);
    free(journal->slots);
    journal->bytes += (room - journal->room) * sizeof *slots;
    journal->slots = slots;
    journal->room = room;
    return true;
}

static bool make_room(struct journal *journal)
{
    if (journal->size == 0 || (count(journal) == journal->room && !grow(journal)))
        return false;
    if (count(journal) == journal->room)
        drop_oldest(journal);
    return true;
}

/* Returns a block for `n` bytes of texts, the slot's own if it is neither too small nor far too large. */
static struct block *take_block(struct journal *journal, struct block **slot, size_t n)
{
    size_t room = (n + BLOCK_STEP - 1) / BLOCK_STEP * BLOCK_STEP;

    if (*slot && (*slot)->room >= n && (*slot)->room <= 2 * room)
        return *slot;
    free_block(journal, slot);
    struct block *block = malloc(sizeof *block + room);
    if (!block)
        return NULL;
    block->room = room;
    journal->bytes += sizeof *block + room;
    return *slot = block;
}

static size_t line_size(const struct header *header)
{
    return header->name.n + header->value.n + 4; /* ": " and CR LF */
}

/* How many headers fit into JOURNAL_HEAD_MAX, and their bytes. */
static size_t fit_headers(const struct journal_content *content, size_t *bytes)
{
    size_t i = 0;

    for (*bytes = 0; i < content->n_headers && *bytes + line_size(&content->headers[i]) <= JOURNAL_HEAD_MAX; i++)
        *bytes += line_size(&content->headers[i]);
    return i;
}

/* The whole lines that fit into JOURNAL_HEAD_MAX. */
static struct span fit_lines(struct span lines)
{
    if (lines.n <= JOURNAL_HEAD_MAX)
        return lines;
    const char *end = memrchr(lines.p, '\n', JOURNAL_HEAD_MAX);
    return span_of(lines.p, end ? (size_t)(end + 1 - lines.p) : 0);
}

static struct span fit_body(struct span body)
{
    return span_of(body.p, body.n < JOURNAL_BODY_MAX ? body.n : JOURNAL_BODY_MAX);
}

/* Copies `from` to *at and moves it on. */
static struct span put(char **at, struct span from)
{
    struct span to = { *at, from.n };

    if (from.n)
        memcpy(*at, from.p, from.n);
    *at += from.n;
    return to;
}

static struct span put_headers(char **at, const struct header *headers, size_t n)
{
    const char *begin = *at;

    for (size_t i = 0; i < n; i++) {
        put(at, headers[i].name);
        put(at, SPAN(": "));
        put(at, headers[i].value);
        put(at, SPAN("\r\n"));
    }
    return span_of(begin, (size_t)(*at - begin));
}

/* An entry whose texts are cut, and how many bytes they and the content take. */
struct plan {
    struct journal_entry entry;
    struct span *texts[TEXTS]; /* of `entry` */
    struct span reply_head, request_body, reply_body;
    size_t n_headers, bytes;
};

static void make_plan(struct plan *plan, const struct journal_entry *entry, const struct journal_content *content)
{
    size_t headers;

    plan->entry = *entry;
    plan->n_headers = fit_headers(content, &headers);
    plan->reply_head = fit_lines(content->reply_head);
    plan->request_body = fit_body(content->request_body);
    plan->reply_body = fit_body(content->reply_body);
    plan->bytes = headers + plan->reply_head.n + plan->request_body.n + plan->reply_body.n;
    list_texts(&plan->entry, plan->texts);
    for (size_t i = 0; i < TEXTS; i++) {
        *plan->texts[i] = utf8_cut(*plan->texts[i], caps[i]);
        plan->bytes += plan->texts[i]->n;
    }
}

static void fill_block(struct block *block, struct plan *plan, const struct journal_content *content)
{
    struct journal_message *request = &plan->entry.request, *reply = &plan->entry.reply;
    char *at = block->texts;

    for (size_t i = 0; i < TEXTS; i++)
        *plan->texts[i] = put(&at, *plan->texts[i]);
    request->head = put_headers(&at, content->headers, plan->n_headers);
    request->head_cut = plan->n_headers < content->n_headers;
    request->length = content->request_body.n;
    reply->head = put(&at, plan->reply_head);
    reply->head_cut = plan->reply_head.n < content->reply_head.n;
    reply->length = content->reply_body.n;
    request->body = put(&at, plan->request_body);
    reply->body = put(&at, plan->reply_body);
    plan->entry.evicted = false;
    block->entry = plan->entry;
}

uint64_t journal_enter(struct journal *journal, const struct journal_entry *entry, const struct journal_content *content)
{
    static const struct journal_content nothing;
    struct plan plan;

    if (!make_room(journal))
        return 0;
    make_plan(&plan, entry, content ? content : &nothing);
    plan.entry.number = journal->last + 1;
    struct block *block = take_block(journal, slot_of(journal, plan.entry.number), plan.bytes);
    if (!block)
        return 0;
    fill_block(block, &plan, content ? content : &nothing);
    journal->last++;
    if (journal->bytes > share_of(journal))
        journal_fit(journal);
    return journal->epoch << NUMBER_BITS | journal->last;
}

static struct block *block_of(const struct journal *journal, uint64_t number)
{
    return number >= journal->first && number <= journal->last ? *slot_of(journal, number) : NULL;
}

static struct block *find(const struct journal *journal, uint64_t ticket)
{
    if (ticket >> NUMBER_BITS != journal->epoch)
        return NULL;
    return block_of(journal, ticket & ((UINT64_C(1) << NUMBER_BITS) - 1));
}

const struct journal_entry *journal_find(const struct journal *journal, uint64_t ticket)
{
    const struct block *block = find(journal, ticket);

    return block ? &block->entry : NULL;
}

void journal_end(struct journal *journal, uint64_t ticket, const struct journal_end *end)
{
    struct block *block = find(journal, ticket);

    if (!block)
        return;
    struct span head = block->entry.reply.head;
    block->entry.status = end->status;
    block->entry.how = end->how;
    block->entry.bytes = end->bytes;
    block->entry.duration = end->duration;
    if (head.n && head.n == end->reply_head.n)
        memcpy(block->texts + (head.p - block->texts), end->reply_head.p, head.n);
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

uint64_t journal_epoch(const struct journal *journal)
{
    return journal->epoch;
}

uint64_t journal_dropped(const struct journal *journal)
{
    return journal->dropped;
}

uint64_t journal_evicted(const struct journal *journal)
{
    return journal->evicted;
}

size_t journal_bytes(const struct journal *journal)
{
    return journal->bytes;
}

const struct journal_entry *journal_get(const struct journal *journal, uint64_t number)
{
    const struct block *block = block_of(journal, number);

    return block ? &block->entry : NULL;
}

bool journal_next_header(struct span *lines, struct header *header)
{
    const char *end = lines->n ? memmem(lines->p, lines->n, "\r\n", 2) : NULL;
    const char *colon = end ? memmem(lines->p, (size_t)(end - lines->p), ": ", 2) : NULL;

    if (!colon)
        return false;
    header->name = span_of(lines->p, (size_t)(colon - lines->p));
    header->value = span_of(colon + 2, (size_t)(end - colon) - 2);
    *lines = span_of(end + 2, lines->n - (size_t)(end + 2 - lines->p));
    return true;
}
