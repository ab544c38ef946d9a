"""C++ as the rules see it: comments and literals blanked, functions and co_await expressions found.

Not a parser: brace counting with a look at what stands before each brace. It knows the tree's own
style, not all of C++; where it is unsure it reports nothing.
"""

import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
    re.S,
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
_SCOPE = re.compile(r"^(?:template\s*<.*>\s*)?(?:\w+\s*:\s*)?(?:inline\s+|typedef\s+|export\s+)*"
                    r"(?:namespace|class|struct|union|enum|extern)\b", re.S)
_INITIALISERS = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:)")


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def _blank_token(match):
    # A literal keeps its quotes, so that it still counts as something.
    blank = _blank(match)
    quote = match.group()[-1]
    return blank if match.group().startswith("/") else quote + blank[1:-1] + quote


def code(text):
    """`text` with comments and the contents of literals blanked; every line keeps its number."""
    # A digit separator is no character literal: 10'000.
    text = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", text)
    return _TOKEN.sub(_blank_token, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def includes(text):
    """(line number, path, is it in angle brackets) of every #include."""
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', text, re.M):
        yield line_of(text, match.start()), match.group(2), match.group(1) == "<"


def _kind_of_brace(head):
    """What a brace outside of functions opens, from the text before it."""
    head = head.strip()
    if "(" not in head or re.search(r"=\s*$", head):
        return "scope" if _SCOPE.search(head) else "other"
    if _INITIALISERS.search(head):
        return "function" if head[-1] in ")}" else "other"
    if _SCOPE.search(head) and not re.search(r"\)\s*(const|noexcept|override|final|\s)*$", head):
        return "scope"
    return "function"


def functions(text):
    """(first line, lines) of every function body's definition, from its head to its last brace."""
    source = _DIRECTIVE.sub(_blank, code(text))
    stack = []  # (kind, position where its head begins)
    head = 0
    for match in re.finditer(r"[{};]", source):
        position, symbol = match.start(), match.group()
        is_in_function = any(kind == "function" for kind, _ in stack)
        if symbol == "{":
            kind = "other" if is_in_function else _kind_of_brace(source[head:position])
            stack.append((kind, head))
            if kind in ("scope", "function"):
                head = position + 1
        elif symbol == "}" and stack:
            kind, start = stack.pop()
            if kind == "function":
                start += len(source[start:]) - len(source[start:].lstrip())
                first = line_of(source, start)
                yield first, line_of(source, position) - first + 1
            if kind != "other":
                head = position + 1
        elif symbol == ";" and not is_in_function:
            head = position + 1


def awaited(text):
    """(line number, expression) behind every co_await, blanks joined."""
    source = code(text)
    for match in re.finditer(r"\bco_await\b", source):
        depth, end = 0, len(source)
        for i in range(match.end(), len(source)):
            c = source[i]
            if c in "([{":
                depth += 1
            elif c in ")]}":
                depth -= 1
            if depth < 0 or (depth == 0 and c in ";,"):
                end = i
                break
        expression = " ".join(source[match.end() : end].split())
        yield line_of(source, match.start()), expression.replace("( ", "(").replace(" )", ")")
