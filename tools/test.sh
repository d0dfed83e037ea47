#!/usr/bin/env bash
# Installs what is missing, builds, and passes every test: format and scripts, all tests of the release build, the unit
# tests under AddressSanitizer and UndefinedBehaviorSanitizer, the concurrency scenarios under ThreadSanitizer, and
# the fuzz targets over their corpus and a few thousand runs more.
set -euo pipefail
cd "$(dirname "$0")/.."

export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0
export TSAN_OPTIONS=suppressions=$PWD/tests/tsan.supp:halt_on_error=1:second_deadlock_stack=1

run_tests() {
  local preset=$1
  shift
  echo "== tests of the $preset build"
  ctest --test-dir "build/$preset" --output-log "build/$preset/tests.log" --output-on-failure --no-tests=error \
    --parallel "$(nproc)" "$@"
}

tools/setup.sh

echo "== format and scripts"
git ls-files -z '*.cpp' '*.hpp' | xargs -0 clang-format --dry-run -Werror
git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck

tools/build.sh release
run_tests release

tools/build.sh asan test_messages test_stages test_pipeline test_tools torture
run_tests asan --label-regex '^(messages|stages|pipeline|tools|streams)$'

tools/build.sh tsan test_scenarios torture
run_tests tsan --label-regex '^concurrency$'

tools/build.sh fuzz
run_tests fuzz --label-regex '^fuzz$'

for preset in release asan tsan fuzz; do
  echo "== $preset build"
  sed -n '/tests passed/,$p' "build/$preset/tests.log"
done
