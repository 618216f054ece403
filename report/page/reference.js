// reference.js: the model's card, warnings, the fate of tensors, formulas.

const CONFIG_WORDS = [
  ["d_model", "d_model"], ["n_layers", "layers"], ["n_heads", "heads"], ["n_kv_heads", "key-value heads"],
  ["d_head", "d_head"], ["d_mlp", "d_mlp"], ["d_vocab", "d_vocab"], ["n_ctx", "n_ctx"],
];

function startReference() {
  drawModelChoice();
  drawOverview();
  drawWarnings();
  drawFormulas();
  drawColophon();
  const table = startTensors();
  subscribe((changed) => {
    if (!changed.has("model")) return;
    drawModelChoice();
    drawOverview();
    drawTensorControls();
    showTensors(table);
  });
}

function drawModelChoice() {
  if (DOC.models.length < 2) return;
  fill("model-choice", select(DOC.compare ? "Pair" : "Model", DOC.models.map((m, i) => [i, m.name]), STATE.model, (v) => update({ model: Number(v) })));
}

function drawOverview() {
  const model = DOC.models[STATE.model];
  fill("title", model ? model.name : "An empty report");
  if (!model) return;
  const own = ofModel(STATE.model);
  const many = (group) => own.filter((m) => m.group === group).length;
  const failed = own.filter((m) => m.error).length;
  fill("summary", [
    model.family || "unknown family", plural(many("whole"), "whole matrix", "whole matrices"), plural(many("circuit"), "circuit"),
    plural(many("part"), "per-head part"), plural(model.tensors.length, "tensor"), failed ? `${failed} failed` : null,
  ].filter(Boolean).join(" · "));
  const [verdict, ...why] = model.training ? `${model.training.sentence}.`.split(": ") : [];
  fill("verdict", verdict && h("p", { class: "figures" }, h("strong", null, verdict), why.length ? `: ${why.join(": ")}` : null));
  fill("card", h("div", { class: "card" },
    h("div", null, h("h2", { class: "small" }, "Configuration"), facts(configFacts(model.config))),
    h("div", null, h("h2", { class: "small" }, "This run"), facts(runFacts())),
    h("div", { class: "wide" }, h("h2", { class: "small" }, plural(model.files.length, "file")), fileTable(model.files))));
}

function configFacts(config) {
  const sizes = CONFIG_WORDS.map(([key, word]) => [word, config[key] ? count(config[key]) : "not known"]);
  return [...sizes, ["embeddings", config.tied_embeddings ? "tied" : "not tied"]];
}

function runFacts() {
  const { matrix, layers, heads, convention, biases } = DOC.options;
  return [
    ["wspec", DOC.tool.version], ["built with", DOC.tool.go], ["arithmetic", DOC.tool.kernel],
    ["matrices", matrix.length ? matrix.join("  ") : "all"], ["layers", layers || "all"],
    ["heads and circuits", heads ? (biases ? "yes, circuits with their biases" : "yes") : "no"],
    ...(convention ? [["convention", convention]] : []), ["schema", DOC.schema],
  ];
}

function fileTable(files) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Files read" }, h("table", { class: "flat files" },
    h("thead", null, h("tr", null, ["Name", "Size", "SHA-256"].map((t, i) => h("th", { scope: "col", class: i === 1 ? "n" : null }, t)))),
    h("tbody", null, files.map((f) => h("tr", null, h("td", { class: "mono" }, f.name),
      h("td", { class: "n", title: `${count(f.bytes)} bytes` }, bytes(f.bytes)),
      h("td", { class: "mono hash" }, f.sha256 || "not computed"))))));
}

function drawWarnings() {
  if (!DOC.warnings.length) return;
  fill("warnings", h("div", { class: "warnings" },
    h("h2", { class: "small" }, plural(DOC.warnings.length, "warning")),
    h("ul", null, DOC.warnings.map((w) => h("li", null, h("span", null, w.message), " ", h("code", null, w.code), warningLink(w))))));
}

function warningLink(w) {
  if (!w.matrix) return null;
  const there = () => ofModel(STATE.model).find((m) => m.label === w.matrix) || DOC.matrices.find((m) => m.label === w.matrix);
  if (!there()) return h("span", { class: "mono" }, ` ${w.matrix}`);
  return [" ", h("button", { type: "button", class: "link mono", onclick: () => openMatrix(there()) }, w.matrix)];
}

