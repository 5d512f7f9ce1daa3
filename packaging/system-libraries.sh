#!/usr/bin/env bash
# Finds the Debian packages that Qt, OpenCV and the window tests need and this machine lacks, and installs them if it
# may; otherwise prints the one command to run. Looks for the files themselves, since package names differ by release.
set -euo pipefail

command -v apt-get >/dev/null || exit 0
ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
known=$("$ldconfig" -p)

missing=()
need_library() { grep -q "$1" <<<"$known" || missing+=("$2"); }
need_command() { command -v "$1" >/dev/null || missing+=("$2"); }

need_library libglib-2.0.so.0 libglib2.0-0
need_library libGL.so.1 libgl1
need_library libEGL.so.1 libegl1
need_library libdbus-1.so.3 libdbus-1-3
need_library libfontconfig.so.1 libfontconfig1
need_library libxkbcommon.so.0 libxkbcommon0
need_library libxkbcommon-x11.so.0 libxkbcommon-x11-0
need_library libxcb-cursor.so.0 libxcb-cursor0
need_library libxcb-icccm.so.4 libxcb-icccm4
need_library libxcb-keysyms.so.1 libxcb-keysyms1
need_library libxcb-shape.so.0 libxcb-shape0
need_command Xvfb xvfb
command -v python3.12 >/dev/null || python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)

[ ${#missing[@]} -eq 0 ] && exit 0

install="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif sudo -n true 2>/dev/null; then
  as_root=(sudo -n)
else
  echo "Some system packages are missing. Run this once, then try again:" >&2
  echo "  sudo apt-get update && sudo $install" >&2
  exit 1
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" $install -qq >/dev/null
