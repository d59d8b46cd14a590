#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seam plot draws every figure in every format, the same at the second time, wide and narrow, and refuses what it cannot.
# usage: plot.sh PATH_OF_SEAM
source "$(dirname "$(realpath "$0")")/../support/cases.sh"

# refused NAME STATUS PART ARGUMENTS...: expects one line on stderr that has PART, and no figure.
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
run "another" 0 train "${small[@]}" --chains 3k --seed 2 --histograms interface,width --output b.zip
run "a prediction" 0 predict --first buffer --second buffer --chains 4k --draws 4k --quiet --output p.zip
run "the Gibbs law" 0 predict --first buffer --second buffer --chains 1k --draws 1k --beta 10 --quiet --output g.zip
run "none that works" 0 train --first linear --second linear --steps 5 --chains 100 --quiet --output none.zip
run "all that diverge" 0 train --first linear --second linear --optimizer sgd --lr 1e9 --steps 50 --chains 100 --quiet \
  --output diverged.zip
run "one chain" 0 train "${small[@]}" --chains 1 --output one.zip
run "no histogram" 0 train "${small[@]}" --chains 100 --histograms none --output bare.zip
run "a shorter training" 0 train "${small[@]}" --chains 2k --seed 3 --steps 30 --bins 64 --range -2:4 --output c.zip
run "the map of a comparison" 0 compare a.zip b.zip --output where.zip
run "of one outcome" 0 compare a.zip p.zip --outcome buffer --output part.zip
run "many bins" 0 train "${small[@]}" --chains 100 --bins 2039 --histograms interface,mapping --output bins.zip

# ---- Every figure ---------------------------------------------------------------------------------------------------

# whole FILE: keeps the figure for the end, where all are looked at together.
mkdir figures
whole() { cp "$1" "figures/$cases-$RANDOM.${1##*.}" 2>err || wrong "$1 was not drawn"; }

