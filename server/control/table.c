#include "control/table.h"

#include "control/handlers.h"

const struct control_row control_rows[] = {
    { .method = "GET", .path = "/__mock/", .prepare = prepare_index, .shape = "index", .summary = "lists all calls; a browser gets the page" },
    { .method = "GET", .path = "/__mock/openapi.json", .prepare = prepare_openapi, .shape = "object",
      .summary = "describes all calls, as OpenAPI 3.0" },
    { .method = "GET", .path = "/__mock/health", .answer = answer_health, .shape = "health",
      .summary = "version, dialect, scenario, seed, uptime and clock, as soon as the server is ready" },
    { .method = "GET", .path = "/__mock/clock", .answer = answer_clock, .shape = "clock",
      .summary = "the present moment, the next planned change, and whether the network is idle" },
    { .method = "POST", .path = "/__mock/clock/advance", .prepare = prepare_advance, .answer = answer_advance, .shape = "advanced",
      .summary = "moves a manual clock", .form = "{\"by\": \"10s\"}, {\"to\": \"next\"} or {\"until\": \"idle\"}", .body = "advance",
      .refusals = CONTROL_REFUSALS({ 409, "clock-is-real" }, { 409, "never-idle" }) },
    { .method = "GET", .path = "/__mock/gates", .answer = answer_gates, .shape = "gates",
      .summary = "the gates that the scenario names or that something waits for" },
    { .method = "POST", .path = "/__mock/gates/{name}", .answer = answer_open_gate, .shape = "opened",
      .summary = "opens a gate, until the next reset", .refusals = CONTROL_REFUSALS({ 404, "unknown-gate" }) },
    { .method = "GET", .path = "/__mock/requests", .prepare = prepare_requests, .answer = answer_requests, .shape = "requests",
      .parameters = control_requests_parameters, .summary = "the journal: the last exchanges" },
    { .method = "GET", .path = "/__mock/requests/{name}", .answer = answer_exchange, .shape = "exchange_full",
      .summary = "one exchange with the heads and bodies of request and reply",
      .refusals = CONTROL_REFUSALS({ 404, "unknown-exchange" }) },
    { .method = "DELETE", .path = "/__mock/requests", .answer = answer_delete_requests, .shape = "deleted",
      .summary = "empties the journal; expectations start anew" },
    { .method = "GET", .path = "/__mock/verdict", .answer = answer_verdict, .shape = "verdict",
      .summary = "expectations met and not met, and everything that --strict fails for" },
    { .method = "POST", .path = "/__mock/reset", .prepare = prepare_reset, .answer = answer_reset, .shape = "reset",
      .summary = "resets parts of the world, or all of it", .form = "{\"what\": [\"jobs\", \"journal\", \"faults\", \"gates\", \"clock\"]}",
      .body = "reset_what", .body_may_lack = true,
      .refusals = CONTROL_REFUSALS({ 409, "clock-is-real" }, { 409, "jobs-in-the-way" }) },
};
const size_t n_control_rows = sizeof control_rows / sizeof control_rows[0];
