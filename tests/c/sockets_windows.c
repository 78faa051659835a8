/* Sockets, threads and programs as Windows has them: the SOCKET of a request, ports that nobody takes away, many
 * connections on few threads, ends while the system waits for room, commands that are not run. */
#include "server.h"

#define MANY 200
#define THREADS_FOR_MANY 80 /* workers and the system's pool, whatever is open */

/* ---- the socket of a request ---- */

static struct sockaddr_storage told;
static volatile LONG told_size, is_same, is_inherited = -1;

static int request(ServerStream *stream, char *reqname, int action, ...) {
    struct sockaddr_storage peer;
    int size = sizeof peer;
    DWORD flags = 0;
    SOCKET number;
    (void)reqname;
    if (action != ACTION_SMTP_CONNECT)
        return 0;
    number = (SOCKET)GetSocket(stream);
    told_size = GetRemoteAddr(stream, (struct sockaddr *)&told, sizeof told);
    is_same = getpeername(number, (struct sockaddr *)&peer, &size) == 0 && memcmp(&peer, &told, told_size) == 0;
    is_inherited = GetHandleInformation((HANDLE)number, &flags) ? (flags & HANDLE_FLAG_INHERIT) != 0 : -1;
    return 0;
}

static void connect_by_ipv6(struct wire *wire) {
    struct sockaddr_in6 address;
    memset(&address, 0, sizeof address);
    memset(wire, 0, sizeof *wire);
    address.sin6_family = AF_INET6;
    address.sin6_port = htons((unsigned short)smtp_port);
    address.sin6_addr = in6addr_loopback;
    wire->number = socket(AF_INET6, SOCK_STREAM, 0);
    socket_set_timeout(wire->number, 60);
    CHECK_INT(0, connect(wire->number, (struct sockaddr *)&address, sizeof address));
}

static void a_requests_socket_is_a_socket_of_winsock(void) {
    struct wire wire;
    smtp_open(&wire);
    CHECK_INT(sizeof(struct sockaddr_in), told_size);
    CHECK_INT(AF_INET, told.ss_family);
    CHECK_INT(1, is_same);
    CHECK_INT(0, is_inherited);
    wire_close(&wire);
    connect_by_ipv6(&wire);
    CHECK_INT(220, wire_reply(&wire));
    CHECK_INT(sizeof(struct sockaddr_in6), told_size);
    CHECK_INT(AF_INET6, told.ss_family);
    CHECK_INT(1, is_same);
    wire_close(&wire);
}

/* Another program could else listen on the same port, and be the one that is connected to. */
static void nobody_takes_a_servers_port_away(void) {
    struct sockaddr_in address = check_loopback(smtp_port);
    SOCKET other = socket(AF_INET, SOCK_STREAM, 0);
    BOOL yes = TRUE;
    setsockopt(other, SOL_SOCKET, SO_REUSEADDR, (const char *)&yes, sizeof yes);
    CHECK(bind(other, (struct sockaddr *)&address, sizeof address) != 0 || listen(other, 1) != 0);
    socket_close(other);
}

/* ---- many, and such as take nothing ---- */

static void many_connections_need_few_threads(void) {
    static struct wire wires[MANY];
    for (int i = 0; i < MANY; i++)
        smtp_open(&wires[i]);
    CHECK(wait_for_threads(THREADS_FOR_MANY) <= THREADS_FOR_MANY);
    for (int i = 0; i < MANY; i++)
        CHECK_INT(250, wire_smtp(&wires[i], "NOOP"));
    for (int i = 0; i < MANY; i++)
        wire_close(&wires[i]);
}

static void send_a_large_message(void) {
    static char line[8002];
    struct wire wire;
    memset(line, 'x', 800);
    memcpy(line + 800, "\r\n", 3);
    smtp_open(&wire);
    CHECK_INT(354, smtp_data(&wire, "ann@example.org"));
    for (int i = 0; i < 20000; i++)
        wire_write(&wire, line);
    CHECK_INT(250, wire_smtp(&wire, "."));
    wire_close(&wire);
    pop_wait(&wire, "ann", "secret", 1);
    pop_close(&wire);
}

/* The system has octets for the client that it cannot send, when the connection is cut. */
static void a_stop_cuts_a_client_that_takes_nothing(void) {
    struct wire wire;
    for (int i = 0; i < 5; i++) {
        CHECK_INT(1, pop_open(&wire, "ann", "secret"));
        CHECK_INT(1, wire_pop(&wire, "RETR 1"));
        sleep_microseconds(50000);
        double began = clock_milliseconds();
        CHECK_OK(mm_engine_stop(mm_engine_default(), 100));
        CHECK(clock_milliseconds() - began < 10000);
        wire_close(&wire);
        server_start(request, ACTION_SMTP_CONNECT);
    }
}

/* ---- commands ---- */

static HANDLE is_refused;

static void on_log(int level, const char *area, const char *text, void *user) {
    (void)level, (void)area, (void)user;
    if (strstr(text, "commands are not run on this system"))
        SetEvent(is_refused);
}

static void a_command_is_refused_and_its_message_kept(void) {
    char path[300], folder[300];
    struct wire wire;
    FILE *file;
    is_refused = CreateEventA(NULL, TRUE, FALSE, NULL);
    CHECK_OK(mm_engine_set_log(mm_engine_default(), MM_LOG_WARNING, on_log, NULL));
    CHECK_OK(mm_engine_set(mm_engine_default(), "forward", "1"));
    CHECK_OK(mm_engine_set(mm_engine_default(), "fwdrun", "1"));
    snprintf(folder, sizeof folder, "%s/mail/users/bob", check_folder);
    CreateDirectoryA(folder, NULL);
    snprintf(path, sizeof path, "%s/forward", folder);
    file = fopen(path, "wb");
    CHECK(file != NULL);
    if (!file)
        return;
    fprintf(file, "!echo ran > %s/ran\n", check_folder);
    fclose(file);
    CHECK_INT(250, smtp_message("bob@example.org", "Subject: x\r\n\r\nx\r\n"));
    pop_wait(&wire, "bob", "hidden", 1);
    pop_close(&wire);
    CHECK_INT(WAIT_OBJECT_0, WaitForSingleObject(is_refused, 60000));
    snprintf(path, sizeof path, "%s/ran", check_folder);
    CHECK_INT(INVALID_FILE_ATTRIBUTES, GetFileAttributesA(path));
}

static void ciphers_are_the_systems_choice(void) {
    int code = mm_engine_set(mm_engine_default(), "tls_ciphers", "TLS_AES_128_GCM_SHA256");
    CHECK_INT(MM_E_CONFIG, code);
    CHECK(strstr(mm_last_error_message(), "the system has its own list"));
}

int main(void) {
    server_settings();
    SetConfigParamString("smtp_bind", "127.0.0.1,::1");
    server_start(request, ACTION_SMTP_CONNECT);
    a_requests_socket_is_a_socket_of_winsock();
    nobody_takes_a_servers_port_away();
    many_connections_need_few_threads();
    send_a_large_message();
    a_stop_cuts_a_client_that_takes_nothing();
    a_command_is_refused_and_its_message_kept();
    ciphers_are_the_systems_choice();
    server_stop();
    return check_result();
}
