// compare_figures.js: xyFigure, small figures of lines and points with axes.

const XY = { left: 46, right: 10, top: 20, bottom: 34 };

// niceTicks returns about n round numbers from low to high.
function niceTicks(low, high, n) {
  const raw = (high - low) / Math.max(1, n);
  if (!(raw > 0)) return [low];
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * unit).find((s) => s >= raw * 0.999);
  const out = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-6; v += step) out.push(Math.abs(v) < step * 1e-6 ? 0 : v);
  return out;
}

// decadeTicks returns powers of ten, or round numbers where there is but one.
function decadeTicks(low, high) {
  const out = [];
  for (let e = Math.ceil(Math.log10(low) - 1e-9); e <= Math.floor(Math.log10(high) + 1e-9); e++) out.push(10 ** e);
  return out.length > 1 ? out.filter((_, i) => i % Math.ceil(out.length / 5) === 0) : niceTicks(low, high, 4).filter((v) => v > 0);
}

// span pads the range of values, so that no point lies on the frame.
function span(values, log) {
  const known = values.filter((v) => isDefined(v) && (!log || v > 0));
  if (!known.length) return [log ? 0.1 : 0, 1];
  let [low, high] = [Math.min(...known), Math.max(...known)];
  if (log) return low === high ? [low / 2, high * 2] : [low / (high / low) ** 0.04, high * (high / low) ** 0.04];
  if (low === high) [low, high] = [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1];
  const pad = (high - low) * 0.05;
  return [low - pad, high + pad];
}

// xyFigure draws {title, width, height, x, y, marks, names}: x and y are
// {range, label, log, ticks}; marks gets the two scales and returns nodes.
function xyFigure({ title, width, height, x, y, marks }) {
  const at = (axis, from, to) => {
    const f = axis.log ? Math.log : (v) => v;
    const [low, high] = axis.range.map(f);
    return (v) => from + ((f(v) - low) / (high - low || 1)) * (to - from);
  };
  const sx = at(x, XY.left, width - XY.right);
  const sy = at(y, height - XY.bottom, XY.top);
  const tx = x.ticks || (x.log ? decadeTicks(...x.range) : niceTicks(...x.range, Math.floor(width / 90)));
  const ty = y.ticks || (y.log ? decadeTicks(...y.range) : niceTicks(...y.range, Math.floor(height / 44)));
  const name = (axis, v) => (axis.name ? axis.name(v) : brief(v));
  return svg("svg", { class: "xy", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title },
    svg("g", { class: "frame", "aria-hidden": true },
      ty.map((v) => svg("line", { x1: XY.left, x2: width - XY.right, y1: sy(v), y2: sy(v) })),
      svg("line", { class: "base", x1: XY.left, x2: width - XY.right, y1: height - XY.bottom, y2: height - XY.bottom })),
    svg("g", { class: "axes", "aria-hidden": true },
      tx.map((v) => svg("text", { x: sx(v), y: height - XY.bottom + 15, "text-anchor": "middle" }, name(x, v))),
      ty.map((v) => svg("text", { x: XY.left - 6, y: sy(v) + 4, "text-anchor": "end" }, name(y, v))),
      svg("text", { class: "axis", x: (XY.left + width - XY.right) / 2, y: height - 3, "text-anchor": "middle" }, x.label),
      y.label && svg("text", { class: "axis", x: 2, y: 11 }, y.label)),
    marks(sx, sy));
}

function polyline(points, attrs) {
  return svg("polyline", { points: points.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(" "), fill: "none", ...attrs });
}

// runs returns the stretches of indices at which a list has values.
function runs(list) {
  const out = [];
  list.forEach((v, i) => {
    if (!isDefined(v)) return;
    if (i > 0 && isDefined(list[i - 1]) && out.length) out[out.length - 1].push(i);
    else out.push([i]);
  });
  return out;
}
