#!/usr/bin/env bash
# tools/package.sh [LEVEL...]: builds phasecast_VERSION_amd64.deb in build/package, with a build of the command for each of
# these levels of x86-64 (2 3 if none is named; 2 is needed) and a launcher that takes the best the CPU runs: decision 0016.
# tools/package.sh native: for machines like this one alone.
set -euo pipefail
cd "$(dirname "$0")/.."

[[ $# -gt 0 ]] || set -- 2 3
case " $* " in
  ' native ') first=native ;;
  *' native '*) echo "package: native goes alone" >&2; exit 2 ;;
  *' 2 '*) first=v2 ;;
  *) echo "package: level 2 is missing, which every CPU of today runs" >&2; exit 2 ;;
esac

# The same commit gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CMakeLists.txt)}
export SOURCE_DATE_EPOCH

more=()
for level in "$@"; do
  preset=package-$([[ $level == native ]] || echo v)$level
  tools/build.sh "$preset" phasecast
  [[ $preset == "package-$first" ]] || more+=("$PWD/build/$preset")
done
cmake --preset "package-$first" -DPHASECAST_BUILDS="$(IFS=';'; echo "${more[*]}")" >/dev/null
mkdir -p build/package
cpack --config "build/package-$first/CPackConfig.cmake" -B build/package
ls -l build/package/*.deb
