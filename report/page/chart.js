// chart.js: SpectrumChart, singular values drawn by uPlot, with floors and the bands of noise.

const FLOOR_LINES = 3; // up to so many matrices each have their own floor drawn
const MINOR_ROOM = 60; // px a decade needs for its nine lines
const LOWEST = 1e-13; // share of σ₁ below which a log axis shows nothing but noise

class SpectrumChart {
  // options: {height, label, onHover(values, x)}
  constructor(host, options) {
    Object.assign(this, { matrices: [], y: "log", x: "index", xs: "linear" }, options);
    this.canvas = h("div", { class: "plot", tabindex: 0, role: "img", onkeydown: (e) => this.onKey(e) });
    host.append(this.canvas);
    this.host = host;
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    themed.push(() => this.draw());
  }

  set(matrices, view) {
    this.matrices = matrices.filter((m) => sigma(m).length > 0);
    Object.assign(this, view);
    this.draw();
  }

  draw() {
    if (this.plot) this.plot.destroy();
    this.plot = null;
    this.canvas.replaceChildren();
    this.canvas.setAttribute("aria-label", this.describe());
    if (!this.matrices.length || !this.canvas.clientWidth) return;
    this.look = lineColours(this.matrices);
    this.plot = new uPlot(this.options(), this.table(), this.canvas);
  }

  describe() {
    const names = this.matrices.slice(0, 6).map((m) => m.label).join(", ");
    const more = this.matrices.length > 6 ? " and more" : "";
    return `${this.label}: singular values of ${names || "no matrix"}${more}. Left and right arrows read values; a data table follows.`;
  }

  resize() {
    const width = this.canvas.clientWidth;
    if (!width) return;
    if (!this.plot) this.draw();
    else if (this.plot.width !== width) this.plot.setSize({ width, height: this.height });
  }

  // table aligns the spectra on one list of x, index or share of rank.
  table() {
    const shown = (v) => (isDefined(v) && (this.y !== "log" || v > 0) ? v : null);
    const xs = (r) => Array.from({ length: r }, (_, i) => (this.x === "share" ? (i + 1) / r : i + 1));
    const ys = this.matrices.map((m) => Array.from(sigma(m), shown));
    const longest = Math.max(...ys.map((y) => y.length));
    if (this.x === "index" || ys.every((y) => y.length === longest)) {
      return [xs(longest), ...ys.map((y) => [...y, ...Array(longest - y.length).fill(null)])];
    }
    return uPlot.join(ys.map((y) => [xs(y.length), y]));
  }

  options() {
    const ink = token("--muted");
    const grid = { stroke: token("--grid"), width: 1 };
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const axis = (log, label, extra) => ({
      stroke: ink, grid, ticks: { ...grid, size: 4 }, font, labelFont: font, label, labelSize: 20, labelGap: 2,
      ...(log ? { splits: logSplits, values: logLabels, filter: (_, s) => s } : { values: (_, s) => s.map(brief) }), ...extra,
    });
    return {
      width: this.canvas.clientWidth, height: this.height, legend: { show: false },
      padding: [12, 14, 0, 0],
      scales: {
        x: { time: false, distr: this.xs === "log" ? 3 : 1, range: (_, a, b) => this.rangeX(a, b) },
        y: { distr: this.y === "log" ? 3 : 1, range: (u, a, b) => this.rangeY(a, b) },
      },
      axes: [
        axis(this.xs === "log", this.x === "share" ? "share of rank, i / r" : "i of σᵢ (index i − 1 in the data)", { size: 34 }),
        axis(this.y === "log", "singular value σᵢ", { size: 62 }),
      ],
      series: [{}, ...this.matrices.map((m, i) => ({
        label: m.name, ...this.look[i], width: this.matrices.length > 12 ? 1.3 : 1.8, spanGaps: true,
        points: { show: sigma(m).length <= 24, size: 5, fill: this.look[i].stroke },
      }))],
      cursor: { drag: { x: true, y: false, uni: 12 }, points: { size: 6 }, dataIdx: nearestValue },
      hooks: { drawClear: [(u) => this.drawBands(u)], draw: [(u) => { this.drawFloors(u); this.markSignal(u); }], setCursor: [(u) => this.hover(u)] },
    };
  }

