// data.js: DOC, the document of this page, with what its views need worked out.
//
// The embedded data are report.json's, except that names are made safe to
// show, singular values are packed as shares of the largest, and directions as
// lists of rounded numbers (readings.js).

const ROLE_ORDER = ["W_E", "W_pos", "W_Q", "W_K", "W_V", "W_O", "W_in", "W_gate", "W_out", "W_QK", "W_OV", "W_U"];

const GROUPS = [
  ["whole", "Whole matrices"],
  ["circuit", "Circuits (OV, QK)"],
  ["part", "Per-head parts"],
];

const DOC = loadDocument();

function loadDocument() {
  const doc = JSON.parse(byId("data").textContent);
  doc.metricIndex = new Map(doc.metrics.map((m, i) => [m.name, i]));
  doc.judgedPlace = new Map(doc.judged.map((metric, i) => [doc.metrics[metric].name, i]));
  doc.matrices.forEach((m, i) => prepare(m, i, doc));
  return doc;
}

function prepare(m, id, doc) {
  m.id = id;
  m.group = m.kind === "product" ? "circuit" : m.head === null ? "whole" : "part";
  m.line = lineOf(m);
  m.key = doc.models.length > 1 ? `${m.model}:${m.label}` : m.label;
  m.name = doc.models.length > 1 ? `${doc.models[m.model].name} · ${m.label}` : m.label;
  m.text = [m.label, m.dtype, m.in, m.out, ...m.tensors].join(" ").toLowerCase();
}

// lineOf is a label without its layer and head: the line of a map it stands
// on, such as W_Q, or E5.W_in in a mixture of experts.
function lineOf(m) {
  let line = m.label;
  if (m.layer !== null) line = line.replace(`L${m.layer}.`, "");
  if (m.head !== null) line = line.replace(new RegExp(`\\.H${m.head}$`), "");
  return line;
}

// sigma returns the singular values of m, descending, to seven digits or, on
// the page of a large model, to 0.04 %.
function sigma(m) {
  if (m.values_ === undefined) m.values_ = unpack(m.shares, m.sigma1);
  return m.values_;
}

function unpack(base64, first) {
  const text = atob(base64);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const view = new DataView(packed.buffer);
  if (DOC.coarse) return unpackCoarse(view, first);
  const out = new Float64Array(packed.length / 4);
  for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(4 * i, true) * first;
  return out;
}

// unpackCoarse reads shares as 1024ths of an octave, the last step meaning 0.
function unpackCoarse(view, first) {
  const out = new Float64Array(view.byteLength / 2);
  for (let i = 0; i < out.length; i++) {
    const steps = view.getUint16(2 * i, true);
    out[i] = steps === 0xffff ? 0 : first * 2 ** (-steps / 1024);
  }
  return out;
}

function metricValue(m, name) {
  const v = m.values[DOC.metricIndex.get(name)];
  return v === undefined ? null : v;
}

function metricInfo(name) {
  return DOC.metrics[DOC.metricIndex.get(name)];
}

// metricTip explains a measure in three lines.
function metricTip(info) {
  const unit = info.unit ? ` [${info.unit}]` : "";
  return [info.title + unit, info.formula, info.doc, info.ref].join("\n");
}

function ofModel(model) {
  return DOC.matrices.filter((m) => m.model === model);
}

function byKey(key) {
  return DOC.matrices.find((m) => m.key === key);
}

// rolesIn lists the lines of matrices, the field's order first, each once.
function rolesIn(matrices) {
  const rank = (line) => {
    const i = ROLE_ORDER.indexOf(line.slice(line.lastIndexOf(".") + 1));
    return i < 0 ? ROLE_ORDER.length : i;
  };
  return [...new Set(matrices.map((m) => m.line))].sort((a, b) => rank(a) - rank(b) || naturally(a, b));
}

function layersIn(matrices) {
  return [...new Set(matrices.map((m) => m.layer).filter((l) => l !== null))].sort((a, b) => a - b);
}

function headsIn(matrices) {
  return [...new Set(matrices.map((m) => m.head).filter((x) => x !== null))].sort((a, b) => a - b);
}

// inOrder compares matrices as a reader would list them: those without a
// layer first, then by layer, line and head.
function inOrder() {
  const place = new Map(rolesIn(DOC.matrices).map((line, i) => [line, i]));
  const at = (x) => (x === null ? -1 : x);
  return (a, b) => a.model - b.model || at(a.layer) - at(b.layer) ||
    place.get(a.line) - place.get(b.line) || at(a.head) - at(b.head) || a.id - b.id;
}
