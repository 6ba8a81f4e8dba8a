#include "support/suite.h"
#include "wire/codec.h"

#include "wire/json_put.h"

/* ---- a message with a field of every kind ------------------------------------------------------------- */

static const char *const color_names[] = { "Unknown", "Red", "SkyBlue" };
static const char *const shape_names[] = { "Round", "Square" };
static const struct enum_names colors = { color_names, 3, 1, true, "color: unknown type '%.*s'", "model.Color" };
static const struct enum_names shapes = { shape_names, 2, 0, false, NULL, "model.Shape" };

struct part {
    struct span name;
    int64_t count;
    struct span_list tags;
};

struct part_list {
    struct part *at;
    size_t n;
};

struct whole {
    struct span id;
    bool flag;
    int64_t max;
    double ratio;
    int color, shape;
    int64_t time;
    struct span bytes, raw;
    struct part part, *pointer;
    struct span_list strings;
    struct part_list parts;
    struct span_map map;
};

static const struct field part_fields[] = {
    VALUE_FIELD("Name", part, name, OMIT_EMPTY),
    VALUE_FIELD("Count", part, count, OMIT_EMPTY),
    NAMED_FIELD("Tags", part, tags, "model.Tag", OMIT_EMPTY),
};
LOCAL_MESSAGE(part_message, part, "model.Part", part_fields);

static const struct field whole_fields[] = {
    VALUE_FIELD("id", whole, id, OMIT_EMPTY),
    VALUE_FIELD("flag", whole, flag, OMIT_EMPTY),
    VALUE_FIELD("max_jobs", whole, max, OMIT_EMPTY),
    VALUE_FIELD("ratio", whole, ratio, OMIT_EMPTY),
    ENUM_FIELD("Color", whole, color, colors, OMIT_EMPTY),
    ENUM_FIELD("Shape", whole, shape, shapes, OMIT_EMPTY),
    TIME_FIELD("time", whole, time, OMIT_EMPTY),
    BYTES_FIELD("bytes", whole, bytes, OMIT_EMPTY),
    RAW_FIELD("raw", whole, raw, OMIT_EMPTY),
    OBJECT_FIELD("Part", whole, part, part_message, OMIT_EMPTY),
    OBJECT_FIELD("Pointer", whole, pointer, part_message, OMIT_EMPTY),
    VALUE_FIELD("Strings", whole, strings, OMIT_EMPTY),
    LIST_FIELD("Parts", whole, parts, part_message, OMIT_EMPTY),
    VALUE_FIELD("Map", whole, map, OMIT_EMPTY),
};
LOCAL_MESSAGE(whole_message, whole, "publicapi.wholeRequest", whole_fields);

/* ---- what every test needs ---------------------------------------------------------------------------- */

static struct whole whole;
static struct arena arena;
static struct error error;
static struct buf out;

static void setup(void)
{
    memset(&whole, 0, sizeof whole);
    memset(&error, 0, sizeof error);
    arena = (struct arena){ 0 };
    out = buf_init(16 * 1024 * 1024);
}

static void teardown(void)
{
    arena_release(&arena);
    buf_release(&out);
}

static enum err read_text(struct span text)
{
    return codec_read(&whole_message, &whole, text, &arena, &error);
}

static void assert_prints(const char *wanted)
{
    buf_clear(&out);
    codec_encode(&out, &whole_message, &whole, 0);
    ck_assert_str_eq(out.p, wanted);
}

/* ---- decoding ----------------------------------------------------------------------------------------- */

