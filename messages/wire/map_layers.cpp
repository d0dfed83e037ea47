#include "messages/wire/map_layers.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace phasecast {
namespace {

static_assert(std::endian::native == std::endian::little, "layers go on the wire as they are in memory");

constexpr std::size_t first_layer_part = 2;

struct LayerForm {
  wire::LayerKind kind;
  PixelType type;
  bool per_state;
};
constexpr LayerForm forms[] = {
    {wire::LAYER_KIND_FRACTION, PixelType::float32, true},
    {wire::LAYER_KIND_SCALE, PixelType::float32, false},
    {wire::LAYER_KIND_RESIDUAL, PixelType::float32, false},
    {wire::LAYER_KIND_UNCERTAINTY, PixelType::float32, true},
    {wire::LAYER_KIND_MASK, PixelType::uint8, false},
};

std::vector<std::uint32_t> extents_of(const LayerForm& form, const PhaseMap& map) {
  const auto height = static_cast<std::uint32_t>(map.shape.height);
  const auto width = static_cast<std::uint32_t>(map.shape.width);
  if (!form.per_state) return {height, width};
  return {static_cast<std::uint32_t>(map.states.size()), height, width};
}

std::size_t bytes_of(const LayerForm& form, const PhaseMap& map) {
  return map.shape.pixels() * (form.per_state ? map.states.size() : 1) * bytes_per_pixel(form.type);
}

template <class T>
PixelBuffer part_of(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return PixelBuffer::take({bytes.begin(), bytes.end()});
}

template <class T>
void copy(const PixelBuffer& part, std::vector<T>& values) {
  values.resize(part.bytes.size() / sizeof(T));
  std::memcpy(values.data(), part.bytes.data(), part.bytes.size());
}

void check_layer(FieldCheck& check, const wire::Layer& layer, const PixelBuffer& part, const LayerForm& form,
                 const PhaseMap& map) {
  const auto field = [&](std::string_view name) {
    return wire::LayerKind_Name(form.kind) + "." + std::string(name);
  };
  if (layer.pixel_type() != to_wire(pixel_types, form.type)) {
    check.fault("pixel_type", field("pixel_type"), number_text<int>(layer.pixel_type()), name_of(form.type));
  }
  const auto extents = extents_of(form, map);
  if (!std::equal(extents.begin(), extents.end(), layer.extents().begin(), layer.extents().end())) {
    check.fault("shape", field("extents"), number_text(layer.extents_size()) + " extents",
                form.per_state ? "states, height and width of the map" : "height and width of the map");
  }
  if (part.bytes.size() != bytes_of(form, map)) {
    check.fault("byte_count", field("payload"), number_text(part.bytes.size()) + " bytes",
                number_text(bytes_of(form, map)) + " bytes");
  }
}

void check_mask(FieldCheck& check, const std::vector<std::uint8_t>& mask) {
  constexpr auto highest = static_cast<std::uint8_t>(PixelMask::bad_pixel);
  const auto unknown =
      std::find_if(mask.begin(), mask.end(), [](std::uint8_t value) { return value > highest; });
  if (unknown != mask.end()) check.range<int>("value", "mask", *unknown, 0, highest);
}

}  // namespace

void describe_layers(wire::PhaseMapHeader& header, const PhaseMap& map) {
  for (const auto& form : forms) {
    auto& layer = *header.add_layers();
    layer.set_kind(form.kind);
    layer.set_pixel_type(to_wire(pixel_types, form.type));
    const auto extents = extents_of(form, map);
    layer.mutable_extents()->Add(extents.begin(), extents.end());
  }
}

void append_layers(Parts& parts, const PhaseMap& map) {
  parts.push_back(part_of(map.fraction));
  parts.push_back(part_of(map.scale));
  parts.push_back(part_of(map.residual));
  parts.push_back(part_of(map.uncertainty));
  parts.push_back(part_of(map.mask));
}

void read_layers(FieldCheck& check, const wire::PhaseMapHeader& header, const Parts& parts, PhaseMap& map) {
  const std::size_t layers = parts.size() - first_layer_part;
  if (static_cast<std::size_t>(header.layers_size()) != layers) {
    check.fault("part_count", "layers", number_text(header.layers_size()), "one per payload part");
    return;
  }

  const PixelBuffer* part_for[wire::LayerKind_ARRAYSIZE] = {};
  for (std::size_t i = 0; i < layers; ++i) {
    const auto& layer = header.layers(static_cast<int>(i));
    const auto form = std::find_if(std::begin(forms), std::end(forms),
                                   [&](const LayerForm& f) { return f.kind == layer.kind(); });
    if (form == std::end(forms) || part_for[layer.kind()]) {
      check.fault("kind", "layers.kind", number_text<int>(layer.kind()), "1 to 5, each once");
      return;
    }
    part_for[layer.kind()] = &parts[first_layer_part + i];
    check_layer(check, layer, *part_for[layer.kind()], *form, map);
  }
  if (!check.ok()) return;

  copy(*part_for[wire::LAYER_KIND_FRACTION], map.fraction);
  copy(*part_for[wire::LAYER_KIND_SCALE], map.scale);
  copy(*part_for[wire::LAYER_KIND_RESIDUAL], map.residual);
  copy(*part_for[wire::LAYER_KIND_UNCERTAINTY], map.uncertainty);
  copy(*part_for[wire::LAYER_KIND_MASK], map.mask);
  check_mask(check, map.mask);
}

}  // namespace phasecast
