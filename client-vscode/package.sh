#!/usr/bin/env bash
# Builds dist/backend-specialist-VERSION.vsix from this checkout; --full: for this platform, with the wheels of every
# dependency for each Python that the server supports.
set -euo pipefail
cd "$(dirname "$0")"

PYTHONS=(3.11 3.12 3.13 3.14)
PIP=(../.venv/bin/python -m pip --quiet --disable-pip-version-check)
PATH="$(./rig.sh node):$PATH"

carry_server() {
    rm -rf wheels
    "${PIP[@]}" wheel --no-deps --wheel-dir wheels ..
}

carry_dependencies() {
    for version in "${PYTHONS[@]}"; do
        "${PIP[@]}" download --only-binary :all: --python-version "$version" --dest wheels wheels/backend_specialist-*.whl
    done
}

platform() {
    node -p '({ x64: "x64", arm64: "arm64" })[process.arch] ? `${process.platform}-${process.arch}` : "unknown"'
}

version=$(node -p 'require("./package.json").version')
carry_server
target=()
name=backend-specialist-$version
if [ "${1:-}" = --full ]; then
    carry_dependencies
    target=(--target "$(platform)")
    name=$name-${target[1]}
fi
node build.mjs
size=$(wc -c <dist/extension.js)
if [ "$size" -ge 512000 ]; then
    echo "dist/extension.js has $size bytes; it may have 500 KB at most, since every window loads it" >&2
    exit 1
fi
cp ../LICENSE .
mkdir -p ../dist
# VS Code shows no picture of a README but one from https:, and there is no such address: the walkthrough has them. vsce
# refuses a README with any other relative link.
sed '/^!\[.*(media\//,+1d' README.md >dist/README.md
npx vsce package --no-dependencies --allow-missing-repository --readme-path dist/README.md "${target[@]}" --out "../dist/$name.vsix"