/* What a text reads as, printed again: everything empty is left out, the object Part is not. */
static const struct reading {
    const char *name, *text, *printed;
} readings[] = {
    { "nothing", "{}", "{\"Part\":{}}" },
    { "null", "null", "{\"Part\":{}}" },
    { "what follows is ignored", "{} xx", "{\"Part\":{}}" },
    { "unknown keys", "{\"foo\":{\"bar\":[1,2,{\"x\":null}]},\"id\":\"a\"}", "{\"id\":\"a\",\"Part\":{}}" },
    { "keys without case", "{\"MAX_JOBS\":3,\"Id\":\"abc\"}", "{\"id\":\"abc\",\"max_jobs\":3,\"Part\":{}}" },
    { "exact after folded", "{\"ID\":\"folded\",\"id\":\"exact\"}", "{\"id\":\"exact\",\"Part\":{}}" },
    { "folded after exact", "{\"id\":\"exact\",\"ID\":\"folded\"}", "{\"id\":\"folded\",\"Part\":{}}" },
    { "an escaped key", "{\"\\u0069d\":\"a\"}", "{\"id\":\"a\",\"Part\":{}}" },
    { "a long s in a key", "{\"max_job\u017f\":3}", "{\"max_jobs\":3,\"Part\":{}}" },
    { "a longer key", "{\"idx\":\"a\",\"i\":\"b\",\"\":\"c\"}", "{\"Part\":{}}" },
    { "a key with a NUL", "{\"id\\u0000\":\"a\"}", "{\"Part\":{}}" },
    { "the last of two", "{\"id\":\"a\",\"id\":\"b\"}", "{\"id\":\"b\",\"Part\":{}}" },
    { "null after a value",
      "{\"id\":\"abc\",\"id\":null,\"max_jobs\":1,\"max_jobs\":null,\"Color\":\"red\",\"Color\":null}",
      "{\"id\":\"abc\",\"max_jobs\":1,\"Color\":\"Red\",\"Part\":{}}" },
    { "null clears what may be nil",
      "{\"raw\":1,\"bytes\":\"QQ==\",\"Pointer\":{},\"Strings\":[\"a\"],\"Parts\":[{}],\"Map\":{\"a\":\"\"},"
      "\"raw\":null,\"bytes\":null,\"Pointer\":null,\"Strings\":null,\"Parts\":null,\"Map\":null}",
      "{\"Part\":{}}" },
    { "objects are merged",
      "{\"Part\":{\"Name\":\"a\",\"Count\":1},\"Part\":{\"Count\":2},\"Pointer\":{\"Name\":\"p\"},\"pointer\":{\"count\":3}}",
      "{\"Part\":{\"Name\":\"a\",\"Count\":2},\"Pointer\":{\"Name\":\"p\",\"Count\":3}}" },
    { "maps are merged", "{\"Map\":{\"b\":\"1\",\"a\":\"2\",\"c\":\"3\",\"b\":\"4\"},\"Map\":{\"a\":\"5\",\"d\":null}}",
      "{\"Part\":{},\"Map\":{\"a\":\"5\",\"b\":\"4\",\"c\":\"3\",\"d\":\"\"}}" },
    { "lists are read over and cut",
      "{\"Parts\":[{\"Name\":\"a\",\"Count\":1},{\"Name\":\"b\"}],\"Parts\":[{\"Count\":2}]}",
      "{\"Part\":{},\"Parts\":[{\"Name\":\"a\",\"Count\":2}]}" },
    { "a list that grows", "{\"Strings\":[\"a\",null,\"c\"],\"Strings\":[null,\"2\",null,\"4\",\"5\"]}",
      "{\"Part\":{},\"Strings\":[\"a\",\"2\",\"c\",\"4\",\"5\"]}" },
    { "numbers", "{\"max_jobs\":-9223372036854775808,\"ratio\":-1.5E+2}",
      "{\"max_jobs\":-9223372036854775808,\"ratio\":-150,\"Part\":{}}" },
    { "the largest int", "{\"max_jobs\":9223372036854775807}", "{\"max_jobs\":9223372036854775807,\"Part\":{}}" },
    { "an underflow", "{\"ratio\":1e-999}", "{\"Part\":{}}" },
    { "white space",
      " {\n\t\"id\" :\r\"a\" , \"Strings\" : [ \"b\" , \"c\" ] , \"Map\" : { \"d\" : \"e\" } , \"flag\" : true } ",
      "{\"id\":\"a\",\"flag\":true,\"Part\":{},\"Strings\":[\"b\",\"c\"],\"Map\":{\"d\":\"e\"}}" },
    { "an enum in white space", "{\"Color\":\"\\t\\u2003skyblue\\u3000\\n\",\"Shape\":\"SQUARE\"}",
      "{\"Color\":\"SkyBlue\",\"Shape\":\"Square\",\"Part\":{}}" },
    { "an enum with a Kelvin sign", "{\"Color\":\"s\u212ayblue\"}", "{\"Color\":\"SkyBlue\",\"Part\":{}}" },
    { "an unknown text that reads as the first", "{\"Shape\":\" Square\"}", "{\"Part\":{}}" },
    { "times", "{\"time\":\"2023-03-01T10:20:30.120+01:30\"}", "{\"time\":\"2023-03-01T08:50:30.12Z\",\"Part\":{}}" },
    { "the zero time", "{\"time\":\"0001-01-01T00:00:00Z\"}", "{\"time\":\"0001-01-01T00:00:00Z\",\"Part\":{}}" },
    { "base64 with line breaks", "{\"bytes\":\"QU\\nJD\"}", "{\"bytes\":\"QUJD\",\"Part\":{}}" },
    { "a raw value as it stands", "{\"raw\": { \"b\" : [ 1 ] } }", "{\"raw\":{ \"b\" : [ 1 ] },\"Part\":{}}" },
};

