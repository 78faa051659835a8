// The form without exceptions: the same calls, with results. Linked with throwing.cpp, which has the other form.
#include "check.hpp"

static_assert(!MAILMODULE_THROWS);

int code_that_is_thrown();

static void values_and_failures() {
    auto made = mailmodule::engine::make();
    CHECK(made);
    CHECK_OK(made.code());
    CHECK(!made.failure());
    mailmodule::engine of = std::move(*made);
    CHECK(of.set("from_same_host", 7));
    const auto number = of.get_int("from_same_host");
    CHECK(number);
    const auto missing = of.get("no_such_key");
    CHECK(!missing);
    CHECK_INT(MM_E_NOT_FOUND, missing.code());
    CHECK(missing.failure() && *missing.failure()->what());
    const auto wrong = of.set("smtp_port", "many");
    CHECK(!wrong);
    CHECK_INT(MM_E_CONFIG, wrong.code());
    CHECK(strstr(wrong.failure()->what(), "smtp_port"));
}

static void a_message(mailmodule::engine &of, const remote &server) {
    auto sent = mailmodule::message::make(of, to(server), "bert@example.net");
    CHECK(sent && sent->add_recipient("ann@example.net") && sent->write("Subject: x\n\nx\n") && sent->start());
    auto is_final = sent->wait();
    CHECK(is_final && *is_final);
    auto outcome = sent->outcome();
    CHECK(outcome && *outcome == MM_OK);
    auto result = sent->result_of(0);
    CHECK(result && result->reply_code == 250);
    CHECK_INT(MM_E_ARGUMENT, sent->result_of(1).code());

    auto failing = mailmodule::message::make(of, to(server), "bert@example.net");
    CHECK(failing && failing->add_recipient("ann@example.net"));
    CHECK(failing->set_reader([](void *, std::size_t) { return mailmodule::reading_failed; }));
    CHECK(failing->start() && failing->wait());
    CHECK_INT(MM_E_IO, *failing->outcome());
    CHECK_INT(MM_E_ARGUMENT, mailmodule::message::make(of, to(server), "not an address").code());
}

static void a_server(mailmodule::engine &of) {
    mailmodule::smtp_handlers handlers;
    handlers.noop = [](mailmodule::session &session, std::string_view) {
        CHECK_INT(MM_E_ARGUMENT, session.set_reply(250, "a\nb").code());
        CHECK_INT(MM_E_STATE, session.sender().code());
        CHECK(session.info() && session.checks() && session.set_reply(250, "yes"));
        auto owed = session.defer(20000);
        CHECK(owed && owed->answer(MM_VERDICT_ACCEPT));
        CHECK_INT(MM_E_HANDLE, owed->answer(MM_VERDICT_ACCEPT).code());
        return MM_VERDICT_PENDING;
    };
    mailmodule::server_options where;
    where.port = MM_PORT_NONE;
    auto server = mailmodule::smtp_server::start(of, where, handlers);
    CHECK(server && server->add_handlers({}));
    CHECK_INT(MM_E_STATE, mailmodule::smtp_server::start(of, where).code());
    {
        auto stepped = server->step();
        CHECK(stepped && stepped->step() && stepped->timeout());
        auto step = stepped->step("NOOP\r\n");
        while (step && step->wants == MM_WANTS_WAIT)
            step = stepped->step();
        CHECK(step && step->output.substr(0, 3) == "250");
        CHECK_INT(MM_E_STATE, stepped->begin_tls("TLSv1.3").code());
    }
    CHECK(server->stop(5000));
    CHECK_INT(MM_E_HANDLE, server->step().code());
}

int main() {
    remote server;
    remote_start(&server);
    values_and_failures();
    {
        auto of = make_engine();
        CHECK(of);
        a_message(*of, server);
        a_server(*of);
        CHECK(of->stop(5000));
    }
    CHECK_INT(MM_E_NOT_FOUND, code_that_is_thrown());
    remote_stop(&server);
    return check_result();
}
