#!/usr/bin/env bash
# tests/fuzz/seeds.sh: makes the corpus anew, but for the inputs named finding_*, which fuzzers found.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools/build.sh fuzz fuzz_seeds
find tests/fuzz/corpus -type f ! -name 'finding_*' -delete
build/fuzz/tests/fuzz/fuzz_seeds tests/fuzz/corpus
/usr/bin/python3 tests/fuzz/seeds.py tests/fuzz/corpus
du -sh tests/fuzz/corpus/*
