// What every reader must do, by either of them: `readers threads|io_uring FOLDER`. Says on one line that io_uring is not there.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <thread>

#include "../src/lane.h"

using namespace engine;

static int failures = 0;
static void expect(bool fine, const char* what) {
  if (fine) return;
  failures++;
  printf("failed: %s\n", what);
}

static constexpr size_t kBytes = (6u << 20) + 815;
static uint8_t byte_at(uint64_t i) { return (uint8_t)((i * 2654435761u) >> 13); }
static bool right(const uint8_t* data, uint64_t offset, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (data[i] != byte_at(offset + i)) return false;
  }
  return true;
}

using Make = std::function<std::unique_ptr<Reader>(unsigned most)>;

// All of them, by one reader; why each was not read.
static std::map<uint64_t, std::string> read_all(Reader& reader, const std::vector<Range>& ranges) {
  std::map<uint64_t, std::string> found;
  for (size_t i = 0; i < ranges.size(); i++) reader.begin(ranges[i], i);
  reader.submit();
  while (found.size() < ranges.size()) {
    for (auto& one : reader.wait()) expect(found.emplace(one.tag, one.why).second, "a range is told of once");
  }
  return found;
}

static void one_by_one(const Make& make, const SourceFile& file, const SourceFile& direct, const SourceFile& folder) {
  auto reader = make(8);
  std::vector<uint8_t> room(kBytes + 4096);
  auto* sectors = (uint8_t*)aligned_alloc(4096, 3 << 20);
  const auto why = [&](const SourceFile& of, Reading reading) { return read_all(*reader, {{&of, reading}})[0]; };
  expect(why(file, {0, kBytes, kBytes, room.data()}).empty() && right(room.data(), 0, kBytes), "a whole file");
  expect(why(file, {1234567, 1, 1, room.data()}).empty() && right(room.data(), 1234567, 1), "one byte");
  expect(why(file, {kBytes - 10, 4096, 10, room.data()}).empty() && right(room.data(), kBytes - 10, 10), "up to the end, which is nearer than asked");
  expect(why(file, {kBytes - 10, 4096, 11, room.data()}).find("the file ends before") == 0, "behind the end");
  expect(why(file, {kBytes + 4096, 10, 10, room.data()}).find("the file ends before") == 0, "far behind the end");
  expect(why(folder, {0, 10, 10, room.data()}) == strerror(EISDIR), "an error of the system is told");
  expect(why(file, {0, 10, 10, (uint8_t*)16}) == strerror(EFAULT), "memory that is not there");
  if (direct.file) {
    const uint64_t last = kBytes / 4096 * 4096;
    expect(why(direct, {4096, 3 << 20, 3 << 20, sectors}).empty() && right(sectors, 4096, 3 << 20), "whole sectors, past the page cache");
    expect(why(direct, {last, 4096, kBytes - last, sectors}).empty() && right(sectors, last, kBytes - last), "the last sector, which is not whole");
    expect(why(direct, {last, 4096, kBytes - last + 1, sectors}).find("the file ends before") == 0, "behind the last sector");
    const std::string odd = why(direct, {123, 4096, 4096, sectors});
    expect(odd.empty() ? right(sectors, 123, 4096) : odd == strerror(EINVAL), "no whole sector");
  }
  expect(why(file, {0, kBytes, kBytes, room.data()}).empty(), "after errors");
  free(sectors);
}

// The system gives files of its own in short pieces.
static void short_reads(const Make& make) {
  const int fd = open("/proc/kallsyms", O_RDONLY);
  if (fd < 0) return;
  const SourceFile file{std::make_unique<File>(fd), "/proc/kallsyms"};
  close(fd);
  std::vector<uint8_t> one(100000), other(100000);
  if (!file.file->read({0, one.size(), one.size(), one.data()}).empty()) return;
  auto reader = make(1);
  expect(read_all(*reader, {{&file, {0, other.size(), other.size(), other.data()}}})[0].empty() && one == other, "many short reads for one range");
}

