#pragma once

namespace phasecast {

/// Freed images of any size stay with the program for the next ones: the kernel would clear their pages anew,
/// which costs more than most of what is done with them. For programs that are linked with
/// phasecast_allocator.
void keep_freed_pages();

}  // namespace phasecast
