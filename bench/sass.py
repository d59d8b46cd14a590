# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions that a warp executes in one training step, from the listing that cuobjdump -sass prints.

A training kernel has a loop over steps, and inside it a loop over pairs of training voltages (kernels/chain.h:
chain_train, chain_gradient). Two kinds of blocks are left out: those of the noise, which multiply by the constants of
Philox, with all that only they lead to; and slow paths, which call a subroutine. Then exactly one way through each loop
must be left, and its instructions are counted. Otherwise the listing is refused: nothing is guessed."""

import collections
import re


class Refused(Exception):
    """The listing cannot be counted. The message says why and where."""


# ---- Instructions ----------------------------------------------------------------------------------------------------

# The pipe of each mnemonic, up to its first dot. "other" takes an issue slot and has no column of its own: moves of
# special registers, and half precision, whose pipe differs between architectures and is never the narrowest here.
PIPES = {
    "fp32": "FFMA FMUL FADD FFMA32I FMUL32I FADD32I FSWZADD IMAD IMUL IDP",
    "alu": "FMNMX FMNMX3 FSEL FSET FSETP FCMP IABS IADD IADD3 ICMP IMNMX IMNMX3 ISETP ISET ISCADD LEA LOP3 LOP32I LOP "
           "MOV MOV32I PRMT SEL SGXT SHF SHL SHR BMSK P2R R2P PLOP3 PSETP VABSDIFF VABSDIFF4 VIADD VIADDMNMX VIMNMX "
           "VOTE I2FP F2FP",
    "mufu": "MUFU I2F F2I F2F I2I FRND FCHK POPC FLO BREV",
    "memory": "LD LDG LDC LDL LDS LDSM ST STG STL STS ATOM ATOMG ATOMS RED REDG CCTL MEMBAR ERRBAR SHFL",
    "branch": "BRA BRX BRXU CALL RET EXIT BSSY BSYNC BREAK BMOV WARPSYNC YIELD JMP JMX BAR KILL BPT",
    "uniform": "R2UR S2UR",
    "other": "NOP CS2R S2R DEPBAR HFMA2 HADD2 HMUL2 HSET2 HSETP2 HMNMX2",
}
PIPE_OF = {mnemonic: pipe for pipe, names in PIPES.items() for mnemonic in names.split()}

PHILOX = (("-0x2daee0ad", "0xd2511f53"), ("-0x326172a9", "0xcd9e8d57"))
PHILOX_PRODUCTS = 4  # by each constant: ten rounds have more; what is hoisted out of the noise's branch has fewer

Instruction = collections.namedtuple("Instruction", "address guard opcode operands")


def mnemonic(instruction):
    return instruction.opcode.split(".")[0]


def pipe_of(opcode):
    name = opcode.split(".")[0]
    pipe = PIPE_OF.get(name) or ("uniform" if name.startswith("U") else None)
    if pipe is None:
        raise Refused("%s: bench/sass.py does not know which pipe runs it: add it to PIPES" % opcode)
    return pipe


def count_opcodes(instructions):
    """How often each opcode occurs, without its modifiers; MUFU keeps its function."""
    return collections.Counter(
        ".".join(i.opcode.split(".")[:2]) if mnemonic(i) == "MUFU" else mnemonic(i) for i in instructions)


def by_pipe(opcodes):
    """How many of the opcodes go to each pipe; `issue` is all of them, `local` those that touch local memory."""
    counts = collections.Counter(issue=sum(opcodes.values()), local=opcodes["LDL"] + opcodes["STL"])
    for opcode, times in opcodes.items():
        counts[pipe_of(opcode)] += times
    return counts


def target(instruction):
    found = re.search(r"(0x[0-9a-f]+)$", instruction.operands)
    if not found:
        raise Refused("0x%04x: %s %s: where it goes cannot be read" %
                      (instruction.address, instruction.opcode, instruction.operands))
    return int(found.group(1), 16)


def is_call(instruction):
    return mnemonic(instruction) == "CALL"


def conditional(instruction):
    """Whether it may not be taken: it has a guard, or a branch has a predicate among its operands."""
    return instruction.guard not in ("", "@PT") or (mnemonic(instruction) == "BRA" and "," in instruction.operands)


# ---- The listing -----------------------------------------------------------------------------------------------------

LINE = re.compile(r"^[ \t]*/\*([0-9a-f]{4,})\*/[ \t]+(@\S+)?[ \t]*([A-Z][\w.]*)[ \t]*([^;\n]*?)[ \t]*;", re.M)


def read_listing(text, wanted=""):
    """{function: its instructions} from the output of cuobjdump -sass, for functions with `wanted` in their names."""
    functions = {}
    for listing in re.split(r"^\s*Function : ", text, flags=re.M)[1:]:
        function, _, lines = listing.partition("\n")
        if wanted in function:
            functions[function.strip()] = [Instruction(int(found[0], 16), *found[1:]) for found in LINE.findall(lines)]
    return functions


# ---- The control-flow graph ------------------------------------------------------------------------------------------

TRANSFERS = ("BRA", "CALL", "RET", "EXIT")
UNREADABLE = ("BRX", "BRXU", "JMP", "JMX", "KILL", "BPT")


def steps_from(instruction, following, jumps):
    """The addresses that may come next. A call continues after it, unless it is one of the `jumps`."""
    name = mnemonic(instruction)
    if name in UNREADABLE:
        raise Refused("0x%04x: %s: bench/sass.py cannot follow it" % (instruction.address, instruction.opcode))
    follows = [] if following is None else [following]
    if name == "BRA" or instruction.address in jumps:
        return [target(instruction)] + (follows if conditional(instruction) else [])
    if name in ("EXIT", "RET"):
        return follows if conditional(instruction) else []
    return follows


class Code:
    """A function's instructions by address."""

    def __init__(self, instructions):
        self.at = {i.address: i for i in instructions}
        addresses = sorted(self.at)
        self.entry = addresses[0]
        self.following = dict(zip(addresses, addresses[1:]))
        # ptxas leaves some loops by a CALL that never returns: a jump. What a true subroutine reaches is a RET.
        self.jumps = {i.address for i in instructions if is_call(i) and not self.returns(target(i))}

    def next_of(self, address, jumps=()):
        return steps_from(self.at[address], self.following.get(address), jumps)

    def reach(self, start, jumps=()):
        return closure([start], lambda address: self.next_of(address, jumps))

    def returns(self, start):
        ends = {mnemonic(self.at[a]) for a in self.reach(start)} & {"RET", "EXIT"}
        if len(ends) == 2:
            raise Refused("0x%04x: both a subroutine and the end of the kernel" % start)
        return ends == {"RET"}


