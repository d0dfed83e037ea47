#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <zmq.hpp>

#include "tools/bridge/assembler.hpp"
#include "tools/bridge/mapping.hpp"
#include "tools/bridge/source.hpp"
#include "tools/sender.hpp"

namespace phasecast::bridge {

/// What is typed for `phasecast bridge`.
struct BridgeOptions {
  std::string config_file, ready_file;
  std::string source, from, to;
  KeyFiles keys;
  std::string socket, topic;
  bool bind = false;
  std::size_t largest_mb = 512;
  std::string mapping, energy_field, kind_field;
  std::optional<std::uint64_t> first;
  std::string channel;
  std::string dataset, energy_name;
  bool existing = false, kind_name = false;
  std::string metadata, metadata_topic, metadata_energy, metadata_number, metadata_energies = "energies";
  double metadata_wait_s = 10, straggler_wait_s = 2;
  std::string energies;
  double energy_tolerance_ev = 0.5;
  std::uint32_t darks = 0, flats = 0, darks_per_energy = 0, flats_per_energy = 0, repeats = 1;
  std::string order = "dark,flat,sample";
  std::string data = "counts", edge, series;
  double pixel_size_um = 0;
  std::uint64_t scans = 0;
};

void add_bridge_options(CLI::App& command, BridgeOptions& options);

struct Plan {
  AssemblerConfig assembler;
  Mapping mapping;
};

/// These read files and check. They throw std::runtime_error naming the option or file at fault.
Plan to_plan(const BridgeOptions& options);
SendConfig send_config(const BridgeOptions& options);
std::unique_ptr<Source> open_frames(zmq::context_t& context, const BridgeOptions& options,
                                    const Mapping& mapping, Tally& tally);
/// Null if there is none.
std::unique_ptr<Source> open_metadata(zmq::context_t& context, const BridgeOptions& options);

}  // namespace phasecast::bridge
