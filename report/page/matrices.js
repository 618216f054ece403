// matrices.js: startMatrices, matrixCsv: the table of every matrix and its columns.

const SPARK = { width: 84, height: 20, points: 42, decades: 3 };

function startMatrices() {
  const table = new VirtualTable({
    host: byId("matrix-table"), id: "mx", sort: STATE.sort, columns: matrixColumns(),
    caption: "Every matrix with its measures. Enter opens a row, Space overlays its spectrum.",
    open: (m) => openMatrix(m), mark: toggleSelected, onSort: (sort) => update({ sort }),
    isOpen: (m) => m.key === STATE.open, isMarked: isSelected,
  });
  drawMatrixControls(table);
  const refresh = () => showMatching(table);
  subscribe((changed) => {
    const any = (...names) => names.some((n) => changed.has(n));
    if (any("model", "show", "within")) drawMatrixControls(table);
    if (any("cols", "show")) table.setColumns(matrixColumns());
    if (any("sort")) table.setSort(STATE.sort);
    if (any("model", ...FILTER_FIELDS)) refresh();
    else if (any("open", "sel", "preset")) table.draw(true);
  });
  refresh();
  return table;
}

function matrixColumns() {
  const wide = Math.max(8, ...DOC.matrices.map((m) => m.label.length));
  const broad = 3.5 + Math.max(7, ...DOC.matrices.map((m) => dims(m.shape).length));
  const order = new Map([...DOC.matrices].sort(inOrder()).map((m, i) => [m, i]));
  return [
    { key: "pick", title: pickTitle(), width: 5, sortable: false, class: "pick", cell: pickCell },
    { key: "label", title: "Label", width: Math.min(wide, 34) + 4, head: true, class: "mono", tip: "Label\nrole, with layer L… and head H…",
      cell: labelCell, value: (m) => order.get(m), full: (m) => `${m.label}: ${m.tensors.join(" · ")}` },
    { key: "shape", title: "Shape", width: broad, class: "shape", tip: "Shape\nd_in × d_out, acting on row vectors: y = x·W",
      cell: (m) => dims(m.shape), value: (m) => m.shape[0] * m.shape[1], full: (m) => `${m.in || "?"} → ${m.out || "?"}` },
    { key: "dtype", title: "Type", width: 7, tip: "Type\nof the stored entries", cell: (m) => m.dtype, value: (m) => m.dtype },
    { key: "spectrum", title: "Spectrum", width: 12.5, sortable: false, class: "spark", cell: sparkline },
    ...STATE.cols.map((name) => metricColumn(metricInfo(name))),
  ];
}

function pickTitle() {
  return h("span", { title: "Overlay the spectrum in the figure above" }, h("span", { class: "unseen" }, "Overlay"), "+");
}

function pickCell(m) {
  const box = h("input", { type: "checkbox", tabindex: -1, "aria-label": `Overlay ${m.label}`, onchange: () => toggleSelected(m) });
  box.checked = isSelected(m);
  return box;
}

function labelCell(m) {
  return [h("button", { type: "button", class: "link", tabindex: -1, onclick: () => openMatrix(m) }, m.label), m.biases && h("span", { class: "muted" }, " with biases"),
    m.error ? h("span", { class: "tag bad" }, "failed") : null];
}

function metricColumn(info) {
  const value = (m) => shownValue(m, info.name);
  const word = Math.max(...info.title.split(/[\s–-]+/).map((w) => w.length)); // headers wrap between words
  return {
    key: info.name, title: info.title, width: Math.max(10.5, word + 2.5), number: true, tip: metricTip(info), about: `f-${info.name}`, value,
    cell: (m) => tinted(m, info.name),
    full: (m) => (m.error ? `no values: ${m.error}` : [`${info.title} = ${exact(metricValue(m, info.name))}`, ...nullLines(m, info.name)].join("\n")),
  };
}

// sparkline draws a spectrum over its share of rank, three decades from σ₁ down.
function sparkline(m) {
  const values = sigma(m);
  const { width, height, points, decades } = SPARK;
  if (!values.length || !(values[0] > 0)) return DASH;
  const n = Math.min(points, values.length);
  const path = [];
  for (let k = 0; k < n; k++) {
    const i = n === 1 ? 0 : Math.round((k * (values.length - 1)) / (n - 1));
    const down = Math.min(1, -Math.log10(Math.max(values[i] / values[0], 1e-30)) / decades);
    path.push(`${(1 + ((width - 2) * k) / Math.max(1, n - 1)).toFixed(1)},${(1.5 + (height - 3) * down).toFixed(1)}`);
  }
  const tip = `Spectrum of ${m.label}\nlog σ over rank, three decades from σ₁ = ${number(m.sigma1)}`;
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": true, "data-tip": tip },
    svg("polyline", { points: path.join(" "), fill: "none" }));
}

function drawMatrixControls(table) {
  fill("matrix-controls",
    matrixFilters(),
    shownSelect(),
    columnChooser(),
    h("span", { class: "end" },
      button("Overlay these", () => setSelection(table.rows), { class: "quiet", title: `Draw the spectra of the rows shown, at most ${MAX_OVERLAY}` }),
      copyButton("Copy LaTeX", {
        what: () => `LaTeX table of ${plural(Math.min(table.rows.length, TEX_ROWS), "row")}`, text: () => latexTable(table.rows, STATE.cols),
        class: "quiet", title: `The rows and columns shown as a booktabs table, at most ${TEX_ROWS} rows`,
      }),
      button("Download CSV", () => saveText("matrices.csv", "text/csv", matrixCsv(table.rows)), { class: "quiet" })),
    h("output", { id: "matrix-count", class: "count" }),
    DOC.judged.length > 0 && legendHtml(tintLegend(tintScale(STATE.show === "q" ? "q" : "z", FAR))));
}

function columnChooser() {
  const set = (name) => (on) => update({ cols: DOC.metrics.map((m) => m.name).filter((n) => (n === name ? on : STATE.cols.includes(n))) });
  return h("details", { class: "menu" }, h("summary", null, "Columns"),
    h("div", { class: "sheet" }, DOC.metrics.map((info) => checkbox(info.title, STATE.cols.includes(info.name), set(info.name)))));
}

function showMatching(table) {
  const own = ofModel(STATE.model).sort(inOrder());
  const rows = own.filter(matchesFilters(STATE));
  table.setRows(rows);
  const hidden = own.filter((m) => !STATE.kinds.includes(m.group)).length;
  const note = hidden ? `, ${count(hidden)} of them hidden by kind` : "";
  byId("matrix-count").textContent = `${count(rows.length)} of ${plural(own.length, "matrix", "matrices")}${note}`;
}

function matrixCsv(rows) {
  const names = DOC.metrics.map((m) => m.name);
  const nulls = DOC.judged.flatMap((i) => ["null_mean", "null_sd", "share", "z", "q"].map((what) => `${names[i]}_${what}`));
  const head = ["label", "model", "role", "layer", "head", "kind", "d_in", "d_out", "dtype", ...names, ...nulls];
  return csvText([head, ...rows.map((m) => [m.label, DOC.models[m.model].name, m.role, m.layer, m.head, m.kind,
    m.shape[0], m.shape[1], m.dtype, ...m.values, ...(m.nulls || [])])]);
}
