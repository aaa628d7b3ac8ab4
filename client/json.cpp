// Model values as JSON.
#include "client/json.h"

#include <nlohmann/json.hpp>

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

Json encode(const Values& values) {
  Json json = Json::object();
  for (const auto& [limit, value] : values) {
    json[std::string(limit->file)] = std::visit([](const auto& v) { return encode(v); }, value);
  }
  return json;
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

std::string json_of_limits(std::string_view name, const Values& limits) {
  Json json = Json::object();
  json["name"] = name;
  json["limits"] = encode(limits);
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
  return print(json);
}

std::string json_of_done(std::string_view what, const std::vector<std::string>& names) {
  Json json = Json::object();
  json[std::string(what)] = names;
  return print(json);
}

std::string json_of_moved(std::string_view name, const std::vector<pid_t>& pids) {
  Json json = Json::object();
  json["name"] = name;
  json["moved"] = pids;
  return print(json);
}

}  // namespace cgroupd::client
