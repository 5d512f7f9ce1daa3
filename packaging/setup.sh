#!/usr/bin/env bash
# Makes .venv with the tested set of packages. Run by the Makefile; safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/system-libraries.sh

# The first Python of a supported version that can make environments.
python=""
for candidate in "${PYTHON:-}" python3.11 python3.12 python3; do
  [ -n "$candidate" ] && command -v "$candidate" >/dev/null || continue
  if "$candidate" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "maskstudio needs Python 3.11 or 3.12 with venv; set PYTHON to one and run this again." >&2
  exit 1
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
# The constraints keep torch at the small CPU build where one is offered, and both OpenCV packages at one version.
.venv/bin/python -m pip install --quiet --disable-pip-version-check -c packaging/constraints.txt -e '.[dev]'
.venv/bin/python -m pip check
