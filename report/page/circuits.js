// circuits.js: the section on heads: copying, and composition of one with another.

const MOST_HEADS = 64; // more heads than that are drawn by layer
const TOP_PAIRS = 40; // pairs listed under the map
const WORTH_NAMING = 0.01; // least share of a composition that is shown

function startCircuits() {
  const show = () => {
    const model = DOC.models[STATE.model];
    const c = model && model.circuits;
    const there = Boolean(c && (c.copying.length || c.composition.length));
    showSection("circuits", there);
    if (there) drawCircuits(c, model);
  };
  subscribe((changed) => { if (changed.has("model") || changed.has("comp")) show(); });
  show();
  onWidth(byId("circuit-panels"), show);
}

function drawCircuits(c, model) {
  if (!c.pairs_) c.pairs_ = c.composition.map(([k, fl, fh, tl, th, score, mean, z], i) => ({
    kind: c.kinds[k], from: [fl, fh], to: [tl, th], score, mean, z, parts: chunks(c.resolved[i] || [], 3).map(([index, share, energy]) => ({ index, share, energy })),
  }));
  const kind = c.kinds.includes(STATE.comp) ? STATE.comp : c.kinds[0];
  fill("circuit-panels",
    c.copying.length ? copyingMap(c.copying) : null, directPath(model),
    c.kinds.length ? h("section", { class: "composition", "aria-labelledby": "composition-title" },
      h("h3", { id: "composition-title", class: "title" }, "Composition"),
      h("p", { class: "muted note" }, `How much of what one head writes a later head reads: ‖A·B‖/(‖A‖‖B‖), as z against random rotations of the two to each other. ${plural(c.pairs, "pair")} scored.`,
        c.static ? " Queries and keys are the static part: rotary positions are left out." : null,
        c.note ? ` The report holds ${c.note}.` : null, c.cut ? ` This page lists ${count(c.composition.length)}: those furthest from chance, and the furthest of each pair of layers.` : null),
      h("div", { class: "controls" }, choice("comp", "What the later head reads it as", c.kinds.map((k) => [k, compositionWord(k)]), kind, (comp) => update({ comp }))),
      compositionMap(c, kind), pairTable(c.pairs_.filter((p) => p.kind === kind), kind)) : null);
}

function compositionWord(kind) {
  return { Q: "query", K: "key", V: "value" }[kind] || kind;
}

function numbersOf(list) {
  return [...new Set(list)].sort((a, b) => a - b);
}

// copyingMap is the copying score of each head, over layer × head.
function copyingMap(list) {
  const layers = numbersOf(list.map((x) => x.layer));
  const heads = numbersOf(list.map((x) => x.head));
  const at = new Map(list.map((x) => [`${x.layer},${x.head}`, x]));
  return h("div", null, zGrid({
    id: "copying-title", title: "Copying: does a head raise the logits of what it reads?", columns: layers.map(String), rows: heads.map((x) => `H${x}`), xAxis: "layer", yAxis: "head",
    at: (x, y) => copyingCell(at.get(`${layers[x]},${heads[y]}`)),
  }), h("p", { class: "muted note" }, "Positivity Σ Re λ/Σ|λ| of each OV circuit, as z: its mean by chance is 0, its sd is given with each value. Far from normal (departure near 1), eigenvalues say less."));
}

function copyingCell(x) {
  if (!x) return null;
  return {
    z: x.z, name: x.label, open: circuitOf("W_OV", x.layer, x.head),
    lines: [`z = ${zText(x.z)}`, `positivity ${number(x.positivity)}`, `chance 0 ± ${number(x.sd)} (sd)`, `departure from normality ${brief(x.departure)}`,
      x.vocabulary ? "through W_E and W_U" : "W_V·W_O alone"],
  };
}

function circuitOf(line, layer, head) {
  return matrixAt(STATE.model, line, layer, head);
}

