"""Texts to tokenize, each kind that a tokenizer treats in its own way: the same from the same seed.

    tokenizer_texts.py OUTPUT [--seed N] [--count N]

OUTPUT gets, for every text, its size in bytes as 4 bytes (little-endian), then the text in UTF-8.
Only random() and getrandbits() are drawn from, whose results Python keeps for a seed.
"""

import argparse
import random
import struct

SEED = 20240229
COUNT = 10000

WORDS = ("the", "Quantum", "re-ranking", "state", "fidelity", "unbelievable", "don't", "it's",
         "tokenization", "COVID-19", "3.14159", "naïve", "café", "Straße", "ΣΊΣΥΦΟΣ", "İstanbul",
         "e.g.", "https://example.org/a?b=c", "user@example.org", "C++20", "50%", "£20", "x²",
         "antidisestablishmentarianism", "hello", "world", "can not", "do not", "we've", "they're")
SPECIALS = ("[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "[sep]", "[ SEP ]", "[[SEP]]", "[SEP",
            "##ing", "[unused1]")
SPACES = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
EMOJI = ("👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "❤️", "🇩🇪", "1️⃣", "😀", "🤷🏿‍♀️")
SCRIPTS = ((0x0400, 0x0460), (0x0600, 0x0650), (0x05D0, 0x05EB), (0x0E01, 0x0E5C), (0x4E00, 0x5200),
           (0x3041, 0x30FF), (0xAC00, 0xAD00), (0x0900, 0x0980), (0x0B80, 0x0C80), (0x1E00, 0x2000),
           (0xF900, 0xFA20), (0x10A0, 0x1100), (0x1D400, 0x1D500), (0x20000, 0x20100),
           (0x2F800, 0x2FA1E), (0x2B800, 0x2B930), (0x2100, 0x2200), (0xFF00, 0xFFF0))
MARKS = ((0x0300, 0x0370), (0x0591, 0x05C8), (0x064B, 0x0660), (0x1DC0, 0x1E00), (0x20D0, 0x20F1),
         (0x302A, 0x3030), (0x1D165, 0x1D173), (0x08D3, 0x0904), (0x0F71, 0x0F88), (0xFE20, 0xFE30))


class Source:
    def __init__(self, seed):
        self._random = random.Random(seed)

    def below(self, limit):
        return int(self._random.random() * limit)

    def pick(self, options):
        return options[self.below(len(options))]

    def char(self, ranges):
        first, stop = self.pick(ranges)
        return chr(first + self.below(stop - first))

    def any_char(self):
        point = self.below(0x110000 - 0x800)
        return chr(point if point < 0xD800 else point + 0x800)

    def joined(self, part, most, between=""):
        return between.join(part() for _ in range(self.below(most + 1)))


def english(source):
    return source.joined(lambda: source.pick(WORDS), 40, " ")


def long_english(source):
    return source.joined(lambda: source.pick(WORDS), 1500, " ")


def script(source):
    ranges = (source.pick(SCRIPTS),)
    return source.joined(lambda: source.joined(lambda: source.char(ranges), 12), 8, " ")


def mixed(source):
    parts = (lambda: source.pick(WORDS), lambda: source.char(SCRIPTS), lambda: source.pick(SPACES),
             lambda: source.pick(EMOJI), lambda: source.pick(SPECIALS),
             lambda: source.char(MARKS), lambda: chr(source.below(0x180)))
    return source.joined(lambda: source.pick(parts)(), 30)


def marks(source):
    def letter():
        base = source.pick("aeinosuAEINO가각の你") if source.below(4) else source.char(SCRIPTS)
        return base + source.joined(lambda: source.char(MARKS), 5)
    return source.joined(letter, 20)


def emoji(source):
    return source.joined(lambda: source.pick(EMOJI) + source.pick((" ", "", "a")), 10)


def controls(source):
    return source.joined(lambda: chr(source.below(0x100)) if source.below(2) else
                         source.pick(("\0", "\ufffd", "\u200d", "\u00ad", "\ue000", "\U000f0000",
                                      "word", "\u202e", "\u061c")), 30)


def specials(source):
    return source.joined(lambda: source.pick(SPECIALS) + source.pick(("", " ", "a", "é")), 8)


def long_words(source):
    size = 90 + source.below(25)
    letters = source.pick(("a", "Ab", "é", "e\u0301", "字", "x1", "ß", "\u0301"))
    word = (letters * size)[:size]
    return source.pick(("", "the ", "é ")) + word + source.pick(("", ".", " end", "字"))


def ascii_noise(source):
    return source.joined(lambda: chr(source.below(128)), 120)


def any_chars(source):
    return source.joined(source.any_char, 40)


def basic_plane(source):
    return source.joined(lambda: chr(source.below(0x3000)) + source.pick(("", "a", " ")), 30)


KINDS = (english, script, mixed, marks, emoji, controls, specials, long_words, ascii_noise,
         any_chars, basic_plane)
LONG_EVERY = 500


def make_texts(seed=SEED, count=COUNT):
    source = Source(seed)
    texts = ["", " ", "\0", "[SEP]", "\u0344a"]
    while len(texts) < count:
        kind = long_english if len(texts) % LONG_EVERY == 0 else KINDS[len(texts) % len(KINDS)]
        texts.append(kind(source))
    return texts[:count]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    arguments = parser.parse_args()
    with open(arguments.output, "wb") as output:
        for text in make_texts(arguments.seed, arguments.count):
            encoded = text.encode()
            output.write(struct.pack("<I", len(encoded)) + encoded)


if __name__ == "__main__":
    main()
