// compare_detail.js: what the panel of one matrix shows of its change.

const PANEL = 440; // px, width of the figures in the panel

// showChangeReading writes the values under the cursor, σ₁ without one.
function showChangeReading(readout, values, m) {
  const series = changeSeries(m);
  const read = values || series.map((s) => ({ index: 1, value: sigma(s)[0] }));
  const looks = lineColours(series);
  readout.replaceChildren(...series.flatMap((s, i) => [swatch(looks[i]),
    ` ${s.name} `, h("span", { class: "nowrap" }, isDefined(read[i] && read[i].value) ? `σ${subscript(read[i].index)} = ${number(read[i].value)}` : DASH), h("br")]));
  if (values && holderHasFocus(readout)) announce(readout.textContent);
}

// changeFigures returns what the panel has under the spectra.
function changeFigures(m) {
  return h("div", { class: "change" },
    h("p", { class: "note" }, changeSentence(m)),
    nullFacts(m), angleFigure(m), modeFigure(m), intruderTable(m));
}

// changeSentence says in words what happened.
function changeSentence(m) {
  if (!isChanged(m)) return "Nothing changed: both checkpoints hold the same numbers.";
  const rank = metricValue(m, "delta_rank");
  const rounding = rank === 0 ? "No singular value of ΔW stands over what rounding to the storage types gives: as far as its numbers tell, nothing changed."
    : `${plural(rank, "singular value")} of ΔW ${rank === 1 ? "stands" : "stand"} over what rounding to ${m.dtype} can give (${brief(m.floor.dtype)}).`;
  return `The change is ${number(metricValue(m, "rel_change"))} of the matrix's norm. ${rounding}`;
}

// nullFacts lists the measures that have a null, with it.
function nullFacts(m) {
  const rows = Object.entries(m.change.null);
  if (!rows.length) return null;
  return h("table", { class: "flat measures" },
    h("thead", null, h("tr", null, ["Beside chance", "Value", "Chance", "z"].map((t, i) => h("th", { scope: "col", class: i ? "n" : null }, t)))),
    h("tbody", null, rows.map(([name, n]) => h("tr", null,
      h("th", { scope: "row" }, h("a", { href: `#f-${name}`, "data-tip": metricTip(metricInfo(name)) }, metricInfo(name).title)),
      h("td", { class: "n" }, number(metricValue(m, name))),
      h("td", { class: "n" }, `${brief(n.mean)} ± ${brief(n.sd)}`),
      h("td", { class: "n" }, brief(n.z))))));
}

// angleFigure draws the principal angles of both sides beside their mean by
// chance.
function angleFigure(m) {
  const a = m.change.angles;
  if (!a || !a.k) return null;
  const looks = lineColours([{ line: "In" }, { line: "Out" }].map((x) => ({ ...x, layer: null, head: null })));
  const sides = [["In", a.in, a.chance_in, 0], ["Out", a.out, a.chance_out, 1]].filter(([, list]) => list.length);
  const figure = xyFigure({
    title: `Principal angles of ${m.label}, in degrees`, width: PANEL, height: 190,
    x: { range: [0.5, a.k + 0.5], label: "principal angle", ticks: niceTicks(1, a.k, Math.min(a.k, 8)).filter(Number.isInteger) },
    y: { range: [0, 92], label: "degrees", ticks: [0, 30, 60, 90] },
    marks: (sx, sy) => sides.flatMap(([name, list, chance, i]) => [
      isDefined(chance) && svg("line", { x1: XY.left, x2: PANEL - XY.right, y1: sy(chance), y2: sy(chance), stroke: looks[i].stroke, "stroke-dasharray": "5 4", "stroke-width": 1 }),
      polyline(list.map((v, k) => [sx(k + 1), sy(v)]), { stroke: looks[i].stroke, "stroke-width": 1.5 }),
      ...list.map((v, k) => svg("circle", { cx: sx(k + 1), cy: sy(v), r: 3, fill: looks[i].stroke, "data-tip": `${name} angle ${k + 1}\n${number(v)}°\nroot mean square by chance ${brief(chance)}°` })),
    ]),
  });
  return [h("h3", null, `Angles between the ${a.k} leading directions before and after`), figure,
    h("p", { class: "muted note" }, sides.map(([name, , , i]) => [swatch(looks[i]), ` ${name} `]), "dashed: the same number of random directions (cos² = k/d).")];
}

// modeFigure draws each mode before against its match after.
function modeFigure(m) {
  const modes = m.change.modes || [];
  if (!modes.length) return null;
  const values = modes.flatMap((x) => [x.before, x.after]);
  const range = span(values, true);
  const colour = (c) => css(viridis(isDark() ? 0.25 + 0.75 * c : 0.85 * c));
  return [h("h3", null, "Matched modes"), xyFigure({
    title: `Modes of ${m.label}, σ before against σ after`, width: PANEL, height: 230,
    x: { range, log: true, label: "σ before" }, y: { range, log: true, label: "σ after" },
    marks: (sx, sy) => [
      svg("line", { class: "diagonal", x1: sx(range[0]), y1: sy(range[0]), x2: sx(range[1]), y2: sy(range[1]) }),
      ...modes.map((x) => svg("circle", {
        cx: sx(x.before), cy: sy(x.after), r: x.many ? 5 : 3.5, fill: x.many ? "none" : colour(x.cosine), stroke: colour(x.cosine), "stroke-width": 1.5,
        "data-tip": `${x.from} → ${x.to}\nσ ${number(x.before)} → ${number(x.after)}\n|cos| ${number(x.cosine)}`,
      })),
    ],
  }), h("p", { class: "muted note" }, "Each mode and the one it became, by |cos| of its directions: ", swatch({ stroke: colour(0), dash: [] }), " 0 ", swatch({ stroke: colour(0.5), dash: [] }), " 0.5 ", swatch({ stroke: colour(1), dash: [] }), " 1. Rings are blocks that rounding cannot tell apart.")];
}

// intruderTable counts directions of the later matrix that the earlier lacks.
function intruderTable(m) {
  const list = m.change.intruders || [];
  if (!list.length) return null;
  return h("details", { class: "data" }, h("summary", null, "Intruder dimensions"),
    h("table", { class: "flat measures" },
      h("thead", null, h("tr", null, ["|cos| below", "Published count", "Blocks", "Blocks, noise of this size"].map((t) => h("th", { scope: "col", class: "n" }, t)))),
      h("tbody", null, list.map((x) => h("tr", null, [x.epsilon, x.count, x.blocks, x.noise].map((v) => h("td", { class: "n" }, brief(v))))))),
    h("p", { class: "muted note" }, "Of the leading directions after, those whose cosine with every direction before is below the bound (Shuttleworth et al. 2024); blocks are held against the span before, so that mixing within it does not count."));
}
