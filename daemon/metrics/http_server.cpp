// One poll loop around a libmicrohttpd daemon for each listener.
#include "metrics/http_server.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <exception>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace cgroupd {
namespace {

using Body = std::shared_ptr<const std::string>;

struct StopDaemon {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};
struct DropResponse {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
using ResponsePtr = std::unique_ptr<MHD_Response, DropResponse>;

void drop_body(void* body) {
  delete static_cast<Body*>(body);
}

ResponsePtr make_response(const HttpAnswer& answer) {
  // libmicrohttpd sends from this buffer and gives it back when the last client has it; it does not write to it.
  auto held = std::make_unique<Body>(answer.body);
  auto* const bytes = const_cast<char*>((*held)->data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  const std::size_t size = (*held)->size();
  ResponsePtr response(MHD_create_response_from_buffer_with_free_callback_cls(size, bytes, drop_body, held.get()));
  if (!response) return response;
  (void)held.release();
  MHD_add_response_header(response.get(), MHD_HTTP_HEADER_CONTENT_TYPE, std::string(answer.content_type).c_str());
  if (answer.status == MHD_HTTP_METHOD_NOT_ALLOWED)
    MHD_add_response_header(response.get(), MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  if (answer.status == MHD_HTTP_SERVICE_UNAVAILABLE)
    MHD_add_response_header(response.get(), MHD_HTTP_HEADER_RETRY_AFTER, "1");
  return response;
}

HttpAnswer plain(unsigned status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::make_shared<std::string>(std::move(text))};
}

HttpAnswer answer_to(const HttpHandler& handler, std::string_view method, std::string_view path) {
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
    return plain(MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD are answered here\n");
  }
  try {
    return handler(path);
  } catch (const std::exception& caught) {
    return plain(MHD_HTTP_INTERNAL_SERVER_ERROR, std::string(caught.what()) + "\n");
  }
}

// libmicrohttpd calls this once when the headers are in and again for the body and the end of the request.
MHD_Result on_request(void* handler, MHD_Connection* connection, const char* path, const char* method,
                      const char* /*version*/, const char* /*upload*/, std::size_t* upload_size, void** seen) {
  try {
    const bool first_call = *seen == nullptr;
    *seen = handler;
    const std::string_view verb = method;
    // An answer to the first call ends the connection, so it is given at once only to what must not send a body.
    if (first_call && (verb == MHD_HTTP_METHOD_GET || verb == MHD_HTTP_METHOD_HEAD)) return MHD_YES;
    if (!first_call && *upload_size != 0) {
      *upload_size = 0;
      return MHD_YES;
    }
    const HttpAnswer answer = answer_to(*static_cast<const HttpHandler*>(handler), verb, path);
    const ResponsePtr response = make_response(answer);
    return response ? MHD_queue_response(connection, answer.status, response.get()) : MHD_NO;
  } catch (const std::exception&) {
    return MHD_NO;  // out of memory: the connection is closed
  }
}

}  // namespace

class HttpServer::Loop {
 public:
  explicit Loop(HttpHandler handler) : handler_(std::move(handler)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  Loop(Loop&&) = delete;
  Loop& operator=(Loop&&) = delete;
  ~Loop() {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof(one));
    thread_.join();
  }

  Result<void> add(Listener listener, const HttpLimits& limits) {
    MHD_Daemon* const started =
        MHD_start_daemon(MHD_USE_EPOLL, 0, nullptr, nullptr, on_request, &handler_, MHD_OPTION_LISTEN_SOCKET,
                         listener.fd(), MHD_OPTION_CONNECTION_LIMIT, limits.connections_a_listener,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.bytes_a_connection, MHD_OPTION_CONNECTION_TIMEOUT,
                         static_cast<unsigned>(limits.idle.count()), MHD_OPTION_END);
    if (started == nullptr)
      return fail(ErrorCode::failed, "cannot serve " + listener.address() + ": libmicrohttpd refuses");
    listener.release_fd();  // stopping the daemon closes it
    listeners_.push_back(std::move(listener));
    daemons_.emplace_back(started);
    const MHD_DaemonInfo* const info = MHD_get_daemon_info(started, MHD_DAEMON_INFO_EPOLL_FD);
    waits_.push_back(pollfd{.fd = info->epoll_fd, .events = POLLIN, .revents = 0});
    return {};
  }

  Result<void> run_in_thread() {
    if (!wake_)
      return fail(ErrorCode::failed, "cannot make an eventfd: " + std::generic_category().message(errno), {}, errno);
    waits_.push_back(pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0});
    // Signals are for the main thread's event loop; the new thread inherits this mask.
    sigset_t all = {};
    sigset_t before = {};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& caught) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      return fail(ErrorCode::failed, std::string("cannot start the metrics thread: ") + caught.what(), {},
                  caught.code().value());
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread_.native_handle(), "metrics");
    return {};
  }

 private:
  void run() {
    while (true) {
      const int ready = poll(waits_.data(), waits_.size(), timeout_ms());
      if (ready < 0 && errno != EINTR) return;
      if (waits_.back().revents != 0) return;
      for (const auto& daemon : daemons_) run_one(daemon.get());
    }
  }

  // libmicrohttpd stops watching its listener at the connection limit and watches it again at the beginning of a run:
  // the run that closes a connection is not enough, and nothing would wake us for the clients that wait.
  static void run_one(MHD_Daemon* daemon) {
    unsigned before = 0;
    do {
      before = open_connections(daemon);
      MHD_run(daemon);
    } while (open_connections(daemon) < before);
  }

  static unsigned open_connections(MHD_Daemon* daemon) {
    return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
  }

  // -1, which is for ever, when no connection is open.
  int timeout_ms() const {
    int least = -1;
    for (const auto& daemon : daemons_) {
      MHD_UNSIGNED_LONG_LONG wanted = 0;
      if (MHD_get_timeout(daemon.get(), &wanted) != MHD_YES) continue;
      const int bounded = static_cast<int>(std::min<MHD_UNSIGNED_LONG_LONG>(wanted, INT_MAX));
      least = least < 0 ? bounded : std::min(least, bounded);
    }
    return least;
  }

  HttpHandler handler_;
  FileDescriptor wake_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<MHD_Daemon, StopDaemon>> daemons_;  // stopped before the socket files go
  std::vector<pollfd> waits_;                                     // the daemons' epoll descriptors, then wake_
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(std::vector<Listener> listeners, HttpHandler handler,
                                                      const HttpLimits& limits) {
  auto loop = std::make_unique<Loop>(std::move(handler));
  for (Listener& listener : listeners) {
    if (Result<void> added = loop->add(std::move(listener), limits); !added) return fail(std::move(added.error()));
  }
  if (Result<void> running = loop->run_in_thread(); !running) return fail(std::move(running.error()));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(loop)));
}

}  // namespace cgroupd
