"""Writes a PKCS #12 in DER again as BER: every length of a constructed element is indefinite, and the strings that hold
other structures are in pieces of 100 bytes."""

import sys


def length(number):
    if number < 0x80:
        return bytes([number])
    digits = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits


def elements(der):
    while der:
        tag, first, start = der[0], der[1], 2
        size = first
        if first & 0x80:
            start += first & 0x7F
            size = int.from_bytes(der[2:start], "big")
        yield tag, der[start : start + size]
        der = der[start + size :]


def pieces(content):
    cut = [content[at : at + 100] for at in range(0, len(content), 100)]
    return b"".join(b"\x04" + length(len(piece)) + piece for piece in cut)


def indefinite(tag, content):
    return bytes([tag, 0x80]) + content + b"\0\0"


def ber(tag, content):
    if tag & 0x20:
        return indefinite(tag, b"".join(ber(*element) for element in elements(content)))
    # Long strings: the authenticated safe and, `[0] IMPLICIT`, what is encrypted.
    if tag in (0x04, 0x80) and len(content) > 200:
        return indefinite(tag | 0x20, pieces(content))
    return bytes([tag]) + length(len(content)) + content


source, target = sys.argv[1:]
with open(source, "rb") as file:
    ((tag, content),) = elements(file.read())
# The MAC is over the octets of the authenticated safe, so that what is in them stays.
with open(target, "wb") as file:
    file.write(ber(tag, content))
