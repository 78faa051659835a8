"""aiosmtpd with Debian's Python: aio.py PORT smtp|lmtp. Prints each message as a line of JSON. It refuses the users named no..."""

import asyncio
import json
import sys

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self, is_lmtp):
        self.is_lmtp = is_lmtp

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({"from": envelope.mail_from, "options": envelope.mail_options, "to": envelope.rcpt_tos, "smtputf8": envelope.smtp_utf8,
                          "content": envelope.original_content.decode("latin-1")}), flush=True)
        if not self.is_lmtp:
            return "250 2.0.0 taken"
        return "\r\n".join(f"452 4.2.2 {to} is full" if to.startswith("full") else f"250 2.0.0 taken for {to}" for to in envelope.rcpt_tos)


async def main():
    port, kind = int(sys.argv[1]), sys.argv[2]
    serves = LMTP if kind == "lmtp" else SMTP
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: serves(Handler(kind == "lmtp"), data_size_limit=100_000, enable_SMTPUTF8=True, hostname="aio.example.net", loop=loop),
                                      "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
