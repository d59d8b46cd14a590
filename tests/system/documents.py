#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents are right: commands work as written, options exist, links lead somewhere, and the README is short.

usage: documents.py SOURCE_DIR WORK_DIR SEAM

Blocks marked `sh` are run; those of one document run one after another in a fresh folder. CI itself runs the first two
of the README, so this test leaves them out. A block marked `text` right after a block holds what that one prints.
Blocks marked `shell` take long or need a cluster; only their options are checked, against the program's help.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

DOCUMENTS = ["README.md", "host/README.md", "kernels/DESIGN.md", "bench/README.md", "tests/README.md",
             "host/files/FORMAT.md", ".github/CONTRIBUTING.md"]
RUN_BY_CI = ["cmake --workflow --preset release", "cmake --workflow --preset test"]
MOST_LINES = 250  # of the README
WRAPPERS = {"mpirun", "mpiexec", "srun", "time", "nice"}  # commands that run the command after them


class Document:
    """The document's code blocks as (language, text), and its prose without them."""

    def __init__(self, source, name):
        self.name, self.path, self.blocks = name, source / name, []
        prose, block = [], None
        for line in self.path.read_text(encoding="utf-8").splitlines():
            fence = re.match(r"\s*```(\w*)", line)
            if fence and block is None:
                block = (fence[1], [])
            elif fence:
                self.blocks.append((block[0], "\n".join(block[1])))
                block = None
            elif block:
                block[1].append(line)
            else:
                prose.append(line)
        self.prose = "\n".join(prose)

    def commands(self):
        """The blocks to run, each with its expected output or None."""
        following = self.blocks[1:] + [("", "")]
        found = [(text, after[1] if after[0] == "text" else None)
                 for (language, text), after in zip(self.blocks, following) if language == "sh"]
        return found[len(RUN_BY_CI):] if self.name == "README.md" else found


# ---- Links ----


def anchors(path):
    """The anchors that GitHub makes from a document's headings."""
    found = set()
    for heading in re.findall(r"^#+ +(.*)$", re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"),
                                                    flags=re.MULTILINE | re.DOTALL), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", heading).lower()).replace(" ", "-")
        same = sum(1 for anchor in found if re.fullmatch(re.escape(words) + r"(-\d+)?", anchor))
        found.add(f"{words}-{same}" if words in found else words)
    return found


def check_links(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", document.prose)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = document.path.parent / name if name else document.path
        if not path.exists():
            yield f"the link {target} leads nowhere"
        elif anchor and anchor not in anchors(path):
            yield f"the link {target}: {path.name} has no such heading"


# ---- Options ----


class Help:
    """The program's own help: its commands, and for each the options with their values."""

    def __init__(self, seam):
        self.seam = seam
        self.commands = set(re.findall(r"^  ([a-z]+)  +\w", self.text("--help"), re.MULTILINE))
        self.known = {}

    def text(self, *arguments):
        return subprocess.run([self.seam, *arguments], check=True, capture_output=True, text=True).stdout

    def options(self, command):
        """The choices of each option: a set, empty if any value may do, or None if the option takes no value."""
        if command not in self.known:
            entries = re.findall(r"^  (--[a-z-]+)(?: (\S+))?(?:  +| *$)(.*(?:\n {8,}.*)*)",
                                 self.text(command, "--help-all"), re.MULTILINE)
            self.known[command] = {name: choices(text) if value else None for name, value, text in entries}
            self.known[command].update({"--help": None, "--help-all": None})
        return self.known[command]


def choices(text):
    """The words in an option's last parentheses, if these hold only a list of words."""
    groups = re.findall(r"\(([^()]*)\)", " ".join(text.split()))
    words = groups[-1].split(", ") if groups else []
    return set(words) if len(words) > 1 and all(re.fullmatch(r"[a-z]+\d*", word) for word in words) else set()


def command_lines(block):
    """The words of each command in a block, as a shell would split it."""
    block = re.sub(r"(^|\s)#.*", r"\1", block.replace("\\\n", " "))
    lexer = shlex.shlex(block, posix=True, punctuation_chars=";&|()<>\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, ""
    words = []
    for word in lexer:
        if re.fullmatch(r"[;&|()\n]+", word) or word in ("do", "then", "else"):
            yield words
            words = []
        else:
            words.append(word)
    yield words


def seam_arguments(words):
    """The words after `seam`, also if a wrapper runs it. Job scripts pass their arguments to `seam train`."""
    for i, word in enumerate(words):
        if (word == "seam" or word.endswith("/seam")) and (i == 0 or words[0] in WRAPPERS):
            return words[i + 1:]
        if word.endswith(".sbatch"):
            return ["train", *words[i + 1:]]
    return []


def check_value(option, value, accepted):
    wrong = [part for part in value.split(",") if accepted and "$" not in value and part not in accepted]
    return [f"{option} {part}: it takes {', '.join(sorted(accepted))}" for part in wrong]


def check_command(arguments, program):
    if not arguments or arguments[0].startswith("-"):
        return
    command, rest = arguments[0], arguments[1:]
    if command not in program.commands:
        yield f"seam has no command {command}"
        return
    options = program.options(command)
    while rest:
        option, equals, value = rest.pop(0).partition("=")
        if not option.startswith("--"):
            continue
        if option not in options:
            yield f"seam {command} has no option {option}"
        elif options[option] is not None:
            if not equals and not rest:
                yield f"seam {command} {option} lacks its value"
            else:
                yield from check_value(option, value if equals else rest.pop(0), options[option])


def check_options(document, program):
    for language, block in document.blocks:
        for words in command_lines(block) if language == "shell" else ():
            yield from check_command(seam_arguments(words), program)


# ---- Commands ----


def run_commands(document, work, seam):
    folder = pathlib.Path(tempfile.mkdtemp(dir=work))
    binaries = pathlib.Path(tempfile.mkdtemp(dir=work))
    (binaries / "seam").symlink_to(seam)
    environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}
    for command, expected in document.commands():
        print(f"{document.name}:\n{command}", flush=True)
        begin = time.monotonic()
        done = subprocess.run(["bash", "-c", "set -euo pipefail\n" + command], cwd=folder, env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        print(f"{done.stdout}({time.monotonic() - begin:.1f} s)", flush=True)
        if done.returncode:
            yield f"this exits with {done.returncode}:\n{command}"
        if expected is not None and done.stdout.rstrip() != expected.rstrip():
            yield f"this prints something else than the document says:\n{command}"


# ---- The README ----


def check_readme(document):
    lines = len(document.path.read_text(encoding="utf-8").splitlines())
    if lines > MOST_LINES:
        yield f"{lines} lines, more than {MOST_LINES}"
    blocks = [text for language, text in document.blocks if language == "sh"]
    if [command in block for command, block in zip(RUN_BY_CI, blocks)] != [True] * len(RUN_BY_CI):
        yield "the first two blocks marked sh are not those that .ci/run expects: the build and the tests"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    source, work, seam = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    work.mkdir(parents=True, exist_ok=True)
    program = Help(seam)
    faults = []
    with tempfile.TemporaryDirectory(dir=work) as folder:
        for name in DOCUMENTS:
            if not (source / name).exists():
                print(f"{name} does not exist")
                continue
            document = Document(source, name)
            checks = [check_links(document), check_options(document, program), run_commands(document, folder, seam)]
            if name == "README.md":
                checks.append(check_readme(document))
            faults += [f"{name}: {fault}" for check in checks for fault in check]
    for fault in faults:
        print("FAIL", fault)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
