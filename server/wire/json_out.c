#include "wire/json_out.h"

#include "base/duration.h"
#include "wire/json_put.h"

#include <inttypes.h>

struct buf *out_value(struct json_out *out, const char *key)
{
    if (out->comma)
        buf_char(out->buf, ',');
    out->comma = true;
    if (key)
        buf_printf(out->buf, "\"%s\":", key);
    return out->buf;
}

void out_open(struct json_out *out, const char *key, char bracket)
{
    buf_char(out_value(out, key), bracket);
    out->comma = false;
}

void out_close(struct json_out *out, char bracket)
{
    buf_char(out->buf, bracket);
    out->comma = true;
}

void out_text(struct json_out *out, const char *key, struct span text)
{
    json_put_string(out_value(out, key), text);
}

void out_text_or_null(struct json_out *out, const char *key, struct span text)
{
    if (text.n)
        out_text(out, key, text);
    else
        out_null(out, key);
}

void out_int(struct json_out *out, const char *key, int64_t value)
{
    buf_printf(out_value(out, key), "%" PRId64, value);
}

void out_bool(struct json_out *out, const char *key, bool value)
{
    buf_text(out_value(out, key), value ? "true" : "false");
}

void out_null(struct json_out *out, const char *key)
{
    buf_text(out_value(out, key), "null");
}

void out_moment(struct json_out *out, const char *key, int64_t ns, int zone)
{
    json_put_time(out_value(out, key), ns, zone);
}

void out_length(struct json_out *out, const char *key, int64_t ns)
{
    buf_char(out_value(out, key), '"');
    duration_format(out->buf, ns);
    buf_char(out->buf, '"');
}

void out_real(struct json_out *out, const char *key, double value)
{
    json_put_float(out_value(out, key), value);
}
