#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Link-layer security of IEEE 802.15.4 devices, over the "802.15.4 MAC" netlink
family (linux/nl802154.h): Debian's iwpan has no commands for it. Devices must be
in the first network namespace.

usage: llsec.py key DEVICE KEY       a key for data frames, with index 1
       llsec.py peer DEVICE ADDRESS  another device's extended address (8 octets)
       llsec.py level DEVICE LEVEL   secure what is sent: 1 to 3, 5 to 7
"""

import socket
import struct
import sys

NETLINK_GENERIC = 16
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 1, 4, 0x200, 0x400
NLMSG_ERROR = 2
CTRL, CTRL_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2

SETPARAMS, ADD_KEY, ADD_DEV, ADD_SECLEVEL = 37, 39, 42, 48
DEV_NAME, HW_ADDR = 1, 5
(ENABLED, SECLEVEL, KEY_MODE, _, _, KEY_ID, FRAME_COUNTER, KEY_BYTES, USAGE,
 _, FRAME_TYPE, _, SECLEVELS, OVERRIDE, DEV_KEY_MODE) = range(41, 56)

KEY_INDEX = 1           # key identifier mode: the frame names an index
DATA = 1                # frame type


def attribute(kind, value):
    data = struct.pack("=HH", len(value) + 4, kind) + value
    return data + bytes(-len(data) % 4)


def u8(kind, value):
    return attribute(kind, bytes([value]))


def request(sock, family, command, *attributes):
    body = struct.pack("=BBH", command, 1, 0) + b"".join(attributes)
    flags = NLM_F_REQUEST | NLM_F_ACK
    if command in (ADD_KEY, ADD_DEV, ADD_SECLEVEL):
        flags |= NLM_F_CREATE | NLM_F_EXCL
    sock.send(struct.pack("=IHHII", len(body) + 16, family, flags, 1, 0) + body)
    answer = b""
    while True:
        data = sock.recv(65536)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind == NLMSG_ERROR:
                error = -struct.unpack_from("=i", data, 16)[0]
                if error:
                    raise OSError(error, "refused")
                return answer
            answer, data = data[20:length], data[(length + 3) & ~3:]


def find(answer, wanted):
    while answer:
        length, kind = struct.unpack_from("=HH", answer)
        if kind == wanted:
            return answer[4:length]
        answer = answer[(length + 3) & ~3:]
    raise KeyError(wanted)


def main():
    _, verb, device, value = sys.argv
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    answer = request(sock, CTRL, CTRL_GETFAMILY,
                     attribute(CTRL_ATTR_FAMILY_NAME, b"802.15.4 MAC\0"))
    family = struct.unpack("=H", find(answer, CTRL_ATTR_FAMILY_ID))[0]
    name = attribute(DEV_NAME, device.encode() + b"\0")
    index = [u8(KEY_MODE, KEY_INDEX), u8(KEY_ID, 1)]

    if verb == "key":
        request(sock, family, ADD_KEY, name, *index, u8(USAGE, 1 << DATA),
                attribute(KEY_BYTES, bytes.fromhex(value)))
        request(sock, family, ADD_SECLEVEL, name, u8(FRAME_TYPE, DATA),
                u8(SECLEVELS, 0xff), u8(OVERRIDE, 0))
    elif verb == "peer":
        # a 64-bit number in the order of this machine, as it is written
        address = bytes.fromhex(value.replace(":", ""))
        request(sock, family, ADD_DEV, name, attribute(HW_ADDR, address),
                attribute(FRAME_COUNTER, bytes(4)), u8(OVERRIDE, 0),
                u8(DEV_KEY_MODE, 0))
    elif verb == "level":
        request(sock, family, SETPARAMS, name, u8(ENABLED, 1), *index,
                u8(SECLEVEL, int(value)))
    else:
        sys.exit(__doc__)


main()
