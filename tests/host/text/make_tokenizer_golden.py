"""Writes data/tokenizer.json and, next to it, what PyPI's `tokenizers` makes of texts by it.

    pip install tokenizers==0.23.3
    make_tokenizer_golden.py [--check]

tokenizer_texts.txt holds a fingerprint of each text of tokenizer_texts.py: of its tokens with ids,
places and marks, and of what they decode to. tokenizer_variants.txt holds one of each hundred texts
by three more tokenizers, words_by_code_point.txt one of each block of characters. tokenizer.jsonl
holds some tokens in full, so that a difference can be read.
"""

import argparse
import json
import pathlib
import sys

import tokenizers
from tokenizers import Tokenizer
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

import tokenizer_texts

DATA = pathlib.Path(__file__).parent / "data"
VERSION = "0.23.3"
IN_FULL_EVERY = 60
BLOCK_TEXTS = 100
BLOCK_CHARS = 0x400
CHARS = ((0, 0xD800), (0xE000, 0x30000), (0xE0000, 0xE1000), (0xF0000, 0xF0400),
         (0x10FC00, 0x110000))
PIECES = ("token", "##ization", "##ing", "un", "##believ", "##able", "quant", "##um", "re", "rank",
          "stat", "##e", "fidel", "##ity", "anti", "##dis", "##establish", "##ment", "##arian",
          "##ism", "hello", "world", "cafe", "café", "naive", "strasse", "straße", "don", "##t",
          "the", "they", "can", "not", "do", "we", "ve", "##19", "##co", "covid", "exam", "##ple",
          "https", "org", "istanbul", "##σ", "σισυφος", "각", "가", "字", "你", "##の", "##字")
VARIANTS = (
    {"clean_text": True, "handle_chinese_chars": True, "strip_accents": False, "lowercase": False},
    {"clean_text": False, "handle_chinese_chars": False, "strip_accents": True, "lowercase": False},
    {"clean_text": False, "handle_chinese_chars": True, "strip_accents": False, "lowercase": True},
)
WORD_OPTIONS = ({"strip_accents": None}, *VARIANTS)


def fingerprint(text):
    """FNV-1a of 64 bits over UTF-8, as perf/result_hash.h has it."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def vocabulary():
    chars = [chr(c) for c in (*range(0x21, 0x7F), *range(0xA1, 0x250))]
    chars += [chr(c) for first, stop in tokenizer_texts.SCRIPTS
              for c in range(first, min(stop, first + 70))]
    chars += [chr(c) for first, stop in tokenizer_texts.MARKS for c in range(first, first + 8)]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *PIECES]
    for char in chars:
        tokens += [char, "##" + char]
    return {token: index for index, token in enumerate(dict.fromkeys(tokens))}


def make_tokenizer(vocab):
    def added(content, lstrip=False):
        return {"id": vocab[content], "content": content, "single_word": False, "lstrip": lstrip,
                "rstrip": content == "[PAD]", "normalized": False, "special": True}

    def special(content):
        return {"SpecialToken": {"id": content, "type_id": 0}}

    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [added("[PAD]"), added("[UNK]"), added("[CLS]"), added("[SEP]"),
                         added("[MASK]", lstrip=True)],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [special("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, special("[SEP]")],
            "pair": [special("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, special("[SEP]"),
                     {"Sequence": {"id": "B", "type_id": 1}}, special("[SEP]")],
            "special_tokens": {content: {"id": content, "ids": [vocab[content]],
                                         "tokens": [content]} for content in ("[CLS]", "[SEP]")},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": vocab},
    }


def tokens_of(tokenizer, text):
    encoding = tokenizer.encode(text)
    rows = zip(encoding.ids, encoding.offsets, encoding.special_tokens_mask, encoding.tokens)
    return [[index, start, stop, special, token] for index, (start, stop), special, token in rows]


def described(tokenizer, text):
    tokens = tokens_of(tokenizer, text)
    ids = [token[0] for token in tokens]
    lines = [" ".join(map(str, token)) for token in tokens]
    return "\n".join([*lines, tokenizer.decode(ids), tokenizer.decode(ids, False)])


def text_lines(tokenizer, texts):
    return [fingerprint(described(tokenizer, text))[-8:] for text in texts]


def variant_lines(specification, texts):
    lines = []
    for options in VARIANTS:
        changed = {**specification, "normalizer": {"type": "BertNormalizer", **options}}
        tokenizer = Tokenizer.from_str(json.dumps(changed))
        for first in range(0, len(texts), BLOCK_TEXTS):
            block = texts[first:first + BLOCK_TEXTS]
            lines.append(fingerprint("\n".join(described(tokenizer, text) for text in block)))
    return lines


def words_lines():
    normalizers = [BertNormalizer(**options) for options in WORD_OPTIONS]
    splitter = BertPreTokenizer()

    def words(char):
        for text in (f"a{char}b", f"q\u0345{char}\u0334"):
            for normalizer in normalizers:
                normalized = normalizer.normalize_str(text)
                yield "\n".join(word for word, _ in splitter.pre_tokenize_str(normalized))

    lines = []
    for first, stop in CHARS:
        for block in range(first, stop, BLOCK_CHARS):
            chars = map(chr, range(block, min(stop, block + BLOCK_CHARS)))
            joined = "\t".join(part for char in chars for part in words(char))
            lines.append(f"{block:x} {fingerprint(joined)}")
    return lines


def full_lines(tokenizer, texts):
    for text in texts[::IN_FULL_EVERY]:
        tokens = tokens_of(tokenizer, text)
        if len(tokens) <= 60:
            yield json.dumps({"text": text, "tokens": tokens,
                              "decoded": tokenizer.decode([token[0] for token in tokens])})


def make_files():
    specification = make_tokenizer(vocabulary())
    tokenizer = Tokenizer.from_str(json.dumps(specification))
    texts = tokenizer_texts.make_texts()
    return {
        "tokenizer.json": [json.dumps(specification, separators=(",", ":"))],
        "tokenizer_texts.txt": text_lines(tokenizer, texts),
        "tokenizer_variants.txt": variant_lines(specification, texts),
        "words_by_code_point.txt": words_lines(),
        "tokenizer.jsonl": list(full_lines(tokenizer, texts)),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare with the files there")
    arguments = parser.parse_args()
    if tokenizers.__version__ != VERSION:
        sys.exit(f"tokenizers: found {tokenizers.__version__}, allowed: {VERSION}")
    DATA.mkdir(exist_ok=True)
    for name, lines in make_files().items():
        made = "\n".join(lines) + "\n"
        if not arguments.check:
            (DATA / name).write_text(made)
        elif (DATA / name).read_text() != made:
            sys.exit(f"{name}: differs from what tokenizers {VERSION} makes")


if __name__ == "__main__":
    main()
