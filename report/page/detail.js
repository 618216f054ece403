// detail.js: the panel of one matrix.

let detailOpener = null; // what had the focus before the panel opened, see openerOf

function startDetail() {
  const panel = byId("detail");
  const readout = h("p", { class: "readout" });
  const holder = h("div", { class: "canvas small" });
  const chart = new SpectrumChart(holder, {
    height: 230, label: "Spectrum", onHover: (values) => showDetailReading(readout, values),
  });
  const draw = (first) => drawDetail(panel, { chart, holder, readout }, first);
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && STATE.open && !panel.hidden && !document.querySelector("dialog[open]")) closeDetail();
  });
  subscribe((changed) => {
    if (changed.has("model") && STATE.open) followModel();
    if (changed.has("open")) draw();
    else if (STATE.open && ["sel", "preset", "y", "x", "xs", "wide"].some((k) => changed.has(k))) draw();
  });
  draw(true);
}

// followModel opens the matrix of the same label in the model now chosen.
function followModel() {
  const was = byKey(STATE.open);
  openMatrix(was && ofModel(STATE.model).find((m) => m.label === was.label));
}

function closeDetail() {
  openMatrix(null);
  const back = detailOpener && detailOpener();
  if (back) back.focus({ preventScroll: true });
  detailOpener = null;
}

// openerOf returns how to find an element again: itself, or what was drawn in
// its place, since opening the panel makes the maps narrower, or the table it
// stood in.
function openerOf(element) {
  const cell = element.dataset.key && `#map [data-key="${CSS.escape(element.dataset.key)}"]`;
  const around = element.closest("[role=grid]");
  return () => [element, cell && document.querySelector(cell), around].find((e) => e && e.isConnected);
}

// drawDetail shows the open matrix; first says that the page has just been
// loaded, when the focus is not ours to move.
function drawDetail(panel, { chart, holder, readout }, first) {
  const m = STATE.open ? byKey(STATE.open) : null;
  const fresh = panel.hidden || panel.dataset.key !== (m ? m.key : "");
  const opening = panel.hidden && m && !first;
  if (opening && !panel.contains(document.activeElement)) detailOpener = openerOf(document.activeElement);
  panel.hidden = !m;
  document.body.classList.toggle("split", Boolean(m));
  document.body.classList.toggle("wide", Boolean(m && STATE.wide));
  panel.dataset.key = m ? m.key : "";
  if (!m) return panel.replaceChildren();
  const kept = panel.contains(document.activeElement) ? document.activeElement.dataset.go : null;
  panel.replaceChildren(detailHead(m), detailBody(m, { chart, holder, readout }));
  chart.set(m.change ? changeSeries(m) : [m], { y: STATE.y, x: STATE.x, xs: STATE.xs });
  showDetailReading(readout, null, m);
  if (fresh) panel.scrollTop = 0;
  const target = (kept && panel.querySelector(`[data-go="${kept}"]:not(:disabled)`)) || (opening && byId("detail-title"));
  if (target) target.focus({ preventScroll: true });
}

function detailHead(m) {
  return h("div", { class: "detail-head" },
    h("h2", { id: "detail-title", tabindex: -1, class: "mono" }, m.label, m.biases && h("span", { class: "muted" }, " with biases")),
    h("div", { class: "steps" },
      stepButton(m, "layer", -1, "←", "Layer before"), stepButton(m, "layer", 1, "→", "Layer after"),
      m.head !== null && stepButton(m, "head", -1, "↑", "Head before"), m.head !== null && stepButton(m, "head", 1, "↓", "Head after"),
      m.directions && button(STATE.wide ? "⇥" : "⇤", () => update({ wide: STATE.wide ? "" : "1" }), {
        class: "quiet widen", "aria-label": "Wide panel", title: STATE.wide ? "Narrow panel" : "Wide panel: directions beside the spectrum", "aria-pressed": Boolean(STATE.wide) ? "true" : "false", "data-go": "wide",
      }),
      button("×", closeDetail, { class: "quiet", "aria-label": "Close", "data-go": "close" })));
}

// stepButton leads to the matrix of the same line one layer or head on.
function stepButton(m, along, step, text, label) {
  const line = ofModel(m.model).filter((o) => o.line === m.line && o[along] !== null &&
    (along === "layer" ? o.head === m.head : o.layer === m.layer)).sort((a, b) => a[along] - b[along]);
  const next = line[line.indexOf(m) + step];
  const name = next ? `${label}: ${next.label}` : label;
  return button(text, () => openMatrix(next), { class: "quiet", disabled: !next, "aria-label": name, title: name, "data-go": along + step });
}

