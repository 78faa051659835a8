/* The header alone, and what it promises to the compiler. Compiled as C99, C11, C17, C++98 and C++20. */
#include "mailmodule.h"
#include "mailmodule.h"

#define SAME(name, condition) typedef char name[(condition) ? 1 : -1]

SAME(info_is_116, sizeof(MailHostInfo) == 116);
SAME(name_first, offsetof(MailHostInfo, name) == 0);
SAME(name_is_64, sizeof(((MailHostInfo *)0)->name) == 64);
SAME(prior_after_name, offsetof(MailHostInfo, prior) == 64);
SAME(prior_is_4, sizeof(((MailHostInfo *)0)->prior) == 4);
SAME(ip_after_prior, offsetof(MailHostInfo, ip) == 68);
SAME(ip_is_12_times_4, sizeof(((MailHostInfo *)0)->ip) == 48);
SAME(stream_is_pointer, sizeof(ServerStream) == sizeof(void *));

SAME(actions_keep_numbers, ACTION_POP_LOGIN == 1 && ACTION_POP_GETMSG == 2 && ACTION_POP_DELMSG == 4 &&
                               ACTION_SMTP_CONNECT == 8 && ACTION_SMTP_SENDMSG == 16 && ALL_ACTIONS == 0x7fffffff);
SAME(states_keep_numbers, STATE_SMTP_FINDHOST == 1 && STATE_SMTP_CONNECTING == 2 && STATE_SMTP_DIALOG == 3 &&
                              STATE_SMTP_SENDING == 4 && STATE_SMTP_DONE == 5 && STATE_SMTP_QUEUED == 6 &&
                              STATE_SMTP_ERROR == -1);
SAME(errors_keep_numbers,
     MM_OK == 0 && MM_E_ARGUMENT == -1 && MM_E_HANDLE == -2 && MM_E_STATE == -3 && MM_E_MEMORY == -4 &&
         MM_E_FULL == -5 && MM_E_IO == -6 && MM_E_LOCKED == -7 && MM_E_NOT_FOUND == -8 && MM_E_NOT_SUPPORTED == -9 &&
         MM_E_CONFIG == -10 && MM_E_BIND == -11 && MM_E_DNS == -12 && MM_E_CONNECT == -13 && MM_E_CLOSED == -14 &&
         MM_E_TIMEOUT == -15 && MM_E_TLS == -16 && MM_E_PROTOCOL == -17 && MM_E_REFUSED_FOR_NOW == -18 &&
         MM_E_REFUSED == -19 && MM_E_CANCELLED == -20 && MM_E_LIMIT == -21 && MM_E_INTERNAL == -22);
SAME(levels_keep_numbers, MM_LOG_ERROR == 1 && MM_LOG_WARNING == 2 && MM_LOG_INFO == 3 && MM_LOG_DEBUG == 4);

void use_of_both_forms(void);
void use_of_both_forms(void) {
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L)
    char text[] = "10";
    const char *constant = text;
    SetConfigParam("from_same_host", 10);
    SetConfigParam("from_same_host", text);
    SetConfigParam("from_same_host", constant);
#endif
    SetConfigParam("from_same_host", "10");
#if defined(__cplusplus)
    SetSMTPServer();
    SetPOP3Server(0, 110);
    SRVInitSendMsgSMTP("a@example.org", "b@example.org", "mail.example.org");
    SRVInitSendMsgImidiatly("a@example.org", "b@example.org");
    SRVInitSendMsgBackgaund("a@example.org", "b@example.org");
    LoadConfig();
#endif
}
