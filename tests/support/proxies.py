"""Proxies on loopback. Each connects from an address of its own, by which a server can tell that its client came through it."""

import signal
import subprocess

from .peers import Peer


class Proxy(Peer):
    outgoing = None

    def launch(self, *command):
        self.process = subprocess.Popen([str(c) for c in command], cwd=self.folder, stdin=subprocess.DEVNULL,
                                        stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        return self.ready()

    def stop(self):
        if self.pid:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
        self.pid = None


class MicroSocks(Proxy):
    """SOCKS5; with a user, only for who logs in."""

    outgoing = "127.0.0.81"

    def __init__(self, folder, user=None, password=None, port=None):
        super().__init__(folder, port)
        self.login = ["-u", user, "-P", password] if user else []

    def start(self):
        return self.launch("microsocks", "-i", self.address, "-p", self.port, "-b", self.outgoing, *self.login)


class Dante(Proxy):
    """SOCKS4 and 4a, and SOCKS5 without login."""

    outgoing = "127.0.0.82"

    def start(self):
        (self.folder / "danted.conf").write_text(f"""logoutput: stderr
internal: {self.address} port = {self.port}
external: {self.outgoing}
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: nobody
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
""")
        return self.launch("danted", "-N", "1", "-p", self.folder / "pid", "-f", self.folder / "danted.conf")


class TinyProxy(Proxy):
    """HTTP CONNECT; with a user, only for who logs in."""

    outgoing = "127.0.0.83"

    def __init__(self, folder, user=None, password=None, port=None):
        super().__init__(folder, port)
        self.login = f"BasicAuth {user} {password}\n" if user else ""

    def start(self):
        (self.folder / "tinyproxy.conf").write_text(f"Port {self.port}\nListen {self.address}\nBind {self.outgoing}\nTimeout 60\nMaxClients 100\n"
                                                    f"Allow 127.0.0.1\nLogLevel Info\n{self.login}")
        return self.launch("tinyproxy", "-d", "-c", self.folder / "tinyproxy.conf")
