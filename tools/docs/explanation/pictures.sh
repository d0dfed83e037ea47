#!/usr/bin/env bash
# tools/docs/explanation/pictures.sh [PHASECAST]: makes the pictures of mathematics.md beside itself.
set -euo pipefail
cd "$(dirname "$0")"
phasecast=$(realpath "${1:-../../../build/release/phasecast}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$phasecast" simulate --scene particle --height 160 --width 200 --noise 0.2 --start-time 0 -o "$work/scan.h5" \
  --write-references "$work/references"
ours=(--references "$work"/references/*.txt --pre-edge 8180:8320 --order 1 --threads 1)
picture() { # NAME OPTION...: one map of the scan
  "$phasecast" unmix "$work/scan.h5" -o "$work/$1.h5" "${ours[@]}" "${@:2}"
  "$phasecast" export "$work/$1.h5" -o "$work/$1" --png
  # Small: 64 colors are enough to look at.
  convert "$work/$1/map_0000.png" -resize 900x +dither -colors 64 -define png:compression-level=9 -strip "PNG8:$1.png"
}
picture lcf --method lcf
picture rum-tv
picture rum-cnn --method rum-cnn
picture early --within 8180:8349
ls -l ./*.png
