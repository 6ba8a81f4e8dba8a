/* Each operation finds its place in the text and splices bytes there: a document is text before and after
 * every operation, never a tree.
 *
 *   {"a":[1,2],"b":3}    /a/1 → the element `2` and its container, `[1,2]` */
#include "wire/patch.h"

#include "base/arena.h"
#include "base/ascii.h"
#include "wire/json_equal.h"
#include "wire/json_items.h"
#include "wire/json_put.h"
#include "wire/json_scan.h"
#include "wire/json_text.h"

/* Bytes of the text after each operation. */
enum { PATCHED_MAX = 64 * 1024 * 1024 };

const char *patch_kind_name(int kind)
{
    static const char *const names[PATCH_KIND_COUNT] = {
        [PATCH_ADD] = "add",   [PATCH_REMOVE] = "remove", [PATCH_REPLACE] = "replace",
        [PATCH_MOVE] = "move", [PATCH_COPY] = "copy",     [PATCH_TEST] = "test",
    };

    return names[kind];
}

static struct span rest(struct span text, size_t at)
{
    return span_of(text.p + at, text.n - at);
}

static bool is_container(struct span value)
{
    return value.p[0] == '{' || value.p[0] == '[';
}

/* ---- pointers ----------------------------------------------------------------------------------------------------- */

/* Removes the first token: the text between its `/` and the next. */
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
    struct span value;     /* p NULL: there is none yet */
    struct json_item item;      /* that is meant; with no value: the last one, if has_items */
    bool has_items;
    struct span token;     /* the last, unescaped */
};

struct patching {
    struct span text; /* after the operations so far */
    struct span root; /* its value */
    struct arena arena;      /* of the operation at hand */
    struct arena text_arena; /* of the text, once it was changed */
    const char *wrong;       /* why an operation fails */
    bool no_memory;          /* … because an allocation failed */
};

static bool fails(struct patching *p, const char *wrong)
{
    p->wrong = wrong;
    return false;
}

static bool find_member(const struct patching *p, struct place *place)
{
    struct json_item *item = &place->item;

    (void)p;
    for (bool on = json_item_first(place->container, item); on; on = json_item_next(place->container, item)) {
        place->has_items = true;
        if (json_text_is(item->key, place->token)) {
            place->value = item->value;
            return true;
        }
        if (!item->next)
            break;
    }
    return true;
}

/* The index after the last, and `-`, name an element that does not exist yet. */
static bool find_element(struct patching *p, struct place *place)
{
    struct json_item *item = &place->item;
    bool at_end = span_is(place->token, "-");
    size_t index = SIZE_MAX, i = 0;

    if (!at_end && !read_index(place->token, &index))
        return fails(p, "there is no such index");
    for (bool on = json_item_first(place->container, item); on; on = json_item_next(place->container, item), i++) {
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

/* Every container on the way must exist; the value itself may be missing. */
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

/* Replaces the text from `from` to `to` by three pieces. */
static bool splice(struct patching *p, const char *from, const char *to, const struct span pieces[3])
{
    size_t head = (size_t)(from - p->text.p), tail = p->text.n - (size_t)(to - p->text.p), n = head + tail;

    for (int i = 0; i < 3; i++)
        n += pieces[i].n;
    if (n > PATCHED_MAX)
        return fails(p, "the patched body is longer than 67108864 bytes");
    char *text = arena_alloc(&p->arena, n), *at = text;
    if (!text)
        return fails(p, "no memory");
    at = mempcpy(at, p->text.p, head);
    for (int i = 0; i < 3; i++)
        if (pieces[i].n)
            at = mempcpy(at, pieces[i].p, pieces[i].n);
    memcpy(at, to, tail);
    p->text = span_of(text, n);
    size_t root = json_skip_space(p->text, 0);
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
    p->arena.failed |= key.failed;
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

/* Removes the item and one comma: the one behind it, else the one before. */
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
        end = json_skip_space(place.container, place.item.next);
    } else {
        while (json_is_space(place.container.p[begin - 1]))
            begin--;
        begin -= place.container.p[begin - 1] == ',';
    }
    return splice(p, place.container.p + begin, place.container.p + end, nothing);
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

/* The value keeps its bytes: earlier texts live as long as the arena. */
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
           (json_equal(place.value, op->value) ? true : fails(p, "it is another value"));
}

static bool (*const operations_of[PATCH_KIND_COUNT])(struct patching *, const struct patch_operation *) = {
    [PATCH_ADD] = op_add,   [PATCH_REMOVE] = op_remove, [PATCH_REPLACE] = op_replace,
    [PATCH_MOVE] = op_move, [PATCH_COPY] = op_copy,     [PATCH_TEST] = op_test,
};

static enum err begin(struct patching *p, struct span text, struct error *error)
{
    struct error why;

    if (json_scan(text, &p->root, NULL, &why) != ERR_OK)
        return error_set(error, ERR_INVALID, "the answer is not JSON: %s", why.text);
    p->text = text;
    size_t end = (size_t)(p->root.p - text.p) + p->root.n;
    if (json_skip_space(text, end) != text.n)
        return error_set(error, ERR_INVALID, "the answer is not JSON: something follows the value");
    return ERR_OK;
}

static bool operate(struct patching *p, const struct patch_operation *op)
{
    const char *before = p->text.p;
    bool good = operations_of[op->kind](p, op);

    p->no_memory |= p->arena.failed;

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
        if (!operate(&p, op) || p.no_memory)
            err = p.no_memory ? error_set(error, ERR_NOMEM, "out of memory") : error_set(error, ERR_INVALID, "operation %zu, %s %.*s: %s", i + 1, patch_kind_name(op->kind),
                            SPAN_ARG(op->path), p.wrong);
    }
    if (err == ERR_OK)
        buf_span(out, p.text);
    arena_release(&p.text_arena);
    return err;
}
