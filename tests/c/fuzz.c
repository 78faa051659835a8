/* G5: odd arguments, by a seeded dice, never end the process. */
#include "odd.h"

static int request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    return 0;
}

static void one_call_of_engine(void) {
    static char text[512];
    size_t length;
    int64_t value;
    int port;
    switch (dice(9)) {
    case 0:
        mm_engine_new(NULL);
        break;
    case 1:
        mm_engine_load(odd_engine(), odd_text() ? "/nowhere/at/all" : NULL);
        break;
    case 2:
        mm_engine_set(odd_engine(), dice(2) ? "no_such_key" : NULL, odd_text());
        break;
    case 3:
        mm_engine_set_int(odd_engine(), dice(2) ? "from_same_host" : "no_such_key", odd_number());
        break;
    case 4:
        mm_engine_get(odd_engine(), odd_text(), dice(8) ? text : NULL, dice(sizeof text), dice(2) ? &length : NULL);
        break;
    case 5:
        mm_engine_get_int(odd_engine(), odd_text(), dice(8) ? &value : NULL);
        break;
    case 6:
        mm_smtp_server_get_port(odd_server(), dice(8) ? &port : NULL);
        break;
    case 7:
        mm_pop3_server_get_port((mm_pop3_server *)(void *)odd_server(), dice(8) ? &port : NULL);
        break;
    case 8:
        mm_engine_stop(dice(16) ? NULL : odd_engine(), dice(2) ? 0 : -2);
        break;
    }
}

/* Live, gone, or never one. */
static mm_send *odd_send(void) {
    static mm_send *sends[8];
    unsigned int which = dice(8);
    if (dice(10) == 0)
        return (mm_send *)(void *)odd_stream();
    if (dice(4) == 0) {
        mm_send_free(sends[which]);
        if (dice(2) && mm_send_new(odd_engine(), odd_options(), dice(2) ? "" : odd_text(), &sends[which]) == MM_OK)
            mm_send_add_recipient(sends[which], "ann@example.org", MM_SEND_NOTIFY_DEFAULT, NULL);
    }
    return sends[which];
}

static mm_socket odd_descriptor(void) {
    static const int numbers[] = {-1, 65536, -2147483647 - 1, 2147483647};
    static descriptor nothing;
    static int is_open;
    if (!is_open++)
        nothing = descriptor_open(NOTHING_FILE);
    return dice(2) ? (mm_socket)nothing : (mm_socket)numbers[dice(4)];
}

static int odd_piece(void *buffer, size_t size, size_t *length, void *user) {
    const size_t lengths[] = {0, size, size + 1, (size_t)-1};
    (void)user;
    memset(buffer, 'x', size > 100 ? 100 : size);
    *length = dice(2) ? 100 : lengths[dice(4)];
    return dice(4) ? MM_OK : odd_number();
}

static void one_call_of_send(void) {
    static char octets[512];
    int outcome;
    switch (dice(11)) {
    case 0:
        mm_send_add_recipient(odd_send(), odd_text(), odd_number(), dice(2) ? NULL : odd_text());
        break;
    case 1:
        mm_send_write(odd_send(), octets, dice(sizeof octets));
        break;
    case 2:
        mm_send_write(odd_send(), dice(2) ? NULL : octets, dice(2) ? 0 : (size_t)-1);
        break;
    case 3:
        mm_send_set_file(odd_send(), dice(2) ? NOTHING_FILE : odd_text());
        break;
    case 4:
        mm_send_set_descriptor(odd_send(), odd_descriptor());
        break;
    case 5:
        mm_send_set_reader(odd_send(), dice(2) ? odd_piece : NULL, NULL);
        break;
    case 6:
        mm_send_start(odd_send());
        break;
    case 7:
        mm_send_wait(odd_send(), dice(2) ? 0 : -2);
        break;
    case 8:
        mm_send_get_outcome(odd_send(), dice(8) ? &outcome : NULL);
        break;
    case 9:
        mm_send_get_result(odd_send(), dice(2) ? 0 : odd_number(), odd_struct(sizeof(mm_send_result)));
        break;
    case 10:
        mm_send_cancel(odd_send());
        break;
    }
}

static mm_queue_cursor *odd_cursor(void) {
    static mm_queue_cursor *cursors[4];
    unsigned int which = dice(4);
    if (dice(10) == 0)
        return (mm_queue_cursor *)(void *)odd_send();
    if (dice(4) == 0) {
        mm_queue_close(cursors[which]);
        if (dice(2))
            mm_queue_open(odd_engine(), dice(2) ? NULL : odd_text(), &cursors[which]);
    }
    return cursors[which];
}

static void on_event(const mm_queue_event *event, void *user) {
    (void)event, (void)user;
}

