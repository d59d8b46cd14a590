#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""show and the progress bar on terminals of every kind: narrow, without colour, without UTF-8, no terminal at all; and a
run that is resized, stopped, sent to the background, and interrupted once, twice quickly and twice slowly,
or that finds no room for its result. Names of files and words of a result that a terminal would obey.
usage: terminal.py PATH_OF_SEAM"""
import fcntl, json, os, pty, re, resource, select, shutil, signal, struct, subprocess, sys, tempfile, termios, time, zipfile

SEAM = os.path.realpath(sys.argv[1])
CTRL_C, CTRL_Z = b"\x03", b"\x1a"
LONG_RUN = ["train", "--first", "mlp8", "--second", "mlp8", "--steps", "200", "--chains", "1e7", "--backend", "cpu",
            "--threads", "1", "--force", "--output", "long.zip"]
failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print("FAILED", what)


def environment(**changes):
    """The environment of a modern terminal with `changes`; None removes a variable."""
    values = dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm-256color", COLORTERM="truecolor")
    for name in ("NO_COLOR", "COLUMNS"):
        values.pop(name, None)
    values.update({name: value for name, value in changes.items() if value is not None})
    return {name: value for name, value in values.items() if changes.get(name, value) is not None}


def mini_shell(arguments, environ):
    """Acts as a shell with job control: runs seam in the foreground; when seam stops, says so, lets it run on in the
    background for two seconds, and moves it to the foreground again. Exits as seam does."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execve(SEAM, ["seam"] + arguments, environ)
    while True:
        status = os.waitpid(child, os.WUNTRACED)[1]
        if not os.WIFSTOPPED(status):
            os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
        os.tcsetpgrp(0, os.getpgrp())
        time.sleep(1)
        os.write(1, b"\n[background]\n")
        os.kill(child, signal.SIGCONT)
        time.sleep(2)
        os.write(1, b"[foreground]\n")
        os.tcsetpgrp(0, child)


class Terminal:
    """seam on its own pseudo-terminal."""

    def __init__(self, columns, arguments, environ=None, rows=40, largest_file=resource.RLIM_INFINITY):
        self.seen = b""
        self.child, self.side = pty.fork()
        if self.child == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
            mini_shell(arguments, environ or environment())

    def resize(self, columns):
        fcntl.ioctl(self.side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))

    def press(self, key):
        os.write(self.side, key)

    def read_until(self, found, seconds=600):
        """Reads on until found(what was seen), or the end. Returns whether it was found."""
        end = time.monotonic() + seconds
        while not found(self.seen) and time.monotonic() < end:
            if not select.select([self.side], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self.side, 65536)
            except OSError:
                return found(self.seen)
            if not data:
                return found(self.seen)
            self.seen += data
        return found(self.seen)

    def finish(self):
        """All that was seen, and the exit status."""
        self.read_until(lambda seen: False, 1000)
        return self.seen.decode(errors="replace"), os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


def lines(text):
    """All texts that stood on a line at any time, without escape sequences."""
    return re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text))


def longest(text):
    return max(len(line) for line in lines(text))


def run(arguments, **changes):
    """Runs seam without a terminal; returns stdout and stderr."""
    done = subprocess.run([SEAM] + arguments, env=environment(**changes), stdin=subprocess.DEVNULL, capture_output=True)
    check(done.returncode == 0, f"{arguments} without a terminal exits {done.returncode}")
    return done.stdout, done.stderr


# ---- show ----

def try_show():
    for columns in (20, 40, 80, 200):
        text, status = Terminal(columns, ["show", "a.zip"]).finish()
        title, _, rest = text.partition("\n")
        check(status == 0 and "work" in text, f"show on {columns} columns exits {status}")
        wide = [line for line in lines(rest) if len(line) > columns and " " in line.strip()]
        check(not wide, f"show on {columns} columns has lines that could have been broken: {wide}")
        check("\x1b[38;2;" in text and "▀" in text, f"show on {columns} columns has no colour")
        check(sum("┤" in line or "│" in line for line in lines(text)) >= 6, f"show on {columns} columns has no map")
    for changes in (dict(NO_COLOR="1"), dict(TERM="dumb", COLORTERM=None), dict(LC_ALL="C")):
        text, _ = Terminal(80, ["show", "a.zip"], environment(**changes)).finish()
        check("\x1b" not in text, f"show with {changes} has escape sequences")
        check("work" in text and "@" in text, f"show with {changes} has no map of characters")
    text, _ = Terminal(80, ["show", "a.zip"], environment(LC_ALL="C")).finish()
    check(text.isascii(), "show without UTF-8 has more than ASCII")
    out, err = run(["show", "a.zip"])
    check(out.isascii() and b"\x1b" not in out and b"\r" not in out and not err, "show into a pipe is not plain")


