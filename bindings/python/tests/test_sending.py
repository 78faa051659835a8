"""Messages: recipients, content, results, futures, events, cancelling."""
from __future__ import annotations

import email.message
import gc
import logging
import os
import socket
import threading
import weakref
from concurrent.futures import Future

import mailmodule
from mailmodule import ErrorCode, Message, Notify, Route, SendEvent, SendOptions, SendState, Tls

from .place import SECONDS, Case, free_port, soon, talking

CONTENT = b"Subject: a test\r\n\r\nOne line.\r\n.\r\nBehind a dot.\r\n"


class MessageTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.mail = self.engine()
        self.options = SendOptions(host="127.0.0.1", port=self.smtp_server(self.mail), tls=Tls.NONE)

    def message(self, *recipients: str, sender: str = "carl@example.org") -> Message:
        message = self.mail.message(sender, self.options)
        for recipient in recipients:
            message.add_recipient(recipient)
        return message

    def test_a_message_arrives_and_each_recipient_has_a_result(self) -> None:
        message = self.message("anna@example.org", "nobody@example.org", "bert@example.org")
        message.write("Subject: a test\n\nOne line.\n")
        message.write(b".\nBehind a dot.\n")
        result = message.start().result(SECONDS)
        anna, nobody, bert = result.recipients
        self.assertEqual(ErrorCode.REFUSED_PERMANENT, result.outcome)
        self.assertEqual((SendState.DONE, ErrorCode.OK, 250), (anna.state, anna.error, anna.reply_code))
        self.assertEqual((SendState.FAILED, "nobody@example.org"), (nobody.state, nobody.address))
        self.assertEqual((550, "5.1.1"), (nobody.reply_code, nobody.status))
        self.assertEqual(1, bert.attempts)
        self.assertEqual(f"127.0.0.1:{self.options.port}", bert.host_address)
        received = self.mailbox(self.mail)
        self.assertEqual(1, len(received))
        self.assertTrue(received[0].endswith(b"\n\nOne line.\n.\nBehind a dot."), received[0])
        with self.assertRaises(mailmodule.SendFailure) as raised:
            result.raise_for_failure()
        self.assertIn("nobody@example.org", str(raised.exception))

    def test_content_comes_from_a_file_a_descriptor_and_a_reader(self) -> None:
        file = self.folder / "message"
        file.write_bytes(CONTENT)
        by_file, by_descriptor, by_reader = (self.message("anna@example.org") for _ in range(3))
        by_file.set_file(file)
        descriptor = os.open(file, os.O_RDONLY)
        by_descriptor.set_descriptor(descriptor)
        os.close(descriptor)
        with open(file, "rb") as opened:
            by_reader.set_reader(opened.read)
            for message in (by_file, by_descriptor, by_reader):
                message.start().result(SECONDS).raise_for_failure()
        received = self.mailbox(self.mail, count=3)
        self.assertEqual(3, len(received))
        for content in received:
            self.assertTrue(content.endswith(b"Behind a dot."))

    def test_a_reader_that_raises_fails_its_message_and_is_logged(self) -> None:
        def read(size: int) -> bytes:
            raise OSError("no more of it")

        message = self.message("anna@example.org")
        message.set_reader(read)
        with self.assertLogs("mailmodule", logging.ERROR) as heard:
            result = message.start().result(SECONDS)
        self.assertEqual(ErrorCode.IO, result.outcome)
        self.assertIn("no more of it", heard.output[0])

    def test_a_reader_that_gives_too_much_fails_its_message(self) -> None:
        message = self.message("anna@example.org")
        message.set_reader(lambda size: b"x" * (size + 1))
        with self.assertLogs("mailmodule", logging.ERROR):
            self.assertEqual(ErrorCode.IO, message.start().result(SECONDS).outcome)

    def test_events_come_in_order_and_end_with_finished(self) -> None:
        heard: list[SendEvent] = []
        message = self.mail.message("carl@example.org", self.options, lambda _, event: heard.append(event))
        message.add_recipient("anna@example.org")
        message.write(CONTENT)
        message.start().result(SECONDS)
        self.assertEqual(SendState.FINISHED, heard[-1].state)
        self.assertIsNone(heard[-1].recipient)
        final = [event for event in heard if event.state == SendState.DONE]
        self.assertEqual([(0, 250)], [(event.recipient, event.reply_code) for event in final])

    def test_an_event_handler_that_raises_is_logged_and_the_message_goes_on(self) -> None:
        def fail(message: Message, event: SendEvent) -> None:
            raise RuntimeError("a handler fails")

        message = self.mail.message("carl@example.org", self.options, fail)
        message.add_recipient("anna@example.org")
        with self.assertLogs("mailmodule", logging.ERROR) as heard:
            self.assertEqual(ErrorCode.OK, message.start().result(SECONDS).outcome)
        self.assertIn("a handler fails", heard.output[0])

    def test_wait_inside_the_own_handler_is_not_waited_for(self) -> None:
        # the last event's handler runs before the future ends, so a wait there has to have a time-out
        said: list[ErrorCode] = []

        def handler(message: Message, event: SendEvent) -> None:
            if event.state == SendState.FINISHED:
                try:
                    message.wait(0.01)
                except mailmodule.MailModuleError as error:
                    said.append(error.code)

        message = self.mail.message("carl@example.org", self.options, handler)
        message.add_recipient("anna@example.org")
        message.start().result(SECONDS)
        self.assertEqual([ErrorCode.TIMEOUT], said)

    def test_the_queue_takes_a_message_for_a_mailbox_here(self) -> None:
        message = self.mail.message("carl@example.org")
        message.add_recipient("bert@example.org", Notify.FAILURE, "rfc822;bert@example.org")
        message.write(CONTENT)
        result = message.start().result(SECONDS).raise_for_failure()
        self.assertEqual(SendState.QUEUED, result.recipients[0].state)
        self.assertNotEqual("", result.recipients[0].queue_id)

    def test_errors_of_a_message_name_what_is_wrong(self) -> None:
        self.fails(ErrorCode.ARGUMENT, self.mail.message, "no address\r\n")
        message = self.message()
        self.fails(ErrorCode.ARGUMENT, message.add_recipient, "anna@example.org\r\nRCPT TO:<bert@example.org>")
        self.fails(ErrorCode.ARGUMENT, message.add_recipient, "anna\0@example.org")
        self.fails(ErrorCode.NOT_FOUND, message.set_file, self.folder / "none")
        self.fails(ErrorCode.ARGUMENT, message.start)
        message.add_recipient("anna@example.org")
        message.start().result(SECONDS)
        self.fails(ErrorCode.STATE, message.start)
        unknown = SendOptions(route=Route.SERVER)
        self.fails(ErrorCode.ARGUMENT, self.mail.message, "carl@example.org", unknown)

    def test_results_are_there_at_any_time(self) -> None:
        message = self.message("anna@example.org")
        self.assertEqual(SendState.NEW, message.results()[0].state)
        message.start().result(SECONDS)
        self.assertEqual(SendState.DONE, message.results()[0].state)