# all_whole: each begins and ends as its format does, every part of a PNG is as its sum says, and it names the command.
all_whole() {
  python3 - figures/* <<'P' 2>err || wrong "a figure is not whole"
import re, struct, sys, xml.etree.ElementTree, zlib
for name in sys.argv[1:]:
    data = open(name, "rb").read()
    if name.endswith(".png"):
        assert data[:8] == b"\x89PNG\r\n\x1a\n", name
        at, kinds = 8, []
        while at < len(data):
            length, = struct.unpack(">I", data[at:at + 4])
            kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
            assert struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body), name
            kinds.append(kind)
            at += 12 + length
            told = body if kind == b"tEXt" else told if len(kinds) > 1 else b""
        assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND" and b"tIME" not in kinds, name
        assert told.startswith(b"Description\0"), name
    elif name.endswith(".svg"):
        root = xml.etree.ElementTree.fromstring(data)
        assert root.tag.endswith("svg"), name
        told = root.find("{http://www.w3.org/2000/svg}desc").text.encode()
    else:
        assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF") and b"CreationDate" not in data, name
        told, utf_16 = re.search(rb"/Subject (?:\(([^\n]*)\)|<FEFF([^>]*)>)", data).groups()
        told = told or bytes.fromhex(utf_16.decode()).decode("utf-16-be").encode()
    assert re.search(rb"seam (\S+ )?(train|predict) --first (buffer|linear) --second", told), (name, told)
P
}

# pixels FILE: the width of a PNG.
pixels() { od -An -j16 -N4 --endian=big -tu4 "$1" | tr -d ' '; }

# drawn NAME ARGUMENTS...: in every format, the same bytes twice.
drawn() {
  local title=$1
  shift
  for format in png svg pdf; do
    for file in once twice; do
      run "$title as $format" 0 plot --width 122mm "$@" --output "$file.$format" --force
      grep -qF "written to $file.$format" out || wrong "it does not say what it wrote"
      [ ! -s err ] || wrong "there is something on stderr"
    done
    cmp -s "once.$format" "twice.$format" || wrong "the same figure has other bytes"
    whole "once.$format"
  done
}
drawn "two results" a.zip b.zip
run "two results by name" 0 plot a.zip b.zip --width 122mm --figure compare --output pair.png
cmp -s once.png pair.png || wrong "two results are not compared by default"
drawn "the interface" a.zip
drawn "all" a.zip --figure all
for figure in interface transfer margins selection snapshots interchange; do
  run "$figure" 0 plot a.zip --figure $figure --linear --width 85mm --output plain.png --force
  whole plain.png
  run "$figure, by the logarithm" 0 plot a.zip --figure $figure --log --width 85mm --output once.png --force
  whole once.png
  [ $figure = interchange ] || ! cmp -s once.png plain.png || wrong "the logarithm changes nothing"
done
run "transfer is by the logarithm" 0 plot a.zip --figure transfer --width 85mm --output plain.png --force
run "as it is told" 0 plot a.zip --figure transfer --width 85mm --log --output once.png --force
cmp -s once.png plain.png || wrong "transfer is not drawn by the logarithm"
for width in 180mm 18cm 180 7.0866in; do
  run "$width wide" 0 plot a.zip --width $width --output wide.png --force
  [ "$(pixels wide.png)" = 2126 ] || wrong "it is $(pixels wide.png) pixels wide"
done
run "counts by their logarithm" 0 plot a.zip --log --output log.png
cmp -s log.png wide.png && wrong "the logarithm changes nothing"
run "another outcome" 0 plot a.zip --outcome buffer --output buffer.png
cmp -s buffer.png wide.png && wrong "the outcome changes nothing"
for beside in p g; do
  run "$beside: a prediction beside a training" 0 plot a.zip $beside.zip --output $beside.png
  run "$beside: a prediction alone" 0 plot $beside.zip --figure all --output $beside-all.svg
done
run "interchange beside a prediction" 0 plot a.zip p.zip --figure interchange --output fit.svg
run "many bins" 0 plot bins.zip --figure all --output bins.png
for odd in none diverged one; do
  for outcome in works fail all; do
    run "$odd, $outcome" 0 plot $odd.zip --figure all --outcome $outcome --log --width 80mm --output odd.png --force
    whole odd.png
  done
done
drawn "several results" a.zip b.zip c.zip none.zip one.zip p.zip g.zip --log
run "several results, narrow" 0 plot a.zip b.zip c.zip none.zip one.zip p.zip g.zip --width 85mm --output narrow.png
whole narrow.png
drawn "margins of several" c.zip a.zip none.zip one.zip diverged.zip --figure margins
cp once.png margins.png
run "in another order" 0 plot a.zip c.zip none.zip one.zip diverged.zip --figure margins --width 122mm --output other.png
cmp -s other.png margins.png && wrong "the order changes nothing"
run "margins of several, narrow" 0 plot c.zip a.zip none.zip --figure margins --width 80mm --output once.png --force
for outcome in fail all buffer; do
  law=g.zip
  [ $outcome = fail ] && law=
  run "several, $outcome" 0 plot a.zip p.zip $law none.zip --outcome $outcome --output outcome-$outcome.png
  whole outcome-$outcome.png
done
for lr in 10 0.1 0.05; do run "lr $lr" 0 train "${small[@]}" --lr $lr --chains 300 --histograms interface --output lr$lr.zip; done
run "three in the order of the shell" 0 plot lr0.05.zip lr0.1.zip lr10.zip --width 85mm --output order1.png
run "three in another order" 0 plot lr10.zip lr0.05.zip lr0.1.zip --width 85mm --output order2.png
cmp -s order1.png order2.png || wrong "they do not stand in the order of lr"
many=()
for _ in {1..24}; do many+=(c.zip); done
run "24 results" 0 plot "${many[@]}" --width 122mm --output many.png
whole many.png
run "two beside one another" 0 plot a.zip b.zip --width 122mm --figure interface --output beside.png
cmp -s beside.png pair.png && wrong "it is the comparison"
run "all of two" 0 plot a.zip b.zip --figure all --output two.pdf
run "all of two that do not compare" 0 plot a.zip c.zip --figure all --output unlike.pdf
run "all of a training and a law" 0 plot a.zip g.zip --figure all --output law.pdf
run "all of three" 0 plot a.zip b.zip c.zip --figure all --output three.pdf

# pages FILE: how many a PDF has.
pages() { grep -a -c "/Type /Page " "$1"; }
# has_pages NUMBER FILE
has_pages() { [ "$(pages "$2")" = "$1" ] || wrong "$2 has $(pages "$2") pages"; }
has_pages 3 two.pdf
has_pages 2 unlike.pdf
has_pages 2 law.pdf
has_pages 2 three.pdf
drawn "several figures" a.zip --figure snapshots,interface,margins
[ "$(pages once.pdf)" = 3 ] || wrong "it has $(pages once.pdf) pages"
run "in another order" 0 plot a.zip --figure interface,margins,snapshots --width 122mm --output order.png
cmp -s once.png order.png && wrong "the order changes nothing"
run "one figure" 0 plot a.zip --output page.pdf
[ "$(pages page.pdf)" = 1 ] || wrong "it has $(pages page.pdf) pages"
run "named twice" 0 plot a.zip --figure interface,interface --output twice.pdf --force
cmp -s page.pdf twice.pdf || wrong "it is drawn twice"

drawn "a comparison's map" where.zip
run "by its name, narrow, of its outcome" 0 plot part.zip --figure compare --outcome buffer --width 85mm --output part.png
whole part.png
run "a comparison of nothing" 0 compare none.zip none.zip --output empty.zip
run "has no map" 0 plot empty.zip --output empty.png
whole empty.png
run "two that have nothing" 0 plot none.zip none.zip --output nothing.png
run "two alike" 0 plot b.zip b.zip --output alike.png

# ---- Tables of a Gibbs law, against sums over the cells of its file -------------------------------------------------

run "show of a law" 0 show g.zip
cp out shown
run "show of its buffers" 0 show g.zip --outcome buffer
cp out buffers
run "compare a training and a law" 0 compare a.zip g.zip
python3 - <<'P' 2>err || wrong "a table of a law is not the sum of its weights"
import array, re, zipfile
member = zipfile.ZipFile("g.zip").read("interface_storage_values.npy")
cells = array.array("q", member[10 + int.from_bytes(member[8:10], "little"):])
side = 258
layers = [cells[o * side * side:(o + 1) * side * side] for o in range(3)]
weights = [sum(layer) / 2**20 for layer in layers]
law = weights[0] + weights[1]
assert weights[2] > law, "there is little that must not be added"
def near(pattern, text, value):
    found = float(re.search(pattern, text)[1].replace(",", ""))
    assert abs(found - value) <= 0.005 * value, f"{pattern}: {found} is not {value}"
shown = open("shown").read()
near(r"the Gibbs law: ([\d,]+) pairs by weight", shown, law)
near(r"g.zip: ([\d,]+) pairs by weight that are buffers", open("buffers").read(), weights[0])
near(r"B: g.zip: ([\d,]+) weighed pairs, outcome all", open("out").read(), law)
near(r"mean weight +([\d.]+)%", shown, law / 1000**2 * 100)
near(r"buffer +([\d.]+)%", shown, weights[0] / law * 100)
k = round(float(re.search(r"weight per square of ([\d.]+) V:", shown)[1]) * 256 / 6)
squares = [sum(layers[o][(1 + k * x + i) * side + 1 + k * y + j] for o in (0, 1) for i in range(k) for j in range(k))
           for x in range(256 // k) for y in range(256 // k)]
near(r"V:\n +[\d.]+ \S+ ([\d,.]+)\n", shown, max(squares) / 2**20)
P
refused "what a law lacks" 7 "g.zip: a Gibbs law weighs all pairs" g.zip --outcome fail --output new.png
run "what a law lacks, in the terminal" 7 show g.zip --outcome fail

# ---- Without --output -----------------------------------------------------------------------------------------------

# named FILE ARGUMENTS...: what it is called, in the working folder, and that it is not written over.
named() {
  local file=$1
  shift
  run "no output for $file" 0 plot "$@"
  [ "$(sed 's/ (. figures below one another,.*//' out)" = "written to $file" ] || wrong "it does not write $file"
  cp "$file" first.png
  run "$file again" 3 plot "$@" --log
  grep -qF "$file exists" err || wrong "it does not say that $file exists"
  cmp -s "$file" first.png || wrong "it was written over"
  run "$file by force" 0 plot "$@" --force
}
mkdir runs
cp a.zip runs/of.seam.zip
cp b.zip runs/unnamed
named of.seam.png runs/of.seam.zip
named unnamed.png runs/unnamed
named a-b.png a.zip b.zip
named c-and-2-more.png c.zip a.zip b.zip
named a-margins-snapshots.png a.zip --figure margins,snapshots
named a-b-margins.png a.zip b.zip --figure margins
named where.png where.zip
run "two figures in one picture" 0 plot a.zip --figure margins,snapshots --width 100mm --output two.png
grep -qE "^written to two.png \(2 figures below one another, 100 mm wide and [0-9]{3} mm high; a PDF has a page for" out ||
  wrong "it does not say how high it is"
