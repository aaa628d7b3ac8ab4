// A list of texts that are written once and read in their order.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cgroupd {

/// Kept one behind the other, so that many cost no more room-making than one.
class Texts {
 public:
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(all_).substr(begin, ends_[index] - begin);
  }
  /// How long they are together.
  std::size_t length() const { return ends_.empty() ? 0 : ends_.back(); }
  template <typename Use>
  void each(Use use) const {
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      use(std::string_view(all_.data() + begin, end - begin));
      begin = end;
    }
  }

  void add(std::string_view text) {
    all_ += text;
    end();
  }
  /// To append the next text to, piece by piece, until end(); what is there already is not to be touched.
  std::string& next() { return all_; }
  void end() { ends_.push_back(all_.size()); }

  void reserve(std::size_t texts, std::size_t length) {
    ends_.reserve(texts);
    all_.reserve(length);
  }

  friend bool operator==(const Texts&, const Texts&) = default;

 private:
  std::string all_;
  std::vector<std::size_t> ends_;
};

}  // namespace cgroupd
