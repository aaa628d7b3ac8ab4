// Laying out help: flags by group, wrapped for a terminal.
#include "client/help.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "client/text.h"
#include "model/limits.h"

namespace cgroupd::client {
namespace {

constexpr std::size_t line_width = 96;

struct Group {
  std::string_view controller;
  std::string_view title;
};
constexpr std::array groups = {Group{"memory", "Memory"}, Group{"cpu", "CPU"}, Group{"pids", "Processes"},
                               Group{"cpuset", "CPU and memory placement"}, Group{"io", "I/O"}};

constexpr std::string_view value_grammar =
    "SIZE is bytes, with K, M, G or T (1024-based). USEC is microseconds or a time as in 50ms, LIST\n"
    "numbers as in 0-3,7, DEVICE /dev/sda or 8:0. Upper limits take max for no limit; those of\n"
    "memory, swap, CPUs and processes also 50%: half of what the parent has.\n";

// Words in lines of at most `width` columns.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    auto& line = lines.back();
    if (!line.empty() && width_of(line) + 1 + width_of(word) > width) {
      lines.emplace_back(word);
    } else {
      line += (line.empty() ? "" : " ") + std::string(word);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct Row {
  std::string flag;
  std::string file;
  std::string help;
};

std::string flag_text(std::string_view name, char letter, std::string_view placeholder) {
  std::string text = letter == '\0' ? "    " : std::string("-") + letter + ", ";
  text += "--" + std::string(name);
  return placeholder.empty() ? text : text + " " + std::string(placeholder);
}

// Flags and files as wide as they need to be, help in what is left.
std::string print_rows(const std::vector<Row>& rows, std::size_t flag_width, std::size_t file_width) {
  const std::size_t indent = 2 + flag_width + 2 + (file_width == 0 ? 0 : file_width + 2);
  std::string out;
  for (const auto& row : rows) {
    std::string line = "  " + padded(row.flag, flag_width) + "  ";
    if (file_width > 0) line += padded(row.file, file_width) + "  ";
    bool first = true;
    for (const auto& text : wrapped(row.help, line_width - indent)) {
      out += (first ? line : std::string(indent, ' ')) + text + "\n";
      first = false;
    }
  }
  return out;
}

std::size_t widest(const std::vector<Row>& rows, std::string Row::*cell) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, width_of(row.*cell));
  return width;
}

std::vector<Row> rows_of(std::span<const Option> options) {
  std::vector<Row> rows;
  for (const auto& option : options) {
    rows.push_back({.flag = flag_text(option.name, option.letter, option.placeholder),
                    .file = {},
                    .help = std::string(option.help)});
  }
  return rows;
}

std::vector<Row> rows_of_controller(std::string_view controller) {
  std::vector<Row> rows;
  for (const auto& limit : all_limits()) {
    if (limit.controller != controller) continue;
    for (const auto& flag : limit.flags) {
      std::string help(flag.help);
      if (!flag.alias.empty()) help += " (also --" + std::string(flag.alias) + ")";
      rows.push_back({.flag = flag_text(flag.name, flag.letter, flag.placeholder),
                      .file = std::string(limit.file),
                      .help = std::move(help)});
    }
  }
  return rows;
}

std::string help_of_limits() {
  std::vector<std::pair<std::string_view, std::vector<Row>>> parts;
  parts.reserve(groups.size());
  for (const auto& group : groups) parts.emplace_back(group.title, rows_of_controller(group.controller));
  std::size_t flag_width = 0;
  std::size_t file_width = 0;
  for (const auto& [title, rows] : parts) {
    flag_width = std::max(flag_width, widest(rows, &Row::flag));
    file_width = std::max(file_width, widest(rows, &Row::file));
  }
  std::string out;
  for (const auto& [title, rows] : parts) {
    if (!rows.empty()) out += "\n" + std::string(title) + ":\n" + print_rows(rows, flag_width, file_width);
  }
  const std::array any = {set_any_option()};
  out += "\nAny limit:\n" + print_rows(rows_of(any), flag_width, 0);
  return out + "\n" + std::string(value_grammar);
}

std::string print_examples(std::span<const std::string_view> examples) {
  std::string out = examples.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
  for (const auto example : examples) out += "  " + std::string(example) + "\n";
  return out;
}

}  // namespace

std::string help_of_cgctl() {
  std::string out =
      "usage: cgctl [OPTIONS] VERB ...\n\n"
      "Limits by name for cgroups of your own: memory, CPU, processes and I/O, held by the kernel.\n\nVerbs:\n";
  std::vector<Row> verbs;
  for (const auto* const verb : all_verbs()) {
    verbs.push_back({.flag = std::string(verb->name), .file = {}, .help = std::string(verb->summary)});
  }
  out += print_rows(verbs, widest(verbs, &Row::flag), 0);
  const auto options = rows_of(global_options());
  out += "\nOptions, before or behind the verb:\n" + print_rows(options, widest(options, &Row::flag), 0);
  constexpr std::array<std::string_view, 4> examples = {"cgctl create web --memory 512M --cpus 1.5 --pids-limit 200",
                                                        "cgctl run web -- ./server --port 8080",
                                                        "cgctl set web --memory 256M", "cgctl show web"};
  out += print_examples(examples);
  return out + "\nLimits and more: cgctl VERB --help. Exit status: 0 done, 1 refused, 2 usage, 3 no daemon.\n";
}

std::string help_of_verb(const Verb& verb) {
  std::string out = "usage: cgctl " + std::string(verb.name);
  if (!verb.usage.empty()) out += " " + std::string(verb.usage);
  std::string summary(verb.summary);
  summary.front() = static_cast<char>(summary.front() - 'a' + 'A');
  out += "\n\n" + summary + ".\n";
  if (!verb.about.empty()) out += std::string(verb.about) + "\n";
  if (!verb.options.empty()) {
    const auto rows = rows_of(verb.options);
    out += "\nOptions:\n" + print_rows(rows, widest(rows, &Row::flag), 0);
  }
  if (verb.takes_limits) out += help_of_limits();
  if (!verb.examples.empty()) out += print_examples(verb.examples);
  return out + "\nOptions of every verb (--json, --quiet, --system, ...): cgctl --help\n";
}

}  // namespace cgroupd::client
