#!/usr/bin/env bash
# tests/package/booted.sh ROOT: boots a root in which the package is installed (systemd-nspawn of Debian's systemd-container), and
# has its own systemd start the service, as enabled: it measures, is killed, is started again and goes on, and is stopped.
# Adds a unit and references to ROOT. Needs root.
set -euo pipefail
root=$1
# shellcheck disable=SC2016
unshare --mount sh -c 'mount -t proc proc "$1/proc" && chroot "$1" phasecast simulate --write-references /etc/phasecast/references' \
  sh "$root" >/dev/null
cat >>"$root/etc/phasecast/phasecast.toml" <<'END'
references = ["/etc/phasecast/references/Ni_1.txt", "/etc/phasecast/references/Ni_2.txt"]
pre-edge = "8180:8320"
order = 1
END
cat >"$root/acceptance.sh" <<'END'
set -eux
exec >/acceptance.log 2>&1
measure() {
  phasecast simulate --height 96 --width 128 --to tcp://127.0.0.1:5555 --control tcp://127.0.0.1:5557
}
systemctl is-active phasecast
systemctl show -P StatusText phasecast
measure
kill -9 "$(systemctl show -P MainPID phasecast)"
measure  # waits for the pipeline that systemd starts again
[ "$(systemctl show -P NRestarts phasecast)" = 1 ]
systemctl stop phasecast
[ "$(systemctl show -P Result phasecast)" = success ]
[ "$(find /var/lib/phasecast -name 'scan_*.h5' -user phasecast -newer /etc/systemd/system/acceptance.service | wc -l)" = 2 ]
journalctl -u phasecast -o cat --no-pager | grep -c map_final
echo accepted
END
cat >"$root/etc/systemd/system/acceptance.service" <<'END'
[Unit]
After=phasecast.service
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
TimeoutStartSec=5min
ExecStart=/bin/bash /acceptance.sh
END
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sf /etc/systemd/system/acceptance.service "$root/etc/systemd/system/multi-user.target.wants/"
systemctl --root="$root" enable phasecast.service
: >"$root/acceptance.log"
"${NSPAWN:-systemd-nspawn}" -D "$root" --private-network --register=no --keep-unit --boot </dev/null >"$root/boot.log" 2>&1 || true
cat "$root/acceptance.log"
tail -n 1 "$root/acceptance.log" | grep -qx accepted
