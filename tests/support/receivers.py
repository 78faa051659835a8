"""Servers that receive what our queue sends, as the world's mail hosts do: on loopback addresses of their own."""

import pathlib
import shutil
import subprocess

from . import place
from .peers import Dovecot, Postfix


class PostfixHost(Postfix):
    """Takes mail for `domains` into Maildirs, refuses the users named no..., offers DSN, and TLS with a certificate.
    What it has to say itself (reports) goes to `home`, a port on 127.0.0.1. `auth`: the port of Dovecot's authentication, or
    CyrusLogins; then it takes mail for everywhere from those who logged in, and from nobody else. `services`: further ports,
    each with what differs there. `milter`: the port of one."""

    def __init__(self, folder, address, port, domains, name="peer.example.net", certificate=None, home=None, auth=None, services=None, milter=None):
        super().__init__(folder, port, processes=30, certificate=certificate)
        self.address, self.domains, self.name = address, domains, name
        self.home, self.auth, self.services, self.milter = home, auth, services or {}, milter

    def main_cf(self):
        (self.etc / "nobody").write_text("/^no/ REJECT 5.1.1 no such user here\n/^full/ DEFER 4.2.2 mailbox full\n")
        lines = [f"virtual_mailbox_domains = {' '.join(self.domains)}",
                 f"smtpd_recipient_restrictions = check_recipient_access regexp:{self.etc}/nobody",
                 f"myhostname = {self.name}", f"smtp_bind_address = {self.address}", f"relayhost = [127.0.0.1]:{self.home}" if self.home else "",
                 "virtual_mailbox_maps = static:all/", "smtp_address_preference = ipv4"]
        if self.certificate:
            lines += ["smtpd_tls_received_header = yes"]
        if self.milter:
            lines += [f"smtpd_milters = inet:127.0.0.1:{self.milter}", "milter_default_action = tempfail"]
        if self.auth:
            ask = self.auth.settings(self.etc) if isinstance(self.auth, CyrusLogins) else ["smtpd_sasl_type = dovecot", f"smtpd_sasl_path = inet:127.0.0.1:{self.auth}"]
            lines += ["smtpd_sasl_auth_enable = yes", *ask, "smtpd_sasl_security_options = noanonymous", "smtpd_relay_restrictions = permit_sasl_authenticated, reject",
                      "smtpd_sasl_authenticated_header = yes", "default_transport = virtual"]
        return super().main_cf() + "\n".join(lines) + "\n"

    def master_cf(self):
        more = "".join(f"{self.address}:{port} inet n - n - - smtpd" + "".join(f" -o {{ {key}={value} }}" for key, value in settings.items()) + "\n"
                       for port, settings in self.services.items())
        return super().master_cf() + more

    def reload(self):
        place.run("postfix", "-c", self.etc, "reload")

    def texts(self):
        return [place.crlf(path.read_bytes()) for path in self.delivered()]


class CyrusLogins:
    """Cyrus SASL with a database of its own, for Postfix to load: passwords in clear text, so that each mechanism has what it needs."""

    def __init__(self, folder, realm, users, mechanisms):
        self.folder, self.realm = pathlib.Path(folder), realm
        self.folder.mkdir()
        database = self.folder / "sasldb2"
        for user, password in users.items():
            subprocess.run(["saslpasswd2", "-p", "-c", "-f", database, "-u", realm, user], input=password, text=True, check=True)
        shutil.chown(database, "postfix")
        self.conf = (f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {database}\n"
                     f"mech_list: {' '.join(mechanisms)}\n")

    def settings(self, etc):
        """Debian's Postfix looks for Cyrus SASL's own file beside its own."""
        (etc / "sasl").mkdir(exist_ok=True)
        (etc / "sasl" / "smtpd.conf").write_text(self.conf)
        return ["smtpd_sasl_type = cyrus", "smtpd_sasl_path = smtpd", f"cyrus_sasl_config_path = {etc}/sasl", f"smtpd_sasl_local_domain = {self.realm}"]


class DovecotLogins(Dovecot):
    """Dovecot's authentication alone, for Postfix to ask. Passwords are kept in clear text: CRAM-MD5 and
    SCRAM need that; without colons."""

    def __init__(self, folder, users, mechanisms=("plain", "login")):
        super().__init__(folder, boxes=None)
        self.users, self.mechanisms = users, mechanisms

    def text(self):
        (self.folder / "users").write_text("".join(f"{name}:{{PLAIN}}{password}::::::\n" for name, password in self.users.items()))
        return self.common() + self.listener()

    def common(self):
        return f"""base_dir = {self.folder}/base
state_dir = {self.folder}/base
log_path = {self.folder}/log
listen = {self.address}
disable_plaintext_auth = no
auth_mechanisms = {' '.join(self.mechanisms)}
auth_username_chars =
auth_failure_delay = 0
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{self.folder}/box
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {self.folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={self.folder}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""

    def listener(self):
        return f"""protocols =
ssl = no
service auth {{
  inet_listener {{
    address = {self.address}
    port = {self.port}
  }}
}}
"""


class DovecotSubmission(DovecotLogins):
    """Dovecot's submission service: takes mail with TLS and login and passes it on to `relay`, an address and a port."""

    def __init__(self, folder, users, relay, certificate, mechanisms=("plain", "login")):
        super().__init__(folder, users, mechanisms)
        self.relay, self.certificate = relay, certificate

    def listener(self):
        return f"""protocols = submission
ssl = yes
ssl_cert = <{self.certificate[0]}
ssl_key = <{self.certificate[1]}
hostname = smart.test
submission_relay_host = {self.relay[0]}
submission_relay_port = {self.relay[1]}
submission_relay_trusted = no
service submission-login {{
  inet_listener submission {{
    port = {self.port}
  }}
}}
"""


class DovecotLmtp(DovecotLogins):
    """Takes mail for its users into Maildirs by LMTP."""

    def start(self):
        (self.folder / "box").mkdir()
        shutil.chown(self.folder / "box", "nobody", "nogroup")
        return super().start()

    def listener(self):
        return f"""protocols = lmtp
ssl = no
postmaster_address = postmaster@example.net
service lmtp {{
  inet_listener lmtp {{
    address = {self.address}
    port = {self.port}
  }}
}}
"""

    def texts(self):
        return [place.crlf(path.read_bytes()) for path in (self.folder / "box" / "new").glob("*")]
