/* Each operation finds its place by passing over the text, and splices bytes there: a document is a text before
 * and after every operation, never a tree.
 *
 *   {"a":[1,2],"b":3}    /a/1 → the element `2`, in its container with what stands before and behind it */
#include "wire/patch.h"

#include "base/arena.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "wire/json_put.h"
#include "wire/json_scan.h"

enum { PATCHED_MAX = 1024 * 1024 * 1024, EQUAL_DEPTH_MAX = 64 };

const char *patch_kind_name(int kind)
{
    static const char *const names[PATCH_KIND_COUNT] = {
        [PATCH_ADD] = "add",   [PATCH_REMOVE] = "remove", [PATCH_REPLACE] = "replace",
        [PATCH_MOVE] = "move", [PATCH_COPY] = "copy",     [PATCH_TEST] = "test",
    };

    return names[kind];
}

/* ---- passing over JSON ------------------------------------------------------------------------------------ */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static size_t past_space(struct span text, size_t at)
{
    while (at < text.n && is_space(text.p[at]))
        at++;
    return at;
}

static struct span rest(struct span text, size_t at)
{
    return span_of(text.p + at, text.n - at);
}

/* One member or element of a container. */
struct item {
    struct span key;   /* with its quotes; p NULL: an element */
    struct span value;
    size_t begin, end; /* in the container: of key and value */
    size_t next;       /* where the one behind it begins; 0: it is the last */
};

/* The item that begins at `at`; false: the container ends there. */
static bool item_at(struct span container, size_t at, struct item *item)
{
    bool is_object = container.p[0] == '{';

    at = past_space(container, at);
    if (container.p[at] == '}' || container.p[at] == ']')
        return false;
    *item = (struct item){ .begin = at };
    if (is_object) {
        item->key = span_of(container.p + at, json_skip(rest(container, at)));
        at = past_space(container, at + item->key.n);
        at = past_space(container, at + 1); /* the colon */
    }
    item->value = span_of(container.p + at, json_skip(rest(container, at)));
    item->end = at + item->value.n;
    at = past_space(container, item->end);
    item->next = container.p[at] == ',' ? at + 1 : 0;
    return true;
}

static bool first_item(struct span container, struct item *item)
{
    return item_at(container, 1, item);
}

static bool next_item(struct span container, struct item *item)
{
    return item->next && item_at(container, item->next, item);
}

static bool is_container(struct span value)
{
    return value.p[0] == '{' || value.p[0] == '[';
}

/* ---- strings: byte after byte of what they mean ---------------------------------------------------------------- */

/* UTF-8 of the character on its way. */
struct letters {
    struct span raw; /* without quotes */
    size_t at;
    char bytes[4];
    size_t n, given;
};

static struct letters letters_of(struct span quoted)
{
    return (struct letters){ .raw = span_of(quoted.p + 1, quoted.n - 2) };
}

/* A lone surrogate comes out in three bytes as any other: only equality matters here. */
static void take_escape(struct letters *l)
{
    static const char names[] = "bfnrt", meant[] = "\b\f\n\r\t";
    int32_t code = ascii_unicode(l->raw, &l->at);

    if (code < 0) {
        code = l->raw.p[l->at + 1];
        const char *name = strchr(names, code);
        code = name ? meant[name - names] : code;
        l->at += 2;
    }
    l->n = utf8_put(l->bytes, (uint32_t)code);
}

/* The next byte, or -1. */
static int next_letter(struct letters *l)
{
    if (l->given < l->n)
        return (unsigned char)l->bytes[l->given++];
    if (l->at == l->raw.n)
        return -1;
    l->given = l->n = 0;
    if (l->raw.p[l->at] != '\\')
        return (unsigned char)l->raw.p[l->at++];
    take_escape(l);
    return (unsigned char)l->bytes[l->given++];
}

static bool same_strings(struct span a, struct span b)
{
    struct letters la = letters_of(a), lb = letters_of(b);
    int c;

    do {
        c = next_letter(&la);
        if (c != next_letter(&lb))
            return false;
    } while (c >= 0);
    return true;
}

/* ---- pointers ----------------------------------------------------------------------------------------------------- */

/* Takes the first token off: what stands between its `/` and the next. */
static struct span take_token(struct span *pointer)
{
    const char *begin = pointer->p + 1;
    const char *end = memchr(begin, '/', pointer->n - 1);
    size_t n = end ? (size_t)(end - begin) : pointer->n - 1;

    *pointer = rest(*pointer, n + 1);
    return span_of(begin, n);
}

static struct span unescaped(struct span token, struct arena *arena)
{
    char *p = arena_alloc(arena, token.n);
    size_t n = 0;