class EndTests(Case):
    """A server that says nothing, and how a message to it ends."""

    def test_cancel_ends_a_message_at_once(self) -> None:
        asked = threading.Event()
        released = threading.Event()

        def silent(connection: socket.socket) -> None:
            asked.set()
            released.wait(SECONDS)

        engine = self.engine()
        with talking(silent) as port:
            message = self.to(engine, port)
            future = message.start()
            self.assertTrue(asked.wait(SECONDS))
            self.fails(ErrorCode.TIMEOUT, message.wait, 0.01)
            self.assertFalse(future.cancel())
            message.cancel()
            result = future.result(SECONDS)
            released.set()
        self.assertEqual(ErrorCode.CANCELLED, result.outcome)
        self.assertEqual(ErrorCode.CANCELLED, result.recipients[0].error)
        message.cancel()
        message.close()

    def test_the_end_of_a_block_gives_up_what_has_not_ended(self) -> None:
        engine = self.engine()
        released = threading.Event()
        with talking(lambda connection: [released.wait(SECONDS), None][1]) as port:
            with self.to(engine, port) as message:
                future = message.start()
            self.assertEqual(ErrorCode.CANCELLED, future.result(SECONDS).outcome)
            released.set()

    def test_closing_the_engine_ends_what_is_on_its_way(self) -> None:
        engine = self.engine()
        released = threading.Event()
        with talking(lambda connection: [released.wait(SECONDS), None][1]) as port:
            futures = [self.to(engine, port).start() for _ in range(5)]
            engine.close(0)
            for future in futures:
                self.assertEqual(ErrorCode.CANCELLED, future.result(SECONDS).outcome)
            released.set()

    def test_no_connection_is_a_result_and_no_exception(self) -> None:
        engine = self.engine()
        result = self.to(engine, free_port()).start().result(SECONDS)
        self.assertEqual(ErrorCode.CONNECT, result.outcome)

    def test_nothing_of_a_message_is_left_behind(self) -> None:
        from mailmodule import sending
        from mailmodule._abi.readers import readers

        engine = self.engine()
        port = self.smtp_server(engine)
        started, never = self.to(engine, port), self.to(engine, port)
        never.set_reader(lambda size: b"")
        started.start().result(SECONDS)
        gone = weakref.ref(never), weakref.ref(started)
        del never, started
        gc.collect()
        # the thread that has told the future may not have left the message yet
        self.assertTrue(soon(lambda: (gone[0](), gone[1]()) == (None, None)))
        self.assertEqual({}, sending._messages._objects)
        self.assertEqual({}, readers._objects)

    def test_many_messages_at_once(self) -> None:
        engine = self.engine()
        port = self.smtp_server(engine)
        futures: list[Future[mailmodule.SendResult]] = [self.to(engine, port).start() for _ in range(100)]
        self.assertEqual({ErrorCode.OK}, {future.result(SECONDS).outcome for future in futures})
        self.assertEqual(100, len(self.mailbox(engine, count=100)))

    @staticmethod
    def to(engine: mailmodule.Engine, port: int) -> Message:
        message = engine.message("carl@example.org", SendOptions(host="127.0.0.1", port=port, tls=Tls.NONE))
        message.add_recipient("anna@example.org")
        return message


