#include "pipeline/files/hdf5_attributes.hpp"

#include "pipeline/files/hdf5_text.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast::hdf5 {

namespace {

constexpr hssize_t most_texts = 1000;

Handle text_space(const std::vector<std::string>& values) {
  const hsize_t count = values.size();
  return {H5Screate_simple(1, &count, nullptr), H5Sclose};
}

void write_attribute(const File& file, const std::string& object, const std::string& name, hid_t type,
                     const Handle& space, const void* value) {
  const std::string where = object + "@" + name;
  const Handle attribute(checked(file.path(), where, "cannot create",
                                 [&] {
                                   return H5Acreate_by_name(file.id(), object.c_str(), name.c_str(), type,
                                                            space.get(), H5P_DEFAULT, H5P_DEFAULT,
                                                            H5P_DEFAULT);
                                 }),
                         H5Aclose);
  checked(file.path(), where, "cannot write", [&] { return H5Awrite(attribute.get(), type, value); });
}

Handle open_attribute(const File& file, const std::string& object, const std::string& name) {
  return {checked(file.path(), object + "@" + name, "cannot open",
                  [&] {
                    return H5Aopen_by_name(file.id(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
                  }),
          H5Aclose};
}

herr_t note_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

void set_attribute(const File& file, const std::string& object, const std::string& name,
                   const std::string& value) {
  const char* pointer = checked_text(value, file, object + "@" + name);
  set_attribute(file, object, name, text_type().get(), &pointer);
}

void set_attribute(const File& file, const std::string& object, const std::string& name,
                   const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  for (const std::string& value : values) pointers.push_back(checked_text(value, file, object + "@" + name));
  write_attribute(file, object, name, text_type().get(), text_space(values), pointers.data());
}

void set_attribute(const File& file, const std::string& object, const std::string& name, hid_t type,
                   const void* value) {
  write_attribute(file, object, name, type, Handle(H5Screate(H5S_SCALAR), H5Sclose), value);
}

bool has_attribute(const File& file, const std::string& object, const std::string& name) {
  return checked(file.path(), object, "cannot read",
                 [&] { return H5Aexists_by_name(file.id(), object.c_str(), name.c_str(), H5P_DEFAULT); }) > 0;
}

std::vector<std::string> texts_attribute(const File& file, const std::string& object,
                                         const std::string& name) {
  const Handle attribute = open_attribute(file, object, name);
  const Handle type(H5Aget_type(attribute.get()), H5Tclose);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose);
  const std::string where = object + "@" + name;
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  if (H5Tget_class(type.get()) != H5T_STRING || count < 1 || count > most_texts)
    throw Failure({"type", file.path(), where, "not text", "text"});
  require_plausible(file.path(), where, static_cast<std::size_t>(count) * H5Tget_size(type.get()));
  const auto read = [&](hid_t as, void* buffer) {
    checked(file.path(), where, "cannot read", [&] { return H5Aread(attribute.get(), as, buffer); });
  };
  return read_stored_texts(type, static_cast<std::size_t>(count), read);
}

std::string text_attribute(const File& file, const std::string& object, const std::string& name) {
  auto texts = texts_attribute(file, object, name);
  if (texts.size() != 1)
    throw Failure({"type", file.path(), object + "@" + name, "not one text", "one text"});
  return std::move(texts.front());
}

void read_attribute(const File& file, const std::string& object, const std::string& name, hid_t type,
                    void* value) {
  const Handle attribute = open_attribute(file, object, name);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose);
  if (H5Sget_simple_extent_npoints(space.get()) != 1)
    throw Failure({"type", file.path(), object + "@" + name, "several values", "one number"});
  checked(file.path(), object + "@" + name, "cannot read",
          [&] { return H5Aread(attribute.get(), type, value); });
}

std::map<std::string, std::string> text_attributes(const File& file, const std::string& object) {
  std::vector<std::string> names;
  checked(file.path(), object, "cannot list", [&] {
    return H5Aiterate_by_name(file.id(), object.c_str(), H5_INDEX_NAME, H5_ITER_INC, nullptr, note_name,
                              &names, H5P_DEFAULT);
  });
  std::map<std::string, std::string> values;
  for (const std::string& name : names) values[name] = text_attribute(file, object, name);
  return values;
}

}  // namespace phasecast::hdf5
