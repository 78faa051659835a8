"""A certificate authority of the test's own."""

import pathlib

from . import place

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
RSA = ("-newkey", "rsa:2048", "-nodes")


class Authority:
    """`cert` is the root to trust; issue() makes a certificate and its key under it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.cert, self.key = self.folder / "ca.pem", self.folder / "ca.key"
        self.did("openssl", "req", "-x509", *CURVE, "-days", "30", "-subj", "/CN=Test authority",
                 "-addext", "keyUsage=critical,keyCertSign", "-keyout", self.key, "-out", self.cert)

    def issue(self, name, expired=False, key_type=CURVE, use="serverAuth"):
        """Certificate and key for a host name, or for a client's."""
        stem, days = name + ("-expired" if expired else ""), -1 if expired else 30
        cert, key, request, extensions = (self.folder / f"{stem}.{end}" for end in ("pem", "key", "csr", "ext"))
        self.did("openssl", "req", "-new", *key_type, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        extensions.write_text(f"subjectAltName=DNS:{name}\nextendedKeyUsage={use}\n")
        self.did("openssl", "x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key, "-CAcreateserial",
                 "-days", days, "-extfile", extensions, "-out", cert)
        return cert, key

    def below(self, name):
        """An authority that this one vouches for."""
        made = Authority(self.folder / name)
        request, extensions = made.folder / "ca.csr", made.folder / "ca.ext"
        self.did("openssl", "req", "-new", "-key", made.key, "-subj", f"/CN={name}", "-out", request)
        extensions.write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
        self.did("openssl", "x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key, "-CAcreateserial",
                 "-days", 30, "-extfile", extensions, "-out", made.cert)
        return made

    @staticmethod
    def did(*command):
        made = place.run(*command)
        if made.returncode:
            raise RuntimeError(made.stdout)
