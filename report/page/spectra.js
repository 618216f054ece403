// spectra.js: the large figure of spectra, overlaid.

const TABLE_WIDTH = 24; // spectra a data table sets side by side

function startSpectra() {
  const legend = h("div", { class: "series" });
  const head = h("p", { class: "readout" });
  const holder = h("div", { class: "canvas" });
  const numbers = h("div");
  const data = h("details", { class: "data", ontoggle: () => drawNumbers(data, numbers) }, h("summary", null, "As a table"), numbers);
  const note = h("p", { class: "muted note" });
  fill("spectra-figure", h("div", { class: "figure" }, holder, h("div", { class: "key" }, head, legend)), note, data);
  const chart = new SpectrumChart(holder, {
    height: 420, label: "Spectra", onHover: (values, x) => showReading({ head, legend, chart }, values, x),
  });
  const redraw = () => {
    chart.set(selection(), { y: STATE.y, x: STATE.x, xs: STATE.xs });
    drawSpectraLegend(legend, chart);
    note.textContent = bandNote(chart.matrices);
    showReading({ head, legend, chart }, null);
    drawNumbers(data, numbers);
  };
  drawSpectraControls(chart);
  redraw();
  themed.push(() => drawSpectraLegend(legend, chart));
  subscribe((changed) => {
    if (["model", "preset"].some((k) => changed.has(k))) drawSpectraControls(chart);
    if (["model", "preset", "sel", "y", "x", "xs"].some((k) => changed.has(k))) redraw();
  });
}

function drawSpectraControls(chart) {
  fill("spectra-controls",
    select("Show", presetOptions(), STATE.preset, (preset) => {
      if (preset === "free:") setSelection(selection());
      else update({ preset });
    }),
    choice("y", "σ", [["log", "log"], ["linear", "linear"]], STATE.y, (y) => update({ y })),
    choice("x", "Against", [["index", "i of σᵢ"], ["share", "share of rank"]], STATE.x, (x) => update({ x })),
    choice("xs", "Index", [["linear", "linear"], ["log", "log"]], STATE.xs, (xs) => update({ xs })),
    h("span", { class: "end" },
      button("Whole range", () => chart.resetZoom(), { class: "quiet", title: "Undo a zoom; a double click does the same" }),
      button("Clear", () => setSelection([]), { class: "quiet" }),
      button("Download CSV", () => saveText("spectra.csv", "text/csv", spectraCsv(selection())), { class: "quiet" })));
}

function drawSpectraLegend(legend, chart) {
  const chosen = selection();
  const place = new Map(chart.matrices.map((m, i) => [m, i]));
  legend.replaceChildren(...chosen.map((m) => {
    const look = place.has(m) && chart.look ? chart.look[place.get(m)] : { stroke: "transparent", dash: [] };
    return h("div", { class: "entry" }, swatch(look),
      h("button", { type: "button", class: "link mono", onclick: () => openMatrix(m), title: "Open" }, m.name),
      h("span", { class: "value", "data-series": place.has(m) ? place.get(m) : "" }, m.error ? "failed" : ""),
      h("button", { type: "button", class: "drop", "aria-label": `Take ${m.name} off the figure`, onclick: () => toggleSelected(m) }, "×"));
  }));
  if (!chosen.length) legend.append(h("p", { class: "muted" }, "Nothing is drawn. Tick matrices in the table below, or choose what to show above."));
}

function swatch(look) {
  return svg("svg", { class: "swatch", width: 22, height: 10, "aria-hidden": true },
    svg("line", { x1: 0, x2: 22, y1: 5, y2: 5, stroke: look.stroke, "stroke-width": 2.5, "stroke-dasharray": look.dash.join(" ") || null }));
}

// showReading writes the values under the cursor beside their names; with no
// cursor, σ₁.
function showReading({ head, legend, chart }, values, x) {
  const reading = values || chart.matrices.map((m) => ({ index: 1, value: sigma(m)[0] }));
  const same = reading.every((r) => r.index === (reading[0] || {}).index);
  const at = !values ? "σ₁" : same ? `σ${subscript(reading[0].index)}` : `σ at ${number(x * 100)} % of rank`;
  head.textContent = reading.length ? `${at}  of ${plural(reading.length, "matrix", "matrices")}` : "";
  for (const span of legend.querySelectorAll("[data-series]")) {
    const r = reading[span.dataset.series];
    if (span.dataset.series !== "" && r) span.textContent = r.value === null ? "" : number(r.value);
  }
  if (values && document.activeElement && document.activeElement.classList.contains("plot")) {
    announce(`${at}: ` + reading.slice(0, 4).map((r, i) => `${chart.matrices[i].label} ${number(r.value)}`).join(", "));
  }
}

// drawNumbers fills the data table, when it is open.
function drawNumbers(data, host) {
  if (!data.open) return;
  const chosen = selection().slice(0, TABLE_WIDTH);
  const longest = Math.max(0, ...chosen.map((m) => sigma(m).length));
  host.table ||= new VirtualTable({ host, id: "sx", caption: "Singular values by index", columns: [] });
  host.table.setColumns([
    { key: "i", title: "Index", width: 7, number: true, head: true, sortable: false, cell: (i) => String(i), tip: INDEX_TIP },
    ...chosen.map((m) => ({
      key: m.key, title: m.name, width: 14, number: true, sortable: false,
      cell: (i) => (i < sigma(m).length ? number(sigma(m)[i]) : ""),
    })),
  ]);
  host.table.setRows(Array.from({ length: longest }, (_, i) => i));
}

function spectraCsv(matrices) {
  const rows = [["label", "index", "sigma"]];
  for (const m of matrices) sigma(m).forEach((v, i) => rows.push([m.key, i, Number(v.toPrecision(7))]));
  return csvText(rows);
}
