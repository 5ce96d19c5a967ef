#!/usr/bin/env bash
# Emacs and eglot for the tests, from Debian; a second run does nothing. What cannot be installed here is said, and
# ends it with 1.
set -euo pipefail

fail() {
    echo "emacs.sh: $*" >&2
    exit 1
}

has_eglot() {
    command -v emacs >/dev/null && command -v emacsclient >/dev/null &&
        emacs --batch --eval "(progn (package-initialize) (require 'eglot))" >/dev/null 2>&1
}

has_eglot && exit
command -v apt-get >/dev/null || fail "Emacs with eglot is needed, and this machine has no apt-get to install it with."
root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "install these packages as root, then run this again: emacs-nox elpa-eglot"
    root=(sudo)
fi
"${root[@]}" apt-get update -qq >&2
# Since Emacs 29 eglot is a part of Emacs, and Debian has no package of it.
packages=(emacs-nox)
apt-cache show elpa-eglot >/dev/null 2>&1 && packages+=(elpa-eglot)
echo "installing ${packages[*]}" >&2
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2 ||
    fail "apt-get could not install ${packages[*]}; it says why above."
has_eglot || fail "Emacs is there now, but it finds no eglot."
