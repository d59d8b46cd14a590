#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seam plot as its users meet it: every figure in every format, twice the same, wide and narrow; and what it refuses.
#   plot.sh PATH_OF_SEAM
source "$(dirname "$(realpath "$0")")/cases.sh"

# refused NAME STATUS PART ARGUMENTS...: one line on stderr that has PART, and no figure.
refused() {
  local part=$3
  run "$1" "$2" plot "${@:4}"
  [ "$(wc -l <err)" -eq 1 ] || wrong "stderr is not one line"
  grep -qF -- "$part" err || wrong "stderr does not say '$part'"
  [ ! -s out ] || wrong "there is something on stdout"
  [ ! -e new.png ] || wrong "a figure was left behind"
}

small=(--first buffer --second buffer --steps 200 --lr 0.05 --quiet)
run "a result" 0 train "${small[@]}" --chains 4k --histograms all,interchange --output a.zip
run "another" 0 train "${small[@]}" --chains 3k --seed 2 --output b.zip
run "a prediction" 0 predict --first buffer --second buffer --chains 4k --draws 4k --quiet --output p.zip
run "the Gibbs law" 0 predict --first buffer --second buffer --chains 1k --draws 1k --beta 10 --quiet --output g.zip
run "none that works" 0 train --first linear --second linear --steps 5 --chains 100 --quiet --output none.zip
run "all that diverge" 0 train --first linear --second linear --optimizer sgd --lr 1e9 --steps 50 --chains 100 --quiet \
  --output diverged.zip
run "one chain" 0 train "${small[@]}" --chains 1 --output one.zip
run "no histogram" 0 train "${small[@]}" --chains 100 --histograms none --output bare.zip
run "many bins" 0 train "${small[@]}" --chains 100 --bins 2039 --histograms interface,mapping --output bins.zip

# ---- Every figure ---------------------------------------------------------------------------------------------------

# whole FILE: it begins and ends as its format does, and every part of a PNG is as its sum says.
whole() {
  python3 - "$1" <<'P' 2>err || wrong "$1 is not whole"
import struct, sys, xml.etree.ElementTree, zlib
data = open(sys.argv[1], "rb").read()
if sys.argv[1].endswith(".png"):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, kinds = 8, []
    while at < len(data):
        length, = struct.unpack(">I", data[at:at + 4])
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body)
        kinds.append(kind)
        at += 12 + length
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND" and b"tIME" not in kinds
elif sys.argv[1].endswith(".svg"):
    assert xml.etree.ElementTree.fromstring(data).tag.endswith("svg")
else:
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF") and b"CreationDate" not in data
P
}

# pixels FILE: the width of a PNG.
pixels() { python3 -c 'import struct; print(struct.unpack(">I", open("'"$1"'", "rb").read()[16:20])[0])'; }

# drawn NAME ARGUMENTS...: in every format, the same bytes twice.
drawn() {
  local title=$1
  shift
  for format in png svg pdf; do
    for file in once twice; do
      run "$title as $format" 0 plot "$@" --output "$file.$format" --force
      grep -qF "written to $file.$format" out || wrong "it does not say what it wrote"
      [ ! -s err ] || wrong "there is something on stderr"
    done
    cmp -s "once.$format" "twice.$format" || wrong "the same figure has other bytes"
    whole "once.$format"
  done
}
drawn "two results" a.zip b.zip
run "two results by name" 0 plot a.zip b.zip --figure compare --output pair.png
cmp -s once.png pair.png || wrong "two results are not compared by default"
drawn "the interface" a.zip
drawn "all" a.zip --figure all
for figure in interface transfer margins selection snapshots interchange; do
  run "$figure" 0 plot a.zip --figure $figure --output plain.png --force
  whole plain.png
  run "$figure, by the logarithm, narrow" 0 plot a.zip --figure $figure --log --width 85mm --output once.png --force
  whole once.png
  cmp -s once.png plain.png && wrong "the options change nothing"
done
for width in 180mm 18cm 180 7.0866in; do
  run "$width wide" 0 plot a.zip --width $width --output wide.png --force
  [ "$(pixels wide.png)" = 2126 ] || wrong "it is $(pixels wide.png) pixels wide"
done
run "counts by their logarithm" 0 plot a.zip --log --output log.png
cmp -s log.png wide.png && wrong "the logarithm changes nothing"
run "another slice" 0 plot a.zip --slice buffer --output buffer.png
cmp -s buffer.png wide.png && wrong "the slice changes nothing"
for beside in p g; do
  run "$beside: a prediction beside a training" 0 plot a.zip $beside.zip --slice all --output $beside.png
  run "$beside: a prediction alone" 0 plot $beside.zip --figure all --output $beside-all.svg
done
run "interchange beside a prediction" 0 plot a.zip p.zip --figure interchange --output fit.svg
run "many bins" 0 plot bins.zip --figure all --output bins.png
for odd in none diverged one; do
  for slice in pass fail all; do
    run "$odd, $slice" 0 plot $odd.zip --figure all --slice $slice --log --width 80mm --output odd.png --force
    whole odd.png
  done
done
run "two that have nothing" 0 plot none.zip none.zip --output nothing.png
run "two alike" 0 plot a.zip a.zip --output alike.png

# ---- What is refused ------------------------------------------------------------------------------------------------

refused "no output" 2 "--output FILE" a.zip
refused "an unknown format" 2 "new.gif: name it .png, .svg or .pdf" a.zip --output new.gif
refused "an unknown figure" 2 "--figure some: unknown; it takes interface, transfer" a.zip --figure some --output new.png
refused "an unknown slice" 2 "--slice some: unknown" a.zip --slice some --output new.png
refused "a slice that snapshots do not tell" 2 "snapshots tell only pass, fail and all" a.zip --figure snapshots \
  --slice buffer --output new.png
for width in 79mm 401mm 6 nan 18km 1e9 ""; do
  refused "a width of '$width'" 2 "80mm to 400mm" a.zip --width "$width" --output new.png
done
refused "one file to compare" 2 "--figure compare takes two files" a.zip --figure compare --output new.png
refused "two files for one" 2 "--figure margins takes one file" a.zip b.zip --figure margins --output new.png
refused "no histogram" 7 "seam train --config bare.zip --histograms interface" bare.zip --output new.png
refused "no histogram at all" 7 "--histograms all" bare.zip --figure all --output new.png
refused "no interchange" 7 "--histograms interchange" b.zip --figure interchange --output new.png
refused "what only training has" 7 "a prediction has no mapping" p.zip --figure transfer --output new.png
refused "other kinds" 7 "--first buffer against linear" a.zip none.zip --slice all --output new.png
run "other kinds by force" 0 plot a.zip none.zip --slice all --force --output forced.png
refused "a missing file" 4 "nowhere.zip" nowhere.zip --output new.png
head -c 1000 a.zip >cut.zip
refused "a truncated file" 6 "cut.zip" cut.zip --output new.png
refused "an unwritable target" 4 "a.zip/new.png" a.zip --output a.zip/new.png
cp wide.png kept.png
refused "a figure that exists" 3 "kept.png exists" a.zip --log --output kept.png
cmp -s kept.png wide.png || wrong "the old figure was changed"
run "a figure that exists, by force" 0 plot a.zip --log --output kept.png --force
cmp -s kept.png log.png || wrong "the old figure was not replaced"
[ -z "$(ls | grep -E 'lock|partial')" ] || wrong "a lock or a part was left behind"

echo "$cases cases, $failures failures"
[ $failures -eq 0 ]
