/* As send.c, by the functions of the old module: oldsend HOST PORT SENDER RECIPIENT[,RECIPIENT...] FILE. */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>

/* Hears of each state, and of each recipient's final one. */
static void on_state(ServerStream *stream, void *usr_par, int state, int sent) {
    const char *recipient = mm_stream_recipient(stream);
    (void)usr_par;
    switch (state) {
    case STATE_SMTP_FINDHOST:
        printf("looking up the host\n");
        break;
    case STATE_SMTP_CONNECTING:
        printf("connecting\n");
        break;
    case STATE_SMTP_DIALOG:
        printf("in dialog\n");
        break;
    case STATE_SMTP_SENDING:
        printf("sending, %d octets so far\n", sent);
        break;
    case STATE_SMTP_DONE:
        printf("%s: taken, %d octets\n", recipient, sent);
        break;
    case STATE_SMTP_ERROR:
        if (sent < 0)
            printf("%s: %s\n", recipient, mm_strerror(sent));
        else
            printf("%s: refused with %d\n", recipient, sent);
        break;
    }
}

/* Writes the file to the stream; the module makes CRLF of its line ends. */
static int write_file(ServerStream stream, const char *name) {
    char octets[16384];
    size_t count;
    FILE *file = fopen(name, "rb");

    if (!file) {
        perror(name);
        return -1;
    }
    while ((count = fread(octets, 1, sizeof octets, file)) > 0)
        if (SRVSend(&stream, octets, (int)count) == 0)
            break;
    fclose(file);
    return count > 0 ? -1 : 0;
}

int main(int argc, char **argv) {
    ServerStream stream;

    if (argc != 6) {
        fprintf(stderr, "usage: oldsend HOST PORT SENDER RECIPIENT[,RECIPIENT...] FILE\n");
        return 2;
    }
    stream = SRVInitSendMsgSMTP(argv[3], argv[4], argv[1], atoi(argv[2]), on_state, NULL);
    if (!stream || write_file(stream, argv[5]) < 0) {
        printf("nothing sent: %s\n", mm_last_error_message());
        return 1;
    }
    SRVEndOfMsg(&stream);
    if (mm_last_error() != MM_OK) {
        printf("failed: %s\n", mm_last_error_message());
        return 1;
    }
    return 0;
}
