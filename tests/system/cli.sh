#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The command line as its users meet it: what it prints, what it refuses and how, and what is left behind.
#   cli.sh PATH_OF_SEAM
source "$(dirname "$(realpath "$0")")/../support/cases.sh"

says() { grep -qF -- "$1" out || wrong "stdout does not say '$1'"; }
complains() { grep -qF -- "$1" err || wrong "stderr does not say '$1'"; }
one_line() { [ "$(wc -l <err)" -eq 1 ] || wrong "stderr is not one line"; }
no_file() { [ ! -e "$1" ] || wrong "$1 was left behind"; }

# refused NAME STATUS PART ARGUMENTS...: one line on stderr that has PART, nothing on stdout, nothing written.
refused() {
  local part=$3
  run "$1" "$2" "${@:4}"
  one_line
  complains "seam: "
  complains "$part"
  [ ! -s out ] || wrong "there is something on stdout"
  no_file seam.zip
}

fits_80_columns() {
  [ "$(awk '{ if (length > m) m = length } END { print m }' out)" -le 80 ] || wrong "a line is longer than 80 columns"
}

# last_json FIELD VALUE: the last line of stdout is an object with that field (value as JSON).
last_json() {
  tail -1 out | python3 -c '
import json, sys
record = json.loads(sys.stdin.read())
sys.exit(record.get("schema") != 1 or record.get(sys.argv[1]) != json.loads(sys.argv[2]))' "$1" "$2" 2>/dev/null ||
    wrong "the last line has not $1 = $2"
}

# has_configuration: the last line of stdout has it under this name and under the old one, config.
has_configuration() {
  tail -1 out | python3 -c 'import json, sys
record = json.load(sys.stdin)
sys.exit(not record["configuration"] or record["configuration"] != record["config"])' || wrong "no configuration"
}

all_json() {
  python3 -c 'import json, sys
for line in sys.stdin: assert json.loads(line)["schema"] == 1' <out 2>/dev/null || wrong "stdout is not JSON line by line"
}

# ---- Help, version, unknown things ----------------------------------------------------------------------------------

run "version" 0 --version
says "seam 0."
for word in commit compiler baseline cuda MPI "arithmetic  revision"; do says "$word"; done
cp out version
run "version as JSON" 0 --version --json
last_json event '"version"'
last_json arithmetic_revision "$(sed -n 's/^arithmetic  revision //p' version)"
refused "version of something" 2 "train: --version takes nothing but --json" --version train
refused "man page of nothing" 2 "trian: unknown command" --man trian
refused "two words for help" 2 "show: --help takes one word at most" --help train show
refused "help of a command the other way round" 2 "seam train --help" --help train
run "completion" 0 --completion
says "complete -F _seam seam"
run "man page" 0 --man train
says ".SH OPTIONS"
run "help" 0 --help
for word in train predict show plot compare merge info bench "Exit codes" 130; do says "$word"; done
commands=(train predict sweep show plot compare merge info bench)
for command in "" "${commands[@]}"; do
  run "help of $command" 0 $command --help
  says "seam $command"
  [ "$(wc -l <out)" -le 32 ] || wrong "it takes more than a screen of 32 lines"
  fits_80_columns
done
for command in "${commands[@]}"; do
  run "help of $command" 0 $command --help
  mv out brief
  run "all help of $command" 0 $command --help-all
  says "seam $command"
  fits_80_columns
  case $command in
    train | predict | bench) [ "$(wc -l <out)" -gt "$(wc -l <brief)" ] || wrong "it says no more than --help" ;;
    *) cmp -s out brief || wrong "it says something else than --help, which is all" ;;
  esac
done
run "all help of train" 0 train --help-all
for word in "(1 to 64)" "Long runs, parts:" "(0 to 1048576)" --quiet; do says "$word"; done
run "help of train lists every option" 0 train --help
for option in first second chains first-chain seed steps optimizer lr samples loss input-margin output-margin input-noise \
  interface-noise init-scale beta bins range histograms math backend device isa threads slice shard checkpoint-every output config force resume json quiet; do
  says "  --$option"
done
run "help of predict" 0 predict --help
for word in "--chains 262144       number of first components" "--beta BETA"; do says "$word"; done
run "all help of bench" 0 bench --help-all
says "--histograms none"
grep -q -e "--output seam.zip" -e "--shard" out && wrong "it tells of what has no effect"
run "help of compare" 0 compare --help
says "--output FILE         write the map"
refused "no command" 2 "seam --help"
refused "unknown command" 2 "did you mean train?" trian
refused "unknown command far from all" 2 "seam --help" hippopotamus
refused "unknown option" 2 "--stpes: unknown option; did you mean --steps?" train --stpes 3
refused "part of two options" 2 "--noise: unknown option; did you mean --input-noise or --interface-noise?" train --noise 1
refused "beginning of a command" 2 "did you mean train?" tra
refused "unknown option of show" 2 "--colur: unknown option; did you mean --colour?" show --colur=never x.zip
refused "option of another command" 2 "--force: not an option of seam bench" bench --force
refused "short option" 2 "-c" train -c 3
refused "missing value" 2 "--first: its value is missing; it takes linear" train --first
refused "value for a switch" 2 "--json 1: it takes no value" train --json=1
refused "operand for train" 2 "x.zip" train x.zip
refused "no file for show" 2 "needs a file" show
refused "three files for show" 2 "c.zip" show a.zip b.zip c.zip
refused "one file for compare" 2 "needs two files" compare a.zip
refused "three files for compare" 2 "c.zip: seam compare takes two files, and has b.zip" compare a.zip b.zip c.zip

