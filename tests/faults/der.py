"""Just enough DER to write certificates, of which every byte can be got wrong (X.690)."""


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + body


def sequence(*parts):
    return tlv(0x30, *parts)


def one_of_set(part):
    return tlv(0x31, part)


def integer(number):
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def boolean(value):
    return tlv(0x01, b"\xff" if value else b"\x00")


def null():
    return tlv(0x05)


def bits(data, unused=0):
    return tlv(0x03, bytes([unused]), data)


def octets(*parts):
    return tlv(0x04, *parts)


def utf8(text):
    return tlv(0x0C, text.encode())


def oid(text):
    first, second, *rest = (int(part) for part in text.split("."))
    body = b""
    for number in (first * 40 + second, *rest):
        digits = bytes([number & 0x7F])
        while number := number >> 7:
            digits = bytes([0x80 | number & 0x7F]) + digits
        body += digits
    return tlv(0x06, body)


def time(moment):
    """Of a datetime in UTC, as certificates write it."""
    if moment.year < 2050:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def constructed(number, *parts):
    """A context tag around others: EXPLICIT, or an IMPLICIT SEQUENCE."""
    return tlv(0xA0 | number, *parts)


def primitive(number, data):
    """A context tag in place of a universal one: IMPLICIT."""
    return tlv(0x80 | number, data)


def parts_of(data):
    """The elements, each as (tag, content, whole)."""
    at, parts = 0, []
    while at < len(data):
        size, start = data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size, start = int.from_bytes(data[start:start + count], "big"), start + count
        parts.append((data[at], data[start:start + size], data[at:start + size]))
        at = start + size
    return parts