function detailBody(m, { chart, holder, readout }) {
  const tie = (c) => DOC.warnings.filter((w) => w.matrix && w.matrix === c.label);
  return h("div", { class: "detail-body" },
    h("p", { class: "lead" }, `${m.in || "?"} → ${m.out || "?"} · ${dims(m.shape)} · ${m.dtype} · ${kindText(m)}`),
    m.note && h("p", { class: "muted note" }, sentence(m.note)),
    m.error && h("p", { class: "warning" }, h("strong", null, "No values. "), m.error),
    tie(m).map((w) => h("p", { class: "warning" }, h("code", null, w.code), " ", w.message)),
    h("div", { class: "detail-columns" },
      h("div", null,
        !m.error && [holder, readout, bandNote([m]) && h("p", { class: "muted note" }, bandNote([m])), spectrumFoot(m, chart), m.change && changeFigures(m)],
        checkbox("In the overlay", isSelected(m), () => toggleSelected(m)),
        m.directions && !STATE.wide && button("Measures and sources ↓", () => goTo("detail-measures"), { class: "quiet" }),
        STATE.wide && detailFacts(m)),
      directionList(m)),
    !STATE.wide && detailFacts(m));
}

// spectrumFoot is the table of the spectrum and ways to save it.
function spectrumFoot(m, chart) {
  const series = m.change ? changeSeries(m) : [m];
  const name = `Spectrum of ${m.name}`;
  return figureFoot({ name, table: () => spectraTable(series), csv: () => spectraRows(series), draw: () => spectrumSvg(chart, name) });
}

// detailFacts is what the panel has under the figure.
function detailFacts(m) {
  return [h("div", { class: "headed" }, h("h3", { id: "detail-measures", tabindex: -1 }, "Measures"),
    !m.error && copyButton("Copy LaTeX row", {
      what: () => `LaTeX row of ${m.label}`, text: () => latexRow(m, STATE.cols), class: "save", title: "The measures that are columns of the table of matrices, as a row for booktabs",
    })), measureTable(m), mapSection(m),
    m.initial && [h("h3", null, "Against its initialisation"), facts(initialFacts(m.initial))],
    m.signal && [h("h3", null, "Against noise of one level"), facts(signalFacts(m.signal))],
    !m.error && [h("h3", null, "How it was computed"), facts(certificateFacts(m))],
    h("h3", null, m.tensors.length > 1 ? "From these tensors" : "From this tensor"), tensorList(m)].flat();
}

function kindText(m) {
  return { whole: "stored", part: "one head’s share of a stored matrix", circuit: "a product, never formed" }[m.group];
}

function showDetailReading(readout, values) {
  const m = byKey(STATE.open);
  if (!m) return;
  if (m.change) return showChangeReading(readout, values, m);
  const { index, value } = values ? values[0] : { index: 1, value: m.sigma1 };
  const share = isDefined(value) && m.sigma1 > 0 ? ` · ${number(value / m.sigma1)} σ₁` : "";
  readout.textContent = isDefined(value) ? `σ${subscript(index)} = ${number(value)}${values ? share : ` · ${plural(sigma(m).length, "value")}`}` : "";
  if (values && holderHasFocus(readout)) announce(readout.textContent);
}

function holderHasFocus(readout) {
  return Boolean(readout.parentNode && readout.parentNode.querySelector(".plot:focus"));
}

// valueCell shows a measure, or says why it is withheld, as wide as the cells
// that would follow.
function valueCell(m, info, i, span) {
  const why = m.refused && m.refused[info.name];
  return why ? h("td", { class: "refused", colspan: span }, `refused: ${why}`) : h("td", { class: "n", title: exact(m.values[i]) }, number(m.values[i]));
}

function measureTable(m) {
  if (m.nulls) return judgedTable(m);
  return h("table", { class: "flat measures" },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Measure"), h("th", { scope: "col", class: "n" }, "Value"), h("th", { scope: "col" }, "Formula"))),
    h("tbody", null, DOC.metrics.map((info, i) => h("tr", null,
      h("th", { scope: "row" }, h("a", { href: `#f-${info.name}`, "data-tip": metricTip(info) }, info.title)),
      valueCell(m, info, i, 1), h("td", { class: "formula" }, formula(info.formula))))));
}

