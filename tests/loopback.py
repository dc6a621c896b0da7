"""Brings loopback up in a network of one's own, where there is no `ip`. Belongs here: that one call; run as a script."""

import fcntl
import socket
import struct

_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41

if __name__ == "__main__":
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))