    for (size_t i = 0; p && i < token.n; i++) {
        if (token.p[i] == '~')
            p[n++] = token.p[++i] == '0' ? '~' : '/';
        else
            p[n++] = token.p[i];
    }
    return span_of(p, n);
}

static bool key_is(struct span key, struct span name)
{
    struct letters l = letters_of(key);
    size_t i = 0;

    for (int c; (c = next_letter(&l)) >= 0; i++)
        if (i == name.n || (unsigned char)name.p[i] != c)
            return false;
    return i == name.n;
}

/* Digits without a zero before them. */
static bool read_index(struct span token, size_t *index)
{
    uint64_t value;

    if (token.n > 10 || (token.n > 1 && token.p[0] == '0') || !ascii_number(token, &value))
        return false;
    *index = value;
    return true;
}

/* ---- finding ------------------------------------------------------------------------------------------------------ */

/* Where a pointer leads: a container and what of it is meant. */
struct place {
    struct span container; /* p NULL: the whole document */
    struct span value;     /* p NULL: nothing stands there yet */
    struct item item;      /* that is meant; with no value: the last one, if has_items */
    bool has_items;
    struct span token;     /* the last, unescaped */
};

struct patching {
    struct span text; /* as it stands */
    struct span root; /* its value */
    struct arena arena;      /* of the operation at hand */
    struct arena text_arena; /* of the text, once it was changed */
    const char *wrong;       /* why an operation fails */
};

static bool fails(struct patching *p, const char *wrong)
{
    p->wrong = wrong;
    return false;
}

static bool find_member(const struct patching *p, struct place *place)
{
    struct item *item = &place->item;

    (void)p;
    for (bool on = first_item(place->container, item); on; on = next_item(place->container, item)) {
        place->has_items = true;
        if (key_is(item->key, place->token)) {
            place->value = item->value;
            return true;
        }
        if (!item->next)
            break;
    }
    return true;
}

/* An index one behind the last, and `-`, mean what is not there yet. */
static bool find_element(struct patching *p, struct place *place)
{
    struct item *item = &place->item;
    bool at_end = span_is(place->token, "-");
    size_t index = SIZE_MAX, i = 0;

    if (!at_end && !read_index(place->token, &index))
        return fails(p, "there is no such index");
    for (bool on = first_item(place->container, item); on; on = next_item(place->container, item), i++) {
        place->has_items = true;
        if (i == index) {
            place->value = item->value;
            return true;
        }
        if (!item->next) {
            i++;
            break;
        }
    }
    return at_end || i == index ? true : fails(p, "the array has no such index");
}

static bool step(struct patching *p, struct place *place, struct span token)
{
    *place = (struct place){ .container = place->value, .token = unescaped(token, &p->arena) };
    if (!place->token.p)
        return fails(p, "no memory");
    if (!is_container(place->container))
        return fails(p, "what is on the way has no members");
    return place->container.p[0] == '{' ? find_member(p, place) : find_element(p, place);
}

/* All of the way but the last step must be there. */
static bool find(struct patching *p, struct span pointer, struct place *place)
{
    *place = (struct place){ .value = p->root };
    while (pointer.n) {
        if (!place->value.p)
            return fails(p, "nothing is there");
        if (!step(p, place, take_token(&pointer)))
            return false;
    }
    return true;
}

static bool find_value(struct patching *p, struct span pointer, struct place *place)
{
    return find(p, pointer, place) && (place->value.p ? true : fails(p, "nothing is there"));
}

/* ---- changing ------------------------------------------------------------------------------------------------------- */

/* Three pieces in place of what stood from `from` to `to` in the text. */
static bool splice(struct patching *p, const char *from, const char *to, const struct span pieces[3])
{
    size_t head = (size_t)(from - p->text.p), tail = p->text.n - (size_t)(to - p->text.p), n = head + tail;

    for (int i = 0; i < 3; i++)
        n += pieces[i].n;
    char *text = n <= PATCHED_MAX ? arena_alloc(&p->arena, n) : NULL, *at = text;
    if (!text)
        return fails(p, "no memory");
    at = mempcpy(at, p->text.p, head);
    for (int i = 0; i < 3; i++)
        if (pieces[i].n)
            at = mempcpy(at, pieces[i].p, pieces[i].n);
    memcpy(at, to, tail);
    p->text = span_of(text, n);
    size_t root = past_space(p->text, 0);
    p->root = span_of(text + root, json_skip(rest(p->text, root)));
    return true;
}

