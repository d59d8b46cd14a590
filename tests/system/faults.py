#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every open, read, write, fsync, close, rename, link, unlink and flock on the files of a command fails in turn: each
time the old file is whole or the new one is, the exit code tells, and one line names the file and what to do.

usage: faults.py SOURCE_DIR WORK_DIR SEAM FAULTS_LIBRARY"""

import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import zipfile

TRAIN = ["train", "--first", "linear", "--second", "buffer", "--chains", "3k", "--steps", "5", "--bins", "16",
         "--threads", "1", "--quiet"]
PREDICT = ["predict", "--first", "linear", "--second", "buffer", "--chains", "1k", "--draws", "1k", "--bins", "16",
           "--quiet"]
HALVES = ["half1.zip", "half2.zip"]
OUTPUT = ["--output", "x.zip"]

# Scenario: the arguments, the file that stands at the target before, the faults that are there from the start, and the
# exit code that these alone lead to.
SCENARIOS = {
    "new": (TRAIN + OUTPUT, None, [], 0),
    "force": (TRAIN + OUTPUT + ["--force"], "old.zip", [], 0),
    "resume": (TRAIN + OUTPUT + ["--resume"], "half1.zip", [], 0),
    "checkpoints": (TRAIN + OUTPUT + ["--checkpoint-every", "1k"], None, [], 0),
    "checkpoints of resume": (TRAIN + OUTPUT + ["--resume", "--checkpoint-every", "500"], "half1.zip", [], 0),
    "predict": (PREDICT + OUTPUT, None, [], 0),
    "merge": (["merge"] + OUTPUT + HALVES, None, [], 0),
    "merge of itself": (["merge", "--force"] + OUTPUT + ["x.zip", "half2.zip"], "half1.zip", [], 0),
    "compare": (["compare", "half1.zip", "half2.zip"] + OUTPUT, None, [], 0),
    "a file that appears": (TRAIN + OUTPUT, None, ["renameat2:2:EEXIST"], 3),
    "renames that cannot refuse": (TRAIN + OUTPUT, None, ["renameat2:1+:EINVAL"], 0),
    "renames that cannot refuse, and no links": (TRAIN + OUTPUT, None, ["renameat2:1+:EINVAL", "link:1+:EPERM"], 0),
}

# A call is made to fail once, and where it says so also for good.
FAULTS = [("open", "EIO"), ("read", "EIO"), ("write", "EIO"), ("write", "ENOSPC"), ("write", "none"), ("fsync", "EIO"),
          ("close", "EIO"), ("rename", "EIO"), ("renameat2", "EIO"), ("link", "EIO"), ("unlink", "EIO"),
          ("flock", "EIO"), ("flock", "ENOLCK"), ("fallocate", "EIO"), ("fallocate", "ENOSPC"),
          ("write+", "full"), ("fsync+", "EIO"), ("rename+", "EIO"), ("write", "short"),
          ("write", "EINTR"), ("read", "EINTR")]

# What a command survives by trying again, and what does not matter: the kind, or the call and what it was made on.
RETRIED = {"short", "EINTR"}
# Room on the disk is reserved in the temporary file only if that works. Without locks the run goes on.
HARMLESS = {("open", "x.zip.seam-partial"), ("unlink", "x.zip.seam-partial"), ("close", "x.zip.seam-partial"),
            ("fallocate", "x.zip.seam-partial"), ("unlink", "x.zip.seam-probe"),
            ("close", "x.zip.lock"), ("unlink", "x.zip.lock"), ("close", "."), ("close", "x.zip"),
            ("close", "half1.zip"), ("close", "half2.zip")}
NOTES = {"is not protected from a second run": "flock", "a file that appears as": "link",
         "may have too little room": "fallocate"}  # with the call that failed
REMEDIES = ["choose another --output", "rename it", "run it again", "check the name", "copy it", "kept as"]


class Wrong(Exception):
    pass


def expect(condition, message):
    if not condition:
        raise Wrong(message)


def kind_of(fault):
    return fault.split(":")[2]


def contents(path):
    """All of a result that identical runs share; None where it is absent or damaged."""
    if not os.path.exists(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return None
    manifest = json.loads(members.pop("run.manifest", b"{}"))
    return members, manifest.get("coverage"), manifest.get("outcomes")


class Tester:
    def __init__(self, work, seam, library):
        self.work, self.seam, self.library = work, seam, library
        self.runs = 0

    def folder(self, scenario):
        return os.path.join(self.work, scenario.replace(" ", "-"))

    def call(self, folder, arguments, faults=()):
        environment = dict(os.environ, LC_ALL="C")
        if faults:
            environment.update(LD_PRELOAD=self.library, SEAM_FAULT=",".join(faults),
                               SEAM_FAULT_REPORT=folder + ".report")
        self.runs += 1
        return subprocess.run([self.seam] + arguments, cwd=folder, env=environment, capture_output=True, text=True,
                              check=False, timeout=1000)

    def make(self, name, arguments):
        done = self.call(self.work, arguments + ["--output", name])
        expect(done.returncode == 0, "exit code %d: %s" % (done.returncode, done.stderr))
        return contents(os.path.join(self.work, name))

    def prepare(self):
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        for number, half in enumerate(HALVES, 1):
            self.make(half, TRAIN + ["--shard", "%d/2" % number])
        self.make("old.zip", TRAIN + ["--seed", "2"])
        trained = self.make("trained.zip", TRAIN)
        self.whole = dict.fromkeys(SCENARIOS, trained)
        self.whole["predict"] = self.make("predicted.zip", PREDICT)
        self.whole["compare"] = self.make("compared.zip", ["compare"] + HALVES)

    # ---- One run ----

    def run(self, scenario, faults):
        """What became of the command, and what failed in it: pairs of a call and a file."""
        arguments, before, always, _ = SCENARIOS[scenario]
        folder = self.folder(scenario)
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        for half in HALVES:
            shutil.copy(os.path.join(self.work, half), folder)
        if before:
            shutil.copy(os.path.join(self.work, before), os.path.join(folder, "x.zip"))
        with open(folder + ".report", "w", encoding="ascii"):
            pass  # empty
        done = self.call(folder, arguments, faults + always)
        with open(folder + ".report", encoding="ascii") as report:
            return done, [tuple(line.split()[:2]) for line in report]  # without "(deleted)"

    def target(self, scenario):
        """What stands at the target: whole (the new result), old (what stood there before), part (a checkpoint)."""
        path, before = os.path.join(self.folder(scenario), "x.zip"), SCENARIOS[scenario][1]
        found = contents(path)
        if found == self.whole[scenario]:
            return "whole"
        if not os.path.exists(path):
            expect(not before, "the old file is gone")
            return "old"
        with open(path, "rb") as file, open(os.path.join(self.work, before or "old.zip"), "rb") as old:
            if before and file.read() == old.read():
                return "old"
        expect("checkpoints" in scenario and found, "the file is neither old nor new")
        info = self.call(self.folder(scenario), ["info", "x.zip", "--json"])
        expect(info.returncode == 0, "a checkpoint cannot be read: " + info.stderr)
        return "part"

    # ---- The verdict ----

    def check_message(self, said):
        expect(said.count("\n") == 1 and said.startswith("seam: "), "not one line on stderr")
        expect(any(name in said for name in ["x.zip"] + HALVES), "the file is not named")
        expect(any(remedy in said for remedy in REMEDIES), "the remedy is not named")

    def check_kept(self, scenario, said):
        """A name that is given for counts that were kept holds them, and no other is left."""
        known = {"x.zip", "x.zip.lock"} | set(HALVES)
        if "kept as " in said:
            name = said.split("kept as ")[1].split()[0].rstrip(",:")
            known.add(name)
            kept = contents(os.path.join(self.folder(scenario), name))
            expect(kept == self.whole[scenario], name + " is not the whole result")
        return known

    def survives(self, scenario, fault, failed):
        """Whether the command may end as if nothing had failed."""
        call, _, kind = fault.split(":")
        named = scenario == "renames that cannot refuse" and call == "unlink"  # by a link; one name too many is left
        again = "checkpoints" in scenario and "+" not in fault  # the next one, or the last, is written
        return kind in RETRIED or kind == "ENOLCK" or named or again or all(each in HARMLESS for each in failed)

    def judge(self, scenario, fault, done, failed):
        expected = SCENARIOS[scenario][3]
        target, known = self.target(scenario), self.check_kept(scenario, done.stderr)
        goes_on = "seam: the run goes on without a checkpoint: "
        told = [line for line in done.stderr.splitlines(True) if line.startswith(goes_on)]
        notes = [line for line in done.stderr.splitlines(True) if any(note in line for note in NOTES)]
        last = "".join(line for line in done.stderr.splitlines(True) if line not in told + notes)
        for note, cause in NOTES.items():
            count = sum(note in line for line in notes)
            expect(count <= 1 and (not count or cause in fault or scenario.endswith("no links")), "a note that is wrong")
        expect(kind_of(fault) != "ENOLCK" or notes, "it does not say what is not protected")
        expect(not told or "checkpoints" in scenario, "it told of checkpoints")
        for line in told:
            self.check_message("seam: " + line[len(goes_on):])
        partial = {"x.zip.seam-partial"} if ("unlink", "x.zip.seam-partial") in failed else set()
        left = set(os.listdir(self.folder(scenario))) - known - partial
        expect(not left, "left behind: %s" % left)
        expect(done.returncode in (4, expected), "exit code")
        if done.returncode == expected:
            expect(self.survives(scenario, fault, failed), "a failure passed in silence")
        else:
            expect(fault.split(":")[2] not in RETRIED, "it was not tried again")
        if done.returncode == 0:
            expect(target == "whole" and not last, "it passed without the result, or with a message")
        else:
            self.check_message(last)
            expect("x.zip is written" not in last or target == "whole", "it is not written")

    def walk(self, scenario, call, kind):
        """The first call fails, then the second, until there is no such call. How many there were."""
        name, later = call.rstrip("+"), call[len(call.rstrip("+")):]
        always = [fault for fault in SCENARIOS[scenario][2] if fault.startswith(name + ":")]
        if any("+" in fault for fault in always):
            return 0
        nth = max([int(fault.split(":")[1]) for fault in always], default=0)
        while True:
            nth += 1
            fault = "%s:%d%s:%s" % (name, nth, later, kind)
            done, failed = self.run(scenario, [fault])
            try:
                if [each for each, _ in failed].count(name) <= len(always):
                    expect(done.returncode == SCENARIOS[scenario][3], "exit code without a fault")
                    return nth - 1
                planned = {fault.split(":")[0] for fault in SCENARIOS[scenario][2]} - {name}
                self.judge(scenario, fault, done, [each for each in failed if each[0] not in planned])
            except Wrong as wrong:
                raise Wrong("%s, %s on %s: %s\nexit code %d, stderr: %s" % (
                    scenario, fault, failed, wrong, done.returncode, done.stderr)) from None

    def test_one(self, scenario):
        reached = {"%s %s" % fault: self.walk(scenario, *fault) for fault in FAULTS}
        floor = ["open EIO", "write EIO", "fsync EIO", "close EIO", "unlink EIO", "flock EIO", "flock ENOLCK"]
        expect(all(reached[fault] for fault in floor), scenario + ": a fault was never reached")
        return "%s: %s" % (scenario, ", ".join("%d x %s" % (n, fault) for fault, n in reached.items() if n))

    # ---- What a command does without, and how it saves a result ----

    def start(self, name):
        folder = self.folder(name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.join(folder, "elsewhere"))
        return folder

    def expect_end(self, run, code, words, files):
        """`run` is the name of a folder, further arguments and the faults. Compares what is left in the folder."""
        what, arguments, faults = run
        folder = self.folder(what)
        done = self.call(folder, TRAIN + OUTPUT + arguments, faults)
        left = {os.path.relpath(os.path.join(at, each), folder) for at, _, names in os.walk(folder) for each in names}
        expect(done.returncode == code and words in done.stderr and left == files,
               "%s: exit code %d, left %s, stderr: %s" % (what, done.returncode, left, done.stderr))

    def test_locks(self):
        for kind in ("ENOSYS", "ENOLCK", "EOPNOTSUPP", "ENOTSUPP", "EBADF"):
            self.start("locks")
            self.expect_end(("locks", [], ["flock:1+:" + kind]), 0, "not protected from a second run", {"x.zip"})
        lock = os.path.join(self.start("locks"), "x.zip.lock")
        for faults, code, words, files in (
                (["open:2:EACCES", "flock:1:EWOULDBLOCK"], 5, "holds x.zip.lock", {"x.zip.lock"}),
                (["open:2:EACCES", "flock:1:EBADF", "flock:2:EWOULDBLOCK"], 5, "holds x.zip.lock", {"x.zip.lock"}),
                (["open:2:EACCES", "open:3:EACCES"], 5, "is another user's", {"x.zip.lock"}),
                (["open:2:EACCES", "flock:1:EBADF"], 0, "not protected", {"x.zip", "x.zip.lock"})):
            with open(lock, "w", encoding="ascii"):
                pass  # the lock file of another user
            self.expect_end(("locks", [], faults), code, words, files)
        os.remove(os.path.join(self.folder("locks"), "x.zip"))
        self.expect_end(("locks", [], ["open:2:EACCES"]), 0, "", {"x.zip"})  # nobody holds it

    def test_spill(self):
        spill, file = ["--spill", "elsewhere"], "elsewhere/x.zip"
        folder = self.start("spill")
        self.expect_end(("spill", spill, ["write:1:ENOSPC"]), 4, "the result is in " + file, {file})
        expect(contents(os.path.join(folder, file)) == self.whole["new"], "the spilled result is not whole")
        self.expect_end(("spill", spill, []), 3, file + " exists: move it away", {file})
        os.remove(os.path.join(folder, file))
        self.expect_end(("spill", spill, ["write:1+:ENOSPC"]), 4, "x.zip cannot be written", set())
        self.expect_end(("spill", ["--spill", "nowhere"], []), 4, "no folder nowhere", set())
        self.expect_end(("spill", spill, []), 0, "", {"x.zip"})

    def test(self):
        self.prepare()
        self.test_locks()
        self.test_spill()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for line in pool.map(self.test_one, SCENARIOS):
                print(line, flush=True)
        print("%d runs" % self.runs)


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    try:
        Tester(*(os.path.realpath(path) for path in sys.argv[2:])).test()
    except Wrong as wrong:
        sys.exit("FAIL: %s" % wrong)


if __name__ == "__main__":
    main()