START_TEST(a_text_is_read_as_the_reference_reads_it)
{
    const struct reading *row = &readings[_i];

    enum err err = read_text(span_text(row->text));

    ck_assert_msg(err == ERR_OK, "%s: %s", row->name, error.text);
    /* an OMIT_EMPTY time is printed all the same: it is a struct */
    const char *zero_time = "\"time\":\"0001-01-01T00:00:00Z\",";
    codec_encode(&out, &whole_message, &whole, 0);
    char *at = strstr(row->printed, "\"time\"") ? NULL : strstr(out.p, zero_time);
    if (at)
        memmove(at, at + strlen(zero_time), strlen(at + strlen(zero_time)) + 1);
    ck_assert_msg(strcmp(out.p, row->printed) == 0, "%s: %s", row->name, out.p);
}
END_TEST

#define BAD_BYTE "\xef\xbf\xbd"
#define TEXT(literal) { "" literal, sizeof(literal) - 1 }

static const struct text_row {
    struct span text, read;
} texts[] = {
    { TEXT("\"\""), TEXT("") },
    { TEXT("\"abc\""), TEXT("abc") },
    { TEXT("\"\\u0041\\\"\\\\\\/\\b\\f\\n\\r\\t\""), TEXT("A\"\\/\b\f\n\r\t") },
    { TEXT("\"a\\u0000b\""), TEXT("a\0b") },
    { TEXT("\"\\u00e9\\u20ac\""), TEXT("\u00e9\u20ac") },
    { TEXT("\"\\ud83d\\ude00\""), TEXT("\U0001f600") },
    { TEXT("\"\\uD83D\\uDE00\""), TEXT("\U0001f600") },
    { TEXT("\"\\ud83d\""), TEXT(BAD_BYTE) },
    { TEXT("\"\\ud83dx\""), TEXT(BAD_BYTE "x") },
    { TEXT("\"\\ud83d\\n\""), TEXT(BAD_BYTE "\n") },
    { TEXT("\"\\ud83d\\u0041\""), TEXT(BAD_BYTE "A") },
    { TEXT("\"\\ud83d\\ud83d\\ude00\""), TEXT(BAD_BYTE "\U0001f600") },
    { TEXT("\"\\ude00\\ud83d\""), TEXT(BAD_BYTE BAD_BYTE) },
    { TEXT("\"\u2028\u00e9\U0001f600\x7f\""), TEXT("\u2028\u00e9\U0001f600\x7f") },
    { TEXT("\"a\xff\xfe" "b\""), TEXT("a" BAD_BYTE BAD_BYTE "b") },
    { TEXT("\"\xc0\x80\""), TEXT(BAD_BYTE BAD_BYTE) },
    { TEXT("\"\xe2\x82\""), TEXT(BAD_BYTE BAD_BYTE) },
    { TEXT("\"\xed\xa0\x80\""), TEXT(BAD_BYTE BAD_BYTE BAD_BYTE) },
    { TEXT("\"\xf4\x90\x80\x80\""), TEXT(BAD_BYTE BAD_BYTE BAD_BYTE BAD_BYTE) },
    { TEXT("\"\xf4\x8f\xbf\xbf\""), TEXT("\xf4\x8f\xbf\xbf") },
};

