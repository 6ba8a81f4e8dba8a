#include "wire/breakage.h"

static const struct {
    const char *name;
    bool shows_status;
} rows[BREAK_COUNT] = {
    [BREAK_NOT] = { "", true },
    [BREAK_EMPTY_RESPONSE] = { "EMPTY_RESPONSE", false },
    [BREAK_CONNECTION_RESET_BY_PEER] = { "CONNECTION_RESET_BY_PEER", false },
    [BREAK_MALFORMED_RESPONSE_CHUNK] = { "MALFORMED_RESPONSE_CHUNK", true },
    [BREAK_RANDOM_DATA_THEN_CLOSE] = { "RANDOM_DATA_THEN_CLOSE", false },
    [BREAK_TRUNCATED_HEAD] = { "TRUNCATED_HEAD", false },
    [BREAK_TRUNCATED_BODY] = { "TRUNCATED_BODY", true },
    [BREAK_RESET_IN_BODY] = { "RESET_IN_BODY", true },
    [BREAK_WRONG_LENGTH] = { "WRONG_LENGTH", true },
    [BREAK_HANG] = { "HANG", false },
};

const char *breakage_name(enum reply_break broken)
{
    return rows[broken].name;
}

bool breakage_shows_status(enum reply_break broken)
{
    return rows[broken].shows_status;
}
