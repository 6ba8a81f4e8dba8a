/* One text becomes a tree in three steps:
 *
 *   mark    json_marks judges every byte; each value leaves a mark: where it begins and, for a string, how
 *           many bytes it decodes to
 *   build   cJSON makes the tree; it cannot refuse what json_marks let pass
 *   settle  the tree is walked in the order of the text, so the n-th value takes the n-th mark: a
 *           place goes to `valueint`, which cJSON sets and this program does not use, a string's length to
 *           `valuedouble`, which cJSON leaves alone. Then keys are checked.
 *
 * cJSON decodes a \u0000 to a NUL byte and goes on; only its C string ends there. The length restores it. */
#include "base/json.h"

#include "base/json_marks.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>

/* The line at the beginning of a block of the text: finding a place needs a scan of one block only. */
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

static bool take_mark(struct json_marks *marks, cJSON *item, const struct json_mark *mark)
{
    item->valueint = (int)mark->at;
    if (cJSON_IsString(item))
        item->valuedouble = (double)mark->length;
    return cJSON_IsNumber(item) && isinf(item->valuedouble) ? json_marks_refuse(marks, mark->at, "number out of range") : true;
}

static int by_key(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;
    int order = strcmp((*x)->string, (*y)->string);

    return order ? order : (*x)->valueint - (*y)->valueint;
}

/* Sorts the members and looks at neighbours, so that a long object costs no quadratic time. */
static bool keys_differ(struct json_marks *marks, cJSON *object)
{
    size_t n = (size_t)cJSON_GetArraySize(object), i = 0;

    if (n < 2)
        return true;
    cJSON **members = malloc(n * sizeof *members), *again = NULL;
    if (!members) {
        marks->no_memory = true;
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
    return again ? json_marks_refuse(marks, (size_t)again->valueint, "key stands twice in one object") : true;
}

static bool settle(struct json_marks *marks, cJSON *root)
{
    cJSON *up[JSON_DEPTH_MAX];
    size_t depth = 0, i = 0;

    for (cJSON *item = root; item; item = next_in_text(item, up, &depth)) {
        MUST(i < marks->n);
        if (!take_mark(marks, item, &marks->at[i++]))
            return false;
    }
    MUST(i == marks->n);
    depth = 0;
    for (cJSON *item = root; item; item = next_in_text(item, up, &depth))
        if (cJSON_IsObject(item) && !keys_differ(marks, item))
            return false;
    return true;
}

/* ---- places ----------------------------------------------------------------------------------------- */

/* The line of text[to], counted on from `block` at text[from]. */
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

/* The key's opening quote: inside a key every quote has a backslash before it, and the bytes
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

static enum err refusal(const struct json_marks *marks, const char *text, struct json_place *where, struct error *error)
{
    if (marks->no_memory)
        return error_set(error, ERR_NOMEM, "out of memory");
    if (where)
        *where = place_of(text, marks->problem_at);
    return error_set(error, ERR_INVALID, "%s", marks->problem);
}

/* The error for a duplicate key names it; all others have a fixed text. */
static enum err tree_refusal(const struct json_marks *marks, const struct json *json, struct json_place *where,
                             struct error *error)
{
    if (marks->no_memory || strncmp(marks->problem, "key ", 4) != 0)
        return refusal(marks, json->text, where, error);
    size_t at = key_before(json->text, marks->problem_at);
    if (where)
        *where = place_of(json->text, at);
    return error_set(error, ERR_INVALID, "key %.*s stands twice in one object", (int)skip_string(json->text + at),
                     json->text + at);
}

/* Builds the tree. Takes over the copy of the text. */
static enum err build(struct json_marks *marks, struct span text, char *copy, struct json **json,
                      struct json_place *where, struct error *error)
{
    struct json *made = calloc(1, sizeof *made);
    cJSON *root = made ? cJSON_ParseWithLengthOpts(copy, text.n + 1, NULL, 1) : NULL;

    if (!root) {
        free(made);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    *made = (struct json){ .root = root, .text = copy, .n = text.n };
    marks->no_memory = !index_lines(made);
    if (!marks->no_memory && settle(marks, root)) {
        *json = made;
        return ERR_OK;
    }
    enum err err = tree_refusal(marks, made, where, error);
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
    struct json_marks marks = { .n = 0 };
    enum err err = json_marks_read(&marks, copy, text.n, flags) ? build(&marks, text, copy, json, where, error)
                                                                : refusal(&marks, copy, where, error);
    if (err != ERR_OK)
        free(copy);
    free(marks.at);
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
