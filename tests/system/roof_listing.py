# SPDX-License-Identifier: Apache-2.0
"""bench/sass.py counts a small listing made by hand and refuses wrong ones; bench/roof.py fails when it should."""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench"))
import roof
import sass

PHILOX = "\n".join(4 * ["IMAD.WIDE.U32 R8, R8, -0x2daee0ad, RZ", "IMAD R9, R9, -0x326172a9, RZ"])

KERNEL = """
            @P0 EXIT
step:       MOV R5, RZ
            @!P0 BRA update
            UMOV UR4, URZ
pair:       FSETP.LT.AND P1, PT, RZ, UR8, PT
            @!P1 BRA quiet
            PHILOX
            MUFU.RSQ R3, R2
            @!P2 BRA root
            CALL.REL.NOINC slow_root
root:       MUFU.RSQ R4, R2
quiet:      FFMA R0, R1, R2, R3
            MUFU.RCP R4, R0
            BSSY B0, divided
            @!P2 BRA divided
            MOV R6, R0
            CALL.REL.NOINC slow_division
divided:    BSYNC B0
            LDL R7, [R1]
            @P3 CALL.REL.NOINC update
            BRA pair
update:     FFMA R0, R1, R2, R3
            @!P0 BRA step
            STG.E [R2.64], R0
            EXIT
slow_division: FMUL R0, R0, R1
            RET.REL.NODEC R8 0x0
slow_root:  FMUL R0, R0, R1
            RET.REL.NODEC R8 0x0
"""


def listing(text):
    """The listing as cuobjdump prints it: each instruction has an address, and labels are addresses."""
    labels, lines = {}, []
    for line in text.replace("PHILOX", PHILOX).strip().splitlines():
        label, instruction = re.match(r"\s*(?:(\w+):)?\s*(.*)", line).groups()
        if label:
            labels[label] = 16 * len(lines)
        lines.append(instruction)
    named = re.compile(r"\b(%s)\b" % "|".join(labels))
    lines = [named.sub(lambda found: hex(labels[found[0]]), line) for line in lines]
    return "\t\tFunction : _Z9train_sgd\n" + "".join(
        "        /*%04x*/   %s ;   /* 0x0000000000000000 */\n" % (16 * k, line) for k, line in enumerate(lines))


def executed(text):
    return sass.executed(sass.read_listing(listing(text))["_Z9train_sgd"])


def with_change(old, new):
    assert KERNEL.count(old) == 1
    return KERNEL.replace(old, new)


class Counts(unittest.TestCase):
    def assert_counts(self, counted, **expected):
        self.assertEqual({name: n for name, n in sass.by_pipe(counted).items() if n}, expected)

    def test_without_noise_and_slow_paths(self):
        kernel = executed(KERNEL)
        self.assert_counts(kernel.pair, issue=10, fp32=1, alu=1, mufu=1, memory=1, branch=6, local=1)
        # MOV, UMOV, FFMA and two branches; the last trip through the pair loop lacks the branch back.
        self.assert_counts(kernel.step, issue=4, fp32=1, alu=1, uniform=1, branch=1)
        self.assertEqual(kernel.slow, 1)

    def test_normals_of_the_update_are_executed(self):
        kernel = executed(with_change("update:     ", "update:     PHILOX\n"))
        self.assertEqual(sum(kernel.step.values()), 4 + 8)

    def test_condition_of_two_branches(self):
        kernel = executed(with_change("@!P1 BRA quiet", "@P1 BRA noise\n@!P4 BRA quiet\nnoise: NOP"))
        self.assertEqual(sum(kernel.pair.values()), 11)

    def test_way_out_ahead_of_the_trip(self):
        ahead = with_change("pair:       ", "pair:       @P6 BRA update\n").replace("@P3 CALL.REL.NOINC update", "NOP")
        kernel = executed(ahead)
        # MOV, UMOV, FFMA and two branches, and the last time out of the pair loop.
        self.assertEqual((sum(kernel.pair.values()), sum(kernel.step.values())), (11, 6))

    def test_counters_behind_the_way_out(self):
        kernel = executed(with_change("            BRA pair", "UIADD3 UR4, UR4, 1, URZ\nBRA pair"))
        self.assertEqual((sum(kernel.pair.values()), sum(kernel.step.values())), (11, 3))

    def test_guarded_call_is_issued(self):
        kernel = executed(with_change("LDL R7, [R1]", "@P5 CALL.REL.NOINC slow_root"))
        self.assertEqual((sum(kernel.pair.values()), kernel.slow), (10, 2))


