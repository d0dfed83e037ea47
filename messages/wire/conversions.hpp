#pragma once

#include <optional>
#include <utility>

#include "messages/control.hpp"
#include "messages/image.hpp"
#include "messages/region_spectrum.hpp"
#include "messages/scan.hpp"
#include "messages/status.hpp"
#include "messages/wire/phasecast.pb.h"

namespace phasecast {

inline constexpr std::pair<FrameKind, wire::FrameKind> frame_kinds[] = {
    {FrameKind::dark, wire::FRAME_KIND_DARK},
    {FrameKind::flat, wire::FRAME_KIND_FLAT},
    {FrameKind::sample, wire::FRAME_KIND_SAMPLE}};

inline constexpr std::pair<Signal, wire::Signal> signals[] = {
    {Signal::counts, wire::SIGNAL_COUNTS},
    {Signal::transmission, wire::SIGNAL_TRANSMISSION},
    {Signal::absorbance, wire::SIGNAL_ABSORBANCE}};

inline constexpr std::pair<CorrectionUse, wire::CorrectionUse> correction_uses[] = {
    {CorrectionUse::none, wire::CORRECTION_USE_NONE},
    {CorrectionUse::shared, wire::CORRECTION_USE_SHARED},
    {CorrectionUse::per_energy, wire::CORRECTION_USE_PER_ENERGY}};

inline constexpr std::pair<ScanStatus, wire::ScanStatus> scan_statuses[] = {
    {ScanStatus::complete, wire::SCAN_STATUS_COMPLETE}, {ScanStatus::aborted, wire::SCAN_STATUS_ABORTED}};

inline constexpr std::pair<PixelType, wire::PixelType> pixel_types[] = {
    {PixelType::uint8, wire::PIXEL_TYPE_UINT8},
    {PixelType::uint16, wire::PIXEL_TYPE_UINT16},
    {PixelType::uint32, wire::PIXEL_TYPE_UINT32},
    {PixelType::float32, wire::PIXEL_TYPE_FLOAT32},
    {PixelType::float64, wire::PIXEL_TYPE_FLOAT64}};

inline constexpr std::pair<PipelineState, wire::PipelineState> pipeline_states[] = {
    {PipelineState::waiting, wire::PIPELINE_STATE_WAITING},
    {PipelineState::scanning, wire::PIPELINE_STATE_SCANNING},
    {PipelineState::solving, wire::PIPELINE_STATE_SOLVING},
    {PipelineState::stopping, wire::PIPELINE_STATE_STOPPING}};

inline constexpr std::pair<ControlCommand, wire::Command> commands[] = {
    {ControlCommand::get_status, wire::COMMAND_GET_STATUS},
    {ControlCommand::get_scan_start, wire::COMMAND_GET_SCAN_START},
    {ControlCommand::get_map, wire::COMMAND_GET_MAP},
    {ControlCommand::abort_scan, wire::COMMAND_ABORT_SCAN},
    {ControlCommand::stop, wire::COMMAND_STOP},
    {ControlCommand::get_region_spectrum, wire::COMMAND_GET_REGION_SPECTRUM},
    {ControlCommand::get_references, wire::COMMAND_GET_REFERENCES},
    {ControlCommand::get_receipt, wire::COMMAND_GET_RECEIPT}};

/// UNSPECIFIED for a value that is not in the table, which no decoder accepts.
template <class Plain, class Wire, std::size_t N>
Wire to_wire(const std::pair<Plain, Wire> (&table)[N], Plain value) {
  for (const auto& [plain, coded] : table) {
    if (plain == value) return coded;
  }
  return Wire{};
}

template <class Plain, class Wire, std::size_t N>
std::optional<Plain> to_plain(const std::pair<Plain, Wire> (&table)[N], Wire value) {
  for (const auto& [plain, coded] : table) {
    if (coded == value) return plain;
  }
  return std::nullopt;
}

inline void fill(wire::Region& header, const Region& region) {
  header.set_x(region.x);
  header.set_y(region.y);
  header.set_width(region.width);
  header.set_height(region.height);
}

inline wire::Shape to_wire(Shape plain) {
  wire::Shape shape;
  shape.set_height(static_cast<std::uint32_t>(plain.height));
  shape.set_width(static_cast<std::uint32_t>(plain.width));
  return shape;
}

}  // namespace phasecast