# ---- Values --------------------------------------------------------------------------------------------------------

refused "unknown kind" 2 "--first mpl8: unknown; did you mean mlp8? it takes linear, logistic, buffer, mlp4, mlp8, mlp16, table8, table16" train --first mpl8
refused "negative number" 2 "--steps -1: negative" train --steps -1
refused "overflowing number" 2 "--seed 18446744073709551616: too large" train --seed 18446744073709551616
refused "overflowing exponent" 2 "--chains 1e30: too large" train --chains=1e30
refused "broken number" 2 "--chains 1.5: not whole" train --chains 1.5
refused "not a number" 2 "--lr nan: not a number" train --lr nan
refused "empty value" 2 "--lr ''" train --lr=
refused "trailing garbage" 2 "--bins 10x" train --bins 10x
refused "fast math on the CPU" 2 "exact arithmetic only" train --math fast --backend cpu
refused "interchange of odd chains" 2 "--chains 77: interchange counts pairs of chains" train --histograms interface,interchange --chains 77
refused "interchange from an odd chain" 2 "--first-chain 3: interchange counts pairs of chains" train --histograms all,interchange --first-chain 3
refused "reversed range" 2 "--range 1:0" train --range 1:0
refused "ids beyond 64 bits" 2 "--first-chain" train --first-chain 18446744073709551614 --chains 2
refused "draws beyond 32 bits" 2 "--steps" train --input-noise 0.1 --samples 64 --steps 1e8
refused "langevin draws beyond 32 bits" 2 "langevin" train --optimizer langevin --first mlp16 --steps 1e9
refused "control characters in a value" 2 "--first" train --first $'a\nb\033[31m'
refused "unknown outcome" 2 "--outcome some" show --outcome some x.zip
run "the old word for works" 4 show --outcome pass x.zip
complains "seam: --outcome pass is now --outcome works; the old word works until 0.2"
run "the old name of --outcome" 2 show --slice some x.zip
complains "seam: --slice is now --outcome; the old name works until 0.2"
complains "--outcome some: unknown"
refused "unknown outcome to compare" 2 "--outcome some" compare --outcome some x.zip y.zip
refused "unknown colour" 2 "--colour some" show --colour some x.zip
refused "no repeats" 2 "--repeat 0" bench --repeat 0
refused "bench without steps" 2 "--steps 0" bench --steps 0
run "errors as JSON" 2 train --json --first mpl8
last_json event '"error"'
last_json status 2
complains "--first mpl8"

# ---- Training ------------------------------------------------------------------------------------------------------

small=(--first linear --second buffer --steps 10 --chains 2k)
run "a small run" 0 train "${small[@]}" --output a.zip
says "2,000 chains"
for word in buffer inverter fail diverged a.zip; do says "$word"; done
[ ! -s err ] || wrong "stderr repeats what stdout says"
[ -s a.zip ] || wrong "a.zip is missing"
cp a.zip whole.zip
run "resuming what is whole" 0 train "${small[@]}" --output whole.zip --resume
says "nothing was missing: whole.zip has all that was asked for"
says "of 2,000 chains"
grep -q "chain-steps/s" out && wrong "it tells of a run that was not"
run "quiet" 0 train "${small[@]}" --output q.zip --quiet
[ ! -s out ] && [ ! -s err ] || wrong "it is not quiet"
run "JSON of a short run" 0 train "${small[@]}" --output j.zip --json
all_json
last_json event '"result"'
last_json chains 2000
last_json output '"j.zip"'
last_json math '"exact"'
tail -1 out | python3 -c '
import json, sys
r = json.load(sys.stdin)
for n in "buffer inverter fail diverged chains".split(): assert type(r[n]) is int, n
assert r["buffer"] + r["inverter"] + r["fail"] + r["diverged"] == r["chains"]
assert r["backend"] and r["device"] and r["seconds"] >= 0 and r["chain_steps_per_second"] > 0 and "isa" in r
assert "interrupted" not in r' 2>err || wrong "the record is not whole"
cp a.zip before.zip
run "output exists" 3 train "${small[@]}" --seed 2 --output a.zip
complains "a.zip"
one_line
cmp -s a.zip before.zip || wrong "the old file was changed"
run "output exists, as JSON" 3 train "${small[@]}" --output a.zip --json
last_json event '"error"'
run "output exists and is replaced" 0 train "${small[@]}" --seed 2 --output a.zip --force
cmp -s a.zip before.zip && wrong "the file was not replaced"
refused "output in a file" 4 "a.zip/x.zip cannot be written, because a.zip is not a folder: choose another --output" train "${small[@]}" --output a.zip/x.zip
refused "output in no folder" 4 "no/x.zip cannot be written, because there is no folder no: make it" train "${small[@]}" --output no/x.zip
refused "output that is a folder" 4 "$work" train "${small[@]}" --output "$work"

