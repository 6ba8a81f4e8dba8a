#include "base/line.h"

#include "base/ns.h"
#include "base/utf8.h"

#include <time.h>

enum { ENDING = 1 /* room kept for the line break */ };

static void add(struct line *line, const char *p, size_t n, size_t columns)
{
    if (n > LINE_ROOM - ENDING - line->n)
        return;
    memcpy(line->at + line->n, p, n);
    line->n += n;
    line->column += columns;
}

void line_char(struct line *line, char c)
{
    add(line, &c, 1, 1);
}

void line_text(struct line *line, const char *text)
{
    size_t n = strlen(text);

    add(line, text, n, n);
}

void line_escape(struct line *line, const char *sequence)
{
    add(line, sequence, strlen(sequence), 0);
}

void line_end(struct line *line)
{
    line->at[line->n++] = '\n';
}

static bool is_control(const char *p, size_t n)
{
    return n == 1 ? (unsigned char)*p < 0x20 || *p == 0x7f : n == 2 && *p == '\xc2' && (unsigned char)p[1] < 0xa0;
}

/* Returns how many printable ASCII characters the text begins with. */
static size_t plain_run(struct span text, size_t max)
{
    size_t n = 0;

    while (n < text.n && n < max && text.p[n] >= 0x20 && text.p[n] < 0x7f)
        n++;
    return n;
}

/* Adds one character that is not plain. Returns its bytes. */
static size_t add_other(struct line *line, struct span text)
{
    size_t n = utf8_length(text.p, text.n);

    if (n == 0 || is_control(text.p, n))
        line_char(line, '?');
    else
        add(line, text.p, n, 1);
    return n ? n : 1;
}

void line_span(struct line *line, struct span text, size_t max)
{
    static const char ellipsis[] = "\xe2\x80\xa6";
    size_t end = line->column + max;

    while (text.n && line->column < end && line->n < LINE_ROOM - ENDING) {
        size_t n = plain_run(text, end - line->column);
        if (n)
            add(line, text.p, n, n);
        else
            n = add_other(line, text);
        text = span_of(text.p + n, text.n - n);
    }
    if (text.n)
        add(line, ellipsis, sizeof ellipsis - 1, 1);
}

void line_number(struct line *line, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    add(line, digits + at, sizeof digits - at, sizeof digits - at);
}

void line_pad(struct line *line, size_t column)
{
    do
        line_char(line, ' ');
    while (line->column < column && line->n < LINE_ROOM - ENDING);
}

/* ---- time ------------------------------------------------------------------------------------------------ */

/* The second that this thread wrote last, with the point behind it. */
static _Thread_local struct {
    int64_t second;
    char text[LINE_TIME];
} written = { .second = -1 };

static void write_second(int64_t second)
{
    time_t t = (time_t)second;
    struct tm tm;

    if (!gmtime_r(&t, &tm) || strftime(written.text, sizeof written.text, "%Y-%m-%dT%H:%M:%S.", &tm) == 0)
        memcpy(written.text, "0000-00-00T00:00:00.", sizeof "0000-00-00T00:00:00.");
    written.second = second;
}

void line_time(struct line *line, int64_t ns)
{
    int64_t ms = ns / NS_PER_MS;
    int part = (int)(ms % 1000);
    const char ending[] = { (char)('0' + part / 100), (char)('0' + part / 10 % 10), (char)('0' + part % 10), 'Z' };

    if (written.second != ms / 1000)
        write_second(ms / 1000);
    line_text(line, written.text);
    add(line, ending, sizeof ending, sizeof ending);
}