// compositionMap is head × head for few heads, else layer × layer with the
// pair furthest from chance.
function compositionMap(c, kind) {
  const own = c.pairs_.filter((p) => p.kind === kind);
  const heads = new Set(own.flatMap((p) => [p.from.join(), p.to.join()]));
  const byHead = heads.size <= MOST_HEADS && !c.cut;
  const place = byHead ? ([l, k]) => l * 1e5 + k : ([l]) => l;
  const name = byHead ? (v) => `${Math.floor(v / 1e5)}.${v % 1e5}` : (v) => `L${v}`;
  const from = numbersOf(own.map((p) => place(p.from)));
  const to = numbersOf(own.map((p) => place(p.to)));
  const best = new Map();
  for (const p of own) {
    const key = `${place(p.from)},${place(p.to)}`;
    if (!best.has(key) || Math.abs(best.get(key).z) < Math.abs(p.z)) best.set(key, p);
  }
  return zGrid({
    id: "composition-map", columns: from.map(name), rows: to.map(name), xAxis: byHead ? "from head (layer.head)" : "from layer", yAxis: byHead ? "to head" : "to layer",
    title: byHead ? `Composition with the ${compositionWord(kind)}, z, from head (across) to later head (down)` : `Composition with the ${compositionWord(kind)}, z of the pair furthest from chance, layer × layer`,
    at: (x, y) => compositionCell(best.get(`${from[x]},${to[y]}`)),
  });
}

function compositionCell(p) {
  if (!p) return null;
  return {
    z: p.z, name: `${headName(p.from)} → ${headName(p.to)}, ${compositionWord(p.kind)}`, open: circuitOf("W_OV", ...p.from),
    lines: [`z = ${zText(p.z)}`, `score ${number(p.score)}`, `chance ${number(p.mean)}`],
  };
}

function headName([layer, head]) {
  return `L${layer}.H${head}`;
}

function pairTable(pairs, kind) {
  const top = [...pairs].sort((a, b) => Math.abs(b.z) - Math.abs(a.z)).slice(0, TOP_PAIRS);
  const link = (line, at) => {
    const m = circuitOf(line, ...at);
    return m ? h("button", { type: "button", class: "link", onclick: () => openMatrix(m) }, m.label) : headName(at);
  };
  return h("details", { class: "data", open: top.some((p) => p.parts.length) }, h("summary", null, `The ${plural(top.length, "pair")} furthest from chance`),
    h("p", { class: "muted note" }, "Carried by: singular components of the earlier head’s W_OV with their share of ‖A·B‖², and in brackets their share of ‖A‖², which is what chance gives; of pairs significantly above chance (q ≤ 0.05), from 1 % on. Index counts from 0, as in all data; σ₁ is that of index 0."),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Pairs furthest from chance" }, h("table", { class: "flat" },
      h("thead", null, h("tr", null, ["From", "To", "z", "Score", "Chance", "Carried by"].map((t, i) => h("th", { scope: "col", class: i > 1 && i < 5 ? "n" : null }, t)))),
      h("tbody", null, top.map((p) => h("tr", null, h("td", null, link("W_OV", p.from)), h("td", null, link(kind === "V" ? "W_OV" : "W_QK", p.to)),
        h("td", { class: "n" }, zText(p.z)), h("td", { class: "n" }, number(p.score)), h("td", { class: "n" }, number(p.mean)), h("td", null, carriers(p.parts))))))));
}

// carriers names the components that carry a pair, those above chance in bold.
function carriers(parts) {
  return h("ul", { class: "chips" }, parts.filter((c) => c.share >= WORTH_NAMING).map((c) => h("li", { class: "tok plain", "data-tip": `Index ${c.index}, σ${subscript(c.index + 1)}\n${percent(c.share)} of ‖A·B‖², ${percent(c.energy)} of ‖A‖²` },
    h(c.share > c.energy ? "strong" : "span", null, `index ${c.index}`), ` ${percent(c.share)}`, h("span", { class: "share" }, ` (${percent(c.energy)})`))));
}
