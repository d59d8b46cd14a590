#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is installed works after a move: from projects outside in C and C++, with its man pages, the completion, and as
# Debian packages.
# usage: install.sh SOURCE_DIR WORK_DIR BUILD_DIR LIBDIR CC CXX
set -euo pipefail
source "$(dirname "$0")/../support/fresh.sh"
source_dir=$1 work=$2 build=$3 libdir=$4
export CC=$5 CXX=$6 LC_ALL=C
fresh "$work"
mkdir -p "$work"
cd "$work"

wrong() {
  echo "FAILED: $*"
  exit 1
}

# ---- Installed, and moved -------------------------------------------------------------------------------------------

cmake --install "$build" --prefix "$work/before" >install.log
mv before prefix
prefix=$work/prefix
export PATH=$prefix/bin:$PATH
for file in bin/seam include/seam.h "$libdir/libseam.so" "$libdir/pkgconfig/seam.pc" "$libdir/cmake/seam/seamConfig.cmake" \
  share/bash-completion/completions/seam share/man/man1/seam.1 share/doc/seam/README.md share/doc/seam/CHANGELOG.md \
  share/doc/seam/LICENSE; do
  [ -e "prefix/$file" ] || wrong "$file was not installed"
done
[ "$(command -v seam)" = "$prefix/bin/seam" ] || wrong "another seam is found"
for place in "$build" "$source_dir" "$work"; do
  if grep -rlF -- "$place" prefix; then wrong "these name $place, where they were built"; fi
done

# ---- How it was built -----------------------------------------------------------------------------------------------

seam --version | tee version
seam --version --json >version.json
for word in compiler cpu cuda MPI; do grep -q "^$word " version || wrong "--version does not tell of $word"; done
commit=$(sed -n 's/.*"commit":"\([0-9a-f]*\)[-"].*/\1/p' version.json)
if [ -e "$source_dir/.git" ] && git -C "$source_dir" rev-parse >/dev/null 2>&1; then
  git -C "$source_dir" cat-file -e "$commit^{commit}" || wrong "the commit is '$commit'"
fi

# tells SOURCE_DIR COMMIT [GIT]: the build of that source tells this commit.
tells() {
  cmake -DSOURCE="$work/$1" -DOUTPUT="$work/commit.h" ${3:+-DGIT="$3"} -P "$work/$1/host/commit.cmake"
  grep -qx "#define SEAM_COMMIT \"$2\"" commit.h || wrong "the commit of $1 is '$2', but $(tail -1 commit.h)"
}

if [ -n "$commit" ] && [ -e "$source_dir/.git" ]; then
  whole=$(git -C "$source_dir" rev-parse HEAD)
  head=${whole:0:12}
  git init -q -b other outer # an archive inside somebody's repository
  git -C outer -c user.name=a -c user.email=a@b commit -q --allow-empty -m other
  mkdir outer/archive
  git -C "$source_dir" archive HEAD | tar -x -C outer/archive
  tells outer/archive "$head"
  cp -r outer/archive edited
  echo '$Format:%H$' >edited/host/commit.txt # copied without git
  tells edited ""
  git clone -q --depth 1 "file://$source_dir" clone
  tells clone "$head"
  tells clone "$head" /no/git
  git -C clone pack-refs --all
  tells clone "$head" /no/git
  git -C clone worktree add -q --detach ../worktree
  tells worktree "$head" /no/git
  echo >>clone/README.md
  tells clone "$head-dirty"
fi

# ---- The library ----------------------------------------------------------------------------------------------------

grep -o 'seam_[a-z_]*(' <(sed -n '/^SEAM_API/,/;/p' prefix/include/seam.h) | tr -d '(' | sort -u >declared
nm -D --defined-only "prefix/$libdir/libseam.so" | awk '$2 != "A" { print $3 }' | sed 's/@.*//' | sort -u >exported
diff declared exported || wrong "the library does not export just what its header declares"
readelf -d "prefix/$libdir/libseam.so" | grep 'SONAME.*libseam\.so\.[0-9]' >/dev/null || wrong "the library has no version"

