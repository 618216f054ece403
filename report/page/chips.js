// chips.js: poleChips, nullStrip, curveFigure: the pictures of a readout.

const STRIP = { width: 150, height: 16 };
const CURVE = { width: 320, height: 64 };

// poleChips lists one pole of a readout, coloured by score: blue for the
// positive pole, orange for the negative, deeper for larger scores. The signs
// before them say the same without colour.
function poleChips(r, pole, sharp) {
  const items = poleItems(r, pole);
  const top = Math.max(...[...r.positive, ...r.negative].map((s) => Math.abs(s.score)), 0);
  const words = `${pole > 0 ? "Positive" : "Negative"} pole${sharp ? ", the sharper" : ""}`;
  return h("div", { class: sharp ? "pole" : "pole second" },
    h("span", { class: "sign", "aria-hidden": true }, pole > 0 ? "+" : "−"),
    items.length ? h("ul", { class: "chips", "aria-label": words }, items.map((s) => itemChip(r, s, top)))
      : h("span", { class: "muted" }, "nothing on this side"));
}

function itemChip(r, s, top) {
  const text = itemText(r, s.id);
  const share = !r.readout ? ` · ${percent(s.score ** 2)} of the direction` : "";
  const tip = [text, `${itemWord(r)} ${s.id} · score ${number(s.score)}${share}`, s.under && "under-trained: left out of coherence and its null"];
  return h("li", {
    class: classNames("tok", s.score < 0 ? "neg" : "pos", s.under && "under"), "data-tip": tip.filter(Boolean).join("\n"),
    style: { "--t": `${Math.round(100 * (top > 0 ? Math.abs(s.score) / top : 0))}%` },
  }, s.under && [h("span", { "aria-hidden": true }, "†"), h("span", { class: "unseen" }, "under-trained ")],
  h("bdi", null, text), !showsTokens(r) && h("span", { class: "share" }, ` ${percent(s.score ** 2)}`));
}

function classNames(...names) {
  return names.filter(Boolean).join(" ");
}

function percent(x) {
  return isDefined(x) ? `${brief(100 * x)}${THIN}%` : DASH;
}

// nullStrip draws coherence over what chance gives: the band is the mean of
// directions by chance ± 2 sd, the mark is what was observed.
function nullStrip(r) {
  const [low, high] = coherenceRange(r.m.model);
  const { width, height } = STRIP;
  const x = (v) => 4 + (width - 8) * Math.min(1, Math.max(0, (v - low) / (high - low)));
  const text = coherenceText(r);
  const from = x(r.mean - 2 * r.sd);
  return svg("svg", { class: "strip", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": text, "data-tip": `Coherence and chance\n${text}\nBand: chance ± 2 sd. Scale ${brief(low)} to ${brief(high)}.` },
    svg("line", { class: "base", x1: 4, x2: width - 4, y1: height / 2, y2: height / 2 }),
    isDefined(r.sd) && svg("rect", { class: "band", x: from, y: 2, width: Math.max(1, x(r.mean + 2 * r.sd) - from), height: height - 4 }),
    isDefined(r.mean) && svg("line", { class: "mean", x1: x(r.mean), x2: x(r.mean), y1: 2, y2: height - 2 }),
    isDefined(r.coherence) && svg("circle", { class: isCoherent(r) ? "seen coherent" : "seen", cx: x(r.coherence), cy: height / 2, r: 4 }));
}

function coherenceText(r) {
  return `coherence ${brief(r.coherence)}, chance ${brief(r.mean)} ± ${brief(r.sd)}, p ${brief(r.p)}, q ${brief(r.q)}`;
}

// curveFigure draws the components of a direction over positions.
function curveFigure(r) {
  const last = (r.curve.length - 1) * r.step;
  const name = `Components of ${r.m.name} over positions, ${r.side === "in" ? "In" : "Out"} side of index ${r.index}`;
  const text = `Components over positions 0 to ${last}, from ${brief(Math.min(...r.curve))} to ${brief(Math.max(...r.curve))}; largest at position ${r.positive.length ? r.positive[0].id : DASH}, least at ${r.negative.length ? r.negative[0].id : DASH}`;
  const { width, height } = CURVE;
  const low = Math.min(0, ...r.curve);
  const high = Math.max(0, ...r.curve);
  const y = (v) => (height - 4 - ((height - 8) * (v - low)) / (high - low || 1)).toFixed(1);
  const x = (i) => ((width * i) / Math.max(1, r.curve.length - 1)).toFixed(1);
  return h("figure", { class: "curve" },
    svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": text },
      svg("line", { class: "base", x1: 0, x2: width, y1: y(0), y2: y(0) }),
      svg("polyline", { points: r.curve.map((v, i) => `${x(i)},${y(v)}`).join(" "), fill: "none", "vector-effect": "non-scaling-stroke" })),
    h("figcaption", null, h("span", null, "position 0"), h("span", null, `${brief(low)} to ${brief(high)}${r.step > 1 ? `, one position in ${r.step}` : ""}`), h("span", null, String(last))),
    figureFoot({
      name, table: () => ({ head: ["position", "component"], rows: r.curve.map((v, i) => [i * r.step, v]) }),
      draw: () => composeFigure({ title: name, body: curveBody(r, name) }),
    }));
}

// curveBody is the curve with axes, to be saved.
function curveBody(r, title) {
  return xyFigure({
    title, width: 520, height: 260, x: { range: [0, (r.curve.length - 1) * r.step || 1], label: "position" }, y: { range: padded([0, ...r.curve]), label: "component" },
    marks: (sx, sy) => polyline(r.curve.map((v, i) => [sx(i * r.step), sy(v)]), { stroke: token("--accent"), "stroke-width": 1.5 }),
  });
}
