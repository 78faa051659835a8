"""The end of the interpreter: nothing hangs, nothing crashes, whatever runs at that moment."""
from __future__ import annotations

import textwrap
import time

from .place import Case, free_port, run

BEGIN = """
import logging, smtplib, socket, sys, threading, time
import mailmodule
from mailmodule import Engine, SendOptions, SmtpServer, Tls
folder, port = sys.argv[1], int(sys.argv[2])
settings = {"mail_root": folder, "smtp_bind": "127.0.0.1", "smtp_name": "example.org", "user": "anna;secret;;PS"}
"""


class ExitTests(Case):
    def end(self, source: str) -> tuple[int, str, str, float]:
        began = time.monotonic()
        ended = run(BEGIN + textwrap.dedent(source), str(self.folder), str(free_port()))
        return ended.returncode, ended.stdout, ended.stderr, time.monotonic() - began

    def test_with_a_server_sessions_and_a_log_at_work(self) -> None:
        status, said, errors, _ = self.end("""
            logging.basicConfig(level=logging.DEBUG, stream=open(folder + "/log", "w"))
            engine = Engine(settings)
            SmtpServer(engine, port).start()
            client = smtplib.SMTP("127.0.0.1", port)
            engine.queue.set_events(lambda event: None)
            print("ends")
            sys.exit(3)
        """)
        self.assertEqual((3, "ends\n"), (status, said), errors)
        self.assertNotIn("Fatal", errors)

    def test_while_messages_are_on_their_way(self) -> None:
        status, said, errors, _ = self.end("""
            engine = Engine(settings)
            listener = socket.create_server(("127.0.0.1", port))
            futures = []
            for _ in range(20):
                message = engine.message("carl@example.org", SendOptions(host="127.0.0.1", port=port, tls=Tls.NONE))
                message.add_recipient("anna@example.org")
                futures.append(message.start())
            listener.accept()
            print("ends")
        """)
        self.assertEqual((0, "ends\n"), (status, said), errors)

    def test_a_handler_at_work_comes_to_its_end(self) -> None:
        status, said, errors, _ = self.end("""
            entered = threading.Event()
            def handler(request):
                entered.set()
                time.sleep(0.3)
                print("handler ends", flush=True)
            Engine.default().settings.update(settings)
            mailmodule.set_smtp_server(handler, port)
            connection = socket.create_connection(("127.0.0.1", port))
            entered.wait()
        """)
        self.assertEqual((0, "handler ends\n"), (status, said), errors)

    def test_a_handler_that_never_returns_holds_up_the_end_for_a_moment_alone(self) -> None:
        status, said, errors, seconds = self.end("""
            entered = threading.Event()
            def handler(request):
                entered.set()
                while True:
                    time.sleep(0.001)
            Engine.default().settings.update(settings)
            mailmodule.set_smtp_server(handler, port)
            connection = socket.create_connection(("127.0.0.1", port))
            entered.wait()
            print("ends", flush=True)
        """)
        self.assertEqual((0, "ends\n"), (status, said), errors)
        self.assertIn("a callback of Python has not returned", errors)
        self.assertLess(seconds, 30)

    def test_handlers_of_a_server_come_to_their_end(self) -> None:
        status, said, errors, _ = self.end("""
            entered = threading.Event()
            class Slow(mailmodule.SmtpHandlers):
                def connect(self, session):
                    entered.set()
                    time.sleep(0.3)
                    print("connect ends", flush=True)
                def close(self, session):
                    print("close", flush=True)
            engine = Engine(settings)
            SmtpServer(engine, port, handlers=Slow()).start()
            connection = socket.create_connection(("127.0.0.1", port))
            entered.wait()
        """)
        self.assertEqual((0, "connect ends\nclose\n"), (status, said), errors)
        self.assertNotIn("Fatal", errors)

    def test_a_server_whose_handler_owes_an_answer_ends(self) -> None:
        status, said, errors, seconds = self.end("""
            entered = threading.Event()
            class Owing(mailmodule.SmtpHandlers):
                def connect(self, session):
                    session.defer(600)
                    entered.set()
                    return mailmodule.Verdict.PENDING
            SmtpServer(Engine(settings), port, handlers=Owing()).start()
            connection = socket.create_connection(("127.0.0.1", port))
            entered.wait()
            print("ends", flush=True)
        """)
        self.assertEqual((0, "ends\n"), (status, said), errors)
        self.assertLess(seconds, 30)

    def test_an_engine_that_nobody_names_any_more_serves_until_the_end(self) -> None:
        status, said, errors, _ = self.end("""
            import gc
            def serve():
                SmtpServer(Engine(settings), port).start()
            serve()
            gc.collect()
            print(smtplib.SMTP("127.0.0.1", port).ehlo()[0])
        """)
        self.assertEqual((0, "250\n"), (status, said), errors)

    def test_what_was_never_used_loads_nothing(self) -> None:
        status, said, errors, _ = self.end("""
            from mailmodule._abi import library
            print(library._loaded)
        """)
        self.assertEqual((0, "None\n"), (status, said), errors)
