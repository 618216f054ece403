// state.js: STATE, update, subscribe, selection; the state lives in the fragment.
//
// A reader who copies the address copies what is on the screen: the open
// matrix, the measure, filters, sorting and the spectra on show.

const MAX_OVERLAY = 64; // more lines than that are a texture, not a comparison

// A field is [default, to text, from text].
const asText = [(v) => v, (t) => t];
const asList = [(v) => v.map(encodeURIComponent).join(","), (t) => (t ? t.split(",").map(decodeURIComponent) : [])];
const FIELDS = {
  model: [0, String, (t) => Math.min(Math.max(0, Number(t) | 0), Math.max(0, DOC.models.length - 1))],
  open: ["", ...asText],
  metric: [defaultMetric(), ...asText],
  tint: ["auto", ...asText],
  show: ["value", ...asText],
  parts: ["", ...asText],
  q: ["", ...asText],
  role: ["", ...asText],
  layer: ["", ...asText],
  kinds: [["whole", "circuit"], ...asList],
  cols: [defaultColumns(), ...asList],
  sort: ["label", ...asText],
  preset: [defaultPreset(), ...asText],
  sel: [[], ...asList],
  y: ["log", ...asText],
  x: ["index", ...asText],
  xs: ["linear", ...asText],
  tq: ["", ...asText],
  fate: ["", ...asText],
  dq: ["", ...asText],
  dside: ["", ...asText],
  djudge: ["", ...asText],
  dsort: ["q", ...asText],
  comp: ["", ...asText],
  wide: ["", ...asText],
};

const STATE = {};
const listeners = [];

function defaultMetric() {
  return DOC.metricIndex.has("effective_rank") ? "effective_rank" : DOC.metrics.length ? DOC.metrics[0].name : "";
}

function defaultColumns() {
  const usual = ["spectral_norm", "frobenius_norm", "condition_number", "effective_rank", "effective_rank_energy",
    "stable_rank", "rank_90", "gavish_donoho_rank", "signal_rank"].filter((n) => DOC.metricIndex.has(n));
  return usual.length ? usual : DOC.metrics.slice(0, 8).map((m) => m.name);
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

function readFragment() {
  const given = new Map(location.hash.slice(1).split("&").filter((p) => p.includes("=")).map((p) => {
    const at = p.indexOf("=");
    return [p.slice(0, at), p.slice(at + 1)];
  }));
  for (const [name, [initial, , parse]] of Object.entries(FIELDS)) {
    STATE[name] = initial;
    if (!given.has(name)) continue;
    try {
      STATE[name] = parse(parse === asList[1] ? given.get(name) : decodeURIComponent(given.get(name)));
    } catch { /* a damaged address: keep the default */ }
  }
  if (!DOC.metricIndex.has(STATE.metric)) STATE.metric = FIELDS.metric[0];
  if (!DOC.judged.length || !SHOWN.some(([name]) => name === STATE.show)) STATE.show = "value";
  STATE.cols = STATE.cols.filter((c) => DOC.metricIndex.has(c));
}

function writeFragment() {
  const parts = [];
  for (const [name, [initial, format]] of Object.entries(FIELDS)) {
    const text = format(STATE[name]);
    if (text === format(initial)) continue;
    parts.push(`${name}=${Array.isArray(initial) ? text : encodeURIComponent(text)}`);
  }
  const target = parts.length ? `#${parts.join("&")}` : location.href.split("#")[0];
  try {
    history.replaceState(null, "", target);
  } catch { /* some browsers refuse this on files: the page works without */ }
}

// selection lists the matrices whose spectra are on show.
function selection() {
  const [kind, value] = splitOnce(STATE.preset);
  const own = ofModel(STATE.model);
  const whole = own.filter((m) => m.group !== "part");
  let list;
  if (kind === "role") list = own.filter((m) => m.line === value && m.head === null && m.layer !== null);
  else if (kind === "layer") list = whole.filter((m) => String(m.layer) === value && m.group === "whole");
  else if (kind === "heads") list = own.filter((m) => m.layer !== null && `L${m.layer}.${m.line}` === value && m.head !== null);
  else if (kind === "models") list = DOC.matrices.filter((m) => m.label === value);
  else list = STATE.sel.map(byKey).filter(Boolean);
  return list.slice(0, MAX_OVERLAY);
}

function splitOnce(text) {
  const at = text.indexOf(":");
  return [text.slice(0, at), text.slice(at + 1)];
}

// select… change the selection by hand: the preset then gives way to a list.
function setSelection(matrices) {
  update({ preset: "free:", sel: matrices.slice(0, MAX_OVERLAY).map((m) => m.key) });
}

function toggleSelected(m) {
  const now = selection();
  const without = now.filter((o) => o !== m);
  if (without.length === now.length && now.length >= MAX_OVERLAY) {
    announce(`At most ${MAX_OVERLAY} spectra can be overlaid.`);
    return;
  }
  setSelection(without.length < now.length ? without : [...now, m]);
}

function openMatrix(m) {
  update({ open: m ? m.key : "" });
}
