#include "reader.h"
#include "uring.h"

#ifdef ENGINE_URING
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace engine {

// What one request may ask for.
static constexpr size_t kMost = 1u << 30;
static constexpr uint64_t kWake = UINT64_MAX;

class UringReader : public Reader {
 public:
  explicit UringReader(unsigned most) : ring_(most + 1), waking_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), slots_(most) {
    for (unsigned i = most; i > 0; i--) free_.push_back(i - 1);
    if (open()) listen();
  }
  // The system writes into memory that is not ours any more unless it has written all.
  ~UringReader() override {
    while (free_.size() < slots_.size()) wait();
    if (waking_ >= 0) close(waking_);
  }
  bool open() const { return ring_.open() && waking_ >= 0; }

  void begin(const Range& range, uint64_t tag) override {
    const uint32_t slot = free_.back();
    free_.pop_back();
    slots_[slot] = {tag, range.file->file->descriptor(), range.reading};
    ask(slot);
  }

  void submit() override { enter(false); }

  std::vector<Result> wait() override {
    enter(true);
    bool woken = false;
    while (const io_uring_cqe* done = ring_.done()) {
      const uint64_t slot = done->user_data;
      const int32_t got = done->res;
      ring_.drop();
      if (slot == kWake) woken = true;
      else take((uint32_t)slot, got);
    }
    if (woken) listen();
    return std::exchange(results_, {});
  }

  void wake() override {
    const uint64_t one = 1;
    (void)!write(waking_, &one, sizeof one);
  }

 private:
  struct Slot {
    uint64_t tag;
    int file;
    Reading reading;
  };

  void ask(uint32_t slot) {
    const Reading& reading = slots_[slot].reading;
    io_uring_sqe* request = ring_.request();
    request->opcode = IORING_OP_READ;
    request->fd = slots_[slot].file;
    request->off = reading.offset + reading.done;
    request->addr = (uint64_t)(reading.into + reading.done);
    request->len = (uint32_t)std::min(kMost, reading.bytes - reading.done);
    request->user_data = slot;
  }

  void listen() {
    uint64_t times;
    (void)!read(waking_, &times, sizeof times);
    io_uring_sqe* request = ring_.request();
    request->opcode = IORING_OP_POLL_ADD;
    request->fd = waking_;
    request->poll_events = POLLIN;
    request->user_data = kWake;
  }

  void take(uint32_t slot, int64_t got) {
    std::string why;
    if (!slots_[slot].reading.over(got, why)) return ask(slot);
    results_.push_back({slots_[slot].tag, why});
    free_.push_back(slot);
  }

  // A system without memory for it says so, and is asked again.
  void enter(bool wait) {
    while (ring_.enter(wait) < 0 && !ring_.done()) usleep(1000);
  }

  Uring ring_;
  const int waking_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::vector<Result> results_;
};

std::unique_ptr<Reader> uring_reader(unsigned most) {
  auto reader = std::make_unique<UringReader>(most);
  return reader->open() ? std::move(reader) : nullptr;
}

}  // namespace engine
#else
namespace engine {
std::unique_ptr<Reader> uring_reader(unsigned) { return nullptr; }
}  // namespace engine
#endif