high=$(sed -n 's/.*wide and \([0-9]*\) mm.*/\1/p' out)
rows=$(od -An -j20 -N4 --endian=big -tu4 two.png | tr -d ' ')
[ $((rows * 254 / 3000 - high)) -ge -1 ] && [ $((rows * 254 / 3000 - high)) -le 1 ] || wrong "it is $rows pixels high"
run "two figures on pages" 0 plot a.zip --figure margins,snapshots --output two-pages.pdf
[ "$(cat out)" = "written to two-pages.pdf" ] || wrong "pages are told as one picture"
[ "$(ls runs | wc -l)" = 2 ] || wrong "something was written beside the results"

# ---- What is refused ------------------------------------------------------------------------------------------------

refused "an unknown format" 2 "new.gif: the name must end in .png, .svg or .pdf" a.zip --output new.gif
long=$(printf 'x%.0s' {1..5000})
refused "a name that is too long" 4 "File name too long" a.zip --output "$long.png"
refused "one without a suffix" 2 "the name must end in .png, .svg or .pdf" a.zip --output "$long"
refused "files whose names are too long" 2 "5004 bytes, but at most 255 are possible: name it with --output" "$long.zip"
refused "figures whose names are too long" 2 "bytes, but at most 255" a.zip \
  --figure "interface$(printf ',interface%.0s' {1..30})"