static bool replace_value(struct patching *p, const struct place *place, struct span value)
{
    const char *at = place->value.p;

    return splice(p, at, at + place->value.n, (const struct span[3]){ value, SPAN(""), SPAN("") });
}

/* `"key":`, or nothing in an array. */
static struct span key_text(struct patching *p, const struct place *place)
{
    CLEANUP(buf_release) struct buf key = buf_init(PATCHED_MAX);

    if (place->container.p[0] == '[')
        return SPAN("");
    json_put_string(&key, place->token);
    buf_char(&key, ':');
    return arena_span(&p->arena, buf_view(&key));
}

/* Behind the last item. */
static bool append(struct patching *p, const struct place *place, struct span value)
{
    const char *at = place->container.p + (place->has_items ? place->item.end : 1);

    return splice(p, at, at, (const struct span[3]){ place->has_items ? SPAN(",") : SPAN(""), key_text(p, place), value });
}

static bool add_at(struct patching *p, struct span path, struct span value)
{
    struct place place;

    if (!find(p, path, &place))
        return false;
    if (!place.value.p)
        return append(p, &place, value);
    if (!place.container.p || place.container.p[0] == '{')
        return replace_value(p, &place, value);
    return splice(p, place.value.p, place.value.p, (const struct span[3]){ value, SPAN(","), SPAN("") });
}

