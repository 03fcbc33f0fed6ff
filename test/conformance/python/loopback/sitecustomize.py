"""Names below localhost are this machine (RFC 6761); resolvers without that rule get it here.

azure-ai-ml builds storage addresses as {account}.blob.{suffix}, which with the emulator is a name below localhost.
The clients themselves are not changed.
"""

import socket

_system = socket.getaddrinfo


def _getaddrinfo(host, *args, **options):
    name = host.decode() if isinstance(host, bytes) else host
    is_local = isinstance(name, str) and name.rstrip(".").lower().endswith(".localhost")
    return _system("127.0.0.1" if is_local else host, *args, **options)


socket.getaddrinfo = _getaddrinfo