seam train --first buffer --second buffer --chains 1000 --steps 200 --backend cpu --json --output expected.zip >told.json
expected=$(sed -nE '$s/.*"buffer":([0-9]+),"inverter":([0-9]+),"fail":([0-9]+),"diverged":([0-9]+).*/buffer \1 inverter \2 fail \3 diverged \4/p' told.json)
[ -n "$expected" ] || wrong "seam train tells no outcomes"
cmake -S "$source_dir/tests/system/outside/c" -B c -DCMAKE_PREFIX_PATH="$prefix" >c.log
cmake --build c >>c.log || { cat c.log; wrong "the project in C does not build"; }
[ "$(c/outside)" = "$expected" ] || wrong "the project in C does not count '$expected'"
if [ -n "$CXX" ] && command -v pkg-config make >/dev/null; then
  mkdir cpp
  PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig make -s -C cpp -f "$source_dir/tests/system/outside/cpp/Makefile" \
    SOURCE="$source_dir/tests/system/outside/cpp"
  [ "$(LD_LIBRARY_PATH=$prefix/$libdir cpp/outside)" = "$expected" ] || wrong "the project in C++ counts otherwise"
else
  echo "no C++ compiler, make or pkg-config: C++ was not tried"
fi

# ---- Man pages ------------------------------------------------------------------------------------------------------

commands=$(seam --help | sed -n 's/^  \([a-z]\+\) .*/\1/p')
[ "$(wc -w <<<"$commands")" -ge 7 ] || wrong "seam --help names few commands: $commands"
[ "$(wc -w <<<"$commands")" -eq "$(($(ls prefix/share/man/man1 | wc -l) - 1))" ] || wrong "pages are not one a command"
diff <(seam --man) prefix/share/man/man1/seam.1
for command in $commands; do
  page=prefix/share/man/man1/seam-$command.1
  diff <(seam --man "$command") "$page" || wrong "$page is stale"
  grep -q "^\.SH EXAMPLES" "$page" || wrong "$page has no examples"
  [ -n "$(seam "$command" --help | sed -n '/^Examples:$/,$p' | sed 1d)" ] || wrong "help of $command has no example"