// judgedTable is measureTable with what noise gives; formulas are a tip away.
function judgedTable(m) {
  const n = (text, tip) => h("th", { scope: "col", class: "n", "data-tip": tip }, text);
  return h("table", { class: "flat measures judged-table" },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Measure"), n("Value"), n("Noise", "Noise\nof the same kind, shape and scale: mean ± standard deviation, or the mean and the factor by which it varies"),
      n("Share", "Share\nvalue over the mean of noise; none for a count of which noise gives less than one"), n("z", "z\n(value − mean)/standard deviation"),
      n("q", "q\nBenjamini–Hochberg over the matrices of the model, two-sided"))),
    h("tbody", null, DOC.metrics.map((info, i) => {
      const x = nullOf(m, info.name);
      const cell = (text) => h("td", { class: "n" }, text);
      return h("tr", null,
        h("th", { scope: "row" }, h("a", { href: `#f-${info.name}`, "data-tip": metricTip(info) }, info.title)),
        valueCell(m, info, i, 5),
        m.refused && m.refused[info.name] ? null : x ? [cell(spreadText(info, x)), cell(isDefined(x.share) ? percent(x.share) : ""), cell(isDefined(x.z) ? zText(x.z) : ""), cell(isDefined(x.q) ? brief(x.q) : "")]
          : [cell(""), cell(""), cell(""), cell("")]);
    })));
}

function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.map(([name, value, title]) =>
    h("div", null, h("dt", null, name), h("dd", { title: title || null }, value))));
}

function certificateFacts(m) {
  const below = (floor) => (isDefined(floor) ? ` · ${countBelow(m, floor) || "no"} σ under it` : "");
  const { method, residual, orthogonality } = m.certificate;
  const none = "— (no vectors asked for)";
  return [
    ["Method", method || DASH],
    ["Floor of the dtype", number(m.floor.dtype) + below(m.floor.dtype), `what rounding to ${m.dtype} alone adds to σ: ${exact(m.floor.dtype)}`],
    ["Floor of the method", number(m.floor.method) + below(m.floor.method), `error bound of the computation: ${exact(m.floor.method)}`],
    ["Residual", isDefined(residual) ? number(residual) : none, "max ‖x·W − σ·y‖/σ₁"],
    ["Orthogonality", isDefined(orthogonality) ? number(orthogonality) : none, "max |InᵀIn − I|"],
  ];
}

// initialFacts says how far a matrix is from independent entries of its own
// spread, as an initialiser makes them.
function initialFacts(x) {
  const z = (v, what) => [what[0], isDefined(v) ? `z ${zText(v)}` : DASH, what[1]];
  return [
    ["Verdict", x.initialiser ? `fits ${x.initialiser}` : isDefined(x.q) ? "differs from independent entries" : "too small to be tested"],
    ["q over the model’s matrices", isDefined(x.q) ? brief(x.q) : DASH],
    ["Entries", `sd ${number(x.sd)} · kurtosis ${brief(x.kurtosis)}`, "3 for a normal law, 1.8 for a uniform one"],
    z(x.bulk, ["Evenness of σ", "nuclear norm over Frobenius norm"]), z(x.top, ["Largest σ", "in standard deviations of the Tracy–Widom law"]),
    z(x.rows, ["Spread of the rows’ norms", ""]), z(x.columns, ["Spread of the columns’ norms", ""]),
  ];
}

// signalFacts says which σ noise does not explain.
function signalFacts(s) {
  const edge = "what the largest σ of this noise passes in one matrix of 20";
  return [
    [`σ too large for noise at q ≤ ${SIGNIFICANT}`, s.rank ? count(s.rank) : "none"], ["Edge of noise", number(s.edge), edge],
    [`σ too small for noise at q ≤ ${SIGNIFICANT}`, s.low ? count(s.low) : "none"],
    ["Lower edge of noise", isDefined(s.low_edge) ? number(s.low_edge) : "under the floors", "what the smallest σ of this noise stays under in one matrix of 20"],
    ["Noise", number(s.noise), "standard deviation of the entries of what is left without the σ too large, from its median"],
  ];
}

function countBelow(m, floor) {
  return sigma(m).filter((v) => v < floor).length;
}

function tensorList(m) {
  const known = new Map(DOC.models[m.model].tensors.map((t) => [t.name, t]));
  return h("ul", { class: "tensors" }, m.tensors.map((name) => {
    const t = known.get(name);
    return h("li", null, h("code", null, name), t ? h("span", { class: "muted" }, ` ${dims(t.shape)} ${t.dtype} · ${t.file}`) : null);
  }));
}
