// chart_svg.js: spectrumSvg, the chart of spectra as a figure to be saved.

const SAVED_CHART = { width: 660, height: 420 };

// spectrumSvg draws what chart shows, zoomed as it is.
function spectrumSvg(chart, title) {
  const look = lineColours(chart.matrices);
  const at = { ...chart, matrices: chart.matrices, look };
  const { x, y } = chart.plot.scales;
  const body = xyFigure({
    title, ...SAVED_CHART,
    x: { range: [x.min, x.max], log: chart.xs === "log", label: chart.x === "share" ? "share of rank, i / r" : "i of σᵢ" },
    y: { range: [y.min, y.max], log: chart.y === "log", label: "singular value σᵢ" },
    marks: (sx, sy) => {
      const box = { left: sx(x.min), right: sx(x.max), top: sy(y.max), bottom: sy(y.min) };
      return [bandShapes(at, { sx, sy, box }), spectrumLines(at, { sx, sy, box }), floorShapes(at, { sy, box }), signalDots(at, { sx, sy, box })].flat();
    },
  });
  return composeFigure({ title, body, legend: lineLegend([...chart.matrices.map((m, i) => ({ ...look[i], name: m.name })), ...markNames(chart)]) });
}

// markNames explain the bands and the dots.
function markNames(chart) {
  const band = chart.matrices.some((m) => m.band !== undefined) && { stroke: token("--band"), dash: [], width: 9, name: "95 % of noise" };
  const dot = chart.matrices.some((m) => m.signal && m.signal.rank) && { stroke: "none", dash: [], dot: true, name: `last σ over noise, q ≤ ${SIGNIFICANT}` };
  return [band, dot].filter(Boolean);
}

// xOf is where the k-th of r values, counted from 1, stands.
function xOf(chart, k, r) {
  return chart.x === "share" ? k / r : k;
}

function spectrumLines(chart, { sx, sy, box }) {
  return chart.matrices.flatMap((m, i) => {
    const values = sigma(m);
    const points = [];
    values.forEach((v, k) => { if (isDefined(v) && (chart.y !== "log" || v > 0)) points.push([sx(xOf(chart, k + 1, values.length)), sy(v)]); });
    const attrs = { stroke: chart.look[i].stroke, "stroke-width": chart.matrices.length > 12 ? 1.1 : 1.6, "stroke-dasharray": chart.look[i].dash.join(" ") || null };
    return clipped(thinned(points), box).map((run) => polyline(run, attrs));
  });
}

// bandShapes are the bands of noise, pressed into the box where they leave it.
function bandShapes(chart, { sx, sy, box }) {
  const few = chart.matrices.length <= FLOOR_LINES;
  const into = ([a, b]) => [Math.min(box.right, Math.max(box.left, a)), Math.min(box.bottom, Math.max(box.top, b))];
  return chart.matrices.map((m, i) => {
    const band = noiseBand(m);
    if (!band) return null;
    const r = band.low.length;
    const edge = (list) => thinned(Array.from(list, (v, k) => into([sx(xOf(chart, k + 1, r)), v > 0 || chart.y !== "log" ? sy(v) : box.bottom])));
    const outline = [...edge(band.high), ...edge(band.low).reverse()];
    return svg("polygon", {
      points: outline.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(" "), fill: few ? chart.look[i].stroke : token("--noise"), "fill-opacity": few ? 0.3 : 1,
    });
  });
}

function floorShapes(chart, { sy, box }) {
  return spectrumFloors(chart).flatMap((line) => {
    const y = sy(line.at);
    if (!(y >= box.top && y <= box.bottom - 3)) return [];
    return [svg("line", { x1: box.left, x2: box.right, y1: y, y2: y, stroke: line.stroke, "stroke-dasharray": "6 4" }),
      svg("text", { class: "tinted", x: line.left ? box.left + 6 : box.right - 6, y: y - 5, "text-anchor": line.left ? "start" : "end", fill: line.stroke }, line.text)];
  });
}

function signalDots(chart, { sx, sy, box }) {
  return chart.matrices.map((m, i) => {
    if (!m.signal || !m.signal.rank) return null;
    const [cx, cy] = [sx(xOf(chart, m.signal.rank, sigma(m).length)), sy(sigma(m)[m.signal.rank - 1])];
    const inside = cx >= box.left && cx <= box.right && cy >= box.top && cy <= box.bottom;
    return inside && svg("circle", { cx, cy, r: 3.6, fill: chart.look[i].stroke, stroke: token("--paper"), "stroke-width": 1.2 });
  });
}
