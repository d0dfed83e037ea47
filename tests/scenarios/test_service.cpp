#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>

#include "tests/scenarios/live.hpp"

using namespace phasecast::test;

namespace {

/// systemd's end of sd_notify, for the processes started while this lives.
class Manager {
 public:
  explicit Manager(const std::filesystem::path& path)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const timeval patience{60, 0};
    REQUIRE(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "100000", 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(socket_);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// Waits for the next message; empty after a minute.
  std::string told() {
    char text[1024];
    const ssize_t size = ::recv(socket_, text, sizeof text, 0);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "";
  }

 private:
  int socket_;
};

/// One thread of a child process, stopped as long as this lives; the others go on.
class StoppedThread {
 public:
  StoppedThread(pid_t process, const std::string& name) : thread_(find(process, name)) {
    REQUIRE(::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) == 0);
    REQUIRE(::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0);
    REQUIRE(::waitpid(thread_, nullptr, __WALL) == thread_);
  }
  ~StoppedThread() { ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr); }
  StoppedThread(const StoppedThread&) = delete;

 private:
  static pid_t find(pid_t process, const std::string& name) {
    const auto tasks = "/proc/" + std::to_string(process) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks))
      if (read_file(task.path() / "comm") == name + "\n") return std::stoi(task.path().filename());
    throw std::runtime_error("no thread called " + name + " in " + tasks);
  }

  pid_t thread_;
};

}  // namespace

SCENARIO("a thread that hangs is told to systemd, which hears no sign of life meanwhile") {
  GIVEN("a pipeline started as a service with a watchdog") {
    TemporaryFolder folder;
    SmallSeries series(folder);
    Manager manager(folder / "notify");
    LivePipeline pipeline(folder, series.unmix_options);
    WHEN("the thread that takes frames hangs for a while") {
      std::string told = manager.told();
      while (!told.starts_with("WATCHDOG=1")) told = manager.told();  // the thread is there, and answers
      std::optional<StoppedThread> hung(std::in_place, pipeline.process().pid(), "frames");
      told = manager.told();
      while (told.starts_with("WATCHDOG=1")) told = manager.told();
      CHECK(told == "STATUS=the thread that takes frames does not answer");
      for (int k = 0; k < 3; ++k) CHECK(manager.told().starts_with("STATUS=the thread"));
      hung.reset();
      THEN("it is alive again afterwards, and stops in order") {
        while (told.starts_with("STATUS=")) told = manager.told();
        CHECK(told.starts_with("WATCHDOG=1"));
        pipeline.stop();
      }
    }
  }
}

SCENARIO("systemd starts, watches and stops the pipeline") {
  GIVEN("a pipeline started as a service with a watchdog") {
    TemporaryFolder folder;
    SmallSeries series(folder);
    Manager manager(folder / "notify");
    LivePipeline pipeline(folder, series.unmix_options);
    THEN("it says when it is ready, that it is alive, over and over, and that it stops") {
      CHECK(manager.told() == "READY=1");
      for (int k = 0; k < 3; ++k) {
        const std::string sign = manager.told();
        CHECK(sign.find("WATCHDOG=1\nSTATUS=0 frames recorded") == 0);
      }
      pipeline.stop();
      std::string last = manager.told();
      while (last.starts_with("WATCHDOG=1")) last = manager.told();
      CHECK(last == "STOPPING=1");
    }
  }
}
