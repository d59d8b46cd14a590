#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The code keeps the order of rooms (host/README.md): a room uses only those above it, never one beside it or below it.

Checks the #include lines, and with nm which object defines each symbol that another object uses. So it also finds a call
without a header.   usage: rooms.py SOURCE_DIR BUILD_DIR"""
import collections, pathlib, re, subprocess, sys

ORDER = """include
kernels
kernels/cpu kernels/cuda
base
config
result backend
backend/cpu backend/cuda
backend/choice
files workers
compare run
sweep
command/common
command/figure
command"""
LEVEL = {room: level for level, rooms in enumerate(ORDER.split("\n")) for room in rooms.split()}


def room_of(path):
    place = path.removeprefix("host/")
    return next((place[:i] for i in range(len(place), 0, -1) if place[:i] in LEVEL and place[i:i+1] in "/."), None)


def main(source, build):
    source, build = pathlib.Path(source), pathlib.Path(build)
    files = [f for top in ("include", "kernels", "host") for f in (source / top).rglob("*.[ch]*")]
    names = {str(f.relative_to(source)) for f in files}
    uses = collections.defaultdict(set)  # (room, room) -> examples
    for f in files:
        me = str(f.relative_to(source))
        for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', f.read_text(), re.M):
            for folder in (f.parent.relative_to(source), "", "host", "kernels", "include"):
                if (there := str(pathlib.PurePath(folder) / name)) in names:
                    uses[room_of(me), room_of(there)].add(f"{me} includes {there}")
                    break
    defined, wanted = {}, []
    for o in build.rglob("*.o"):
        me = re.match(r"(host|kernels)/CMakeFiles/[^/]+\.dir/(.*)\.o$", str(o.relative_to(build)))
        if not me or f"{me[1]}/{me[2]}" not in names:
            continue
        for line in subprocess.check_output(["nm", "-P", o], text=True).splitlines():
            symbol, kind = line.split()[:2]
            if kind == "U":
                wanted.append((f"{me[1]}/{me[2]}", symbol))
            elif kind in "TDBRV":
                defined[symbol] = f"{me[1]}/{me[2]}"
    for me, symbol in wanted:
        if symbol in defined:
            uses[room_of(me), room_of(defined[symbol])].add(f"{me} uses {symbol} of {defined[symbol]}")
    wrong = [x for (a, b), examples in uses.items() if a != b and LEVEL[a] <= LEVEL[b] for x in sorted(examples)]
    print("\n".join(sorted(wrong)) or f"{len(uses)} pairs of rooms, {len(wanted)} symbols: all in order")
    return bool(wrong) or not defined


sys.exit(main(*sys.argv[1:]))
