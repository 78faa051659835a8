/*
 * What a client makes of a server's answers: every class of reply at every command, replies of many forms, and the loss
 * of the connection at every stage.
 */
#include "clients.h"

/* ---- every class of reply, at every command ---- */

enum verb { EHLO, HELO, LHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, RSET, NOOP, VRFY, EXPN, HELP, OWN, VERBS };

static int say(mm_smtp *smtp, enum verb verb, int *code) {
    switch (verb) {
    case EHLO:
        return mm_smtp_ehlo(smtp, "host.example", code);
    case HELO:
        return mm_smtp_helo(smtp, "host.example", code);
    case LHLO:
        return mm_smtp_lhlo(smtp, "host.example", code);
    case STARTTLS:
        return mm_smtp_starttls(smtp, code);
    case AUTH:
        return mm_smtp_auth_raw(smtp, "XTEST", NULL, code);
    case MAIL:
        return mm_smtp_mail(smtp, "bert@example.net", NULL, code);
    case RCPT:
        return mm_smtp_rcpt(smtp, "ann@example.org", NULL, code);
    case DATA:
        return mm_smtp_data(smtp, code);
    case RSET:
        return mm_smtp_rset(smtp, code);
    case NOOP:
        return mm_smtp_noop(smtp, code);
    case VRFY:
        return mm_smtp_vrfy(smtp, "ann", code);
    case EXPN:
        return mm_smtp_expn(smtp, "staff", code);
    case HELP:
        return mm_smtp_help(smtp, NULL, code);
    default: {
        int result = mm_smtp_send_command(smtp, "XFOO");
        return result == MM_OK ? mm_smtp_receive(smtp, code) : result;
    }
    }
}

static const int stages[] = {MM_STAGE_HELLO, MM_STAGE_HELLO, MM_STAGE_HELLO, MM_STAGE_TLS,   MM_STAGE_AUTH,
                             MM_STAGE_MAIL,  MM_STAGE_RCPT,  MM_STAGE_DATA,  MM_STAGE_OTHER, MM_STAGE_OTHER,
                             MM_STAGE_OTHER, MM_STAGE_OTHER, MM_STAGE_OTHER, MM_STAGE_OTHER};

/* A refusal is no failure: the exchange came about, and goes on. */
static void every_class_at_every_command(void) {
    static const struct {
        const char *line;
        int code;
    } replies[] = {{"200 x", 200},       {"250 2.0.0 x", 250}, {"399 x", 399},       {"400 x", 400},
                   {"450 4.2.1 x", 450}, {"500 x", 500},       {"550 5.1.1 x", 550}, {"599 x", 599}};
    for (int verb = 0; verb < VERBS; verb++)
        for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
            mm_smtp *smtp = connected(STEPS("220 hello", ">", replies[i].line, ">", "250 after"));
            CHECK_CODE(replies[i].code, say(smtp, (enum verb)verb, &code));
            CHECK_INT(replies[i].code, reply_of(smtp).code);
            CHECK_CODE(250, mm_smtp_noop(smtp, &code));
            CHECK_INT(MM_OK, error_of(smtp).code);
            CHECK_OK(mm_smtp_free(smtp));
        }
}

