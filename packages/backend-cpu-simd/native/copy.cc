// Weights copied from their files into memory: as they are, or laid out in panels.
#include <algorithm>
#include <mutex>

#include "weights.h"

namespace engine {

// Threads take windows of memory that begin at large pages, so that each page is cleared and written by one of them.
static constexpr uint64_t kWindow = 2u << 20;
// Bytes of a file that lie in a second-level cache while they are laid out.
static constexpr int64_t kStage = 256 << 10;

// Writes what of a piece begins in [begin, end) of its region.
class Copying {
 public:
  Copying(const std::vector<SourceFile>& files, uint8_t* region) : files_(files), region_(region) {}

  void window(const Piece& piece, uint64_t begin, uint64_t end) {
    if (!piece.encoding) return bytes(piece, std::max(begin, piece.to), std::min(end, piece.to + piece.room()));
    const uint64_t panel = (uint64_t)piece.encoding->panelBytes(piece.depth);
    const auto first = [&](uint64_t at) { return at <= piece.to ? 0 : (int64_t)((at - piece.to + panel - 1) / panel); };
    panels(piece, first(begin), std::min(first(end), (piece.rows + kPanel - 1) / kPanel));
  }

 private:
  void bytes(const Piece& piece, uint64_t begin, uint64_t end) {
    if (begin < end) read(piece.parts[0], begin - piece.to, end - begin, region_ + begin);
  }

  void panels(const Piece& piece, int64_t begin, int64_t end) {
    const Encoding& encoding = *piece.encoding;
    const int64_t panel = encoding.panelBytes(piece.depth);
    int64_t all = 0;
    StoredRows rows{{}, {}, 0, piece.depth, piece.group};
    for (int32_t part = 0; part < encoding.parts; part++) all += rows.rowBytes[part] = encoding.rowBytes(part, piece.depth, piece.group);
    const int64_t step = std::max<int64_t>(1, kStage / (all * kPanel));
    for (; begin < end; begin += step) {
      const int64_t row = begin * kPanel;
      rows.rows = std::min(std::min(step, end - begin) * kPanel, piece.rows - row);
      if ((int64_t)stage_.size() < all * rows.rows) stage_.resize((size_t)(all * rows.rows));
      uint8_t* into = stage_.data();
      for (int32_t part = 0; part < encoding.parts; part++) {
        read(piece.parts[part], (uint64_t)(row * rows.rowBytes[part]), (uint64_t)(rows.rows * rows.rowBytes[part]), into);
        rows.part[part] = into;
        into += rows.rows * rows.rowBytes[part];
      }
      uint8_t* to = region_ + piece.to + begin * panel;
      for (int64_t i = 0; i * kPanel < rows.rows; i++) encoding.pack(rows, i * kPanel, to + i * panel);
    }
  }

  void read(const Piece::Part& part, uint64_t offset, uint64_t n, uint8_t* into) {
    const SourceFile& from = files_[part.file];
    const std::string why = from.file->read({part.offset + offset, n, n, into});
    if (!why.empty()) {
      fail("bad-checkpoint", "%s could not be read at byte %llu: %s. Restore it or download it again.", from.path.c_str(),
           (unsigned long long)(part.offset + offset), why.c_str());
    }
  }

  const std::vector<SourceFile>& files_;
  uint8_t* const region_;
  std::vector<uint8_t> stage_;
};

void Weights::copy(const std::vector<SourceFile>& files, int region, const std::vector<Piece>& pieces) {
  uint8_t* const data = at(region, 0, 0);
  const auto* memory = std::get_if<std::unique_ptr<Memory>>(&regions_[region]);
  if (!memory) fail("bad-option", "A mapped file cannot be written.");
  uint64_t begin = UINT64_MAX, end = 0;
  for (const Piece& piece : pieces) {
    check_piece(piece, files.size(), (*memory)->bytes());
    begin = std::min(begin, piece.to / kWindow * kWindow);
    end = std::max(end, piece.to + piece.room());
  }
  std::atomic<uint64_t> next{begin};
  std::mutex mutex;
  std::exception_ptr failed;
  device->pool().run([&](int) {
    try {
      Copying copying(files, data);
      for (uint64_t at; !device->stopping() && (at = next.fetch_add(kWindow)) < end;) {
        for (const Piece& piece : pieces) {
          if (piece.to < at + kWindow && at < piece.to + piece.room()) copying.window(piece, at, at + kWindow);
        }
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      failed = std::current_exception();
      next = end;
    }
  });
  if (failed) std::rethrow_exception(failed);
}

bool Weights::defer(std::vector<SourceFile> files, const std::vector<int>& fds, int region, std::vector<Piece> pieces) {
  uint8_t* const data = at(region, 0, 0);
  const auto* memory = std::get_if<std::unique_ptr<Memory>>(&regions_[region]);
  if (!memory || deferred_) fail("bad-option", "Weights are deferred once, and copied into memory.");
  for (const Piece& piece : pieces) check_piece(piece, files.size(), (*memory)->bytes());
  auto deferred = std::make_unique<Deferred>(std::move(files), fds, region, data, std::move(pieces));
  if (!deferred->cached()) return false;
  deferred_ = std::move(deferred);
  return true;
}

bool Weights::settle(uint64_t bytes) {
  if (released_ || !deferred_) return false;
  const std::vector<Piece> some = deferred_->next(bytes);
  copy(deferred_->files(), deferred_->region, some);
  if (device->stopping()) return false;
  deferred_->settle(some.size());
  return !deferred_->files().empty();
}

}  // namespace engine
