// Panels of one storage type E: made from stored rows, and decoded.
namespace engine::ENGINE_LEVEL {

// Unit u of the panel of `count` rows from `row` on.
template <class E>
void pack_unit(const StoredRows& r, int64_t row, int count, int64_t u, uint8_t* to) {
  const int64_t begin = u * E::kUnit, end = begin + E::kUnit < r.depth ? begin + E::kUnit : r.depth;
  if (count < kPanel || end - begin < E::kUnit) memset(to, 0, E::kUnitBytes);
  if constexpr (requires { E::put_lanes; }) {
    for (int lane = 0; count == kPanel && lane < kPanel; lane += kLanes) {
      for (int64_t k = begin; k < end; k += E::kBlock) E::put_lanes(r, row, k, lane, to);
    }
    if (count == kPanel) return;
  }
  for (int n = 0; n < count; n++) {
    for (int64_t k = begin; k < end; k += E::kBlock) E::put(r, row + n, k, n, to);
  }
}

template <class E>
inline I whole(I byte) {
  if constexpr (E::kBits == 8) return byte;
  else if constexpr (E::kZero != 0) return byte - isplat(E::kZero);
  else return byte;
}

// Code B of the four in each lane.
template <class E, int B>
inline I code_of(I four) {
  return whole<E>(E::kBits == 8 ? sar<24>(shl<24 - 8 * B>(four)) : shr<8 * B>(four) & isplat(255));
}

// A unit of a panel, into a tile from a run on.
template <class E>
void fill_f32(const uint8_t* w, int run, F32Tile& tile) {
  for (int lane = 0; lane < kPanel; lane += kLanes) {
    const typename E::Unit unit(w, lane);
    for (int j = 0; j < E::kUnit / 32; j++) {
      I c[8];
      unit.codes(j, c);
      float* to = tile.values[32 * (run + j)] + lane;
      for (int h = 0; h < 2; h++) {
        const V scale = unit.scale(j, E::kSub == 16 ? h : 0), least = E::kLeast ? unit.least(j, E::kSub == 16 ? h : 0) : zero();
        for (int i = 4 * h; i < 4 * h + 4; i++) {
          unrolled<4>([&](auto b) __attribute__((always_inline)) {
            constexpr int B = decltype(b)::value;
            const V q = to_float(code_of<E, B>(c[i]));
            store(to + (4 * i + B) * kPanel, E::kLeast ? fma(scale, q, least) : scale * q);
          });
        }
      }
    }
  }
}

template <class E>
void fill_int8(const uint8_t* w, int run, Int8Tile& tile) {
  for (int lane = 0; lane < kPanel; lane += kLanes) {
    const typename E::Unit unit(w, lane);
    for (int j = 0; j < E::kUnit / 32; j++) {
      I c[8];
      unit.codes(j, c);
#pragma GCC unroll 8
      for (int i = 0; i < 8; i++) istore(tile.codes[run + j][i] + 4 * lane, c[i]);
      for (int h = 0; h < 32 / E::kSub; h++) {
        store(tile.scales[run + j][h] + lane, unit.scale(j, h));
        if constexpr (E::kLeast) store(tile.leasts[run + j][h] + lane, unit.least(j, h));
      }
    }
  }
}

inline int64_t units(const Layout& t, int64_t depth) { return (depth + t.unit - 1) / t.unit; }

// Units of the panel of the rows from `row` on. Rows are short and far apart, so a processor does not see where reading
// goes: those of the next panel, which follow in the file, are asked for meanwhile.
inline void pack_units(const Layout& t, const StoredRows& r, int64_t row, Range wanted, uint8_t* to) {
  const int count = (int)(r.rows - row < kPanel ? r.rows - row : kPanel);
  const int64_t n = wanted.end - wanted.begin;
  const bool whole = n == units(t, r.depth) && row + 2 * kPanel <= r.rows;
  const uint8_t* ahead[kMostParts];
  int64_t each[kMostParts];
  for (int part = 0; part < kMostParts; part++) {
    each[part] = whole ? (kPanel * r.rowBytes[part] / n + 63) / 64 * 64 : 0;
    ahead[part] = r.part[part] + (row + kPanel) * r.rowBytes[part];
  }
  for (int64_t u = wanted.begin; u < wanted.end; u++, to += t.unitBytes) {
    for (int part = 0; part < kMostParts; part++) {
      for (int64_t at = 0; at < each[part]; at += 64) prefetch(ahead[part] + at);
      ahead[part] += each[part];
    }
    t.pack(r, row, count, u, to);
  }
}

// Units of panel i of a weight: where they lie, or made in `room`.
inline const uint8_t* panel_at(const Layout& t, const QuantizedWeight& w, int64_t i, Range wanted, uint8_t* room) {
  if (w.panels) return w.panels + (i * units(t, w.rows.depth) + wanted.begin) * t.unitBytes;
  pack_units(t, w.rows, i * kPanel, wanted, room);
  return room;
}

void decode_row_of(const Layout& t, const QuantizedWeight& w, int64_t row, float* to, uint8_t* room) {
  F32Tile tile;
  for (int64_t u = 0; u < units(t, w.rows.depth); u++) {
    const uint8_t* from = w.panels + (row / kPanel * units(t, w.rows.depth) + u) * t.unitBytes;
    if (!w.panels) t.pack(w.rows, row, 1, u, room);
    t.fillF32(w.panels ? from : room, 0, tile);
    const int n = w.panels ? (int)(row % kPanel) : 0;
    for (int i = 0; i < t.unit && u * t.unit + i < w.rows.depth; i++) to[u * t.unit + i] = tile.values[i][n];
  }
}

}  // namespace engine::ENGINE_LEVEL
