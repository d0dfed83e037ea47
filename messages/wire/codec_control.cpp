#include "messages/wire/decoders.hpp"
#include "messages/wire/field_check.hpp"
#include "messages/wire/header.hpp"

namespace phasecast {

Parts encode(const ControlRequest& message) {
  wire::ControlRequest header;
  header.set_version(protocol_version);
  header.set_command(to_wire(commands, message.command));
  if (message.region) fill(*header.mutable_region(), *message.region);
  header.set_scan_id(message.scan_id);
  return topic_and_header(topic::control_request, header);
}

Result<Message> decode_control_request(const Parts& parts) {
  const auto read = read_header<wire::ControlRequest>(parts, "control request");
  if (!read) return read.error();
  FieldCheck check("control request");
  const auto command = check.enumerator("value", "command", commands, read->command());
  if (command == ControlCommand::get_region_spectrum) check.present("value", "region", read->has_region());
  if (!check.ok()) return check.error();
  if (command == ControlCommand::get_receipt) {
    const std::string scan_id = check.id("scan_id", read->scan_id());
    if (!check.ok()) return check.error();
    return Message{ControlRequest{command, {}, scan_id}};
  }
  if (command != ControlCommand::get_region_spectrum) return Message{ControlRequest{command}};
  const Region region = check.region(read->region());
  if (!check.ok()) return check.error();
  return Message{ControlRequest{command, region}};
}

Parts encode(const ControlReply& message) {
  wire::ControlReply header;
  header.set_version(protocol_version);
  header.set_ok(message.ok);
  header.set_text(message.text);
  return topic_and_header(topic::control_reply, header);
}

Result<Message> decode_control_reply(const Parts& parts) {
  const auto read = read_header<wire::ControlReply>(parts, "control reply");
  if (!read) return read.error();
  FieldCheck check("control reply");
  check.present("value", "ok", read->has_ok());
  check.text("text", read->text());
  if (!check.ok()) return check.error();
  return Message{ControlReply{read->ok(), read->text()}};
}

}  // namespace phasecast