done
# sections PAGE: the titles that its text in packaging/man has.
sections() { sed -n 's/^# //p' "$source_dir/host/packaging/man/$(basename "$1" .1 | sed 's/^seam-//').txt"; }
for page in prefix/share/man/man1/*.1; do
  for title in NAME SYNOPSIS DESCRIPTION EXAMPLES "EXIT STATUS" FILES ENVIRONMENT "SEE ALSO"; do
    grep -qx "\.SH $title" "$page" || wrong "$page has no $title"
  done
  [ -n "$(sections "$page")" ] || wrong "$page has no section of its own"
  while read -r title; do
    grep -qxF ".SH $title" "$page" || wrong "$page lacks the section $title of its text"
  done < <(sections "$page")
  if LC_ALL=C grep -n '[^ -~]' "$page"; then wrong "$page has more than ASCII, which not every terminal shows"; fi
done
if command -v man >/dev/null && command -v groff >/dev/null; then
  for page in prefix/share/man/man1/*.1; do
    man --warnings -E UTF-8 -l "$page" 2>warnings >page
    [ ! -s warnings ] || { cat warnings; wrong "$page is not clean"; }
    for title in NAME SYNOPSIS DESCRIPTION "EXIT STATUS" "SEE ALSO"; do
      grep -q "^$title" page || wrong "$page shows no $title"
    done
  done
else
  echo "no man or no groff: the pages were not formatted"
fi
if command -v mandoc >/dev/null; then
  for page in prefix/share/man/man1/*.1; do # an empty date keeps a page the same at every build
    if mandoc -Tlint -W warning "$page" | grep -v 'missing date'; then wrong "$page is not clean"; fi
  done
else
  echo "no mandoc: the pages were not checked by it"
fi

# Every example, in order.
seam --man | sed -n '/^\.SH EXAMPLES/,/^\.SH EXIT/p' | grep '^seam \|^echo ' | sed 's/\\-/-/g; s/\\://g' >examples
[ "$(wc -l <examples)" -gt 10 ] || wrong "there are few examples"
mkdir empty
(cd empty && bash -euxo pipefail ../examples >../examples.log 2>&1) || { tail examples.log; wrong "an example fails"; }

# ---- Completion -----------------------------------------------------------------------------------------------------

sorted() { sort | paste -sd ' '; }
# completes EXPECTED WORD...: the last word is completed to just these, in whatever order.
completes() {
  local expected=$1
  COMP_WORDS=("${@:2}")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _seam
  [ "$(printf '%s\n' "${COMPREPLY[@]}" | sorted)" = "$expected" ] ||
    wrong "completion of '${*:2}' is '${COMPREPLY[*]}', not '$expected'"
}
compopt() { :; } # which bash allows only while it completes
# shellcheck source=/dev/null
source prefix/share/bash-completion/completions/seam
complete -p seam | grep _seam >/dev/null || wrong "nothing completes seam"
touch "results of May.zip" b.json
completes "train" seam tr
completes "$(printf '%s\n' $commands --help --version --man --completion | sorted)" seam ""
completes "--first --first-chain" seam train --fi
completes "mlp16 mlp4 mlp8" seam train --first mlp
completes "mlp16 mlp4 mlp8" seam train --first = mlp
completes "sgd" seam train --chains 10 --optimizer s
completes "interface,loss" seam train --histograms interface,lo
completes "" seam train --lr ""
completes "b.json" seam train --config b
completes "results of May.zip" seam show res
completes "inverter" seam show --outcome inv
completes "always auto never" seam show --colour ""
completes "--resume" seam train --force --re
completes "" seam show --optim
completes "predict" seam --man pre

# ---- Debian packages ------------------------------------------------------------------------------------------------

if ! command -v dpkg-shlibdeps >/dev/null; then
  echo "no dpkg-shlibdeps: no Debian package was made"
  exit 0
fi
for try in first second; do
  (cd "$build" && cpack -G DEB -B "$work/$try") >"$try.log" 2>&1 || { cat "$try.log"; wrong "cpack"; }
done
for package in first/*.deb; do cmp "$package" "second/${package#first/}" || wrong "the same build packs otherwise"; done
name() { echo first/"$1"_[0-9]*.deb; }
holds() { dpkg-deb -c "$(name "$1")" | grep " \./usr/$2" >/dev/null || wrong "package $1 lacks $2"; }
holds seam "bin/seam$"
holds seam "share/man/man1/seam-train.1.gz$"
holds seam "share/bash-completion/completions/seam$"
holds seam "share/doc/seam/copyright$"
for package in seam libseam0 libseam-dev; do
  for name in changelog changelog.Debian; do holds $package "share/doc/$package/$name.gz$"; done
done
holds libseam0 "$libdir/libseam.so.0 ->"
holds libseam-dev "$libdir/libseam.so ->"
holds libseam-dev "include/seam.h$"
holds libseam-dev "$libdir/pkgconfig/seam.pc$"
version=$(dpkg-deb -f "$(name seam)" Version)
for package in seam libseam-dev; do
  dpkg-deb -f "$(name $package)" Depends | grep -F "libseam0 (= $version)" >/dev/null || wrong "$package needs no libseam0"
done
dpkg-deb -f "$(name libseam0)" Depends | grep "libjansson4" >/dev/null || wrong "libseam0 does not need what it is linked with"
for package in seam libseam0; do dpkg-deb -x "$(name $package)" root; done
for file in root/usr/bin/seam root/usr/"$libdir"/libseam.so.0; do
  if readelf -d "$file" | grep -E 'RPATH|RUNPATH'; then wrong "$file looks for libraries in a place of its own"; fi
done
LD_LIBRARY_PATH=root/usr/$libdir root/usr/bin/seam --version | cmp - version || wrong "the packed program is another"
