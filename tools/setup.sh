#!/usr/bin/env bash
# Installs those packages of tools/packages.txt that are missing. Changes nothing when all are there. `setup.sh build` leaves
# out those behind the line "# tests and checks".
set -euo pipefail
cd "$(dirname "$0")/.."

[[ ${1:-} == build ]] && last='/^# tests and checks/q' || last=
mapfile -t wanted < <(sed -e "$last" tools/packages.txt | sed 's/#.*//' | tr -s '[:space:]' '\n' | sed '/^$/d' | sort)
# Node.js from elsewhere (nodesource, say) brings its own npm, and Debian's would conflict with it.
if command -v npm >/dev/null; then
  mapfile -t wanted < <(printf '%s\n' "${wanted[@]}" | grep -vx -e nodejs -e npm)
fi
mapfile -t installed < <(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null |
  sed -n 's/ installed$//p' | sort -u)
mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}") <(printf '%s\n' "${installed[@]}"))
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

if [[ $(id -u) -ne 0 ]]; then
  echo "These Debian packages are missing; as root, run:" >&2
  echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

install_missing() {
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
}
echo "Installing: ${missing[*]}"
# The package lists may be absent or too old: then fetch them and try once more.
install_missing || { apt-get update --quiet && install_missing; }
