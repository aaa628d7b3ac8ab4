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

#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "metrics/connections.h"

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

void add_header(MHD_Response& response, const char* name, const std::string& value) {
  MHD_add_response_header(&response, name, value.c_str());
}

ResponsePtr make_response(const HttpAnswer& answer) {
  // libmicrohttpd sends from this buffer and gives it back when the last client has it; it does not write to it.
  auto held = std::make_unique<Body>(answer.body);
  auto* const bytes = const_cast<char*>((*held)->data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  const std::size_t size = (*held)->size();
  ResponsePtr response(MHD_create_response_from_buffer_with_free_callback_cls(size, bytes, drop_body, held.get()));
  if (!response) return response;
  (void)held.release();
  add_header(*response, MHD_HTTP_HEADER_CONTENT_TYPE, std::string(answer.content_type));
  if (answer.is_gzip) add_header(*response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
  if (answer.status == MHD_HTTP_METHOD_NOT_ALLOWED) add_header(*response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  if (answer.status == MHD_HTTP_SERVICE_UNAVAILABLE) add_header(*response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
  if (answer.status == MHD_HTTP_UNAUTHORIZED)
    add_header(*response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Basic realm=\"cgroupd\"");
  return response;
}

HttpAnswer plain(unsigned status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::make_shared<std::string>(std::move(text))};
}

std::string_view header_of(MHD_Connection* connection, const char* name) {
  const char* const value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

class HttpServer::Loop {
 public:
  Loop(HttpHandler handler, const HttpLimits& limits, std::unique_ptr<HttpSecurity> security)
      : handler_(std::move(handler)),
        limits_(limits),
        security_(std::move(security)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
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

  Result<void> add(Listener listener) {
    auto port = std::make_unique<Port>(*this, std::move(listener));
    if (guard_of(*port) != nullptr) port->tls = tls_wanted_ = security_->tls();
    if (Result<void> begun = begin(*port, port->tls); !begun) {
      if (!port->tls) return begun;
      // The certificate's fault, which can be mended while we run.
      complaints_.push_back(begun.error().text());
    }
    ports_.push_back(std::move(port));
    return {};
  }

  const std::vector<std::string>& complaints() const { return complaints_; }

  Result<void> run_in_thread() {
    if (!wake_)
      return fail(ErrorCode::failed, "cannot make an eventfd: " + std::generic_category().message(errno), {}, errno);
    // Signals are for the main thread's event loop; the new thread inherits this mask.
    sigset_t all = {};
    sigset_t before = {};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      thread_ = std::thread([this] {
        // By itself: another thread's name is a file in /proc, which our sandbox keeps from us.
        pthread_setname_np(pthread_self(), "metrics");
        run();
      });
    } catch (const std::system_error& caught) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      return fail(ErrorCode::failed, std::string("cannot start the metrics thread: ") + caught.what(), {},
                  caught.code().value());
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return {};
  }

 private:
  // A listener with its libmicrohttpd daemon, which calls back with this.
  struct Port {
    Port(Loop& owner, Listener taken) : loop(owner), listener(std::move(taken)) {}
    Loop& loop;
    Listener listener;
    std::optional<TlsSettings> tls = {};
    std::unique_ptr<MHD_Daemon, StopDaemon> daemon = {};  // stopped before the socket file goes
  };

  HttpSecurity* guard_of(const Port& port) const { return port.listener.is_unix() ? nullptr : security_.get(); }

  Result<void> begin(Port& port, std::optional<TlsSettings> tls) {
    // The daemon gets a descriptor of its own, which it closes when it ends and when it does not even begin.
    const int fd = fcntl(port.listener.fd(), F_DUPFD_CLOEXEC, 0);
    // Ours ends connections before there are so many that libmicrohttpd would stop accepting.
    const std::size_t most = limits_.connections + limits_.connections / 2 + 16;
    // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast, performance-no-int-to-ptr): how options are passed
    const auto callback = [](auto* function) { return reinterpret_cast<intptr_t>(function); };
    std::vector<MHD_OptionItem> options = {
        {MHD_OPTION_LISTEN_SOCKET, fd, nullptr},
        {MHD_OPTION_CONNECTION_LIMIT, static_cast<intptr_t>(most), nullptr},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, static_cast<intptr_t>(limits_.bytes_a_connection), nullptr},
        {MHD_OPTION_CONNECTION_TIMEOUT, intptr_t{limits_.idle.count()}, nullptr},
        {MHD_OPTION_NOTIFY_CONNECTION, callback(&Loop::on_connection), this},
        {MHD_OPTION_NOTIFY_COMPLETED, callback(&Loop::on_completed), this}};
    // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast, performance-no-int-to-ptr)
    unsigned flags = MHD_USE_EPOLL;
    if (tls) {
      flags |= MHD_USE_TLS;
      options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, tls->certificate.data()});
      options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, tls->key.data()});
      options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, tls->priorities.data()});
    }
    options.push_back({MHD_OPTION_END, 0, nullptr});
    port.daemon.reset(MHD_start_daemon(flags, 0, nullptr, nullptr, on_request, &port, MHD_OPTION_ARRAY, options.data(),
                                       MHD_OPTION_END));
    if (port.daemon) return {};
    return fail(ErrorCode::failed, "cannot serve " + port.listener.address() + ": libmicrohttpd refuses",
                !tls ? "" : "look at the certificate and the key of the web configuration");
  }

  // Under a new certificate, on the same socket. Connections of the old one end; one that cannot be had changes
  // nothing.
  void renew_tls() {
    if (!security_ || security_->tls() == tls_wanted_) return;
    tls_wanted_ = security_->tls();
    for (const auto& port : ports_) {
      if (guard_of(*port) == nullptr) continue;
      // A daemon that only stops would shut the socket down for all.
      const FileDescriptor old(port->daemon ? MHD_quiesce_daemon(port->daemon.get()) : -1);
      port->daemon.reset();
      if (begin(*port, tls_wanted_)) {
        port->tls = tls_wanted_;
      } else {
        (void)begin(*port, port->tls);  // or none, where none was ever served
      }
    }
  }

  void run() {
    while (true) {
      std::vector<pollfd> waits;
      for (const auto& port : ports_) {
        if (!port->daemon) continue;
        const MHD_DaemonInfo* const info = MHD_get_daemon_info(port->daemon.get(), MHD_DAEMON_INFO_EPOLL_FD);
        waits.push_back(pollfd{.fd = info->epoll_fd, .events = POLLIN, .revents = 0});
      }
      waits.push_back(pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0});
      const int ready = poll(waits.data(), waits.size(), timeout_ms());
      if (ready < 0 && errno != EINTR) return;
      if (waits.back().revents != 0) return;
      ++turn_;
      if (security_) security_->begin_turn();
      renew_tls();
      for (const auto& port : ports_) run_one(*port);
    }
  }

  // libmicrohttpd stops watching its listener at the connection limit and watches it again at the beginning of a run:
  // the run that closes a connection is not enough, and nothing would wake us for the clients that wait.
  void run_one(Port& port) {
    if (!port.daemon) return;
    std::size_t before = 0;
    bool made_way = false;
    do {
      before = connections_.count();
      MHD_run(port.daemon.get());
      made_way = make_way();
    } while (made_way || connections_.count() < before);
  }

  // Ends what must end by closing it under libmicrohttpd, which then takes it for a client that went away.
  bool make_way() {
    const std::vector<int> chosen = connections_.choose(limits_.connections, limits_.answers);
    for (const int fd : chosen) shutdown(fd, SHUT_RDWR);
    return !chosen.empty();
  }

  // -1, which is for ever, when no connection is open.
  int timeout_ms() const {
    int least = -1;
    for (const auto& port : ports_) {
      MHD_UNSIGNED_LONG_LONG wanted = 0;
      if (!port->daemon || MHD_get_timeout(port->daemon.get(), &wanted) != MHD_YES) continue;
      const int bounded = static_cast<int>(std::min<MHD_UNSIGNED_LONG_LONG>(wanted, INT_MAX));
      least = least < 0 ? bounded : std::min(least, bounded);
    }
    return least;
  }

  HttpAnswer answer_to(const Port& port, MHD_Connection* connection, std::string_view method, const char* path) {
    if (HttpSecurity* const guard = guard_of(port)) {
      const Access access = guard->access(header_of(connection, MHD_HTTP_HEADER_AUTHORIZATION));
      if (access == Access::denied) return plain(MHD_HTTP_UNAUTHORIZED, "a user and a password are wanted here\n");
      if (access == Access::later) return plain(MHD_HTTP_SERVICE_UNAVAILABLE, "too many passwords to check at once\n");
    }
    if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD)
      return plain(MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD are answered here\n");
    try {
      return handler_({.path = path,
                       .accept = header_of(connection, MHD_HTTP_HEADER_ACCEPT),
                       .accept_encoding = header_of(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
                       .turn = turn_});
    } catch (const std::exception& caught) {
      return plain(MHD_HTTP_INTERNAL_SERVER_ERROR, std::string(caught.what()) + "\n");
    }
  }

  // libmicrohttpd calls this once when the headers are in and again for the body and the end of the request.
  static MHD_Result on_request(void* port_called, MHD_Connection* connection, const char* path, const char* method,
                               const char* /*version*/, const char* /*upload*/, std::size_t* upload_size, void** seen) {
    try {
      const Port& port = *static_cast<const Port*>(port_called);
      const bool first_call = *seen == nullptr;
      *seen = port_called;
      const std::string_view verb = method;
      // An answer to the first call ends the connection, so it is given at once only to what must not send a body.
      if (first_call && (verb == MHD_HTTP_METHOD_GET || verb == MHD_HTTP_METHOD_HEAD)) return MHD_YES;
      if (!first_call && *upload_size != 0) {
        *upload_size = 0;
        return MHD_YES;
      }
      const HttpAnswer answer = port.loop.answer_to(port, connection, verb, path);
      const ResponsePtr response = make_response(answer);
      if (!response) return MHD_NO;
      if (const HttpSecurity* const guard = port.loop.guard_of(port)) {
        for (const auto& [name, value] : guard->headers()) add_header(*response, name.c_str(), value);
      }
      if (Connections::Handle* const open = handle_of(connection)) port.loop.connections_.answering(*open, answer.body);
      return MHD_queue_response(connection, answer.status, response.get());
    } catch (const std::exception&) {
      return MHD_NO;  // out of memory: the connection is closed
    }
  }

  static Connections::Handle* handle_of(MHD_Connection* connection) {
    const MHD_ConnectionInfo* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == nullptr ? nullptr : static_cast<Connections::Handle*>(info->socket_context);
  }

  static void on_connection(void* loop, MHD_Connection* connection, void** context,
                            MHD_ConnectionNotificationCode what) {
    Connections& connections = static_cast<Loop*>(loop)->connections_;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
      const int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
      *context = std::make_unique<Connections::Handle>(connections.opened(fd)).release();
      return;
    }
    const std::unique_ptr<Connections::Handle> handle(static_cast<Connections::Handle*>(*context));
    if (handle) connections.closed(*handle);
  }

  static void on_completed(void* loop, MHD_Connection* connection, void** /*seen*/,
                           MHD_RequestTerminationCode /*how*/) {
    if (Connections::Handle* const open = handle_of(connection)) static_cast<Loop*>(loop)->connections_.answered(*open);
  }

  HttpHandler handler_;
  HttpLimits limits_;
  std::unique_ptr<HttpSecurity> security_;
  std::optional<TlsSettings> tls_wanted_;
  std::vector<std::string> complaints_;
  FileDescriptor wake_;
  Connections connections_;
  std::uint64_t turn_ = 0;
  std::vector<std::unique_ptr<Port>> ports_;
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
HttpServer::~HttpServer() = default;

const std::vector<std::string>& HttpServer::complaints() const {
  return loop_->complaints();
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(std::vector<Listener> listeners, HttpHandler handler,
                                                      const HttpLimits& limits,
                                                      std::unique_ptr<HttpSecurity> security) {
  auto loop = std::make_unique<Loop>(std::move(handler), limits, std::move(security));
  for (Listener& listener : listeners) {
    if (Result<void> added = loop->add(std::move(listener)); !added) return fail(std::move(added.error()));
  }
  if (Result<void> running = loop->run_in_thread(); !running) return fail(std::move(running.error()));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(loop)));
}

}  // namespace cgroupd