# ---- The progress bar ----

SHORT_RUN = ["train", "--first", "mlp4", "--second", "mlp4", "--steps", "300", "--chains", "4k", "--force", "--output",
             "b.zip"]


def try_bar():
    for columns in (20, 40, 80, 200):
        text, status = Terminal(columns, SHORT_RUN).finish()
        first = text.split("\n")[0]
        drawn = [line for line in lines(first) if "%" in line]
        check(status == 0 and "100.0%" in first, f"the bar on {columns} columns does not reach 100% on one line")
        check(len(max(drawn, key=len)) < columns, f"the bar on {columns} columns is longer: {max(drawn, key=len)}")
        check(all(("▕" in line) == (columns >= 32) for line in drawn), f"there is no bar on {columns} columns, or one")
    text, _ = Terminal(80, SHORT_RUN, environment(LC_ALL="C")).finish()
    check(text.isascii() and "[#" in text, "the bar without UTF-8 is not ASCII")
    text, _ = Terminal(80, SHORT_RUN, environment(TERM="dumb")).finish()
    check("\x1b" not in text and "%  " not in text.split("\n")[0], "there is a bar on a dumb terminal")
    out, err = run(SHORT_RUN)
    check(not err and b"\r" not in out and b"\x1b" not in out, "a run into files is not plain")


def try_resize():
    terminal = Terminal(120, LONG_RUN)
    check(terminal.read_until(lambda seen: seen.count(b"\r") > 3), "no bar on 120 columns")
    for columns in (24, 50, 160):
        terminal.resize(columns)
        terminal.read_until(lambda seen, before=len(terminal.seen): seen[before:].count(b"\r") > 2)  # one may be under way
        before = len(terminal.seen)
        terminal.read_until(lambda seen: seen[before:].count(b"\r") > 3)
        drawn = terminal.seen[before:].decode(errors="ignore")
        check(drawn.count("\r") > 3 and longest(drawn) < columns, f"a bar resized to {columns} has {longest(drawn)}")
        check("\n" not in drawn, f"a bar resized to {columns} goes to another line")
    terminal.press(CTRL_C)
    check(terminal.finish()[1] == 130, "a resized run cannot be interrupted")


def try_stop():
    terminal = Terminal(80, LONG_RUN)
    terminal.read_until(lambda seen: seen.count(b"\r") > 3)
    terminal.press(CTRL_Z)
    check(terminal.read_until(lambda seen: b"[foreground]" in seen), "Ctrl-Z does not stop a run")
    check(terminal.read_until(lambda seen: b"%" in seen.split(b"[foreground]")[-1]), "no bar after a stop")
    quiet = terminal.seen.split(b"[background]")[-1].split(b"[foreground]")[0]
    check(quiet.count(b"%") < 2, f"a run in the background draws {quiet}")  # one may have been under way
    terminal.press(CTRL_C)
    text, status = terminal.finish()
    check(status == 130 and "interrupted" in text, f"a run that was stopped ends with {status}")


def try_interrupt():
    terminal = Terminal(80, LONG_RUN)
    terminal.read_until(lambda seen: re.search(rb"[1-9]%", seen))
    terminal.press(CTRL_C)
    text, status = terminal.finish()
    check(status == 130 and "written to long.zip" in lines(text)[-2], f"Ctrl-C ends a run with {status}")
    check("\x1b[K" in text.split("chains of")[0].split("\r")[-1], "the bar is left before the report")
    out, _ = run(["info", "long.zip"])
    check(b"ids       [0, " in out, "what was counted until Ctrl-C is not whole")


def try_interrupt_twice():
    """The first Ctrl-C would wait for the end of the slice, which takes long. A second one within a second changes
    nothing, and a later one ends seam at once."""
    terminal = Terminal(80, LONG_RUN + ["--steps", "1M", "--slice", "1M", "--samples", "64",
                                         "--histograms", "interface"])  # snapshots would cut the slice
    terminal.read_until(lambda seen: seen.count(b"\r") > 1)
    terminal.press(CTRL_C)
    terminal.press(CTRL_C)
    check(terminal.read_until(lambda seen: b"Ctrl-C again ends it at once" in seen), "the first Ctrl-C says nothing")
    terminal.read_until(lambda seen: False, 1.5)
    if os.waitpid(terminal.child, os.WNOHANG)[0] != 0:
        return check(False, "two quick Ctrl-C end a run at once")
    terminal.press(CTRL_C)
    began = time.monotonic()
    text, status = terminal.finish()
    check(status == 128 + signal.SIGINT and time.monotonic() - began < 200, f"the second Ctrl-C ends a run with {status}")
    check(text.count("Ctrl-C again") == 1, "what Ctrl-C does is told more than once")
    run(SHORT_RUN[:-1] + ["long.zip"])  # the lock that it left holds nobody up


