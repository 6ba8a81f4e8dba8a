/* One text becomes a tree in three steps:
 *
 *   scan    every byte is judged, without recursion; each value leaves a mark: where it begins and, for
 *           a string, how many bytes it decodes to
 *   build   cJSON makes the tree; it cannot refuse what the scan let pass
 *   settle  the tree is walked in the order of the text, so the n-th value takes the n-th mark: a
 *           place goes to `valueint`, which cJSON sets and nobody needs, a string's length to
 *           `valuedouble`, which cJSON leaves alone. Then keys are checked.
 *
 * cJSON decodes a \u0000 to a NUL byte and goes on; only its C string ends there. The length restores it. */
#include "base/json.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>

/* Where a line stands when a block of the text begins: a place costs a look at one block alone. */
struct block {
    size_t line;  /* its number, from 1 */
    size_t start; /* of the line */
};
enum { BLOCK_SIZE = 64 * 1024 };

struct json {
    cJSON *root;
    char *text; /* NUL after it */
    size_t n;
    struct block *blocks;
};

struct json_value {
    cJSON item;
};

struct mark {
    uint32_t at;
    uint32_t length; /* of a string, decoded */
};

enum want {
    WANT_VALUE,
    WANT_FIRST_ELEMENT, /* or ] */
    WANT_FIRST_KEY,     /* or } */
    WANT_KEY,
    WANT_COMMA, /* or the closing bracket */
    WANT_NOTHING,
};

struct scan {
    const unsigned char *text; /* NUL after it, so that looking at text[n] is safe */
    size_t n, at;
    unsigned flags;
    enum want want;
    unsigned char open[JSON_DEPTH_MAX];
    size_t depth;
    struct mark *marks;
    size_t n_marks, room;
    const char *problem; /* static; NULL so far */
    size_t problem_at;
    bool no_memory;
};

static bool refuse(struct scan *s, size_t at, const char *problem)
{
    s->problem = problem;
    s->problem_at = at;
    return false;
}

/* ---- scan ------------------------------------------------------------------------------------------- */

static bool add_mark(struct scan *s)
{
    if (s->n_marks == JSON_VALUES_MAX)
        return refuse(s, s->at, "too many values");
    if (s->n_marks == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct mark *marks = realloc(s->marks, room * sizeof *marks);
        if (!marks) {
            s->no_memory = true;
            return false;
        }
        s->marks = marks;
        s->room = room;
    }
    s->marks[s->n_marks++] = (struct mark){ .at = (uint32_t)s->at };
    return true;
}

static void skip_space(struct scan *s)
{
    while (s->at < s->n && memchr(" \t\r\n", s->text[s->at], 4))
        s->at++;
}

/* What follows a whole value. */
static void value_done(struct scan *s)
{
    s->want = s->depth ? WANT_COMMA : WANT_NOTHING;
}

static bool open_list(struct scan *s, unsigned char bracket)
{
    if (s->depth == JSON_DEPTH_MAX)
        return refuse(s, s->at, "nested too deep");
    s->open[s->depth++] = bracket;
    s->want = bracket == '{' ? WANT_FIRST_KEY : WANT_FIRST_ELEMENT;
    s->at++;
    return true;
}

static bool close_list(struct scan *s)
{
    s->depth--;
    s->at++;
    value_done(s);
    return true;
}

static bool scan_unit(struct scan *s, bool is_key, uint32_t *length)
{
    char bytes[4];
    size_t at = s->at;
    int32_t code = ascii_unicode(span_of((const char *)s->text, s->n), &at);

    if (code < 0)
        return refuse(s, s->at, "bad escape in a string");
    if (code == 0 && (is_key || !(s->flags & JSON_WITH_NUL)))
        return refuse(s, s->at, is_key ? "\\u0000 in a key" : "\\u0000 in a string");
    if (ascii_is_surrogate(code))
        return refuse(s, s->at, "half a surrogate pair");
    s->at = at;
    *length += (uint32_t)utf8_put(bytes, (uint32_t)code);
    return true;
}

