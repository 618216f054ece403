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
    nullFacts(m), angleFigure(m), modeFigure(m), intruderFigure(m), pathFigure(m));
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
  const sides = [["In", a.in, a.chance_in], ["Out", a.out, a.chance_out]].filter(([, list]) => list.length);
  return [h("h3", null, `Angles between the ${a.k} leading directions before and after`), xyPanel(() => {
    const looks = lineColours(["In", "Out"].map((line) => ({ line, layer: null, head: null })));
    const look = (name) => looks[name === "In" ? 0 : 1];
    return {
      title: `Principal angles of ${m.label}, in degrees`, width: PANEL, height: 190,
      x: { range: [0.5, a.k + 0.5], label: "principal angle", ticks: niceTicks(1, a.k, Math.min(a.k, 8)).filter(Number.isInteger) },
      y: { range: [0, 92], label: "degrees", ticks: [0, 30, 60, 90] },
      legend: sides.map(([name]) => ({ ...look(name), name })), note: "dashed: the same number of random directions (cos² = k/d).",
      table: { head: ["angle", ...sides.flatMap(([name]) => [`${name}, degrees`, `${name} by chance`])], rows: Array.from({ length: a.k }, (_, k) => [k + 1, ...sides.flatMap(([, list, chance]) => [list[k], chance])]) },
      marks: (sx, sy) => sides.flatMap(([name, list, chance]) => [
        isDefined(chance) && svg("line", { x1: XY.left, x2: PANEL - XY.right, y1: sy(chance), y2: sy(chance), stroke: look(name).stroke, "stroke-dasharray": "5 4", "stroke-width": 1 }),
        polyline(list.map((v, k) => [sx(k + 1), sy(v)]), { stroke: look(name).stroke, "stroke-width": 1.5 }),
        ...list.map((v, k) => svg("circle", { cx: sx(k + 1), cy: sy(v), r: 3, fill: look(name).stroke, "data-tip": `${name} angle ${k + 1}\n${number(v)}°\nroot mean square by chance ${brief(chance)}°` })),
      ]),
    };
  })];
}

// modeFigure draws each mode before against its match after.
function modeFigure(m) {
  const modes = (m.change.modes || []).filter((x) => x.before >= 0 && x.after >= 0 && x.sigma_before > 0 && x.sigma_after > 0);
  if (!modes.length) return null;
  const range = padded(modes.flatMap((x) => [x.sigma_before, x.sigma_after]), true);
  const colour = (c) => css(viridis(isDark() ? 0.25 + 0.75 * c : 0.85 * c));
  return [h("h3", null, "Matched modes"), xyPanel(() => ({
    title: `Modes of ${m.label}, σ before against σ after`, width: PANEL, height: 230,
    x: { range, log: true, label: "σ before" }, y: { range, log: true, label: "σ after" },
    legend: [0, 0.5, 1].map((c) => ({ stroke: colour(c), dash: [], name: `|cos| ${c}` })),
    note: "Each mode and the one it became, by the cosine of both its sides. Rings share a block that rounding cannot take apart.",
    table: { head: ["index before", "index after", "σ before", "σ after", "cosine"], rows: modes.map((x) => [x.before, x.after, x.sigma_before, x.sigma_after, x.cosine]) },
    marks: (sx, sy) => [
      svg("line", { class: "diagonal", x1: sx(range[0]), y1: sy(range[0]), x2: sx(range[1]), y2: sy(range[1]) }),
      ...modes.map((x) => svg("circle", {
        cx: sx(x.sigma_before), cy: sy(x.sigma_after), r: x.block ? 5 : 3.5, fill: x.block ? "none" : colour(Math.abs(x.cosine)), stroke: colour(Math.abs(x.cosine)), "stroke-width": 1.5,
        "data-tip": `index ${x.before} → ${x.after}\nσ ${number(x.sigma_before)} → ${number(x.sigma_after)}\ncos ${number(x.cosine)}`,
      })),
    ],
  }))];
}

