"""A Python program that uses a mailbox by the library: mailboxes.py LIBRARY ROOT HOME.

It takes a command a line, with arguments in JSON, and answers each by a line of JSON. Begun as root it goes on as nobody,
whose mailbox it is, for another program has the same one.
"""

import grp
import json
import os
import pathlib
import pwd
import sys

os.environ["MAILMODULE_LIBRARY"] = sys.argv[1]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bindings" / "python" / "src"))

import mailmodule  # noqa: E402 - the path comes first


class Commands:
    def __init__(self, engine):
        self.engine, self.box, self.heard = engine, None, []
        engine.set_mailbox_events(lambda event: self.heard.append(event.id))

    def deliver(self, text, folder):
        return self.engine.deliver("anna", text.encode(), folder=folder)

    def open(self, folder, shared):
        self.box = self.engine.mailbox("anna", folder, shared=shared)
        return len(self.box)

    def list(self):
        return [{"id": m.id, "flags": int(m.flags), "octets": m.octets} for m in self.box]

    def text(self, index):
        return b"".join(self.box.content(index)).decode()

    def delete(self, *indexes):
        self.box.delete(*indexes)

    def close(self):
        self.box.close()

    def folders(self):
        return self.engine.mailbox_folders("anna")

    def events(self):
        return self.heard


mailmodule.library_version()  # loads it, while everything can be read
os.setgroups([])
os.setgid(grp.getgrnam("nogroup").gr_gid)
os.setuid(pwd.getpwnam("nobody").pw_uid)
with mailmodule.Engine({"mail_root": sys.argv[2], "smtp_name": "example.org", "user": [f"anna;secret;{sys.argv[3]};PS"]}) as engine:
    commands = Commands(engine)
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer = {"is": getattr(commands, name)(*arguments)}
        except mailmodule.MailModuleError as error:
            answer = {"error": error.code.name}
        print(json.dumps(answer), flush=True)
