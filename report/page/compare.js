// compare.js: what changed most, what has no partner, gates; puts the parts
// together.

const MOST = 20; // rows of What changed most

function startChanged() {
  const pairs = DOC.compare.pairs.length > 0;
  showSection("changed", pairs);
  if (!pairs) return;
  byId("map-title").textContent = "One measure of the change over the model";
  byId("spectra-title").textContent = "Spectra of ΔW";
  byId("directions-title").textContent = "Directions of ΔW";
  byId("tensors-title").textContent = "The fate of every tensor of the later checkpoint";
  const draw = () => {
    const own = ofModel(STATE.model);
    const pair = DOC.compare.pairs[STATE.model];
    fill("changed-controls", select("Order by", DOC.metrics.map((m) => [m.name, m.title]), STATE.rank, (rank) => update({ rank })));
    fill("changed-lead", `${pair.before} → ${pair.after}: ${pair.summary}.`);
    fill("changed-list", changedTable(own));
    fill("apart-list", apartTable(pair));
  };
  subscribe((changed) => { if (["model", "rank"].some((k) => changed.has(k))) draw(); });
  draw();
}

function changedTable(own) {
  const size = (m) => Math.abs(metricValue(m, STATE.rank));
  const known = own.filter((m) => isDefined(metricValue(m, STATE.rank))).sort((a, b) => size(b) - size(a));
  if (!known.some(isChanged)) return h("p", { class: "muted" }, "Nothing changed.");
  const rows = known.slice(0, MOST);
  const top = Math.max(...rows.map(size)) || 1;
  const info = metricInfo(STATE.rank);
  const extra = ["rel_change", "cosine", "delta_rank", ...DOC.compare.nulls.map((n) => `${n}_z`)].filter((n) => n !== STATE.rank && DOC.metricIndex.has(n)).slice(0, 6);
  return [h("div", { class: "scroll" }, h("table", { class: "flat changed" },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Matrix"), h("th", { scope: "col", colspan: 2, "data-tip": metricTip(info) }, info.title),
      extra.map((n) => h("th", { scope: "col", class: "n", "data-tip": metricTip(metricInfo(n)) }, metricInfo(n).title)))),
    h("tbody", null, rows.map((m) => h("tr", null,
      h("th", { scope: "row" }, h("button", { type: "button", class: "link mono", onclick: () => openMatrix(m) }, m.label)),
      h("td", { class: "n" }, number(metricValue(m, STATE.rank))),
      h("td", { class: "bar-cell" }, h("span", { class: "amount", style: { width: `${(100 * size(m)) / top}%` } })),
      extra.map((n) => h("td", { class: "n" }, number(metricValue(m, n))))))))),
  known.length > MOST && h("p", { class: "muted note" }, `${count(known.length - MOST)} more in the table below.`)];
}

// apartTable lists what has no partner, when there is any.
function apartTable(pair) {
  if (!pair.apart.length) return null;
  const words = { only_before: `only in ${pair.before}`, only_after: `only in ${pair.after}`, shape_differs: "shapes differ" };
  return h("details", { class: "data" }, h("summary", null, `${plural(pair.apart.length, "matrix has", "matrices have")} no partner`),
    h("ul", { class: "tensors" }, pair.apart.map((a) => h("li", null, h("code", null, a.label), h("span", { class: "muted" }, ` ${words[a.status] || a.status}${a.status === "shape_differs" ? `: ${a.reason}` : ""}`)))));
}

// drawGates says which gates of --fail-if held.
function drawGates() {
  const gates = DOC.compare.gates;
  if (!gates.length) return;
  fill("gates", h("h2", { class: "small" }, "Gates"), h("ul", { class: "tensors" }, gates.map((g) => h("li", null,
    h("span", { class: g.offenders.length ? "tag bad" : "tag good" }, g.offenders.length ? `failed by ${count(g.offenders.length)}` : "held"), " ", h("code", null, g.text),
    h("span", { class: "muted" }, ` ${g.offenders.slice(0, 6).map((o) => [o.label, isDefined(o.value) ? number(o.value) : o.reason].filter(Boolean).join(" ")).join(", ")}`)))));
}

startPage(drawGates, startWithin, startChanged, startTracks, startMap, startSpectra, startMatrices, startReadouts);