// More reads than are on their way at once, some of two ranges, some wanted by nobody, some that fail; while others are posted.
static void lanes(const Make& make, const SourceFile& file, const SourceFile& folder, unsigned depth) {
  // A reader that waits for each read has one at a time.
  static constexpr int kReads = 3000, kRow = 512;
  std::vector<uint8_t> room(2 * kReads * kRow);
  std::atomic<int> ended{0}, read{0}, failed{0}, atOnce{0}, most{0};
  ReadMeter meter;
  {
    std::vector<std::unique_ptr<Reader>> readers;
    for (int i = 0; i < 3; i++) readers.push_back(make(depth * Lane::kMostRanges));
    Lane lane(std::move(readers), depth, meter);
    const auto post = [&](int i) {
      lane.post(i % 2, {[&, i](std::vector<Range>& ranges) {
                          if (i % 10 == 3) return std::string();
                          if (i % 10 == 4) return std::string("no memory");
                          const int now = ++atOnce;
                          if (now > most) most = now;
                          const SourceFile& from = i % 10 == 5 ? folder : file;
                          uint8_t* into = &room[(size_t)2 * i * kRow];
                          ranges.push_back({&from, {(uint64_t)i * 1999, kRow, kRow, into}});
                          if (i % 2) ranges.push_back({&file, {(uint64_t)i * 11, kRow, kRow, into + kRow}});
                          return std::string();
                        },
                        [&, i](const std::string& why) {
                          const uint8_t* into = &room[(size_t)2 * i * kRow];
                          const bool begun = i % 10 != 3 && i % 10 != 4;
                          atOnce -= begun;
                          failed += !why.empty();
                          if (i % 10 == 5) expect(why.find("Reading FOLDER at byte ") == 0, "what failed is told by name");
                          else if (i % 10 == 4) expect(why == "no memory", "why it was not begun");
                          else expect(why.empty(), "the others are read");
                          if (begun && why.empty()) read += right(into, (uint64_t)i * 1999, kRow) && (i % 2 == 0 || right(into + kRow, (uint64_t)i * 11, kRow));
                          ended++;
                        }});
    };
    std::thread other([&] {
      for (int i = 0; i < kReads; i += 2) post(i);
    });
    for (int i = 1; i < kReads; i += 2) {
      if (i % 500 == 1) usleep(2000);
      post(i);
    }
    other.join();
    while (ended < kReads) usleep(100);
    expect(failed == kReads / 5 && read == kReads * 7 / 10, "each read ends once, and is whole");
    expect(most <= (int)(3 * depth), "no more at once than there is memory for");
  }
  const ReadCounters counters = meter.counters();
  expect(counters.seconds > 0 && counters.bytes == (uint64_t)kReads / 10 * kRow * 12, "bytes and time are counted");
}

// Whoever ends in the middle waits for what is on its way, and for nothing else.
static void ends(const Make& make, const SourceFile& file) {
  constexpr size_t kRange = 65536, kRanges = 32;
  auto* room = (uint8_t*)aligned_alloc(4096, kRanges * kRange);
  for (int round = 0; round < 20; round++) {
    auto reader = make(kRanges);
    for (size_t i = 0; i < kRanges; i++) reader->begin({&file, {i * kRange, kRange, kRange, room + i * kRange}}, i);
    reader->submit();
    reader.reset();
    memset(room, 0, kRanges * kRange);
    usleep(500);
    expect(std::count(room, room + kRanges * kRange, 0) == kRanges * kRange, "nothing is written later");
    std::atomic<int> begun{0}, ended{0};
    ReadMeter meter;
    {
      std::vector<std::unique_ptr<Reader>> readers;
      readers.push_back(make(4 * Lane::kMostRanges));
      Lane lane(std::move(readers), 4, meter);
      for (size_t i = 0; i < kRanges; i++) {
        lane.post(0, {[&, i](std::vector<Range>& ranges) {
                        begun++;
                        ranges.push_back({&file, {i * kRange, kRange, kRange, room + i * kRange}});
                        return std::string();
                      },
                      [&](const std::string&) { ended++; }});
      }
    }
    expect(begun == ended, "what has begun is ended");
  }
  free(room);
}

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const bool uring = !strcmp(arguments[1], "io_uring");
  if (uring && !uring_reader(1)) {
    printf("notice: io_uring is not there\n");
    return 0;
  }
  const Make make = [uring](unsigned most) { return uring ? uring_reader(most) : blocking_reader(); };
  const std::string path = std::string(arguments[2]) + "/bytes";
  std::vector<uint8_t> bytes(kBytes);
  for (size_t i = 0; i < kBytes; i++) bytes[i] = byte_at(i);
  FILE* out = fopen(path.c_str(), "wb");
  if (!out || fwrite(bytes.data(), 1, kBytes, out) != kBytes || fclose(out)) return 2;
  const int fd = open(path.c_str(), O_RDONLY), at = open(arguments[2], O_RDONLY | O_DIRECTORY);
  const SourceFile file{std::make_unique<File>(fd), "FILE"}, direct{File::direct(fd), "DIRECT"}, folder{std::make_unique<File>(at), "FOLDER"};
  one_by_one(make, file, direct, folder);
  short_reads(make);
  lanes(make, file, folder, uring ? 16 : 1);
  ends(make, direct.file ? direct : file);
  printf("%d failures\n", failures);
  return failures > 0;
}
