/* G5: odd arguments, by a seeded dice, never end the process. */
#include "server.h"

static unsigned int state;

static unsigned int dice(unsigned int sides) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % sides;
}

static int request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    return 0;
}

static const char *odd_text(void) {
    static char long_text[70000];
    static const char *const texts[] = {NULL,
                                        "",
                                        "a@example.net",
                                        "\xff\xfe",
                                        "\xc3\xa4@example.net",
                                        "a@b, c@d;",
                                        "@",
                                        "<>",
                                        "\r\nQUIT",
                                        "smtp_port",
                                        "user",
                                        "mail_root",
                                        "-1",
                                        "2147483648",
                                        "a b\tc\nd",
                                        "%s%n%d",
                                        "=",
                                        "from_same_host"};
    unsigned int which = dice(sizeof texts / sizeof texts[0] + 1);
    if (which < sizeof texts / sizeof texts[0])
        return texts[which];
    memset(long_text, 'a' + (int)dice(26), sizeof long_text - 1);
    return long_text;
}

static int odd_number(void) {
    static const int numbers[] = {0, 1, -1, 25, 65535, 65536, -2147483647 - 1, 2147483647, 512};
    return numbers[dice(sizeof numbers / sizeof numbers[0])];
}

static ServerStream *odd_stream(void) {
    static ServerStream places[8];
    unsigned int which = dice(8);
    switch (dice(6)) {
    case 0:
        return NULL;
    case 1:
        return (ServerStream *)(size_t)(dice(60000));
    case 2:
        return (ServerStream *)mm_engine_default();
    case 3:
        if (places[which])
            return (ServerStream *)places[which]; /* live or stale */
        return &places[which];
    default:
        places[which] = SRVInitSendMsgSMTP("a@example.net", "b@example.net", "127.0.0.1", 1, NULL, NULL);
        return &places[which];
    }
}

static void one_call(void) {
    static char room[600];
    static MailHostInfo found[2];
    int size = odd_number();
    int room_size = size > 512 ? 512 : size;

    switch (dice(18)) {
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
        mm_strerror(size);
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
    for (int i = 0; i < 20000 && !check_failures; i++)
        one_call();
    server_stop();
    return check_result();
}
