#!/usr/bin/env bash
# tests/fuzz/run.sh SECONDS [TARGET...]: builds the fuzz targets and runs each for that long, two at a time, then
# prints for each: runs, seconds, coverage (edges reached), findings. Exits with 1 if there was a finding.
# SECONDS 0: the corpus and a few thousand seeded runs only. What is found, and what is learned, goes to
# build/fuzz/work.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:?usage: tests/fuzz/run.sh SECONDS [TARGET...]}
shift
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] ||
  targets=(codec control hdf5_objects tiff xrm sdf references toml stream_v2 bluesky json_stream hdf5)

tools/build.sh fuzz "${targets[@]/#/fuzz_}" >/dev/null
parallel=2
work=$PWD/build/fuzz/work
started=()
for target in "${targets[@]}"; do
  while [[ $(jobs -rp | wc -l) -ge $parallel ]]; do wait -n || true; done
  tests/fuzz/one.sh "$target" "$seconds" &
  started+=($!)
done
for job in "${started[@]}"; do wait "$job" || true; done

printf '%-14s %12s %8s %9s %9s %s\n' target runs seconds coverage findings 'in a library'
status=0 total=0
for target in "${targets[@]}"; do
  runs=0 took=0 coverage=0 findings=1 in_library=""
  # shellcheck source=/dev/null
  source "$work/$target/result"
  printf '%-14s %12s %8s %9s %9s %s\n' "$target" "$runs" "$took" "$coverage" "$findings" "$in_library"
  total=$((total + findings))
  [[ $findings == 0 ]] || status=1
done
echo "findings $total"
exit $status
