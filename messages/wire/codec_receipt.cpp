#include "messages/wire/decoders.hpp"
#include "messages/wire/field_check.hpp"
#include "messages/wire/header.hpp"
#include "messages/wire/limits.hpp"

namespace phasecast {

Parts encode(const Receipt& message) {
  wire::Receipt header;
  header.set_version(protocol_version);
  header.set_scan_id(message.scan_id);
  header.set_closed(message.closed);
  for (const SequenceRun& run : message.recorded) {
    wire::SequenceRun& sent = *header.add_recorded();
    sent.set_first(run.first);
    sent.set_count(run.count);
  }
  return topic_and_header(topic::receipt, header);
}

Result<Message> decode_receipt(const Parts& parts) {
  const auto read = read_header<wire::Receipt>(parts, "receipt");
  if (!read) return read.error();
  FieldCheck check(message_name("receipt", std::nullopt, read->scan_id()));

  Receipt receipt;
  receipt.scan_id = check.id("scan_id", read->scan_id());
  check.present("value", "closed", read->has_closed());
  receipt.closed = read->closed();
  std::uint64_t next = 0;  // the first sequence that the next run may begin with
  for (const wire::SequenceRun& run : read->recorded()) {
    check.present("value", "recorded.first", run.has_first());
    check.range("value", "recorded.first", run.first(), next, limits::scan_frames - 1);
    if (!check.ok()) break;
    check.range("value", "recorded.count", run.count(), std::uint64_t{1}, limits::scan_frames - run.first());
    receipt.recorded.push_back({run.first(), run.count()});
    next = run.first() + run.count() + 1;
  }
  if (!check.ok()) return check.error();
  return Message{std::move(receipt)};
}

}  // namespace phasecast