# ---- Configurations from files -------------------------------------------------------------------------------------

echo '{"first": "linear", "second": "buffer", "steps": 10, "chains": "2k", "output": "c.zip"}' >c.json
run "options from JSON" 0 train --config c.json --json
last_json output '"c.zip"'
run "later options win" 0 train --config c.json --chains 100 --output=d.zip --json
last_json chains 100
run "and earlier ones lose" 0 train --chains 100 --config c.json --output e.zip --json
last_json chains 2000
run "options from a result" 0 train --config before.zip --output f.zip --quiet
python3 - <<'P' 2>err || { name="a result run again"; wrong "its counts differ"; }
import zipfile
a, b = zipfile.ZipFile("before.zip"), zipfile.ZipFile("f.zip")
assert a.namelist() == b.namelist()
assert all(a.read(n) == b.read(n) for n in a.namelist() if n != "run.manifest")
P
echo '{"stpes": 1}' >bad.json
refused "unknown name in JSON" 2 "bad.json: stpes: unknown option; did you mean steps?" train --config bad.json
echo '{"steps": true}' >bad.json
refused "wrong type in JSON" 2 "bad.json: steps" train --config bad.json
echo '{"steps": 1' >bad.json
refused "broken JSON" 6 "bad.json" train --config bad.json
refused "no such configuration" 4 "nowhere.json cannot be read (No such file or directory): check the name" train --config nowhere.json

# ---- Reading results -----------------------------------------------------------------------------------------------

run "a run with passing chains" 0 train --first mlp4 --second mlp4 --steps 500 --chains 4k --output s.zip --quiet
cp f.zip few.zip
mv s.zip f.zip
run "show" 0 show f.zip
for word in f.zip u0 u1 buffer inverter fail diverged works width slack loss --second=mlp4 95%; do says "$word"; done
# cut_off NAME: the last output, whose lines are wrapped, warns of what lies outside and names the options that help.
cut_off() {
  tr -s ' \n' ' ' <out | grep -q "of interfaces, .*% of widths, .*% of slacks lie outside the range: run again with a wider \
one, for example --range 0.1:0.9 --width-range 0:0.4 --slack-range 0:0.04" || wrong "it does not warn"
}
run "a run that its ranges cut off" 0 train --first mlp4 --second mlp4 --steps 500 --chains 2k --range 0.4:0.6 \
  --width-range 0:0.1 --slack-range 0:0.01 --output cut.zip
cut_off
for command in show info; do
  run "$command of a result that its ranges cut off" 0 "$command" cut.zip
  cut_off
done
run "show of it, as JSON" 0 show cut.zip --json
python3 -c 'import json, sys
outside = json.load(sys.stdin)["outside"]
assert set(outside) == {"interface", "mapping", "response", "loss", "width", "slack", "selection", "snapshots"}
assert outside["slack"] > 0.9 > outside["response"] and outside["loss"] == 0' <out || wrong "it lacks the shares outside"
run "a run with wide ranges" 0 train --first mlp4 --second mlp4 --steps 500 --chains 2k --range -20:20 --width-range 0:20 \
  --slack-range 0:20 --output wide.zip
grep -q warning: out && wrong "it warns"
run "a prediction with a narrow range" 0 predict --first mlp4 --second mlp4 --chains 500 --draws 500 --range 0:1 --quiet \
  --output narrow.zip
run "show of it" 0 show narrow.zip
tr -s ' \n' ' ' <out | grep -q "% of first components lie outside the range: .* --range 0:4" || wrong "it does not warn"
run "another range than the output's" 7 train --config cut.zip --slack-range 0:1 --chains 3k --resume --output cut.zip
complains "--slack-range 0:1: the output has 0:0.01"
rm cut.zip wide.zip narrow.zip
run "info of a file" 0 info f.zip
for word in "ids       [0, 4000)" interface snapshots --steps=500; do says "$word"; done
run "info of a file, as JSON" 0 info --json f.zip
last_json chains 4000
last_json coverage '[["0", "4000"]]'
has_configuration
run "info" 0 info
for word in cpu cuda mlp16; do says "$word"; done
run "info as JSON" 0 info --json
last_json event '"info"'
head -c 2000 f.zip >truncated.zip
refused "truncated result" 6 "truncated.zip" show truncated.zip
refused "truncated result as configuration" 6 "truncated.zip" train --config truncated.zip
refused "foreign file" 6 "c.json" info c.json
: >empty.zip
refused "empty file" 6 "empty.zip" show empty.zip
python3 -c 'import zipfile; zipfile.ZipFile("foreign.zip", "w").writestr("a.txt", "hello")'
refused "foreign zip" 6 "foreign.zip" show foreign.zip
python3 - <<'P'
import zipfile
source, target = zipfile.ZipFile("f.zip"), zipfile.ZipFile("forged.zip", "w")
for name in source.namelist():
    data = bytearray(source.read(name))
    if name == "interface_storage_values.npy": data[-8] += 1
    target.writestr(name, bytes(data))
