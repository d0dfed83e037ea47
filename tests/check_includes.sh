#!/usr/bin/env bash
# The one rule: messages <- stages <- pipeline <- tools. A folder includes only itself and what is left of it, nothing
# includes tests, and stages know neither sockets nor files nor the flow graph. Debian puts all headers into one place,
# so the compiler does not see to it.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$root"
violations=0

# forbid FOLDER PATTERN REASON: no file of FOLDER includes what matches PATTERN (an extended regular expression).
forbid() {
  local found
  found=$(grep -rnE --include='*.cpp' --include='*.hpp' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" "$1") || return 0
  printf '%s\n%s\n' "$1: $3" "$found"
  violations=1
}

for folder in messages stages pipeline tools; do
  [[ -d $folder ]] || { echo "$root: folder $folder is missing"; exit 1; }
done
forbid messages '(stages|pipeline|tools|tests)/' 'messages may include messages only'
forbid stages '(pipeline|tools|tests)/' 'stages may include messages and stages only'
forbid pipeline '(tools|tests)/' 'pipeline may include messages, stages and pipeline only'
forbid tools 'tests/' 'tools may not include tests'
forbid stages '(messages/wire/|zmq|hdf5|H5|(oneapi/)?tbb/flow_graph|spdlog|cairo|CLI/|toml)' \
  'stages are plain functions: no sockets, files, flow graph, log, pictures or options'
# A network's format is protobuf, oneDNN runs it: each is known only to the files named after it.
while IFS= read -r -d '' file; do
  [[ $file == stages/onnx*.cpp ]] || forbid "$file" '(google/protobuf|.*\.pb\.h)' 'only stages/onnx*.cpp may know protobuf'
  [[ $file == stages/convolution.cpp ]] || forbid "$file" '(oneapi/dnnl/)?(dnnl|omp\.h)' 'only stages/convolution.cpp may know oneDNN'
done < <(find stages \( -name '*.hpp' -o -name '*.cpp' \) -print0)

# Plain message types stay plain: only messages/wire knows protobuf, and nobody in messages knows sockets or files.
forbid messages '(zmq|hdf5|H5|(oneapi/)?tbb/|spdlog|cairo|CLI/|toml)' 'messages know no sockets, files or threads'
while IFS= read -r -d '' file; do
  forbid "$file" '(google/protobuf|.*\.pb\.h|messages/wire/)' 'only messages/wire may know protobuf'
done < <(find messages -name wire -prune -o \( -name '*.hpp' -o -name '*.cpp' \) -print0)

if [[ $violations -ne 0 ]]; then exit 1; fi
echo "includes follow messages <- stages <- pipeline <- tools"
