// data.js: DOC, the document of this page, with what its views need worked out.
//
// The embedded data are report.json's, except that names are made safe to
// show, singular values are shares of the largest, and directions lists of
// rounded numbers (readings.js). They are deflated, and most numbers stand in
// columns behind the JSON (page_pack.go).

const ROLE_ORDER = ["W_E", "W_pos", "W_Q", "W_K", "W_V", "W_O", "W_in", "W_gate", "W_out", "W_QK", "W_OV", "W_U"];

const GROUPS = [
  ["whole", "Whole matrices"],
  ["circuit", "Circuits (OV, QK)"],
  ["part", "Per-head parts"],
];

const DOC = await loadDocument().catch(notDrawn);

async function loadDocument() {
  const bytes = await inflate(JSON.parse(byId("data").textContent));
  byId("data").remove(); // as large as all the rest
  const [size, ...lengths] = new Uint32Array(bytes.buffer, 0, 5);
  let at = 20;
  const take = (n) => bytes.subarray(at, at += n);
  const doc = JSON.parse(new TextDecoder().decode(take(size)));
  [doc.shares, doc.ids, doc.scores] = lengths.slice(0, 3).map((n) => column(take(4 * n)));
  doc.odd = [...new Float64Array(take(8 * lengths[3]).slice().buffer)].map((x) => (isFinite(x) ? x : null));
  doc.metricIndex = new Map(doc.metrics.map((m, i) => [m.name, i]));
  doc.judgedPlace = new Map(doc.judged.map((metric, i) => [doc.metrics[metric].name, i]));
  for (const m of doc.models) m.own = [];
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
  doc.models[m.model].own.push(m);
}

// lineOf is a label without its layer and head: the line of a map it stands
// on, such as W_Q, or E5.W_in in a mixture of experts.
function lineOf(m) {
  let line = m.label;
  if (m.layer !== null) line = line.replace(`L${m.layer}.`, "");
  if (m.head !== null) line = line.replace(/\.H\d+$/, "");
  return line;
}

// inflate returns the bytes that were deflated and written in base64.
async function inflate(base64) {
  const text = atob(base64);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// column joins four planes of bytes, the lowest first, into numbers.
function column(planes) {
  const n = planes.length / 4;
  const out = new Uint32Array(n);
  for (let i = 0; i < n; i++) out[i] = planes[i] | planes[n + i] << 8 | planes[2 * n + i] << 16 | planes[3 * n + i] << 24;
  return out;
}

// difference is what a packed difference of either sign stands for.
function difference(packed) {
  return (packed >>> 1) ^ -(packed & 1);
}

// sigma returns the singular values of m, descending, to seven digits or, on
// the page of a large model, to 0.04 %.
function sigma(m) {
  if (m.values_ === undefined) m.values_ = unpackSigma(m.shares, m.sigma1);
  return m.values_;
}

// unpackSigma reads shares as float32 or as 1024ths of an octave, the last
// step meaning 0.
function unpackSigma([at, n], first) {
  if (!DOC.coarse) return Float64Array.from(new Float32Array(DOC.shares.buffer, 4 * at, n), (share) => share * first);
  let step = 0;
  return Float64Array.from(DOC.shares.subarray(at, at + n), (packed) => {
    step += difference(packed);
    return step === 0xffff ? 0 : first * 2 ** (-step / 1024);
  });
}

// scoredAt returns n tokens with their scores, from a place in the columns on.
function scoredAt(at, n) {
  let code = 0;
  return Array.from({ length: n }, (_, i) => {
    code += difference(DOC.scores[at + i]);
    const id = DOC.ids[at + i];
    return { id: id >>> 1, score: decimal(code), under: (id & 1) === 1 };
  });
}

const TENS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`)); // 10 ** i may be off by a bit

// decimal is the number that a code stands for.
function decimal(code) {
  if (code & (1 << 27)) return DOC.odd[code & ~(1 << 27)];
  const exponent = (code >> 20 & 63) - 22;
  const size = exponent < 0 ? (code & 0xfffff) / TENS[-exponent] : (code & 0xfffff) * TENS[exponent];
  return code & (1 << 26) ? -size : size;
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

// ofModel lists a model's matrices in the order of the report.
function ofModel(model) {
  return DOC.models[model] ? [...DOC.models[model].own] : [];
}

// matrixAt is the matrix of a model on a line of its maps, or null.
function matrixAt(model, line, layer, head) {
  const known = DOC.models[model];
  known.places ||= new Map(known.own.map((m) => [`${m.line},${m.layer},${m.head}`, m]));
  return known.places.get(`${line},${layer},${head}`) || null;
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
