// Where cgctl speaks: results to standard output, the rest to standard error.
#pragma once

#include <iosfwd>
#include <string_view>

#include "model/error.h"

namespace cgroupd::client {

struct OutputStyle {
  bool json = false;
  bool quiet = false;
  bool colour = false;
  bool utf8 = false;  ///< tree lines may be drawn with box characters
};

class Output {
 public:
  Output(std::ostream& out, std::ostream& err, OutputStyle style) : out_(out), err_(err), style_(style) {}

  const OutputStyle& style() const { return style_; }

  /// What was asked for; also with --quiet. Ends with a newline.
  void result(std::string_view text);
  /// What was done, one line; not with --quiet or --json.
  void done(std::string_view text);
  /// One JSON value on its own line.
  void json(std::string_view text);
  /// Whoever reads along gets what was written so far.
  void flush();
  /// Something the user should know, on standard error; not with --quiet.
  void note(std::string_view text);
  /// The same, also with --quiet.
  void warning(std::string_view text);
  void error(const Error& error);

 private:
  std::ostream& out_;
  std::ostream& err_;
  OutputStyle style_;
};

/// Colours on a terminal unless NO_COLOR is set (no-color.org) or TERM is dumb; box characters where the locale is
/// UTF-8.
OutputStyle style_of_terminal();

}  // namespace cgroupd::client
