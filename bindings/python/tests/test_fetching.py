"""Mailboxes elsewhere: looks of the host, and by the setting; events."""
from __future__ import annotations

import queue

import mailmodule
from mailmodule import ErrorCode, Fetch, FetchAccount, FetchFlag, FetchResult, Stage

from .place import SECONDS, Case, free_port

TEXT = b"Subject: a test\n\nOne line.\n"


class FetchTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.outside = self.engine()
        server = mailmodule.Pop3Server(self.outside, mailmodule.PORT_ANY)
        server.start()
        self.port = server.port
        self.mail = self.engine(mail_root=self.folder / "own")

    def account(self, password: str = "hidden", flags: FetchFlag = FetchFlag(0)) -> FetchAccount:
        return FetchAccount("127.0.0.1", "bert", password, "anna", port=self.port, flags=flags)

    def look(self, account: FetchAccount) -> FetchResult:
        with Fetch(self.mail, account) as fetch:
            return fetch.wait(SECONDS)

    def test_a_look_fetches_and_deletes(self) -> None:
        self.outside.deliver("bert", TEXT)
        kept = self.look(self.account(flags=FetchFlag.KEEP))
        self.assertEqual((1, 1, 0), (kept.found, kept.fetched, kept.deleted))
        assert kept.began and kept.ended and kept.began <= kept.ended
        again = self.look(self.account())
        self.assertEqual((1, 0, 1, 1), (again.found, again.fetched, again.known, again.deleted))
        with self.outside.mailbox("bert") as box:
            self.assertEqual(0, len(box))

    def test_what_fails_is_told_without_the_password(self) -> None:
        account = self.account("wrong-one")
        self.assertNotIn("wrong-one", repr(account))
        result = self.look(account)
        self.assertEqual((ErrorCode.REFUSED_PERMANENT, Stage.AUTH), (result.error, result.stage))
        self.assertNotIn("wrong-one", result.text)
        self.fails(ErrorCode.ARGUMENT, Fetch, self.mail, FetchAccount("a b", "bert", "x", "anna"))

    def test_a_cancel_ends_it(self) -> None:
        account = FetchAccount("127.0.0.1", "bert", "x", "anna", port=free_port())
        with Fetch(self.mail, account) as fetch:
            fetch.cancel()
            self.assertIn(fetch.wait(SECONDS).error, (ErrorCode.CANCELLED, ErrorCode.CONNECT))

    def test_mailboxes_of_the_settings(self) -> None:
        heard: queue.Queue[FetchResult] = queue.Queue()
        self.mail.set_fetch_events(heard.put)
        self.assertEqual([], mailmodule.fetch_results(self.mail))
        self.mail.settings["fetch"] = f"127.0.0.1:{self.port};bert;hidden;anna;3600"
        first = heard.get(timeout=SECONDS)
        self.assertEqual((1, ErrorCode.OK), (first.sequence, first.error))
        mailmodule.fetch_now(self.mail, "bert@127.0.0.1")
        self.assertEqual(2, heard.get(timeout=SECONDS).sequence)
        self.assertEqual([f"bert@127.0.0.1:{self.port}"], [one.account for one in mailmodule.fetch_results(self.mail)])
        self.fails(ErrorCode.NOT_FOUND, mailmodule.fetch_now, self.mail, "anna@127.0.0.1")
        self.mail.set_fetch_events(None)
