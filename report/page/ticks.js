// ticks.js: niceTicks, decadeTicks, logSplits, logLabels, padded: where the numbers of an axis stand.

const MINOR_ROOM = 60; // px a decade needs for its nine lines

// niceTicks returns about n round numbers from low to high.
function niceTicks(low, high, n) {
  const raw = (high - low) / Math.max(1, n);
  if (!(raw > 0)) return [low];
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * unit).find((s) => s >= raw * 0.999);
  const out = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-6; k++) out.push(Number((k * step).toPrecision(12)));
  return out;
}

// decadeTicks returns powers of ten, those with 2 and 5 where there are few,
// or round numbers where there is but one.
function decadeTicks(low, high) {
  const times = (list) => {
    const out = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.floor(Math.log10(high) + 1e-9); e++) out.push(...list.map((k) => Number(`${k}e${e}`)));
    return out.filter((v) => v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9));
  };
  const powers = times([1]);
  if (powers.length > 2) return powers.filter((_, i) => i % Math.ceil(powers.length / 6) === 0);
  const more = times([1, 2, 5]);
  return more.length > 2 ? more : niceTicks(low, high, 4).filter((v) => v > 0);
}

// logSplits puts ticks at 1, 2, … 9 times each power of ten, or only at the
// powers where lines would crowd, as uPlot asks for them.
function logSplits(u, axis, low, high) {
  const decades = Math.log10(high / low);
  const room = (axis === 0 ? u.bbox.width : u.bbox.height) / (devicePixelRatio || 1) / decades;
  const out = [];
  if (decades < 0.4) return niceTicks(low, high, 5);
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
    for (let k = 1; k < 10; k++) {
      const v = Number(`${k}e${e}`);
      if (v >= low && v <= high && (k === 1 || room > MINOR_ROOM)) out.push(v);
    }
  }
  return out;
}

// logLabels names the powers of ten, with 2 and 5 where there is room.
function logLabels(_, splits) {
  const decades = Math.log10(splits[splits.length - 1] / splits[0]);
  const wanted = decades < 0.4 ? null : decades < 1 ? [1, 2, 3, 4, 6, 8] : decades < 2.5 ? [1, 2, 5] : [1];
  const every = decades > 10 ? 2 : 1;
  return splits.map((v) => {
    const e = Math.floor(Math.log10(v) + 1e-9);
    const k = Math.round(v / 10 ** e);
    if (wanted && (!wanted.includes(k) || e % every)) return "";
    return brief(v);
  });
}

// padded spans values with some room, so that no point lies on the frame.
function padded(values, log) {
  const known = values.filter((v) => isDefined(v) && (!log || v > 0));
  if (!known.length) return [log ? 0.1 : 0, 1];
  let [low, high] = [Math.min(...known), Math.max(...known)];
  if (log) return low === high ? [low / 2, high * 2] : [low / (high / low) ** 0.04, high * (high / low) ** 0.04];
  if (low === high) [low, high] = [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1];
  const pad = (high - low) * 0.05;
  return [low - pad, high + pad];
}