  rangeX(a, b) {
    if (this.xs === "log") return [a, b > a ? b : a * 2];
    const first = this.x === "share" ? 0 : a <= 1 ? 0 : a;
    return [first, b > first ? b : first + 1];
  }

  rangeY(low, high) {
    if (!isDefined(high)) return [0.1, 1];
    if (this.y !== "log") return [Math.min(0, low), high * 1.04 || 1];
    const bottom = Math.max(low, high * LOWEST);
    const pad = Math.max((high / bottom) ** 0.03, 1.04);
    return [bottom / pad, high * pad];
  }

  // floors lists the dashed lines: floors of rounding, of a few matrices one
  // each, else the highest of all; and the edges of noise of a few.
  floors() {
    const lines = [];
    for (const [kind, text] of [["dtype", "dtype floor"], ["method", "method floor"]]) {
      const all = this.matrices.map((m, i) => ({ m, i, at: m.floor[kind] })).filter((f) => isDefined(f.at) && f.at > 0);
      const few = all.length <= FLOOR_LINES ? all : [all.reduce((a, b) => (b.at > a.at ? b : a))];
      for (const f of few) {
        const whose = this.matrices.length === 1 ? "" : all.length <= FLOOR_LINES ? ` of ${f.m.label}` : ", the highest";
        lines.push({ at: f.at, text: text + whose, stroke: all.length <= FLOOR_LINES ? this.look[f.i].stroke : token("--muted") });
      }
    }
    const edged = this.matrices.map((m, i) => ({ m, i })).filter(({ m }) => m.signal);
    for (const { m, i } of edged.length <= FLOOR_LINES ? edged : []) {
      const whose = this.matrices.length === 1 ? "" : ` of ${m.label}`;
      const line = (at, text, left) => isDefined(at) && lines.push({ at, text: text + whose, stroke: this.look[i].stroke, left });
      line(m.signal.edge, "edge of noise", false);
      line(m.signal.low_edge, "lower edge of noise", true); // where the spectrum is far above
    }
    return lines;
  }

  // drawBands fills the bands of noise behind the lines: of a few matrices each
  // in its colour, of more all in one grey.
  drawBands(u) {
    const few = this.matrices.length <= FLOOR_LINES;
    const c = u.ctx;
    c.save();
    c.beginPath();
    c.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    c.clip();
    this.matrices.forEach((m, i) => {
      const band = noiseBand(m);
      if (!band) return;
      const x = (k) => u.valToPos(this.x === "share" ? (k + 1) / band.low.length : k + 1, "x", true);
      const y = (v) => u.valToPos(Math.max(v, u.scales.y.min), "y", true);
      c.globalAlpha = few ? 0.35 : 1;
      c.fillStyle = c.strokeStyle = few ? this.look[i].stroke : token("--noise");
      c.beginPath();
      band.high.forEach((v, k) => c.lineTo(x(k), y(v)));
      for (let k = band.low.length - 1; k >= 0; k--) c.lineTo(x(k), y(band.low[k]));
      c.closePath();
      c.fill();
      c.stroke(); // a hair line, so that a narrow band is seen
    });
    c.restore();
  }

  // markSignal sets a dot on the last σ of each line that noise does not explain.
  markSignal(u) {
    const c = u.ctx;
    const dpr = devicePixelRatio || 1;
    const { left, top, width, height } = u.bbox;
    this.matrices.forEach((m, i) => {
      if (!m.signal || !m.signal.rank) return;
      const x = u.valToPos(this.x === "share" ? m.signal.rank / sigma(m).length : m.signal.rank, "x", true);
      const y = u.valToPos(sigma(m)[m.signal.rank - 1], "y", true);
      if (!(x >= left && x <= left + width && y >= top && y <= top + height)) return;
      c.beginPath();
      c.arc(x, y, 4 * dpr, 0, 2 * Math.PI);
      c.fillStyle = this.look[i].stroke;
      c.fill();
      c.lineWidth = 1.5 * dpr;
      c.strokeStyle = token("--paper");
      c.stroke();
    });
  }

