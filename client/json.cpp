// Model values as JSON.
#include "client/json.h"

#include <nlohmann/json.hpp>

#include "client/desired_view.h"
#include "client/times.h"
#include "model/device_keys.h"

namespace cgroupd::client {
namespace {

using Json = nlohmann::ordered_json;

Json number_or_max(const std::optional<std::uint64_t>& number) {
  return number ? Json(*number) : Json("max");
}

Json encode(const Amount& amount) {
  const auto* const number = std::get_if<std::uint64_t>(&amount);
  return number == nullptr ? Json("max") : Json(*number);
}

Json encode(const Bandwidth& bandwidth) {
  Json json = Json::object();
  json["quota_us"] = number_or_max(bandwidth.quota_us);
  json["period_us"] = bandwidth.period_us;
  return json;
}

Json encode(const IdList& list) {
  return list.ranges;
}

Json encode(const DeviceWeights& weights) {
  Json json = Json::object();
  json["default"] = weights.default_weight;
  for (const auto& [device, weight] : weights.devices) json[print_device(device)] = weight;
  return json;
}

Json encode(const DeviceMaxima& maxima) {
  Json json = Json::object();
  for (const auto& [device, max] : maxima.devices) {
    Json one = Json::object();
    for (const auto& key : device_keys) one[std::string(key.name)] = number_or_max(max.*(key.value));
    json[print_device(device)] = std::move(one);
  }
  return json;
}

Json encode(const Value& value) {
  return std::visit([](const auto& v) { return encode(v); }, value);
}

Json encode(const Values& values) {
  Json json = Json::object();
  for (const auto& [limit, value] : values) json[std::string(limit->file)] = encode(value);
  return json;
}

Json encode_reasons(const std::map<const Limit*, std::string>& reasons) {
  Json json = Json::object();
  for (const auto& [limit, why] : reasons) json[std::string(limit->file)] = why;
  return json;
}

Json encode(const DesiredLimit& desired) {
  Json json = Json::object();
  json["value"] = encode(desired.value);
  json["origin"] = origin_name(desired.origin);
  if (desired.ends) {
    json["ends"] = print_iso_time(*desired.ends);
    json["ends_usec"] = desired.ends->count();
  }
  if (desired.afterwards) json["afterwards"] = encode(*desired.afterwards);
  if (!desired.skipped.empty()) json["skipped"] = desired.skipped;
  return json;
}

Json encode_desired(const CgroupStatus& status) {
  Json json = Json::object();
  for (const auto& [limit, desired] : status.desired) json[std::string(limit->file)] = encode(desired);
  return json;
}

Json encode_drifted(const CgroupStatus& status) {
  Json json = Json::array();
  for (const auto* const limit : drifted_limits(status)) json.push_back(limit->file);
  return json;
}

Json encode(const std::vector<CgroupPath>& names) {
  Json json = Json::array();
  for (const auto& name : names) json.push_back(name.str());
  return json;
}

Json encode(const HistoryChange& change) {
  Json json = Json::object();
  json["cgroup"] = change.cgroup.str();
  json["limit"] = change.limit->file;
  json["before"] = encode(change.before);
  json["after"] = encode(change.after);
  return json;
}

Json encode(const SkippedLimit& skipped) {
  Json json = Json::object();
  json["cgroup"] = skipped.cgroup.str();
  json["limit"] = skipped.limit->file;
  json["wanted"] = encode(skipped.wanted);
  json["why"] = skipped.why;
  return json;
}

Json encode(const HistoryEntry& entry) {
  Json json = Json::object();
  json["id"] = entry.id;
  json["time"] = print_iso_time(entry.time);
  json["time_usec"] = entry.time.count();
  json["cause"] = cause_name(entry.cause);
  if (entry.who.uid) json["uid"] = *entry.who.uid;
  if (entry.who.pid) json["pid"] = *entry.who.pid;
  if (!entry.who.unit.empty()) json["unit"] = entry.who.unit;
  if (!entry.who.command.empty()) json["command"] = entry.who.command;
  if (entry.undoes) json["undoes"] = *entry.undoes;
  json["made"] = encode(entry.made);
  json["removed"] = encode(entry.removed);
  json["changes"] = Json::array();
  for (const auto& change : entry.changes) json["changes"].push_back(encode(change));
  for (const auto& skipped : entry.skipped) json["skipped"].push_back(encode(skipped));
  return json;
}

// A value of a limit, in the form that `limits` has, and any other text as it is.
Json encode_detail(const std::string& key, const std::string& text, const Limit* limit) {
  const bool is_value = key == "found" || key == "wanted" || key == "before";
  if (is_value && limit != nullptr) {
    if (const auto value = parse_value(*limit, text)) return encode(*value);
  }
  return text;
}

Json encode(const Numbers& numbers) {
  Json json = Json::object();
  for (const auto& [name, number] : numbers) json[name] = number;
  return json;
}

Json encode(const CgroupStatus& status) {
  Json json = Json::object();
  json["name"] = status.name;
  json["path"] = status.path;
  json["limits"] = encode(status.limits);
  json["usage"] = encode(status.usage);
  json["events"] = encode(status.events);
  json["populated"] = status.populated;
  json["frozen"] = status.frozen;
  json["desired"] = encode_desired(status);
  json["drift"] = drift_policy_name(status.drift);
  json["drifted"] = encode_drifted(status);
  return json;
}

// A directory somebody else made may have any bytes in its name; JSON is UTF-8, so those become U+FFFD.
std::string print(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string json_of(const CgroupStatus& status) {
  return print(encode(status));
}

std::string json_of(std::span<const CgroupStatus> statuses) {
  Json json = Json::array();
  for (const auto& status : statuses) json.push_back(encode(status));
  return print(json);
}

std::string json_of_in_force(std::string_view name, const InForce& in_force) {
  Json json = Json::object();
  json["name"] = name;
  json["limits"] = encode(in_force.limits);
  if (!in_force.skipped.empty()) json["skipped"] = encode_reasons(in_force.skipped);
  return print(json);
}

std::string json_of_plan(std::string_view name, const std::vector<std::string>& steps) {
  Json json = Json::object();
  json["name"] = name;
  json["plan"] = steps;
  return print(json);
}

std::string json_of_steps(const std::vector<std::string>& steps) {
  Json json = Json::object();
  json["plan"] = steps;
  return print(json);
}

std::string json_of_applied(const Applied& applied) {
  Json json = Json::object();
  json["changed"] = Json::array();
  for (const auto& [name, values] : applied.changed) {
    Json one = Json::object();
    one["name"] = name;
    one["limits"] = encode(values);
    json["changed"].push_back(std::move(one));
  }
  json["steps"] = applied.steps;
  for (const auto& [name, skipped] : applied.skipped) {
    Json one = Json::object();
    one["name"] = name;
    one["limits"] = encode_reasons(skipped);
    json["skipped"].push_back(std::move(one));
  }
  return print(json);
}

std::string json_of_done(std::string_view what, const std::vector<std::string>& names) {
  Json json = Json::object();
  json[std::string(what)] = names;
  return print(json);
}

std::string json_of_history(std::span<const HistoryEntry> entries) {
  Json json = Json::array();
  for (const auto& entry : entries) json.push_back(encode(entry));
  return print(json);
}

std::string json_of_event(const Event& event, std::chrono::microseconds time) {
  Json json = Json::object();
  json["event"] = event_name(event.kind);
  json["cgroup"] = event.cgroup;
  json["time"] = print_iso_time(time);
  if (!event.limit.empty()) json["file"] = event.limit;
  if (event.kind == EventKind::limits_changed) json["in_force"] = encode(event.in_force);
  if (event.kind == EventKind::lease_ended) json["limits"] = event.limits;
  const Limit* const limit = find_limit(event.limit);
  for (const auto& [key, detail] : event.details) {
    // A detail of a newer daemon does not overwrite what is promised.
    if (json.contains(key)) continue;
    if (const auto* const text = std::get_if<std::string>(&detail)) {
      json[key] = encode_detail(key, *text, limit);
    } else {
      json[key] = std::get<std::uint64_t>(detail);
    }
  }
  return print(json);
}

std::string json_of_moved(std::string_view name, const std::vector<pid_t>& pids) {
  Json json = Json::object();
  json["name"] = name;
  json["moved"] = pids;
  return print(json);
}

}  // namespace cgroupd::client