P
refused "forged counts" 6 "forged.zip" show forged.zip
refused "no such file" 4 "nowhere.zip" show nowhere.zip
refused "a folder" 4 "$work is a folder: name a file in it" show "$work"

run "show without interchange" 0 show f.zip
grep -q "parts fit" out && wrong "it tells of what was not counted"
run "show as JSON" 0 show --json f.zip
last_json event '"show"'
last_json chains 4000
last_json interchange null
run "a run that swaps parts" 0 train --first buffer --second buffer --steps 300 --chains 4k \
  --histograms interface,interchange --output p.zip --quiet
run "show of swapped parts" 0 show p.zip
for word in "swapped parts fit" "of the same mode: " "of the other mode: " "to 1/8 V" beyond interchange; do
  says "$word"
done
grep -q "few pairs" out && wrong "it calls many pairs few"
grep -q "median" out && wrong "it announces what was not counted"
run "show of swapped parts, as JSON" 0 show --json p.zip
last_json event '"show"'
python3 - <<'P' 2>err || wrong "the chances are not those of the counts"
import json, math, struct, zipfile
shown = json.load(open("out"))["interchange"]
data = zipfile.ZipFile("p.zip").read("interchange_storage_values.npy")
cells = struct.unpack("<%dq" % (2 * 66 * 3), data[-2 * 66 * 3 * 8:])
def close(a, b): return abs(a - b) < 1e-9
for mode, name in enumerate(["other", "same"]):
    ranges = [(0, 0.125), (0.125, 0.25), (0.25, 0.5), (0.5, 1), (1, 2), (2, None)]
    rows = shown[name]["by_distance"]
    assert [(row["from"], row["to"]) for row in rows] == ranges
    for low, high, row in [(0, None, shown[name])] + [r + (row,) for r, row in zip(ranges, rows)]:
        bins = range(1 + int(32 * low), 66 if high is None else 1 + int(32 * high))
        fits = [sum(cells[(mode * 66 + i) * 3 + k] for i in bins) for k in range(3)]
        n = sum(fits)
        assert row["fits"] == fits and row["pairs"] == n
        if n == 0: assert row["chance"] is None; continue
        p, z = (fits[1] + 2 * fits[2]) / (2 * n), 1.959963984540054
        centre, half = p + z * z / 2 / n, z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
        assert close(row["chance"], p)
        assert close(row["low"], (centre - half) / (1 + z * z / n) if p > 0 else 0)
        assert close(row["high"], (centre + half) / (1 + z * z / n) if p < 1 else 1)
assert shown["same"]["pairs"] > 100 and shown["same"]["chance"] > shown["other"]["chance"]
P
run "info of swapped parts" 0 info p.zip
says "interchange"
run "a run that swaps parts run again" 0 train --config p.zip --output again.zip --quiet
python3 -c '
import zipfile
a, b = (zipfile.ZipFile(name).read("interchange_storage_values.npy") for name in ("p.zip", "again.zip"))
assert a == b' 2>err || wrong "its counts differ"

run "a run without passing chains" 0 train --first linear --second linear --steps 5 --chains 500 --output none.zip --quiet
run "a run with few pairs to swap" 0 train --first mlp4 --second mlp4 --steps 60 --chains 1k \
  --histograms interface,interchange --output rare.zip --quiet
run "show of few swapped parts" 0 show rare.zip
says "few pairs, so these chances are uncertain: use more --chains, or more --steps"
run "show falls back to all" 0 show none.zip
says "none.zip: 500 chains (none works)"
run "show of one outcome" 0 show --outcome fail none.zip
says "none.zip: 500 chains that fail"
[ ! -s err ] || wrong "it notes something"
run "show of one outcome by the option's old name" 0 show --slice=fail none.zip
says "none.zip: 500 chains that fail"
one_line
complains "seam: --slice is now --outcome; the old name works until 0.2"
run "a run without histograms" 0 train "${small[@]}" --histograms none --output bare.zip --quiet
run "show without histograms" 0 show bare.zip
says "--histograms"

# ---- Comparing results ---------------------------------------------------------------------------------------------

pair=(--first mlp4 --second mlp4 --steps 500 --chains 4k --quiet)
run "another seed" 0 train "${pair[@]}" --seed 2 --output g.zip
run "compare" 0 compare f.zip g.zip
for word in "A: f.zip: " "chains, outcome works" "differ: --seed 1 | 2" "works of all" "buffer of works" s.e. "total variation" \
  Jensen-Shannon "KL of A from B" "KL of B from A" "by chance" snapshots "A - B (points)"; do says "$word"; done
grep -qE "works of all +[0-9.]+ \+- 0\.[0-9]+ +[0-9.]+ \+- 0\.[0-9]+ +-?[0-9.]+ \+- [0-9.]+ +-?[0-9.]+$" out ||
  wrong "the fractions are not told with their difference"