class MailTests(Case):
    """One mail in one call."""

    def setUp(self) -> None:
        super().setUp()
        self.mail = self.engine()
        self.options = SendOptions(host="127.0.0.1", port=self.smtp_server(self.mail), tls=Tls.NONE)

    def test_a_mail_of_subject_and_text_arrives(self) -> None:
        result = mailmodule.send_mail(
            self.mail, "Carl <carl@example.org>", ["Anna <anna@example.org>"], bcc="bert@example.org",
            subject="Grüße", text="Schöne Grüße.\n", options=self.options,
        )
        self.assertEqual(ErrorCode.OK, result.outcome)
        self.assertEqual(["anna@example.org", "bert@example.org"], [one.address for one in result.recipients])
        for user, password in (("anna", "secret"), ("bert", "hidden")):
            (received,) = self.mailbox(self.mail, user, password)
            message = email.message_from_bytes(received, policy=email.policy.default)
            self.assertEqual("Grüße", message["Subject"])
            self.assertIn("anna@example.org", message["To"])
            self.assertNotIn("bert", received.decode())
            assert isinstance(message, email.message.EmailMessage)
            self.assertEqual("Schöne Grüße.", message.get_content().strip())

    def test_a_ready_message_comes_from_memory_pythons_own_a_file_and_a_reader(self) -> None:
        ready = email.message.EmailMessage()
        ready["Subject"], ready["Bcc"] = "ready", "hidden@example.org"
        ready.set_content("Behind a dot.\n")
        file = self.folder / "message"
        file.write_bytes(CONTENT)
        with open(file, "rb") as opened:
            for given in ({"message": CONTENT}, {"message": ready}, {"path": file}, {"read": opened.read}):
                with self.subTest(str(given)):
                    result = mailmodule.send_mail(
                        self.mail, "carl@example.org", "anna@example.org", options=self.options, **given  # type: ignore
                    )
                    self.assertEqual(ErrorCode.OK, result.outcome)
        received = self.mailbox(self.mail, count=4)
        self.assertEqual(4, len(received))
        for content in received:
            self.assertTrue(content.endswith(b"Behind a dot."), content)
            self.assertNotIn(b"hidden@example.org", content)

    def test_what_is_no_mail_is_an_error_and_nothing_is_left_behind(self) -> None:
        from mailmodule import sending

        for given in (
            {"subject": "two\r\nlines", "text": ""}, {"subject": "a"}, {"message": CONTENT, "path": "x"}, {},
        ):
            with self.subTest(str(given)):
                with self.assertRaises(mailmodule.MailModuleError):
                    mailmodule.send_mail(self.mail, "a@example.org", "anna@example.org", **given)  # type: ignore
        self.assertEqual({}, sending._messages._objects)

    def test_a_mail_may_be_begun_and_awaited_later(self) -> None:
        mails = [
            mailmodule.start_mail(
                self.mail, "carl@example.org", "anna@example.org", subject=str(number), text="", options=self.options
            )
            for number in range(20)
        ]
        self.assertEqual({ErrorCode.OK}, {mail.wait(SECONDS).outcome for mail in mails})
