// Oldest first, and whoever has not asked anything before whoever reads.
#include "metrics/connections.h"

#include <algorithm>
#include <utility>

namespace cgroupd {

void Connections::answering(Handle connection, std::shared_ptr<const std::string> answer) {
  connection->answer = std::move(answer);
  open_.splice(open_.end(), open_, connection);
}

void Connections::answered(Handle connection) {
  connection->answer.reset();
  open_.splice(open_.end(), open_, connection);
}

std::vector<int> Connections::choose(std::size_t most_connections, std::size_t most_answers) {
  std::vector<int> chosen;
  const auto end = [&chosen](Connection& connection) {
    connection.ending = true;
    chosen.push_back(connection.fd);
  };
  std::size_t staying = static_cast<std::size_t>(std::ranges::count(open_, false, &Connection::ending));
  for (const bool readers : {false, true}) {
    for (Connection& connection : open_) {
      if (staying <= most_connections) break;
      if (connection.ending || (connection.answer != nullptr) != readers) continue;
      end(connection);
      --staying;
    }
  }
  std::vector<const std::string*> answers;  // oldest first
  for (const Connection& connection : open_) {
    const bool counts = connection.answer && !connection.ending;
    if (counts && std::ranges::find(answers, connection.answer.get()) == answers.end())
      answers.push_back(connection.answer.get());
  }
  if (answers.size() <= most_answers) return chosen;
  const auto too_old = answers.begin() + static_cast<std::ptrdiff_t>(answers.size() - most_answers);
  for (Connection& connection : open_) {
    if (!connection.ending && std::find(answers.begin(), too_old, connection.answer.get()) != too_old) end(connection);
  }
  return chosen;
}

}  // namespace cgroupd