static void one_call_of_queue(void) {
    static char octets[512];
    size_t length;
    int size = odd_number();
    switch (dice(11)) {
    case 0:
        mm_queue_get_counts(odd_engine(), odd_struct(sizeof(mm_queue_counts)));
        break;
    case 1:
        mm_queue_open(odd_engine(), odd_text(), NULL);
        break;
    case 2:
        mm_queue_next(odd_cursor(), odd_struct(sizeof(mm_queue_message)));
        break;
    case 3:
        mm_queue_get_recipient(odd_cursor(), dice(2) ? 0 : size, odd_struct(sizeof(mm_queue_recipient)));
        break;
    case 4:
        mm_queue_read(odd_cursor(), dice(8) ? octets : NULL, dice(sizeof octets), dice(8) ? &length : NULL);
        break;
    case 5:
        mm_queue_retry(odd_engine(), odd_text());
        break;
    case 6:
        mm_queue_hold(odd_engine(), odd_text());
        break;
    case 7:
        mm_queue_release(odd_engine(), odd_text());
        break;
    case 8:
        mm_queue_remove(odd_engine(), odd_text());
        break;
    case 9:
        mm_queue_redirect(odd_engine(), odd_text(), odd_text(), odd_text(), dice(2) ? NULL : octets,
                          dice(sizeof octets));
        break;
    case 10:
        mm_queue_set_events(odd_engine(), dice(2) ? on_event : NULL, NULL);
        break;
    }
}

static void one_call(void) {
    static char room[600];
    static MailHostInfo found[2];
    int size = odd_number();
    int room_size = size > 512 ? 512 : size;

    switch (dice(26)) {
    case 0:
        SRVSend(odd_stream(), room, room_size);
        break;
    case 1:
        SRVSend(odd_stream(), NULL, size);
        break;
    case 2:
        SRVprintf(odd_stream(), "%s %d", odd_text(), size);
        break;
    case 3:
        SRVRecv(odd_stream(), room, room_size);
        break;
    case 4:
        SRVEndOfMsg(odd_stream());
        break;
    case 5:
        GetAUTHName(odd_stream());
        GetAUTHPassw(odd_stream());
        break;
    case 6:
        GetRemoteIP(odd_stream());
        GetSocket(odd_stream());
        break;
    case 7:
        GetRemoteAddr(odd_stream(), room, room_size);
        break;
    case 8:
        mm_stream_recipient(odd_stream());
        break;
    case 9:
        SetSMTPServer(request, size == 65535 || size == 25 || size == 512 || size <= 1 ? -1 : size, odd_number());
        break;
    case 10:
        SetPOP3Server(NULL, size >= 0 && size < 65536 ? 65536 : size, odd_number());
        break;
    case 11:
        FindMX(odd_text(), found, size > 2 ? 2 : size);
        break;
    case 12:
        LoadConfig(odd_text() ? "/nowhere/at/all" : "");
        break;
    case 13:
        GetConfigParamInt(odd_text());
        break;
    case 14:
        GetConfigParamStr(odd_text());
        break;
    case 15:
        SetConfigParamInt(dice(2) ? "from_same_host" : "no_such_key", size);
        break;
    case 16:
        SetConfigParamString(dice(2) ? "no_such_key" : NULL, odd_text());
        break;
    case 17:
        SRVInitSendMsgImidiatly(odd_text(), odd_text(), NULL, NULL);
        SRVInitSendMsgSMTP(odd_text(), odd_text(), NULL, size, NULL, NULL);
        SRVInitSendMsgBackgaund(odd_text(), odd_text(), NULL, NULL);
        mm_strerror(size);
        break;
    default:
        if (dice(4) == 0)
            one_call_of_engine();
        else if (dice(2))
            one_call_of_send();
        else
            one_call_of_queue();
        break;
    }
    CHECK(mm_last_error() <= 0 && mm_last_error() >= MM_E_INTERNAL);
    CHECK((mm_last_error() == MM_OK) == (mm_last_error_message()[0] == '\0'));
    if (mm_last_error() == MM_E_INTERNAL) {
        fprintf(stderr, "%s\n", mm_last_error_message());
        check_failures++;
    }
}

int main(int argc, char **argv) {
    state = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 20261121u;
    server_settings();
    SetConfigParamString("smtp_dns", SILENT_NAME_SERVER); /* where nobody answers */
    SetConfigParamString("smtpproxy", "127.0.0.1:1");
    SetConfigParamInt("smtp_port", smtp_port);
    SetConfigParamInt("pop_port", pop_port);
    for (int i = 0; i < 20000 && !check_failures; i++)
        one_call();
    server_stop();
    return check_result();
}
