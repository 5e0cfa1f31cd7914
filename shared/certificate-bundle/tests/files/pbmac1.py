"""Adds a MAC of RFC 9579 to a PKCS #12 without one, as OpenSSL from 3.4 on does with `-pbmac1_pbkdf2`."""

import hashlib
import hmac
import sys


def element(tag, *contents):
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def first(der):
    """The content of the first element, and what follows it."""
    start, size = 2, der[1]
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(der[2:start], "big")
    return der[start : start + size], der[start + size :]


def algorithm(oid, parameters=b"\x05\x00"):
    return element(0x30, element(0x06, bytes.fromhex(oid)), parameters)


source, target, password = sys.argv[1:]
with open(source, "rb") as file:
    pfx, _ = first(file.read())
_, after_version = first(pfx)
content_info, _ = first(after_version)
_, explicit = first(content_info)
octets, _ = first(first(explicit)[0])

salt, iterations = b"saltsalt", 2048
key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations, 32)
mac = hmac.digest(key, octets, "sha256")
hmac_sha256 = algorithm("2a864886f70d0209")
pbkdf2 = algorithm(
    "2a864886f70d01050c",
    element(0x30, element(0x04, salt), element(0x02, b"\x08\x00"), element(0x02, b"\x20"), hmac_sha256),
)
pbmac1 = algorithm("2a864886f70d01050e", element(0x30, pbkdf2, hmac_sha256))
mac_data = element(
    0x30, element(0x30, pbmac1, element(0x04, mac)), element(0x04, b"not used"), element(0x02, b"\x01")
)
with open(target, "wb") as file:
    file.write(element(0x30, pfx, mac_data))
