#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench/growth.py on small ensembles: it measures every point, goes on where it was cut off and there alone, replaces
# nothing unasked, says what it cannot do, leaves nothing behind; and its figures are drawn again, to the byte, from the
# record alone.
# usage: growth.sh SOURCE_DIR WORK_DIR SEAM
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2 seam=$3
for python in python3 /usr/bin/python3 none; do
  "$python" -c "import cairo" 2>/dev/null && break
done
[ "$python" != none ] || { echo "SKIP: no python3 with cairo: install python3-cairo"; exit 77; }
fresh "$work"
mkdir -p "$work"
cd "$work"
grow() { "$python" -B "$source_dir/bench/growth.py" --seam "$seam" --quick --output growth "$@"; }
figure() { "$python" -B "$source_dir/bench/growth_figure.py" "$@"; }
fail() { echo "FAIL: $*"; exit 1; }

grow >all.log
runs() { grep -c "^$1 [0-9,]*: " all.log; }
[ "$(runs chains) $(runs width) $(runs voltages)" = "18 6 24" ] || fail "not two runs of 9 sizes, 3 widths, 12 voltages"
[ "$(runs threads)" -ge 4 ] || fail "not two runs of 2 pairs on 1 thread or more"
points=$(($(wc -l <all.log) / 2))
[ "$(grep -c "^| .* | 2 | " growth.md)" = "$points" ] || fail "the table has not two runs of each of $points points"

status=0
grow >again.log 2>&1 || status=$?
[ "$status" = 2 ] || fail "a second run without --resume or --force ended with $status"

"$python" - <<'PYTHON'
import json
found = json.load(open("growth.json"))
json.dump(found, open("whole.json", "w"))
found["runs"] = [run for run in found["runs"] if (run["axis"], run["value"]) != ("width", 8)][:-3]
json.dump(found, open("growth.json", "w"))
PYTHON
grow --resume >resumed.log
[ "$(wc -l <resumed.log)" = 5 ] || fail "$(wc -l <resumed.log) runs after 5 were lost: $(cat resumed.log)"
[ "$(grep -c "^width 8: " resumed.log)" = 2 ] || fail "a lost point was not measured twice"
grow --resume >nothing.log
[ ! -s nothing.log ] || fail "nothing was lost, and yet: $(cat nothing.log)"

refused() { # STATUS WORDS COMMAND...: it ends so and says so
  local expected=$1 words=$2 status=0
  shift 2
  "$@" >refused.log 2>&1 || status=$?
  [ "$status" = "$expected" ] || fail "$* ended with $status, not $expected: $(cat refused.log)"
  grep -q -- "$words" refused.log || fail "$* says nothing of '$words': $(cat refused.log)"
}
fresh() { "$python" -B "$source_dir/bench/growth.py" --seam "$seam" --output fresh "$@"; }
refused 2 "cards for --backend cuda" fresh --only cards
refused 2 "--most 1000" fresh --only chains --most 100
refused 2 "argument --repeats: must be above 0" fresh --repeats 0
refused 2 "not allowed with argument --resume" grow --resume --force
refused 3 "false info --json: exit code 1" fresh --seam "$(type -P false)"
refused 3 "true info --json: .* is it seam" fresh --seam "$(type -P true)"
head -c 1000 growth.json >fresh.json
refused 2 "fresh.json is damaged.*--force" fresh --resume
refused 2 "fresh.json is damaged" figure fresh.json
sed 's/"schema": 2/"schema": 1/' growth.json >fresh.json
refused 2 "fresh.json has schema 1.*--force" fresh --resume
refused 2 "fresh.json has schema 1" figure fresh.json
refused 2 "missing.json: No such file" figure missing.json

# seam with two cards that are none, or one whose runs leave a file though they do not end well.
cat >stub <<'BASH'
#!/usr/bin/env bash
case $1-$STUB in
  info-cards) "$SEAM" "$@" | sed 's/"devices":\[/&{"backend":"cuda","name":"A"},{"backend":"cuda","name":"A"},/' ;;
  train-cards | bench-cards)
    for word; do
      case $word in --backend=* | --device=* | --chains=*) ;; *) words+=("$word") ;; esac
    done
    "$SEAM" "${words[@]}" --backend=cpu --chains=1000 ;;
  train-fails) touch cut.growing.zip; exit 1 ;;
  train-interrupted)
    echo $$ >stub.pid
    trap 'sleep 0.3; touch cut.growing.zip; kill $!; exit 130' TERM
    until grep -q "^State:.S" /proc/$PPID/status; do sleep 0.1; done # growth.py waits
    sleep 0.2
    kill -INT $PPID
    sleep 900 & wait ;;
  *) "$SEAM" "$@" ;;
esac
BASH
printf '#!/bin/sh\necho 1000\n' >nvidia-smi
chmod +x stub nvidia-smi
stubbed() { # WHICH ARGUMENT...; what runs in the background may ignore interrupts, and hands that down
  SEAM=$seam STUB=$1 PATH=$PWD:$PATH env --default-signal=INT "$python" -B "$source_dir/bench/growth.py" --seam ./stub \
    --quick --output cut "${@:2}"
}
stubbed cards --backend cuda --only cards --only width >cards.log
[ "$(grep -c " × [a-z0-9]* | [12] | 2 | .* | unknown |$" cut.md)" = 4 ] || fail "memory of the first of two: $(cat cut.md)"
[ "$(grep -c " × mlpH | .* | 1000.0 |$" cut.md)" = 3 ] || fail "the memory of one card is lost: $(cat cut.md)"
rm cut.json
refused 3 "exit code 1" stubbed fails
[ ! -e cut.growing.zip ] || fail "a run that failed left its file"
refused 130 "interrupted" stubbed interrupted
[ ! -e cut.growing.zip ] || fail "a run that was interrupted left its file"
! kill -0 "$(cat stub.pid)" 2>/dev/null || fail "a run that was interrupted goes on"

for form in svg png pdf; do
  figure growth.json --format $form
  figure growth.json --format $form --output again
  for axis in chains width voltages threads; do
    cmp "growth-$axis.$form" "again-$axis.$form"
  done
  figure whole.json --format $form --output other --width 85
  ! cmp -s growth-width.$form other-width.$form || fail "another record at another width is the same $form"
done
"$python" -B "$source_dir/tests/system/growth_figure.py" "$source_dir/bench" growth.json
