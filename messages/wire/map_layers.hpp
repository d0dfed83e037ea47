#pragma once

#include "messages/phase_map.hpp"
#include "messages/wire/codec.hpp"
#include "messages/wire/field_check.hpp"

namespace phasecast {

/// The payload of a PhaseMap: one part per layer, each described in the header.
void describe_layers(wire::PhaseMapHeader& header, const PhaseMap& map);
void append_layers(Parts& parts, const PhaseMap& map);

/// Takes the layers in whatever order the header lists them; `map` already has its shape and states.
void read_layers(FieldCheck& check, const wire::PhaseMapHeader& header, const Parts& parts, PhaseMap& map);

}  // namespace phasecast
