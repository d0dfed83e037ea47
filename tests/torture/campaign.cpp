#include "tests/torture/campaign.hpp"

#include <algorithm>

#include "tests/torture/audit.hpp"
#include "tests/torture/faulty_wire.hpp"
#include "tests/torture/live_pipeline.hpp"
#include "tests/torture/map_audit.hpp"

namespace phasecast::torture {
namespace {

using namespace std::chrono_literals;

class Campaign {
 public:
  Campaign(std::uint64_t seed, int scans, const std::function<void(const std::string&)>& doing)
      : random_{seed, 0x746f7274757265},
        scans_(scans),
        doing_(doing),
        config_(random_config()),
        books_(config_.admission.reorder_frames) {}

  CampaignReport run();

 private:
  RunConfig random_config();
  RandomScan next_scan(int index);
  void send(const Parts& parts);
  void send_scan(int index);
  void wait_for_close(const std::string& scan_id);
  void send_last_scan();
  void audit(const Pipeline& pipeline);

  Random random_;
  int scans_;
  std::function<void(const std::string&)> doing_;
  bool timed_ = false;
  ScratchFolder folder_;
  RunConfig config_;
  Books books_;
  FaultyWire wire_{random_, timed_};
  zmq::context_t context_;
  std::optional<Ear> ear_;
  std::optional<Mouth> mouth_;
  std::map<std::string, int> opened_;  // times, by scan id
  std::string series_ = "series";
  std::optional<ScanStart> plan_;
  CampaignReport report_;
};

RunConfig Campaign::random_config() {
  timed_ = chance(random_, 0.25);
  RunConfig config = local_run_config(folder_.path());
  config.unmix = random_unmix(random_);
  config.threads = static_cast<int>(1 + random_.below(2));
  config.admission = timed_ ? AdmissionConfig{2 + random_.below(15), 3ms, 3ms, 20ms}
                            : AdmissionConfig{2 + random_.below(15), 1h, 1h, 1h};
  // Only there: what waits behind a gap counts too, and here a gap is given up by count alone.
  if (timed_ && chance(random_, 0.4)) config.in_flight_bytes = 4096;  // a few frames: the source is held back
  return config;
}

/// Mostly one plan again and again, as in an experiment; now and then another plan, another series, an id
/// that was used before.
RandomScan Campaign::next_scan(int index) {
  const bool series_is_free = !books_.open_series();
  if (series_is_free && chance(random_, 0.15)) series_ = "series" + std::to_string(index);
  std::string id = "scan" + std::to_string(index);
  if (index > 0 && chance(random_, 0.04))
    id = "scan" + std::to_string(random_.below(static_cast<std::size_t>(index)));
  const auto number = static_cast<std::uint32_t>(index);
  if (!plan_ || chance(random_, 0.2)) {
    RandomScan scan = random_scan(random_, config_.unmix, series_, id, number);
    plan_ = scan.start;
    return scan;
  }
  plan_->series_id = series_;
  return repeated_scan(random_, config_.unmix, *plan_, id, number);
}

/// Waiting for each scan to be announced keeps the publisher's queue short, so that no event is lost.
void Campaign::send(const Parts& parts) {
  if (timed_ && books_.at_end_of_memory(parts)) return;
  const auto effect = books_.take(parts);
  mouth_->send(parts);
  ++report_.messages;
  if (!effect.opened) return;
  doing_("wait for the start of " + *effect.opened);
  ear_->wait_for_start(*effect.opened, ++opened_[*effect.opened]);
}

void Campaign::wait_for_close(const std::string& scan_id) {
  if (!books_.is_open(scan_id)) return;
  doing_("wait for the end of " + scan_id);
  ear_->wait_for_end(scan_id, opened_[scan_id]);
  books_.close_by_time();
  ++report_.scans_closed_by_time;
}

void Campaign::send_scan(int index) {
  const RandomScan scan = next_scan(index);
  std::optional<RandomScan> intruder;
  if (!timed_ && chance(random_, 0.1))
    intruder = random_scan(random_, config_.unmix, "elsewhere", "intruder" + std::to_string(index), 0);
  for (const Parts& parts : wire_.carry(scan, intruder ? &*intruder : nullptr)) send(parts);
  if (timed_) wait_for_close(scan.start.scan_id);
}

/// When it has closed, everything before it has been looked at.
void Campaign::send_last_scan() {
  if (const std::string* series = books_.open_series()) series_ = *series;
  const RandomScan last = random_scan(random_, config_.unmix, series_, "last", 9999);
  send(encode(last.start));
  for (const Frame& frame : last.frames) send(encode(frame));
  send(encode(last.end()));
  if (timed_) {  // it may have closed on silence in its middle, so one more that does nothing else
    wait_for_close("last");
    ScanStart empty = last.start;
    empty.scan_id = "empty";
    send(encode(empty));
    wait_for_close("empty");
  } else {
    ear_->wait_for_end("last", 1);
  }
}

CampaignReport Campaign::run() {
  Pipeline pipeline(config_, [] {});
  ear_.emplace(context_, pipeline.endpoints().maps);
  mouth_.emplace(context_, pipeline.endpoints().frames);
  for (int index = 0; index < scans_; ++index) {
    doing_("send scan " + std::to_string(index));
    send_scan(index);
  }
  send_last_scan();
  doing_("stop");
  pipeline.stop();
  doing_("audit");
  audit(pipeline);
  return std::move(report_);
}

void Campaign::audit(const Pipeline& pipeline) {
  const Clock clock = timed_ ? Clock::decides : Clock::none;
  Findings& findings = report_.findings;
  const Status status = pipeline.status();
  audit_balance(status, findings);
  audit_counters(status, books_, clock, findings);
  report_.frames_received = status.counters.received;
  report_.scans_opened = status.counters.scans_started;

  const Leftovers left = read_leftovers(pipeline.files());
  findings.equal("recordings", left.scans.size(), books_.scans().size());
  for (std::size_t k = 0; k < std::min(left.scans.size(), books_.scans().size()); ++k)
    audit_recording(left.scans[k], *books_.scans()[k], clock, findings);
  report_.maps = audit_maps(config_.unmix, left, findings);
  findings.equal("maps_final", status.counters.maps_final, report_.maps.maps);
}

}  // namespace

CampaignReport run_campaign(std::uint64_t seed, int scans,
                            const std::function<void(const std::string&)>& doing) {
  return Campaign(seed, scans, doing).run();
}

}  // namespace phasecast::torture
