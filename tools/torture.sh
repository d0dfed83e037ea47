#!/usr/bin/env bash
# tools/torture.sh [--quick | --minutes N]: breaks phasecast on purpose for as long as it takes, and prints a table of what
# was asked and what came of it. Default: the whole of it (one to two hours on two cores). --quick: a few minutes.
# --minutes N: fuzzers N minutes each, the rest whole. Logs are in build/torture. Ends with 1 if anything fell short.
set -euo pipefail
cd "$(dirname "$0")/.."

scans=10000 cycles=10000 frames=1000000 pairs=5 kills=200 fuzz_seconds=1200
case "${1:-}" in
  "") ;;
  --quick) scans=500 cycles=500 frames=64000 pairs=1 kills=10 fuzz_seconds=10 ;;
  --minutes) fuzz_seconds=$((${2:?--minutes N} * 60)) ;;
  *) echo "usage: tools/torture.sh [--quick | --minutes N]" >&2; exit 2 ;;
esac

logs=$PWD/build/torture
torture=build/release/tests/torture/torture
table=() short=0
mkdir -p "$logs"

# report ASKED FIGURE GOOD(0 or 1)
report() {
  local verdict=ok
  [[ $3 == 0 ]] || { verdict="FELL SHORT"; short=1; }
  table+=("$1|$2|$verdict")
}

# attempt NAME COMMAND...: runs it with a log; its exit status
attempt() {
  local name=$1 status=0
  shift
  echo "== $name" >&2
  "$@" >"$logs/$name.log" 2>&1 || status=$?
  tail -n 3 "$logs/$name.log" >&2
  return "$status"
}

# figure NAME WORD: the value behind a word in a log
figure() { sed -n "s/^$2 //p" "$logs/$1.log" | tail -n 1; }

part() { # part NAME ASKED FIGURES... -- COMMAND...: FIGURES are words of the log
  local name=$1 asked=$2 words=() status=0 text="" word
  shift 2
  while [[ $1 != -- ]]; do words+=("$1"); shift; done
  shift
  attempt "$name" "$@" || status=$?
  for word in "${words[@]}"; do text+="$word $(figure "$name" "$word"); "; done
  [[ $status == 77 ]] && { text="skipped: $(tail -n 1 "$logs/$name.log")"; status=0; }
  report "$asked" "${text%; }" "$status"
}

tools/build.sh release torture

part streams "$scans faulty scans, seeds in build/torture/streams.log: invariants hold in all" \
  scans_sent frames_received final_maps final_maps_same_bits pipelines_with_findings -- \
  "$torture" streams --scans "$scans" --seed 1
part cycles "$cycles start/stop cycles: no deadlock, nothing left" \
  cycles frames_received threads descriptors cycles_with_findings -- "$torture" cycles --count "$cycles" --seed 1
part disk-full "disk full: held back, sticky error, goes on, 0 lost" \
  held_back_at_frame lost final_maps_same_bits -- "$torture" disk-full
part slow-disk "slow disk: source held back in bounded memory, 0 lost" \
  most_frames_waiting lost final_maps_same_bits -- "$torture" slow-disk --scans 20
part overload "stalled and hostile clients: ingest rate at least 0.98 of undisturbed" median_ratio -- \
  "$torture" overload --pairs "$pairs" --scans 600 --per-second 50 --at-least 0.98
part overload-paced "the same at 500 frames/s" median_ratio -- \
  "$torture" overload --pairs "$pairs" --per-second 50 --rate 500 --at-least 0.98
part soak "$frames frames, recorded: 0 lost, growth < 5 MiB, p99 within 1.2" \
  lost resident_growth_mib p99_last_over_first -- "$torture" soak --frames "$frames"
part soak-unrecorded "$frames frames, not recorded: the same" \
  lost resident_growth_mib p99_last_over_first -- "$torture" soak --frames "$frames" --no-record

part kills "$kills kill -9: 0 acknowledged frames lost, every map as uninterrupted" \
  kills acknowledged lost final_maps_same_bits -- \
  /usr/bin/python3 tests/torture/kills.py build/release/phasecast --kills "$kills"
part fuzz "fuzzers, $fuzz_seconds s each: no finding" findings -- tests/fuzz/run.sh "$fuzz_seconds"

echo
printf '%s\n' "asked|figures|verdict" "${table[@]}" | column -t -s '|'
exit "$short"
