// sd-event sources.
#include "dbus/event_loop.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <list>
#include <utility>

#include <poll.h>
#include <sdbus-c++/Error.h>
#include <systemd/sd-event.h>

namespace cgroupd {
namespace {

struct EventUnref {
  void operator()(sd_event* event) const { sd_event_unref(event); }
};
struct SourceUnref {
  void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
};
using Source = std::unique_ptr<sd_event_source, SourceUnref>;

constexpr std::uint64_t accuracy_us = 1'000;  // 0 would mean a quarter of a second

class LoopAlarm final : public Alarm {
 public:
  LoopAlarm(sd_event* event, EventLoop::Action action) : action_(std::move(action)) {
    sd_event_source* source = nullptr;
    sd_event_add_time(
        event, &source, CLOCK_BOOTTIME, 0, accuracy_us,
        [](sd_event_source*, std::uint64_t, void* self) {
          static_cast<LoopAlarm*>(self)->action_();
          return 0;
        },
        this);
    source_.reset(source);
    off();
  }

  void ring_at(std::chrono::microseconds boot) override {
    const auto time = std::max(boot, std::chrono::microseconds(0));
    sd_event_source_set_time(source_.get(), static_cast<std::uint64_t>(time.count()));
    sd_event_source_set_enabled(source_.get(), SD_EVENT_ONESHOT);
  }
  void off() override { sd_event_source_set_enabled(source_.get(), SD_EVENT_OFF); }

 private:
  EventLoop::Action action_;
  Source source_;
};

class LoopSign final : public Sign {
 public:
  LoopSign(sd_event* event, FileDescriptor fd, EventLoop::Action action)
      : fd_(std::move(fd)), action_(std::move(action)) {
    sd_event_source* source = nullptr;
    sd_event_add_io(
        event, &source, fd_.get(), EPOLLPRI,
        [](sd_event_source* io, int, std::uint32_t events, void* self) {
          // What it watched is gone; it would be ready for ever.
          if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
            sd_event_source_set_enabled(io, SD_EVENT_OFF);
          } else {
            static_cast<LoopSign*>(self)->action_();
          }
          return 0;
        },
        this);
    source_.reset(source);
  }

 private:
  FileDescriptor fd_;
  EventLoop::Action action_;
  Source source_;  // first to go
};

std::chrono::microseconds read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::seconds(time.tv_sec) +
                                                               std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

struct EventLoop::State {
  std::unique_ptr<sd_event, EventUnref> event;
  std::list<std::pair<Action, Source>> readers;
  struct Paced {
    Action action;
    Pause pause;
    std::chrono::microseconds used_up_to{};  ///< a moment: every call moves it on by pause.most
    std::unique_ptr<Alarm> alarm;
    Source source;
  };
  std::list<Paced> paced;
  Source interrupt, terminate, bus_io, bus_time, next_turn;
  std::function<bool()> turn;
  Action on_termination;
  sdbus::IConnection* connection = nullptr;

  static State& of(void* self) { return *static_cast<State*>(self); }

  // Enough to keep the bus fast, few enough that signals and finished work get their turn under load.
  void process_bus() const {
    constexpr int at_once = 64;
    try {
      for (int i = 0; i < at_once && connection->processPendingRequest(); ++i) {
      }
      if (turn && turn()) sd_event_source_set_enabled(next_turn.get(), SD_EVENT_ONESHOT);
    } catch (const sdbus::Error&) {
      sd_event_exit(event.get(), 1);
    }
  }

