// legend.js: rampLegend, zRamp, legendHtml, legendSvg, lineLegend: what colours mean, on the page and in a figure to be saved.
//
// A ramp is {stops, ends, text}, samples are {samples, text}; a stop is {fill}
// or, of the scale about chance, {side, t}.

const RAMP = { width: 240, height: 10 };

// zRamp runs from −top over chance to top.
function zRamp(top, text) {
  const steps = 41;
  const stops = Array.from({ length: steps }, (_, i) => {
    const t = (2 * i) / (steps - 1) - 1;
    return { side: t < 0 ? "neg" : "pos", t: `${Math.round(100 * Math.abs(t))}%` };
  });
  return { stops, ends: [minus(`-${brief(top)}`), "0, chance", brief(top)], text: text || "z, asinh scale" };
}

// rampLegend is the scale of viridis from the least to the greatest value.
function rampLegend(scale, text) {
  const steps = 48;
  const stops = Array.from({ length: steps }, (_, i) => ({ fill: css(viridis((i + 0.5) / steps)) }));
  return { stops, ends: [brief(scale.low), brief(scale.back(0.5)), brief(scale.high)], text };
}

function rampBar(stops, attrs) {
  const wide = RAMP.width / stops.length;
  return svg("g", attrs, stops.map((s, i) => svg("rect", {
    x: (i * wide).toFixed(2), y: 0, width: (wide + 0.3).toFixed(2), height: RAMP.height, "shape-rendering": "crispEdges",
    ...(s.side ? { class: `z ${s.side}`, style: { "--t": s.t } } : { fill: s.fill }),
  })));
}

function legendHtml(legend) {
  if (legend.samples) {
    return h("div", { class: "legend" }, h("span", { class: "samples" }, legend.samples.map((s) =>
      h("span", { class: "sample" }, h("span", { class: `tint ${s.side}`, style: { "--t": s.t } }), s.text))), h("span", { class: "muted" }, legend.text));
  }
  const bar = svg("svg", { class: "ramp", ...RAMP, viewBox: `0 0 ${RAMP.width} ${RAMP.height}`, preserveAspectRatio: "none", "aria-hidden": true }, rampBar(legend.stops));
  return h("div", { class: "legend" }, h("span", { class: "ends" }, bar, legend.ends.map((e) => h("span", null, e))),
    h("span", { class: "muted" }, legend.text));
}

// legendSvg returns {node, width, height} of the same.
function legendSvg(legend) {
  const caption = (y) => svg("text", { class: "axis", x: 0, y }, legend.text);
  const width = Math.max(RAMP.width, textWidth(legend.text));
  if (legend.samples) {
    let x = 0;
    const parts = legend.samples.flatMap((s) => {
      const at = x;
      x += 30 + textWidth(s.text) + 14;
      return [svg("rect", { class: `z ${s.side}`, x: at, y: 1, width: 22, height: 10, style: { "--t": s.t } }), svg("text", { x: at + 28, y: 10 }, s.text)];
    });
    return { node: svg("g", { class: "key" }, parts, caption(28)), width: Math.max(width, x), height: 34 };
  }
  const anchors = ["start", "middle", "end"];
  const ends = legend.ends.map((e, i) => svg("text", { x: (i * RAMP.width) / 2, y: RAMP.height + 14, "text-anchor": anchors[i] }, e));
  return { node: svg("g", { class: "key" }, rampBar(legend.stops), ends, caption(RAMP.height + 32)), width, height: RAMP.height + 38 };
}

// lineLegend returns {node, width, height} of the names of lines, one a row.
function lineLegend(lines) {
  if (!lines.length) return null;
  const row = 17;
  const node = svg("g", { class: "key" }, lines.map((l, i) => [
    svg("line", { x1: 0, x2: 22, y1: i * row + 8, y2: i * row + 8, stroke: l.stroke, "stroke-width": l.width || 2.5, "stroke-dasharray": l.dash.join(" ") || null }),
    l.dot && svg("circle", { cx: 11, cy: i * row + 8, r: 3.6, fill: token("--muted") }),
    svg("text", { x: 29, y: i * row + 12 }, l.name),
  ]).flat());
  return { node, width: 29 + Math.max(...lines.map((l) => textWidth(l.name))), height: lines.length * row, beside: true };
}

// textWidth is the px of a text at 12 px, with some room for other fonts.
function textWidth(text) {
  textPen ||= h("canvas").getContext("2d");
  textPen.font = "12px sans-serif";
  return Math.ceil(textPen.measureText(String(text)).width * 1.06);
}

let textPen = null;

// composeFigure sets a title over a figure and its legend beside or under it;
// scope is the class of what the style-sheet expects around the figure.
function composeFigure({ title, body, legend, scope }) {
  const pad = 12;
  const [w, height] = ["width", "height"].map((k) => Number(body.getAttribute(k)));
  const top = 34;
  const beside = legend && legend.beside;
  const width = Math.max(w + (beside ? 16 + legend.width : 0), legend && !beside ? legend.width : 0, textWidth(title) * 1.25) + 2 * pad;
  const total = top + (beside ? Math.max(height, legend.height + XY.top) : height + (legend ? 12 + legend.height : 0)) + pad;
  const at = beside ? [pad + w + 16, top + XY.top] : [pad, top + height + 12];
  return svg("svg", { class: scope || body.getAttribute("class"), width, height: total, viewBox: `0 0 ${width} ${total}` },
    svg("rect", { class: "sheet-of-paper", x: 0, y: 0, width, height: total }),
    svg("text", { class: "figure-title", x: pad, y: 22 }, title),
    svg("g", { transform: `translate(${pad} ${top})` }, ...body.childNodes),
    legend && svg("g", { transform: `translate(${at.join(" ")})` }, legend.node));
}
