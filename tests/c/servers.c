/* mm_smtp_server_..., mm_pop3_server_...: ports, handles, one that stops while the engine runs on; and the old
 * functions beside them. */
#include "server.h"

static mm_engine *engine;

static int request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    return 0;
}

static mm_engine *new_engine(const char *name) {
    mm_engine *made = NULL;
    char root[128];
    sprintf(root, "%s/%s", check_folder, name);
    CHECK_OK(mm_engine_new(&made));
    CHECK_OK(mm_engine_set(made, "mail_root", root));
    CHECK_OK(mm_engine_set(made, "smtp_name", "example.org"));
    CHECK_OK(mm_engine_set(made, "user", "ann;secret;;PS"));
    return made;
}

static mm_smtp_server *start_smtp(mm_engine *of, int port) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_smtp_server *server = NULL;
    options.addresses = "127.0.0.1";
    options.port = port;
    CHECK_OK(mm_smtp_server_start(of, &options, NULL, NULL, &server));
    if (!server)
        exit(check_result());
    return server;
}

static mm_pop3_server *start_pop3(mm_engine *of) {
    mm_pop3_server_options options = MM_POP3_SERVER_OPTIONS_INIT;
    mm_pop3_server_handlers handlers = MM_POP3_SERVER_HANDLERS_INIT;
    mm_pop3_server *server = NULL;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    CHECK_OK(mm_pop3_server_start(of, &options, &handlers, NULL, &server));
    if (!server)
        exit(check_result());
    return server;
}

static int listens(int port) {
    struct wire wire;
    int result = wire_open(&wire, port);
    wire_close(&wire);
    return result == 0;
}

/* By wine a port is free a moment after its socket was closed: whoever was accepting keeps it that long. */
static int is_free(int port) {
    for (int tries = 0; by_wine() && tries < 1000 && listens(port); tries++)
        sleep_microseconds(1000);
    return !listens(port);
}

static void smtp_refuses(mm_smtp_server *server) {
    int port = 1;
    CHECK_INT(MM_E_HANDLE, mm_smtp_server_get_port(server, &port));
    CHECK_INT(0, port);
    CHECK_INT(server ? MM_E_HANDLE : MM_OK, mm_smtp_server_stop(server, 0));
}

static void pop3_refuses(mm_pop3_server *server) {
    int port = 1;
    CHECK_INT(MM_E_HANDLE, mm_pop3_server_get_port(server, &port));
    CHECK_INT(0, port);
    CHECK_INT(server ? MM_E_HANDLE : MM_OK, mm_pop3_server_stop(server, 0));
}

/* The POP3 server and the engine go on when the SMTP server stops, and another one starts: on a port that no connection
 * takes meanwhile. */
static void one_stops_and_the_engine_runs_on(void) {
    mm_smtp_server *smtp = start_smtp(engine, check_free_port());
    mm_pop3_server *pop3 = start_pop3(engine);
    struct wire wire;
    int first, second;
    CHECK_OK(mm_smtp_server_get_port(smtp, &smtp_port));
    CHECK_OK(mm_pop3_server_get_port(pop3, &pop_port));
    CHECK(smtp_port > 1023 && pop_port > 1023 && smtp_port != pop_port);
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: first\r\n\r\nx\r\n"));
    first = smtp_port;
    CHECK_OK(mm_smtp_server_stop(smtp, 10000));
    CHECK(is_free(first));
    smtp_refuses(smtp);
    pop_wait(&wire, "ann", "secret", 1);
    pop_close(&wire);
    smtp = start_smtp(engine, first);
    CHECK_OK(mm_smtp_server_get_port(smtp, &second));
    CHECK_INT(first, second);
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: second\r\n\r\nx\r\n"));
    pop_wait(&wire, "ann", "secret", 2);
    pop_close(&wire);
    CHECK_OK(mm_pop3_server_stop(pop3, -1));
    pop3_refuses(pop3);
    CHECK_OK(mm_smtp_server_stop(smtp, 0));
}

/* One that is cut has its sessions ended. */
static void a_session_is_cut(void) {
    mm_smtp_server *smtp = start_smtp(engine, MM_PORT_ANY);
    struct wire wire;
    CHECK_OK(mm_smtp_server_get_port(smtp, &smtp_port));
    smtp_open(&wire);
    CHECK_INT(354, smtp_data(&wire, "ann@example.org"));
    CHECK_OK(mm_smtp_server_stop(smtp, 0));
    wire_close(&wire);
}

static void the_engine_stops_it(void) {
    mm_smtp_server *smtp = start_smtp(engine, MM_PORT_ANY);
    mm_pop3_server *pop3 = start_pop3(engine);
    int port = 1;
    CHECK_OK(mm_engine_stop(engine, 0));
    CHECK_INT(MM_E_STATE, mm_smtp_server_get_port(smtp, &port));
    CHECK_INT(0, port);
    CHECK_INT(MM_E_STATE, mm_pop3_server_get_port(pop3, &port));
    mm_smtp_server *next = start_smtp(engine, MM_PORT_ANY);
    CHECK_OK(mm_smtp_server_stop(smtp, 0)); /* the old handle ends, the new server goes on */
    smtp_refuses(smtp);
    CHECK_OK(mm_smtp_server_get_port(next, &port));
    CHECK(listens(port));
    CHECK_OK(mm_smtp_server_stop(next, 0));
    CHECK_OK(mm_pop3_server_stop(pop3, 0));
}

static void no_server(mm_engine *of, const mm_smtp_server_options *options, int error) {
    mm_smtp_server *server = (mm_smtp_server *)8;
    CHECK_INT(error, mm_smtp_server_start(of, options, NULL, NULL, &server));
    CHECK(server == NULL);
}

