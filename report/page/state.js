// state.js: STATE, FIELDS, update, subscribe, readFragment; the kinds of field (oneOf, someOf, freeText, numberText).
//
// A reader who copies the address copies what is on the screen: the open
// matrix, the measure, filters, sorting, scales, colours and the spectra on
// show. The address may come from anyone: each field admits what the page
// itself could have written, and what it does not admit is left out.

const MAX_FRAGMENT = 32768; // characters; a longer one was not written here
const MAX_TEXT = 200; // characters of a filter
const MAX_LIST = 512; // parts of a list

// A field is {initial, format, parse, valid}: parse gives a value or undefined,
// valid(value) asks what only the document knows, after the fields before it.

function freeText(initial = "") {
  return { initial, format: (v) => v, parse: (t) => (t.length <= MAX_TEXT ? t : undefined) };
}

// oneOf admits the values that list() gives.
function oneOf(initial, list) {
  return { initial, format: String, parse: (t) => t, valid: (v) => list().includes(v) };
}

// someOf is a list of what known(part) admits, at most `most` of them.
function someOf(initial, known, most = MAX_LIST) {
  return {
    initial, many: true, format: (v) => v.map(encodeURIComponent).join(","),
    parse: (t) => (t ? [...new Set(t.split(",", MAX_LIST).map(decodeURIComponent))].filter(known).slice(0, most) : []),
  };
}

// numberText is a number as typed, or nothing.
function numberText() {
  return { initial: "", format: (v) => v, parse: (t) => (t.length < 40 && /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(t) && Number.isFinite(Number(t)) ? t : undefined) };
}

// ranges is a list of up to two pairs of numbers, each ascending.
function ranges() {
  const parse = (t) => {
    const list = t ? t.split(",", 5).map(Number) : [];
    const good = list.length < 5 && list.length % 2 === 0 && list.every((v, i) => Number.isFinite(v) && (i % 2 === 0 || v > list[i - 1]));
    return good ? list : undefined;
  };
  return { initial: [], many: true, format: (v) => v.map((x) => Number(x.toPrecision(5))).join(","), parse };
}

const sortable = (names) => () => names().flatMap((n) => [n, `-${n}`]);
const metricNames = () => DOC.metrics.map((m) => m.name);
const isMetric = (name) => DOC.metricIndex.has(name);

const FIELDS = {
  theme: oneOf("", () => ["light", "dark"]),
  model: { initial: 0, format: String, parse: (t) => (/^\d{1,6}$/.test(t) && Number(t) < DOC.models.length ? Number(t) : undefined) },
  open: oneOf("", () => DOC.matrices.map((m) => m.key)),
  metric: oneOf(defaultMetric(), metricNames),
  tint: oneOf("auto", () => ["linear", "log", ...(DOC.judged.length ? ["z", "q"] : [])]),
  show: oneOf("value", () => (DOC.judged.length ? SHOWN.map(([name]) => name) : [])),
  parts: oneOf("", () => ["1"]),
  q: freeText(),
  role: oneOf("", () => rolesIn(ofModel(STATE.model))),
  layer: oneOf("", () => ["none", ...layersIn(ofModel(STATE.model)).map(String)]),
  head: oneOf("", () => ["none", ...headsIn(ofModel(STATE.model)).map(String)]),
  within: oneOf("", metricNames), // measure that rows are filtered by
  least: numberText(),
  most: numberText(),
  kinds: someOf(["whole", "circuit"], (k) => GROUPS.some(([g]) => g === k)),
  cols: someOf(defaultColumns(), isMetric),
  sort: oneOf("label", sortable(() => ["label", "shape", "dtype", ...metricNames()])),
  preset: oneOf(defaultPreset(), () => presetOptions().map(([v]) => v)),
  sel: someOf([], (key) => Boolean(byKey(key)), MAX_OVERLAY),
  y: oneOf("log", () => ["linear"]),
  x: oneOf("index", () => ["share"]),
  xs: oneOf("linear", () => ["log"]),
  zoom: ranges(), // of x, or of x and y
  tq: freeText(),
  fate: freeText(),
  dq: freeText(),
  dside: oneOf("", () => ["in", "out"]),
  djudge: oneOf("", () => ["q", "p", "unstable"]),
  dsort: oneOf("q", sortable(() => ["label", "index", "side", "sigma", "stable", "coherence", "p", "q"])),
  comp: oneOf("", () => ["Q", "K", "V"]),
  wide: oneOf("", () => ["1"]),
};

const STATE = {};
const listeners = [];

function defaultMetric() {
  return isMetric("effective_rank") ? "effective_rank" : DOC.metrics.length ? DOC.metrics[0].name : "";
}

function defaultColumns() {
  const usual = ["spectral_norm", "frobenius_norm", "condition_number", "effective_rank", "effective_rank_energy",
    "stable_rank", "rank_90", "gavish_donoho_rank", "signal_rank"].filter(isMetric);
  return usual.length ? usual : metricNames().slice(0, 8);
}

// defaultPreset shows the first role that several layers have, or else one layer.
function defaultPreset() {
  const whole = ofModel(0).filter((m) => m.group === "whole" && m.layer !== null);
  const layers = layersIn(whole);
  if (layers.length > 1) return `role:${rolesIn(whole)[0]}`;
  return layers.length ? `layer:${layers[0]}` : "free:";
}

// subscribe calls f with the set of changed fields after each update.
function subscribe(f) {
  listeners.push(f);
}

function update(patch) {
  const changed = new Set(Object.keys(patch).filter((k) => patch[k] !== STATE[k]));
  if (!changed.size) return;
  Object.assign(STATE, patch);
  for (const f of listeners) f(changed);
  writeFragment();
}

// readFragment sets STATE from the address, by default where it says nothing
// or nothing that is admitted.
function readFragment() {
  const given = splitFragment(location.hash.slice(1));
  for (const [name, field] of Object.entries(FIELDS)) {
    STATE[name] = field.initial;
    const value = given.has(name) ? parseField(field, given.get(name)) : undefined;
    if (value !== undefined && (!field.valid || field.valid(value))) STATE[name] = value;
  }
}

// splitFragment reads a=b&c=d into a map of texts, still encoded.
function splitFragment(text) {
  if (text.length > MAX_FRAGMENT) return new Map();
  return new Map(text.split("&").filter((p) => p.includes("=")).map((p) => splitOnce(p, "=")));
}

function parseField(field, text) {
  try {
    return field.parse(field.many ? text : decodeURIComponent(text));
  } catch { return undefined; } // not the encoding of any text
}

// formatFragment writes what differs from the defaults.
function formatFragment(state) {
  const parts = [];
  for (const [name, field] of Object.entries(FIELDS)) {
    const text = field.format(state[name]);
    if (text !== field.format(field.initial)) parts.push(`${name}=${field.many ? text : encodeURIComponent(text)}`);
  }
  return parts.join("&");
}

function writeFragment() {
  const text = formatFragment(STATE);
  try {
    history.replaceState(null, "", text ? `#${text}` : location.href.split("#")[0]);
  } catch { /* some browsers refuse this on files: the page works without */ }
}

function splitOnce(text, by) {
  const at = text.indexOf(by);
  return [text.slice(0, at), text.slice(at + by.length)];
}
