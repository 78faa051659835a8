"""A host that uses the old functions: oldsend.py LIBRARY CONFIG HOW FROM TO MESSAGE [PORT]. HOW is a function's end: Imidiatly, Backgaund, or
SMTP, which wants a server's port on loopback. It ends when a line was written to it."""

import ctypes
import sys

import embed

library, config, how, sender, to, message, *port = sys.argv[1:]
lib = embed.load(library)
text, stream_p, pointer = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p
lib.SRVInitSendMsgImidiatly.restype = lib.SRVInitSendMsgBackgaund.restype = stream_p
lib.SRVInitSendMsgImidiatly.argtypes = lib.SRVInitSendMsgBackgaund.argtypes = [text, text, embed.MessageCallback, pointer]
assert lib.LoadConfig(config.encode()) == 0, lib.mm_last_error_message()
last = []
callback = embed.MessageCallback(lambda stream, user, state, value: last.append(state))
if how == "SMTP":
    stream = lib.SRVInitSendMsgSMTP(sender.encode(), to.encode(), b"127.0.0.1", int(port[0]), callback, None)
else:
    stream = getattr(lib, "SRVInitSendMsg" + how)(sender.encode(), to.encode(), callback, None)
assert stream, lib.mm_last_error_message()
with open(message, "rb") as file:
    octets = file.read()
for at in range(0, len(octets), 100_000):
    lib.SRVSend(stream, octets[at:at + 100_000], len(octets[at:at + 100_000]))
result = lib.SRVEndOfMsg(stream)
sys.stdin.readline()  # what is in the queue goes on meanwhile
lib.mm_engine_stop(lib.mm_engine_default(), 10000)
print(result, last)
