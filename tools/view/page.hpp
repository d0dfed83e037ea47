#pragma once

#include <string_view>

namespace phasecast {

/// The viewer's page (tools/view/page), HTML, with all it needs inside.
std::string_view web_page();

}  // namespace phasecast