class Refusals(unittest.TestCase):
    def assert_refused(self, text, reason):
        with self.assertRaisesRegex(sass.Refused, reason):
            executed(text)

    def test_two_ways_through_the_pair_loop(self):
        self.assert_refused(with_change("quiet:      ", "quiet:      @P4 BRA other\nFADD R0, R0, R1\nother:      "),
                            "over pairs .* more than one way: after the blocks at 0x0120$")

    def test_two_ways_through_the_step_loop(self):
        self.assert_refused(with_change("update:     ", "update:     @P4 BRA other\nFADD R0, R0, R1\nother:      "),
                            "over steps .* more than one way: after")

    def test_two_ways_past_the_pair_loop(self):
        self.assert_refused(with_change("step:       ", "step:       @P4 BRA update\n"), "more than one way past")

    def test_unrolled(self):
        self.assert_refused(with_change("root:       ", "root: MUFU.RSQ R4, R2\nMUFU.RSQ R4, R2\n"),
                            "noise for 4 voltages")

    def test_no_noise(self):
        self.assert_refused(with_change("PHILOX", "NOP"), "more than one way")

    def test_a_further_loop(self):
        self.assert_refused(with_change("update:     ", "update:     NOP\nagain: @P4 BRA again\n"), "loops at")

    def test_a_call_on_the_only_way(self):
        self.assert_refused(with_change("@!P2 BRA divided", "NOP"), "no way")

    def test_another_way_out(self):
        self.assert_refused(with_change("LDL R7, [R1]", "@P5 BRA update"), "left in 2 places")

    def test_out_in_the_middle_of_a_trip(self):
        self.assert_refused(with_change("            BRA pair", "FADD R0, R0, R1\nBRA pair"), "middle of a trip")

    def test_the_end_within_a_loop(self):
        self.assert_refused(with_change("LDL R7, [R1]", "@P5 EXIT"), "0x0190: a thread may end within the loop")

    def test_an_unknown_instruction(self):
        with self.assertRaisesRegex(sass.Refused, "WIBBLE"):
            sass.by_pipe(executed(with_change("LDL R7, [R1]", "WIBBLE.X R7")).pair)

    def test_an_unknown_jump(self):
        self.assert_refused(with_change("LDL R7, [R1]", "BRX R7 -0x10"), "cannot follow")


class Comparison(unittest.TestCase):
    def compare(self, issue, mufu):
        def parts(pair_issue, pair_mufu):
            return {"step": {}, "pair": {"issue": pair_issue, "mufu": pair_mufu}}

        cycles = {"issue": 1, "fp32": 2, "mufu": 8}
        return roof.compare(("mlp8", "mlp8", "adam", "exact", "sm_80"), parts(1000, 150), parts(issue, mufu), cycles)

    def test_within_bounds(self):
        self.assertEqual(self.compare(1020, 147), (False, []))

    def test_more_instructions(self):
        grew, lines = self.compare(1021, 150)
        self.assertTrue(grew)
        self.assertRegex(lines[0], r"SLOWER mlp8:mlp8 adam exact sm_80: 4084 instructions, committed 4000 \(\+2\.1%\)")

    def test_more_cycles(self):
        self.assertTrue(self.compare(1000, 154)[0])

    def test_fewer(self):
        grew, lines = self.compare(900, 150)
        self.assertFalse(grew)
        self.assertEqual([line.split()[0] for line in lines], ["faster"])


if __name__ == "__main__":
    unittest.main()
