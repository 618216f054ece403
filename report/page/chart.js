// chart.js: SpectrumChart, singular values drawn by uPlot, with floors and the bands of noise.
//
// A drag, the wheel with Ctrl or ⌘, + and − zoom; a double click or 0 shows all.

const WHOLE_STEPS = [1, 2, 5].flatMap((k) => [1, 10, 100, 1000, 10000].map((d) => k * d)).sort((a, b) => a - b);
const LOWEST = 1e-13; // share of σ₁ below which a log axis shows nothing but noise

class SpectrumChart {
  // options: {height, label, onHover(values, x), onZoom(zoom)}
  constructor(host, options) {
    Object.assign(this, { matrices: [], y: "log", x: "index", xs: "linear", zoom: NO_ZOOM }, options);
    this.canvas = h("div", { class: "plot", tabindex: 0, role: "img", onkeydown: (e) => this.onKey(e) });
    host.append(this.canvas);
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    themed.push(() => this.draw());
  }

  // set shows matrices by view {y, x, xs, zoom}; a zoom into other axes is lost.
  set(matrices, view) {
    this.matrices = matrices.filter((m) => sigma(m).length > 0);
    if (view.x !== this.x || view.xs !== this.xs) this.zoom = NO_ZOOM;
    if (view.y !== this.y) this.zoom = { ...this.zoom, y: null };
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
    listenToWheel(this);
  }

  describe() {
    const names = this.matrices.slice(0, 6).map((m) => m.label).join(", ");
    const more = this.matrices.length > 6 ? " and more" : "";
    return `${this.label}: singular values of ${names || "no matrix"}${more}. Left and right arrows read values, plus and minus zoom, 0 shows all; a data table follows.`;
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
        axis(this.xs === "log", this.x === "share" ? "share of rank, i / r" : "i of σᵢ (index i − 1 in the data)", { size: 34, ...(this.x === "index" && this.xs === "linear" ? { incrs: WHOLE_STEPS } : {}) }),
        axis(this.y === "log", "singular value σᵢ", { size: 62 }),
      ],
      series: [{}, ...this.matrices.map((m, i) => ({
        label: m.name, ...this.look[i], width: this.matrices.length > 12 ? 1.3 : 1.8, spanGaps: true,
        points: { show: sigma(m).length <= 24, size: 5, fill: this.look[i].stroke },
      }))],
      focus: { alpha: this.matrices.length > 3 ? 0.3 : 1 },
      cursor: {
        drag: { x: true, y: true, uni: 24, dist: 4, setScale: false }, points: { size: 6 }, dataIdx: nearestValue, focus: { prox: 24 },
        bind: { dblclick: () => () => this.setZoom(NO_ZOOM) },
      },
      hooks: {
        drawClear: [(u) => drawBands(this, u)], draw: [(u) => { drawFloors(this, u); markSignal(this, u); }],
        setCursor: [(u) => this.hover(u)], setSelect: [(u) => this.setZoom(selectedZoom(u))], setSeries: [(u, i) => this.onFocus && this.onFocus(i)],
      },
    };
  }

  // range gives what an axis shows of data from low to high.
  rangeX(a, b) {
    if (this.zoom.x) return this.zoom.x;
    if (this.xs === "log") return [a, b > a ? b : a * 2];
    const first = this.x === "share" ? 0 : a <= 1 ? 0 : a;
    return [first, b > first ? b : first + 1];
  }

  rangeY(low, high) {
    if (this.zoom.y) return this.zoom.y;
    if (!isDefined(high)) return [0.1, 1];
    if (this.y !== "log") return [Math.min(0, low), high * 1.04 || 1];
    const bottom = Math.max(low, high * LOWEST);
    const pad = Math.max((high / bottom) ** 0.03, 1.04);
    return [bottom / pad, high * pad];
  }

  hover(u) {
    if (!this.onHover) return;
    const x = u.cursor.left >= 0 && u.cursor.idx !== null && u.cursor.idx !== undefined ? u.data[0][u.cursor.idx] : null;
    this.onHover(x === null ? null : this.matrices.map((m) => valueAt(m, x, this.x)), x);
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (zoomByKey(this, event.key, event.shiftKey)) return event.preventDefault();
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

  // setZoom shows a part {x, y} of the axes, null being the whole of one.
  setZoom(zoom) {
    this.zoom = zoom;
    if (this.plot) this.plot.setData(this.plot.data);
    if (this.onZoom) this.onZoom(zoom);
  }

  // zoomBy widens what is shown by a factor about the cursor, or the middle.
  zoomBy(factor) {
    if (!this.plot) return;
    const { left, idx } = this.plot.cursor;
    const { min, max } = this.plot.scales.x;
    const at = left >= 0 && isDefined(idx) ? this.plot.data[0][idx] : this.xs === "log" ? Math.sqrt(min * max) : (min + max) / 2;
    this.showX(widened([min, max], at, factor, this.xs === "log"));
  }

  // shift moves what is shown by a share of its width.
  shift(share) {
    if (!this.plot || !this.zoom.x) return;
    this.showX(shifted(this.zoom.x, share, this.xs === "log"));
  }

  showX(range) {
    const xs = this.plot.data[0];
    const whole = this.wholeX();
    if (range[1] - range[0] < 2 * (xs[1] - xs[0])) return; // two values at least
    this.setZoom({ x: within(range, whole), y: null });
  }

  wholeX() {
    const { zoom } = this;
    this.zoom = NO_ZOOM;
    const xs = this.plot.data[0];
    const range = this.rangeX(xs[0], xs[xs.length - 1]);
    this.zoom = zoom;
    return range;
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
