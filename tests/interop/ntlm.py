"""The server's half of NTLM by gss-ntlmssp: ntlm.py USERS, where each line of the file is DOMAIN:user:password.

Reads the client's messages from standard input, one a line in base64, and answers each: a challenge in base64, "yes NAME"
or "no". Run by the system's Python, which has python3-gssapi.
"""

import base64
import os
import sys

os.environ["NTLM_USER_FILE"] = sys.argv[1]

import gssapi  # noqa: E402  (reads the environment)


def main():
    context = gssapi.SecurityContext(usage="accept")
    for line in sys.stdin:
        try:
            token = context.step(base64.b64decode(line))
            answer = f"yes {context.initiator_name}" if context.complete else base64.b64encode(token or b"").decode()
        except gssapi.exceptions.GSSError:
            answer = "no"
        print(answer, flush=True)


if __name__ == "__main__":
    main()
