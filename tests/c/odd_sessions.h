/* Odd calls of the sessions of servers: in handlers, and of answers that are owed. */
#ifndef ODD_SESSIONS_H
#define ODD_SESSIONS_H

#include "odd.h"

/* Sessions and answers that handlers have seen, and that are gone, or not. */
static mm_session *seen_sessions[4];
static mm_pending *seen_pending[4];

static inline mm_session *odd_session(void) {
    return dice(8) ? seen_sessions[dice(4)] : (mm_session *)(void *)odd_stream();
}

static inline mm_pending *odd_pending(void) {
    return dice(8) ? seen_pending[dice(4)] : (mm_pending *)(void *)odd_session();
}

static inline int odd_verdict(void) {
    static const int codes[] = {199, 250, 354, 421, 450, 550, 599, 600};
    switch (dice(4)) {
    case 0:
        return odd_number();
    case 1:
        return codes[dice(8)];
    default:
        return (int)dice(11);
    }
}

static inline const char *odd_status(void) {
    static const char *const texts[] = {NULL, "", "2.0.0", "5.7.1", "9.9.9", "5.1", "2.0.0\r\n"};
    return texts[dice(7)];
}

static inline void one_call_of_answer(mm_session *session) {
    mm_pending *pending = odd_pending();
    switch (dice(7)) {
    case 0:
        CALL(mm_session_set_reply, session, odd_verdict(), odd_status(), odd_text());
        break;
    case 1:
        CALL(mm_session_add_reply_line, session, odd_text());
        break;
    case 2:
        CALL(mm_session_set_recipient_reply, session, odd_number(), odd_verdict(), odd_status(), odd_text());
        break;
    case 3:
        CALL(mm_session_defer, session, dice(2) ? 60000 : odd_number(), odd_verdict(),
             dice(8) ? &seen_pending[dice(4)] : NULL);
        break;
    case 4:
        CALL(mm_pending_set_reply, pending, odd_verdict(), odd_status(), odd_text());
        break;
    case 5:
        CALL(mm_pending_add_reply_line, pending, odd_text());
        break;
    case 6:
        CALL(mm_pending_answer, pending, odd_verdict());
        break;
    }
}

static inline void one_call_of_transaction(mm_session *session) {
    const char *text;
    int count;
    switch (dice(8)) {
    case 0:
        CALL(mm_session_get_sender, session, dice(8) ? &text : NULL);
        break;
    case 1:
        CALL(mm_session_set_sender, session, odd_text());
        break;
    case 2:
        CALL(mm_session_get_recipient_count, session, dice(8) ? &count : NULL);
        break;
    case 3:
        CALL(mm_session_get_recipient, session, odd_number(), odd_struct(sizeof(mm_session_rcpt)));
        break;
    case 4:
        CALL(mm_session_add_recipient, session, odd_text());
        break;
    case 5:
        CALL(mm_session_remove_recipient, session, odd_number());
        break;
    case 6:
        CALL(mm_session_set_expansion, session, odd_text());
        break;
    case 7:
        CALL(mm_session_add_header, session, odd_text(), odd_text());
        break;
    }
}

