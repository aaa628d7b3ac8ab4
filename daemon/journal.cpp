// spdlog set-up.
#include "journal.h"

#include <cstdlib>
#include <memory>
#include <string>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cgroupd {
namespace {

// systemd sets JOURNAL_STREAM to device:inode of the socket it gave us (sd-journal(3), systemd.exec(5)).
bool connected_to_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat info {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &info) != 0) return false;
  return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) == stream;
}

}  // namespace

void start_logging() {
  std::shared_ptr<spdlog::logger> logger;
  if (connected_to_journal()) {
    logger = std::make_shared<spdlog::logger>("cgroupd", std::make_shared<spdlog::sinks::systemd_sink_st>("cgroupd"));
    logger->set_pattern("%v");
  } else {
    logger = std::make_shared<spdlog::logger>("cgroupd", std::make_shared<spdlog::sinks::stderr_sink_st>());
    logger->set_pattern("cgroupd: %v");
  }
  spdlog::set_default_logger(std::move(logger));
}

void set_log_level(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return spdlog::set_level(spdlog::level::err);
    case LogLevel::warning:
      return spdlog::set_level(spdlog::level::warn);
    case LogLevel::info:
      return spdlog::set_level(spdlog::level::info);
    case LogLevel::debug:
      return spdlog::set_level(spdlog::level::debug);
  }
}

}  // namespace cgroupd
