#!/usr/bin/env bash
# Whole jobs of phasecast beside numpy's A'Y and exact constrained least squares, on the same stacks, in one go.
#   tests/benchmarks/compare.sh [BUILD FOLDER] > tests/benchmarks/results/peers.md
# Needs 2 GB in /dev/shm, python3-numpy, and libopenblas0-pthread for a fair numpy.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
jobs=${1:-$here/../../build/release}/tests/benchmarks/benchmark_jobs
folder=$(mktemp -d /dev/shm/phasecast-compare.XXXXXX)
trap 'rm -rf "$folder"' EXIT

compare() {
  local energies=$1 states=$2 sigma=$3
  echo "stack ${energies}×379×520, $states states, σ = $sigma"
  "$jobs" --energies "$energies" --states "$states" --sigma "$sigma" --repetitions 3 --write "$folder"
  /usr/bin/python3 "$here/references/at_y.py" "$folder/stack.npy" "$folder/references.npy"
  /usr/bin/python3 "$here/references/support_enumeration.py" "$folder/stack.npy" "$folder/references.npy"
  "$jobs" --energies "$energies" --states "$states" --sigma "$sigma" --repetitions 3
}

compare_all() {
  for states in 2 5; do
    compare 117 "$states" 0.3
    compare 117 "$states" 3
    compare 969 "$states" 0.3
    compare 969 "$states" 3
  done
}

measured=$(compare_all)
echo "# Beside numpy"
echo
echo "Machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(date -u +%F)."
/usr/bin/python3 "$here/references/ratios.py" <<< "$measured"
