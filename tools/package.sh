#!/usr/bin/env bash
# tools/package.sh [LEVEL...]: builds phasecast_VERSION_amd64.deb in build/package, with a build of the command for each of
# these levels of x86-64 (2 3 if none is named; 2 is needed) and a launcher that takes the best the CPU runs: decision 0016.
set -euo pipefail
cd "$(dirname "$0")/.."

levels=("${@:-2}")
[[ $# -gt 0 ]] || levels=(2 3)
[[ " ${levels[*]} " == *" 2 "* ]] || { echo "package: level 2 is missing, which every CPU of today runs" >&2; exit 2; }

# The same commit gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CMakeLists.txt)}
export SOURCE_DATE_EPOCH

more=()
for level in "${levels[@]}"; do
  tools/build.sh "package-v$level" phasecast
  [[ $level == 2 ]] || more+=("$PWD/build/package-v$level")
done
cmake --preset package-v2 -DPHASECAST_BUILDS="$(IFS=';'; echo "${more[*]}")" >/dev/null
mkdir -p build/package
cpack --config build/package-v2/CPackConfig.cmake -B build/package
ls -l build/package/*.deb