  // sd-bus says anew before every wait what it waits for.
  void prepare_bus() const {
    const auto poll_data = connection->getEventLoopPollData();
    sd_event_source_set_io_events(bus_io.get(), static_cast<std::uint32_t>(poll_data.events));
    if (poll_data.timeout_usec == UINT64_MAX) {
      sd_event_source_set_enabled(bus_time.get(), SD_EVENT_OFF);
    } else {
      sd_event_source_set_time(bus_time.get(), poll_data.timeout_usec);
      sd_event_source_set_enabled(bus_time.get(), SD_EVENT_ONESHOT);
    }
  }
};

EventLoop::EventLoop() : state_(std::make_unique<State>()) {
  sd_event* event = nullptr;
  sd_event_new(&event);
  state_->event.reset(event);
}

EventLoop::~EventLoop() = default;

void EventLoop::serve(sdbus::IConnection& connection) {
  state_->connection = &connection;
  const auto poll_data = connection.getEventLoopPollData();
  sd_event_source* io = nullptr;
  sd_event_add_io(
      state_->event.get(), &io, poll_data.fd, EPOLLIN,
      [](sd_event_source*, int, std::uint32_t, void* self) {
        State::of(self).process_bus();
        return 0;
      },
      state_.get());
  state_->bus_io.reset(io);
  sd_event_source_set_prepare(io, [](sd_event_source*, void* self) {
    State::of(self).prepare_bus();
    return 0;
  });
  sd_event_source* timer = nullptr;
  sd_event_add_time(
      state_->event.get(), &timer, CLOCK_MONOTONIC, 0, 1,
      [](sd_event_source*, std::uint64_t, void* self) {
        State::of(self).process_bus();
        return 0;
      },
      state_.get());
  state_->bus_time.reset(timer);
}

void EventLoop::in_turn(std::function<bool()> one) {
  state_->turn = std::move(one);
  sd_event_source* source = nullptr;
  sd_event_add_defer(
      state_->event.get(), &source,
      [](sd_event_source*, void* self) {
        State::of(self).process_bus();
        return 0;
      },
      state_.get());
  sd_event_source_set_enabled(source, SD_EVENT_OFF);
  state_->next_turn.reset(source);
}

void EventLoop::on_readable(int fd, Action action) {
  auto& reader = state_->readers.emplace_back(std::move(action), nullptr);
  sd_event_source* source = nullptr;
  sd_event_add_io(
      state_->event.get(), &source, fd, EPOLLIN,
      [](sd_event_source*, int, std::uint32_t, void* self) {
        (*static_cast<Action*>(self))();
        return 0;
      },
      &reader.first);
  reader.second.reset(source);
}

void EventLoop::on_readable(int fd, Pause pause, Action action) {
  auto& paced = state_->paced.emplace_back();
  paced.action = std::move(action);
  paced.pause = pause;
  paced.alarm = alarm([&paced] {
    paced.action();
    sd_event_source_set_enabled(paced.source.get(), SD_EVENT_ON);
  });
  sd_event_source* source = nullptr;
  sd_event_add_io(
      state_->event.get(), &source, fd, EPOLLIN,
      [](sd_event_source* readable, int, std::uint32_t, void* self) {
        auto& reader = *static_cast<State::Paced*>(self);
        sd_event_source_set_enabled(readable, SD_EVENT_OFF);
        const auto now = read_clock(CLOCK_BOOTTIME);
        const auto at = std::max<std::chrono::microseconds>(
            now + reader.pause.least, reader.used_up_to - (reader.pause.at_once - 1) * reader.pause.most);
        reader.used_up_to = std::max(reader.used_up_to, at) + reader.pause.most;
        reader.alarm->ring_at(at);
        return 0;
      },
      &paced);
  paced.source.reset(source);
}

void EventLoop::on_termination(Action action) {
  state_->on_termination = std::move(action);
  const auto handler = [](sd_event_source*, const signalfd_siginfo*, void* self) {
    State::of(self).on_termination();
    return 0;
  };
  sd_event_source* source = nullptr;
  sd_event_add_signal(state_->event.get(), &source, SIGTERM, handler, state_.get());
  state_->terminate.reset(source);
  sd_event_add_signal(state_->event.get(), &source, SIGINT, handler, state_.get());
  state_->interrupt.reset(source);
}

void EventLoop::feed_watchdog() {
  sd_event_set_watchdog(state_->event.get(), 1);
}

Moment EventLoop::now() {
  return {.boot = read_clock(CLOCK_BOOTTIME), .wall = read_clock(CLOCK_REALTIME)};
}

std::unique_ptr<Alarm> EventLoop::alarm(Action action) {
  return std::make_unique<LoopAlarm>(state_->event.get(), std::move(action));
}

std::unique_ptr<Sign> EventLoop::on_sign(FileDescriptor fd, Action action) {
  return std::make_unique<LoopSign>(state_->event.get(), std::move(fd), std::move(action));
}

int EventLoop::run() {
  return sd_event_loop(state_->event.get());
}

void EventLoop::stop(int status) {
  sd_event_exit(state_->event.get(), status);
}

}  // namespace cgroupd
