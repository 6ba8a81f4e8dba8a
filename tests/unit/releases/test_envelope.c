#include "releases/envelope.h"
#include "support/suite.h"

enum { ROOM = 10000 };

#define ID "\"ClientID\":\"id\""

/* ---- the payload --------------------------------------------------------------------------------------------- */

static const struct payload {
    const char *name, *text, *payload;
} payloads[] = {
    { "no members", "{}", "{" ID "}" },
    { "no members, with blanks", "{ }", "{" ID " }" },
    { "no ClientID", "{\"Spec\":{}}", "{" ID ",\"Spec\":{}}" },
    { "white space around", " \n{\"a\":1}\r\n", "{" ID ",\"a\":1}" },
    { "line breaks inside", "{\n\t\"a\":\r\n1\n}", "{" ID ", \t\"a\":  1 }" },
    { "an escaped line break", "{\"a\":\"x\\ny\"}", "{" ID ",\"a\":\"x\\ny\"}" },
    { "a null ClientID", "{\"ClientID\":null}", "{" ID ",\"ClientID\":null}" },
    { "an empty ClientID", "{\"a\":1,\"ClientID\":\"\",\"b\":2}", "{\"a\":1," ID ",\"b\":2}" },
    { "an empty ClientID in other letters", "{\"clientid\" : \"\" }", "{\"clientid\" : \"id\" }" },
    { "an empty ClientID behind escapes", "{\"Client\\u0049\\u0064\":\"\"}", "{\"Client\\u0049\\u0064\":\"id\"}" },
    { "an empty ClientID between line breaks", "{\n\"ClientID\":\n\"\"\n}", "{ \"ClientID\": \"id\" }" },
    { "a ClientID", "{\"ClientID\":\"me\"}", "{\"ClientID\":\"me\"}" },
    { "a ClientID in other letters", "{\"CLIENTID\":\"me\"}", "{\"CLIENTID\":\"me\"}" },
    { "a ClientID that is a number", "{\"ClientID\":7}", "{\"ClientID\":7}" },
    { "a ClientID that is a list", "{\"ClientID\":[\"\"]}", "{\"ClientID\":[\"\"]}" },
    { "a blank ClientID", "{\"ClientID\":\" \"}", "{\"ClientID\":\" \"}" },
    { "two, the last empty", "{\"ClientID\":\"me\",\"clientId\":\"\"}", "{\"ClientID\":\"me\",\"clientId\":\"id\"}" },
    { "two, the first empty", "{\"ClientID\":\"\",\"clientId\":\"me\"}", "{\"ClientID\":\"\",\"clientId\":\"me\"}" },
    { "two, the last null", "{\"ClientID\":\"me\",\"ClientID\":null}", "{\"ClientID\":\"me\",\"ClientID\":null}" },
    { "two, empty and null", "{\"ClientID\":\"\",\"ClientID\":null}", "{\"ClientID\":\"id\",\"ClientID\":null}" },
    { "a ClientID further down", "{\"a\":{\"ClientID\":\"x\"}}", "{" ID ",\"a\":{\"ClientID\":\"x\"}}" },
    { "a ClientID as a value", "{\"a\":\"ClientID\"}", "{" ID ",\"a\":\"ClientID\"}" },
    { "a longer key", "{\"ClientIDs\":\"\"}", "{" ID ",\"ClientIDs\":\"\"}" },
    { "a shorter key", "{\"ClientI\":\"\"}", "{" ID ",\"ClientI\":\"\"}" },
    { "a key with an escaped quote", "{\"ClientI\\\"\":\"\"}", "{" ID ",\"ClientI\\\"\":\"\"}" },
    { "a key in Turkish letters", "{\"Cl\\u0131entID\":\"\"}", "{" ID ",\"Cl\\u0131entID\":\"\"}" },
    { "bytes that are no UTF-8", "{\"a\":\"\xff\"}", "{" ID ",\"a\":\"\xff\"}" },
};

START_TEST(the_client_id_goes_in_where_it_is_wanting)
{
    CLEANUP(buf_release) struct buf out = buf_init(ROOM);
    struct error error = { 0 };

    ck_assert_msg(!envelope_payload(span_text(payloads[_i].text), SPAN("id"), &out, &error), "%s: %s", payloads[_i].name,
                  error.text);
    ck_assert_msg(span_is(buf_view(&out), payloads[_i].payload), "%s: %s", payloads[_i].name, out.p);
}
END_TEST

static const struct refused {
    const char *text, *why;
} refused[] = {
    { "", "the payload is not JSON: EOF" },
    { " \n", "the payload is not JSON: EOF" },
    { "{\"a\":", "the payload is not JSON: unexpected EOF" },
    { "{a:1}", "the payload is not JSON: invalid character 'a' looking for beginning of object key string" },
    { "{\"a\":\"x\ny\"}", "the payload is not JSON: invalid character '\\n' in string literal" },
    { "[1]", "the payload is JSON, but not an object" },
    { "null", "the payload is JSON, but not an object" },
    { "\"{}\"", "the payload is JSON, but not an object" },
    { "7 ", "the payload is JSON, but not an object" },
    { "{} {}", "something follows the payload's object, at byte 3" },
    { "{}x", "something follows the payload's object, at byte 3" },
};

START_TEST(what_is_no_single_object_is_refused)
{
    CLEANUP(buf_release) struct buf out = buf_init(ROOM);
    struct error error = { 0 };

    ck_assert_msg(envelope_payload(span_text(refused[_i].text), SPAN("id"), &out, &error) == ERR_INVALID, "%s",
                  refused[_i].text);
    ck_assert_str_eq(error.text, refused[_i].why);
    ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(a_payload_beyond_the_maximum_is_refused)
{
    CLEANUP(buf_release) struct buf out = buf_init(10);
    struct error error = { 0 };

    ck_assert_int_eq(envelope_payload(SPAN("{\"a\":1}"), SPAN("id"), &out, &error), ERR_NOMEM);
    ck_assert_str_eq(error.text, "the payload is too large");
}
END_TEST

/* ---- the envelope -------------------------------------------------------------------------------------------- */

START_TEST(the_envelope_holds_payload_signature_and_key)
{
    CLEANUP(buf_release) struct buf out = buf_init(ROOM);

    envelope_write(&out, SPAN("job_create_payload"), SPAN("{ \"a\": 1 }"), SPAN("\x01\x02"), SPAN("\xff\xfe\xfd"));

    ck_assert_str_eq(out.p, "{\"job_create_payload\":{ \"a\": 1 },\"signature\":\"AQI=\",\"client_public_key\":\"//79\"}");
}
END_TEST

START_TEST(the_field_may_have_any_name)
{
    CLEANUP(buf_release) struct buf out = buf_init(ROOM);

    envelope_write(&out, SPAN("a\"b"), SPAN("{}"), SPAN(""), SPAN(""));

    ck_assert_str_eq(out.p, "{\"a\\\"b\":{},\"signature\":\"\",\"client_public_key\":\"\"}");
}
END_TEST

TEST_MAIN("envelope",
    TEST_EACH(the_client_id_goes_in_where_it_is_wanting, payloads),
    TEST_EACH(what_is_no_single_object_is_refused, refused),
    TEST(a_payload_beyond_the_maximum_is_refused),
    TEST(the_envelope_holds_payload_signature_and_key),
    TEST(the_field_may_have_any_name))
