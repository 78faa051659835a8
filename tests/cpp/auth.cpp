// Checks of messages and signatures by mailmodule.hpp.
#include "check.hpp"
#include "names.h"

#include <condition_variable>
#include <mutex>

static const std::string letter =
    "From: Ann <ann@example.org>\r\nTo: bert@example.net\r\nSubject: Hello\r\n\r\nText\r\n";

static char key[4096], record[4096];

static const name_record zone[] = {{"s._domainkey.example.org", NAMES_TXT, 0, record},
                                   {"example.org", NAMES_TXT, 0, "v=spf1 ip4:192.0.2.0/24 -all"},
                                   {"_dmarc.example.org", NAMES_TXT, 0, "v=DMARC1; p=quarantine"},
                                   {"s._domainkey.silent.example", NAMES_SILENT, 0, nullptr},
                                   {nullptr, 0, 0, nullptr}};

static mailmodule::auth_query query_of(std::string_view message) {
    mailmodule::auth_query query;
    query.client = "192.0.2.1";
    query.sender = "ann@example.org";
    query.message = message;
    return query;
}

static mailmodule::sign_options signer() {
    mailmodule::sign_options options;
    options.domain = "example.org";
    options.selector = "s";
    options.key = key;
    return options;
}

static std::string signed_letter(mailmodule::engine &engine) {
    return mailmodule::sign_dkim(engine, signer(), query_of(letter)) + letter;
}

static void checks(mailmodule::engine &engine) {
    const auto spf = mailmodule::check_spf(engine, query_of({})).all();
    CHECK_INT(1, spf.size());
    CHECK_INT(MM_AUTH_PASS, spf[0].result);
    CHECK_SAME("ann@example.org", spf[0].identity);
    const auto text = signed_letter(engine);
    const auto dkim = mailmodule::verify_dkim(engine, query_of(text)).all();
    CHECK_INT(1, dkim.size());
    CHECK_SAME("dkim", dkim[0].method);
    CHECK_INT(MM_AUTH_PASS, dkim[0].result);
    CHECK_SAME("s", dkim[0].selector);
    CHECK_INT(2048, dkim[0].key_bits);
    CHECK_INT(-1, dkim[0].signed_length);
    const auto found = mailmodule::check_dmarc(engine, query_of(letter));
    const auto all = found.all();
    CHECK_INT(4, all.size());
    CHECK_SAME("dmarc", all.back().method);
    CHECK_INT(MM_AUTH_PASS, all.back().result);
    CHECK_INT(MM_AUTH_FLAG_SPF_ALIGNED, all.back().flags);
    CHECK_INT(MM_DMARC_QUARANTINE, all.back().policy);
    CHECK_INT(0, found.field().find("Authentication-Results: mx.example.net;"));
    CHECK_INT(0, found.field("other.example").find("Authentication-Results: other.example;"));
    CHECK_INT(MM_AUTH_NONE, mailmodule::validate_arc(engine, query_of(letter)).all()[0].result);
}

static void errors(mailmodule::engine &engine) {
    auto query = query_of(letter);
    query.client = "nowhere";
    CHECK_ERROR(MM_E_ARGUMENT, mailmodule::check_spf(engine, query));
    query.path = "/nowhere/at/all";
    CHECK_ERROR(MM_E_NOT_FOUND, mailmodule::verify_dkim(engine, query));
    CHECK_ERROR(MM_E_NOT_FOUND, mailmodule::sign_dkim(engine, {}, query_of(letter)));
    CHECK_ERROR(MM_E_ARGUMENT, mailmodule::verify_dkim(engine, query_of(letter), nullptr));
    query.path.clear();
    query.read = [](void *, std::size_t) -> std::size_t { throw of_callback{7}; };
    CHECK_THROWN(7, mailmodule::verify_dkim(engine, query));
    CHECK_THROWN(7, mailmodule::sign_dkim(engine, signer(), query));
    CHECK_THROWN(7, mailmodule::verify_dkim(engine, query, [](int, mailmodule::auth_results) { CHECK(false); }));
}

static void readers(mailmodule::engine &engine) {
    const auto text = signed_letter(engine);
    std::size_t at = 0;
    mailmodule::auth_query query;
    query.read = [&](void *buffer, std::size_t size) {
        const auto piece = text.substr(at, std::min<std::size_t>(size, 100));
        memcpy(buffer, piece.data(), piece.size());
        at += piece.size();
        return piece.size();
    };
    CHECK_INT(MM_AUTH_PASS, mailmodule::verify_dkim(engine, query).all()[0].result);
}

static void completions(mailmodule::engine &engine) {
    std::mutex gate;
    std::condition_variable moved;
    int ended = 0, result = 0;
    std::string fields;
    const auto wait_for = [&](int number) {
        std::unique_lock<std::mutex> lock(gate);
        moved.wait(lock, [&] { return ended == number; });
    };
    const auto end = [&] {
        const std::lock_guard<std::mutex> lock(gate);
        ended++;
        moved.notify_all();
    };
    const auto text = signed_letter(engine);
    mailmodule::check_dmarc(engine, query_of(text), [&](int error, mailmodule::auth_results found) {
        CHECK_INT(MM_OK, error);
        result = found.all().back().result;
        end();
    });
    wait_for(1);
    CHECK_INT(MM_AUTH_PASS, result);
    mailmodule::sign_dkim(engine, signer(), query_of(letter), [&](int error, std::string_view made) {
        CHECK_INT(MM_OK, error);
        fields = made;
        end();
    });
    wait_for(2);
    CHECK_INT(0, fields.find("DKIM-Signature: "));
    CHECK(fields.back() == '\n');
    mailmodule::check_spf(engine, query_of({}), [&](int, mailmodule::auth_results) {
        end();
        throw of_callback{9};
    });
    wait_for(3);
    CHECK_THROWN(9, engine.stop(10000));
    auto silent = signer();
    silent.domain = "silent.example";
    const auto unanswered = mailmodule::sign_dkim(engine, silent, query_of(letter)) + letter;
    int error = MM_OK;
    mailmodule::verify_dkim(engine, query_of(unanswered), [&](int code, mailmodule::auth_results found) {
        CHECK(found.get() == nullptr);
        error = code;
    });
    engine.stop(10000);
    CHECK_INT(MM_E_CANCELLED, error);
}

int main() {
    const int made = mm_dkim_key_make(MM_DKIM_RSA_SHA256, 0, key, sizeof key, nullptr, record, sizeof record, nullptr);
    if (by_wine() && made == MM_E_TLS)
        return check_skipped("cpp_auth", "wine has no RSA");
    CHECK_OK(made);
    {
        auto engine = make_engine();
        engine.set("smtp_dns", names_start(zone));
        engine.set("smtp_name", "mx.example.net");
        checks(engine);
        errors(engine);
        readers(engine);
        completions(engine);
    }
    names_stop();
    return check_result();
}
