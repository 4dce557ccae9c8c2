"""Where values of binary Ion end: Amazon's reader never returns from one that is cut off (amazon-ion 0.13).

https://amazon-ion.github.io/ion-docs/docs/binary.html
"""

MARKER = b"\xe0\x01\x00\xea"
"""The version marker that binary Ion begins with."""


def whole(body: bytes) -> bytes:
    """The values at the top that are there whole; text is left as it is."""
    if not body.startswith(MARKER):
        return body
    end = 0
    while end < len(body):
        following = _end(body, end)
        if following is None:
            return body[:end]
        end = following
    return body


def _end(body: bytes, at: int) -> int | None:
    """Where the value at a place ends, or None if that is not in the text."""
    kind, length = body[at] >> 4, body[at] & 15
    at += 1
    if body[at - 1] == MARKER[0]:
        end = at + len(MARKER) - 1
    elif length == 15 or kind == 1:  # null, and booleans
        end = at
    elif length == 14 or (kind == 13 and length == 1):
        size = 0
        while True:
            if at >= len(body):
                return None
            size = size << 7 | body[at] & 127
            at += 1
            if body[at - 1] & 128:
                break
        end = at + size
    else:
        end = at + length
    return end if end <= len(body) else None
