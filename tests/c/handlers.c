/* The handlers of an SMTP server: what each verdict means at each step, the replies, and what the handlers hear. */
#include "handled.h"

/* ---- a mail sink ---- */

/* Two handlers and their table in place of the old kind's callback: 15 lines, up to the end of start_sink. */
static int sink_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    (void)session, (void)user;
    return strcmp(rcpt->domain, "example.net") == 0 ? MM_VERDICT_DONE : MM_VERDICT_REJECT;
}

static int sink_message(mm_session *session, int64_t size, void *user) {
    (void)session;
    *(int64_t *)user += size;
    return MM_VERDICT_DONE;
}

static void start_sink(int64_t *octets) {
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    handlers.rcpt = sink_rcpt;
    handlers.message = sink_message;
    handled_start(&handlers, octets, 0);
}

static void a_sink_takes_what_it_likes(void) {
    int64_t octets = 0;
    struct wire wire;
    engine_start();
    start_sink(&octets);
    CHECK_INT(250, smtp_message("anybody@example.net", "Subject: x\r\n\r\nfor the sink\r\n"));
    CHECK_INT(28, octets);
    begin_session(&wire, SENDER);
    CHECK_INT(550, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    CHECK_INT(554, wire_smtp(&wire, "DATA"));
    end_session(&wire);
    handled_stop();
}

/* ---- verdicts ---- */

struct row {
    enum step step;
    const char *before, *command;
    int own, accepted, refused;
};

static const struct row rows[] = {
    {AT_HELO, "", "HELO client.example.net", 250, 250, 550},
    {AT_EHLO, "", "EHLO client.example.net", 250, 250, 550},
    {AT_MAIL, HELLO, "MAIL FROM:<sender@example.net>", 250, 250, 550},
    {AT_MAIL, HELLO, "SEND FROM:<sender@example.net>", 502, 250, 550},
    {AT_MAIL, HELLO, "SOML FROM:<sender@example.net>", 502, 250, 550},
    {AT_MAIL, HELLO, "SAML FROM:<sender@example.net>", 502, 250, 550},
    {AT_DOMAIN, SENDER, "RCPT TO:<ann@example.org>", 250, 451, 550},
    {AT_LOOKUP, SENDER, "RCPT TO:<ann@example.org>", 250, 250, 550},
    {AT_LOOKUP, HELLO, "VRFY ann@example.org", 252, 250, 550},
    {AT_RCPT, SENDER, "RCPT TO:<ann@example.org>", 250, 250, 550},
    {AT_DATA, RECIPIENT, "DATA", 354, 354, 554},
    {AT_MESSAGE, CONTENT, "Subject: x\r\n\r\nx\r\n.", 250, 250, 554},
    {AT_VRFY, HELLO, "VRFY ann", 252, 250, 550},
    {AT_EXPN, HELLO, "EXPN list", 502, 250, 550},
    {AT_HELP, HELLO, "HELP mail", 214, 214, 550},
    {AT_NOOP, HELLO, "NOOP", 250, 250, 550},
    {AT_RSET, SENDER, "RSET", 250, 250, 550},
    {AT_TURN, HELLO, "TURN", 502, 250, 502},
    {AT_UNKNOWN, HELLO, "XPLAY a game", 500, 250, 500},
};

/* The code of the row's reply with a verdict; the session goes on, or ends where it is to. */
static void replies(const struct row *row, int expected, int verdict, int ends) {
    struct wire wire;
    int code;
    begin_anew();
    answers[row->step].verdict = verdict;
    begin_session(&wire, row->before);
    code = wire_smtp(&wire, row->command);
    if (code != expected)
        fprintf(stderr, "%s, verdict %d: %d, not %d\n", row->command, verdict, code, expected);
    CHECK_INT(expected, code);
    answers[row->step].verdict = MM_VERDICT_CONTINUE;
    if (ends)
        CHECK(!wire_read(&wire));
    else if (code == 354)
        CHECK_INT(250, wire_smtp(&wire, "Subject: x\r\n\r\nx\r\n."));
    else
        CHECK_INT(250, wire_smtp(&wire, "NOOP"));
    wire_close(&wire);
}

static void each_verdict_at_each_step(void) {
    static const int odd[] = {MM_VERDICT_PENDING, 10, -1, 199, 600, -2147483647 - 1, 2147483647};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        int is_domain = row->step == AT_DOMAIN, is_data = row->step == AT_DATA;
        int is_hello = row->step == AT_HELO || row->step == AT_EHLO, is_rset = row->step == AT_RSET;
        int unfit = is_rset ? 250 : 451; /* RFC 5321 §4.1.1.5: 250, unless the host wants something else */
        replies(row, row->own, MM_VERDICT_CONTINUE, 0);
        replies(row, row->accepted, MM_VERDICT_ACCEPT, 0);
        replies(row, row->refused, MM_VERDICT_REJECT, 0);
        replies(row, 421, MM_VERDICT_CLOSE, 1);
        replies(row, row->step == AT_HELP ? 250 : row->accepted, MM_VERDICT_DONE, 0);
        replies(row, 451, MM_VERDICT_ERROR, 0);
        replies(row, is_domain ? 250 : unfit, MM_VERDICT_LOCAL, 0);
        replies(row, is_domain ? 250 : unfit, MM_VERDICT_FORWARD, 0);
        replies(row, row->step == AT_LOOKUP ? 553 : unfit, MM_VERDICT_AMBIGUOUS, 0);
        replies(row,
                is_hello || is_rset    ? 250
                : is_domain || is_data ? 451
                                       : 252,
                252, 0); /* RFC 5321 §4.3.2: HELO and RSET have 250 alone */
        replies(row, is_data ? 354 : unfit, 354, 0);
        replies(row, 452, 452, 0);
        replies(row, 571, 571, 0);
        replies(row, 421, 421, 1);
        for (size_t j = 0; j < sizeof odd / sizeof odd[0]; j++)
            replies(row, unfit, odd[j], 0);
    }
}

