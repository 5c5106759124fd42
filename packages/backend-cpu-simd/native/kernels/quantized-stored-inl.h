// Few rows against a weight's rows as they are stored: 16 of them become lanes on their way into the product, so a file
// that is mapped needs no panels. Runs are added in the order panels have; within one, sums are of integers, so codes may
// come in another order: that of E::turn.
namespace engine::ENGINE_LEVEL {

// The scales of 16 rows from `row` on, kPanel for each group of inputs. Those of the next 16 rows are asked for.
inline void gather_scales(const StoredRows& from, int64_t row, uint8_t* to) {
  const int64_t bytes = from.rowBytes[1];
  const uint8_t* const scale = from.part[1] + row * bytes;
  for (int64_t at = 0; at < kPanel * bytes; at += 64) prefetch(scale + kPanel * bytes + at);
  for (int lane = 0; lane < kPanel; lane += kLanes) {
    const uint8_t* const own = scale + lane * bytes;
    uint8_t* const lanes = to + 2 * lane;
    int64_t at = 0;
    for (; at + 16 <= bytes; at += 16) {
      I pairs[4];
      rows_to_lanes(own + at, bytes, pairs);
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) {
        store_u16(lanes + (at + 4 * i) * kPanel, pairs[i]);
        store_u16(lanes + (at + 4 * i + 2) * kPanel, shr<16>(pairs[i]));
      }
    }
    for (; at < bytes; at += 2) put_halves(own + at, bytes, lane, to + at * kPanel);
  }
}

// A group of R rows against 16 stored ones. While these are used the next 16 come: they follow one another in the file, so
// they are one stream.
template <class E, int R>
inline void add_stored(const Eight* rows, const StoredRows& from, int64_t row, const uint8_t* scales, float* lanes) {
  constexpr int kRows = R < kRowsAtOnce ? R : kRowsAtOnce;
  const int64_t groupRuns = from.group / 32, groups = from.depth / from.group;
  for (int lane = 0; lane < kPanel; lane += kLanes) {
    for (int first = 0; first < R; first += kRows) {
      const uint8_t *w = from.part[0] + (row + lane) * from.rowBytes[0], *ahead = from.part[0] + (row + kPanel) * from.rowBytes[0];
      const Eight* a = rows + first;
      V sum[kRows];
#pragma GCC unroll 8
      for (int r = 0; r < kRows; r++) sum[r] = zero();
      for (int64_t g = 0; g < groups; g++) {
        const V scale = E::scales(scales + 2 * (g * kPanel + lane));
        for (int64_t run = 0; run < groupRuns; run++, w += E::kRunBytes, a += R) {
          for (int line = 0; line < kPanel * E::kRunBytes; line += 64, ahead += 64) prefetch(ahead);
          I c[8];
          E::stored(w, from.rowBytes[0], c);
          add_runs<E, kRows>(c, a, scale, zero(), zero(), zero(), sum);
        }
      }
#pragma GCC unroll 8
      for (int r = 0; r < kRows; r++) store(lanes + (first + r) * kPanel + lane, sum[r]);
    }
  }
}

// Whether this product can: few rows, and only stored ones, which are whole panels.
inline bool meets_stored(const QuantizedProduct& p) { return !p.w->panels && p.rows <= kTogether && p.w->rows.rows % kPanel == 0; }

template <class E>
void multiply_stored(const Layout& t, const QuantizedProduct& p, const Share& share) {
  if (p.rows == 0 || p.outputs == 0) return;
  const Range all{p.w->begin / kPanel, (p.w->begin + p.outputs + kPanel - 1) / kPanel}, mine = part(share, all.end - all.begin, 1);
  if (mine.begin == mine.end) return;
  const int64_t runs = p.depth / 32;
  hold<Int8Rows>(t, p, {0, p.rows}, {0, runs}, share.scratch);
  const int size = group_size(p.rows);
  Eight* const rows = (Eight*)share.scratch;
  for (int64_t i = 0; i < runs * size; i++) E::turn(rows[i].codes);
  uint8_t* const scales = share.scratch + held_bytes(p.depth);
  for (int64_t i = all.begin + mine.begin; i < all.begin + mine.end; i++) {
    alignas(64) float lanes[kTogether * kPanel];
    gather_scales(p.w->rows, i * kPanel, scales);
    for_group(size, [&](auto r) { add_stored<E, decltype(r)::value>(rows, p.w->rows, i * kPanel, scales, lanes); });
    const Lanes own(p, i);
    for (int64_t r = 0; r < p.rows; r++) own.deliver(lanes + r * kPanel, row_of_y(p, r));
  }
}

}  // namespace engine::ENGINE_LEVEL