static inline void one_call_of_session(mm_session *session) {
    static char octets[512];
    const char *text;
    void *user;
    size_t length;
    int count;
    switch (dice(13)) {
    case 11:
        CALL(mm_session_add_message, session, odd_number(), odd_text(), octets);
        break;
    case 12:
        CALL(mm_session_write, session, dice(8) ? octets : NULL, dice(sizeof octets));
        break;
    case 0:
        CALL(mm_session_set_user, session, octets);
        break;
    case 1:
        CALL(mm_session_get_user, session, dice(8) ? &user : NULL);
        break;
    case 2:
        CALL(mm_session_get_info, session, odd_struct(sizeof(mm_session_info)));
        break;
    case 3:
        CALL(mm_session_set_login, session, odd_text());
        break;
    case 4:
        CALL(mm_session_set_secret, session, odd_text());
        break;
    case 5:
        CALL(mm_session_read_message, session, odd_number(), dice(8) ? octets : NULL, dice(sizeof octets),
             dice(8) ? &length : NULL);
        break;
    case 6:
        CALL(mm_session_get_path, session, dice(8) ? &text : NULL);
        break;
    case 7:
        CALL(mm_session_get_check_count, session, dice(8) ? &count : NULL);
        break;
    case 8:
        CALL(mm_session_get_check, session, odd_number(), odd_struct(sizeof(mm_session_check)));
        CALL(mm_session_auth_get_count, session, dice(8) ? &count : NULL);
        CALL(mm_session_auth_get_result, session, odd_number(), odd_struct(sizeof(mm_auth_result)));
        break;
    case 9:
        one_call_of_answer(session);
        break;
    case 10:
        one_call_of_transaction(session);
        break;
    }
}

/* ---- handlers, which do odd things and answer oddly; each as often lets the library decide ---- */

static inline int odd_answer(mm_session *session) {
    seen_sessions[dice(4)] = session;
    for (unsigned int calls = dice(4); calls > 0; calls--)
        one_call_of_session(dice(8) ? session : odd_session());
    return dice(2) ? MM_VERDICT_CONTINUE : odd_verdict();
}

static inline int odd_step(mm_session *session, void *user) {
    (void)user;
    return odd_answer(session);
}

static inline int odd_text_step(mm_session *session, const char *text, void *user) {
    (void)text, (void)user;
    return odd_answer(session);
}

static inline int odd_auth(mm_session *session, const mm_session_login *login, void *user) {
    (void)login, (void)user;
    return odd_answer(session);
}

static inline int odd_mail(mm_session *session, const mm_session_mail *mail, void *user) {
    (void)mail, (void)user;
    return odd_answer(session);
}

static inline int odd_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    (void)rcpt, (void)user;
    return odd_answer(session);
}

static inline int odd_domain(mm_session *session, const char *domain, const char *const *route, size_t count,
                             void *user) {
    (void)domain, (void)route, (void)count, (void)user;
    return odd_answer(session);
}

static inline int odd_chunk(mm_session *session, const void *octets, size_t size, int flags, void *user) {
    (void)octets, (void)size, (void)flags, (void)user;
    return odd_answer(session);
}

static inline int odd_message(mm_session *session, int64_t size, void *user) {
    (void)size, (void)user;
    return odd_answer(session);
}

static inline int odd_unknown(mm_session *session, const char *verb, const char *argument, void *user) {
    (void)verb, (void)argument, (void)user;
    return odd_answer(session);
}

static inline void odd_end(mm_session *session, void *user) {
    (void)user;
    odd_answer(session);
}

static inline void odd_error(mm_session *session, int error, const char *text, void *user) {
    (void)error, (void)text, (void)user;
    odd_answer(session);
}

static inline const mm_smtp_server_handlers *odd_handlers(void) {
    static mm_smtp_server_handlers handlers = {.size = sizeof handlers,
                                               .connect = odd_step,
                                               .helo = odd_text_step,
                                               .ehlo = odd_text_step,
                                               .auth = odd_auth,
                                               .secret = odd_text_step,
                                               .mail = odd_mail,
                                               .domain = odd_domain,
                                               .lookup = odd_text_step,
                                               .rcpt = odd_rcpt,
                                               .data = odd_step,
                                               .chunk = odd_chunk,
                                               .message = odd_message,
                                               .vrfy = odd_text_step,
                                               .expn = odd_text_step,
                                               .help = odd_text_step,
                                               .noop = odd_text_step,
                                               .rset = odd_step,
                                               .turn = odd_step,
                                               .unknown = odd_unknown,
                                               .timeout = odd_end,
                                               .error = odd_error,
                                               .close = odd_end};
    return dice(4) ? &handlers : odd_struct(sizeof handlers);
}

#endif
