#!/usr/bin/env bash
# tests/package/clean_root.sh DEB [ROOT]: installs the package on a clean Debian 12 (debootstrap into ROOT, unless it is one
# already, or into a new folder that is removed afterwards), looks at what is there, measures through the service, and removes
# the package again.
# Needs root, debootstrap and Debian's mirror; a few minutes. MIRROR=http://... takes another one.
set -euo pipefail
deb=$(realpath "$1")
here=$(realpath "$(dirname "$0")")

root=${2:-$(mktemp -d)}
named=${2:-}
clean() {
  ! mountpoint --quiet "$root/proc" || umount "$root/proc"
  [[ -n $named ]] || rm -rf --one-file-system "$root"
}
trap clean EXIT
in_root() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"; }
claim() { echo "== $*"; }

claim "a clean Debian 12"
if [[ ! -e $root/etc/debian_version ]]; then
  log=$(mktemp)
  debootstrap --variant=minbase bookworm "$root" "${MIRROR:-http://deb.debian.org/debian}" >"$log" 2>&1 || { tail "$log"; exit 1; }
  rm "$log"
fi
chmod 755 "$root"  # a new folder is its owner's alone, and the service's user has to find its way
mount -t proc proc "$root/proc"

claim "the package installs, with what it depends on and nothing else"
cp "$deb" "$root/tmp/phasecast.deb"
in_root apt-get update --quiet=2
in_root apt-get install --yes --quiet=2 --no-install-recommends /tmp/phasecast.deb >/dev/null
in_root apt-get clean
in_root dpkg --verify phasecast
in_root dpkg --status phasecast | grep -E '^(Version|Installed-Size|Depends)'

claim "the command runs, for whom and from where it should"
in_root phasecast --version
in_root getent passwd phasecast
if [[ -d $root/usr/libexec/phasecast ]]; then  # not a package for this CPU alone
  in_root env PHASECAST_CPU_LEVEL=2 phasecast --version | grep -F -- '-march=x86-64-v2'
fi
grep -qx /etc/phasecast/phasecast.toml "$root/var/lib/dpkg/info/phasecast.conffiles"
[[ -z $(in_root find / -xdev -nouser) ]]

claim "its unit is one"
in_root systemd-analyze verify --man=no /lib/systemd/system/phasecast.service
in_root systemd-analyze security --offline=true --no-pager phasecast.service | tail -1

claim "the service starts, measures, and stops"
cp "$root/etc/phasecast/phasecast.toml" "$root/tmp/phasecast.toml"
"$here/service.py" "$root"

nspawn=${NSPAWN:-systemd-nspawn}
if command -v "$nspawn" >/dev/null; then
  claim "its own systemd starts it, starts it again when it is killed, and stops it"
  cp "$root/tmp/phasecast.toml" "$root/etc/phasecast/phasecast.toml"
  umount "$root/proc"
  NSPAWN=$nspawn "$here/booted.sh" "$root"
  mount -t proc proc "$root/proc"
else
  echo "not booted: no systemd-nspawn (Debian's systemd-container)"
fi

claim "removed, it leaves what was measured"
in_root apt-get remove --yes --quiet=2 phasecast >/dev/null
[[ ! -e $root/usr/bin/phasecast && -e $root/etc/phasecast/phasecast.toml && -d $root/var/lib/phasecast ]]
in_root apt-get purge --yes --quiet=2 phasecast >/dev/null
[[ ! -e $root/etc/phasecast/phasecast.toml && -d $root/var/lib/phasecast ]]
echo "the package is in order"