/* The item and one comma: the one behind it, else the one before. */
static bool remove_at(struct patching *p, struct span path)
{
    static const struct span nothing[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    struct place place;

    if (!find_value(p, path, &place))
        return false;
    if (!place.container.p)
        return fails(p, "the whole cannot be removed");
    size_t begin = place.item.begin, end = place.item.end;
    if (place.item.next) {
        end = past_space(place.container, place.item.next);
    } else {
        while (is_space(place.container.p[begin - 1]))
            begin--;
        begin -= place.container.p[begin - 1] == ',';
    }
    return splice(p, place.container.p + begin, place.container.p + end, nothing);
}

/* ---- equality --------------------------------------------------------------------------------------------------------- */

/* A number as digits without zeros at either end, and the power of ten of the last of them. */
struct decimal {
    bool negative;
    struct span text; /* of the digits, a point perhaps among them */
    int64_t power;
    size_t n; /* digits */
};

static int64_t exponent_of(struct span text)
{
    bool negative = text.n && text.p[0] == '-';
    int64_t value = 0;

    for (size_t i = 0; i < text.n; i++)
        if (ascii_is_digit(text.p[i]) && value < INT64_C(1000000000000))
            value = value * 10 + (text.p[i] - '0');
    return negative ? -value : value;
}

static struct decimal decimal_of(struct span number)
{
    struct decimal d = { .negative = number.p[0] == '-' };
    size_t digits = 0, first = SIZE_MAX, last = 0, behind_point = 0, behind_last = 0;
    bool point = false;
    size_t i = d.negative;

    for (; i < number.n && (ascii_is_digit(number.p[i]) || number.p[i] == '.'); i++) {
        point |= number.p[i] == '.';
        if (number.p[i] == '.')
            continue;
        behind_point += point;
        behind_last++;
        digits += first != SIZE_MAX || number.p[i] != '0';
        if (number.p[i] == '0')
            continue;
        first = first == SIZE_MAX ? i : first;
        last = i;
        behind_last = 0;
        d.n = digits;
    }
    if (first == SIZE_MAX)
        return (struct decimal){ .text = SPAN("") };
    d.text = span_of(number.p + first, last + 1 - first);
    d.power = (int64_t)behind_last - (int64_t)behind_point + (i < number.n ? exponent_of(rest(number, i + 1)) : 0);
    return d;
}

static bool same_numbers(struct span a, struct span b)
{
    struct decimal x = decimal_of(a), y = decimal_of(b);
    size_t i = 0, k = 0;

    if (x.negative != y.negative || x.power != y.power || x.n != y.n)
        return false;
    while (i < x.text.n && k < y.text.n) {
        if (x.text.p[i] == '.')
            i++;
        if (y.text.p[k] == '.')
            k++;
        if (x.text.p[i++] != y.text.p[k++])
            return false;
    }
    return true;
}

static bool equal(struct span a, struct span b, int depth);

static bool same_arrays(struct span a, struct span b, int depth)
{
    struct item x, y;
    bool more_x = first_item(a, &x), more_y = first_item(b, &y);

    while (more_x && more_y) {
        if (!equal(x.value, y.value, depth))
            return false;
        more_x = next_item(a, &x);
        more_y = next_item(b, &y);
    }
    return more_x == more_y;
}

static size_t count_items(struct span container)
{
    struct item item;
    size_t n = 0;

    for (bool on = first_item(container, &item); on; on = next_item(container, &item))
        n++;
    return n;
}

static bool has_member(struct span object, const struct item *wanted, int depth)
{
    struct item item;

    for (bool on = first_item(object, &item); on; on = next_item(object, &item))
        if (same_strings(item.key, wanted->key))
            return equal(item.value, wanted->value, depth);
    return false;
}

static bool same_objects(struct span a, struct span b, int depth)
{
    struct item item;

    if (count_items(a) != count_items(b))
        return false;
    for (bool on = first_item(a, &item); on; on = next_item(a, &item))
        if (!has_member(b, &item, depth))
            return false;
    return true;
}

static bool is_number(struct span value)
{
    return value.p[0] == '-' || ascii_is_digit(value.p[0]);
}

/* Whatever is nested deeper is not compared, and so not equal. */
static bool equal(struct span a, struct span b, int depth)
{
    if (is_number(a) && is_number(b))
        return same_numbers(a, b);
    if (a.p[0] != b.p[0] || depth == 0)
        return false;
    switch (a.p[0]) {
    case '"':
        return same_strings(a, b);
    case '{':
        return same_objects(a, b, depth - 1);
    case '[':
        return same_arrays(a, b, depth - 1);
    default:
        return span_eq(a, b);
    }
}

bool patch_equal(struct span a, struct span b)
{
    return equal(a, b, EQUAL_DEPTH_MAX);
}

/* ---- operations --------------------------------------------------------------------------------------------------------- */

static bool op_add(struct patching *p, const struct patch_operation *op)
{
    return add_at(p, op->path, op->value);
}

static bool op_remove(struct patching *p, const struct patch_operation *op)
{
    return remove_at(p, op->path);
}

static bool op_replace(struct patching *p, const struct patch_operation *op)
{
    struct place place;

    return find_value(p, op->path, &place) && replace_value(p, &place, op->value);
}

/* A value keeps its bytes: texts that were live as long as the arena. */
static bool op_move(struct patching *p, const struct patch_operation *op)
{
    struct place place;

    if (!find_value(p, op->from, &place))
        return false;
    if (span_eq(op->from, op->path))
        return true;
    struct span value = place.value;
    return remove_at(p, op->from) && add_at(p, op->path, value);
}

static bool op_copy(struct patching *p, const struct patch_operation *op)
{
    struct place place;

    return find_value(p, op->from, &place) && add_at(p, op->path, place.value);
}

static bool op_test(struct patching *p, const struct patch_operation *op)
{
    struct place place;

    return find_value(p, op->path, &place) &&
           (patch_equal(place.value, op->value) ? true : fails(p, "it is another value"));
}

static bool (*const operations_of[PATCH_KIND_COUNT])(struct patching *, const struct patch_operation *) = {
    [PATCH_ADD] = op_add,   [PATCH_REMOVE] = op_remove, [PATCH_REPLACE] = op_replace,
    [PATCH_MOVE] = op_move, [PATCH_COPY] = op_copy,     [PATCH_TEST] = op_test,
};

static enum err begin(struct patching *p, struct span text, struct error *error)
{
    struct error why;

    if (json_scan(text, &p->root, NULL, &why) != ERR_OK)
        return error_set(error, ERR_INVALID, "the answer is no JSON: %s", why.text);
    p->text = text;
    size_t end = (size_t)(p->root.p - text.p) + p->root.n;
    if (past_space(text, end) != text.n)
        return error_set(error, ERR_INVALID, "the answer is no JSON: something follows the value");
    return ERR_OK;
}

static bool operate(struct patching *p, const struct patch_operation *op)
{
    const char *before = p->text.p;
    bool good = operations_of[op->kind](p, op);

    if (p->text.p != before) { /* the operation's memory holds the text from now on */
        arena_release(&p->text_arena);
        p->text_arena = p->arena;
        p->arena = (struct arena){ 0 };
    }
    arena_release(&p->arena);
    return good;
}

enum err patch_apply(struct span text, const struct patch_operation *operations, size_t n, struct buf *out,
                     struct error *error)
{
    struct patching p = { .text = text };
    enum err err = begin(&p, text, error);

    for (size_t i = 0; i < n && err == ERR_OK; i++) {
        const struct patch_operation *op = &operations[i];
        if (!operate(&p, op))
            err = error_set(error, ERR_INVALID, "operation %zu, %s %.*s: %s", i + 1, patch_kind_name(op->kind),
                            SPAN_ARG(op->path), p.wrong);
    }
    if (err == ERR_OK)
        buf_span(out, p.text);
    arena_release(&p.text_arena);
    return err;
}
