#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace phasecast {

/// Large objects that are used again, with the memory they hold: fresh memory has to be cleared page by page.
/// Any thread may be the last to let go of one.
template <class T>
class Pool {
 public:
  /// As it was when it was given back, or new.
  std::shared_ptr<T> take() {
    std::unique_ptr<T> object = shelf_->take();
    if (!object) object = std::make_unique<T>();
    return {object.release(), [shelf = shelf_](T* used) { shelf->put_back(std::unique_ptr<T>(used)); }};
  }

 private:
  class Shelf {
   public:
    std::unique_ptr<T> take() {
      std::lock_guard lock(mutex_);
      if (free_.empty()) return nullptr;
      std::unique_ptr<T> object = std::move(free_.back());
      free_.pop_back();
      return object;
    }
    void put_back(std::unique_ptr<T> object) {
      std::lock_guard lock(mutex_);
      free_.push_back(std::move(object));
    }

   private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<T>> free_;
  };

  std::shared_ptr<Shelf> shelf_ = std::make_shared<Shelf>();
};

}  // namespace phasecast
