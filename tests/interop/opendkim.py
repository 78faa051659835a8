"""libopendkim by ctypes: signs a message, and verifies one with keys from a file, as its header dkim.h has it."""

import ctypes

LIBRARY = "libopendkim.so.11"
RSA, ED25519 = 1, 2  # DKIM_SIGN_RSASHA256, DKIM_SIGN_ED25519SHA256
SIMPLE, RELAXED = 0, 1
OK, PASSED = 0, 0x04  # DKIM_STAT_OK, DKIM_SIGFLAG_PASSED
SET, QUERYMETHOD, QUERYINFO, FROM_FILE = 1, 6, 7, 1
NAME = b"DKIM-Signature: "


class Library:
    def __init__(self, keys=None):
        """keys: a file with lines "NAME RECORD"."""
        self.dkim = ctypes.CDLL(LIBRARY)
        for name in ("dkim_init", "dkim_sign", "dkim_verify"):
            getattr(self.dkim, name).restype = ctypes.c_void_p
        self.handle = ctypes.c_void_p(self.dkim.dkim_init(None, None))
        if keys:
            path = str(keys).encode()
            method = ctypes.c_int(FROM_FILE)
            self.option(QUERYMETHOD, ctypes.byref(method), ctypes.sizeof(method))
            self.option(QUERYINFO, ctypes.c_char_p(path), len(path))

    def option(self, which, value, size):
        said = self.dkim.dkim_options(self.handle, SET, which, value, ctypes.c_size_t(size))
        if said != OK:
            raise RuntimeError(f"dkim_options {which}: {said}")

    def sign(self, message, domain, selector, key, header, body, algorithm=RSA, length=-1):
        """The field, with its CRLF; key: PEM."""
        said = ctypes.c_int()
        one = ctypes.c_void_p(self.dkim.dkim_sign(self.handle, b"test", None, key, selector, domain, header, body, algorithm,
                                                  ctypes.c_ssize_t(length), ctypes.byref(said)))
        try:
            text, size = ctypes.c_char_p(), ctypes.c_size_t()
            said = self.passed(one, message) or self.dkim.dkim_getsighdr_d(one, ctypes.c_size_t(len(NAME)), ctypes.byref(text), ctypes.byref(size))
            if said != OK:
                raise RuntimeError(f"opendkim does not sign: {said}")
            return NAME + text.value + b"\r\n"
        finally:
            self.dkim.dkim_free(one)

    def verify(self, message):
        """Whether each signature is right, from the top down. []: there is none, or one of them cannot be read. Its last line must have an end."""
        said = ctypes.c_int()
        one = ctypes.c_void_p(self.dkim.dkim_verify(self.handle, b"test", None, ctypes.byref(said)))
        try:
            self.passed(one, message)
            found, count = ctypes.POINTER(ctypes.c_void_p)(), ctypes.c_int()
            if self.dkim.dkim_getsiglist(one, ctypes.byref(found), ctypes.byref(count)) != OK:
                return []
            return [self.is_right(ctypes.c_void_p(found[number])) for number in range(count.value)]
        finally:
            self.dkim.dkim_free(one)

    def is_right(self, signature):
        self.dkim.dkim_sig_process(self.one, signature)
        return bool(self.dkim.dkim_sig_getflags(signature) & PASSED) and self.dkim.dkim_sig_getbh(signature) == 0

    def passed(self, one, message):
        self.one = one
        said = self.dkim.dkim_chunk(one, message, ctypes.c_size_t(len(message))) or self.dkim.dkim_chunk(one, None, ctypes.c_size_t(0))
        return said or self.dkim.dkim_eom(one, None)