// startTensors makes the table of fates.
function startTensors() {
  const columns = [
    { key: "name", title: "Tensor", width: 44, head: true, class: "mono", cell: (t) => t.name, value: (t) => t.name, full: (t) => t.name },
    { key: "shape", title: "Shape", width: 16, class: "shape", cell: (t) => dims(t.shape) || "scalar", value: (t) => t.shape.reduce((a, b) => a * b, 1) },
    { key: "dtype", title: "Type", width: 9, cell: (t) => t.dtype, value: (t) => t.dtype },
    { key: "fate", title: "Fate", width: 12, cell: (t) => h("span", { class: `tag ${fateClass(t.fate)}` }, t.fate), value: (t) => t.fate },
    { key: "role", title: "As", width: 22, class: "mono", cell: (t) => t.role, value: (t) => t.role, full: (t) => t.role },
    { key: "reason", title: "Why", width: 44, cell: (t) => t.reason, value: (t) => t.reason, full: (t) => t.reason || null },
    { key: "file", title: "File", width: 24, class: "mono", cell: (t) => t.file, value: (t) => t.file, full: (t) => t.file },
  ];
  let table = null;
  table = new VirtualTable({
    host: byId("tensor-table"), id: "tx", columns, sort: "", caption: "Every tensor of the files and what became of it",
    onSort: (sort) => table.setSort(sort),
  });
  drawTensorControls();
  subscribe((changed) => { if (changed.has("tq") || changed.has("fate")) showTensors(table); });
  showTensors(table);
  return table;
}

function fateClass(fate) {
  return { analysed: "good", alias: "good", skipped: "bad" }[fate] || "plain";
}

function drawTensorControls() {
  const model = DOC.models[STATE.model];
  if (!model) return;
  const fates = new Map();
  for (const t of model.tensors) fates.set(t.fate, (fates.get(t.fate) || 0) + 1);
  const search = h("input", { type: "search", value: STATE.tq, spellcheck: "false", autocomplete: "off", oninput: () => update({ tq: search.value }) });
  fill("tensor-controls",
    h("label", { class: "field grow" }, h("span", null, "Filter by name, role or reason"), search),
    select("Fate", [["", "all"], ...[...fates].sort().map(([f, n]) => [f, `${f} (${n})`])], STATE.fate, (fate) => update({ fate })),
    h("output", { id: "tensor-count", class: "count" }));
}

function showTensors(table) {
  const model = DOC.models[STATE.model];
  if (!model) return;
  const words = STATE.tq.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = model.tensors.filter((t) => (!STATE.fate || t.fate === STATE.fate) &&
    words.every((w) => `${t.name} ${t.role} ${t.reason} ${t.file} ${t.dtype}`.toLowerCase().includes(w)));
  table.setRows(rows);
  byId("tensor-count").textContent = `${count(rows.length)} of ${plural(model.tensors.length, "tensor")}`;
}

function drawFormulas() {
  fill("formula-list",
    h("p", { class: "muted" }, "W is d_in × d_out and acts on row vectors, y = x·W. σ₁ ≥ … ≥ σᵣ are its singular values, λᵢ = σᵢ², pᵢ = σᵢ/Σσ, qᵢ = λᵢ/Σλ; logarithms are natural."),
    h("dl", { class: "formulas" }, DOC.metrics.map((info) => h("div", { id: `f-${info.name}`, tabindex: -1 },
      h("dt", null, info.title, " ", h("code", null, info.name), info.unit ? h("span", { class: "muted" }, ` ${info.unit}`) : null),
      h("dd", { class: "formula" }, formula(info.formula)), h("dd", null, info.doc), h("dd", { class: "muted" }, info.ref)))));
}

function drawColophon() {
  fill("colophon",
    h("p", null, "Singular values in this page carry ", DOC.coarse ? "three" : "seven", " significant digits and directions three; report.json beside it has every digit, and metrics.csv, spectra.csv and tensors.csv the same numbers as plain text. An em dash stands where a measure has no value. Point at a number to see it in full."),
    h("p", null, "The page is complete in itself: it loads nothing and sends nothing. Charts are drawn by uPlot (MIT licence, its text in the source of this page); colours follow viridis and Okabe & Ito."));
}