# ---- No room for the result ----

def child_of(process):
    with open(f"/proc/{process}/task/{process}/children") as children:
        return int(children.read().split()[0])


def try_no_room():
    """A limit on the size of files stands for a full disk. The run waits until the user has made room, or gives up."""
    for answer, status in ((b"\n", 0), (b"q\n", 4), (CTRL_C, 4)):
        terminal = Terminal(80, SHORT_RUN[:-1] + ["room.zip"], largest_file=1000)
        check(terminal.read_until(lambda seen: seen.count(b"press Enter") == 1), "a run without room does not ask")
        terminal.press(b"\n")
        check(terminal.read_until(lambda seen: seen.count(b"press Enter") == 2), "it does not try and ask again")
        if status == 0:
            resource.prlimit(child_of(terminal.child), resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        terminal.press(answer)
        text, found = terminal.finish()
        check(found == status, f"after the answer {answer} a run without room ends with {found}: {text}")
        check(os.path.exists("room.zip") == (status == 0), f"after the answer {answer} the result is wrong")
        if status == 0:
            run(["info", "room.zip"])
            os.remove("room.zip")
    check(not [name for name in os.listdir() if name.startswith("room")], "files are left")


# ---- Text of others ----

ESCAPES = "\x1b]0;title\x07\u009b31m\u202e"  # sets the title, changes the colour, turns the direction of writing


def forge(name, output):
    """A copy of a result with U+009B in its manifest. U+001B is refused there."""
    with zipfile.ZipFile(name) as whole, zipfile.ZipFile(output, "w") as forged:
        for member in whole.infolist():
            data = whole.read(member)
            if member.filename == "run.manifest":
                data = re.sub(rb'"(version|device)": ?"', b'"\\1":"\xc2\x9b31m\xe2\x80\xae', data)
                check(data.count(b"\x9b31m") == 2, "the manifest has no version or no device")
            forged.writestr(member, data)


def try_escapes():
    """The name of each file, the plan's folder and the manifest have what a terminal obeys; `raw` is not UTF-8."""
    name, other, raw = f"{ESCAPES}.zip", f"{ESCAPES}2.zip", os.fsdecode(b"\x9b31m\xff.zip")
    forge("a.zip", name)
    for copy in (other, raw):
        shutil.copy(name, copy)
    with open("plan.json", "w") as plan:
        json.dump({"task": "train", "folder": f"f{ESCAPES}", "grid": {"seed": [1, 2]},
                   "options": {"first": "mlp4", "second": "mlp4", "steps": 5, "chains": 10}}, plan)
    run(SHORT_RUN[:-1] + [f"{ESCAPES}w.zip", "--chains", "100"])
    commands = [["info", name], ["info", raw], ["show", name, "--colour", "never"], ["show", raw, "--colour", "never"],
                ["compare", name, other, "--output", f"{ESCAPES}c.zip"],
                ["plot", name, "--output", f"{ESCAPES}.png"], ["merge", name, "--output", f"{ESCAPES}m.zip"],
                SHORT_RUN[:-1] + [f"{ESCAPES}t.zip", "--chains", "100"],
                ["train"] + SHORT_RUN[1:7] + ["--chains", "100", "--resume", "--output", f"{ESCAPES}w.zip"],
                ["sweep", "plan.json", "--dry-run"], ["sweep", "plan.json"], ["info", "\x1b[1m\u009b.zip"], ["info", raw[:5]],
                ["info", "--json", name], ["show", "--json", raw]]
    for command in commands:
        said = Terminal(100, command, environment(TERM="dumb")).finish()[0]
        check(said.strip(), f"{command} prints nothing")
        obeyed = re.findall(r".{0,9}[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\ufffd].{0,9}", said)
        check(not obeyed, f"{command} prints {obeyed}")


os.chdir(tempfile.mkdtemp())
run(SHORT_RUN[:-1] + ["a.zip"])
for trial in (try_show, try_bar, try_resize, try_stop, try_interrupt, try_interrupt_twice, try_no_room,
              try_escapes):
    print(trial.__name__, flush=True)
    trial()
shutil.rmtree(os.getcwd())
print(f"{len(failures)} failures")
sys.exit(bool(failures))
