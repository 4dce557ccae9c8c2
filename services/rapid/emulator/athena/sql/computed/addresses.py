"""`ipaddress`: 16 bytes, an IPv4 address in its place in IPv6. https://trino.io/docs/current/functions/ipaddress.html.

Texts and limits as Trino 435 has them (read 2026-11).
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

from rapid.emulator.athena.sql.computed.registry import computed, helper, refuse

_MAPPED = b"\0" * 10 + b"\xff\xff"


def packed(address: IPv4Address | IPv6Address) -> bytes:
    return _MAPPED + address.packed if address.version == 4 else address.packed


@helper("p_address", "VARCHAR", "BLOB", null=True)
def parsed(text: str) -> bytes | None:
    """NULL for what is no address; a scope (`fe80::1%eth0`) is passed over."""
    try:
        return packed(ip_address(text.partition("%")[0] if ":" in text else text))
    except ValueError:
        return None


@helper("p_address_of_bytes", "BLOB", "BLOB")
def of_bytes(data: bytes) -> bytes:
    if len(data) not in (4, 16):
        raise refuse(f"Invalid IP address binary length: {len(data)}", "INVALID_CAST_ARGUMENT")
    return data if len(data) == 16 else _MAPPED + data


@helper("p_address_text", "BLOB", "VARCHAR")
def shown(data: bytes) -> str:
    address = IPv6Address(data)
    return str(address.ipv4_mapped or address)


@computed("contains(varchar, ipaddress) -> boolean")
def contains(network: str, address: bytes) -> bool:
    """Whether a network, `10.0.0.0/8`, has the address."""
    start, slash, length = network.partition("/")
    if not slash:
        raise refuse("Invalid CIDR")
    try:
        first = ip_address(start)
    except ValueError as error:
        raise refuse("Invalid network IP address") from error
    if not length.lstrip("+-").isdigit() or int(length) < 0:
        raise refuse("Invalid prefix length")
    if int(length) > first.max_prefixlen:
        raise refuse("Invalid CIDR")
    rest = first.max_prefixlen - int(length)
    same_kind = (IPv6Address(address).ipv4_mapped is not None) == (first.version == 4)
    return same_kind and int.from_bytes(packed(first)) >> rest == int.from_bytes(address) >> rest
