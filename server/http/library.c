#include "http/library.h"

#include <civetweb.h>

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert((int)HEAD_HEADERS_MAX == (int)MG_MAX_HEADERS, "the library drops headers above its maximum");

struct library {
    struct mg_context *context;
    struct library_events events;
    void *user;
};

static struct mg_connection *mg(struct connection *connection)
{
    return (struct mg_connection *)connection;
}

/* ---- callbacks ----------------------------------------------------------------------------------------------- */

static const struct library *library_of(const struct mg_connection *conn)
{
    return mg_get_user_data(mg_get_context(conn));
}

static int pass_on(const struct mg_connection *conn, enum library_door door)
{
    struct connection *connection = (struct connection *)(uintptr_t)conn;

    return library_of(conn)->events.request(mg_get_thread_pointer(conn), connection, door);
}

static int on_begin_request(struct mg_connection *conn)
{
    return pass_on(conn, DOOR_REQUEST);
}

/* Returning 0 means that the reply was sent: the library adds nothing. */
static int on_http_error(struct mg_connection *conn, int status, const char *message)
{
    (void)status;
    (void)message;
    pass_on(conn, DOOR_ERROR);
    return 0;
}

static void on_connection_close(const struct mg_connection *conn)
{
    if (mg_get_request_info(conn))
        pass_on(conn, DOOR_CLOSE);
}

static int on_init_connection(const struct mg_connection *conn, void **data)
{
    (void)data;
    library_of(conn)->events.opened(mg_get_thread_pointer(conn));
    return 0;
}

static void on_connection_closed(const struct mg_connection *conn)
{
    library_of(conn)->events.closed(mg_get_thread_pointer(conn));
}

/* `kind` 1 is a worker, 0 the thread that accepts. */
static void *on_init_thread(const struct mg_context *context, int kind)
{
    const struct library *library = mg_get_user_data(context);

    return kind == 0 || kind == 1 ? library->events.thread(library->user, kind == 0) : NULL;
}

static int on_log_message(const struct mg_connection *conn, const char *message)
{
    const struct library *library = library_of(conn);

    library->events.log(library->user, message);
    return 1; /* the library writes nothing itself */
}

/* ---- start and stop ------------------------------------------------------------------------------------------ */

/* Threads inherit the mask. */
static struct mg_context *start_masked(struct library *library, const char **settings)
{
    static const struct mg_callbacks callbacks = { .begin_request = on_begin_request,
                                                   .log_message = on_log_message,
                                                   .http_error = on_http_error,
                                                   .init_connection = on_init_connection,
                                                   .connection_close = on_connection_close,
                                                   .connection_closed = on_connection_closed,
                                                   .init_thread = on_init_thread };
    struct mg_init_data init = { .callbacks = &callbacks, .user_data = library, .configuration_options = settings };
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    mg_init_library(0);
    struct mg_context *context = mg_start2(&init, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return context;
}

static bool start_on_port(struct library *library, const struct library_options *options, int *port)
{
    char where[300], workers[12], silence[12], idle[12], head[12];
    const char *settings[] = { "listening_ports", where, "num_threads", workers, "connection_queue", workers,
                               "request_timeout_ms", silence, "keep_alive_timeout_ms", idle, "max_request_size", head,
                               "listen_backlog", "4096", "enable_keep_alive", "yes", "tcp_nodelay", "1",
                               "decode_url", "no", "decode_query_string", "no", "enable_auth_domain_check", "no",
                               "access_control_allow_methods", "", "enable_directory_listing", "no", NULL };
    struct mg_server_port listening;

    snprintf(where, sizeof(where), "%s:%d", options->host, options->port);
    snprintf(workers, sizeof(workers), "%d", options->workers);
    snprintf(silence, sizeof(silence), "%d", options->silence_ms);
    snprintf(idle, sizeof(idle), "%d", options->idle_ms);
    snprintf(head, sizeof(head), "%d", options->head_max);
    library->context = start_masked(library, settings);
    if (!library->context || mg_get_server_ports(library->context, 1, &listening) != 1)
        return false;
    *port = listening.port;
    return true;
}

struct library *library_start(const struct library_options *options, const struct library_events *events,
                              void *context, int *port)
{
    struct library *library = calloc(1, sizeof(*library));

    if (!library)
        return NULL;
    library->events = *events;
    library->user = context;
    if (start_on_port(library, options, port))
        return library;
    library_stop(library);
    return NULL;
}

void library_stop(struct library *library)
{
    if (library->context)
        mg_stop(library->context);
    free(library);
    mg_exit_library();
}

/* ---- one request --------------------------------------------------------------------------------------------- */

void library_remote(struct connection *connection, char *to, size_t size)
{
    const struct mg_request_info *info = mg_get_request_info(mg(connection));

    snprintf(to, size, "%s:%d", info->remote_addr, info->remote_port);
}

int library_read(struct connection *connection, char *to, size_t n)
{
    return mg_read(mg(connection), to, n);
}

int64_t library_write(struct connection *connection, struct span bytes)
{
    int n = bytes.n <= INT_MAX ? mg_write(mg(connection), bytes.p, bytes.n) : -1;

    return n > 0 ? n : 0;
}

/* request_info is const for its users only: should_keep_alive reads the same struct. */
void library_keep(struct connection *connection, bool keep, bool hide_connection)
{
    struct mg_request_info *info = (struct mg_request_info *)(uintptr_t)mg_get_request_info(mg(connection));

    if (!keep)
        mg_disable_connection_keep_alive(mg(connection));
    for (int i = 0; keep && hide_connection && i < info->num_headers; i++) {
        if (span_eq_nocase(span_text(info->http_headers[i].name), SPAN("Connection")))
            info->http_headers[i].name = "";
    }
}

/* ---- what it is ---------------------------------------------------------------------------------------------- */

static char description[256];

static void describe_library(void)
{
    static const struct {
        unsigned bit;
        const char *name;
    } features[] = { { MG_FEATURES_FILES, "files" },         { MG_FEATURES_TLS, "TLS" },
                     { MG_FEATURES_CGI, "CGI" },             { MG_FEATURES_IPV6, "IPv6" },
                     { MG_FEATURES_WEBSOCKET, "websocket" }, { MG_FEATURES_LUA, "Lua" },
                     { MG_FEATURES_CACHE, "cache" },         { MG_FEATURES_STATS, "stats" },
                     { MG_FEATURES_COMPRESSION, "zlib" },    { MG_FEATURES_X_DOMAIN_SOCKET, "unix sockets" } };
    struct buf text = buf_init(sizeof(description) - 1);

    buf_printf(&text, "CivetWeb %s", mg_version());
    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        if (mg_check_feature(features[i].bit))
            buf_printf(&text, "%s%s", strchr(text.p, '(') ? ", " : " (", features[i].name);
    }
    buf_text(&text, strchr(text.p, '(') ? ")" : "");
    snprintf(description, sizeof(description), "%s", text.p);
    buf_release(&text);
}

const char *library_describe(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, describe_library);
    return description;
}
