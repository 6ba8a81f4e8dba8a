/* The text was accepted by json_scan, so the cursor moves over it without checks. */
#include "wire/decoder.h"

#include "wire/json_scan.h"

/* By a value's first byte; any other byte begins a number. */
enum json_type decoder_type(const char *p)
{
    static const unsigned char types[256] = {
        ['{'] = JSON_OBJECT, ['['] = JSON_ARRAY, ['"'] = JSON_STRING,
        ['t'] = JSON_BOOL,   ['f'] = JSON_BOOL,  ['n'] = JSON_NULL,
    };

    return (enum json_type)types[(unsigned char)*p];
}

void decoder_skip_space(struct decoder *d)
{
    while (*d->p == ' ' || *d->p == '\n' || *d->p == '\t' || *d->p == '\r')
        d->p++;
}

struct span decoder_take(struct decoder *d)
{
    size_t n = json_skip(span_of(d->p, (size_t)(d->end - d->p)));
    struct span value = span_of(d->p, n);

    d->p += n;
    return value;
}

struct span decoder_take_string(struct decoder *d)
{
    struct span value = decoder_take(d);

    return span_of(value.p + 1, value.n - 2);
}

bool decoder_more(struct decoder *d, char end)
{
    decoder_skip_space(d);
    if (*d->p == ',') {
        d->p++;
        decoder_skip_space(d);
    }
    return *d->p != end;
}

/* ---- errors: never cut, whatever the request's texts hold --------------------------------------------------- */

enum { ERROR_MAX = 64 * 1024 * 1024 };

static void complain(struct decoder *d, struct buf *text)
{
    d->complained = true;
    d->why = arena_span(d->arena, buf_view(text));
    d->arena->failed |= text->failed;
    buf_release(text);
}

void decoder_stop(struct decoder *d, const struct span *pieces, size_t n)
{
    struct buf text = buf_init(ERROR_MAX);

    for (size_t i = 0; i < n; i++)
        buf_span(&text, pieces[i]);
    complain(d, &text); /* replaces a type error before it, as in Go */
    d->stopped = true;
}

static void put_path(struct buf *out, const struct place *at)
{
    if (at->up) {
        put_path(out, at->up);
        buf_char(out, '.');
    }
    buf_text(out, at->field->name);
}

/* `listRequest` of `publicapi.listRequest`, `StateChange` of `model.StateChange[model.JobStateType]`. */
static struct span bare_type(const char *go_type)
{
    const char *dot = strchr(go_type, '.');
    const char *name = dot ? dot + 1 : go_type;

    return span_of(name, strcspn(name, "["));
}

static void put_type(struct buf *out, const struct field *f, bool element)
{
    static const struct {
        const char *prefix, *name; /* name NULL: the message's or the enum's */
    } types[FIELD_KIND_COUNT] = {
        [FIELD_STRING] = { "", "string" },        [FIELD_BOOL] = { "", "bool" },
        [FIELD_INT] = { "", "int" },              [FIELD_FLOAT] = { "", "float64" },
        [FIELD_ENUM] = { "", NULL },              [FIELD_TIME] = { "", "time.Time" },
        [FIELD_BYTES] = { "", "[]uint8" },        [FIELD_RAW] = { "", "json.RawMessage" },
        [FIELD_OBJECT] = { "", NULL },            [FIELD_POINTER] = { "", NULL },
        [FIELD_STRINGS] = { "[]", "string" },     [FIELD_OBJECTS] = { "[]", NULL },
        [FIELD_POINTERS] = { "[]", NULL },        [FIELD_STRING_MAP] = { "map[string]", "string" },
    };
    const char *name = f->go_type ? f->go_type : types[f->kind].name;

    if (!name)
        name = f->names ? f->names->go_type : f->message->go_type;
    buf_text(out, element ? "" : types[f->kind].prefix);
    buf_text(out, name);
}

static void begin_type_error(struct buf *out, enum json_type found)
{
    static const char *const names[JSON_TYPE_COUNT] = { "number", "object", "array", "string", "bool", "null" };

    *out = buf_init(ERROR_MAX);
    buf_text(out, "json: cannot unmarshal ");
    buf_text(out, names[found]);
}

void decoder_message_error(struct decoder *d, const struct message *m)
{
    struct buf text;

    begin_type_error(&text, decoder_type(d->p));
    buf_text(&text, " into Go value of type ");
    buf_text(&text, m->go_type);
    complain(d, &text);
}

void decoder_type_error(struct decoder *d, const struct place *at, bool element, enum json_type found, struct span literal)
{
    struct buf text;

    if (d->complained)
        return;
    begin_type_error(&text, found);
    buf_text(&text, literal.n ? " " : "");
    buf_span(&text, literal);
    buf_text(&text, " into Go struct field ");
    buf_span(&text, bare_type(at->message->go_type));
    buf_char(&text, '.');
    put_path(&text, at);
    buf_text(&text, " of type ");
    put_type(&text, at->field, element);
    complain(d, &text);
}

void decoder_refuse(struct decoder *d, const struct place *at, bool element)
{
    decoder_type_error(d, at, element, decoder_type(d->p), (struct span){ NULL, 0 });
    decoder_take(d);
}
