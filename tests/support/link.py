"""A long way to a server: what comes in goes out on the other side some time later, and each turn of the dialogue is counted."""

import contextlib
import queue
import socket
import threading
import time


class Link:
    """`trips`: how often the client has spoken and then had to wait for the server, the connection's greeting not counted."""

    def __init__(self, port, delay=0.05):
        self.target, self.delay, self.trips, self.has_answered = port, delay, 0, True
        self.lock = threading.Lock()

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.carry(client, server, self.spoken, None)
                self.carry(server, client, None, self.answered)

    def carry(self, source, target, at_start, at_end):
        on_the_way = queue.SimpleQueue()
        threading.Thread(target=self.take, args=(source, on_the_way, at_start), daemon=True).start()
        threading.Thread(target=self.give, args=(target, on_the_way, at_end), daemon=True).start()

    def take(self, source, on_the_way, heard):
        octets = b"-"
        while octets:
            try:
                octets = source.recv(1 << 20)
            except OSError:
                octets = b""
            if octets and heard:
                heard()
            on_the_way.put((time.monotonic() + self.delay, octets))

    @staticmethod
    def give(target, on_the_way, heard):
        with contextlib.suppress(OSError):
            while True:
                due, octets = on_the_way.get()
                time.sleep(max(0, due - time.monotonic()))
                if not octets:
                    return target.shutdown(socket.SHUT_WR)
                if heard:
                    heard()
                target.sendall(octets)

    def spoken(self):
        with self.lock:
            self.trips += self.has_answered
            self.has_answered = False

    def answered(self):
        with self.lock:
            self.has_answered = True