refused "an unknown figure" 2 "--figure some: unknown; it takes interface, transfer" a.zip --figure some --output new.png
refused "an unknown outcome" 2 "--outcome some: unknown" a.zip --outcome some --output new.png
refused "an outcome that snapshots do not tell" 2 "snapshots tell only works, fail and all" a.zip --figure snapshots \
  --outcome buffer --output new.png
refused "both scales" 2 "--log and --linear exclude each other" a.zip --log --linear --output new.png
for width in 79mm 401mm 6 nan 18km 1e9 ""; do
  refused "a width of '$width'" 2 "80mm to 400mm" a.zip --width "$width" --output new.png
done
refused "one file to compare" 2 "--figure compare takes two files" a.zip --figure compare --output new.png
refused "three files to compare" 2 "--figure compare takes two files, not 3" a.zip b.zip c.zip --figure compare \
  --output new.png
refused "two files for one" 2 "--figure snapshots takes one file" a.zip b.zip --figure margins,snapshots --output new.png
refused "three files to interchange" 2 "--figure interchange takes one or two files, not 3" a.zip b.zip c.zip \
  --figure interchange --output new.png
refused "too many margins" 2 "--figure margins takes up to 7 files, not 8" "${many[@]:0:8}" --figure margins \
  --output new.png
refused "too many files" 2 "up to 24 files, not 25" "${many[@]}" a.zip --output new.png
refused "too many files, of which none is read" 2 "up to 24 files, not 25" "${many[@]/c/nowhere}" a.zip --output new.png
refused "an unknown figure among others" 2 "--figure margin: unknown" a.zip --figure interface,margin --output new.png
refused "one that lacks it" 7 "bare.zip: the run did not count interface" a.zip b.zip bare.zip --output new.png
refused "nothing in common" 7 "no histogram in common" a.zip bare.zip --figure all --output new.png
refused "a prediction's margins" 7 "p.zip: a prediction has no width" a.zip p.zip --figure margins --output new.png
refused "a comparison and a result" 2 "drawn alone" a.zip where.zip --output new.png
refused "a comparison's margins" 2 "where.zip is a comparison, which has only --figure compare" where.zip \
  --figure margins --output new.png
refused "another outcome than the comparison's" 2 "part.zip compares buffer" part.zip --outcome works --output new.png
for command in show info "train --config" "merge --output new.zip"; do
  run "$command of a comparison" 6 $command where.zip
  grep -qF "where.zip is a comparison that seam compare wrote" err || wrong "it does not say what the file is"
done
python3 - <<'P'
import zipfile
with zipfile.ZipFile("where.zip") as old, zipfile.ZipFile("forged.zip", "w", zipfile.ZIP_DEFLATED) as new:
    for name in old.namelist():
        new.writestr(name, old.read(name).replace(b'"rows":1', b'"rows":2'))
P
refused "a forged comparison" 6 "forged.zip: member compare.manifest is not a record" forged.zip --output new.png
refused "no histogram" 7 "seam train --config bare.zip --histograms interface" bare.zip --output new.png
refused "no histogram at all" 7 "--histograms all" bare.zip --figure all --output new.png
refused "no interchange" 7 "--histograms interchange" b.zip --figure interchange --output new.png
refused "what only training has" 7 "a prediction has no mapping" p.zip --figure transfer --output new.png
refused "other kinds" 7 "--first buffer against linear" a.zip none.zip --outcome all --output new.png
run "other kinds anyway" 0 plot b.zip none.zip --outcome all --anyway --output anyway.png
[ ! -s err ] || wrong "it notes something"
run "other kinds by the old name" 0 plot b.zip none.zip --outcome all --force --output forced.png
cmp -s anyway.png forced.png || wrong "the old name draws something else"
grep -q "seam: --anyway now compares other kinds" err || wrong "it does not name --anyway"
mkdir fonts
echo "<fontconfig><cachedir>$PWD/fonts</cachedir></fontconfig>" >fonts/none.conf
FONTCONFIG_FILE=$PWD/fonts/none.conf refused "no font" 9 "fonts-dejavu-core" a.zip --output new.png
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

name="every figure"
all_whole
echo "$cases cases, $failures failures"
[ $failures -eq 0 ]
