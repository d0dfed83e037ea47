#pragma once

#include <vector>

#include "messages/advice.hpp"
#include "messages/drift.hpp"
#include "messages/reference_check.hpp"
#include "messages/wire/field_check.hpp"

namespace phasecast {

/// What is found beside the fractions: fields of a status and of a map.
void fill(wire::Drift& header, const Drift& drift);
void fill(wire::Advice& header, const Advice& advice);
void fill(wire::ReferenceCheck& header, const ReferenceCheck& found);

/// Each energy at most once. Not held against the status's `energies_planned`: that is of the scan that is
/// received, which runs ahead of the one that is aligned.
std::vector<Drift> read_drift(FieldCheck& check, const google::protobuf::RepeatedPtrField<wire::Drift>& list);
Advice read_advice(FieldCheck& check, const wire::Advice& header);
ReferenceCheck read_reference_check(FieldCheck& check, const wire::ReferenceCheck& header, std::size_t states,
                                    std::size_t energies);

}  // namespace phasecast
