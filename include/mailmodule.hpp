/*
 * mailmodule.hpp - MailModule for C++17 and later: header only, over mailmodule.h, whose comments say what each call
 * does, and with which errors. Here is what C++ adds.
 *
 *     #include <mailmodule.hpp>
 *
 *     auto engine = mailmodule::engine::make();
 *     mailmodule::send_options options;
 *     options.route = MM_SEND_ROUTE_DIRECT;
 *     mailmodule::mail mail;
 *     mail.from = "ann@example.org";
 *     mail.to = "bert@example.net";
 *     mail.subject = "Hello";
 *     mail.text = "How are you?\n";
 *     mailmodule::send_mail(engine, options, mail);
 *
 * Handles are objects that can be moved, not copied; who destroys one ends it. Text is given as std::string_view and
 * comes back as std::string; a NUL inside a text is MM_E_ARGUMENT, as is what is not UTF-8. Where a C function takes
 * NULL for "none", "" stands for it here, unless a comment says otherwise. Plain structures, numbers and enums are
 * those of C.
 *
 * ERRORS. What a C function returns on failure is thrown as mailmodule::error, which has code() and, in what(), the
 * words of mm_last_error_message(). Without exceptions (-fno-exceptions, or MAILMODULE_NO_EXCEPTIONS defined before
 * this header) the same functions return mailmodule::result of what they otherwise return. Objects of both forms may
 * be linked into one program.
 *
 * CALLBACKS are std::function. An exception that leaves one is caught before it reaches the library, which then gets
 * the failure that the C callback has for it (a reader: nothing more can be had; a certificate: not accepted; a handler
 * of a server: 451, -ERR). It is thrown again by the call that waits for the matter: the call of smtp_client that the
 * callback is for, message::wait, the stop of the server, engine::stop. In the form without exceptions it is dropped.
 * What a callback captures must live as long as the object that it was given to.
 *
 * No object may be destroyed inside a callback of its own, save a message.
 */
#ifndef MAILMODULE_HPP
#define MAILMODULE_HPP

#include "mailmodule/auth.hpp"
#include "mailmodule/client.hpp"
#include "mailmodule/engine.hpp"
#include "mailmodule/error.hpp"
#include "mailmodule/fetch.hpp"
#include "mailmodule/mailbox.hpp"
#include "mailmodule/import.hpp"
#include "mailmodule/message.hpp"
#include "mailmodule/mime.hpp"
#include "mailmodule/pop3.hpp"
#include "mailmodule/pop3_session.hpp"
#include "mailmodule/queue.hpp"
#include "mailmodule/server.hpp"
#include "mailmodule/session.hpp"
#include "mailmodule/settings.hpp"
#include "mailmodule/smtp.hpp"
#include "mailmodule/stepped.hpp"
#include "mailmodule/transaction.hpp"
#include "mailmodule/transport.hpp"

#endif
