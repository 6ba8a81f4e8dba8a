/* The rules and words are those of Go's encoding/base64 (StdEncoding). */
#include "base/base64.h"

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Three bytes to four digits. */
static void put_four(char *to, unsigned v)
{
    to[0] = digits64[v >> 18];
    to[1] = digits64[v >> 12 & 63];
    to[2] = digits64[v >> 6 & 63];
    to[3] = digits64[v & 63];
}

void base64_encode(struct buf *out, struct span bytes)
{
    size_t n = (bytes.n + 2) / 3 * 4, left = bytes.n;
    const unsigned char *in = (const unsigned char *)bytes.p;
    char *p = buf_reserve(out, n);

    if (!p)
        return;
    for (; left >= 3; left -= 3, in += 3, p += 4)
        put_four(p, (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2]);
    if (left) {
        put_four(p, (unsigned)in[0] << 16 | (left > 1 ? (unsigned)in[1] << 8 : 0));
        memset(p + 1 + left, '=', 3 - left);
    }
    out->n += n;
    out->p[out->n] = '\0';
}

enum { NO_DIGIT = 0xff };

/* Each digit's value and one; zero: no digit. */
static const unsigned char values64[256] = {
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
    ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

static unsigned digit64(char c)
{
    unsigned value = values64[(unsigned char)c];

    return value ? value - 1 : NO_DIGIT;
}

static bool is_line_break(char c)
{
    return c == '\n' || c == '\r';
}

static size_t skip_line_breaks(struct span text, size_t at)
{
    while (at < text.n && is_line_break(text.p[at]))
        at++;
    return at;
}

/* Checks what follows the padding's first `=`, which was digit number `j` of its four. Returns false, with
 * the offset that Go complains of in *at, or true at the end of the text. */
static bool padding_ends_well(struct span text, int j, size_t *at)
{
    size_t i = *at;

    if (j == 2) {
        i = skip_line_breaks(text, i);
        if (i == text.n || text.p[i] != '=') {
            *at = i == text.n ? i : i - 1;
            return false;
        }
        i++;
    }
    *at = skip_line_breaks(text, i);
    return *at == text.n;
}

/* Go's decodeQuantum: up to four digits from *at. `*made`: how many bytes came of it. */
static bool quantum_decode(struct span text, size_t *at, unsigned char *out, size_t *made)
{
    unsigned v = 0;
    int j = 0;

    *made = 0;
    while (j < 4) {
        if (*at == text.n) {
            *at -= (size_t)j;
            return j == 0;
        }
        char c = text.p[(*at)++];
        unsigned digit = digit64(c);

        if (digit != NO_DIGIT) {
            v |= digit << (18 - 6 * j++);
        } else if (c == '=' && j >= 2) {
            break;
        } else if (!is_line_break(c)) {
            (*at)--;
            return false;
        }
    }
    *made = (size_t)j - 1;
    for (size_t i = 0; i < *made; i++)
        out[i] = (unsigned char)(v >> (16 - 8 * i));
    return j == 4 || padding_ends_well(text, j, at);
}

/* Decodes from *at as long as four digits follow one another. Returns the number of bytes made. */
static size_t groups_decode(struct span text, size_t *at, unsigned char *out)
{
    const unsigned char *in = (const unsigned char *)text.p + *at;
    size_t groups = (text.n - *at) / 4, done = 0;

    for (; done < groups; done++, in += 4, out += 3) {
        unsigned a = values64[in[0]], b = values64[in[1]], c = values64[in[2]], d = values64[in[3]];
        if (!a || !b || !c || !d)
            break;
        unsigned v = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
        out[0] = (unsigned char)(v >> 16);
        out[1] = (unsigned char)(v >> 8);
        out[2] = (unsigned char)v;
    }
    *at += 4 * done;
    return 3 * done;
}

enum err base64_decode(struct span text, struct arena *arena, struct span *bytes, struct error *error)
{
    unsigned char *out = arena_alloc(arena, text.n / 4 * 3 + 3);
    size_t n = 0, at = 0, made;

    if (!out)
        return error_set(error, ERR_NOMEM, "no memory");
    while (at < text.n) {
        n += groups_decode(text, &at, out + n);
        if (at == text.n)
            break;
        if (!quantum_decode(text, &at, out + n, &made))
            return error_set(error, ERR_INVALID, "illegal base64 data at input byte %zu", at);
        n += made;
    }
    *bytes = span_of((const char *)out, n);
    return ERR_OK;
}
