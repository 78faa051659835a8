"""Mailboxes without POP3: list, read, delete, deliver; news of mail."""
from __future__ import annotations

import io
import queue

from mailmodule import ErrorCode, MailboxEvent, MailboxFlag, MailModuleError

from .place import SECONDS, Case

TEXT = b"Subject: a test\n\nOne line.\n"


class MailboxTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.mail = self.engine()

    def assertFails(self, code: ErrorCode, call: object, *arguments: object, **named: object) -> None:
        with self.assertRaises(MailModuleError) as caught:
            call(*arguments, **named)  # type: ignore[operator]
        self.assertEqual(code, caught.exception.code)

    def test_what_was_delivered_is_listed_and_read(self) -> None:
        path = self.folder / "message"
        path.write_bytes(TEXT)
        ids = [
            self.mail.deliver("anna", TEXT, sender="eve@there.example"),
            self.mail.deliver("anna", io.BytesIO(TEXT).read),
            self.mail.deliver("anna", path),
        ]
        with self.mail.mailbox("anna") as box:
            self.assertEqual(3, len(box))
            messages = list(box)
            self.assertEqual(box.octets, sum(message.octets for message in messages))
            for message in messages:
                self.assertTrue(any(id in message.id for id in ids))
                self.assertEqual(message.index, box.find(message.id))
                content = b"".join(box.content(message.index))
                self.assertEqual(message.length, len(content))
                self.assertTrue(content.endswith(TEXT))
                assert message.received
            self.assertFails(ErrorCode.NOT_FOUND, box.find, "none")
            self.assertFails(ErrorCode.LOCKED, self.mail.mailbox, "anna")
            with self.mail.mailbox("anna", shared=True) as look:
                self.assertFails(ErrorCode.STATE, look.delete, 0)

    def test_what_is_deleted_is_gone(self) -> None:
        for _ in range(3):
            self.mail.deliver("anna", TEXT)
        with self.mail.mailbox("anna") as box:
            kept = box.message(0)
            self.assertFails(ErrorCode.NOT_FOUND, box.delete, 0, 3)
            box.delete(0, 2)
            flags = [MailboxFlag.DELETED, MailboxFlag(0), MailboxFlag.DELETED]
            self.assertEqual(flags, [message.flags for message in box])
            self.assertFails(ErrorCode.NOT_FOUND, box.message, 0)
        with self.mail.mailbox("anna") as box:
            self.assertEqual(1, len(box))
        self.assertEqual("a test", kept["Subject"])

    def test_folders_are_made_on_demand(self) -> None:
        self.assertFails(ErrorCode.NOT_FOUND, self.mail.mailbox, "bert", "spam")
        self.mail.mailbox("bert", "spam", create=True).close()
        self.mail.deliver("bert", TEXT, folder="lists/friends")
        with self.mail.mailbox("bert", "lists/friends") as box:
            self.assertEqual(1, len(box))
        self.assertEqual(["lists/friends", "spam"], self.mail.mailbox_folders("bert"))
        self.assertFails(ErrorCode.NOT_FOUND, self.mail.mailbox_folders, "nobody")

    def test_what_a_reader_raises_comes_out(self) -> None:
        def read(size: int) -> bytes:
            raise LookupError("a reader")

        with self.assertRaises(LookupError):
            self.mail.deliver("anna", read)

    def test_new_mail_is_told(self) -> None:
        events: queue.Queue[MailboxEvent] = queue.Queue()
        self.mail.set_mailbox_events(events.put)
        id = self.mail.deliver("anna", TEXT, folder="spam", sender="eve@there.example")
        event = events.get(timeout=SECONDS)
        self.assertEqual((1, "anna", "spam", "eve@there.example"), (
            event.sequence, event.name, event.folder, event.sender))
        self.assertIn(id, event.id)
        self.mail.set_mailbox_events(None)
