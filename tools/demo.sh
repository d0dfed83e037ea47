#!/usr/bin/env bash
# A live experiment on this machine: a simulated detector sends five scans of a battery particle over ZeroMQ, the
# pipeline turns them into phase maps while they arrive and records every frame, and the maps are shown live: on a web
# page, whose address is told and opened where there is a desktop, and in the terminal. Ends with a summary; its status
# is 0 only if every frame sent was received and recorded and every map compared with the truth. On a terminal the page
# stays up until Enter is pressed.
set -euo pipefail
cd "$(dirname "$0")/.."

scans=5 height=192 width=256 noise=0.1 rate=100
out=demo-output
phasecast=build/release/phasecast
experiment=(--scene particle --height "$height" --width "$width" --states 2 --scans "$scans" --noise "$noise")

fail() {
  echo "demo: $*" >&2
  exit 1
}

started=()
stop_everything() {
  kill -TERM "${started[@]}" 2>/dev/null || true
  wait
}
trap stop_everything EXIT

# value FILE NAME: what follows NAME on its line in a file of "name value" lines.
value() { awk -v name="$2" '$1 == name { print $2 }' "$1"; }
# words FILE KIND NAME: what follows the word NAME on each line that begins with KIND.
words() { awk -v kind="$2" -v name="$3" '$1 == kind { for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }' "$1"; }
endpoint() { sed -n "s|.*\"$1\": *\"\([^\"]*\)\".*|\1|p" <<<"$endpoints"; }

tools/setup.sh
tools/build.sh release phasecast

rm -rf "$out"
mkdir "$out"
mapfile -t references < <("$phasecast" simulate "${experiment[@]}" --write-references "$out/references" |
  sed -n 's/^reference //p')
[[ ${#references[@]} -eq 2 ]] || fail "simulate wrote ${#references[@]} references, expected 2"

# The pipeline writes its endpoints into a pipe as soon as it listens. Reading waits for just that, and for nothing if it
# ends early.
exec {ready}< <(
  exec "$phasecast" run --frames 'tcp://127.0.0.1:*' --maps 'tcp://127.0.0.1:*' --control 'tcp://127.0.0.1:*' \
    --references "${references[@]}" --normalize pre_edge --pre-edge 8180:8320 --output "$out/recorded" \
    --endpoints /dev/fd/3 3>&1 >"$out/run.txt" 2>"$out/run.log"
)
pipeline=$!
started+=("$pipeline")
read -r endpoints <&"$ready" || { cat "$out/run.log" >&2; fail "the pipeline did not start"; }

# The viewer too says where it listens as soon as it does.
exec {viewing}< <(
  exec "$phasecast" view "$(endpoint maps)" --control "$(endpoint control)" --port 0 2>"$out/view.log"
)
viewer=$!
started+=("$viewer")
read -r _ page <&"$viewing" || { cat "$out/view.log" >&2; fail "the viewer did not start"; }
echo "live maps: $page"
if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]] && command -v xdg-open >/dev/null; then
  xdg-open "$page" >/dev/null 2>&1 || true  # a desktop without a browser: the address has been told
fi

"$phasecast" simulate "${experiment[@]}" --rate "$rate" -o "$out/sent.h5" --to "$(endpoint frames)" \
  >"$out/simulate.txt" 2>"$out/simulate.log" &
detector=$!
started+=("$detector")
truth=()
for ((scan = 0; scan < scans; scan++)); do truth+=("$(printf '%s/sent_%03d.h5' "$out" "$scan")"); done
watched=0
"$phasecast" watch "$(endpoint maps)" --finals "$scans" --timeout 300 --png "$out/pictures" --truth "${truth[@]}" \
  --lines "$out/watch.txt" || watched=$?
wait "$detector" || { cat "$out/simulate.log" >&2; fail "the simulated detector failed"; }
[[ ! -t 0 || ! -t 1 ]] || read -rp "The maps stay at $page until you press Enter. " _
kill -INT "$pipeline"
wait "$pipeline" || { tail -n 20 "$out/run.log" >&2; fail "the pipeline failed"; }
[[ $watched -eq 0 ]] || fail "watching ended with status $watched: $(tail -n 1 "$out/watch.txt")"

sent=$(words "$out/simulate.txt" scan sent | awk '{ sum += $1 } END { print sum }')
received=$(value "$out/run.txt" received)
recorded=$(value "$out/run.txt" recorded)
finals=$(value "$out/run.txt" maps_final)
mapfile -t psnr < <(words "$out/watch.txt" truth psnr_db)

cat <<END

phasecast demo: $scans scans of a particle, 2 states, ${height}x$width pixels, noise $noise per absorbance value
  frames    sent $sent = received $received = recorded $recorded, lost $((sent - received))
  maps      $(value "$out/run.txt" maps_provisional) provisional, $finals final
  PSNR      ${psnr[*]} dB of the final maps (eq. 27, MAX = 1, unmasked pixels)
  latency   last frame to final map: p50 $(value "$out/run.txt" latency_p50_ms) ms, p95 $(value "$out/run.txt" latency_p95_ms) ms
  page      $page (while the demo runs)
  picture   $out/pictures/latest.png
  files
$(sed -n 's/^file /    /p' "$out/run.txt")
END

[[ $sent -gt 0 && $sent -eq $received && $received -eq $recorded ]] || fail "frames sent, received, recorded differ"
for trouble in missing late duplicate foreign unpaired rejected scans_aborted scans_timed_out; do
  [[ $(value "$out/run.txt" "$trouble") == 0 ]] || fail "$trouble is $(value "$out/run.txt" "$trouble"), expected 0"
done
[[ $finals -eq $scans ]] || fail "$finals final maps, expected $scans"
[[ ${#psnr[@]} -eq $scans ]] || fail "${#psnr[@]} maps compared with the truth, expected $scans"
[[ -s $out/pictures/latest.png ]] || fail "$out/pictures/latest.png is missing"
