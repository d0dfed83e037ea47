#!/usr/bin/env bash
# tools/build.sh PRESET [TARGET...]: configures and builds a preset of CMakePresets.json; all targets if none is named.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cmake --preset "$preset" >"$log" || { cat "$log"; exit 1; }
cmake --build --preset "$preset" ${1:+--target "$@"}
