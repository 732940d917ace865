#!/usr/bin/env bash
# Installs the Chromium that the browser tests drive, where that is possible: as root on Debian and its kin. Elsewhere those tests use what they find, or are skipped.
set -uo pipefail
if [[ -n ${SLACKOAUTH_TEST_CHROMIUM:-} ]] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then
  exit 0
fi

if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
  echo "The browser tests need Chromium: install it, or name its path in SLACKOAUTH_TEST_CHROMIUM." >&2
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet --quiet && apt-get install --quiet --quiet --yes --no-install-recommends chromium >/dev/null ||
  echo "Chromium could not be installed; install it by hand, or name its path in SLACKOAUTH_TEST_CHROMIUM." >&2