static bool scan_escape(struct scan *s, bool is_key, uint32_t *length)
{
    unsigned char c = s->text[s->at + 1];

    if (c == 'u')
        return scan_unit(s, is_key, length);
    if (c == '\0' || !strchr("\"\\/bfnrt", c))
        return refuse(s, s->at, "bad escape in a string");
    s->at += 2;
    *length += 1;
    return true;
}

/* From the opening quote to behind the closing one. */
static bool scan_string(struct scan *s, bool is_key, uint32_t *length)
{
    size_t from = s->at++;

    *length = 0;
    for (;;) {
        unsigned char c = s->text[s->at];
        if (s->at == s->n)
            return refuse(s, from, "string without an end");
        if (c == '"')
            break;
        if (c < 0x20)
            return refuse(s, s->at, "control character in a string");
        if (c == '\\') {
            if (!scan_escape(s, is_key, length))
                return false;
            continue;
        }
        size_t n = utf8_length((const char *)s->text + s->at, s->n - s->at);
        if (n == 0)
            return refuse(s, s->at, "not UTF-8");
        s->at += n;
        *length += (uint32_t)n;
    }
    s->at++;
    return true;
}

static size_t skip_digits(struct scan *s)
{
    size_t from = s->at;

    while (ascii_is_digit((char)s->text[s->at]))
        s->at++;
    return s->at - from;
}

static bool scan_number(struct scan *s)
{
    size_t from = s->at;

    if (s->text[s->at] == '-')
        s->at++;
    if (s->text[s->at] == '0')
        s->at++; /* nothing may follow a leading zero */
    else if (!skip_digits(s))
        return refuse(s, from, "bad number");
    if (s->text[s->at] == '.') {
        s->at++;
        if (!skip_digits(s))
            return refuse(s, from, "bad number");
    }
    if ((s->text[s->at] | 0x20) == 'e') {
        s->at++;
        if (s->text[s->at] == '+' || s->text[s->at] == '-')
            s->at++;
        if (!skip_digits(s))
            return refuse(s, from, "bad number");
    }
    return s->at - from <= JSON_NUMBER_MAX ? true : refuse(s, from, "number with too many digits");
}

static bool scan_word(struct scan *s)
{
    static const struct span words[] = { { "true", 4 }, { "false", 5 }, { "null", 4 } };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp((const char *)s->text + s->at, words[i].p, words[i].n) == 0) {
            s->at += words[i].n;
            return true;
        }
    }
    return refuse(s, s->at, s->at == s->n ? "the text ends too early" : "expected a value");
}

static bool scan_scalar(struct scan *s)
{
    unsigned char c = s->text[s->at];
    struct mark *mark = &s->marks[s->n_marks - 1];
    bool good = c == '"' ? scan_string(s, false, &mark->length)
                : c == '-' || ascii_is_digit((char)c) ? scan_number(s)
                                                      : scan_word(s);

    value_done(s);
    return good;
}

static bool scan_value(struct scan *s)
{
    unsigned char c = s->text[s->at];

    if (!add_mark(s))
        return false;
    return c == '{' || c == '[' ? open_list(s, c) : scan_scalar(s);
}

static bool scan_key(struct scan *s)
{
    uint32_t length;

    if (s->text[s->at] != '"')
        return refuse(s, s->at, s->at == s->n ? "the text ends too early" : "expected a key in quotes");
    if (!scan_string(s, true, &length))
        return false;
    skip_space(s);
    if (s->text[s->at] != ':')
        return refuse(s, s->at, s->at == s->n ? "the text ends too early" : "expected ':'");
    s->at++;
    s->want = WANT_VALUE;
    return true;
}

