#!/bin/sh
# Reads the same messages with our reader, Java's StAX and lxml, in one run, and prints the times and their ratios.
# Each side times itself pass by pass and gives its median, so that a busy machine troubles all of them alike.
#
#   tests/peers/read.sh [SECONDS]
#
# Needs a JDK (17 or later) and python3; lxml is installed into a folder of its own below the target folder.
set -eu

cd "$(dirname "$0")/../.."
seconds=${1:-9}
target=${CARGO_TARGET_DIR:-target}
work=$target/peers
mkdir -p "$work"

if ! "$work/lxml/bin/python" -c 'import lxml' 2>/dev/null; then
    python3 -m venv "$work/lxml"
    "$work/lxml/bin/pip" install --quiet lxml
fi
cargo build --quiet --release -p memo --example measure
javac -d "$work" tests/peers/stax/Read.java

measure=$target/release/examples/measure
stax() { java -cp "$work" Read "$work/$1.xml" "$seconds"; }
lxml() { "$work/lxml/bin/python" tests/peers/lxml/parse.py "$work/$1.xml" "$seconds"; }
ours() { "$measure" read "$work/$1.xml" "$seconds"; }
row() {
    awk -v what="$1" -v peer="$2" -v ours="$3" \
        'BEGIN { printf "%-34s %12.1f %12.1f %8.1f\n", what, peer, ours, peer / ours }'
}

for input in large letter marks; do
    "$measure" write "$input" "$work/$input.xml"
done

printf '%-34s %12s %12s %8s\n' 'median microseconds of a message' peer ours 'times'
large=$(ours large)
row '100 MB: Base64 alone (the limit)' "$("$measure" limit "$seconds")" "$large"
row '100 MB: StAX + Base64' "$(stax large)" "$large"
for input in letter marks; do
    small=$(ours "$input")
    row "20 KB, $input: lxml" "$(lxml "$input")" "$small"
    row "20 KB, $input: StAX + Base64" "$(stax "$input")" "$small"
done
rm "$work/large.xml"
