#include "tools/bridge/mapping.hpp"

namespace phasecast::bridge {
namespace {

/// EPICS areaDetector's NDPluginZMQ: {"htype": ["chunk-1.0"], "type": "uint16", "shape": [x, y],
/// "frame": uniqueId, "ndattr": {"Energy": {"value": 8333.0, "dataType": "float64"}, …}} | pixels.
/// NDArray's first dimension is the fastest.
Mapping adzmq() {
  Mapping m;
  m.number = "frame";
  m.numbers_go_on = true;
  m.shape = "shape";
  m.shape_order = "xy";
  m.dtype = "type";
  return m;
}

/// slsDetectorPackage's receiver, JSON header version 4: header and pixels of one module's port as two
/// messages; a header with "data": 0 ends the acquisition. Bits per pixel tell the type; frameIndex counts
/// from 0 in each acquisition, which fileIndex counts. An image that lacks packets is of no use here.
Mapping sls() {
  Mapping m;
  m.number = "frameIndex";
  m.first = 0;
  m.shape = "shape";
  m.shape_order = "xy";
  m.dtype = "bitmode";
  m.scan = "fileIndex";
  m.separate_messages = true;
  m.require = {{"completeImage", "1"}, {"detshape", "[1,1]"}};
  m.end = {{"data", "0"}};
  m.socket = "sub";
  return m;
}

/// recastx' (and the Paul Scherrer Institut's std-daq's) stream: {"frame": 100, "shape": [rows, columns],
/// "image_attributes": {"scan_index": 0}} | uint16 pixels. Darks (0), flats (1) and projections (2) each
/// count from 0, and go on counting over scans.
Mapping recastx() {
  Mapping m;
  m.number = "frame";
  m.first = 0;
  m.numbers_per_kind = true;
  m.numbers_go_on = true;
  m.shape = "shape";
  m.default_dtype = "uint16";
  m.kind = "image_attributes.scan_index";
  m.kinds = {{"0", FrameKind::dark}, {"1", FrameKind::flat}, {"2", FrameKind::sample}};
  return m;
}

/// DECTRIS Stream V2, whose image messages have these beside the pixels (stream_v2.hpp).
Mapping dectris() {
  Mapping m;
  m.number = "image_id";
  m.first = 0;
  return m;
}

/// Files: numbers are in their names, or the places of images in one file.
Mapping folder() {
  Mapping m;
  m.numbers_go_on = true;
  return m;
}

Mapping hdf5() {
  Mapping m;
  m.first = 0;
  m.numbers_go_on = true;
  return m;
}

}  // namespace

const std::map<std::string, Mapping>& presets() {
  static const std::map<std::string, Mapping> all{{"adzmq", adzmq()},     {"sls", sls()},
                                                  {"recastx", recastx()}, {"dectris", dectris()},
                                                  {"folder", folder()},   {"hdf5", hdf5()}};
  return all;
}

}  // namespace phasecast::bridge
