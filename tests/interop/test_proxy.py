"""Everything that connects out goes through the proxy that the settings name: each kind, with and without login, alive and dead."""

from support import place
from support.authority import Authority
from support.proxies import Dante, MicroSocks, Socks4a, TinyProxy
from support.rogue import Rogue
from world import DeliveryTest


class Proxies(DeliveryTest):
    zone = ["one MX 10 mx.one", "mx.one A 127.0.0.10", "two MX 10 down.two", "two MX 20 mx.two", "down.two A 127.0.0.11", "mx.two A 127.0.0.12"]

    @classmethod
    def before(cls):
        cls.socks = cls.stack.enter_context(MicroSocks(cls.folder / "socks"))
        cls.guarded = cls.stack.enter_context(MicroSocks(cls.folder / "guarded", "proxyuser", "proxypass"))
        cls.dante = cls.stack.enter_context(Dante(cls.folder / "dante"))
        cls.socks4a = cls.stack.enter_context(Socks4a(cls.folder / "socks4a"))
        cls.http = cls.stack.enter_context(TinyProxy(cls.folder / "http"))
        cls.guarded_http = cls.stack.enter_context(TinyProxy(cls.folder / "guarded-http", "proxyuser", "proxypass"))

    def through(self, proxy, url, domain="one", address="127.0.0.10", certificate=None):
        return self.through_settings(proxy, {"proxy": url.format(port=proxy.port)}, domain, address, certificate)

    def through_settings(self, proxy, settings, domain="one", address="127.0.0.10", certificate=None):
        host = self.another(**settings)
        server = self.rogue(address, certificate=certificate)
        message = self.arrives(server, self.send(f"somebody@{domain}.test", host=host))
        self.assertEqual({proxy.outgoing}, set(server.peers))
        return message

    def test_socks5(self):
        self.through(self.socks, "socks5://127.0.0.1:{port}")
        self.through(self.dante, "socks5://127.0.0.1:{port}")

    def test_socks5_with_login(self):
        self.through(self.guarded, "socks5://proxyuser:proxypass@127.0.0.1:{port}")

    def test_socks4a(self):
        """With an address a plain SOCKS4 server, as dante is, will do."""
        self.through(self.dante, "socks4a://127.0.0.1:{port}")
        self.through(self.socks4a, "socks4a://127.0.0.1:{port}")

    def test_http_connect(self):
        self.through(self.http, "http://127.0.0.1:{port}")

    def test_http_connect_with_login(self):
        self.through(self.guarded_http, "http://proxyuser:proxypass@127.0.0.1:{port}")

    def test_the_parent_proxy_of_the_old_module(self):
        self.through_settings(self.http, {"upproxy": "127.0.0.1", "upproxy_port": self.http.port, "ever_upproxy": 1})
        login = {"up_user": "proxyuser:proxypass", "upproxy": f"127.0.0.1:{self.guarded_http.port}", "ever_upproxy": 1}
        self.through_settings(self.guarded_http, login)

    def test_tls_through_a_proxy(self):
        certificate = Authority(self.folder / "ca").issue("mx.one.test")
        for proxy, kind in ((self.socks, "socks5"), (self.http, "http")):
            self.assertTrue(self.through(proxy, kind + "://127.0.0.1:{port}", certificate=certificate).session.encrypted)

    def test_the_second_host_where_the_first_does_not_answer_the_proxy(self):
        for proxy, kind in ((self.socks, "socks5"), (self.dante, "socks4a"), (self.http, "http")):
            self.through(proxy, kind + "://127.0.0.1:{port}", "two", "127.0.0.12")

    def test_a_smarthosts_name_is_the_proxys_to_resolve(self):
        """Our own resolver has no answer for it."""
        for proxy, kind in ((self.socks, "socks5"), (self.dante, "socks5"), (self.socks4a, "socks4a"), (self.http, "http")):
            with self.subTest(kind), Rogue("127.0.0.1", place.free_port()) as server:
                host = self.another(proxy=f"{kind}://127.0.0.1:{proxy.port}", smtpproxy=f"localhost:{server.port}", smtp_dns=f"127.0.0.1:{place.free_port()}")
                self.arrives(server, self.send("somebody@one.test", host=host))
                self.assertEqual({proxy.outgoing}, set(server.peers))

    def waits(self, url, seconds=2):
        """No way through: the message waits, nothing goes around the proxy, and the sender hears of it only at the end."""
        host, server = self.another(proxy=url, queue_lifetime=8), self.rogue("127.0.0.10")
        token = self.send("somebody@one.test", host=host)
        place.wait_until(lambda: server.peers or self.reports(token, host), seconds)
        self.assertEqual([], server.peers + self.reports(token, host))
        self.assertEqual("failed", self.report(token, host).recipients["somebody@one.test"]["Action"])
        self.assertEqual([], server.peers)

    def test_a_wrong_password_at_the_proxy(self):
        self.waits(f"socks5://proxyuser:wrong@127.0.0.1:{self.guarded.port}")
        self.waits(f"http://proxyuser:wrong@127.0.0.1:{self.guarded_http.port}")

    def test_no_login_where_the_proxy_wants_one(self):
        self.waits(f"socks5://127.0.0.1:{self.guarded.port}")
        self.waits(f"http://127.0.0.1:{self.guarded_http.port}")

    def test_nobody_listens_at_the_proxys_port_and_then_somebody_does(self):
        port = place.free_port()
        host, server = self.another(proxy=f"socks5://127.0.0.1:{port}"), self.rogue("127.0.0.10")
        token = self.send("somebody@one.test", host=host)
        place.wait_until(lambda: server.peers, 1.5)
        with MicroSocks(self.folder / "late", port=port) as proxy:
            self.arrives(server, token)
            self.assertEqual({proxy.outgoing}, set(server.peers))

    def test_what_listens_there_is_no_proxy(self):
        with Rogue("127.0.0.1", place.free_port()) as other:
            for kind in ("socks5", "socks4a", "http"):
                with self.subTest(kind):
                    host, server = self.another(proxy=f"{kind}://127.0.0.1:{other.port}", queue_lifetime=3), self.rogue("127.0.0.10")
                    token = self.send("somebody@one.test", host=host)
                    self.report(token, host)
                    self.assertEqual([], server.peers)
                    server.stop()