/* Before the greeting: what it is, and whether there is more than it. */
static void greets(const char *expected, struct answer answer, int ends) {
    struct wire wire;
    begin_anew();
    answers[AT_CONNECT] = answer;
    CHECK_INT(0, wire_open(&wire, smtp_port));
    CHECK_TEXT(expected, said(&wire, NULL));
    if (ends)
        CHECK(!wire_read(&wire));
    else
        CHECK_INT(250, wire_smtp(&wire, "NOOP"));
    wire_close(&wire);
}

static void each_verdict_at_the_greeting(void) {
    greets("220 example.org ESMTP", (struct answer){.verdict = MM_VERDICT_ACCEPT}, 0);
    greets("220 at your service", (struct answer){.verdict = MM_VERDICT_DONE, .text = "at your service"}, 0);
    greets("220-one\n220 two", (struct answer){.verdict = MM_VERDICT_ACCEPT, .text = "one", .line = "two"}, 0);
    greets("554 not you", (struct answer){.verdict = MM_VERDICT_CLOSE, .code = 554, .text = "not you"}, 1);
    greets("421 later", (struct answer){.verdict = 421, .text = "later"}, 1);
}

/* RFC 5321 §3.1: a server that says 554 in place of its greeting answers all but QUIT with 503. */
static void a_refused_client_may_only_leave(void) {
    struct wire wire;
    begin_anew();
    answers[AT_CONNECT].verdict = MM_VERDICT_REJECT;
    CHECK_INT(0, wire_open(&wire, smtp_port));
    CHECK_INT(554, wire_reply(&wire));
    CHECK_INT(503, wire_smtp(&wire, HELLO));
    end_session(&wire);
    wait_to_hear("close;");
    CHECK_TEXT("connect;close;", heard.text);
}

