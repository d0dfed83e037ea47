#!/usr/bin/env bash
# tests/fuzz/one.sh TARGET SECONDS: one target, built before; see run.sh. Leaves its figures in
# build/fuzz/work/TARGET/result and exits with 1 if there was a finding.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$1 seconds=$2
program=build/fuzz/tests/fuzz/fuzz_$target
work=build/fuzz/work/$target
learned=$work/corpus
if [[ $seconds -eq 0 ]]; then learned=$work/nothing_learned && rm -rf "$learned"; fi
rm -rf "$work/found" && mkdir -p "$learned" "$work/found"
export LSAN_OPTIONS=suppressions=$PWD/tests/fuzz/lsan.supp:print_suppressions=0
# Time is the clock's: generous, as the machine may be busy. What took long is tried again by processor time, below.
limits=(-rss_limit_mb=2048 -malloc_limit_mb=512 -timeout=60)
length=(-max_total_time="$seconds")
declare -A seeded_runs=([hdf5]=0 [hdf5_objects]=1000)  # hdf5: the corpus alone, see below

# Bytes that no check of ours can keep from libhdf5: its own crashes are counted apart, and the run goes on.
beyond_us=()
if [[ $target == hdf5 ]]; then
  limits=(-rss_limit_mb=6144 -malloc_limit_mb=4200 -timeout=60)
  if [[ $seconds -gt 0 ]]; then beyond_us=(-fork=1 -ignore_crashes=1 -ignore_ooms=1 -ignore_timeouts=1); fi
fi

if [[ $seconds -eq 0 ]]; then
  length=(-seed=1 -runs="${seeded_runs[$target]:-5000}")
  limits+=(-timeout=300)  # a loaded machine is no finding
fi

begin=$SECONDS
"$program" "${limits[@]}" "${length[@]}" ${beyond_us[@]+"${beyond_us[@]}"} -print_final_stats=1 \
  -artifact_prefix="$work/found/" "$learned" "tests/fuzz/corpus/$target" >"$work/log" 2>&1 && failed=0 || failed=1
took=$((SECONDS - begin))

# A crash is a library's if the innermost frame that is not a sanitizer's or libc's lies in it.
stack_of() {
  "$program" "${limits[@]}" "$1" 2>&1 | grep -E '^ +#[0-9]+ ' | sed 's/ (BuildId.*//' |
    grep -vE ' in (malloc|calloc|realloc|free) |__sanitizer|__interceptor|__asan|asan::|fuzzer::|libc\.so|pthread|raise|abort|nptl/|sysdeps/|stdlib/' |
    head -4 || true
}
# Whether an input that took long was only waiting for a busy machine.
was_waiting() { (ulimit -t 10 && "$program" "${limits[@]}" -timeout=600 "$1" >"$work/again.log" 2>&1); }

findings=0 in_library=""
for input in "$work"/found/*; do
  [[ -e $input && $input != */slow-unit-* ]] || continue
  if [[ $input == */timeout-* ]] && was_waiting "$input"; then continue; fi
  stack=$(stack_of "$input")
  if [[ ${#beyond_us[@]} -gt 0 && $(head -1 <<<"$stack") == *libhdf5* ]]; then
    in_library+=$(sed -nE 's/.* in ([A-Za-z0-9_]+) .*libhdf5.*/\1/p' <<<"$stack" | head -1)$'\n'
  else
    findings=$((findings + 1))
  fi
done
in_library=$(sort <<<"$in_library" | sed '/^$/d' | uniq -c | awk '{printf "%s%s x%s", sep, $2, $1; sep = ", "}')

if [[ $failed -eq 1 && -z $(ls "$work/found") ]]; then  # it has not run at all
  tail -20 "$work/log" >&2
  findings=1
fi

last() { grep -oE "$1" "$work/log" | tail -1 | grep -oE '[0-9]+' | tail -1; }
{
  printf 'runs=%s took=%s coverage=%s findings=%s\n' "$(last '^#[0-9]+|number_of_executed_units: *[0-9]+' || echo 0)" \
    "$took" "$(last 'cov: [0-9]+' || echo 0)" "$findings"
  printf 'in_library=%q\n' "$in_library"
} >"$work/result"
[[ $findings -eq 0 ]]
