"""DNS on loopback: nsd with a zone made for the test, and unbound that asks it."""

import signal
import subprocess

from . import place
from .peers import Peer


class Server(Peer):
    """A DNS server in the foreground; ready when it answers over TCP."""

    def launch(self, *command):
        self.process = subprocess.Popen([str(c) for c in command], cwd=self.folder, stdin=subprocess.DEVNULL,
                                        stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        return self.ready()

    def stop(self):
        if self.pid:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(place.PATIENCE)
        self.pid = None

    @property
    def setting(self):
        """What smtp_dns has to say."""
        return f"{self.address}:{self.port}"


class Nsd(Server):
    """Serves the zone "test" from lines of zone text with relative names, and zones of `more`, by their names, likewise.
    A zone of `lame` has no data: SERVFAIL."""

    HEAD = "$ORIGIN {}.\n$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 5\n@ NS ns\nns A 127.0.0.1\n"

    def __init__(self, folder, lines, lame=("lame.test",), port=None, more=None):
        super().__init__(folder, port)
        self.zones, self.lame = {"test": lines, **(more or {})}, lame

    def start(self):
        zones = ""
        for name, lines in self.zones.items():
            (self.folder / f"{name}.zone").write_text(self.HEAD.format(name) + "\n".join(lines) + "\n")
            zones += f"zone:\n  name: {name}\n  zonefile: {name}.zone\n"
        zones += "".join(f"zone:\n  name: {name}\n  zonefile: absent.zone\n" for name in self.lame)
        (self.folder / "nsd.conf").write_text(f"""server:
  ip-address: {self.address}@{self.port}
  username: ""
  chroot: ""
  zonesdir: "{self.folder}"
  database: ""
  pidfile: "{self.folder}/pid"
  xfrdfile: "{self.folder}/xfrd"
  xfrdir: "{self.folder}"
  zonelistfile: "{self.folder}/zonelist"
  server-count: 1
  ipv4-edns-size: 1232
  rrl-ratelimit: 0
remote-control:
  control-enable: no
{zones}""")
        for name in self.zones:
            checked = place.run("nsd-checkzone", name, self.folder / f"{name}.zone")
            if checked.returncode:
                raise RuntimeError(checked.stdout)
        return self.launch("nsd", "-d", "-c", self.folder / "nsd.conf")


class Unbound(Server):
    """A resolver that does not validate. It sends all questions on to another server, or has the zone "test" itself,
    from lines as of Nsd, with addresses and texts alone."""

    def __init__(self, folder, upstream=None, port=None, lines=()):
        super().__init__(folder, port)
        self.upstream, self.lines = upstream, lines

    def start(self):
        (self.folder / "unbound.conf").write_text(f"""server:
  interface: {self.address}@{self.port}
  directory: "{self.folder}"
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  module-config: "iterator"
  do-not-query-localhost: no
{self.forwarded() if self.upstream else self.local()}""")
        return self.launch("unbound", "-d", "-c", self.folder / "unbound.conf")

    def forwarded(self):
        return f"""  local-zone: "test." nodefault
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: {self.upstream.address}@{self.upstream.port}
"""

    def local(self):
        text = '  local-zone: "test." static\n'
        for line in self.lines:
            name, record = line.split(" ", 1)
            text += f"  local-data: '{name}.test. 60 IN {record}'\n"
        return text + "remote-control:\n  control-enable: no\n"
