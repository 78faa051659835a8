"""A host that has a mailbox by the library, until it is killed: mailboxuser.py LIBRARY ROOT FIRST SEED.

Threads deliver messages from number FIRST on, and one deletes what is there. Each says by a line what it is about to do, and another when it is
done: "give N", "gave N", "delete N...", "deleted N...".
"""

import os
import pathlib
import random
import sys
import threading
import time

os.environ["MAILMODULE_LIBRARY"] = sys.argv[1]
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1] / "bindings" / "python" / "src"))

import mailmodule  # noqa: E402 - the path comes first
from ledger import TOKEN, message  # noqa: E402

GIVERS = 4
said = threading.Lock()


def say(what, *numbers):
    with said:
        print(what, *numbers, flush=True)


def give(engine, first):
    number = first
    while True:
        say("give", number)
        engine.deliver("anna", message(number), sender="sender@example.net")
        say("gave", number)
        number += GIVERS


def delete(engine, chance):
    while True:
        with engine.mailbox("anna") as box:
            chosen = chance.sample(range(len(box)), min(len(box), 6))
            numbers = [int(TOKEN.search(b"".join(box.content(index)).replace(b"\r\n", b"\n")).group(1)[5:]) for index in chosen]
            say("delete", *numbers)
            box.delete(*chosen)
            say("deleted", *numbers)
        time.sleep(0.05)  # more come than go


engine = mailmodule.Engine({"mail_root": sys.argv[2], "smtp_name": "example.org", "user": ["anna;secret;;PS"]})
say("begin")
threads = [threading.Thread(target=give, args=(engine, int(sys.argv[3]) + start), daemon=True) for start in range(GIVERS)]
threads.append(threading.Thread(target=delete, args=(engine, random.Random(int(sys.argv[4]))), daemon=True))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
