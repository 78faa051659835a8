/* Sends one mail in one call: send_mail HOST PORT FROM TO SUBJECT TEXT [USER PASSWORD]. Ends with 0 if all took it. */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    mm_mail mail = MM_MAIL_INIT;
    if (argc != 7 && argc != 9)
        return fprintf(stderr, "usage: send_mail HOST PORT FROM TO SUBJECT TEXT [USER PASSWORD]\n"), 2;
    options.route = MM_SEND_ROUTE_SERVER;
    options.host = argv[1];
    options.port = atoi(argv[2]);
    if (argc == 9) {
        options.user_name = argv[7];
        options.password = argv[8];
    }
    mail.from = argv[3];
    mail.to = argv[4];
    mail.subject = argv[5];
    mail.text = argv[6];
    if (mm_send_mail(mm_engine_default(), &options, &mail, NULL) != MM_OK)
        return fprintf(stderr, "send_mail: %s\n", mm_last_error_message()), 1;
    printf("%s: taken\n", argv[4]);
    return 0;
}
