// compare_track.js: trajectories over the checkpoints, small multiples by role,
// and when each spectrum left its null.

const MULTIPLE = { width: 320, height: 170 };

// stepAxis places the checkpoints: by the numbers their names end in where
// these grow (by logarithm where they span decades), else one after another.
function stepAxis() {
  const { steps } = DOC.compare.track;
  const numbers = steps.map((s) => { const end = /(\d+)\D*$/.exec(s); return end ? Number(end[1]) : NaN; });
  const grow = numbers.every((v, i) => Number.isFinite(v) && (i === 0 || v > numbers[i - 1]));
  if (!grow) {
    const every = Math.ceil(steps.length / 6);
    return { at: steps.map((_, i) => i), range: [-0.2, steps.length - 0.8], ticks: steps.map((_, i) => i).filter((i) => i % every === 0),
      name: (v) => (steps.length > 8 ? String(v) : shortened(steps[v])), label: "checkpoint" };
  }
  const decades = numbers.length > 2 && numbers[numbers.length - 1] > 20 * Math.max(1, numbers[1]);
  const f = decades ? (v) => Math.log2(1 + v) : (v) => v;
  const at = numbers.map(f);
  const pad = (at[at.length - 1] - at[0]) * 0.03;
  const range = [at[0] - pad, at[at.length - 1] + pad];
  const room = (range[1] - range[0]) / 7;
  const ticks = at.filter((v, i, all) => i === 0 || v - all[0] > room * 0.6).reduce((kept, v) => (kept.length && v - kept[kept.length - 1] < room ? kept : [...kept, v]), []);
  return { at, range, ticks, name: (v) => String(numbers[at.indexOf(v)]), label: decades ? "step, log(1 + step)" : "step" };
}

function shortened(name) {
  return name.length > 12 ? `…${name.slice(-11)}` : name;
}

function startTracks() {
  const { list, measures } = DOC.compare.track;
  showSection("tracks", list.length > 0);
  if (!list.length) return;
  const draw = () => {
    const at = Math.max(0, measures.findIndex((m) => m.name === (STATE.tm || "change_first")));
    fill("track-controls", select("Measure", measures.map((m) => [m.name, m.title]), measures[at].name, (tm) => update({ tm })),
      h("p", { class: "definition" }, h("span", { class: "formula" }, formula(measures[at].formula)), measures[at].unit ? ` · ${measures[at].unit}` : "", " · ", measures[at].doc));
    fill("track-panels", h("div", { class: "multiples" }, trackRoles(list).map((role) => trackPanel(role, list.filter((t) => t.role === role), at))), trackLegend(list), leftTable(list));
  };
  subscribe((changed) => { if (changed.has("tm")) draw(); });
  themed.push(draw);
  draw();
}

function trackRoles(list) {
  const rank = (r) => { const i = ROLE_ORDER.indexOf(r); return i < 0 ? ROLE_ORDER.length : i; };
  return [...new Set(list.map((t) => t.role))].sort((a, b) => rank(a) - rank(b) || naturally(a, b));
}

function trackColour(layer, list) {
  const layers = list.map((t) => t.layer).filter((l) => l !== null);
  const [low, high] = [Math.min(...layers), Math.max(...layers)];
  const [from, to] = isDark() ? [0.25, 1] : [0, 0.82];
  return layer === null ? token("--accent") : css(viridis(high > low ? from + ((to - from) * (layer - low)) / (high - low) : 0.35));
}

function trackPanel(role, own, at) {
  const { list: all, steps, measures } = DOC.compare.track;
  const known = own.filter((t) => t.values[at].some(isDefined));
  if (!known.length) return null;
  const values = known.flatMap((t) => t.values[at]).filter(isDefined);
  const positive = values.filter((v) => v > 0);
  const log = positive.length === values.length && Math.max(...values) > 100 * Math.min(...values);
  const axis = stepAxis();
  return h("figure", null, h("figcaption", null, role || "other"), xyPanel(() => ({
    title: `${measures[at].title} of ${role || "others"} over the checkpoints`, ...MULTIPLE, x: axis, y: { range: padded(values, log), log },
    table: { head: ["checkpoint", ...known.map((t) => t.label)], rows: steps.map((step, k) => [step, ...known.map((t) => t.values[at][k])]) },
    names: known.map((t) => ({ stroke: trackColour(t.layer, all), dash: [], name: t.label })),
    marks: (sx, sy) => known.flatMap((t) => {
      const stroke = trackColour(t.layer, all);
      const list = t.values[at];
      const tip = (k) => `${t.label}\n${steps[k]}\n${measures[at].title} = ${number(list[k])}`;
      return [...runs(list).map((run) => polyline(run.map((k) => [sx(axis.at[k]), sy(list[k])]), { stroke, "stroke-width": 1.4 })),
        ...list.map((v, k) => isDefined(v) && svg("circle", { cx: sx(axis.at[k]), cy: sy(v), r: list.length > 24 ? 1.8 : 2.6, fill: stroke, "data-tip": tip(k), onclick: () => openLabel(t.label) }))];
    }),
  })));
}

// openLabel opens the matrix of a label in the pair on show, or in any.
function openLabel(label) {
  const m = ofModel(STATE.model).find((x) => x.label === label) || DOC.matrices.find((x) => x.label === label);
  if (m) openMatrix(m);
}

function trackLegend(list) {
  const layers = [...new Set(list.map((t) => t.layer).filter((l) => l !== null))].sort((a, b) => a - b);
  if (layers.length < 2) return null;
  const shown = layers.length > 12 ? [layers[0], layers[layers.length - 1]] : layers;
  return h("p", { class: "muted note" }, "layer ", shown.flatMap((l) => [swatch({ stroke: trackColour(l, list), dash: [] }), ` ${l} `]));
}

// leftTable says at which checkpoint each spectrum left its null.
function leftTable(list) {
  const whole = list.filter((t) => t.kind !== "product" && t.layer !== null && t.head === null);
  if (!whole.some((t) => t.left_null !== null)) return null;
  const { steps } = DOC.compare.track;
  const layers = [...new Set(whole.map((t) => t.layer))].sort((a, b) => a - b);
  const roles = trackRoles(whole);
  const at = new Map(whole.map((t) => [`${t.role} ${t.layer}`, t]));
  const cell = (t) => h("td", { class: "n", "data-tip": t ? `${t.label}\n${t.left_null === null ? "never, or from the first on" : `from ${steps[t.left_null]} on`}` : null }, !t ? "" : t.left_null === null ? DASH : shortened(steps[t.left_null]));
  return [h("h3", null, "When each spectrum left its null"),
    h("div", { class: "scroll" }, h("table", { class: "flat" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "layer"), roles.map((r) => h("th", { scope: "col", class: "n" }, r)))),
      h("tbody", null, layers.map((l) => h("tr", null, h("th", { scope: "row" }, String(l)), roles.map((r) => cell(at.get(`${r} ${l}`)))))))),
    h("p", { class: "muted note" }, "The first checkpoint from which on σ₁ stays more than 4 standard deviations past what noise of the same shape and norm reaches; a dash where it never does, or does from the first.")];
}
