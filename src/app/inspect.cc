#include "app/program.h"
#include "app/serve.h"

#include <fmt/format.h>

namespace berth::app {
namespace {

using Type = Sample::Type;

Sample counter(std::string name, std::string help, std::uint64_t value,
               std::vector<std::pair<std::string, std::string>> labels = {}) {
  return {Type::kCounter, std::move(name), std::move(help), std::move(labels),
          static_cast<double>(value)};
}

Sample gauge(std::string name, std::string help, double value,
             std::vector<std::pair<std::string, std::string>> labels = {}) {
  return {Type::kGauge, std::move(name), std::move(help), std::move(labels), value};
}

constexpr wire::Transport kTransports[] = {wire::Transport::kHttps, wire::Transport::kMqtt,
                                           wire::Transport::kMqttWebSocket, wire::Transport::kHttp,
                                           wire::Transport::kMqttPlain};

void add_net(std::vector<Sample>& to, const net::CounterValues& net) {
  for (const wire::Transport transport : kTransports) {
    const auto i = static_cast<std::size_t>(transport);
    to.push_back(gauge("berth_connections", "Open connections by transport.",
                       static_cast<double>(net.open[i]),
                       {{"transport", std::string(to_string(transport))}}));
  }
  for (const wire::Transport transport : kTransports) {
    const auto i = static_cast<std::size_t>(transport);
    to.push_back(counter("berth_connections_accepted_total", "Connections accepted by transport.",
                         net.accepted[i], {{"transport", std::string(to_string(transport))}}));
  }
  for (std::size_t i = 0; i < net::kRefusalCount; ++i) {
    const auto why = static_cast<net::Refusal>(i);
    to.push_back(counter("berth_connections_refused_total",
                         "Connections and requests refused at the edge, by reason.", net.refused[i],
                         {{"reason", std::string(net::to_string(why))}}));
  }
  to.push_back(counter("berth_tls_handshakes_total", "Completed handshakes.", net.handshakes));
  to.push_back(
      counter("berth_tls_handshake_failures_total", "Failed handshakes.", net.handshake_failures));
  to.push_back(counter("berth_requests_total", "Requests handed to a dialect.", net.requests));
  to.push_back(
      gauge("berth_requests_in_flight", "Requests under way.", static_cast<double>(net.in_flight)));
  to.push_back(gauge("berth_http_streams", "Answers without an end that are under way.",
                     static_cast<double>(net.streams)));
  to.push_back(counter("berth_received_bytes_total", "Application bytes in.", net.bytes_in));
  to.push_back(counter("berth_sent_bytes_total", "Application bytes out.", net.bytes_out));
}

void add_store(std::vector<Sample>& to, const store::StoreStats& stats) {
  to.push_back(gauge("berth_store_queue_depth", "Units of work waiting for the store.",
                     static_cast<double>(stats.queue_depth)));
  to.push_back(counter("berth_store_reads_total", "Units that only read.", stats.reads));
  to.push_back(counter("berth_store_units_committed_total", "Units whose writes are on disk.",
                       stats.units_committed));
  to.push_back(counter("berth_store_units_failed_total", "Units that failed.", stats.units_failed));
  to.push_back(counter("berth_store_units_rejected_total",
                       "Units refused because the queue was full.", stats.units_rejected));
  to.push_back(counter("berth_store_commit_failures_total", "Transactions that failed.",
                       stats.commit_failures));
  to.push_back(
      counter("berth_store_retries_total", "Units run again after a race.", stats.retries));
  to.push_back(
      counter("berth_store_reconnects_total", "Connections made again.", stats.reconnects));
  to.push_back(counter("berth_store_refusals_dropped_total",
                       "Batches of refused trails that found no room.", stats.refusals_dropped));
}

void add_hub(std::vector<Sample>& to, const hub::Stats& hub) {
  to.push_back(gauge("berth_hub_devices_connected", "Devices connected to hubs now.",
                     static_cast<double>(hub.connected)));
  to.push_back(counter("berth_hub_connects_total", "Connections accepted.", hub.connects));
  to.push_back(counter("berth_hub_connects_refused_total", "Connections refused; trails say why.",
                       hub.connects_refused));
  to.push_back(counter("berth_hub_taken_over_total",
                       "Connections ended because the device connected again.", hub.taken_over));
  to.push_back(
      counter("berth_hub_messages_in_total", "Messages of devices stored.", hub.messages_in));
  to.push_back(counter("berth_hub_messages_in_bytes_total", "Their bytes.", hub.bytes_in));
  to.push_back(
      counter("berth_hub_messages_out_total", "Messages given to devices.", hub.messages_out));
  to.push_back(
      counter("berth_hub_methods_called_total", "Methods devices were asked.", hub.methods_called));
  to.push_back(counter("berth_hub_twin_reads_total", "Twins read by devices.", hub.twin_reads));
  to.push_back(counter("berth_hub_twin_writes_total", "Twins written.", hub.twin_writes));
  to.push_back(counter("berth_hub_events_dropped_total",
                       "Happenings that a slow device's connection had no room for.",
                       hub.events_dropped));
}

void add_live(std::vector<Sample>& to, const LiveFeed::Stats& live) {
  to.push_back(gauge("berth_live_followers", "Operators who follow what happens.",
                     static_cast<double>(live.followers)));
  to.push_back(
      counter("berth_live_told_total", "Happenings told, once for each follower.", live.told));
  to.push_back(counter("berth_live_too_slow_total", "Followers cut off because they were too slow.",
                       live.too_slow));
  to.push_back(counter("berth_live_turned_away_total", "Followers for whom there was no room.",
                       live.turned_away));
}

void add_log(std::vector<Sample>& to, const store::rocksdb::LogStats& log) {
  to.push_back(gauge("berth_log_queue_events", "Events waiting for the disk.",
                     static_cast<double>(log.queue_events)));
  to.push_back(counter("berth_log_appends_total", "Events on disk.", log.appends));
  to.push_back(counter("berth_log_bytes_total", "Bytes of their records.", log.bytes));
  to.push_back(counter("berth_log_syncs_total", "Writes that events shared.", log.syncs));
  to.push_back(counter("berth_log_rejected_total", "Appends that found no room.", log.rejected));
  to.push_back(counter("berth_log_failed_total", "Appends the disk did not take.", log.failed));
  to.push_back(counter("berth_log_damaged_total",
                       "Events or stretches of them that could not be read.", log.damaged));
}

Distribution commit_times(const store::StoreStats& stats) {
  Distribution times{"berth_store_commit_seconds", "Time from begin to durable.", {}, {}, 0, 0};
  for (const std::uint64_t bound : store::StoreStats::kCommitMicrosBounds) {
    times.bounds.push_back(static_cast<double>(bound) / 1e6);
  }
  times.counts.assign(stats.commit_micros.begin(), stats.commit_micros.end());
  times.sum = static_cast<double>(stats.commit_micros_sum) / 1e6;
  times.count = stats.commits;
  return times;
}

}  // namespace

std::string Program::metrics_text() const {
  const store::StoreStats store = store_->stats();
  std::vector<Sample> samples;
  samples.push_back(gauge("berth_build_info", "Always 1; the version is the label.", 1,
                          {{"version", kVersion}, {"store", std::string(store_->kind())}}));
  if (server_) add_net(samples, server_->counters());
  add_store(samples, store);
  add_hub(samples, hub_->stats());
  add_log(samples, log_->stats());
  add_live(samples, live_.stats());
  for (Sample& sample : process_samples()) samples.push_back(std::move(sample));
  return metrics_.render(samples, {commit_times(store)});
}

Task<dialects::Inspection> Program::inspect(dialects::Inspect::What what) {
  dialects::Inspection inspection;
  switch (what) {
    case dialects::Inspect::What::kHealth:
      inspection.text = "ok";
      break;
    case dialects::Inspect::What::kReadiness:
      inspection.healthy = announced_ && store_->ready() && log_->ready();
      inspection.text = inspection.healthy ? "ready"
                        : announced_       ? store_->ready() ? "the event log takes no events"
                                                             : "the store does not answer"
                                           : "still starting";
      break;
    case dialects::Inspect::What::kMetrics:
      inspection.healthy = config_.metrics.enabled;
      inspection.text = inspection.healthy ? metrics_text() : "metrics are switched off";
      break;
  }
  co_return inspection;
}

std::string Program::welcome() const {
  const std::string data = data_.path().string();
  std::string text = fmt::format(
      "Berth {} is ready.\n"
      "  devices   https://{}:{}   mqtts://{}:{}\n"
      "  console   https://{}:{}/console/\n"
      "  trust     {}/ca.pem\n",
      kVersion, hosts_.front(), port_of("https"), hosts_.front(), port_of("mqtt"), hosts_.front(),
      port_of(config_.admin_port ? "admin" : "https"), data);
  if (first_start_) {
    text += fmt::format("  token     {}/admin.token (admin; keep it safe)\n", data);
    text += fmt::format(
        "Next:\n"
        "  berth --data {0} scope list\n"
        "  berth --data {0} enrollment-group create --enrollment-id my-group\n"
        "  berth --data {0} doctor\n",
        data);
  }
  return text;
}

}  // namespace berth::app