static bool scan_comma(struct scan *s)
{
    bool object = s->open[s->depth - 1] == '{';
    unsigned char c = s->text[s->at];

    if (c == (object ? '}' : ']'))
        return close_list(s);
    if (c != ',')
        return refuse(s, s->at, s->at == s->n ? "the text ends too early"
                                : object      ? "expected ',' or '}'"
                                              : "expected ',' or ']'");
    s->at++;
    s->want = object ? WANT_KEY : WANT_VALUE;
    return true;
}

static bool scan_step(struct scan *s)
{
    switch (s->want) {
    case WANT_FIRST_ELEMENT:
        return s->text[s->at] == ']' ? close_list(s) : scan_value(s);
    case WANT_VALUE:
        return scan_value(s);
    case WANT_FIRST_KEY:
        return s->text[s->at] == '}' ? close_list(s) : scan_key(s);
    case WANT_KEY:
        return scan_key(s);
    case WANT_COMMA:
        return scan_comma(s);
    case WANT_NOTHING:
        break;
    }
    return refuse(s, s->at, "something follows the value");
}

static bool scan_text(struct scan *s)
{
    s->want = WANT_VALUE;
    skip_space(s);
    while (s->want != WANT_NOTHING || s->at < s->n) {
        if (!scan_step(s))
            return false;
        skip_space(s);
    }
    return true;
}

/* ---- settle ----------------------------------------------------------------------------------------- */

/* The value after `item` in the order of the text. `up` holds the lists that `item` lies in. */
static cJSON *next_in_text(cJSON *item, cJSON *up[JSON_DEPTH_MAX], size_t *depth)
{
    if (item->child) {
        up[(*depth)++] = item;
        return item->child;
    }
    while (!item->next) {
        if (*depth == 0)
            return NULL;
        item = up[--*depth];
    }
    return item->next;
}

static bool take_mark(struct scan *s, cJSON *item, const struct mark *mark)
{
    item->valueint = (int)mark->at;
    if (cJSON_IsString(item))
        item->valuedouble = (double)mark->length;
    return cJSON_IsNumber(item) && isinf(item->valuedouble) ? refuse(s, mark->at, "number out of range") : true;
}

static int by_key(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;
    int order = strcmp((*x)->string, (*y)->string);

    return order ? order : (*x)->valueint - (*y)->valueint;
}

/* Sorts the members and looks at neighbours, so that a long object costs no quadratic time. */
static bool keys_differ(struct scan *s, cJSON *object)
{
    size_t n = (size_t)cJSON_GetArraySize(object), i = 0;

    if (n < 2)
        return true;
    cJSON **members = malloc(n * sizeof *members), *again = NULL;
    if (!members) {
        s->no_memory = true;
        return false;
    }
    for (cJSON *member = object->child; member; member = member->next)
        members[i++] = member;
    qsort(members, n, sizeof *members, by_key);
    for (i = 1; i < n; i++) {
        if (strcmp(members[i - 1]->string, members[i]->string) == 0 &&
            (!again || members[i]->valueint < again->valueint))
            again = members[i];
    }
    free(members);
    return again ? refuse(s, (size_t)again->valueint, "key stands twice in one object") : true;
}

static bool settle(struct scan *s, cJSON *root)
{
    cJSON *up[JSON_DEPTH_MAX];
    size_t depth = 0, i = 0;

    for (cJSON *item = root; item; item = next_in_text(item, up, &depth)) {
        MUST(i < s->n_marks);
        if (!take_mark(s, item, &s->marks[i++]))
            return false;
    }
    MUST(i == s->n_marks);
    depth = 0;
    for (cJSON *item = root; item; item = next_in_text(item, up, &depth))
        if (cJSON_IsObject(item) && !keys_differ(s, item))
            return false;
    return true;
}

/* ---- places ----------------------------------------------------------------------------------------- */

/* The line that text[to] stands in, counted on from `block` at text[from]. */
static struct block line_at(const char *text, struct block block, size_t from, size_t to)
{
    const char *p = text + from;

