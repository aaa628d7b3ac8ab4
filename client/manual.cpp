// Tables as roff (man(7)).
#include "client/manual.h"

#include <array>
#include <utility>

#include "client/verb.h"
#include "model/limits.h"

namespace cgroupd::client {
namespace {

// Text as roff takes it for itself: a hyphen in a flag must stay one, and no line may begin with a request.
std::string roff(std::string_view text) {
  std::string out;
  bool begins_line = true;
  for (const char c : text) {
    if (begins_line && (c == '.' || c == '\'')) out += "\\&";
    begins_line = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) {
  return "\\fB" + roff(text) + "\\fR";
}

std::string roff_flag(std::string_view name, char letter, std::string_view placeholder) {
  std::string text = letter == '\0' ? "" : bold(std::string("-") + letter) + ", ";
  text += bold("--" + std::string(name));
  return placeholder.empty() ? text : text + " \\fI" + roff(placeholder) + "\\fR";
}

std::string paragraph(const std::string& tag, std::string_view text) {
  return ".TP\n" + tag + "\n" + roff(text) + "\n";
}

std::string options_part(std::span<const Option> options) {
  std::string out;
  for (const auto& option : options) {
    out += paragraph(roff_flag(option.name, option.letter, option.placeholder), option.help);
  }
  return out;
}

std::string verbs_part() {
  std::string out;
  for (const auto* const verb : all_verbs()) {
    out += ".SS " + roff(verb->name) + (verb->usage.empty() ? "" : " " + roff(verb->usage)) + "\n";
    std::string summary(verb->summary);
    summary.front() = static_cast<char>(summary.front() - 'a' + 'A');
    out += roff(summary) + ".\n";
    if (!verb->about.empty()) out += roff(verb->about) + "\n";
    out += options_part(verb->options);
    out += ".PP\n.nf\n.RS 4\n";
    for (const auto example : verb->examples) out += roff(example) + "\n";
    out += ".RE\n.fi\n";
  }
  return out;
}

// systemd has a property for each part of some limits.
std::string_view systemd_property(const Limit& limit, const Flag& flag) {
  switch (flag.part) {
    case FlagPart::period:
      return "CPUQuotaPeriodSec";
    case FlagPart::read_bps:
      return "IOReadBandwidthMax";
    case FlagPart::write_bps:
      return "IOWriteBandwidthMax";
    case FlagPart::read_iops:
      return "IOReadIOPSMax";
    case FlagPart::write_iops:
      return "IOWriteIOPSMax";
    default:
      return limit.systemd_property;
  }
}

std::string details(const Limit& limit, const Flag& flag) {
  std::string text(flag.help);
  text += "; " + std::string(limit.file) + ", Linux " + std::string(limit.since);
  const auto property = systemd_property(limit, flag);
  if (!property.empty()) text += ", systemd's " + std::string(property) + "=";
  return text + ".";
}

std::string limits_part() {
  std::string out;
  for (const auto& limit : all_limits()) {
    for (const auto& flag : limit.flags) {
      std::string tag = roff_flag(flag.name, flag.letter, flag.placeholder);
      if (!flag.alias.empty()) tag += " (also " + bold("--" + std::string(flag.alias)) + ")";
      out += paragraph(tag, details(limit, flag));
    }
  }
  const std::array any = {set_any_option()};
  return out + options_part(any);
}

std::string keys_part() {
  std::string out;
  for (const auto& limit : all_limits()) {
    for (const auto& flag : limit.flags) {
      std::string tag = bold(flag.name) + " = \\fI" + roff(flag.placeholder) + "\\fR";
      if (!flag.alias.empty()) tag += " (also " + bold(flag.alias) + ")";
      out += paragraph(tag, details(limit, flag));
    }
  }
  return out;
}

void replace_all(std::string& text, std::string_view mark, std::string_view with) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size())) {
    text.replace(at, mark.size(), with);
  }
}

}  // namespace

std::string filled_manual(std::string_view page) {
  std::string out(page);
  replace_all(out, "@VERSION@", CGROUPD_VERSION);
  replace_all(out, "@OPTIONS@\n", options_part(global_options()));
  replace_all(out, "@VERBS@\n", verbs_part());
  replace_all(out, "@LIMITS@\n", limits_part());
  replace_all(out, "@KEYS@\n", keys_part());
  return out;
}

}  // namespace cgroupd::client