#define NO_OPTION(member, value, error)                                                                                \
    do {                                                                                                               \
        mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;                                                  \
        options.member = value;                                                                                        \
        no_server(engine, &options, error);                                                                            \
    } while (0)

static void options_that_do_not_fit(void) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    NO_OPTION(port, -3, MM_E_ARGUMENT);
    NO_OPTION(protocol, 3, MM_E_ARGUMENT);
    NO_OPTION(protocol, -1, MM_E_ARGUMENT);
    NO_OPTION(tls, 2, MM_E_ARGUMENT);
    NO_OPTION(port, 65536, MM_E_ARGUMENT);
    NO_OPTION(max_sessions, -1, MM_E_ARGUMENT);
    NO_OPTION(max_sessions, 1000001, MM_E_ARGUMENT);
    NO_OPTION(addresses, "", MM_E_ARGUMENT);
    NO_OPTION(addresses, "localhost", MM_E_ARGUMENT);
    NO_OPTION(addresses, "\xff", MM_E_ARGUMENT);
    NO_OPTION(size, 0, MM_E_ARGUMENT);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_start(engine, NULL, NULL, NULL, NULL));
    no_server(NULL, &options, MM_E_HANDLE);
    options.addresses = "192.0.2.1"; /* not of this machine */
    options.port = MM_PORT_ANY;
    no_server(engine, &options, MM_E_BIND);
}

static void handlers_of_a_later_header(void) {
    struct {
        mm_smtp_server_handlers handlers;
        void *later;
    } longer = {MM_SMTP_SERVER_HANDLERS_INIT, NULL};
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_smtp_server *server;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    longer.handlers.size = sizeof longer;
    longer.later = &longer;
    CHECK_INT(MM_E_NOT_SUPPORTED, mm_smtp_server_start(engine, &options, &longer.handlers, NULL, &server));
    longer.later = NULL;
    CHECK_OK(mm_smtp_server_start(engine, &options, &longer.handlers, NULL, &server));
    CHECK_OK(mm_smtp_server_stop(server, 0));
}

/* A port that the system chooses is one for all addresses. */
static void one_free_port_for_all_addresses(void) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_smtp_server *server;
    struct sockaddr_in address;
    socket_number number = socket(AF_INET, SOCK_STREAM, 0);
    options.addresses = "127.0.0.1, 127.0.0.2";
    options.port = MM_PORT_ANY;
    CHECK_OK(mm_smtp_server_start(engine, &options, NULL, NULL, &server));
    CHECK_OK(mm_smtp_server_get_port(server, &smtp_port));
    CHECK(listens(smtp_port));
    address = check_loopback(smtp_port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    CHECK_INT(0, connect(number, (struct sockaddr *)&address, sizeof address));
    socket_close(number);
    CHECK_OK(mm_smtp_server_stop(server, 0));
}

/* More than one session is too many for it. */
static void it_takes_so_many_sessions(void) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_smtp_server *server;
    struct wire first, second;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    options.max_sessions = 1;
    CHECK_OK(mm_smtp_server_start(engine, &options, NULL, NULL, &server));
    CHECK_OK(mm_smtp_server_get_port(server, &smtp_port));
    smtp_open(&first);
    CHECK_INT(0, wire_open(&second, smtp_port));
    CHECK_INT(421, wire_reply(&second));
    wire_close(&second);
    wire_close(&first);
    CHECK_OK(mm_smtp_server_stop(server, 0));
}

/* One server of a kind: whoever comes second hears MM_E_STATE. */
static void beside_the_old_functions(void) {
    mm_engine *engine = mm_engine_default();
    mm_smtp_server *smtp;
    int port = check_free_port();
    CHECK_OK(SetSMTPServer(request, port, ALL_ACTIONS));
    no_server(engine, NULL, MM_E_STATE);
    CHECK_OK(mm_engine_stop(engine, 0));
    smtp = start_smtp(engine, port);
    no_server(engine, NULL, MM_E_STATE);
    CHECK_INT(MM_E_STATE, SetSMTPServer(request, port, ALL_ACTIONS));
    CHECK_INT(MM_E_STATE, SetSMTPServer(request, 0, ALL_ACTIONS));
    CHECK_OK(mm_smtp_server_stop(smtp, 0));
    CHECK_OK(SetSMTPServer(request, port, ALL_ACTIONS));
    CHECK_OK(mm_engine_stop(engine, 0));
}

static void what_is_no_handle(void) {
    mm_smtp_server *smtp = start_smtp(engine, MM_PORT_ANY);
    mm_pop3_server *pop3 = start_pop3(engine);
    smtp_refuses(NULL);
    smtp_refuses((mm_smtp_server *)8);
    smtp_refuses((mm_smtp_server *)(void *)pop3);
    smtp_refuses((mm_smtp_server *)(void *)engine);
    pop3_refuses(NULL);
    pop3_refuses((mm_pop3_server *)(void *)smtp);
    CHECK_INT(MM_E_HANDLE, mm_engine_stop((mm_engine *)(void *)smtp, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_get_port(smtp, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_stop(smtp, -2)); /* and it is still there */
    CHECK_OK(mm_smtp_server_stop(smtp, 0));
    CHECK_OK(mm_pop3_server_stop(pop3, 0));
}

int main(void) {
    server_settings();
    engine = new_engine("own");
    one_stops_and_the_engine_runs_on();
    a_session_is_cut();
    the_engine_stops_it();
    options_that_do_not_fit();
    handlers_of_a_later_header();
    one_free_port_for_all_addresses();
    it_takes_so_many_sessions();
    what_is_no_handle();
    CHECK_OK(mm_engine_free(engine));
    beside_the_old_functions();
    return check_result();
}