def closure(start, neighbours):
    seen, todo = set(start), list(start)
    while todo:
        for other in neighbours(todo.pop()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


class Graph:
    """The basic blocks of a kernel's main part by the address of their first instruction; subroutines are left out."""

    def __init__(self, instructions):
        code = Code(instructions)
        reached = sorted(code.reach(code.entry, code.jumps))
        transfer = {a for a in reached if mnemonic(code.at[a]) in TRANSFERS}
        leaders = {code.entry} | {n for a in transfer for n in code.next_of(a, code.jumps)}
        self.entry, self.jumps, self.blocks, self.after = code.entry, code.jumps, {}, {}
        for address in reached:
            if address in leaders:
                leader, block = address, self.blocks.setdefault(address, [])
            block.append(code.at[address])
            self.after[leader] = list(dict.fromkeys(code.next_of(address, code.jumps)))
        for address, block in self.blocks.items():
            if mnemonic(block[-1]) == "RET":
                raise Refused("0x%04x: a kernel does not return" % address)

    def calls(self, address):
        """The calls of subroutines in a block."""
        return [i for i in self.blocks[address] if is_call(i) and i.address not in self.jumps]

    def slow(self, address):
        return any(not conditional(i) for i in self.calls(address))

    def draws(self, address):
        """Whether a block has the rounds of Philox."""
        products = [i.operands for i in self.blocks[address] if mnemonic(i) in ("IMAD", "UIMAD")]
        return all(sum(any(spelling in operands for spelling in constant) for operands in products) >= PHILOX_PRODUCTS
                   for constant in PHILOX)


# ---- Loops -----------------------------------------------------------------------------------------------------------


def dominators(nodes, entry, after):
    """{node: the nodes on every way to it}, by simple iteration."""
    before = collections.defaultdict(list)
    for node in nodes:
        for other in after[node]:
            before[other].append(node)
    order, dominating, changed = sorted(nodes), {entry: {entry}}, True
    while changed:
        changed = False
        for node in order:
            known = [dominating[b] for b in before[node] if b in dominating]
            if node != entry and known:
                found = set.intersection(*known) | {node}
                changed |= dominating.get(node) != found
                dominating[node] = found
    return dominating


def loops_of(nodes, entry, after):
    """{header: the nodes of its loop}."""
    dominating, before, latches = dominators(nodes, entry, after), collections.defaultdict(list), {}
    for node in nodes:
        for other in after[node]:
            before[other].append(node)
            if other in dominating[node]:
                latches.setdefault(other, []).append(node)
    loops = {}
    for header, ends in latches.items():
        loops[header] = closure([e for e in ends if e != header], lambda n: before[n] if n != header else []) | {header}
    return loops


UNROLLED = ": if nvcc unrolled it, forbid that by a pragma in kernels/chain.h"


def names(addresses):
    return ", ".join("0x%04x" % a for a in sorted(addresses))


def find_loops(nodes, entry, after):
    """(step loop's header and nodes, pair loop's header and nodes)."""
    loops = sorted(loops_of(nodes, entry, after).items(), key=lambda loop: -len(loop[1]))
    if len(loops) != 2 or not loops[1][1] < loops[0][1]:
        raise Refused("loops at %s, where one over steps is expected and in it one over pairs of voltages%s" %
                      (names(header for header, _ in loops) or "no address", UNROLLED))
    return loops


# ---- The single way --------------------------------------------------------------------------------------------------


def one_way(start, end, nodes, after, what):
    """The blocks from `start` on to where `end` comes next, which must be the only way there within `nodes`."""
    inner = {node: [n for n in after[node] if n in nodes and n not in (start, end)] for node in nodes}
    before = collections.defaultdict(list)
    for node in nodes:
        for other in inner[node]:
            before[other].append(node)
    ends = [node for node in nodes if end in after[node]]
    live = closure([start], inner.__getitem__) & closure(ends, before.__getitem__) if start in nodes else set()
    if not live:
        raise Refused("%s: no way from 0x%04x to 0x%04x without noise and slow paths" % (what, start, end))
    ways = {node: [n for n in after[node] if n in live or n == end] for node in live}
    forks = [node for node in live if len(ways[node]) > 1]
    if forks:
        raise Refused("%s: more than one way: after the blocks at %s" % (what, names(forks)))
    path = [start]
    while ways[path[-1]] != [end]:
        path += ways[path[-1]]
    return path


Kernel = collections.namedtuple("Kernel", "step pair slow")


def voltages_of(graph, blocks):
    """How many voltages the noise in these blocks is for: two normals, of one root, a voltage's noise of v and of u."""
    return sum(i.opcode.split(".")[:2] in (["MUFU", "RSQ"], ["MUFU", "SQRT"]) for b in blocks for i in graph.blocks[b])


def last_way(graph, path, exit_block, noise, after, what):
    """The blocks of the trip that leaves the loop, less those of a whole trip where it is one of the trips counted."""
    leaving = path.index(exit_block)
    noisy = min(k for k, node in enumerate(path) if any(n in noise for n in after[node]))
    if leaving < noisy:
        return path[:leaving + 1], []
    unseen = [i for node in path[leaving + 1:] for i in graph.blocks[node]]
    if any(mnemonic(i) in ("FFMA", "FMUL", "FADD", "MUFU") for i in unseen):  # more than its counters moving on
        raise Refused("%s is left in the middle of a trip, after the block at 0x%04x" % (what, exit_block))
    return [], path[leaving + 1:]


def pair_way(graph, header, loop, after):
    """(blocks of a trip through the pair loop, those executed besides by the last trip, those not executed by it, where
    it leaves to, blocks of noise)."""
    draws = {node for node in loop if graph.draws(node)}
    what = "the loop over pairs of voltages at 0x%04x" % header
    path = one_way(header, header, loop - draws, after, what)
    noise = closure(draws, lambda node: [n for n in after[node] if n in loop and n not in path])
    if voltages_of(graph, noise) != 2:
        raise Refused("%s has noise for %d voltages a trip, not for 2%s" %
                      (what, voltages_of(graph, noise), UNROLLED))
    leaving = [(node, n) for node in path for n in after[node] if n not in loop]
    if len(leaving) != 1:
        raise Refused("%s is left in %d places" % (what, len(leaving)))
    besides, unseen = last_way(graph, path, leaving[0][0], noise, after, what)
    return path, besides, unseen, leaving[0][1], noise


def step_way(step, pair, leave, rest, after):
    """The blocks of one trip through the step loop that are outside of the pair loop."""
    what = "the loop over steps at 0x%04x" % step
    ahead = one_way(step, pair, rest, after, what)
    past = [node for node in ahead if any(n in rest and n not in ahead for n in after[node])]
    if len(past) > 1:
        raise Refused("%s: more than one way past the loop over pairs: after the blocks at %s" % (what, names(past)))
    return ahead + one_way(leave, step, rest, after, what)


def executed(instructions):
    """The opcodes executed once per step and once per pair of voltages, how often each; and the calls on slow paths
    beside them."""
    graph = Graph(instructions)
    nodes = {node for node in graph.blocks if not graph.slow(node)}
    after = {node: [n for n in graph.after[node] if n in nodes] for node in nodes}
    (step, step_loop), (pair, pair_loop) = find_loops(graph.blocks, graph.entry, graph.after)
    step_loop, pair_loop = step_loop & nodes, pair_loop & nodes
    trip, besides, unseen, leave, noise = pair_way(graph, pair, pair_loop, after)
    once = step_way(step, pair, leave, step_loop - pair_loop, after)
    for instruction in instructions_of(graph, trip + once):
        if mnemonic(instruction) == "EXIT":
            raise Refused("0x%04x: a thread may end within the loop over steps" % instruction.address)
    per_step = count_opcodes(instructions_of(graph, once + besides))
    per_step.subtract(count_opcodes(instructions_of(graph, unseen)))
    return Kernel(per_step, count_opcodes(instructions_of(graph, trip)), slow_calls(graph, step_loop - noise))


def instructions_of(graph, blocks):
    return [i for block in blocks for i in graph.blocks[block]]


def slow_calls(graph, blocks):
    """The calls of subroutines in these blocks, and in those that they lead to."""
    beside = {n for node in blocks for n in graph.after[node] if graph.slow(n)}
    return sum(len(graph.calls(node)) for node in blocks | beside)
