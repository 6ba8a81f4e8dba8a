#!/usr/bin/python3
"""Prints server/base/quote_table.h: where Go's strconv.IsPrint changes, in Unicode 13.0.

Go 1.19 and 1.20, with which v0.3.24 and v0.3.25 were built, have the tables of Unicode 13.0 (unicode.Version).
A character is printable if it is a letter, mark, number, punctuation or symbol, or the ASCII blank (IsPrint in
strconv/quote.go). Python 3.11 has Unicode 14.0, which added 838 characters to 13.0: the 836 printable ones of them are
listed below and left out (the other two, U+0890 and U+0891, are format characters). Another Python is refused.
"""
import sys
import unicodedata

PYTHONS_UNICODE = "14.0.0"
ADDED_IN_14 = [
    (0x61d, 0x61d), (0x870, 0x88e), (0x898, 0x89f), (0x8b5, 0x8b5), (0x8c8, 0x8d2), (0xc3c, 0xc3c),
    (0xc5d, 0xc5d), (0xcdd, 0xcdd), (0x170d, 0x170d), (0x1715, 0x1715), (0x171f, 0x171f), (0x180f, 0x180f),
    (0x1ac1, 0x1ace), (0x1b4c, 0x1b4c), (0x1b7d, 0x1b7e), (0x1dfa, 0x1dfa), (0x20c0, 0x20c0), (0x2c2f, 0x2c2f),
    (0x2c5f, 0x2c5f), (0x2e53, 0x2e5d), (0x9ffd, 0x9fff), (0xa7c0, 0xa7c1), (0xa7d0, 0xa7d1), (0xa7d3, 0xa7d3),
    (0xa7d5, 0xa7d9), (0xa7f2, 0xa7f4), (0xfbc2, 0xfbc2), (0xfd40, 0xfd4f), (0xfdcf, 0xfdcf), (0xfdfe, 0xfdff),
    (0x10570, 0x1057a), (0x1057c, 0x1058a), (0x1058c, 0x10592), (0x10594, 0x10595), (0x10597, 0x105a1),
    (0x105a3, 0x105b1), (0x105b3, 0x105b9), (0x105bb, 0x105bc), (0x10780, 0x10785), (0x10787, 0x107b0),
    (0x107b2, 0x107ba), (0x10f70, 0x10f89), (0x11070, 0x11075), (0x110c2, 0x110c2), (0x116b9, 0x116b9),
    (0x11740, 0x11746), (0x11ab0, 0x11abf), (0x12f90, 0x12ff2), (0x16a70, 0x16abe), (0x16ac0, 0x16ac9),
    (0x1aff0, 0x1aff3), (0x1aff5, 0x1affb), (0x1affd, 0x1affe), (0x1b11f, 0x1b122), (0x1cf00, 0x1cf2d),
    (0x1cf30, 0x1cf46), (0x1cf50, 0x1cfc3), (0x1d1e9, 0x1d1ea), (0x1df00, 0x1df1e), (0x1e290, 0x1e2ae),
    (0x1e7e0, 0x1e7e6), (0x1e7e8, 0x1e7eb), (0x1e7ed, 0x1e7ee), (0x1e7f0, 0x1e7fe), (0x1f6dd, 0x1f6df),
    (0x1f7f0, 0x1f7f0), (0x1f979, 0x1f979), (0x1f9cc, 0x1f9cc), (0x1fa7b, 0x1fa7c), (0x1faa9, 0x1faac),
    (0x1fab7, 0x1faba), (0x1fac3, 0x1fac5), (0x1fad7, 0x1fad9), (0x1fae0, 0x1fae7), (0x1faf0, 0x1faf6),
    (0x2a6de, 0x2a6df), (0x2b735, 0x2b738),
]

HEAD = """/* Made by quote_table.py; do not edit. Where printable characters begin and end in Unicode 13.0, by turns: from 0x20
 * on they are printable, from 0x7f on they are not, ... */
#ifndef MOCK_REQUESTER_BASE_QUOTE_TABLE_H
#define MOCK_REQUESTER_BASE_QUOTE_TABLE_H

#include <stdint.h>

static const uint32_t quote_turns[] = {"""
TAIL = """};

#endif"""


def is_printable(code):
    return code == 0x20 or unicodedata.category(chr(code))[0] in "LMNPS"


def turns():
    added = {code for first, last in ADDED_IN_14 for code in range(first, last + 1)}
    before = False
    for code in range(sys.maxunicode + 1):
        now = is_printable(code) and code not in added
        if now != before:
            yield code
        before = now


def wrapped(words, width=114):
    line = "   "
    for word in words:
        if len(line) + len(word) + 2 > width:
            yield line
            line = "   "
        line += f" {word},"
    yield line


def main():
    if unicodedata.unidata_version != PYTHONS_UNICODE:
        print(f"wants a Python with Unicode {PYTHONS_UNICODE}, not {unicodedata.unidata_version}", file=sys.stderr)
        return 77
    print(HEAD, *wrapped(f"0x{code:x}" for code in turns()), TAIL, sep="\n")
    return 0


sys.exit(main())