    for (const char *lf; (lf = memchr(p, '\n', to - (size_t)(p - text))); p = lf + 1) {
        block.line++;
        block.start = (size_t)(lf - text) + 1;
    }
    return block;
}

static const struct block first_line = { .line = 1 };

static struct json_place place_of(const char *text, size_t at)
{
    struct block line = line_at(text, first_line, 0, at);

    return (struct json_place){ line.line, at - line.start + 1 };
}

static struct json_place place_in(const struct json *json, size_t at)
{
    size_t block = at / BLOCK_SIZE;
    struct block line = line_at(json->text, json->blocks[block], block * BLOCK_SIZE, at);

    return (struct json_place){ line.line, at - line.start + 1 };
}

/* False: no memory. */
static bool index_lines(struct json *json)
{
    json->blocks = malloc((json->n / BLOCK_SIZE + 1) * sizeof *json->blocks);
    if (!json->blocks)
        return false;
    json->blocks[0] = first_line;
    for (size_t i = 1; i <= json->n / BLOCK_SIZE; i++)
        json->blocks[i] = line_at(json->text, json->blocks[i - 1], (i - 1) * BLOCK_SIZE, i * BLOCK_SIZE);
    return true;
}

/* The key's opening quote: inside a key no quote stands without a backslash before it, and the bytes
 * before the opening one are `{`, `,` or white space. */
static size_t key_before(const char *text, size_t at)
{
    do
        at--;
    while (text[at] != '"');
    do
        at--;
    while (text[at] != '"' || text[at - 1] == '\\');
    return at;
}

struct json_place json_place(const struct json *json, const struct json_value *value)
{
    return place_in(json, (size_t)value->item.valueint);
}

struct json_place json_key_place(const struct json *json, const struct json_value *member)
{
    return place_in(json, key_before(json->text, (size_t)member->item.valueint));
}

static size_t skip_string(const char *p)
{
    size_t i = 1;

    while (p[i] != '"')
        i += p[i] == '\\' ? 2 : 1;
    return i + 1;
}

static size_t skip_list(const char *p)
{
    size_t depth = 0, i = 0;

    do {
        if (p[i] == '"') {
            i += skip_string(p + i);
            continue;
        }
        depth += p[i] == '{' || p[i] == '[';
        depth -= p[i] == '}' || p[i] == ']';
        i++;
    } while (depth);
    return i;
}

struct span json_text(const struct json *json)
{
    return span_of(json->text, json->n);
}

struct span json_raw(const struct json *json, const struct json_value *value)
{
    if (!value)
        return (struct span){ NULL, 0 };
    const char *p = json->text + value->item.valueint;
    if (*p == '"')
        return span_of(p, skip_string(p));
    if (*p == '{' || *p == '[')
        return span_of(p, skip_list(p));
    return span_of(p, strcspn(p, ",]} \t\r\n"));
}

/* ---- parse ------------------------------------------------------------------------------------------ */

static enum err refusal(const struct scan *s, struct json_place *where, struct error *error)
{
    if (s->no_memory)
        return error_set(error, ERR_NOMEM, "out of memory");
    if (where)
        *where = place_of((const char *)s->text, s->problem_at);
    return error_set(error, ERR_INVALID, "%s", s->problem);
}

/* A twice-given key is told by its name; all other problems have a fixed text. */
static enum err tree_refusal(const struct scan *s, const struct json *json, struct json_place *where,
                             struct error *error)
{
    if (s->no_memory || strncmp(s->problem, "key ", 4) != 0)
        return refusal(s, where, error);
    size_t at = key_before(json->text, s->problem_at);
    if (where)
        *where = place_of(json->text, at);
    return error_set(error, ERR_INVALID, "key %.*s stands twice in one object", (int)skip_string(json->text + at),
                     json->text + at);
}

