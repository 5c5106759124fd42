#include "lane.h"

#include <chrono>
#include <utility>

namespace engine {

static double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void ReadMeter::began() {
  std::lock_guard lock(mutex_);
  if (reading_++ == 0) since_ = now();
}

void ReadMeter::ended(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  if (--reading_ == 0) counters_.seconds += now() - since_;
  counters_.bytes += bytes;
}

void ReadMeter::found(uint64_t bytes, double seconds) {
  std::lock_guard lock(mutex_);
  counters_.bytes += bytes;
  counters_.seconds += seconds;
}

ReadCounters ReadMeter::counters() const {
  std::lock_guard lock(mutex_);
  ReadCounters counters = counters_;
  if (reading_ > 0) counters.seconds += now() - since_;
  return counters;
}

// A thread, and the reads it has on their way.
struct Lane::Worker {
  struct Slot {
    Read read;
    std::vector<Range> ranges;
    size_t left;
    std::string why;
  };
  Worker(std::unique_ptr<Reader> reader, unsigned depth, ReadMeter& meter) : reader(std::move(reader)), slots(depth), meter(meter) {
    for (unsigned i = 0; i < depth; i++) free.push_back(i);
  }
  bool busy() const { return free.size() < slots.size(); }

  void begin(Read read) {
    std::vector<Range> ranges;
    const std::string why = read.begin(ranges);
    if (!why.empty() || ranges.empty()) return read.end(why);
    const unsigned at = free.back();
    free.pop_back();
    slots[at] = {std::move(read), std::move(ranges), 0, ""};
    Slot& slot = slots[at];
    slot.left = slot.ranges.size();
    for (size_t i = 0; i < slot.ranges.size(); i++) {
      meter.began();
      reader->begin(slot.ranges[i], at * kMostRanges + i);
    }
  }

  void take(const Reader::Result& result) {
    const unsigned at = (unsigned)(result.tag / kMostRanges);
    Slot& slot = slots[at];
    const Range& range = slot.ranges[result.tag % kMostRanges];
    meter.ended(range.reading.bytes);
    if (!result.why.empty()) slot.why = "Reading " + range.file->path + " at byte " + std::to_string(range.reading.offset) + " failed: " + result.why;
    if (--slot.left > 0) return;
    slot.read.end(slot.why);
    slot.read = {};
    free.push_back(at);
  }

  const std::unique_ptr<Reader> reader;
  std::vector<Slot> slots;
  std::vector<unsigned> free;
  ReadMeter& meter;
  bool open = false;  // waits for its reads, and could take up more
  std::thread thread;
};

Lane::Lane(std::vector<std::unique_ptr<Reader>> readers, unsigned depth, ReadMeter& meter) : meter_(meter), depth_(depth) {
  for (auto& reader : readers) workers_.push_back(std::make_unique<Worker>(std::move(reader), depth_, meter_));
  for (auto& worker : workers_) worker->thread = std::thread([this, &worker] { work(*worker); });
}

Lane::~Lane() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  posted_.notify_all();
  for (auto& worker : workers_) worker->thread.join();
}

std::deque<Read>* Lane::queued() {
  for (auto& queue : queues_) {
    if (!queue.empty() && !ending_) return &queue;
  }
  return nullptr;
}

// Someone who could take up what is queued.
void Lane::rouse() {
  if (idle_ > 0) return posted_.notify_one();
  for (auto& worker : workers_) {
    if (!std::exchange(worker->open, false)) continue;
    return worker->reader->wake();
  }
}

void Lane::post(int urgency, Read read) {
  std::lock_guard lock(mutex_);
  queues_[urgency].push_back(std::move(read));
  rouse();
}

void Lane::work(Worker& own) {
  std::deque<Reader::Result> results;
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!own.free.empty()) {
      std::deque<Read>* queue = queued();
      if (!queue) break;
      Read read = std::move(queue->front());
      queue->pop_front();
      lock.unlock();
      own.begin(std::move(read));
      lock.lock();
    }
    if (!own.busy()) {
      if (ending_) return;
      idle_++;
      posted_.wait(lock, [this] { return ending_ || queued(); });
      idle_--;
      continue;
    }
    if (queued()) rouse();
    own.open = results.empty() && !own.free.empty();
    lock.unlock();
    if (results.empty()) {
      for (auto& result : own.reader->wait()) results.push_back(std::move(result));
    } else {
      own.reader->submit();
      // One after the other: what it makes room for is on its way while the next is laid out.
      own.take(results.front());
      results.pop_front();
    }
    lock.lock();
    own.open = false;
  }
}

}  // namespace engine