fits_80_columns
cp out once
run "compare again" 0 compare f.zip g.zip
cmp -s out once || wrong "the same comparison says something else"
run "compare as JSON" 0 compare f.zip g.zip --outcome all --json --output map.zip
last_json event '"comparison"'
last_json slice '"all"'
last_json chains '[4000, 4000]'
last_json output '"map.zip"'
last_json shared_chains 0
tail -1 out | python3 -c '
import json, sys
r = json.load(sys.stdin)
interface, mapping = r["compared"][:2]
assert interface["histogram"] == "interface" and mapping["histogram"] == "mapping"
assert interface["cells"] == 20 and mapping["rows"] == 64
for name in "total_variation jensen_shannon kullback_leibler kullback_leibler_reverse".split():
    d = interface[name]
    assert 1 / 202 < d["p"] <= 1 and 0 <= d["low"] <= d["value"] <= d["high"], name
    assert abs(d["value"] - d["chance"] - d["excess"]) < 1e-9 and d["chance"] < d["chance_95"], name
    assert mapping[name]["p"] is None and mapping[name]["chance"] > 0, name
assert [f["name"] for f in r["fractions"]] == ["pass", "buffer", "inverter"]
assert r["configuration"][1]["seed"] == "2"' 2>err || wrong "the comparison is not whole"
[ -s map.zip ] || wrong "map.zip is missing"
refused "map that exists" 3 "map.zip exists" compare f.zip g.zip --output map.zip
run "map that is replaced" 0 compare f.zip g.zip --output map.zip --force
says "written to map.zip"
refused "map for a result" 6 "map.zip is a comparison" show map.zip
run "compare with itself" 0 compare f.zip f.zip --json
last_json shared_chains 4000
tail -1 out | python3 -c '
import json, sys
r = json.load(sys.stdin)
d = r["compared"][0]["total_variation"]
assert d["value"] == 0 and all(d[key] is None for key in d if key != "value"), d
assert all(f["difference"] is f["difference_error"] is None for f in r["fractions"]) and r["permutations"] == 200
' 2>err || wrong "it says something about chance"
run "the table of chains that both drew" 0 compare f.zip f.zip
says "Both drew 4,000 chains alike"
grep -qE "total variation +0( +-){5}$" out || wrong "it prints p or an interval"
says "--paired 16k tests the same chains pair by pair"
run "a learning rate that is a little higher" 0 train "${pair[@]}" --lr 0.0105 --output near.zip
run "the same chains pair by pair" 0 compare f.zip near.zip --paired 1e9 --json --output paired.zip
last_json paired_blocks 250
tail -1 out >told
run "the distance of the files" 0 compare f.zip near.zip --json
tail -1 out | python3 -c '
import json, sys
plain, paired = json.load(sys.stdin), json.load(open("told"))
for x, y in zip(plain["compared"], paired["compared"], strict=True):
    x, y = x["total_variation"], y["total_variation"]
    assert x["value"] == y["value"] and x["p"] is None and 1 / 202 < y["p"] <= 1 and y["low"] <= y["value"] <= y["high"]
for x, y in zip(plain["fractions"], paired["fractions"], strict=True):
    assert x["value"] == y["value"] and y["difference_error"] < 0.5 * max(x["error"])' 2>err ||
  wrong "chains that were trained again do not give the distance of the files"
run "the first of the same chains" 0 compare f.zip near.zip --paired 999
says "The first 1,000 chains that both drew, trained again in 250 blocks, pair by pair"
fits_80_columns
refused "chains that no result shares" 2 "--paired: the results have no chains in common" compare f.zip g.zip --paired 1k
refused "no number of chains" 2 "--paired x: it takes a number of chains" compare f.zip near.zip --paired x
refused "few chains for a paired test" 2 "50 blocks of matched chains: at least 64" compare f.zip near.zip --paired 100
run "a learning rate that is much higher" 0 train "${pair[@]}" --seed 3 --lr 0.1 --output fast.zip
run "compare what is far apart" 0 compare f.zip fast.zip
says "< 0.01"
grep -qE "0\.005$" out && wrong "it prints the floor of the permutations as p"
run "other margins" 0 train "${pair[@]}" --input-margin 0.2 --init-scale 0.9 --output margin.zip
refused "other margins and priors" 7 "--input-margin 0.3 against 0.2, --init-scale 1 against 0.9: " compare f.zip margin.zip
complains "--anyway compares them"
run "other margins and priors anyway" 0 compare f.zip margin.zip --anyway
says "--input-margin 0.3 | 0.2"
[ ! -s err ] || wrong "it notes something"
run "other margins and priors by the old name" 0 compare f.zip margin.zip --force
one_line
complains "seam: --anyway now compares other kinds, margins and priors; --force does so until 0.2"
run "--force that only overwrites" 0 compare f.zip g.zip --output map.zip --force
[ ! -s err ] || wrong "it notes something"
run "other bins" 0 train "${pair[@]}" --bins 64 --output bins.zip
refused "other axes all the same" 7 "--bins 256 against 64" compare f.zip bins.zip --anyway
refused "other axes, by force" 7 "--bins 256 against 64" compare f.zip bins.zip --force
run "refusal as JSON" 7 compare f.zip bins.zip --json
last_json status 7
refused "no interface" 7 "the second result was run without histogram interface" compare few.zip bare.zip --anyway
run "nothing passes" 0 compare none.zip none.zip
says "no distance"
refused "no such second file" 4 "nowhere.zip" compare f.zip nowhere.zip

