"""Asks FindMX by ctypes: findmx.py LIBRARY RESOLVERS SIZE DOMAIN...; a line of JSON for each domain."""

import ctypes
import ipaddress
import json
import sys
import threading


class MailHostInfo(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char * 64), ("prior", ctypes.c_int32), ("ip", ctypes.c_uint32 * 12)]


def ask(lib, domain, size):
    hosts = (MailHostInfo * max(size, 1))()
    count = lib.FindMX(domain.encode(), hosts, size)
    error, message = lib.mm_last_error(), lib.mm_last_error_message().decode()
    found = [(h.name.decode(), h.prior, [str(ipaddress.IPv4Address(bytes(ctypes.c_uint32(ip)))) for ip in h.ip if ip]) for h in hosts[:count]]
    return {"domain": domain, "count": count, "hosts": found, "error": error, "message": message}


def main():
    library, resolvers, size, domains = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    assert ctypes.sizeof(MailHostInfo) == 116
    lib = ctypes.CDLL(library)
    lib.FindMX.argtypes = [ctypes.c_char_p, ctypes.POINTER(MailHostInfo), ctypes.c_int]
    lib.SetConfigParamString.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    lib.mm_last_error_message.restype = ctypes.c_char_p
    lib.SetConfigParamString(b"smtp_dns", resolvers.encode())
    answers = [None] * len(domains)

    def keep(at):
        answers[at] = ask(lib, domains[at], size)

    threads = [threading.Thread(target=keep, args=(at,)) for at in range(len(domains))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for answer in answers:
        print(json.dumps(answer))


main()
