// A small HTTP server on a thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/http_security.h"
#include "metrics/listener.h"
#include "model/result.h"

namespace cgroupd {

struct HttpRequest {
  std::string_view path;  ///< without the query
  std::string_view accept;
  std::string_view accept_encoding;
  /// Requests of the same turn were waiting at the same time, so that one answer serves them all.
  std::uint64_t turn = 0;
};

struct HttpAnswer {
  unsigned status = 200;
  std::string_view content_type;  ///< must live as long as the program
  /// Shared, not copied; kept until the client has read it.
  std::shared_ptr<const std::string> body;
  bool is_gzip = false;  ///< whether the body is packed
};

/// Answers a GET or HEAD. Runs on the server's thread, one call at a time, and must not throw; what throws all the same
/// becomes a 500.
using HttpHandler = std::function<HttpAnswer(const HttpRequest& request)>;

struct HttpLimits {
  /// More than these, over all listeners, and those on which nothing happened for longest are closed: first of those
  /// that have not sent a whole request, then of those that read their answer.
  std::size_t connections = 192;
  /// More different answers than these in the hands of readers, and whoever has the oldest loses it.
  std::size_t answers = 8;
  std::size_t bytes_a_connection =
      8192;                       ///< request line and headers; longer ones are refused by libmicrohttpd (414, 431)
  std::chrono::seconds idle{10};  ///< a connection on which nothing moves for so long is closed
};

/// GET and HEAD; every other method is a 405 with Allow. One thread serves all listeners, so that the handler needs no
/// lock; it sleeps until a socket or the end wakes it.
class HttpServer {
 public:
  /// `security` guards the TCP listeners; a unix socket is guarded by its file's mode. Without it they are open.
  static Result<std::unique_ptr<HttpServer>> start(std::vector<Listener> listeners, HttpHandler handler,
                                                   const HttpLimits& limits,
                                                   std::unique_ptr<HttpSecurity> security = nullptr);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;
  /// Ends the thread and every connection, removes the socket files.
  ~HttpServer();

  /// What is wrong with listeners that are not served until their certificate is another one.
  const std::vector<std::string>& complaints() const;

 private:
  class Loop;
  explicit HttpServer(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace cgroupd
