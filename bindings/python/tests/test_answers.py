"""Answers of handlers that fail, come late or never, and what a stop does with them; sockets of the host's."""
from __future__ import annotations

import logging
import smtplib
import socket
import threading

import mailmodule
from mailmodule import PORT_ANY, PORT_NONE, Answer, ErrorCode, Session, SmtpProtocol, SmtpServer, Verdict

from .handled import MESSAGE, STEPS, HandlerCase, Recorder
from .place import SECONDS


class FailingTests(HandlerCase):
    def test_a_handler_that_raises_is_logged_and_the_session_goes_on(self) -> None:
        def fail(session: Session, *arguments: object) -> Answer:
            raise RuntimeError("a handler fails")

        server = self.serve(Recorder({step: fail for step in STEPS if step != "connect"}))
        with self.assertLogs("mailmodule", logging.ERROR) as heard:
            client = self.connect(server)
            self.assertEqual(451, client.ehlo()[0])
            self.assertEqual(451, client.noop()[0])
            self.assertEqual(451, client.docmd("XFOO")[0])
            client.quit()
            server.stop()
        for step in ("ehlo", "noop", "unknown", "close"):
            self.assertTrue(any(f"the handler {step} " in line for line in heard.output), step)

    def test_an_answer_that_is_none_is_451(self) -> None:
        server = self.serve(Recorder({"noop": "nonsense", "help": 4711, "vrfy": Verdict.PENDING}))
        with self.assertLogs("mailmodule", logging.WARNING):
            client = self.connect(server)
            for command in ("NOOP", "HELP", "VRFY anna"):
                self.assertEqual(451, client.docmd(command)[0], command)

    def test_a_session_outside_its_handlers_is_an_error(self) -> None:
        kept: list[Session] = []
        recorder = Recorder({"noop": lambda session, text: kept.append(session)})
        client = self.connect(self.serve(recorder))
        client.noop()
        self.fails(ErrorCode.STATE, lambda: kept[0].info)
        self.fails(ErrorCode.STATE, kept[0].reply, 250, "late")
        self.assertEqual({}, kept[0].values)
        client.quit()
        self.assertTrue(recorder.closed.wait(SECONDS))
        self.kept.close()
        self.fails(ErrorCode.HANDLE, lambda: kept[0].values)

    def test_no_line_end_comes_into_a_reply_or_a_field(self) -> None:
        failed: list[str] = []

        def noop(session: Session, text: str) -> None:
            for bad in ("a\r\nb", "a\nb", "a\rb", "a\0b"):
                for call in (lambda: session.reply(250, bad), lambda: session.add_reply_line(bad)):
                    failed.append(self.fails(ErrorCode.ARGUMENT, call))

        client = self.connect(self.serve(Recorder({"noop": noop})))
        self.assertEqual(250, client.noop()[0])
        self.assertEqual(8, len(failed))


