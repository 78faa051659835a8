"""Certificates for the tests of TLS, by openssl, in the working directory: NAME.pem and NAME.key."""

import pathlib
import subprocess

EC = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]


def run(openssl, *words):
    subprocess.run([openssl, *words], check=True, capture_output=True)


def make_authorities(openssl, key=EC):
    """ca, and other, which nobody here trusts."""
    for name in ("ca", "other"):
        run(openssl, "req", "-x509", "-newkey", *key, "-nodes", "-days", "2", "-subj", f"/CN=Test authority {name}",
            "-addext", "keyUsage=critical,keyCertSign", "-keyout", f"{name}.key", "-out", f"{name}.pem")


def issue(openssl, name, subject, extensions, authority="ca", key=EC):
    run(openssl, "req", "-new", "-newkey", *key, "-nodes", "-subj", subject, "-keyout", f"{name}.key",
        "-out", f"{name}.csr")
    pathlib.Path(f"{name}.ext").write_text(extensions)
    run(openssl, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
        "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