START_TEST(a_string_says_what_the_reference_hears)
{
    struct buf text = buf_init(1000);

    buf_text(&text, "{\"id\":");
    buf_span(&text, texts[_i].text);
    buf_text(&text, "}");
    ck_assert_int_eq(read_text(buf_view(&text)), ERR_OK);

    ck_assert_msg(span_eq(whole.id, texts[_i].read), "row %d: %.*s", _i, SPAN_ARG(whole.id));
    bool borrowed = whole.id.p >= text.p && whole.id.p < text.p + text.n;
    ck_assert_msg(borrowed == span_eq(texts[_i].read, span_of(texts[_i].text.p + 1, texts[_i].text.n - 2)), "row %d",
                  _i);
    buf_release(&text);
}
END_TEST

static const struct refusal {
    const char *text, *message;
} refusals[] = {
    { "", "EOF" },
    { "{\"max_jobs\":\"x\",", "unexpected EOF" },
    { "[]", "json: cannot unmarshal array into Go value of type publicapi.wholeRequest" },
    { "\"x\"", "json: cannot unmarshal string into Go value of type publicapi.wholeRequest" },
    { "3", "json: cannot unmarshal number into Go value of type publicapi.wholeRequest" },
    { "true", "json: cannot unmarshal bool into Go value of type publicapi.wholeRequest" },
    { "{\"id\":3}", "json: cannot unmarshal number into Go struct field wholeRequest.id of type string" },
    { "{\"id\":1.5}", "json: cannot unmarshal number into Go struct field wholeRequest.id of type string" },
    { "{\"ID\":[\"a\"]}", "json: cannot unmarshal array into Go struct field wholeRequest.id of type string" },
    { "{\"id\":{\"a\":1}}", "json: cannot unmarshal object into Go struct field wholeRequest.id of type string" },
    { "{\"max_jobs\":\"3\"}", "json: cannot unmarshal string into Go struct field wholeRequest.max_jobs of type int" },
    { "{\"max_jobs\":3.0}",
      "json: cannot unmarshal number 3.0 into Go struct field wholeRequest.max_jobs of type int" },
    { "{\"max_jobs\":1e2}",
      "json: cannot unmarshal number 1e2 into Go struct field wholeRequest.max_jobs of type int" },
    { "{\"max_jobs\":9223372036854775808}",
      "json: cannot unmarshal number 9223372036854775808 into Go struct field wholeRequest.max_jobs of type int" },
    { "{\"max_jobs\":-9223372036854775809}",
      "json: cannot unmarshal number -9223372036854775809 into Go struct field wholeRequest.max_jobs of type int" },
    { "{\"ratio\":1e400}",
      "json: cannot unmarshal number 1e400 into Go struct field wholeRequest.ratio of type float64" },
    { "{\"ratio\":\"1\"}", "json: cannot unmarshal string into Go struct field wholeRequest.ratio of type float64" },
    { "{\"flag\":0}", "json: cannot unmarshal number into Go struct field wholeRequest.flag of type bool" },
    { "{\"Color\":true}", "json: cannot unmarshal bool into Go struct field wholeRequest.Color of type model.Color" },
    { "{\"Color\":1.0}", "json: cannot unmarshal number into Go struct field wholeRequest.Color of type model.Color" },
    { "{\"Color\":\"\"}", "color: unknown type ''" },
    { "{\"Color\":\" Unknown\"}", "color: unknown type ' Unknown'" },
    { "{\"Color\":\"\\u00e9\"}", "color: unknown type '\u00e9'" },
    { "{\"Color\":\"sky\u212alue\"}", "color: unknown type 'sky\u212alue'" },
    { "{\"id\":1,\"Color\":\"x\",\"id\":[]}", "color: unknown type 'x'" },
    { "{\"Color\":true,\"id\":3}",
      "json: cannot unmarshal bool into Go struct field wholeRequest.Color of type model.Color" },
    { "{\"Part\":\"x\"}", "json: cannot unmarshal string into Go struct field wholeRequest.Part of type model.Part" },
    { "{\"Pointer\":[]}", "json: cannot unmarshal array into Go struct field wholeRequest.Pointer of type model.Part" },
    { "{\"Part\":{\"Count\":1.0}}",
      "json: cannot unmarshal number 1.0 into Go struct field Part.Part.Count of type int" },
    { "{\"pointer\":{\"tags\":[\"a\",1]}}",
      "json: cannot unmarshal number into Go struct field Part.Pointer.Tags of type model.Tag" },
    { "{\"Part\":{\"Tags\":\"x\"}}",
      "json: cannot unmarshal string into Go struct field Part.Part.Tags of type []model.Tag" },
    { "{\"Strings\":{}}", "json: cannot unmarshal object into Go struct field wholeRequest.Strings of type []string" },
    { "{\"Parts\":{}}", "json: cannot unmarshal object into Go struct field wholeRequest.Parts of type []model.Part" },
    { "{\"Parts\":[{},1]}",
      "json: cannot unmarshal number into Go struct field wholeRequest.Parts of type model.Part" },
    { "{\"Parts\":[{},{\"Name\":1}]}",
      "json: cannot unmarshal number into Go struct field Part.Parts.Name of type string" },
    { "{\"Map\":[]}", "json: cannot unmarshal array into Go struct field wholeRequest.Map of type map[string]string" },
    { "{\"Map\":{\"a\":1}}", "json: cannot unmarshal number into Go struct field wholeRequest.Map of type string" },
    { "{\"bytes\":\"Q\"}", "illegal base64 data at input byte 0" },
    { "{\"id\":1,\"bytes\":\"Q\"}",
      "json: cannot unmarshal number into Go struct field wholeRequest.id of type string" },
    { "{\"time\":3}", "Time.UnmarshalJSON: input is not a JSON string" },
    { "{\"time\":\"\"}", "parsing time \"\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"2006\"" },
    { "{\"time\":\"2023-03-01 10:20:30Z\"}",
      "parsing time \"2023-03-01 10:20:30Z\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \" 10:20:30Z\" as \"T\"" },
    { "{\"time\":\"2023-03-01T10:20:30\"}",
      "parsing time \"2023-03-01T10:20:30\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"Z07:00\"" },
    { "{\"time\":\"2023-13-01T10:20:30Z\"}", "parsing time \"2023-13-01T10:20:30Z\": month out of range" },
    { "{\"time\":\"2023-02-29T10:20:30Z\"}", "parsing time \"2023-02-29T10:20:30Z\": day out of range" },
    { "{\"time\":\"2023-03-01T10:20:30Zx\"}", "parsing time \"2023-03-01T10:20:30Zx\": extra text: \"x\"" },
};

