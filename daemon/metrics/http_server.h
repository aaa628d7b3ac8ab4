// A small HTTP server on a thread of its own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/listener.h"
#include "model/result.h"

namespace cgroupd {

struct HttpAnswer {
  unsigned status = 200;
  std::string_view content_type;  ///< must live as long as the program
  /// Shared, not copied; kept until the client has read it.
  std::shared_ptr<const std::string> body;
};

/// Answers a GET or HEAD of `path` (without the query). Runs on the server's thread, one call at a time, and must not
/// throw; what throws all the same becomes a 500.
using HttpHandler = std::function<HttpAnswer(std::string_view path)>;

struct HttpLimits {
  unsigned connections_a_listener = 128;  ///< more wait in the kernel's backlog
  std::size_t bytes_a_connection =
      8192;                       ///< request line and headers; longer ones are refused by libmicrohttpd (414, 431)
  std::chrono::seconds idle{10};  ///< a connection on which nothing moves for so long is closed
};

/// GET and HEAD; every other method is a 405 with Allow. One thread serves all listeners, so that the handler needs no
/// lock; it sleeps until a socket or the end wakes it.
class HttpServer {
 public:
  static Result<std::unique_ptr<HttpServer>> start(std::vector<Listener> listeners, HttpHandler handler,
                                                   const HttpLimits& limits);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;
  /// Ends the thread and every connection, removes the socket files.
  ~HttpServer();

 private:
  class Loop;
  explicit HttpServer(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace cgroupd
