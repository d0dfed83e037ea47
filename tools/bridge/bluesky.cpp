#include "tools/bridge/bluesky.hpp"

#include <spdlog/fmt/fmt.h>

#include <cmath>

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

/// By its whole name: the fields of data have dots in theirs.
const json* member(const json* object, const std::string& name) {
  if (!object || !object->is_object()) return nullptr;
  const auto found = object->find(name);
  return found == object->end() ? nullptr : &*found;
}

/// Readbacks of counters are often floats.
std::optional<std::uint64_t> whole(const json* value) {
  if (!value || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  constexpr double most = 9007199254740992;  // 2⁵³
  if (!(number >= 0 && number < most && number == std::floor(number))) return std::nullopt;
  return static_cast<std::uint64_t>(number);
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
  if (name == "event" && !config_.energy_field.empty()) {
    const json* data = find(document, "data");
    return on_event(text_at(document, "descriptor"),
                    {find(document, "seq_num"), find(document, "uid"), member(data, config_.energy_field),
                     member(data, config_.number_field)},
                    sink);
  }
  if (name == "event_page" && !config_.energy_field.empty()) return on_page(document, sink);
  if (name != "stop" || text_at(document, "run_start") != run_ || run_.empty()) return;
  run_.clear();
  sink(ForeignEvent(end_of(document)));
}

ForeignEnd Bluesky::end_of(const json& stop) const {
  const std::string status = text_at(stop, "exit_status");
  if (status != "success") return {ScanStatus::aborted, "bluesky: " + status + " " + text_at(stop, "reason")};
  if (!config_.number_field.empty() || config_.energy_field.empty()) return {};
  for (const auto& [name, stream] : streams_) {
    const json* counts = find(stop, "num_events");
    const json* count = member(counts, name);
    if (stream.kind && count && count->is_number_unsigned() && *count != stream.newest)
      return {ScanStatus::aborted,
              fmt::format("{} events of {}, {} were sent: frames after a lost event have the energy of the "
                          "next (--metadata-number tells which event is about which frame)",
                          stream.newest, name, shown(*count))};
  }
  return {};
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
  streams_of_.clear();
  next_place_ = 0;
  return ForeignEvent(std::move(start));
}

Result<Ok> Bluesky::on_descriptor(const json& document) {
  if (run_.empty() || text_at(document, "run_start") != run_) return Ok{};  // of a run that is not ours
  const std::string uid = text_at(document, "uid");
  if (uid.empty()) return wrong("descriptor", "uid", find(document, "uid"), "its id");
  const std::string name = printable(text_at(document, "name"));
  Stream& stream = streams_.try_emplace(name).first->second;
  stream.name = name;
  stream.kind = kind_of_stream(name);
  const json* keys = find(document, "data_keys");
  if (keys && keys->is_object())
    if (const auto key = keys->find(config_.energy_field); key != keys->end()) {
      const std::string unit = text_at(*key, "units");
      if (unit == "eV" || unit == "keV") stream.unit = unit;
    }
  streams_of_[uid] = name;
  return Ok{};
}

/// Nothing if the document came before.
std::optional<std::uint64_t> Bluesky::place_of(Stream& stream, std::uint64_t number, const std::string& uid) {
  const auto before = stream.events.find(number);
  if (before != stream.events.end()) {
    if (uid.empty() || before->second.uid == uid) return std::nullopt;
    say(fmt::format("run {}: point {} of {} was taken again", run_, number, stream.name));
    before->second.uid = uid;
    return config_.number_field.empty() ? next_place_++ : before->second.place;
  }
  if (number > stream.newest) {
    next_place_ += number - stream.newest - 1;
    stream.newest = number;
  }
  stream.events[number] = {uid, next_place_};
  return next_place_++;
}

void Bluesky::on_event(const std::string& descriptor, const Event& event, const Sink& sink) {
  const auto name = streams_of_.find(descriptor);
  if (name == streams_of_.end()) return;  // of other runs
  Stream& stream = streams_.at(name->second);
  if (!stream.kind) return;  // baseline, monitors
  if (!event.number || !event.number->is_number_unsigned())
    return sink(wrong("event", "seq_num", event.number, "a whole number"));
  constexpr std::uint64_t most_lost = 1'000'000;
  const auto number = event.number->get<std::uint64_t>();
  if (number == 0 || number > stream.newest + most_lost)
    return sink(
        wrong("event", "seq_num", event.number, fmt::format("{} or a little more", stream.newest + 1)));
  const auto place = place_of(stream, number, event.uid && event.uid->is_string() ? shown(*event.uid) : "");
  if (!place)
    return sink(wrong("event", "seq_num", event.number, fmt::format("{} or more", stream.newest + 1)));
  Shot shot{*place, *stream.kind, std::nullopt, std::nullopt};
  if (event.energy && event.energy->is_number()) {
    const auto energy = energy_in_ev(event.energy->get<double>(), stream.unit, "event document",
                                     config_.energy_field, assumed_kev_);
    if (energy)
      shot.energy_ev = *energy;
    else
      sink(energy.error());
  } else if (*stream.kind == FrameKind::sample) {
    sink(wrong("event", config_.energy_field, event.energy, "a number (--metadata-energy)"));
  }
  if (!config_.number_field.empty()) {
    shot.number = whole(event.frame);
    if (!shot.number)
      return sink(wrong("event", config_.number_field, event.frame, "a whole number (--metadata-number)"));
  }
  sink(ForeignEvent(shot));
}

void Bluesky::on_page(const json& page, const Sink& sink) {
  const json* numbers = find(page, "seq_num");
  if (!numbers || !numbers->is_array()) return sink(wrong("event_page", "seq_num", numbers, "a list"));
  const json* data = find(page, "data");
  for (std::size_t k = 0; k < numbers->size(); ++k) {
    const auto at = [k](const json* column) {
      return column && column->is_array() && k < column->size() ? &(*column)[k] : nullptr;
    };
    on_event(text_at(page, "descriptor"),
             {&(*numbers)[k], at(find(page, "uid")), at(member(data, config_.energy_field)),
              at(member(data, config_.number_field))},
             sink);
  }
}

}  // namespace phasecast::bridge
