"""Our client through proxies: each kind, with and without login, good and bad; one that is silent is waited for no longer than said."""

import contextlib
import socket
import threading
import unittest

from clients import ErrorCode, Layer, Stage, TestOfClient, mailmodule
from mailmodule import SmtpMessage
from support import place
from support.proxies import Dante, MicroSocks, Socks4a, TinyProxy
from support.rogue import Rogue


class ThroughProxies(TestOfClient):
    @classmethod
    def before(cls):
        enter = cls.stack.enter_context
        cls.socks, cls.guarded = enter(MicroSocks(cls.folder / "socks")), enter(MicroSocks(cls.folder / "guarded", "proxyuser", "proxypass"))
        cls.dante, cls.socks4a = enter(Dante(cls.folder / "dante")), enter(Socks4a(cls.folder / "socks4a"))
        cls.http, cls.guarded_http = enter(TinyProxy(cls.folder / "http")), enter(TinyProxy(cls.folder / "guarded-http", "proxyuser", "proxypass"))
        cls.certificate = cls.authority.issue("mail.example.net")
        cls.ways = {
            "socks5": (cls.socks, f"socks5://127.0.0.1:{cls.socks.port}"), "socks5 with login": (cls.guarded, f"socks5://proxyuser:proxypass@127.0.0.1:{cls.guarded.port}"),
            "socks5 of Dante": (cls.dante, f"socks5://127.0.0.1:{cls.dante.port}"), "socks4a": (cls.socks4a, f"socks4a://127.0.0.1:{cls.socks4a.port}"),
            "http": (cls.http, f"http://127.0.0.1:{cls.http.port}"), "http with login": (cls.guarded_http, f"http://proxyuser:proxypass@127.0.0.1:{cls.guarded_http.port}"),
        }

    def server(self, **more):
        return Rogue("127.0.0.1", place.free_port(), certificate=self.certificate, **more)

    def test_each_kind_carries_a_message_with_tls(self):
        for name, (proxy, url) in self.ways.items():
            with self.subTest(name), self.server() as server:
                client = self.protected(server.port, name="mail.example.net", proxy=url)
                self.assertEqual([250], [one.code for one in client.send_message(SmtpMessage("anna@example.org", ["bert@example.net"], self.letter()[1]))])
                self.answers(221, client.quit())
                self.assertEqual([proxy.outgoing], server.peers)

    def test_each_kind_is_reached_again_with_the_same_handle(self):
        for name, (proxy, url) in self.ways.items():
            with self.subTest(name), self.server() as server:
                client = self.client(proxy=url)
                for _ in range(3):
                    self.answers(220, client.connect("127.0.0.1", server.port))
                self.assertEqual([proxy.outgoing] * 3, server.peers)

    def test_tls_from_the_first_octet(self):
        with self.server(implicit=True) as server:
            client = self.client(proxy=self.ways["socks5"][1])
            client.connect("127.0.0.1", server.port, greeting=False)
            self.answers(220, client.start_tls("mail.example.net", greeting=True))

    def test_the_setting_counts_where_no_option_is_given_and_an_empty_option_is_none(self):
        self.engine.settings["proxy"] = self.ways["socks5"][1]
        self.addCleanup(self.engine.settings.__setitem__, "proxy", "")
        with self.server() as server:
            self.connected(server.port)
            self.connected(server.port, proxy="")
            self.assertEqual([self.socks.outgoing, "127.0.0.1"], server.peers)

    def refused(self, url, port, **options):
        """The failure of a connect; the same handle may try again."""
        client = self.client(proxy=url, **options)
        for _ in range(2):
            with self.assertRaises(mailmodule.MailModuleError) as raised:
                client.connect("127.0.0.1", port)
            error = raised.exception
            self.assertEqual((Layer.PROXY, Stage.CONNECT), (error.layer, error.stage), error)
            self.fails(ErrorCode.STATE, client.ehlo)
        return error

    def test_nobody_listens_behind_it(self):
        for name, (_, url) in self.ways.items():
            with self.subTest(name):
                self.assertEqual(ErrorCode.CONNECT, self.refused(url, place.free_port()).code)

    def test_it_wants_another_login(self):
        with self.server() as server:
            for url in (f"socks5://127.0.0.1:{self.guarded.port}", f"socks5://proxyuser:wrong@127.0.0.1:{self.guarded.port}",
                        f"http://127.0.0.1:{self.guarded_http.port}", f"http://proxyuser:wrong@127.0.0.1:{self.guarded_http.port}"):
                with self.subTest(url):
                    error = self.refused(url, server.port)
                    self.assertNotIn("wrong", error.message)
            self.assertEqual([], server.peers)

    def test_nobody_listens_where_it_should_be(self):
        for kind in ("socks5", "socks4a", "http"):
            with self.subTest(kind), self.server() as server:
                client = self.client(proxy=f"{kind}://127.0.0.1:{place.free_port()}")
                error = self.fails(ErrorCode.CONNECT, client.connect, "127.0.0.1", server.port)
                self.assertIn(error.layer, (Layer.PROXY, Layer.CONNECT))
                self.assertEqual([], server.peers)

    def test_what_listens_there_is_no_proxy(self):
        with self.server() as other:
            for kind in ("socks5", "socks4a", "http"):
                with self.subTest(kind):
                    self.refused(f"{kind}://127.0.0.1:{other.port}", other.port)

    def test_it_closes_or_is_silent(self):
        for kind in ("socks5", "socks4a", "http"):
            with self.subTest(kind), Silent() as silent:
                error = self.refused(f"{kind}://127.0.0.1:{silent.port}", 1, connect_timeout=1)
                self.assertEqual((ErrorCode.TIMEOUT, True), (error.code, error.retry))
            with self.subTest(kind + " closes"), Silent(closes=True) as silent:
                self.refused(f"{kind}://127.0.0.1:{silent.port}", 1)

    def test_a_cancel_ends_the_wait_for_a_silent_one(self):
        for kind in ("socks5", "socks4a", "http"):
            with self.subTest(kind), Silent() as silent:
                client = self.client(proxy=f"{kind}://127.0.0.1:{silent.port}", connect_timeout=60)

                def cancel(silent=silent, client=client):
                    silent.was_asked.wait(place.PATIENCE)
                    client.cancel()
                thread = threading.Thread(target=cancel)
                thread.start()
                error = self.fails(ErrorCode.CANCELLED, client.connect, "127.0.0.1", 1)
                thread.join()
                self.assertEqual((Layer.HOST, Stage.CONNECT), (error.layer, error.stage))


class Silent:
    """Takes connections and what comes over them, and never answers."""

    def __init__(self, closes=False):
        self.closes, self.was_asked, self.clients = closes, threading.Event(), []

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        for one in (self.listener, *self.clients):
            one.close()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.clients.append(client)
                client.recv(1)
                self.was_asked.set()
                if self.closes:
                    client.close()


if __name__ == "__main__":
    unittest.main()