  drawFloors(u) {
    const { left, top, width, height } = u.bbox;
    const dpr = devicePixelRatio || 1;
    const c = u.ctx;
    const paper = token("--paper");
    c.save();
    c.font = `${11 * dpr}px ${getComputedStyle(document.body).fontFamily}`;
    c.textBaseline = "alphabetic";
    for (const line of this.floors()) {
      const y = u.valToPos(line.at, "y", true);
      if (!(y >= top && y <= top + height - 3 * dpr)) continue; // on a linear axis floors lie on the axis itself
      c.strokeStyle = c.fillStyle = line.stroke;
      c.lineWidth = dpr;
      c.setLineDash([6 * dpr, 4 * dpr]);
      c.beginPath();
      c.moveTo(left, y);
      c.lineTo(left + width, y);
      c.stroke();
      c.setLineDash([]);
      c.strokeStyle = paper; // a halo, so that the words stand clear of the lines
      c.lineWidth = 4 * dpr;
      c.textAlign = line.left ? "left" : "right";
      const x = line.left ? left + 6 * dpr : left + width - 6 * dpr;
      c.strokeText(line.text, x, y - 6 * dpr);
      c.fillText(line.text, x, y - 6 * dpr);
    }
    c.restore();
  }

  hover(u) {
    if (!this.onHover) return;
    const x = u.cursor.left >= 0 && u.cursor.idx !== null && u.cursor.idx !== undefined ? u.data[0][u.cursor.idx] : null;
    this.onHover(x === null ? null : this.matrices.map((m) => valueAt(m, x, this.x)), x);
  }

  onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (!this.plot || step === undefined) return;
    event.preventDefault();
    const xs = this.plot.data[0];
    const now = this.plot.cursor.left >= 0 && isDefined(this.plot.cursor.idx) ? this.plot.cursor.idx : -1;
    const idx = Math.min(xs.length - 1, Math.max(0, now + step));
    const first = this.plot.data[1][idx];
    this.plot.setCursor({
      left: this.plot.valToPos(xs[idx], "x"),
      top: isDefined(first) ? this.plot.valToPos(first, "y") : 10,
    });
  }

  resetZoom() {
    if (this.plot) this.plot.setData(this.plot.data);
  }
}

// valueAt returns {index, value} of the singular value at x.
function valueAt(m, x, axis) {
  const values = sigma(m);
  const index = axis === "share" ? Math.max(1, Math.round(x * values.length)) : x;
  return { index, value: index <= values.length ? values[index - 1] : null };
}

// nearestValue finds the point of a series nearest to the cursor: spectra of
// different lengths leave gaps in the shared list of x.
function nearestValue(u, series, idx, x) {
  const values = u.data[series];
  if (series === 0 || isDefined(values[idx])) return idx;
  let a = idx;
  let b = idx;
  while (a >= 0 && !isDefined(values[a])) a--;
  while (b < values.length && !isDefined(values[b])) b++;
  if (b >= values.length) return null; // beyond the end of a shorter spectrum
  return a < 0 || u.data[0][b] - x < x - u.data[0][a] ? b : a;
}

// logSplits puts ticks at 1, 2, … 9 times each power of ten, or only at the
// powers where lines would crowd.
function logSplits(u, axis, low, high) {
  const decades = Math.log10(high / low);
  const room = (axis === 0 ? u.bbox.width : u.bbox.height) / (devicePixelRatio || 1) / decades;
  const out = [];
  if (decades < 0.4) return roundTicks(low, high);
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
    for (let k = 1; k < 10; k++) {
      const v = Number(`${k}e${e}`);
      if (v >= low && v <= high && (k === 1 || room > MINOR_ROOM)) out.push(v);
    }
  }
  return out;
}

// roundTicks puts about five round ticks between low and high.
function roundTicks(low, high) {
  const raw = (high - low) / 5;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = unit * [1, 2, 5, 10].find((k) => k * unit >= raw);
  const out = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) out.push(Number((k * step).toPrecision(12)));
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
