#include "tools/bridge/bluesky.hpp"

#include <spdlog/fmt/fmt.h>

#include "tools/bridge/documents.hpp"
#include "tools/bridge/header_fields.hpp"
#include "tools/bridge/tally.hpp"

namespace phasecast::bridge {
namespace {

using nlohmann::json;

std::string shown(const json& value) {
  return printable(value.is_string() ? value.get<std::string>()
                                     : value.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string text_at(const json& document, const char* name) {
  const json* value = find(document, name);
  return value && value->is_string() ? shown(*value) : "";
}

Error wrong(const std::string& document, const std::string& field, const json* value,
            const std::string& expected) {
  return {"field", document + " document", field, value ? shown(*value) : "absent", expected};
}

std::optional<FrameKind> kind_of_stream(const std::string& name) {
  if (name == "dark" || name == "darks") return FrameKind::dark;
  if (name == "flat" || name == "flats") return FrameKind::flat;
  if (name == "primary") return FrameKind::sample;
  return std::nullopt;
}

/// Single values alone; names and values as they may be shown.
std::map<std::string, std::string> facts_of(const json& document) {
  constexpr std::size_t most = 100;
  std::map<std::string, std::string> facts;
  for (const auto& [name, value] : document.items())
    if (value.is_primitive() && !value.is_null() && facts.size() < most)
      facts[printable(name)] = shown(value);
  return facts;
}

}  // namespace

void Bluesky::take(const Parts& parts, const Sink& sink) {
  const auto document = read_document(parts);
  if (!document) return sink(document.error());
  on_document(document->first, document->second, sink);
}

void Bluesky::on_document(const std::string& name, const json& document, const Sink& sink) {
  if (name == "start") return sink(on_start(document));
  if (name == "descriptor") {
    const auto known = on_descriptor(document);
    if (!known) sink(known.error());
    return;
  }
  if (name == "event" && !config_.energy_field.empty())
    return on_event(document, find(document, "data"), find(document, "seq_num"), sink);
  if (name == "event_page" && !config_.energy_field.empty()) return on_page(document, sink);
  if (name != "stop" || text_at(document, "run_start") != run_ || run_.empty()) return;
  run_.clear();
  const std::string status = text_at(document, "exit_status");
  const bool complete = status == "success";
  sink(ForeignEvent(ForeignEnd{complete ? ScanStatus::complete : ScanStatus::aborted,
                               complete ? "" : "bluesky: " + status + " " + text_at(document, "reason")}));
}

Result<ForeignEvent> Bluesky::on_start(const json& document) {
  ForeignStart start;
  start.name = text_at(document, "uid");
  if (start.name.empty()) return wrong("start", "uid", find(document, "uid"), "the run's id");
  if (const json* planned = find(document, config_.plan_path)) {
    if (!planned->is_array()) return wrong("start", config_.plan_path, planned, "a list of energies");
    for (const json& value : *planned) {
      if (!value.is_number()) return wrong("start", config_.plan_path, &value, "a number");
      const auto energy =
          energy_in_ev(value.get<double>(), "", "start document", config_.plan_path, assumed_kev_);
      if (!energy) return energy.error();
      start.energies_ev.push_back(*energy);
    }
  }
  start.metadata = facts_of(document);
  run_ = start.name;
  streams_.clear();
  last_number_.clear();
  next_place_ = 0;
  return ForeignEvent(std::move(start));
}

Result<Ok> Bluesky::on_descriptor(const json& document) {
  if (run_.empty() || text_at(document, "run_start") != run_) return Ok{};  // of a run that is not ours
  const std::string uid = text_at(document, "uid");
  if (uid.empty()) return wrong("descriptor", "uid", find(document, "uid"), "its id");
  Stream stream{text_at(document, "name"), "", {}};
  stream.kind = kind_of_stream(stream.name);
  const json* keys = find(document, "data_keys");
  if (keys && keys->is_object())
    if (const auto key = keys->find(config_.energy_field); key != keys->end()) {
      const std::string unit = text_at(*key, "units");
      if (unit == "eV" || unit == "keV") stream.unit = unit;
    }
  streams_[uid] = std::move(stream);
  return Ok{};
}

void Bluesky::on_event(const json& event, const json* data, const json* number, const Sink& sink) {
  const auto found = streams_.find(text_at(event, "descriptor"));
  if (found == streams_.end() || !found->second.kind) return;  // baseline, monitors, other runs
  const Stream& stream = found->second;
  if (!number || !number->is_number_unsigned())
    return sink(wrong("event", "seq_num", number, "a whole number"));
  std::uint64_t& last = last_number_[stream.name];
  const auto seq = number->get<std::uint64_t>();
  constexpr std::uint64_t most_lost = 1'000'000;
  if (seq <= last || seq - last > most_lost)
    return sink(wrong("event", "seq_num", number, fmt::format("{} or a little more", last + 1)));
  next_place_ += seq - last - 1;
  last = seq;
  Shot shot{next_place_++, *stream.kind, std::nullopt};
  const json* value = nullptr;
  if (data && data->is_object())
    if (const auto member = data->find(config_.energy_field); member != data->end()) value = &*member;
  if (value && value->is_number()) {
    const auto energy =
        energy_in_ev(value->get<double>(), stream.unit, "event document", config_.energy_field, assumed_kev_);
    if (energy)
      shot.energy_ev = *energy;
    else
      sink(energy.error());
  } else if (*stream.kind == FrameKind::sample) {
    sink(wrong("event", config_.energy_field, value, "a number (--metadata-energy)"));
  }
  sink(ForeignEvent(shot));
}

void Bluesky::on_page(const json& page, const Sink& sink) {
  const json* numbers = find(page, "seq_num");
  const json* columns = find(page, "data");
  if (!numbers || !numbers->is_array()) return sink(wrong("event_page", "seq_num", numbers, "a list"));
  const json* column = nullptr;
  if (columns && columns->is_object())
    if (const auto member = columns->find(config_.energy_field); member != columns->end()) column = &*member;
  for (std::size_t k = 0; k < numbers->size(); ++k) {
    json row = json::object();
    if (column && column->is_array() && k < column->size()) row[config_.energy_field] = (*column)[k];
    on_event(page, &row, &(*numbers)[k], sink);
  }
}

}  // namespace phasecast::bridge