/* ---- replies ---- */

static void replies_with(const char *expected, struct answer answer) {
    struct wire wire;
    begin_anew();
    answers[AT_NOOP] = answer;
    begin_session(&wire, HELLO);
    CHECK_TEXT(expected, said(&wire, "NOOP"));
    answers[AT_NOOP] = (struct answer){.verdict = MM_VERDICT_CONTINUE};
    CHECK_INT(250, wire_smtp(&wire, "NOOP"));
    end_session(&wire);
}

static void a_reply_has_code_status_and_lines(void) {
    replies_with("250 2.0.0 as you like", (struct answer){.verdict = MM_VERDICT_ACCEPT, .text = "as you like"});
    replies_with("251 2.1.5 x",
                 (struct answer){.verdict = MM_VERDICT_DONE, .code = 251, .status = "2.1.5", .text = "x"});
    replies_with("550-5.7.1 a\n550 5.7.1 b",
                 (struct answer){.verdict = MM_VERDICT_REJECT, .status = "5.7.1", .text = "a", .line = "b"});
    replies_with("450 4.7.1 a", (struct answer){.verdict = 450, .status = "4.7.1", .text = "a"});
    /* The verdict's code counts, and a status of another class than its is left out. */
    replies_with("550 5.7.1 a", (struct answer){.verdict = 550, .code = 450, .status = "4.2.0", .text = "a"});
    /* With a verdict that continues all of it is dropped; what contradicts the verdict does not fit. */
    replies_with("250 2.0.0 Ok", (struct answer){.verdict = MM_VERDICT_CONTINUE, .code = 550, .text = "dropped"});
    replies_with("451 4.3.0 Error in processing, try again later",
                 (struct answer){.verdict = MM_VERDICT_ACCEPT, .code = 550, .text = "no"});
    replies_with("451 4.3.0 Error in processing, try again later",
                 (struct answer){.verdict = MM_VERDICT_REJECT, .code = 250, .text = "yes"});
    /* RFC 6531 §3.6: what is not ASCII goes to whom has said SMTPUTF8 alone. */
    replies_with("250 2.0.0 gr?n", (struct answer){.verdict = MM_VERDICT_ACCEPT, .text = "gr\xc3\xbcn"});
}

static void tries_what_is_no_reply(mm_session *session) {
    static const char *const controls[] = {"a\rb", "a\nb", "a\r\nb", "\x01", "\x7f", "a\tb", "\xff"};
    static const char *const states[] = {"", "x", "5.7", "1.0.0", "5.7.1 ", "5.7.1\r\n", "5.7.1234", "2.0.0"};
    char text[402];
    for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
        CHECK_INT(MM_E_ARGUMENT, mm_session_set_reply(session, 0, NULL, controls[i]));
        CHECK(strstr(mm_last_error_message(), "text"));
        CHECK_INT(MM_E_ARGUMENT, mm_session_add_reply_line(session, controls[i]));
        CHECK(strstr(mm_last_error_message(), "text"));
    }
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        CHECK_INT(MM_E_ARGUMENT, mm_session_set_reply(session, 550, states[i], NULL));
        CHECK(strstr(mm_last_error_message(), "status"));
    }
    for (int code = -1; code < 700; code += code == -1 ? 2 : code == 199 ? 401 : 99)
        CHECK_INT(MM_E_ARGUMENT, mm_session_set_reply(session, code, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_reply_line(session, NULL));
    memset(text, 'x', sizeof text);
    text[401] = '\0';
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_reply(session, 0, NULL, text));
    text[400] = '\0';
    CHECK_OK(mm_session_set_reply(session, 0, NULL, text));
    for (int i = 0; i < 100; i++)
        CHECK_OK(mm_session_add_reply_line(session, "more"));
    CHECK_INT(MM_E_LIMIT, mm_session_add_reply_line(session, "too much"));
}