class PendingTests(HandlerCase):
    def test_an_answer_may_come_later_from_another_thread(self) -> None:
        threads: list[threading.Thread] = []

        def rcpt(session: Session, recipient: mailmodule.SessionRecipient) -> Answer:
            owed = session.defer(SECONDS)

            def answer() -> None:
                owed.reply(451, "come", "again", status="4.7.1")
                owed.answer(451 if recipient.local_part == "anna" else Verdict.CONTINUE)

            threads.append(threading.Thread(target=answer))
            threads[-1].start()
            return Verdict.PENDING

        client = self.connect(self.serve(Recorder({"rcpt": rcpt})))
        client.ehlo()
        client.mail("carl@example.net")
        self.assertEqual((451, b"4.7.1 come\n4.7.1 again"), client.rcpt("anna@example.org"))
        self.assertEqual(250, client.rcpt("bert@example.org")[0])
        for thread in threads:
            thread.join()

    def test_one_that_never_comes_has_its_deadlines_verdict(self) -> None:
        owed: list[mailmodule.Pending] = []

        def noop(session: Session, text: str) -> Answer:
            owed.append(session.defer(0.01, 452))
            self.fails(ErrorCode.STATE, session.defer)
            return Verdict.PENDING

        client = self.connect(self.serve(Recorder({"noop": noop})))
        self.assertEqual(452, client.noop()[0])
        self.fails(ErrorCode.TIMEOUT, owed[0].answer, 250)
        self.fails(ErrorCode.HANDLE, owed[0].answer, 250)

    def test_a_server_stops_while_answers_are_owed(self) -> None:
        entered = threading.Event()
        owed: list[mailmodule.Pending] = []

        def noop(session: Session, text: str) -> Answer:
            owed.append(session.defer(600))
            entered.set()
            return Verdict.PENDING

        server = self.serve(Recorder({"noop": noop}))
        client = self.connect(server)
        client.putcmd("noop")
        self.assertTrue(entered.wait(SECONDS))
        server.stop(0)
        with self.assertRaises(mailmodule.MailModuleError) as raised:
            owed[0].answer(250)
        self.assertIn(raised.exception.code, (ErrorCode.CLOSED, ErrorCode.TIMEOUT))

    def test_a_stop_lets_a_blocked_handler_end_and_none_may_stop_its_own_server(self) -> None:
        entered, leave = threading.Event(), threading.Event()
        codes: list[ErrorCode] = []

        def noop(session: Session, text: str) -> None:
            try:
                server.stop(0)
            except mailmodule.MailModuleError as error:
                codes.append(error.code)
            entered.set()
            leave.wait(SECONDS)

        recorder = Recorder({"noop": noop})
        server = self.serve(recorder)
        client = self.connect(server)
        client.putcmd("noop")
        self.assertTrue(entered.wait(SECONDS))
        threading.Timer(0.1, leave.set).start()
        server.stop(SECONDS)
        self.assertEqual([ErrorCode.STATE], codes)
        self.assertTrue(recorder.closed.is_set())

    def test_a_stop_waits_for_the_handlers_that_hear_of_the_end(self) -> None:
        leave = threading.Event()
        recorder = Recorder({"close": lambda session: leave.wait(SECONDS) and None})
        server = self.serve(recorder)
        self.connect(server).quit()
        threading.Timer(0.1, leave.set).start()
        server.stop(SECONDS)
        self.assertTrue(leave.is_set())
        self.assertEqual([[]], recorder["close"])

    def test_a_handler_that_does_not_return_in_time_is_told_and_the_engine_serves_on(self) -> None:
        entered, leave = threading.Event(), threading.Event()
        self.addCleanup(leave.set)

        def noop(session: Session, text: str) -> None:
            entered.set()
            leave.wait(SECONDS)

        recorder = Recorder({"noop": noop})
        server = self.serve(recorder)
        client = self.connect(server)
        client.putcmd("noop")
        self.assertTrue(entered.wait(SECONDS))
        self.fails(ErrorCode.TIMEOUT, server.stop, 0)
        server.stop()  # there is none any more
        leave.set()
        self.assertTrue(recorder.closed.wait(SECONDS))
        server.start()
        self.assertEqual(250, self.connect(server).docmd("HELO", "x.example")[0])


class AdoptTests(HandlerCase):
    def test_a_socket_of_the_hosts_is_served(self) -> None:
        engine = self.engine()
        recorder = Recorder({"message": Verdict.DONE})
        with SmtpServer(engine, PORT_NONE, handlers=recorder, protocol=SmtpProtocol.LMTP) as server:
            ours, theirs = socket.socketpair()
            server.adopt(theirs)
            self.assertEqual(-1, theirs.fileno())
            client = smtplib.LMTP(timeout=SECONDS)
            client.sock = ours
            self.assertEqual(220, client.getreply()[0])
            self.send(client)
            client.quit()
            self.assertTrue(recorder.closed.wait(SECONDS))
            with socket.socket() as unconnected:
                self.fails(ErrorCode.ARGUMENT, server.adopt, unconnected)
                self.assertNotEqual(-1, unconnected.fileno())
        self.fails(ErrorCode.HANDLE, server.adopt, ours)

    def test_lmtp_has_a_reply_for_each_recipient(self) -> None:
        def message(session: Session, size: int) -> Answer:
            session.set_recipient_reply(1, 552, "full", "5.2.2")
            return Verdict.DONE

        server = SmtpServer(
            self.engine(), PORT_ANY, handlers=Recorder({"message": message}), protocol=SmtpProtocol.LMTP
        )
        server.start()
        client = smtplib.LMTP("127.0.0.1", server.port, timeout=SECONDS)
        self.addCleanup(client.close)
        client.ehlo()
        client.mail("carl@example.net")
        for user in ("anna", "bert"):
            client.rcpt(f"{user}@example.org")
        client.docmd("DATA")
        client.send(MESSAGE + b".\r\n")
        self.assertEqual(250, client.getreply()[0])
        self.assertEqual((552, b"5.2.2 full"), client.getreply())
