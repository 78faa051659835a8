"""The queue: looking at it, steering it, its events."""
from __future__ import annotations

import logging
import queue
import threading

import mailmodule
from mailmodule import Engine, ErrorCode, QueueEvent, QueueEventKind, QueueState

from .place import SECONDS, Case

# Nobody is asked and nobody is reached: the resolver is a port of this machine that nothing answers at.
CONTENT = b"Subject: a test\n\nOne line.\n"


class QueueTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.mail = self.engine(smtp_dns="127.0.0.1:9", queue_retry=3600)
        self.events: queue.Queue[QueueEvent] = queue.Queue()
        self.mail.queue.set_events(self.events.put)

    def put(self, *recipients: str) -> str:
        """Queues a message; gives its id when every recipient has failed for now."""
        message = self.mail.message("anna@example.org")
        for recipient in recipients:
            message.add_recipient(recipient)
        message.write(CONTENT)
        result = message.start().result(SECONDS).raise_for_failure()
        id = result.recipients[0].queue_id
        for _ in recipients:
            self.event(id, QueueEventKind.DEFERRED)
        return id

    def event(self, id: str, kind: QueueEventKind) -> QueueEvent:
        while True:
            event = self.events.get(timeout=SECONDS)
            if (event.id, event.kind) == (id, kind):
                return event

    def test_a_message_is_seen_with_its_recipients_and_content(self) -> None:
        id = self.put("bert@other.example", "carl@third.example")
        (message,) = list(self.mail.queue)
        self.assertEqual((id, "anna@example.org", 2), (message.id, message.sender, message.open))
        first, second = message.recipients
        self.assertEqual(("bert@other.example", QueueState.DEFERRED, 1), (first.address, first.state, first.attempts))
        self.assertEqual(ErrorCode.DNS, second.error)
        assert first.last_attempt and first.next_attempt and message.received and message.expires
        self.assertLess(first.last_attempt, first.next_attempt)
        self.assertLess(message.received, message.expires)
        self.assertTrue(b"".join(self.mail.queue.content(id)).endswith(CONTENT))
        counts = self.mail.queue.counts()
        self.assertEqual((1, 2, 2, 0), (counts.messages, counts.recipients, counts.deferred, counts.held))
        self.assertEqual(message.id, self.mail.queue.get(id).id)

    def test_messages_are_held_released_retried_and_removed(self) -> None:
        one, other = self.put("bert@other.example"), self.put("carl@third.example")
        self.mail.queue.hold(one)
        self.assertEqual([QueueState.HELD, QueueState.DEFERRED], [m.recipients[0].state for m in self.mail.queue])
        self.mail.queue.retry()
        self.event(other, QueueEventKind.DEFERRED)
        self.mail.queue.release(one)
        self.event(one, QueueEventKind.DEFERRED)
        self.mail.queue.remove(one)
        self.event(one, QueueEventKind.REMOVED)
        self.assertEqual([other], [message.id for message in self.mail.queue])
        self.mail.queue.remove()
        self.assertEqual([], list(self.mail.queue))
        for call in (self.mail.queue.hold, self.mail.queue.get, self.mail.queue.remove, self.mail.queue.retry):
            self.fails(ErrorCode.NOT_FOUND, call, one)
        self.fails(ErrorCode.NOT_FOUND, lambda: list(self.mail.queue.content(one)))

    def test_a_message_is_redirected_to_a_mailbox_here(self) -> None:
        id = self.put("bert@other.example")
        new = self.mail.queue.redirect(id, "anna@example.org", "bert@other.example")
        self.assertNotEqual(id, new)
        self.event(id, QueueEventKind.REMOVED)
        self.assertEqual(1, len(self.mailbox(self.mail)))
        self.fails(ErrorCode.ARGUMENT, self.mail.queue.redirect, id, "no address\r\n")

    def test_a_walk_may_be_left_early(self) -> None:
        ids = [self.put("bert@other.example") for _ in range(3)]
        for message in self.mail.queue:
            self.assertEqual(ids[0], message.id)
            break
        walk = iter(self.mail.queue)
        next(walk)
        del walk
        self.assertEqual(3, len(list(self.mail.queue)))

    def test_a_handler_that_raises_is_logged_and_hears_the_next(self) -> None:
        removed = threading.Event()

        def handler(event: QueueEvent) -> None:
            self.events.put(event)
            if event.kind == QueueEventKind.REMOVED:
                removed.set()
            raise RuntimeError("a handler fails")

        id = self.put("bert@other.example")
        self.mail.queue.set_events(handler)
        with self.assertLogs("mailmodule", logging.ERROR) as lines:
            self.mail.queue.retry(id)
            self.event(id, QueueEventKind.DEFERRED)
            self.mail.queue.remove(id)
            self.assertTrue(removed.wait(SECONDS))
            self.mail.queue.set_events(None)
        self.assertIn("a handler fails", lines.output[0])

    def test_a_mailbox_that_fills_is_told(self) -> None:
        self.mail.settings["quota"] = "anna;0;2"
        for full in (50, 100):
            self.mail.settings["quota_warn"] = full
            message = self.mail.message("bert@example.org")
            message.add_recipient("anna@example.org")
            message.write(CONTENT)
            message.start().result(SECONDS).raise_for_failure()
            event = self.events.get(timeout=SECONDS)
            self.assertEqual((QueueEventKind.QUOTA, "anna"), (event.kind, event.recipient))
            self.assertEqual((2 * full // 100, 2), (event.mailbox_messages, event.quota_messages))
            self.assertGreater(event.mailbox_octets, len(CONTENT) * event.mailbox_messages)
            self.assertEqual(ErrorCode.FULL if full == 100 else ErrorCode.OK, event.error)
            self.assertEqual(0, event.quota_octets)

    def test_nothing_of_a_handler_is_left_when_the_engine_is_gone(self) -> None:
        from mailmodule import queue as module

        self.assertEqual(1, len(module._handlers._objects))
        self.mail.close(0)
        self.assertEqual({}, module._handlers._objects)


class ControlTests(Case):
    """The queue of another process: here of an engine in this one."""

    def test_the_queue_is_seen_and_steered_by_its_socket(self) -> None:
        engine = self.engine(smtp_dns="127.0.0.1:9", queue_retry=3600, control=True)
        self.smtp_server(engine)
        message = engine.message("anna@example.org")
        message.add_recipient("bert@other.example")
        message.write(CONTENT)
        id = message.start().result(SECONDS).raise_for_failure().recipients[0].queue_id
        with mailmodule.Control(self.folder / "mail") as control:
            control.hold(id)
            self.assertEqual(1, control.counts().messages)
            (seen,) = list(control)
            self.assertEqual((id, QueueState.HELD), (seen.id, seen.recipients[0].state))
            self.assertTrue(b"".join(control.content(id)).endswith(CONTENT))
            new = control.redirect(id, "anna@example.org")
            self.assertNotEqual("", new)
            control.release()
            control.retry()
            control.remove()
            self.fails(ErrorCode.NOT_FOUND, control.hold, id)
            sent = control.send("anna@example.org", ["anna@example.org", "bert@other.example"], CONTENT)
            self.assertEqual(["anna@example.org", "bert@other.example"], [one.address for one in sent])
            self.assertEqual({ErrorCode.OK}, {one.error for one in sent})
            with self.assertRaises(LookupError):
                control.send("anna@example.org", "bert@other.example", self.fail_to_read)
        self.fails(ErrorCode.HANDLE, control.counts)
        control.close()

    @staticmethod
    def fail_to_read(size: int) -> bytes:
        raise LookupError("no content")

    def test_where_nobody_serves_there_is_nothing_to_open(self) -> None:
        Engine.default()
        self.fails(ErrorCode.NOT_FOUND, mailmodule.Control, self.folder)
