#pragma once

#include <map>
#include <string>
#include <vector>

namespace phasecast::athena {

/// A group as it stands in a project: everything is text.
struct RawGroup {
  std::string id;
  std::map<std::string, std::string> arguments;
  std::vector<std::string> x, y;
};

/// The groups of a project in perl: "$old_group = 'wosk';", "@args = ('label','FeS2',...);", "@x = (...);",
/// "[record]". Lists within lists are passed over. Throws a Failure that names the file and the line.
std::vector<RawGroup> perl_groups(const std::string& text, const std::string& path);

}  // namespace phasecast::athena
