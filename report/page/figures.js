// figures.js: xyFigure, xyPanel, polyline, clipped, runs: figures of lines and points with axes, as SVG.

const XY = { left: 52, right: 10, top: 20, bottom: 34 };

// xyFigure draws {title, width, height, x, y, marks}: x and y are {range,
// label, log, ticks, name}; marks gets the two scales and returns nodes.
function xyFigure({ title, width, height, x, y, marks }) {
  const sx = axisScale(x, XY.left, width - XY.right);
  const sy = axisScale(y, height - XY.bottom, XY.top);
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

// axisScale maps the range of an axis onto from … to.
function axisScale(axis, from, to) {
  const f = axis.log ? Math.log : (v) => v;
  const [low, high] = axis.range.map(f);
  return (v) => from + ((f(v) - low) / (high - low || 1)) * (to - from);
}

// xyPanel draws what make() gives: the figure of its spec, a note with its
// legend, a table of its data and ways to save them. A saved figure names its
// lines by names where what explains them is elsewhere on the page.
function xyPanel(make) {
  const spec = make();
  const note = spec.note || spec.legend ? h("p", { class: "muted note" }, (spec.legend || []).map((l) => [swatch(l), ` ${l.name} `]).flat(), spec.note) : null;
  return h("div", { class: "xy-panel" }, xyFigure(spec), note, figureFoot({
    name: spec.title, table: () => spec.table,
    draw: () => { const s = make(); return composeFigure({ title: s.title, body: xyFigure(s), legend: lineLegend(s.names || s.legend || []) }); },
  }));
}

function swatch(look) {
  return svg("svg", { class: "swatch", width: 22, height: 10, "aria-hidden": true },
    svg("line", { x1: 0, x2: 22, y1: 5, y2: 5, stroke: look.stroke, "stroke-width": 2.5, "stroke-dasharray": look.dash.join(" ") || null }));
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

// clipped cuts a line of points to a box {left, top, right, bottom} and
// returns what is left of it, in runs.
function clipped(points, box) {
  const out = [];
  for (let i = 1; i < points.length; i++) {
    const part = clipSegment(points[i - 1], points[i], box);
    if (!part) continue;
    const last = out.length && out[out.length - 1];
    const end = last && last[last.length - 1];
    if (end && end[0] === part[0][0] && end[1] === part[0][1]) last.push(part[1]);
    else out.push(part);
  }
  return out;
}

// clipSegment is Liang and Barsky's cut of a segment to a box.
function clipSegment([x0, y0], [x1, y1], { left, top, right, bottom }) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  let [from, to] = [0, 1];
  for (const [p, q] of [[-dx, x0 - left], [dx, right - x0], [-dy, y0 - top], [dy, bottom - y0]]) {
    if (p === 0 ? q < 0 : false) return null;
    if (p < 0) from = Math.max(from, q / p);
    if (p > 0) to = Math.min(to, q / p);
  }
  if (!(from <= to)) return null;
  const at = (t) => (t === 0 ? [x0, y0] : t === 1 ? [x1, y1] : [x0 + t * dx, y0 + t * dy]);
  return [at(from), at(to)];
}

// thinned leaves out points nearer than half a pixel to the one before.
function thinned(points) {
  let last = null;
  return points.filter((p, i) => {
    const keep = !last || i === points.length - 1 || Math.abs(p[0] - last[0]) >= 0.5 || Math.abs(p[1] - last[1]) >= 0.5;
    if (keep) last = p;
    return keep;
  });
}
