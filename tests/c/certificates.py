"""Certificates for the tests of TLS, by openssl, in the working directory: NAME.pem and NAME.key."""

import base64
import pathlib
import subprocess

EC = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
ECDSA = bytes.fromhex("2a8648ce3d0403")  # ecdsa-with-SHA2, RFC 5758 §3.2


def run(openssl, *words):
    subprocess.run([openssl, *words], check=True, capture_output=True)


def make_authorities(openssl, key=EC):
    """ca, and other, which nobody here trusts."""
    for name in ("ca", "other"):
        sign(name, openssl, "req", "-x509", "-newkey", *key, "-nodes", "-days", "2", "-subj",
             f"/CN=Test authority {name}", "-addext", "keyUsage=critical,keyCertSign", "-keyout", f"{name}.key",
             "-out", f"{name}.pem")


def issue(openssl, name, subject, extensions, authority="ca", key=EC):
    run(openssl, "req", "-new", "-newkey", *key, "-nodes", "-subj", subject, "-keyout", f"{name}.key",
        "-out", f"{name}.csr")
    pathlib.Path(f"{name}.ext").write_text(extensions)
    sign(name, openssl, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
         "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")


def sign(name, *words):
    """Makes the certificate NAME, and again until wine can verify it."""
    run(*words)
    while is_short(name):
        run(*words)


def is_short(name):
    """Whether r or s of a certificate's ECDSA signature has fewer octets than P-256's 32; one of 128 is so, by chance.

    wine 8 refuses a good certificate that is, or whose authority is, as NotSignatureValid: its crypt32 joins r and s
    without the zeros in front.
    """
    _, rest = element(content(certificate(name)))
    algorithm, bits = element(rest)
    if ECDSA not in algorithm:
        return False
    r, s = element(content(content(bits)[1:]))
    return any(len(content(number).lstrip(b"\0")) < 32 for number in (r, s))


def certificate(name):
    return base64.b64decode("".join(pathlib.Path(f"{name}.pem").read_text().splitlines()[1:-1]))


def rename(openssl, name, old, new, authority="ca"):
    """Puts octets of the same length in place of others in the certificate NAME, which the authority signs anew."""
    body, rest = element(content(certificate(name)))
    algorithm, _ = element(rest)
    assert len(old) == len(new) and body.count(old) == 1, body
    body = body.replace(old, new)
    made = subprocess.run([openssl, "dgst", "-sha256", "-sign", f"{authority}.key"], input=body, check=True,
                          capture_output=True).stdout
    signed = sequence(body + algorithm + bytes((3, len(made) + 1, 0)) + made)  # a BIT STRING of whole octets
    text = base64.encodebytes(signed).decode()
    pathlib.Path(f"{name}.pem").write_text(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n")
    if is_short(name):
        rename(openssl, name, new, new, authority)


def element(der):
    """The first element, and what follows it."""
    size, start = der[1], 2
    if size > 127:
        start += size - 128
        size = int.from_bytes(der[2:start], "big")
    return der[:start + size], der[start + size:]


def content(der):
    return der[2 + (der[1] - 128 if der[1] > 127 else 0):]


def sequence(body):
    return b"\x30\x82" + len(body).to_bytes(2, "big") + body
