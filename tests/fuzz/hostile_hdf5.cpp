#include "tests/fuzz/hostile_hdf5.hpp"

#include <fuzzer/FuzzedDataProvider.h>
#include <hdf5.h>

#include <functional>
#include <optional>
#include <vector>

#include "pipeline/files/hdf5.hpp"
#include "pipeline/files/recording.hpp"

namespace phasecast::fuzz {
namespace {

using hdf5::Dims;
using hdf5::Handle;

struct Attribute {
  std::string name;
  std::function<Handle()> type;
  std::vector<std::uint8_t> value;
};

struct Object {
  std::string path;
  Dims dims;
  std::function<Handle()> type;
  std::vector<std::uint8_t> value;  ///< of as many elements as `dims` say; empty: zeros
  std::vector<Attribute> attributes = {};
  bool group = false;
};

std::function<Handle()> a(hid_t (*native)()) {
  return [native] { return Handle(H5Tcopy(native()), H5Tclose); };
}
const auto u8 = a([] { return H5T_NATIVE_UINT8; }), u16 = a([] { return H5T_NATIVE_UINT16; }),
           u32 = a([] { return H5T_NATIVE_UINT32; }), i64 = a([] { return H5T_NATIVE_INT64; }),
           f32 = a([] { return H5T_NATIVE_FLOAT; }), f64 = a([] { return H5T_NATIVE_DOUBLE; });
std::function<Handle()> text(std::size_t size) {
  return [size] { return hdf5::fixed_text_type(size); };
}

template <class T>
std::vector<std::uint8_t> bytes(const std::vector<T>& values) {
  const auto raw = std::as_bytes(std::span(values));
  const auto* first = reinterpret_cast<const std::uint8_t*>(raw.data());
  return {first, first + raw.size()};
}

Attribute said(const std::string& name, const std::string& value) {
  return {name, text(value.size()), {value.begin(), value.end()}};
}
Attribute number(const std::string& name, std::uint32_t value) {
  return {name, u32, bytes<std::uint32_t>({value})};
}

std::vector<Object> fxi() {
  return {{"/img_xanes", {3, 2, 2}, u16, {}},
          {"/img_bkg", {3, 2, 2}, f32, {}},
          {"/img_dark", {1, 2, 2}, u16, {}},
          {"/X_eng", {3}, f64, bytes<double>({8.1, 8.2, 8.3}), {said("units", "keV")}},
          {"/Pixel Size", {}, text(4), {'8', '0', 'n', 'm'}},
          {"/note", {}, text(4), {'n', 'o', 't', 'e'}},
          {"/scan_id", {}, u32, bytes<std::uint32_t>({7})}};
}

std::vector<Object> aps() {
  return {{"/exchange", {}, u8, {}, {}, true},
          {"/exchange/data", {4, 2, 2}, u16, {}},
          {"/exchange/data_flat", {4, 2, 2}, u16, {}},
          {"/exchange/energy", {4}, f64, bytes<double>({8100, 8100, 8200, 8200})},
          {"/measurement", {}, u8, {}, {}, true},
          {"/measurement/per_step", {}, u8, {}, {}, true},
          {"/measurement/per_step/timestamp_epoch", {4}, f64, bytes<double>({1, 2, 3, 4})}};
}

std::vector<Object> data_exchange() {
  return {{"/exchange", {}, u8, {}, {}, true},
          {"/exchange/data", {3, 2, 4}, u16, {}, {said("axes", "x:y:energy"), said("description", "OD")}},
          {"/exchange/white_data", {3, 2, 4}, u16, {}},
          {"/exchange/data_dark", {3, 2, 1}, u16, {}},
          {"/exchange/energy", {4}, f64, bytes<double>({280, 284, 288, 300}), {said("units", "ev")}},
          {"/exchange/x", {3}, f64, bytes<double>({0, 0.5, 1}), {said("units", "um")}},
          {"/exchange/y", {2}, f64, bytes<double>({0, 0.5}), {said("units", "um")}},
          {"/spectromicroscopy", {}, u8, {}, {}, true},
          {"/spectromicroscopy/optical_density", {3, 2, 4}, f32, {}}};
}

std::vector<Object> nxstxm() {
  const std::string group = "/entry1/counter0";
  return {{"/entry1", {}, u8, {}, {said("NX_class", "NXentry")}, true},
          {"/entry1/definition", {1}, text(6), {'N', 'X', 's', 't', 'x', 'm'}},
          {"/entry1/title", {1}, text(4), {'n', 'o', 't', 'e'}},
          {group,
           {},
           u8,
           {},
           {said("NX_class", "NXdata"), said("signal", "data"), said("axes", "energy:sample_y:sample_x")},
           true},
          {group + "/data", {3, 2, 2}, f64, {}},
          {group + "/energy", {3}, f64, bytes<double>({280, 284, 300}), {said("units", "eV")}},
          {group + "/sample_x", {2}, f64, bytes<double>({0, 0.5}), {said("units", "um")}},
          {group + "/sample_y", {2}, f64, bytes<double>({0, 0.5}), {said("units", "um")}},
          {group + "/count_time", {3}, f64, bytes<double>({0.1, 0.1, 0.1})}};
}

std::vector<Object> recorded() {
  const auto row = [](std::uint64_t sequence, FrameKind kind, std::uint32_t energy) {
    recording::Row one{};
    one.sequence = sequence;
    one.kind = static_cast<std::uint8_t>(kind);
    one.energy_index = energy;
    one.slot = energy;
    return one;
  };
  const std::vector<recording::Row> rows = {row(0, FrameKind::dark, 0), row(1, FrameKind::flat, 0),
                                            row(2, FrameKind::sample, 0), row(3, FrameKind::flat, 1),
                                            row(4, FrameKind::sample, 1)};
  const std::vector<Attribute> start = {number("version", 1),
                                        said("source", "fuzz"),
                                        said("series_id", "series"),
                                        said("scan_id", "scan"),
                                        number("scan_index", 0),
                                        number("height", 2),
                                        number("width", 2),
                                        said("pixel_type", "uint16"),
                                        {"pixel_size_um", f64, bytes<double>({0.1})},
                                        said("edge", "Ni K"),
                                        said("signal", "counts"),
                                        said("darks_use", "shared"),
                                        number("darks_repeats", 1),
                                        said("flats_use", "per_energy"),
                                        number("flats_repeats", 1),
                                        number("sample_repeats", 1),
                                        {"start_utc_ns", i64, bytes<std::int64_t>({1})}};
  return {{"/entry", {}, u8, {}, {}, true},
          {"/entry/data", {}, u8, {}, {}, true},
          {"/entry/scan_start", {}, u8, {}, start, true},
          {"/entry/scan_start/metadata", {}, u8, {}, {said("potential_V", "3.7")}, true},
          {"/entry/frames", {5}, recording::row_type, bytes(rows)},
          {"/entry/data/energy", {2}, f64, bytes<double>({8100, 8200})},
          {"/entry/data/dark", {1, 2, 2}, u16, {}},
          {"/entry/data/flat", {2, 2, 2}, u16, {}},
          {"/entry/data/sample", {2, 2, 2}, u16, {}},
          {"/entry/scan_end", {0}, u8, {}},
          {"/entry/scan_end_reason", {3}, u8, {'w', 'h', 'y'}}};
}

std::vector<Object> mapped() {
  const std::string group = "/entry/chemical_state";
  std::vector<Object> all = {{"/entry", {}, u8, {}, {}, true},
                             {group, {}, u8, {}, {said("method", "rum-tv")}, true},
                             {group + "/fraction", {2, 2, 2, 3}, f32, {}},
                             {group + "/uncertainty", {2, 2, 2, 3}, f32, {}},
                             {group + "/scale", {2, 2, 3}, f32, {}},
                             {group + "/residual", {2, 2, 3}, f32, {}},
                             {group + "/mask", {2, 2, 3}, u8, {}},
                             {group + "/state", {2}, text(2), {'a', 0, 'b', 0}},
                             {group + "/scan_id", {2}, text(4), {}},
                             {group + "/energy", {2, 2}, f64, bytes<double>({8100, 8200, 8100, 0})},
                             {group + "/energy_use", {2, 2}, u8, {1, 2, 0, 1}},
                             {group + "/scan_index", {2}, u32, {}},
                             {group + "/received_utc_ns", {2}, i64, {}}};
  for (const char* name : {"pixel_size_um", "noise_sigma", "lambda", "rho", "relative_error", "map_distance"})
    all.push_back({group + "/" + name, {2}, f64, {}});
  for (const char* name : {"energies_used", "energies_missing", "iterations", "converged", "aborted"})
    all.push_back({group + "/" + name, {2}, u32, {}});
  return all;
}

std::vector<Object> true_fractions() {
  return {{"/truth", {}, u8, {}, {}, true},
          {"/truth/fraction", {2, 2, 2}, f32, {}},
          {"/truth/scale", {2, 2}, f32, {}},
          {"/truth/states", {2}, text(2), {'a', 0, 'b', 0}}};
}

Handle any_type(FuzzedDataProvider& choose) {
  const auto copy = [](hid_t type) { return Handle(H5Tcopy(type), H5Tclose); };
  switch (choose.ConsumeIntegralInRange(0, 15)) {
    case 0:
      return hdf5::text_type();
    case 1:
      return hdf5::fixed_text_type(choose.PickValueInArray<std::size_t>({1, 64, 5000, 1U << 20}));
    case 2:
      return {H5Tvlen_create(H5T_NATIVE_DOUBLE), H5Tclose};
    case 3:
      return {H5Tcreate(H5T_OPAQUE, choose.PickValueInArray<std::size_t>({1, 16, 1U << 20})), H5Tclose};
    case 4:
      return recording::row_type();
    case 5: {
      const hsize_t side = choose.PickValueInArray<hsize_t>({1, 3, 100'000});
      return {H5Tarray_create2(H5T_NATIVE_FLOAT, 1, &side), H5Tclose};
    }
    case 6:
      return copy(H5T_STD_REF_OBJ);
    case 7:
      return copy(H5T_STD_B16LE);
    case 8: {
      Handle one(H5Tcreate(H5T_COMPOUND, 16), H5Tclose);
      H5Tinsert(one.get(), choose.PickValueInArray({"sequence", "kind", "frames_sent", "r"}), 0,
                choose.ConsumeBool() ? H5T_NATIVE_UINT64 : H5T_NATIVE_DOUBLE);
      return one;
    }
    case 9: {
      Handle half = copy(H5T_IEEE_F32LE);  // float16
      H5Tset_fields(half.get(), 15, 10, 5, 0, 10);
      H5Tset_size(half.get(), 2);
      H5Tset_ebias(half.get(), 15);
      return half;
    }
    case 10:
      return copy(H5T_NATIVE_LDOUBLE);
    case 11:
      return copy(H5T_STD_I64BE);
    case 12: {
      Handle wide = copy(H5T_NATIVE_INT64);
      H5Tset_size(wide.get(), 32);
      return wide;
    }
    case 13:
      return copy(H5T_NATIVE_INT8);
    case 14:
      return copy(H5T_IEEE_F64BE);
    default:
      return copy(H5T_UNIX_D64LE);
  }
}

hsize_t any_extent(FuzzedDataProvider& choose) {
  constexpr hsize_t one = 1;
  return choose.PickValueInArray<hsize_t>({0, 1, 2, 3, 4, 5, 64, 65, 257, 10'001, 20'001, 65'536, 65'537,
                                           one << 31, one << 32, (one << 32) + 2, one << 40, one << 60,
                                           ~hsize_t{0} - 1});
}

Dims any_dims(FuzzedDataProvider& choose) {
  Dims dims(choose.ConsumeIntegralInRange<std::size_t>(0, 5));
  for (auto& n : dims) n = any_extent(choose);
  return dims;
}

/// How an object is written that is not as it should be.
struct Twist {
  bool absent = false, as_group = false, as_link = false, null_space = false;
  std::function<Handle()> type;
  std::optional<Dims> dims;
  std::optional<Dims> chunk;
  bool squeezed = false;
};

Twist any_twist(FuzzedDataProvider& choose, const Object& object) {
  Twist twist;
  switch (choose.ConsumeIntegralInRange(0, 8)) {
    case 0:
      twist.absent = true;
      break;
    case 1:
      twist.as_group = true;
      break;
    case 2:
      twist.as_link = true;
      break;
    case 3:
      twist.null_space = true;
      break;
    case 4:
      twist.dims = any_dims(choose);
      break;
    case 5:
      twist.dims = object.dims;
      if (!twist.dims->empty())
        twist.dims->at(choose.ConsumeIntegralInRange<std::size_t>(0, twist.dims->size() - 1)) =
            any_extent(choose);
      break;
    case 6:
      twist.dims = any_dims(choose);
      [[fallthrough]];
    default: {
      const auto rest = choose.ConsumeRandomLengthString(24);
      twist.type = [rest] {
        FuzzedDataProvider again(reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size());
        return any_type(again);
      };
    }
  }
  if (choose.ConsumeIntegralInRange(0, 3) == 0) {
    twist.chunk = Dims((twist.dims ? *twist.dims : object.dims).size());
    for (auto& n : *twist.chunk) n = choose.PickValueInArray<hsize_t>({1, 2, 5, 1000, 65'536, 1U << 31});
    twist.squeezed = choose.ConsumeBool();
  }
  return twist;
}

class Writer {
 public:
  Writer(const std::string& path, FuzzedDataProvider& choose) : choose_(choose) {
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    if (choose.ConsumeBool()) H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    file_ = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
  }

  void write(const Object& object, const Twist& twist) {
    if (twist.absent) return;
    if (twist.as_link) {
      H5Lcreate_soft(choose_.PickValueInArray({"/X_eng", "/nowhere", "/", "."}), file_.get(),
                     object.path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      return;
    }
    const Handle made = object.group != twist.as_group ? make_group(object) : make_dataset(object, twist);
    if (!made) return;
    for (const Attribute& attribute : object.attributes) write_attribute(made, attribute);
  }

 private:
  Handle make_group(const Object& object) const {
    return {H5Gcreate2(file_.get(), object.path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose};
  }

  Handle make_dataset(const Object& object, const Twist& twist) const {
    const Dims& dims = twist.dims ? *twist.dims : object.dims;
    const Dims most(dims.size(), H5S_UNLIMITED);  // only then may a chunk be larger
    const int rank = static_cast<int>(dims.size());
    const Handle space(twist.null_space ? H5Screate(H5S_NULL)
                       : dims.empty()
                           ? H5Screate(H5S_SCALAR)
                           : H5Screate_simple(rank, dims.data(), twist.chunk ? most.data() : nullptr),
                       H5Sclose);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    if (twist.chunk && !dims.empty()) H5Pset_chunk(creation.get(), rank, twist.chunk->data());
    if (twist.squeezed) H5Pset_deflate(creation.get(), 1);
    H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_LATE);
    H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
    const Handle type = twist.type ? twist.type() : object.type();
    Handle dataset(H5Dcreate2(file_.get(), object.path.c_str(), type.get(), space.get(), H5P_DEFAULT,
                              creation.get(), H5P_DEFAULT),
                   H5Dclose);
    if (dataset && !twist.dims && !twist.type && !twist.null_space && !object.value.empty())
      H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, object.value.data());
    return dataset;
  }

  void write_attribute(const Handle& object, const Attribute& attribute) {
    const int how = choose_.ConsumeIntegralInRange(0, 40);
    if (how == 0) return;
    const hsize_t three = 3;
    const Handle space(how == 1   ? H5Screate(H5S_NULL)
                       : how == 2 ? H5Screate_simple(1, &three, nullptr)
                                  : H5Screate(H5S_SCALAR),
                       H5Sclose);
    const Handle type = how == 3 ? any_type(choose_) : attribute.type();
    const Handle made(
        H5Acreate2(object.get(), attribute.name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose);
    if (!made || how < 4) return;
    std::vector<std::uint8_t> value = attribute.value;
    if (how < 8 && !value.empty()) {
      const auto replacement = choose_.ConsumeBytes<std::uint8_t>(value.size());
      std::copy(replacement.begin(), replacement.end(), value.begin());
    }
    H5Awrite(made.get(), type.get(), value.data());
  }

  FuzzedDataProvider& choose_;
  Handle file_;
};

}  // namespace

void write_hostile_hdf5(const std::string& path, std::span<const std::uint8_t> choices) {
  const hdf5::Quiet quiet;
  FuzzedDataProvider choose(choices.data(), choices.size());
  std::vector<Object> (*const layouts[])() = {fxi,           aps,   recorded, mapped, true_fractions,
                                              data_exchange, nxstxm};
  std::vector<Object> objects = choose.PickValueInArray(layouts)();
  std::vector<Twist> twists(objects.size());
  for (int n = choose.ConsumeIntegralInRange(0, 3); n > 0; --n) {
    const auto k = choose.ConsumeIntegralInRange<std::size_t>(0, objects.size() - 1);
    twists[k] = any_twist(choose, objects[k]);
  }
  Writer writer(path, choose);
  for (std::size_t k = 0; k < objects.size(); ++k) {
    if (!objects[k].value.empty() && choose.ConsumeIntegralInRange(0, 15) == 0)
      for (auto& byte : objects[k].value) byte = choose.ConsumeIntegral<std::uint8_t>();
    writer.write(objects[k], twists[k]);
  }
}

}  // namespace phasecast::fuzz
