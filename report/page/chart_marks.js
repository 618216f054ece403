// chart_marks.js: spectrumFloors, drawBands, drawFloors, markSignal: what a chart of spectra has beside its lines.

const FLOOR_LINES = 3; // up to so many matrices each have their own floor drawn

// spectrumFloors lists the dashed lines: floors of rounding, of a few matrices one
// each, else the highest of all; and the edges of noise of a few.
function spectrumFloors(chart) {
  const lines = [];
  for (const [kind, text] of [["dtype", "dtype floor"], ["method", "method floor"]]) {
    const all = chart.matrices.map((m, i) => ({ m, i, at: m.floor[kind] })).filter((f) => isDefined(f.at) && f.at > 0);
    const few = all.length <= FLOOR_LINES ? all : [all.reduce((a, b) => (b.at > a.at ? b : a))];
    for (const f of few) {
      const whose = chart.matrices.length === 1 ? "" : all.length <= FLOOR_LINES ? ` of ${f.m.label}` : ", the highest";
      lines.push({ at: f.at, text: text + whose, stroke: all.length <= FLOOR_LINES ? chart.look[f.i].stroke : token("--muted") });
    }
  }
  const edged = chart.matrices.map((m, i) => ({ m, i })).filter(({ m }) => m.signal);
  for (const { m, i } of edged.length <= FLOOR_LINES ? edged : []) {
    const whose = chart.matrices.length === 1 ? "" : ` of ${m.label}`;
    const line = (at, text, left) => isDefined(at) && lines.push({ at, text: text + whose, stroke: chart.look[i].stroke, left });
    line(m.signal.edge, "edge of noise", false);
    line(m.signal.low_edge, "lower edge of noise", true); // where the spectrum is far above
  }
  return lines;
}

// drawBands fills the bands of noise behind the lines: of a few matrices each
// in its colour, of more all in one grey.
function drawBands(chart, u) {
  const few = chart.matrices.length <= FLOOR_LINES;
  const c = u.ctx;
  c.save();
  c.beginPath();
  c.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  c.clip();
  chart.matrices.forEach((m, i) => {
    const band = noiseBand(m);
    if (!band) return;
    const x = (k) => u.valToPos(chart.x === "share" ? (k + 1) / band.low.length : k + 1, "x", true);
    const y = (v) => u.valToPos(Math.max(v, u.scales.y.min), "y", true);
    c.globalAlpha = few ? 0.35 : 1;
    c.fillStyle = c.strokeStyle = few ? chart.look[i].stroke : token("--noise");
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
function markSignal(chart, u) {
  const c = u.ctx;
  const dpr = devicePixelRatio || 1;
  const { left, top, width, height } = u.bbox;
  chart.matrices.forEach((m, i) => {
    if (!m.signal || !m.signal.rank) return;
    const x = u.valToPos(chart.x === "share" ? m.signal.rank / sigma(m).length : m.signal.rank, "x", true);
    const y = u.valToPos(sigma(m)[m.signal.rank - 1], "y", true);
    if (!(x >= left && x <= left + width && y >= top && y <= top + height)) return;
    c.setLineDash([]);
    c.beginPath();
    c.arc(x, y, 4 * dpr, 0, 2 * Math.PI);
    c.fillStyle = chart.look[i].stroke;
    c.fill();
    c.lineWidth = 1.5 * dpr;
    c.strokeStyle = token("--paper");
    c.stroke();
  });
}

function drawFloors(chart, u) {
  const { left, top, width, height } = u.bbox;
  const dpr = devicePixelRatio || 1;
  const c = u.ctx;
  const paper = token("--paper");
  c.save();
  c.font = `${11 * dpr}px ${getComputedStyle(document.body).fontFamily}`;
  c.textBaseline = "alphabetic";
  for (const line of spectrumFloors(chart)) {
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