/* From a copy of the text, which is taken over, to the tree. */
static enum err build(struct scan *s, char *text, struct json **json, struct json_place *where, struct error *error)
{
    if (!scan_text(s))
        return refusal(s, where, error);
    struct json *made = calloc(1, sizeof *made);
    cJSON *root = made ? cJSON_ParseWithLengthOpts(text, s->n + 1, NULL, 1) : NULL;
    if (!root) {
        free(made);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    *made = (struct json){ .root = root, .text = text, .n = s->n };
    s->no_memory = !index_lines(made);
    if (!s->no_memory && settle(s, root)) {
        *json = made;
        return ERR_OK;
    }
    enum err err = tree_refusal(s, made, where, error);
    made->text = NULL; /* the caller's */
    json_free(made);
    return err;
}

enum err json_parse(struct span text, unsigned flags, struct json **json, struct json_place *where, struct error *error)
{
    if (text.n > JSON_TEXT_MAX) {
        if (where)
            *where = (struct json_place){ 1, 1 };
        return error_set(error, ERR_INVALID, "longer than %d bytes", JSON_TEXT_MAX);
    }
    char *copy = malloc(text.n + 1);
    if (!copy)
        return error_set(error, ERR_NOMEM, "out of memory");
    if (text.n)
        memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    struct scan s = { .text = (const unsigned char *)copy, .n = text.n, .flags = flags };
    enum err err = build(&s, copy, json, where, error);
    if (err != ERR_OK)
        free(copy);
    free(s.marks);
    return err;
}

void json_free(struct json *json)
{
    if (!json)
        return;
    cJSON_Delete(json->root);
    free(json->blocks);
    free(json->text);
    free(json);
}

/* ---- getters ---------------------------------------------------------------------------------------- */

static const struct json_value *value_of(const cJSON *item)
{
    return (const struct json_value *)(const void *)item;
}

const struct json_value *json_root(const struct json *json)
{
    return json ? value_of(json->root) : NULL;
}

enum json_type json_type(const struct json_value *value)
{
    if (!value)
        return JSON_NOTHING;
    switch (value->item.type & 0xff) {
    case cJSON_NULL:
        return JSON_NULL;
    case cJSON_True:
    case cJSON_False:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    default:
        return JSON_OBJECT;
    }
}

const char *json_type_name(enum json_type type)
{
    static const char *const names[] = {
        [JSON_NOTHING] = "nothing",  [JSON_NULL] = "null",       [JSON_BOOL] = "true or false",
        [JSON_NUMBER] = "a number",  [JSON_STRING] = "a string", [JSON_ARRAY] = "an array",
        [JSON_OBJECT] = "an object",
    };
    return names[type];
}

const struct json_value *json_get(const struct json_value *object, const char *key)
{
    return object ? value_of(cJSON_GetObjectItemCaseSensitive(&object->item, key)) : NULL;
}

const struct json_value *json_first(const struct json_value *list)
{
    return list ? value_of(list->item.child) : NULL;
}

const struct json_value *json_next(const struct json_value *value)
{
    return value ? value_of(value->item.next) : NULL;
}

size_t json_count(const struct json_value *list)
{
    return list ? (size_t)cJSON_GetArraySize(&list->item) : 0;
}

struct span json_key(const struct json_value *member)
{
    return member ? span_text(member->item.string) : (struct span){ NULL, 0 };
}

struct span json_string(const struct json_value *value)
{
    if (json_type(value) != JSON_STRING)
        return (struct span){ NULL, 0 };
    return span_of(value->item.valuestring, (size_t)value->item.valuedouble);
}

bool json_true(const struct json_value *value)
{
    return value && cJSON_IsTrue(&value->item);
}

double json_number(const struct json_value *value)
{
    return json_type(value) == JSON_NUMBER ? value->item.valuedouble : 0.0;
}

bool json_integer(const struct json_value *value, int64_t *out)
{
    double number = json_number(value);

    if (json_type(value) != JSON_NUMBER || fabs(number) > 9007199254740991.0 || fabs(number - trunc(number)) > 0.0)
        return false;
    *out = (int64_t)number;
    return true;
}