static void a_greeting_that_refuses(void) {
    static const char *const greetings[] = {"554 no", "450 later", "250 what"};
    for (size_t i = 0; i < 3; i++) {
        mm_smtp *smtp = new_client(NULL);
        script_set(&peer, STEPS(greetings[i], ">", "221 bye"));
        CHECK_CODE(atoi(greetings[i]), mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
        CHECK_CODE(221, mm_smtp_quit(smtp, &code));
        CHECK_OK(mm_smtp_free(smtp));
    }
}

/* ---- forms of replies ---- */

static void all_of_a_reply_is_there(void) {
    mm_smtp *smtp =
        connected(STEPS("220 hello", ">", "550-5.1.1 no\r\n550-5.1.1 such\r\n550 5.1.1 user", ">", "say 250-cut",
                        "say  in\r\n25", "say 0 pieces\r\n", ">", "250", ">", "say 250 lf\n"));
    CHECK_CODE(550, mm_smtp_vrfy(smtp, "ann", &code));
    mm_smtp_reply reply = reply_of(smtp);
    CHECK_TEXT("no\nsuch\nuser", reply.text);
    CHECK_TEXT("550-5.1.1 no\n550-5.1.1 such\n550 5.1.1 user", reply.raw);
    CHECK_TEXT("5.1.1", reply.status);
    CHECK_TEXT("", reply.challenge);
    CHECK_INT(3, reply.lines);
    CHECK_INT(0, reply.due);
    CHECK_CODE(250, mm_smtp_noop(smtp, &code));
    CHECK_TEXT("250-cut in\n250 pieces", reply_of(smtp).raw);
    CHECK_CODE(250, mm_smtp_noop(smtp, &code));
    CHECK_TEXT("", reply_of(smtp).text);
    CHECK_TEXT("250", reply_of(smtp).raw);
    CHECK_CODE(250, mm_smtp_noop(smtp, &code));
    CHECK_TEXT("lf", reply_of(smtp).text);
    CHECK_OK(mm_smtp_free(smtp));
}

static void what_is_no_reply(void) {
    static const char *const said[] = {"say hello\r\n", "say 250 early\r\n250 again\r\n"};
    for (size_t i = 0; i < 2; i++) {
        mm_smtp *smtp = connected(STEPS("220 hello", ">", said[i], "close"));
        int code = -1, result = mm_smtp_noop(smtp, &code);
        if (result == MM_OK) { /* the reply that was not asked for is seen by the next call */
            CHECK_INT(250, code);
            result = mm_smtp_noop(smtp, &code);
        }
        CHECK_INT(MM_E_PROTOCOL, result);
        CHECK_INT(MM_LAYER_PROTOCOL, error_of(smtp).layer);
        CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
        CHECK_OK(mm_smtp_free(smtp));
    }
}

/* ---- 421 ends the connection, whatever it answers ---- */

static void four_two_one(void) {
    for (int verb = 0; verb < VERBS; verb++) {
        mm_smtp *smtp = connected(STEPS("220 hello", ">", "421 4.3.2 shutting down", "close"));
        CHECK_CODE(421, say(smtp, (enum verb)verb, &code));
        CHECK_TEXT("shutting down", reply_of(smtp).text);
        CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
        CHECK(strstr(mm_last_error_message(), "421") != NULL);
        CHECK_OK(mm_smtp_free(smtp));
    }
}

/* A server that has had enough says so before it closes: that is the answer to what is said next. */
static void four_two_one_before_it_was_asked(void) {
    mm_smtp *smtp = connected(STEPS("220 hello\r\n421 4.4.2 too slow", "close"));
    CHECK_CODE(421, mm_smtp_noop(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

/* The same, of which the beginning alone is there when something is said. */
static void four_two_one_that_had_begun(void) {
    mm_smtp *smtp = connected(STEPS("say 220 hello\r\n421 4.4.2 too", ">", " slow", "close"));
    CHECK_CODE(421, mm_smtp_noop(smtp, &code));
    CHECK_TEXT("421 4.4.2 too slow", reply_of(smtp).raw);
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

/* ---- loss at every stage ---- */

static void lost(mm_smtp *smtp, int result, int stage, const char *words) {
    mm_error_detail detail;
    CHECK_INT(MM_E_CLOSED, result);
    char message[1024];
    snprintf(message, sizeof message, "%s", mm_last_error_message());
    CHECK(strstr(message, words) != NULL);
    detail = error_of(smtp);
    CHECK_TEXT(message, detail.message);
    CHECK_INT(MM_E_CLOSED, detail.code);
    CHECK_INT(MM_LAYER_NETWORK, detail.layer);
    CHECK_INT(stage, detail.stage);
    CHECK_INT(1, detail.retry);
    CHECK(strncmp(detail.peer, "127.0.0.1:", 10) == 0);
    CHECK_INT(0, reply_of(smtp).due);
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

static void loss_at_every_command(void) {
    static const char *const ends[] = {"close", "reset"};
    static const char *const names[] = {"EHLO", "HELO", "LHLO", "STARTTLS", "AUTH", "MAIL", "RCPT",
                                        "DATA", "RSET", "NOOP", "VRFY",     "EXPN", "HELP", "XFOO"};
    for (int verb = 0; verb < VERBS; verb++)
        for (int end = 0; end < 2; end++) {
            char words[32];
            mm_smtp *smtp = connected(STEPS("220 hello", ">", ends[end]));
            sprintf(words, "at %s: ", names[verb]);
            lost(smtp, say(smtp, (enum verb)verb, NULL), stages[verb], words);
        }
}

static void loss_at_the_greeting(void) {
    mm_smtp *smtp = new_client(NULL);
    script_set(&peer, STEPS("close"));
    lost(smtp, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, NULL), MM_STAGE_GREETING, "at the greeting: ");
}

/* Half of a reply is none, save that of a refusal. */
static void loss_inside_a_reply(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "say 250-half\r\n", "close"));
    lost(smtp, mm_smtp_noop(smtp, NULL), MM_STAGE_OTHER, "at NOOP: ");
    smtp = connected(STEPS("220 hello", ">", "say 550-half\r\n", "close"));
    CHECK_CODE(550, mm_smtp_noop(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

/* Writes until the loss is seen, which may take some pieces. */
static int write_on(mm_smtp *smtp, int *code) {
    static char piece[65536];
    int result = MM_OK;
    memset(piece, 'x', sizeof piece);
    for (int i = 0; i < 10000 && result == MM_OK; i++)
        result = mm_smtp_write(smtp, piece, sizeof piece, 0, code);
    return result;
}

static void loss_in_the_content(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", "#10", "reset"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    lost(smtp, write_on(smtp, NULL), MM_STAGE_CONTENT, "at the content: ");
    smtp = connected(STEPS("220 hello", ">", "354 go", ".", "close"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    lost(smtp, mm_smtp_write(smtp, "x", 1, MM_SMTP_LAST, NULL), MM_STAGE_END_OF_DATA, "at the end of DATA: ");
}

/* A refusal in the middle of the content is why it did not arrive. */
static void refusal_in_the_content(void) {
    int code = -1;
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", "#10", "552 5.3.4 too much", "close"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_INT(MM_E_CLOSED, write_on(smtp, &code));
    if (code != 0) { /* a reset may have overtaken the words */
        CHECK_INT(552, code);
        CHECK(strstr(mm_last_error_message(), "552 5.3.4 too much") != NULL);
    }
    CHECK_OK(mm_smtp_free(smtp));
}

static void quit_without_an_answer(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "close"));
    CHECK_CODE(0, mm_smtp_quit(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_quit(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
    smtp = connected(STEPS("220 hello", ">", "550 no"));
    CHECK_CODE(550, mm_smtp_quit(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

/* ---- time-outs ---- */

static void silence_at_every_command(void) {
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    options.receive_timeout_ms = 30;
    for (int verb = 0; verb < VERBS; verb++) {
        mm_smtp *smtp = new_client(&options);
        script_set(&peer, STEPS("220 hello", ">", "silent"));
        CHECK_OK(mm_smtp_set_timeouts(smtp, 0, 0, 0)); /* the greeting has time */
        CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
        CHECK_OK(mm_smtp_set_timeouts(smtp, 0, 0, 30));
        CHECK_FAILS(MM_E_TIMEOUT, say(smtp, (enum verb)verb, NULL));
        CHECK_INT(stages[verb], error_of(smtp).stage);
        CHECK_INT(1, error_of(smtp).retry);
        CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
        CHECK_OK(mm_smtp_free(smtp));
    }
    mm_smtp *smtp = new_client(&options);
    script_set(&peer, STEPS("silent"));
    CHECK_FAILS(MM_E_TIMEOUT, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, NULL));
    CHECK_INT(MM_STAGE_GREETING, error_of(smtp).stage);
    CHECK_OK(mm_smtp_free(smtp));
}

static void a_server_that_takes_nothing(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", "deaf"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_OK(mm_smtp_set_timeouts(smtp, 0, 30, 0));
    CHECK_FAILS(MM_E_TIMEOUT, write_on(smtp, NULL));
    CHECK_INT(MM_STAGE_CONTENT, error_of(smtp).stage);
    script_let_go(&peer);
    CHECK_OK(mm_smtp_free(smtp));
}

/* Connections that end in every way leave no descriptor and no thread behind. */
static void once_in_every_way(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "221 bye"));
    CHECK_CODE(221, mm_smtp_quit(smtp, &code));
    CHECK_OK(mm_smtp_free(smtp));
    smtp = connected(STEPS("220 hello", ">", "reset"));
    CHECK_INT(MM_E_CLOSED, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
    smtp = connected(STEPS("220 hello", "silent"));
    CHECK_OK(mm_smtp_close(smtp));
    CHECK_OK(mm_smtp_free(smtp));
    smtp = connected(STEPS("220 hello", "silent"));
    CHECK_OK(mm_smtp_free(smtp));
    script_heard(&peer);
}

static void nothing_is_left(void) {
    once_in_every_way();
    int handles = count_descriptors(), threads = count_threads();
    for (int i = 0; i < 10; i++)
        once_in_every_way();
    CHECK_INT(handles, count_descriptors());
    CHECK(wait_for_threads(threads) <= threads);
}

int main(void) {
    set_default_for_broken_pipes(); /* a signal would end the test */
    server_settings();
    script_start(&peer);
    every_class_at_every_command();
    a_greeting_that_refuses();
    all_of_a_reply_is_there();
    what_is_no_reply();
    four_two_one();
    four_two_one_before_it_was_asked();
    four_two_one_that_had_begun();
    loss_at_every_command();
    loss_at_the_greeting();
    loss_inside_a_reply();
    loss_in_the_content();
    refusal_in_the_content();
    quit_without_an_answer();
    silence_at_every_command();
    a_server_that_takes_nothing();
    nothing_is_left();
    CHECK(has_default_for_broken_pipes());
    script_stop(&peer);
    server_stop();
    return check_result();
}