static void what_is_no_reply_is_refused(void) {
    struct wire wire;
    begin_anew();
    answers[AT_NOOP].first = tries_what_is_no_reply;
    answers[AT_NOOP].verdict = MM_VERDICT_ACCEPT;
    begin_session(&wire, HELLO);
    wire_write(&wire, "NOOP\r\n");
    CHECK_INT(410, strlen(wire_read(&wire)));
    for (int i = 1; i <= 100; i++)
        CHECK_TEXT(i < 100 ? "250-2.0.0 more" : "250 2.0.0 more", wire_read(&wire));
    end_session(&wire);
}

static void ehlo_tells_more_extensions(void) {
    struct wire wire;
    const char *text;
    begin_anew();
    answers[AT_EHLO].verdict = MM_VERDICT_ACCEPT;
    answers[AT_EHLO].line = "XFORWARD NAME ADDR";
    begin_session(&wire, NULL);
    text = said(&wire, HELLO);
    CHECK(strstr(text, "\n250-PIPELINING") && strstr(text, "ENHANCEDSTATUSCODES"));
    CHECK(strstr(text, "250-example.org") == text);
    CHECK(strstr(text, "XFORWARD NAME ADDR"));
    end_session(&wire);
}

/* ---- what they hear ---- */

static void they_hear_what_the_client_says(void) {
    struct wire wire;
    begin_anew();
    begin_session(&wire, HELLO
                  "\nMAIL FROM:<\"a b\"@example.net> SIZE=100 BODY=8BITMIME SMTPUTF8 ENVID=x+2By"
                  "\nRCPT TO:<@a.test,@b.test:ann@EXAMPLE.org> NOTIFY=NEVER ORCPT=rfc822;old@example.org"
                  "\nRSET\nVRFY ann@example.org\nEXPN all of them\nHELP me\nNOOP now\nTURN\nXYZ  1 2\nHELO again.test");
    end_session(&wire);
    wait_to_hear("close;");
    CHECK_TEXT("connect;ehlo(client.example.net);"
               "mail(MAIL,\"a b\"@example.net,a b,example.net,SIZE=100 BODY=8BITMIME SMTPUTF8 ENVID=x+2By,x+y,100,1,1);"
               "rcpt(ann@EXAMPLE.org,ann,EXAMPLE.org,@a.test,@b.test,NOTIFY=NEVER ORCPT=rfc822;old@example.org,"
               "rfc822;old@example.org,1);domain(example.org,a.test,b.test);lookup(ann@EXAMPLE.org);"
               "rset;vrfy(ann@example.org);lookup(ann@example.org);expn(all of them);help(me);noop(now);turn;"
               "unknown(XYZ,1 2);helo(again.test);close;",
               heard.text);
}

static void ends_with(const char *expected) {
    wait_to_hear("close;");
    CHECK_TEXT(expected, heard.text);
    begin_anew();
}

static void they_hear_how_it_ended(void) {
    struct wire wire;
    begin_anew();
    begin_session(&wire, "NOOP");
    wire_close(&wire);
    ends_with("connect;noop();error(-14);close;");
    CHECK_OK(mm_engine_set(engine, "pop_timeout", "1"));
    begin_session(&wire, NULL);
    CHECK_INT(421, wire_reply(&wire));
    wire_close(&wire);
    ends_with("connect;timeout;close;");
    CHECK_OK(mm_engine_set(engine, "pop_timeout", "600"));
}

int main(void) {
    mm_smtp_server_handlers handlers = all_handlers();
    a_sink_takes_what_it_likes();
    engine_start();
    handled_start(&handlers, NULL, 0);
    each_verdict_at_each_step();
    each_verdict_at_the_greeting();
    a_refused_client_may_only_leave();
    a_reply_has_code_status_and_lines();
    what_is_no_reply_is_refused();
    ehlo_tells_more_extensions();
    they_hear_what_the_client_says();
    they_hear_how_it_ended();
    handled_stop();
    return check_result();
}
