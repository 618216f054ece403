// spectra.js: startSpectra, spectraTable, spectraRows: the large figure of spectra, overlaid.

const TABLE_WIDTH = 24; // spectra a data table sets side by side
const MOST_NAMES = 500; // labels offered while one types

function startSpectra() {
  const legend = h("div", { class: "series" });
  const head = h("p", { class: "readout" });
  const holder = h("div", { class: "canvas" });
  const note = h("p", { class: "muted note" });
  const foot = h("div");
  fill("spectra-figure", h("div", { class: "figure" }, holder, h("div", { class: "key" }, adder(), head, legend)), note, foot);
  const chart = new SpectrumChart(holder, {
    height: 420, label: "Spectra", zoom: zoomOf(STATE.zoom), onHover: (values, x) => showReading({ head, legend, chart }, values, x),
    onZoom: ({ x, y }) => update({ zoom: [...(x || []), ...(x && y ? y : [])] }),
    onFocus: (i) => { for (const e of legend.children) e.classList.toggle("near", i > 0 && e.dataset.series === String(i - 1)); },
  });
  const redraw = () => {
    chart.set(selection(), { y: STATE.y, x: STATE.x, xs: STATE.xs });
    drawSpectraLegend(legend, chart);
    note.replaceChildren(bandNote(chart.matrices), h("span", { class: "hint" }, " Drag over a part, hold Ctrl and turn the wheel, or press + and − to zoom."));
    showReading({ head, legend, chart }, null);
    foot.replaceChildren(figureFoot({
      name: spectraName(), table: () => spectraTable(selection()), csv: () => spectraRows(selection()),
      draw: chart.matrices.length ? () => spectrumSvg(chart, spectraName()) : null,
    }));
  };
  drawSpectraControls(chart);
  redraw();
  themed.push(() => drawSpectraLegend(legend, chart));
  subscribe((changed) => {
    if (["model", "preset"].some((k) => changed.has(k))) drawSpectraControls(chart);
    if (["model", "preset", "sel", "y", "x", "xs"].some((k) => changed.has(k))) redraw();
    if (["model", "preset"].some((k) => changed.has(k)) && STATE.zoom.length) chart.setZoom(NO_ZOOM);
  });
}

function zoomOf([a, b, c, d]) {
  return { x: b === undefined ? null : [a, b], y: d === undefined ? null : [c, d] };
}

// spectraName is the title of the figure and of its files.
function spectraName() {
  const words = new Map(presetOptions()).get(STATE.preset);
  const what = STATE.preset === "free:" || !words ? selection().slice(0, 4).map((m) => m.label).join(", ") + (selection().length > 4 ? " and more" : "") : words;
  return `${byId("spectra-title").textContent}${what ? `: ${what}` : ""}`;
}

function drawSpectraControls(chart) {
  const zoom = (text, label, action) => button(text, action, { class: "quiet square", "aria-label": label, title: label });
  fill("spectra-controls",
    select("Show", presetOptions(), STATE.preset, (preset) => {
      if (preset === "free:") setSelection(selection());
      else update({ preset });
    }),
    choice("y", "σ", [["log", "log"], ["linear", "linear"]], STATE.y, (y) => update({ y })),
    choice("x", "Against", [["index", "i of σᵢ"], ["share", "share of rank"]], STATE.x, (x) => update({ x })),
    choice("xs", "Index", [["linear", "linear"], ["log", "log"]], STATE.xs, (xs) => update({ xs })),
    h("span", { class: "end" },
      zoom("+", "Zoom in", () => chart.zoomBy(KEY_FACTOR)), zoom("−", "Zoom out", () => chart.zoomBy(1 / KEY_FACTOR)),
      button("Whole range", () => chart.setZoom(NO_ZOOM), { class: "quiet", title: "Undo a zoom; a double click does the same" }),
      button("Clear", () => setSelection([]), { class: "quiet", title: "Take every spectrum off the figure" })));
}