START_TEST(what_does_not_fit_is_refused_in_the_references_words)
{
    enum err err = read_text(span_text(refusals[_i].text));

    ck_assert_msg(err == ERR_INVALID, "%s", refusals[_i].text);
    ck_assert_str_eq(error.text, refusals[_i].message);
}
END_TEST

START_TEST(reading_goes_on_after_a_type_error_and_the_first_one_is_told)
{
    enum err err = read_text(SPAN("{\"max_jobs\":\"x\",\"Map\":{\"a\":1,\"b\":\"2\"},\"Strings\":[\"a\",1,\"c\"],\"id\":\"me\"}"));

    ck_assert_int_eq(err, ERR_INVALID);
    ck_assert_str_eq(error.text,
                     "json: cannot unmarshal string into Go struct field wholeRequest.max_jobs of type int");
    ck_assert(span_is(whole.id, "me"));
    assert_prints("{\"id\":\"me\",\"time\":\"0001-01-01T00:00:00Z\",\"Part\":{},\"Strings\":[\"a\",\"\",\"c\"],\"Map\":{\"a\":\"\",\"b\":\"2\"}}");
}
END_TEST

START_TEST(an_unknown_enum_text_ends_the_reading)
{
    read_text(SPAN("{\"flag\":true,\"Parts\":[{\"Count\":1}],\"Color\":\"x\",\"id\":\"never\"}"));

    assert_prints("{\"flag\":true,\"time\":\"0001-01-01T00:00:00Z\",\"Part\":{},\"Parts\":[{\"Count\":1}]}");
}
END_TEST

START_TEST(an_error_that_nobody_asks_for_is_found_all_the_same)
{
    ck_assert_int_eq(codec_read(&whole_message, &whole, SPAN("{\"id\":1,\"bytes\":\"?\"}"), &arena, NULL), ERR_INVALID);
    ck_assert_int_eq(codec_read(&whole_message, &whole, SPAN("{"), &arena, NULL), ERR_INVALID);
}
END_TEST

START_TEST(an_empty_list_is_told_from_none)
{
    ck_assert_int_eq(read_text(SPAN("{\"Strings\":[],\"Map\":{},\"bytes\":\"\"}")), ERR_OK);

    ck_assert(whole.strings.at && whole.strings.n == 0);
    ck_assert(whole.map.at && whole.map.n == 0);
    ck_assert(whole.bytes.p && whole.bytes.n == 0);
    ck_assert_ptr_null(whole.parts.at);
}
END_TEST