# ---- Predicting ----------------------------------------------------------------------------------------------------

pairs=(--first logistic --second logistic --chains 20k --draws 4096 --bins 32)
run "predict" 0 predict "${pairs[@]}" --output pairs.zip
[ ! -s err ] || wrong "stderr repeats what stdout says"
for word in "81,920,000 pairs in" "20,000 first x 4,096 second components" acceptance "effective sample size of the acceptance: " \
  "most frequent interface" "written to pairs.zip"; do says "$word"; done
run "a prediction as JSON" 0 predict "${pairs[@]}" --output pairs.zip --force --json
all_json
last_json chains 20000
tail -1 out | python3 -c '
import json, sys
r = json.loads(sys.stdin.read())
p = r["prediction"]
assert abs((r["buffer"] + r["inverter"]) / 81920000 - p["acceptance"]) < 1e-11 and p["second"] == 4096 and not p["weighed"]
assert r["buffer"] + r["inverter"] + r["fail"] + r["diverged"] == 81920000' 2>>err || wrong "the record does not add up"
run "a prediction without a name" 0 predict --chains 10 --draws 10 --quiet
no_file seam.zip
[ -s prediction.zip ] || wrong "there is no prediction.zip"
rm -f prediction.zip
run "help names the output of predict" 0 predict --help
says "--output prediction.zip  the result file"
run "show of a prediction" 0 show pairs.zip
for word in "pairs" "acceptance" "--draws=4096"; do says "$word"; done
grep -q -e "--steps" -e "--beta" out && wrong "options without a say in a prediction are shown"
run "info of a prediction" 0 info pairs.zip
says "second_blocks"
run "a prediction again from its file" 0 predict --config pairs.zip --output pairs2.zip
python3 - pairs.zip pairs2.zip <<'END' || wrong "the same prediction counts differently"
import sys, zipfile
a, b = (zipfile.ZipFile(name) for name in sys.argv[1:])
assert all(a.read(n) == b.read(n) for n in a.namelist() if n.endswith(".npy"))
END
run "the Gibbs law" 0 predict "${pairs[@]}" --beta 10 --output gibbs.zip
for word in "at beta 10" "mean weight"; do says "$word"; done
run "the Gibbs law again from its file" 0 predict --config gibbs.zip --output gibbs2.zip --json
tail -1 out | grep -q '"weighed":true' || wrong "it is no longer weighed"
run "show of the Gibbs law" 0 show gibbs.zip
says "--beta=10"
refused "predict heeds no steps" 2 "--steps: not an option of seam predict" predict --steps 3
refused "train heeds no draws" 2 "--draws: not an option of seam train" train --draws 3
refused "odd draws" 2 "--chains 7: seam predict swaps components in pairs, 2k and 2k + 1; make it even" predict --chains 7
refused "too many pairs" 2 "could need more than 63 bits" predict --chains 1e18 --draws 1M
refused "a training cannot resume a prediction" 7 "is from seam predict, not from seam train: resume it with that command" train --config pairs.zip --resume --output pairs.zip
rm -f pairs.zip pairs2.zip gibbs.zip gibbs2.zip

pairs=(--first mlp4 --second mlp4 --chains 2048 --draws 2048 --quiet)
run "a prediction of what does not work" 0 predict --chains 64 --draws 64 --output nothing.zip
says "none of these pairs works: use more --chains and --draws"
run "a prediction to compare" 0 predict "${pairs[@]}" --output predicted.zip
run "compare with a prediction" 0 compare f.zip predicted.zip
for word in "pairs, outcome works" "of 2,048 first x 2,048 second components" "Other options that differ: none" "buffer of works" \
  "A trained chains (--steps 500, --optimizer adam, --lr 0.01); B drew pairs and"; do
  says "$word"
done
fits_80_columns
! grep -q -- "--steps.*|" out || wrong "an option that predictions do not have differs"
run "compare first components" 0 compare f.zip predicted.zip --outcome all --json
tail -1 out | python3 -c '
import json, sys
r = json.load(sys.stdin)
(interface,) = r["compared"]
assert r["draws"] == [0, 2048] and interface["unit"] == ["chains", "first components"]
assert interface["effective"] == interface["entries"]' 2>err || wrong "the comparison with a prediction is not whole"
refused "what fails in a prediction" 7 "use --outcome works, buffer, inverter or all" compare f.zip predicted.zip --outcome fail
run "compare predictions of one seed" 0 compare predicted.zip predicted.zip --outcome buffer
says "components alike"

# ---- Interchange beside a prediction --------------------------------------------------------------------------------

