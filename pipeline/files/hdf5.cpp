#include "pipeline/files/hdf5.hpp"

#include <bit>

namespace phasecast::hdf5 {

static_assert(std::endian::native == std::endian::little, "pixels are stored little-endian as they are");

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this != &other) {
    reset();
    id_ = std::exchange(other.id_, H5I_INVALID_HID);
    close_ = other.close_;
  }
  return *this;
}

void Handle::reset() {
  if (id_ < 0) return;
  const Quiet quiet;
  const InLibrary in_library;
  close_(std::exchange(id_, H5I_INVALID_HID));
}

hid_t type_of(PixelType type) {
  switch (type) {
    case PixelType::uint8:
      return H5T_STD_U8LE;
    case PixelType::uint16:
      return H5T_STD_U16LE;
    case PixelType::uint32:
      return H5T_STD_U32LE;
    case PixelType::float32:
      return H5T_IEEE_F32LE;
    case PixelType::float64:
      return H5T_IEEE_F64LE;
  }
  return H5I_INVALID_HID;
}

Handle text_type() {
  return fixed_text_type(H5T_VARIABLE);
}

Handle fixed_text_type(std::size_t size) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), size);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  H5Tset_strpad(type.get(), size == H5T_VARIABLE ? H5T_STR_NULLTERM : H5T_STR_NULLPAD);
  return type;
}

}  // namespace phasecast::hdf5
