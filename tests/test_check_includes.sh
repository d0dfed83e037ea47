#!/usr/bin/env bash
# check_includes.sh must find each kind of stray include, and name the file.
set -euo pipefail
check=$(cd "$(dirname "$0")" && pwd)/check_includes.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{messages/wire,stages,pipeline/files,tools/watch}

expect_violation() {
  local file=$1 include=$2 report
  printf '#pragma once\n  # include %s\n' "$include" >"$tree/$file"
  if report=$("$check" "$tree") || [[ $report != *"$file"* ]]; then
    echo "not found: $file includes $include"
    exit 1
  fi
  rm "$tree/$file"
}

printf '#include <vector>\n#include "messages/scan.hpp"\n' >"$tree/stages/lcf.cpp"
printf '#include <google/protobuf/message_lite.h>\n' >"$tree/messages/wire/codec.cpp"
printf '#include <zmq.hpp>\n#include <tbb/flow_graph.h>\n#include "stages/lcf.hpp"\n' >"$tree/pipeline/graph.hpp"
printf '#include "stages/onnx.pb.h"\n' >"$tree/stages/onnx_node.cpp"
printf '#include <dnnl.hpp>\n#include <omp.h>\n' >"$tree/stages/convolution.cpp"
"$check" "$tree"

expect_violation messages/scan.hpp '"stages/lcf.hpp"'
expect_violation messages/scan.hpp '"messages/wire/codec.hpp"'
expect_violation messages/scan.hpp '<google/protobuf/message.h>'
expect_violation messages/wire/codec.hpp '<zmq.hpp>'
expect_violation stages/rum.cpp '"pipeline/graph.hpp"'
expect_violation stages/rum.cpp '"messages/wire/codec.hpp"'
expect_violation stages/rum.hpp '<zmq.h>'
expect_violation stages/rum.cpp '"stages/onnx.pb.h"'
expect_violation stages/onnx_node.hpp '"stages/onnx.pb.h"'
expect_violation stages/rum.cpp '<google/protobuf/message.h>'
expect_violation stages/rum.cpp '<dnnl.hpp>'
expect_violation stages/convolution.hpp '<oneapi/dnnl/dnnl.hpp>'
expect_violation stages/rum.cpp '<omp.h>'
expect_violation stages/rum.hpp '<hdf5.h>'
expect_violation stages/rum.hpp '<oneapi/tbb/flow_graph.h>'
expect_violation pipeline/files/map_file.cpp '"tools/options.hpp"'
expect_violation tools/watch/feed.cpp '"tests/small_scan.hpp"'
echo "every stray include is found"
