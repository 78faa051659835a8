"""Other mail servers, each an instance of its own in a folder of its own, on loopback, with no log and no DNS."""

import contextlib
import glob
import os
import pathlib
import pwd
import grp
import shutil
import signal
import subprocess

from . import place


class Peer:
    """start() listens on self.port; self.pid is the root of its process tree; stop() leaves nothing running."""

    address = "127.0.0.1"

    def __init__(self, folder, port=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.port = port or place.free_port()
        self.pid = None

    def ready(self, seconds=place.PATIENCE):
        if not place.wait_until(lambda: place.listens(self.port, self.address), seconds):
            self.stop()
            raise RuntimeError(type(self).__name__ + " does not listen")
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class SmtpSink(Peer):
    """Postfix's smtp-sink: one process that takes messages and throws them away, or writes each to a file of `dump`. `more`:
    options beside these."""

    def __init__(self, folder, port=None, dump=None, sessions=20000, more=()):
        super().__init__(folder, port)
        self.dump, self.sessions, self.more, self.process = dump, sessions, more, None

    def start(self):
        command = [shutil.which("smtp-sink"), "-m", str(self.sessions), *self.more]
        if place.is_root():
            command += ["-u", "nobody"]
        if self.dump:
            pathlib.Path(self.dump).mkdir(exist_ok=True)
            pathlib.Path(self.dump).chmod(0o777)
            command += ["-d", f"{self.dump}/%M."]
        command += [f"127.0.0.1:{self.port}", "4096"]
        self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        return self.ready()

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None


class Postfix(Peer):
    """mode "hold": queued with one fsync and kept there. mode "maildir": delivered to a Maildir for each user of
    example.net by virtual(8). 200 processes at most. out: the port at which other hosts take mail. certificate: its path
    and its key's, for STARTTLS; without, no TLS."""

    def __init__(self, folder, port=None, mode="maildir", processes=200, out=25, certificate=None):
        super().__init__(folder, port)
        self.mode, self.processes, self.out, self.certificate = mode, processes, out, certificate
        self.etc, self.queue, self.boxes = self.folder / "etc", self.folder / "queue", self.folder / "boxes"

    def start(self):
        for path in (self.etc, self.queue, self.folder / "data", self.boxes):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.boxes, "nobody", "nogroup")
        (self.etc / "main.cf").write_text(self.main_cf())
        (self.etc / "master.cf").write_text(self.master_cf())
        started = subprocess.run(["postfix", "-c", str(self.etc), "start"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if started.returncode:
            raise RuntimeError("postfix does not start")
        self.pid = int((self.queue / "pid" / "master.pid").read_text())
        return self.ready()

    def stop(self):
        """As "postfix stop" does, which looks only once a second whether it has ended."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
            place.wait_until(lambda: not pathlib.Path(f"/proc/{self.pid}").exists())
        self.pid = None

    def release(self):
        """Lets what it holds go, all at once."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["postsuper", "-c", str(self.etc), "-H", "ALL", "hold"], check=True, **quiet)
        subprocess.run(["postqueue", "-c", str(self.etc), "-f"], check=True, **quiet)

    def clear(self):
        """Forgets what it has queued and delivered."""
        for name in ("hold", "active", "incoming", "deferred", "defer"):
            for path in (self.queue / name).rglob("*"):
                if path.is_file():
                    path.unlink(missing_ok=True)
        for path in self.boxes.rglob("new/*"):
            path.unlink(missing_ok=True)

    def delivered(self):
        return sorted(p for p in self.boxes.rglob("new/*"))

    def main_cf(self):
        daemons = pathlib.Path(glob.glob("/usr/lib/postfix/sbin/master")[0]).parent
        nobody, nogroup = pwd.getpwnam("nobody").pw_uid, grp.getgrnam("nogroup").gr_gid
        mode = {
            "hold": "smtpd_client_restrictions = check_client_access static:HOLD\nsmtpd_relay_restrictions = permit_mynetworks, reject\n",
            "maildir": f"smtpd_relay_restrictions = reject_unauth_destination\nvirtual_mailbox_domains = example.net\nvirtual_mailbox_base = {self.boxes}\nvirtual_mailbox_maps = static:box/\n"
                       f"virtual_uid_maps = static:{nobody}\nvirtual_gid_maps = static:{nogroup}\nvirtual_minimum_uid = 1\n",
        }[self.mode]
        tls = "" if self.certificate is None else (
            f"smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {self.certificate[0]}\nsmtpd_tls_key_file = {self.certificate[1]}\n"
            "tls_random_source = dev:/dev/urandom\n")
        return mode + tls + f"""compatibility_level = 3.6
queue_directory = {self.queue}
data_directory = {self.folder}/data
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = peer.example.net
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_process_limit = {self.processes}
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
message_size_limit = 0
mailbox_size_limit = 0
virtual_mailbox_limit = 0
alias_maps =
alias_database =
local_recipient_maps =
notify_classes =
smtp_host_lookup = native
smtp_tcp_port = {self.out}
smtp_tls_security_level = none
smtp_dns_support_level = disabled
"""

    def master_cf(self):
        return f"""{self.address}:{self.port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
smtp unix - - n - - smtp
relay unix - - n - - smtp
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
"""


class Dovecot(Peer):
    """POP3 over boxes/USER, any user with the password "secret". Tuned: two login and two POP3 processes that serve any
    number of sessions, in place of a process for each login and each session."""

    def __init__(self, folder, boxes, port=None, tuned=True, within="", certificate=None):
        super().__init__(folder, port)
        self.certificate = certificate  # its file and that of its key; None: no TLS
        self.boxes, self.tuned, self.within = boxes, tuned, within  # the Maildir's folder within boxes/USER
        self.config = self.folder / "dovecot.conf"

    def start(self):
        (self.folder / "base").mkdir(exist_ok=True)
        self.config.write_text(self.text())
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(self.config)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        return self.ready()

    def stop(self):
        if self.pid:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(place.PATIENCE)
        self.pid = None

    def tls(self):
        if not self.certificate:
            return "ssl = no"
        return f"ssl = yes\nssl_cert = <{self.certificate[0]}\nssl_key = <{self.certificate[1]}"

    def text(self):
        shared = "  service_count = 0\n  process_min_avail = 2\n  process_limit = 2\n  client_limit = 9000\n" if self.tuned else "  process_limit = 2000\n"
        return f"""base_dir = {self.folder}/base
state_dir = {self.folder}/base
protocols = pop3
listen = 127.0.0.1
{self.tls()}
disable_plaintext_auth = no
log_path = {self.folder}/log
info_log_path = /dev/null
mail_location = maildir:{self.boxes}/%u{self.within}
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
default_process_limit = 2000
default_client_limit = 9000
mail_max_userip_connections = 0
auth_mechanisms = plain
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={self.boxes}/%u
}}
service anvil {{
  client_limit = 19000
}}
service auth {{
  client_limit = 19000
}}
service stats {{
  client_limit = 19000
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
{shared}}}
service pop3 {{
{shared}}}
"""
