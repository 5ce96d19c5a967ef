import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A Python that makes an environment with itself in it, and notes how pip is called; the real one is the end-to-end suite's. */
export function interpreter(
  place: string,
  { pip = "true", name = "python3", version = "3.11" } = {},
): string {
  const path = join(place, name);
  const script = `#!/bin/sh
case "$*" in
  *"-m venv "*)
    for last; do :; done; mkdir -p "$last/bin"; ln -s "$0" "$last/bin/python"
    echo "version = ${version}.7" > "$last/pyvenv.cfg" ;;
  "-I -c "*) echo ${version} ;;
  *) echo "$@" >> "${place}/pip"; ${pip} ;;
esac
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}
