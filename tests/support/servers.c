#include "support/servers.h"

#include "support/suite.h"
#include "support/worlds.h"

struct server *server_of_text(const char *scenario, const struct program_settings *settings, struct server_options options)
{
    struct program *program = program_of_text(scenario, settings);
    struct server *server = NULL;
    struct error error;

    options.host = "127.0.0.1";
    options.world.program = program;
    options.control = true;
    options.log = LOG_OFF;
    ck_assert_msg(server_start(&options, &server, &error) == ERR_OK, "%s", error.text);
    program_drop(program);
    return server;
}
