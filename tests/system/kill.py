#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Promise 5 under kill -9: commands killed at seeded random moments leave each result whole, old or absent, and, run
again, end in the same histogram members, to the byte, as commands that were left alone.

usage: kill.py SOURCE_DIR WORK_DIR SEAM [KILLS [SEED]]"""

import json
import os
import random
import shutil
import subprocess
import sys
import time

SLOWLY = ["--threads", "1", "--isa", "baseline", "--quiet"]
TRAIN = ["train", "--first", "buffer", "--second", "buffer", "--chains", "4k", "--steps", "500", "--bins", "128",
         "--histograms", "all,interchange", "--output", "result.zip"]
PREDICT = ["predict", "--first", "buffer", "--second", "buffer", "--chains", "100k", "--draws", "20k", "--bins", "64",
           "--output", "result.zip"]
MERGE = ["merge", "--output", "result.zip", "--json", "../part1.zip", "../part2.zip", "../part3.zip"]
PLAN = {"task": "train", "options": {"chains": "1k", "steps": 500, "bins": 64, "backend": "cpu", "threads": 1,
                                     "isa": "baseline", "checkpoint-every": "0.05s"},
        "grid": {"pair": ["buffer:buffer"], "seed": [1, 2, 3]}}
POINTS = ["plan/pair=buffer-buffer_seed=%d.zip" % seed for seed in (1, 2, 3)]
SWEEP = ["sweep", "plan.json", "--quiet"]
KEEPING = ["--resume", "--checkpoint-every", "0.05s"]


class Subject:
    """A command to be killed: `once` is run undisturbed, `killed` again and again in one folder; both end in `results`
    and, of no interest here, `beside`. The folder holds `given`, texts by name, and `before` for a result, from the
    start. `keeps`: what a kill leaves behind is less than whole, and grows. `spares`: a result that is whole is not
    opened any more, and so a file that was being written in its place when it was killed stays there."""

    def __init__(self, name, once, killed, results=("result.zip",), before=None, given=None, beside=(), keeps=False,
                 spares=False):
        self.name, self.once, self.killed, self.results = name, once, killed, results
        self.before, self.given, self.beside, self.keeps, self.spares = before, given or {}, beside, keeps, spares

    def furnish(self, folder):
        os.mkdir(folder)
        for name, text in self.given.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)


SUBJECTS = [
    Subject("train", TRAIN + SLOWLY, TRAIN + SLOWLY + KEEPING, keeps=True),
    Subject("predict", PREDICT + SLOWLY, PREDICT + SLOWLY + KEEPING, keeps=True),
    Subject("merge", MERGE, MERGE + ["--force"]),
    Subject("sweep", SWEEP, SWEEP, results=POINTS, given={"plan.json": json.dumps(PLAN)},
            beside=("plan/index.csv", "plan/index.jsonl"), keeps=True, spares=True),
    Subject("train --force", TRAIN + SLOWLY, TRAIN + SLOWLY + ["--force"], before="part1.zip"),
    Subject("merge --force", MERGE, MERGE + ["--force"], before="part2.zip"),
]


class Wrong(Exception):
    pass


def expect(condition, message):
    if not condition:
        raise Wrong(message)


class Killer:
    def __init__(self, source, work, seam, seed):
        sys.dont_write_bytecode = True
        sys.path.insert(0, os.path.join(source, "bench"))
        self.read = __import__("same_counts").read
        self.work, self.seam = work, seam
        self.moments = random.Random(seed)
        self.seen = {"kills": 0, "absent": 0, "old": 0, "in part": 0, "whole": 0, "partial files": 0, "whole partial files": 0, "locks": 0}
        self.whole, self.seconds = {}, {}

    # ---- Preparation ----

    def quietly(self, folder, arguments):
        done = subprocess.run([self.seam] + arguments, cwd=folder, capture_output=True, text=True, check=False, timeout=3000)
        expect(done.returncode == 0, "exit code %d of seam %s: %s" % (done.returncode, " ".join(arguments), done.stderr))
        return done.stdout

    def prepare(self):
        """The parts to be merged, and what each command comes to when it is left alone."""
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        for part in "123":
            self.quietly(self.work, TRAIN[:-1] + ["part%s.zip" % part, "--shard", part + "/3", "--quiet"])
        for subject in SUBJECTS:
            folder = os.path.join(self.work, "whole")
            subject.furnish(folder)
            begin = time.monotonic()
            self.quietly(folder, subject.once)
            self.seconds[subject.name] = time.monotonic() - begin
            self.whole[subject.name] = self.contents(folder, subject)
            shutil.rmtree(folder)

    def contents(self, folder, subject):
        """The histogram members, coverage and outcomes of all results."""
        return [self.read(os.path.join(folder, name))[:2] for name in subject.results]

    # ---- One kill ----

    def take_away(self, folder, subject):
        """A command that was killed between its write and its rename leaves a whole result beside the target. Those
        that do not resume refuse to delete it."""
        partial = os.path.join(folder, subject.results[0] + ".seam-partial")
        if subject.keeps or not os.path.exists(partial):
            return
        if subprocess.run([self.seam, "info", partial], capture_output=True, check=False).returncode == 0:
            expect(self.read(partial)[:2] == self.whole[subject.name][0], "the partial file is another result")
            self.seen["whole partial files"] += 1
            os.remove(partial)

    def kill(self, folder, subject):
        """Whether the command ended before it was killed."""
        self.take_away(folder, subject)
        begin, seconds = time.monotonic(), self.seconds[subject.name]
        command = subprocess.Popen([self.seam] + subject.killed, cwd=folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        try:
            command.wait(self.moments.uniform(0, 1.1 * seconds))
            self.seconds[subject.name] = min(seconds, time.monotonic() - begin)  # the machine was busy when it was timed
        except subprocess.TimeoutExpired:
            command.kill()
        said = command.communicate()[1]
        expect(command.returncode in (0, -9), "exit code %d: %s" % (command.returncode, said))
        self.seen["kills"] += command.returncode == -9
        return command.returncode == 0

    def covered(self, path):
        """How many chains seam itself finds in a result."""
        return json.loads(self.quietly(".", ["info", path, "--json"]))["chains"]

    def inspect(self, folder, subject, before):
        """What one result is found to be after a kill: its chains in all."""
        chains = 0
        for name in subject.results:
            path = os.path.join(folder, name)
            self.seen["locks"] += os.path.exists(path + ".lock")
            self.seen["partial files"] += os.path.exists(path + ".seam-partial")
            if not os.path.exists(path):
                self.seen["absent"] += 1
                expect(not subject.before, "the file to be replaced is gone")
                continue
            chains += self.covered(path)
            self.classify(path, subject, name)
        expect(not subject.keeps or chains >= before, "%d chains after %d before" % (chains, before))
        return chains

    def classify(self, path, subject, name):
        read = self.read(path)[:2]
        if read == self.whole[subject.name][subject.results.index(name)]:
            self.seen["whole"] += 1
        elif subject.before and read == self.read(os.path.join(self.work, subject.before))[:2]:
            self.seen["old"] += 1
        else:
            expect(subject.keeps, "%s is neither the old result nor the new" % name)
            self.seen["in part"] += 1

    def strangers(self, folder, subject, suffixes):
        """No name is there that could be taken for another result."""
        known = {name + suffix for name in (*subject.results, *subject.beside) for suffix in suffixes}
        found = {os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names}
        expect(found <= known | set(subject.given), "left behind: %s" % (found - known))

    # ---- Kills in a row ----

    def torment(self, subject, most):
        """Kills the command up to `most` times, then lets it end."""
        folder = os.path.join(self.work, "killed")
        subject.furnish(folder)
        if subject.before:
            shutil.copy(os.path.join(self.work, subject.before), os.path.join(folder, subject.results[0]))
        chains = 0
        for _ in range(self.moments.randint(1, 4)):
            if self.seen["kills"] == most or self.kill(folder, subject):
                break
            self.strangers(folder, subject, ["", ".lock", ".seam-partial"])
            chains = self.inspect(folder, subject, chains)
        self.take_away(folder, subject)
        self.quietly(folder, subject.killed)
        expect(self.contents(folder, subject) == self.whole[subject.name], "other counts than when left alone")
        # The lock of a file that was whole is nobody's any more.
        self.strangers(folder, subject, ["", ".lock"] + [".seam-partial"] * subject.spares)
        shutil.rmtree(folder)

    def run(self, kills):
        while self.seen["kills"] < kills:
            for subject in SUBJECTS:
                try:
                    self.torment(subject, kills)
                except Wrong as wrong:
                    sys.exit("FAIL: %s, after %d kills: %s" % (subject.name, self.seen["kills"], wrong))
        return self.seen


def main():
    if len(sys.argv) not in (4, 5, 6):
        sys.exit(__doc__)
    source, work, seam = (os.path.realpath(path) for path in sys.argv[1:4])
    kills = int(sys.argv[4]) if sys.argv[4:] else 25
    seed = int(sys.argv[5]) if sys.argv[5:] else 1
    begin = time.monotonic()
    killer = Killer(source, work, seam, seed)
    killer.prepare()
    seen = killer.run(kills)
    seen["seed"], seen["seconds"] = seed, round(time.monotonic() - begin, 1)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