parts=(--first buffer --second buffer --chains 20k)
"$seam" train "${parts[@]}" --steps 300 --lr 0.05 --histograms interface,interchange --output parts.zip --quiet
"$seam" predict "${parts[@]}" --draws 20k --output untrained.zip --quiet
run "interchange of untrained pairs" 0 show untrained.zip
for word in "swapped parts of untrained pairs" "of the same mode: " "ways to swap"; do says "$word"; done
run "interchange beside a prediction" 0 show parts.zip untrained.zip
says ", untrained "
run "a result that did not count interchange beside a prediction" 0 show f.zip predicted.zip
says "did not count interchange:"
says "--histograms all,interchange"
run "the same as JSON" 0 show parts.zip untrained.zip --json
tail -1 out | python3 -c '
import json, sys
r = json.loads(sys.stdin.read())
trained, untrained = r["interchange"]["same"], r["untrained_interchange"]["same"]
assert untrained["low"] < untrained["chance"] < untrained["high"] and untrained["pairs"] == sum(untrained["fits"])
assert trained["chance"] != untrained["chance"]' 2>>err || wrong "the prediction is not beside"
run "compare with pairs that work" 0 compare parts.zip untrained.zip
says "20,000 first x 20,000 second components; effective sample size of"
refused "beside what is no prediction" 7 "seam predict" show parts.zip parts.zip
refused "beside a prediction of another kind" 7 "its --first is mlp4, but the result has buffer; run seam predict with --first buffer" show parts.zip predicted.zip
refused "three results" 2 "takes two files" show parts.zip untrained.zip untrained.zip
rm -f parts.zip untrained.zip

# ---- Terminals -----------------------------------------------------------------------------------------------------

escape=$'\033['
export LC_ALL=C.UTF-8 TERM=xterm-256color
run "plain where stdout is no terminal" 0 show f.zip
grep -qF "$escape" out && wrong "there is colour in a file"
LC_ALL=C grep -q '[^ -~]' out && wrong "there is more than ASCII in a file"
run "colour always, 256" 0 show --colour always f.zip
says "${escape}38;5;"
export COLORTERM=truecolor
run "colour always, 24 bits" 0 show --colour always f.zip
says "${escape}38;2;"
says "▀"

