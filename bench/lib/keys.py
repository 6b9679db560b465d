#!/usr/bin/env python3
"""Lists the API keys that data/keys.sql has made with the same BENCH_KEY_SEED, one a line: usage: keys.py REALM COUNT"""
import hashlib
import os
import sys
import zlib

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKSUM = 6


def derived(seed, realm, what, number, length):
    return hashlib.sha256(f"{seed}:{realm}:{what}:{number}".encode()).hexdigest()[:length]


def checksum(text):
    rest, found = zlib.crc32(text.encode()), ""
    for _ in range(CHECKSUM):
        rest, digit = divmod(rest, len(DIGITS))
        found = DIGITS[digit] + found
    return found


def main(realm, count):
    seed = os.environ["BENCH_KEY_SEED"]
    for number in range(1, int(count) + 1):
        text = f"km_live_{derived(seed, realm, 'id', number, 16)}_{derived(seed, realm, 'secret', number, 43)}"
        sys.stdout.write(text + checksum(text) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
