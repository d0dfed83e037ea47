#!/usr/bin/env bash
# The page's tests. The page itself is not built here: what is tested is the committed tools/view/page/dist/index.html.
#   run.sh [NAME...]       makes ready and runs NAME.spec.ts, all of them without a name
#   run.sh --prepare       only makes ready: packages, messages, one bundle per spec
#   run.sh --only NAME...  only runs what was made ready (several may run at a time)
#   run.sh --dist          fails unless the committed page is what its sources give
#   run.sh --screenshots   makes the pictures of tools/view/README.md
set -euo pipefail
cd "$(dirname "$0")/../.."
page=$PWD/tools/view/page bundles=$PWD/build/page-tests
export NODE_PATH=$page/node_modules PHASECAST_SOURCE=$PWD

prepare() {
  if [[ ! $page/node_modules -nt $page/package-lock.json ]]; then
    npm --prefix "$page" ci --no-fund --no-audit
    touch "$page/node_modules"
  fi
  (cd "$page" && node --input-type=module -e 'import("./build.mjs").then((build) => build.generateMessages())')
  "$page/node_modules/.bin/esbuild" tests/view/*.spec.ts tests/view/screenshots.ts --bundle --platform=node --format=cjs \
    --external:playwright-core --outdir="$bundles" --log-level=warning --sourcemap=inline
}

run() {
  local specs=("$bundles"/*.spec.js)
  if [[ $# -gt 0 ]]; then specs=("${@/%/.spec.js}") && specs=("${specs[@]/#/$bundles/}"); fi
  node --enable-source-maps --test "${specs[@]}"
}

case ${1-} in
  --prepare) prepare ;;
  --only) run "${@:2}" ;;
  --dist) npm --prefix "$page" run --silent check-types && npm --prefix "$page" run --silent check-dist ;;
  --screenshots) prepare && node --enable-source-maps "$bundles/screenshots.js" ;;
  *) prepare && run "$@" ;;
esac