# on_terminal COLUMNS ARGUMENTS...: runs seam on a pseudo-terminal; what it prints goes to out.
on_terminal() {
  cases=$((cases + 1))
  python3 - "$seam" "$@" >out 2>err <<'P' || wrong "it fails on a terminal"
import fcntl, os, pty, struct, sys, termios
seam, columns, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    os.execv(seam, [seam] + arguments)
while True:
    try: data = os.read(terminal, 65536)
    except OSError: break
    if not data: break
    sys.stdout.buffer.write(data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
P
}
# The longest line of out in columns, escape sequences aside.
longest() {
  python3 -c '
import re, sys
text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", open("out", encoding="utf-8").read())
print(max(len(line) for line in re.split(r"[\r\n]+", text)))'
}
name="colour on a terminal"
on_terminal 80 show f.zip
says "${escape}38;2;"
for columns in 40 57 80 200; do
  for file in f.zip few.zip p.zip; do
    name="show $file on $columns columns"
    on_terminal $columns show $file
    [ "$(longest)" -le $columns ] || wrong "a line has $(longest) columns"
  done
done
name="NO_COLOR on a terminal"
NO_COLOR=1 on_terminal 80 show f.zip
grep -qF "${escape}38" out && wrong "there is colour"
name="colour never on a terminal"
on_terminal 80 show --colour never f.zip
grep -qF "${escape}38" out && wrong "there is colour"
name="a terminal without UTF-8"
LC_ALL=C on_terminal 80 show f.zip
LC_ALL=C grep -q $'[\200-\377]' out && wrong "there is more than ASCII"
for columns in 40 100; do
  name="progress bar on $columns columns"
  on_terminal $columns train --chains 20k --output bar.zip --force
  says "100.0%"
  says "▕"
  [ "$(tr '\r' '\n' <out | grep left >bars; mv bars out; longest)" -le $columns ] || wrong "a line has $(longest) columns"
done

# ---- Interrupts and lost output ------------------------------------------------------------------------------------

# reap CHILD: waits for it, but not for ever; its exit code is left in `status`.
reap() {
  for _ in $(seq 10000); do kill -0 "$1" 2>/dev/null && sleep 0.1 || break; done
  kill -KILL "$1" 2>/dev/null
  wait "$1"
  status=$?
}

# interrupt NAME SIGNALS ARGUMENTS...: once chains are being counted, sends the signals again and again until it ends.
interrupt() {
  name=$1
  local signals=$2 signal
  shift 2
  cases=$((cases + 1))
  rm out # or what the last case left would be taken for news
  "$seam" train --chains 1e12 --steps 100 --json --output i.zip --force "$@" >out 2>err &
  local child=$!
  for _ in $(seq 3000); do
    grep -qs '"chains_done":[1-9]' out && break
    sleep 0.1
  done
  while kill -0 $child 2>/dev/null && ! grep -qs '"result"' out; do
    for signal in $signals; do kill -"$signal" $child 2>/dev/null; done
    sleep 0.01
  done
  reap $child
  [ $status -eq 130 ] || wrong "exit code $status instead of 130"
  one_line
  complains "chains counted, written to i.zip"
  all_json
  last_json event '"result"'
  last_json interrupted true
  run "$name: the partial file" 0 info --json i.zip
  python3 -c '
import json, sys
r = json.loads(open("out").read())
covered = sum(int(e) - int(b) for b, e in r["coverage"])
assert 0 < covered < 10**12 and covered == r["chains"] == r["buffer"] + r["inverter"] + r["fail"] + r["diverged"]' 2>>err ||
    wrong "the coverage is not what was counted"
}
interrupt "SIGINT" INT
interrupt "SIGTERM" TERM --threads 1
interrupt "SIGXCPU" XCPU
interrupt "several signals" "TERM HUP INT TERM XCPU USR1 USR2"

# ask SIGNAL: a run answers it with its state and a checkpoint, and goes on.
ask() {
  name="SIG$1"
  cases=$((cases + 1))
  rm -f q.zip
  "$seam" train --chains 1e12 --steps 100 --output q.zip >out 2>err &
  local child=$!
  for _ in $(seq 3000); do [ -e q.zip.lock ] && break || sleep 0.1; done
  for _ in $(seq 3000); do
    kill -"$1" $child && sleep 0.1
    [ -s q.zip ] && break
  done
  grep -q "^seam: .*/1,000,000,000,000 chains .* left$" err || wrong "no state"
  run "SIG$1: the checkpoint" 0 info q.zip
  kill -0 $child 2>/dev/null || wrong "the run has ended"
  kill -TERM $child
  reap $child
  [ $status -eq 130 ] || wrong "exit code $status instead of 130"
}
ask USR1
ask USR2

name="interrupt before the first chain"
cases=$((cases + 1))
cp a.zip kept.zip
rm out
"$seam" train --steps 2147483647 --json --output kept.zip --force >out 2>err &
child=$!
for _ in $(seq 3000); do [ -s out ] && break || sleep 0.1; done
kill -INT $child
reap $child
[ $status -eq 130 ] || wrong "exit code is not 130"
complains "nothing written"
last_json interrupted true
last_json output null
cmp -s a.zip kept.zip || wrong "the old result was replaced by nothing"

# A limit of file sizes (SIGXFSZ) is an error of writing, which leaves no files.
for command in "train --chains 20k --output big.zip" "merge f.zip --output big.zip" "plot f.zip --output big.svg" \
  "compare f.zip a.zip --force --output big.zip"; do
  cases=$((cases + 1))
  name="limit of file sizes: $command"
  (ulimit -f 1 && exec "$seam" $command) >out 2>err
  status=$?
  [ $status -eq 4 ] || wrong "exit code $status instead of 4"
  complains "File too large"
  complains "ulimit -f"
  [ -z "$(ls | grep '^big')" ] || wrong "it leaves $(ls | grep '^big')"
done

cases=$((cases + 1))
name="full disk behind stdout"
"$seam" show f.zip >/dev/full 2>err
[ $? -eq 4 ] || wrong "exit code is not 4"
complains "standard output"
name="closed stdout"
cases=$((cases + 1))
: >out
"$seam" train --chains 1e12 --steps 100 --json --checkpoint-every 0.1s --output closed.zip >&- 2>err &
child=$!
for _ in $(seq 3000); do [ -s closed.zip ] && break || sleep 0.1; done # it counts
[ -s closed.zip.lock ] && wrong "what was meant for stdout went into a file"
kill -INT $child
reap $child
[ $status -eq 4 ] || wrong "exit code $status instead of 4"
[ -s closed.zip ] || wrong "the result was lost with stdout"
run "the result is whole" 0 info closed.zip
name="a reader that leaves"
"$seam" train "${small[@]}" --json --output pipe.zip 2>err | true
run "the result is kept all the same" 0 info pipe.zip

# ---- Bench ---------------------------------------------------------------------------------------------------------

run "bench" 0 bench --repeat 1 --chains 4k --steps 100
for word in chain-steps/s flop/s threads; do says "$word"; done
run "bench as JSON" 0 bench --repeat 2 --chains 4k --steps 100 --json --threads 2
last_json event '"bench"'
has_configuration
tail -1 out | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert [row["threads"] for row in r["rows"] if row["backend"] == "cpu"] == [1, 2]
assert all(len(row["chain_steps_per_second"]["all"]) == 2 for row in r["rows"])
one, two = (row["chain_steps_per_second"]["all"] for row in r["rows"][:2])
assert all(abs(b / a - s) < 1e-6 * s for a, b, s in zip(one, two, r["thread_scaling"]["all"]))
row = r["rows"][1]
for rate, peak, cost in zip(*(row[n]["all"] for n in ("chain_steps_per_second", "core_peak_flops", "peak_flops_per_chain_step"))):
    assert abs(2 * peak / rate - cost) < 1e-6 * cost + 1e-9' 2>err || wrong "the numbers do not fit together"
no_file seam.zip

echo "$cases cases, $failures failures"
[ $failures -eq 0 ]
