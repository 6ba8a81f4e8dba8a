/* One line of text in columns, in a fixed room: for logs, without the heap. What finds no room is left out.
 *
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_LINE_H
#define MOCK_REQUESTER_BASE_LINE_H

#include "base/span.h"

#include <stdint.h>

enum { LINE_ROOM = 2048 };

struct line {
    size_t n;      /* bytes */
    size_t column; /* characters; escape sequences do not count */
    char at[LINE_ROOM];
};

static inline void line_clear(struct line *line)
{
    line->n = line->column = 0;
}

static inline struct span line_view(const struct line *line)
{
    return span_of(line->at, line->n);
}

void line_char(struct line *line, char c);
void line_text(struct line *line, const char *text); /* trusted: as it is, ASCII */
/* Adds a text of any bytes, up to `max` characters, then `…`. Control characters and bytes that are no UTF-8 become `?`:
 * they could move the cursor of a terminal. */
void line_span(struct line *line, struct span text, size_t max);
void line_number(struct line *line, uint64_t number);
/* Adds blanks up to the column, at least one. */
void line_pad(struct line *line, size_t column);
/* Adds an escape sequence: it takes no column. */
void line_escape(struct line *line, const char *sequence);
/* Adds the line break, for which there is always room. */
void line_end(struct line *line);

/* Adds the moment as `2023-03-22T09:00:00.000Z`, LINE_TIME characters, in UTC. */
enum { LINE_TIME = 24 };
void line_time(struct line *line, int64_t ns);

#endif
