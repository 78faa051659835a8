"""A Python program that embeds the library by ctypes: embed.py LIBRARY CONFIG SMTP-PORT POP3-PORT.

It serves, sends to itself, takes part in each step by callbacks and reads the mail back with poplib. The numbers and
signatures are those of include/mailmodule.h.
"""

import ctypes
import poplib
import sys
import threading
import time

ACTION_POP_LOGIN, ACTION_POP_GETMSG, ACTION_POP_DELMSG, ACTION_SMTP_CONNECT, ACTION_SMTP_SENDMSG = 1, 2, 4, 8, 16
ALL_ACTIONS = 0x7FFFFFFF
STATE_SMTP_DONE, STATE_SMTP_ERROR = 5, -1

stream_p, text = ctypes.c_void_p, ctypes.c_char_p
# Variadic in C; the arguments of each action are all integers or pointers, which the calling conventions that this runs
# on pass like fixed ones.
RequestCallback = ctypes.CFUNCTYPE(ctypes.c_int, stream_p, text, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
MessageCallback = ctypes.CFUNCTYPE(None, stream_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int)


def load(path):
    lib = ctypes.CDLL(path)
    lib.LoadConfig.argtypes = [text]
    for name in ("SetSMTPServer", "SetPOP3Server"):
        getattr(lib, name).argtypes = [RequestCallback, ctypes.c_int, ctypes.c_int]
    lib.SRVInitSendMsgSMTP.restype = stream_p
    lib.SRVInitSendMsgSMTP.argtypes = [text, text, text, ctypes.c_int, MessageCallback, ctypes.c_void_p]
    lib.SRVSend.argtypes = [stream_p, ctypes.c_char_p, ctypes.c_int]
    lib.SRVRecv.argtypes = [stream_p, ctypes.c_void_p, ctypes.c_int]
    lib.SRVEndOfMsg.argtypes = [stream_p]
    lib.GetRemoteIP.argtypes = [stream_p]
    lib.GetRemoteIP.restype = ctypes.c_uint32
    lib.mm_last_error_message.restype = text
    lib.mm_version.restype = text
    lib.mm_engine_default.restype = ctypes.c_void_p
    lib.mm_engine_stop.argtypes = [ctypes.c_void_p, ctypes.c_int]
    return lib


class Host:
    def __init__(self, lib):
        self.lib = lib
        self.seen, self.states, self.taken = [], [], []
        self.final = threading.Event()
        self.request = RequestCallback(self.on_request)
        self.progress = MessageCallback(self.on_progress)

    def on_request(self, stream, name, action, first, second, third):
        self.seen.append((action, name))
        if action == ACTION_SMTP_CONNECT:
            assert self.lib.GetRemoteIP(stream) != 0
        if action == ACTION_SMTP_SENDMSG and ctypes.string_at(second).startswith(b"bert@"):
            return self.take(stream)
        if action == ACTION_SMTP_SENDMSG and ctypes.string_at(second).startswith(b"carl@"):
            return 554
        return 0

    def take(self, stream):
        buffer, whole = ctypes.create_string_buffer(4096), b""
        while (n := self.lib.SRVRecv(stream, buffer, len(buffer))) > 0:
            whole += buffer.raw[:n]
        self.taken.append(whole)
        return -1

    def on_progress(self, stream, parameter, state, sent):
        self.states.append((state, sent))
        if state in (STATE_SMTP_DONE, STATE_SMTP_ERROR):
            self.final.set()

    def send(self, port, to, message):
        self.states, done = [], self.final
        done.clear()
        stream = self.lib.SRVInitSendMsgSMTP(b"sender@example.net", to, b"127.0.0.1", port, self.progress, None)
        assert stream, self.lib.mm_last_error_message()
        assert self.lib.SRVSend(stream, message, len(message)) == len(message)
        self.lib.SRVEndOfMsg(stream)
        assert done.wait(60), self.states
        return self.states[-1]


def main():
    library, config, smtp_port, pop_port = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3]), int(sys.argv[4])
    lib = load(library)
    host = Host(lib)
    print("library", lib.mm_version().decode())
    assert lib.LoadConfig(config) >= 0, lib.mm_last_error_message()
    assert lib.SetSMTPServer(host.request, 0, ALL_ACTIONS) == 0, lib.mm_last_error_message()
    assert lib.SetPOP3Server(host.request, 0, ALL_ACTIONS) == 0, lib.mm_last_error_message()

    message = b"From: <sender@example.net>\r\nSubject: embedded\r\n\r\n.a dot\r\nlast line\r\n"
    assert host.send(smtp_port, b"anna@example.org", message)[0] == STATE_SMTP_DONE, host.states
    assert host.send(smtp_port, b"bert@example.org", message)[0] == STATE_SMTP_DONE, host.states
    assert host.send(smtp_port, b"carl@example.org", message) == (STATE_SMTP_ERROR, 554), host.states
    assert [m.endswith(message) for m in host.taken] == [True], host.taken

    pop = poplib.POP3("127.0.0.1", pop_port, timeout=20)
    pop.user("anna")
    pop.pass_("secret")
    end = time.monotonic() + 60
    while pop.stat()[0] == 0 and time.monotonic() < end:  # a session sees what was there when it logged in
        pop.quit()
        time.sleep(0.05)
        pop = poplib.POP3("127.0.0.1", pop_port, timeout=20)
        pop.user("anna")
        pop.pass_("secret")
    got = b"".join(line + b"\r\n" for line in pop.retr(1)[1])
    assert got.endswith(message), got
    pop.dele(1)
    pop.quit()

    actions = {action for action, _ in host.seen}
    assert actions == {ACTION_POP_LOGIN, ACTION_POP_GETMSG, ACTION_POP_DELMSG, ACTION_SMTP_CONNECT, ACTION_SMTP_SENDMSG}, actions
    assert lib.mm_engine_stop(lib.mm_engine_default(), 10000) == 0, lib.mm_last_error_message()
    print("done")


if __name__ == "__main__":
    main()
