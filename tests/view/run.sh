#!/usr/bin/env bash
# Runs the page's tests: run.sh [NAME...] runs NAME.spec.ts, all of them without a name. run.sh --screenshots makes the
# pictures of tools/view/README.md instead.
# The page itself is not built here: what is tested is the committed tools/view/page/dist/index.html.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD page=$PWD/tools/view/page bundles=$PWD/build/page-tests

[[ -d $page/node_modules ]] || npm --prefix "$page" ci --no-fund --no-audit
(cd "$page" && node --input-type=module -e 'import("./build.mjs").then((build) => build.generateMessages())')

export NODE_PATH=$page/node_modules PHASECAST_SOURCE=$root
bundle() {
  "$page/node_modules/.bin/esbuild" "$@" --bundle --platform=node --format=cjs --external:playwright-core \
    --outdir="$bundles" --log-level=warning --sourcemap=inline
}
if [[ ${1-} == --screenshots ]]; then
  bundle tests/view/screenshots.ts
  exec node --enable-source-maps "$bundles/screenshots.js"
fi

names=("$@")
if [[ $# -eq 0 ]]; then
  for spec in tests/view/*.spec.ts; do names+=("$(basename "$spec" .spec.ts)"); done
fi
specs=("${names[@]/%/.spec.ts}") bundled=("${names[@]/%/.spec.js}")
bundle "${specs[@]/#/tests/view/}"
exec node --enable-source-maps --test "${bundled[@]/#/$bundles/}"