const INTRUDER_LINES = [["published", 1, []], ["by blocks", 0, []], ["published, of noise", 1, [5, 4]], ["by blocks, of noise", 0, [5, 4]]];

// intruderFigure draws how many directions written after are new, over the
// |cos| below which they are called so.
function intruderFigure(m) {
  const list = m.change.intruders || [];
  if (!list.length) return null;
  const top = Math.max(1, ...list.flatMap((p) => p.counts));
  return [h("h3", null, "Intruder dimensions"), xyPanel(() => {
    const looks = CATEGORIES[isDark() ? "dark" : "light"];
    return {
      title: `Intruder dimensions of ${m.label}`, width: PANEL, height: 170,
      x: { range: [0.05, 0.95], label: "|cos| below", ticks: [0.1, 0.3, 0.5, 0.7, 0.9] }, y: { range: [-top * 0.04, top * 1.04], label: "directions", ticks: niceTicks(0, top, 4).filter(Number.isInteger) },
      legend: INTRUDER_LINES.map(([name, look, dash]) => ({ stroke: looks[look], dash, name })),
      note: "Published: no single direction before is like it (Shuttleworth et al. 2024). By blocks: nor any mixture of those that noise of this size can turn into it.",
      table: { head: ["|cos| below", ...INTRUDER_LINES.map(([name]) => name)], rows: list.map((p) => [p.epsilon, ...p.counts]) },
      marks: (sx, sy) => INTRUDER_LINES.flatMap(([name, look, dash], i) => [
        polyline(list.map((p) => [sx(p.epsilon), sy(p.counts[i])]), { stroke: looks[look], "stroke-width": 1.5, "stroke-dasharray": dash.join(" ") || null }),
        ...list.map((p) => svg("circle", { cx: sx(p.epsilon), cy: sy(p.counts[i]), r: 3, fill: dash.length ? "none" : looks[look], stroke: looks[look], "data-tip": `${name}\n${plural(p.counts[i], "direction")} with |cos| below ${p.epsilon}` })),
      ]),
    };
  })];
}

// pathFigure draws the σ of the matched modes over the checkpoints.
function pathFigure(m) {
  const t = DOC.compare.track.list.find((x) => x.label === m.label);
  if (!t || !t.sigma.length) return null;
  const { steps } = DOC.compare.track;
  const axis = stepAxis();
  const range = padded(t.sigma.flat(), true);
  return [h("h3", null, "Matched modes over the checkpoints"), xyPanel(() => {
    const looks = t.sigma.map((_, i) => css(viridis((isDark() ? 0.25 : 0) + 0.8 * (i / Math.max(1, t.sigma.length - 1)))));
    return {
      title: `Singular values of the matched modes of ${m.label}`, width: PANEL, height: 230, x: axis, y: { range, log: true, label: "σ" },
      note: "Modes of the first checkpoint followed to the ones they are matched with; a point is pale where the match is weak.",
      table: { head: ["checkpoint", ...t.sigma.map((_, i) => `σ of mode ${i}`)], rows: steps.map((step, k) => [step, ...t.sigma.map((list) => list[k])]) },
      marks: (sx, sy) => t.sigma.flatMap((list, i) => [
        ...runs(list).map((run) => polyline(run.map((k) => [sx(axis.at[k]), sy(list[k])]), { stroke: looks[i], "stroke-width": 1.3 })),
        ...list.map((v, k) => isDefined(v) && v > 0 && svg("circle", {
          cx: sx(axis.at[k]), cy: sy(v), r: 2.6, fill: looks[i], opacity: isDefined(t.cosine[i][k]) ? 0.25 + 0.75 * t.cosine[i][k] : 1,
          "data-tip": `mode ${i} at ${steps[k]}\nσ ${number(v)}${isDefined(t.cosine[i][k]) ? `\n|cos| ${number(t.cosine[i][k])} with the checkpoint before` : ""}`,
        })),
      ]),
    };
  })];
}
