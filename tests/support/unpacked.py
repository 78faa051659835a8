"""Servers whose Debian packages exclude Postfix's: they are unpacked below out, and run where their own files lie over the machine's."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

from . import place
from .peers import Peer


def can_run():
    """As root, and in a mount namespace."""
    with contextlib.suppress(OSError):
        return place.is_root() and subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    return False


class Unpacked(Peer):
    """It delivers into one Maildir. What it has mounted is gone with it."""

    accounts = {}

    def __init__(self, folder, address, port, domains, name, certificate=None):
        super().__init__(folder, port)
        self.address, self.domains, self.name, self.certificate = address, domains, name, certificate
        self.box, self.process = self.folder / "box", None

    def start(self):
        self.box.mkdir(exist_ok=True)
        shutil.chown(self.box, "nobody", "nogroup")
        for name, more in self.accounts.items():
            self.write_accounts(name, more)
        self.configure()
        script = self.folder / "start.sh"
        script.write_text(f"mount --bind {self.folder}/passwd /etc/passwd\nmount --bind {self.folder}/group /etc/group\nmount -t tmpfs none /var/lib\n" + self.script())
        self.process = subprocess.Popen(["unshare", "-m", "--propagation", "private", "sh", "-e", str(script)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                        stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        return self.ready()

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(place.PATIENCE)
        self.process = self.pid = None

    def write_accounts(self, name, more):
        """/etc/passwd or /etc/group with the accounts that it drops to."""
        known = pathlib.Path("/etc", name).read_text()
        (self.folder / name).write_text(known if more.split(":")[0] + ":" in known else known + more)

    def delivered(self):
        return sorted((self.box / "new").glob("*"))

    def texts(self):
        return [place.crlf(path.read_bytes()) for path in self.delivered()]


class OpenSmtpd(Unpacked):
    """Takes all mail of `domains`."""

    unpacked = place.OUT / "opensmtpd"
    accounts = {"passwd": "opensmtpd:x:64990:64990::/var/lib/opensmtpd/empty:/bin/false\nopensmtpq:x:64991:64991::/var/lib/opensmtpd/empty:/bin/false\n",
                "group": "opensmtpd:x:64990:\nopensmtpq:x:64991:\n"}

    def __init__(self, folder, address, port, domains, name="open.example.net", certificate=None):
        super().__init__(folder, address, port, domains, name, certificate)

    def configure(self):
        pki = f'pki here cert "{self.certificate[0]}"\npki here key "{self.certificate[1]}"\n' if self.certificate else ""
        (self.folder / "users").write_text(f"nobody {os.stat(self.box).st_uid}:{os.stat(self.box).st_gid}:{self.folder}\n")
        (self.folder / "smtpd.conf").write_text(
            f'{pki}table domains {{ {", ".join(self.domains)} }}\ntable who {{ "@" = nobody }}\n'
            f'table base file:{self.folder}/users\n'
            f'listen on {self.address} port {self.port} hostname {self.name}{" tls pki here" if pki else ""}\n'
            f'action "box" maildir "{self.box}" userbase <base> virtual <who>\n'
            'match from any for domain <domains> action "box"\n')

    def script(self):
        return f"""mkdir -p /var/lib/opensmtpd/empty
mount -t tmpfs none /run
mount -t tmpfs -o mode=755 none /var/spool
mkdir -p -m 711 /var/spool/smtpd
mount -t tmpfs none /usr/libexec
mkdir -p /usr/libexec/opensmtpd
cp {self.unpacked}/usr/libexec/opensmtpd/* /usr/libexec/opensmtpd
exec {self.unpacked}/usr/sbin/smtpd -d -f {self.folder}/smtpd.conf
"""


class Exim(Unpacked):
    """Takes mail of `domains`, and all mail of who logs in; refuses the users named no..., puts those named full... off. `tls_port`
    has TLS from the first octet. `authority`: whose certificates of clients are good, for EXTERNAL as the user of their common name."""

    unpacked = place.OUT / "exim4-daemon-light"
    accounts = {"passwd": "Debian-exim:x:64992:64992::/var/spool/exim4:/bin/false\n", "group": "Debian-exim:x:64992:\n"}

    def __init__(self, folder, address, port, domains, certificate, authority, user, password):
        super().__init__(folder, address, port, domains, "exim.example.net", certificate)
        self.authority, self.user, self.password = authority, user, password
        self.tls_port = place.free_port()

    def configure(self):
        for name in ("spool", "logs"):
            (self.folder / name).mkdir(exist_ok=True)
            os.chown(self.folder / name, 64992, 64992)
        os.chown(self.certificate[1], 64992, 64992)
        (self.folder / "exim.conf").write_text(self.options() + self.rules() + self.logins())

    def options(self):
        return f"""primary_hostname = {self.name}
exim_path = {self.unpacked}/usr/sbin/exim4
spool_directory = {self.folder}/spool
log_file_path = {self.folder}/logs/%slog
pid_file_path = {self.folder}/logs/pid
local_interfaces = {self.address}
daemon_smtp_ports = {self.port} : {self.tls_port}
tls_on_connect_ports = {self.tls_port}
tls_advertise_hosts = *
tls_certificate = {self.certificate[0]}
tls_privatekey = {self.certificate[1]}
tls_verify_certificates = {self.authority}
tls_try_verify_hosts = *
chunking_advertise_hosts = *
pipelining_advertise_hosts = *
smtputf8_advertise_hosts = *
host_lookup =
rfc1413_hosts =
smtp_accept_queue_per_connection = 0
keep_environment =
add_environment = PATH=/usr/bin
acl_smtp_vrfy = any
acl_smtp_rcpt = rcpt
domainlist ours = {' : '.join(self.domains)}
"""

    def rules(self):
        return f"""begin acl
any:
  accept
rcpt:
  deny local_parts = ^no
       message = 5.1.1 no such user here
  defer local_parts = ^full
        message = 4.2.2 mailbox full
  accept authenticated = *
  accept domains = +ours
  deny message = 5.7.1 no relaying
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  directory = {self.box}
  maildir_format
  user = nobody
  group = nogroup
"""

    def logins(self):
        return f"""begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{self.user}}}}}{{eq{{$auth3}}{{{self.password}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{{self.user}}}}}{{eq{{$auth2}}{{{self.password}}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{{self.user}}}{{{self.password}}}fail}}
  server_set_id = $auth1
external:
  driver = external
  public_name = EXTERNAL
  server_advertise_condition = ${{if eq{{$tls_in_certificate_verified}}{{1}}}}
  server_param2 = ${{certextract{{subject,CN}}{{$tls_in_peercert}}}}
  server_condition = ${{if eq{{$auth1}}{{$auth2}}}}
  server_set_id = $auth1
"""

    def script(self):
        """Debian's Exim reads the file that its own scripts make, and no other as root."""
        return f"""mkdir -p /var/lib/exim4
cp {self.folder}/exim.conf /var/lib/exim4/config.autogenerated
exec {self.unpacked}/usr/sbin/exim4 -bdf
"""