START_TEST(a_large_map_with_every_key_twice_is_read_soon_and_the_later_values_stay)
{
    enum { KEYS = 100000 };
    struct buf text = buf_init(16 * 1024 * 1024);

    buf_text(&text, "{\"Map\":{");
    for (int i = 0; i < 2 * KEYS; i++)
        buf_printf(&text, "%s\"%d\":\"%d\"", i ? "," : "", i % KEYS, i);
    buf_text(&text, "}}");
    ck_assert_int_eq(read_text(buf_view(&text)), ERR_OK);
    codec_encode(&out, &whole_message, &whole, 0);

    ck_assert_uint_eq(whole.map.n, KEYS);
    ck_assert(span_is(whole.map.at[0].key, "0") && span_is(whole.map.at[0].value, "100000"));
    ck_assert(span_is(whole.map.at[KEYS - 1].key, "99999") && span_is(whole.map.at[KEYS - 1].value, "199999"));
    buf_release(&text);
}
END_TEST

/* ---- encoding ----------------------------------------------------------------------------------------- */

static const struct put_row {
    struct span text;
    const char *printed;
} puts_rows[] = {
    { TEXT(""), "\"\"" },
    { TEXT("plain text, no escapes: /'~\x7f"), "\"plain text, no escapes: /'~\x7f\"" },
    { TEXT("\"\\"), "\"\\\"\\\\\"" },
    { TEXT("<a href=\"x\">&"), "\"\\u003ca href=\\\"x\\\"\\u003e\\u0026\"" },
    { TEXT("\n\r\t\b\f\0\x1f"), "\"\\n\\r\\t\\u0008\\u000c\\u0000\\u001f\"" },
    { TEXT("\u2027\u2028\u2029\u202a"), "\"\u2027\\u2028\\u2029\u202a\"" },
    { TEXT("\u00e9\u20ac\U0001f600"), "\"\u00e9\u20ac\U0001f600\"" },
    { TEXT("a\xff" "b\xc3"), "\"a\\ufffdb\\ufffd\"" },
    { TEXT("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"" },
};

START_TEST(a_string_is_escaped_as_the_reference_does)
{
    json_put_string(&out, puts_rows[_i].text);

    ck_assert_str_eq(out.p, puts_rows[_i].printed);
}
END_TEST

static const struct float_row {
    double value;
    const char *printed;
} floats[] = {
    { 0, "0" },
    { -0.0, "-0" },
    { 1800, "1800" },
    { 1.5, "1.5" },
    { -0.1, "-0.1" },
    { 0.000001, "0.000001" },
    { 0.00000123, "0.00000123" },
    { 0.0000001, "1e-7" },
    { 0.00000015, "1.5e-7" },
    { 1.25e-10, "1.25e-10" },
    { 999999999999999, "999999999999999" },
    { 1e15, "1000000000000000" },
    { 123456789012345.67, "123456789012345.67" },
    { 9223372036854775808.0, "9223372036854776000" },
    { 123456789012345680000.0, "123456789012345680000" },
    { 1e21, "1e+21" },
    { 1.5e300, "1.5e+300" },
    { 5e-324, "5e-324" },
    { 1.7976931348623157e308, "1.7976931348623157e+308" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 0x1p-24, "5.960464477539063e-8" },
};

START_TEST(a_float_is_as_short_as_it_can_be)
{
    json_put_float(&out, floats[_i].value);

    ck_assert_str_eq(out.p, floats[_i].printed);
}
END_TEST

static const struct time_row {
    int64_t ns;
    int zone;
    const char *printed;
} times[] = {
    { 0, 0, "\"0001-01-01T00:00:00Z\"" },
    { 0, 3600, "\"0001-01-01T00:00:00Z\"" },
    { 1677666030000000000, 0, "\"2023-03-01T10:20:30Z\"" },
    { 1677666030120000000, 0, "\"2023-03-01T10:20:30.12Z\"" },
    { 1677666030000000001, 0, "\"2023-03-01T10:20:30.000000001Z\"" },
    { 1677666030000000000, 5400, "\"2023-03-01T11:50:30+01:30\"" },
    { 1677666030000000000, -12600, "\"2023-03-01T06:50:30-03:30\"" },
    { 1709251199999999999, 0, "\"2024-02-29T23:59:59.999999999Z\"" },
    { -1, 0, "\"1969-12-31T23:59:59.999999999Z\"" },
    { INT64_MIN, 0, "\"1677-09-21T00:12:43.145224192Z\"" },
    { INT64_MAX, 0, "\"2262-04-11T23:47:16.854775807Z\"" },
};

START_TEST(a_time_is_printed_in_its_zone_without_trailing_zeros)
{
    json_put_time(&out, times[_i].ns, times[_i].zone);

    ck_assert_str_eq(out.p, times[_i].printed);
}
END_TEST

/* The same message, nothing left out. */
struct bare {
    struct span_list strings, empty;
    struct span_map map;
    struct span bytes, raw;
    struct part *null, *zero;
    struct {
        struct part **at;
        size_t n;
    } pointers;
};

static const struct field bare_fields[] = {
    VALUE_FIELD("strings", bare, strings, 0),
    VALUE_FIELD("empty", bare, empty, EMPTY_LIST),
    VALUE_FIELD("map", bare, map, 0),
    BYTES_FIELD("bytes", bare, bytes, 0),
    RAW_FIELD("raw", bare, raw, 0),
    OBJECT_FIELD("null", bare, null, part_message, 0),
    OBJECT_FIELD("zero", bare, zero, part_message, ZERO_OBJECT),
    LIST_FIELD("pointers", bare, pointers, part_message, EMPTY_LIST),
};
LOCAL_MESSAGE(bare_message, bare, "bare", bare_fields);
static const struct message empty_message = { "empty", 0, NULL, 0 };

START_TEST(what_is_nil_prints_null_unless_its_flags_say_otherwise)
{
    struct bare bare = { .null = NULL };

    codec_encode(&out, &bare_message, &bare, 0);

    ck_assert_str_eq(out.p,
                     "{\"strings\":null,\"empty\":[],\"map\":null,\"bytes\":null,\"raw\":null,\"null\":null,\"zero\":{},\"pointers\":[]}");
}
END_TEST

START_TEST(what_is_there_prints_and_map_keys_are_sorted_by_bytes)
{
    struct span words[] = { SPAN("a"), SPAN("<") };
    struct span_pair pairs[] = { { SPAN("b"), SPAN("2") }, { SPAN("B"), SPAN("1") }, { SPAN("b0"), SPAN("3") },
                                        { SPAN(""), SPAN("0") } };
    struct part one = { .name = SPAN("one") }, two = { .count = -2 };
    struct part *parts[] = { &one, &two };
    struct bare bare = { .strings = { words, 2 },
                         .map = { pairs, 4 },
                         .bytes = SPAN("\xff\x00"),
                         .raw = SPAN("{ }"),
                         .null = &two,
                         .pointers = { parts, 2 } };

    codec_encode(&out, &bare_message, &bare, 0);

    ck_assert_str_eq(out.p,
                     "{\"strings\":[\"a\",\"\\u003c\"],\"empty\":[],\"map\":{\"\":\"0\",\"B\":\"1\",\"b\":\"2\",\"b0\":\"3\"},"
                            "\"bytes\":\"/wA=\",\"raw\":{ },\"null\":{\"Count\":-2},\"zero\":{},"
                            "\"pointers\":[{\"Name\":\"one\"},{\"Count\":-2}]}");
}
END_TEST

START_TEST(a_message_without_fields_is_an_empty_object)
{
    codec_encode(&out, &empty_message, &whole, 0);

    ck_assert_str_eq(out.p, "{}");
}
END_TEST

START_TEST(a_buffer_that_is_full_is_marked_and_nothing_is_written_beyond)
{
    read_text(SPAN("{\"id\":\"abc\",\"Strings\":[\"def\"],\"Map\":{\"a\":\"b\"}}"));
    codec_encode(&out, &whole_message, &whole, 0);

    for (size_t max = 0; max < out.n; max++) {
        struct buf small = buf_init(max);
        codec_encode(&small, &whole_message, &whole, 0);
        ck_assert(small.failed && small.n <= max);
        buf_release(&small);
    }
}
END_TEST

/* ---- zero --------------------------------------------------------------------------------------------- */

static const struct zero_row {
    const char *text;
    bool zero;
} zero_rows[] = {
    { "{}", true },
    { "{\"id\":\"\",\"flag\":false,\"max_jobs\":0,\"ratio\":-0.0,\"Part\":{\"Name\":\"\"}}", true },
    { "{\"id\":\"a\"}", false },
    { "{\"flag\":true}", false },
    { "{\"max_jobs\":-1}", false },
    { "{\"ratio\":1e-9}", false },
    { "{\"Color\":\"red\"}", false },
    { "{\"time\":\"2023-03-01T10:20:30Z\"}", false },
    { "{\"bytes\":\"\"}", false },
    { "{\"raw\":0}", false },
    { "{\"Part\":{\"Count\":1}}", false },
    { "{\"Part\":{\"Tags\":[]}}", false },
    { "{\"Pointer\":{}}", false },
    { "{\"Strings\":[]}", false },
    { "{\"Parts\":[]}", false },
    { "{\"Map\":{}}", false },
};

START_TEST(only_what_was_never_there_is_zero)
{
    ck_assert_msg(read_text(span_text(zero_rows[_i].text)) == ERR_OK, "%s", error.text);

    ck_assert_msg(codec_is_zero(&whole_message, &whole) == zero_rows[_i].zero, "%s", zero_rows[_i].text);
}
END_TEST

START_TEST(an_enum_is_found_as_its_table_says)
{
    ck_assert_int_eq(codec_enum_find(&colors, SPAN(" red\t")), 1);
    ck_assert_int_eq(codec_enum_find(&colors, SPAN("Unknown")), -1);
    ck_assert_int_eq(codec_enum_find(&colors, SPAN("")), -1);
    ck_assert_int_eq(codec_enum_find(&shapes, SPAN("ROUND")), 0);
    ck_assert_int_eq(codec_enum_find(&shapes, SPAN(" Round")), -1);
}
END_TEST

START_TEST(an_error_quotes_a_text_of_any_length_and_its_nul_bytes)
{
    CLEANUP(buf_release) struct buf text = buf_init(1 << 20);
    struct span why;

    buf_text(&text, "{\"Color\":\"a\\u0000");
    for (int i = 0; i < 5000; i++)
        buf_char(&text, 'b');
    buf_text(&text, "\"}");

    ck_assert_int_eq(codec_decode(&whole_message, &whole, buf_view(&text), &arena, &why), ERR_INVALID);

    size_t around = strlen("color: unknown type ''");
    ck_assert_uint_eq(why.n, around + 5002);
    ck_assert_int_eq(why.p[around], '\0');
    ck_assert_int_eq(why.p[why.n - 1], '\'');
}
END_TEST

TEST_MAIN("codec",
    TEST_GROUP("decode", .setup = setup, .teardown = teardown),
    TEST_EACH(a_text_is_read_as_the_reference_reads_it, readings),
    TEST_EACH(a_string_says_what_the_reference_hears, texts),
    TEST_EACH(what_does_not_fit_is_refused_in_the_references_words, refusals),
    TEST(reading_goes_on_after_a_type_error_and_the_first_one_is_told),
    TEST(an_unknown_enum_text_ends_the_reading),
    TEST(an_error_quotes_a_text_of_any_length_and_its_nul_bytes),
    TEST(an_error_that_nobody_asks_for_is_found_all_the_same),
    TEST(an_empty_list_is_told_from_none),
    TEST(a_large_map_with_every_key_twice_is_read_soon_and_the_later_values_stay),
    TEST_EACH(only_what_was_never_there_is_zero, zero_rows),
    TEST(an_enum_is_found_as_its_table_says),
    TEST_GROUP("encode", .setup = setup, .teardown = teardown),
    TEST_EACH(a_string_is_escaped_as_the_reference_does, puts_rows),
    TEST_EACH(a_float_is_as_short_as_it_can_be, floats),
    TEST_EACH(a_time_is_printed_in_its_zone_without_trailing_zeros, times),
    TEST(what_is_nil_prints_null_unless_its_flags_say_otherwise),
    TEST(what_is_there_prints_and_map_keys_are_sorted_by_bytes),
    TEST(a_message_without_fields_is_an_empty_object),
    TEST(a_buffer_that_is_full_is_marked_and_nothing_is_written_beyond))