// adder takes labels, or patterns as --matrix does, and overlays what they name.
function adder() {
  const names = h("datalist", { id: "labels" });
  const field = h("input", { type: "search", list: "labels", placeholder: "L*.W_OV.H0", "aria-label": "Add spectra by label or pattern", spellcheck: "false", autocomplete: "off", maxlength: MAX_TEXT });
  const offer = () => names.replaceChildren(...ofModel(STATE.model).filter((m) => m.label.toLowerCase().includes(field.value.toLowerCase())).slice(0, MOST_NAMES).map((m) => h("option", { value: m.label })));
  const add = (event) => {
    event.preventDefault();
    const found = ofModel(STATE.model).filter((m) => field.value.split(/\s+/).some((w) => w && matchesGlob(w.toLowerCase(), m.label.toLowerCase())));
    if (!found.length) return announce(`No matrix is called ${field.value}.`);
    field.value = "";
    addSelected(found.sort(inOrder()));
  };
  field.addEventListener("focus", offer);
  field.addEventListener("input", offer);
  field.addEventListener("keydown", (e) => { if (e.key === "Enter") add(e); });
  return h("div", { class: "adder" }, field, names, button("Add", add, { class: "quiet" }));
}

function drawSpectraLegend(legend, chart) {
  const chosen = selection();
  const place = new Map(chart.matrices.map((m, i) => [m, i]));
  keepFocus(legend, () => legend.replaceChildren(...chosen.map((m) => legendEntry(m, chart, place.has(m) ? place.get(m) : null))));
  if (!chosen.length) legend.append(h("p", { class: "muted" }, "Nothing is drawn. Tick matrices in the table below, or choose what to show above."));
}

// legendEntry names the i-th line and what it is read as; pointing at it
// brings it forward.
function legendEntry(m, chart, i) {
  const look = i !== null && chart.look ? chart.look[i] : { stroke: "transparent", dash: [] };
  const focus = (on) => { if (chart.plot && i !== null) chart.plot.setSeries(on ? i + 1 : null, { focus: true }); };
  return h("div", { class: "entry", "data-series": i === null ? "" : i, onpointerenter: () => focus(true), onpointerleave: () => focus(false) }, swatch(look),
    h("button", { type: "button", class: "link mono", onclick: () => openMatrix(m), title: "Open" }, m.name),
    h("span", { class: "value" }, m.error ? "failed" : ""),
    h("button", { type: "button", class: "drop", "aria-label": `Take ${m.name} off the figure`, onclick: () => toggleSelected(m) }, "×"));
}

// showReading writes the values under the cursor beside their names; with no
// cursor, σ₁.
function showReading({ head, legend, chart }, values, x) {
  const reading = values || chart.matrices.map((m) => ({ index: 1, value: sigma(m)[0] }));
  const same = reading.every((r) => r.index === (reading[0] || {}).index);
  const at = !values ? "σ₁" : same ? `σ${subscript(reading[0].index)}` : `σ at ${number(x * 100)} % of rank`;
  head.textContent = reading.length ? `${at}  of ${plural(reading.length, "matrix", "matrices")}` : "";
  for (const entry of legend.querySelectorAll("[data-series]")) {
    const r = reading[entry.dataset.series];
    if (entry.dataset.series !== "" && r) entry.querySelector(".value").textContent = r.value === null ? "" : number(r.value);
  }
  if (values && document.activeElement && document.activeElement.classList.contains("plot")) {
    announce(`${at}: ` + reading.slice(0, 4).map((r, i) => `${chart.matrices[i].label} ${number(r.value)}`).join(", "));
  }
}

// spectraTable sets spectra side by side, a row an index.
function spectraTable(matrices) {
  const shown = matrices.slice(0, TABLE_WIDTH);
  const longest = Math.max(0, ...shown.map((m) => sigma(m).length));
  return { head: ["index", ...shown.map((m) => m.name)], rows: Array.from({ length: longest }, (_, i) => [i, ...shown.map((m) => (i < sigma(m).length ? sigma(m)[i] : null))]) };
}

// spectraRows is a row a value, as in spectra.csv.
function spectraRows(matrices) {
  const rows = [["label", "index", "sigma"]];
  for (const m of matrices) sigma(m).forEach((v, i) => rows.push([m.key || m.label, i, Number(v.toPrecision(7))]));
  return rows;
}
