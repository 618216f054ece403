// selection.js: selection, isSelected, setSelection, toggleSelected, openMatrix: the spectra on show and the matrix that is open.

const MAX_OVERLAY = 64; // more lines than that are a texture, not a comparison

// selection lists the matrices whose spectra are on show.
function selection() {
  const [kind, value] = splitOnce(STATE.preset, ":");
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

let selectedCache = { key: "", ids: new Set() };

// isSelected says whether m is on show; the set is kept while nothing it
// depends on changes.
function isSelected(m) {
  const key = `${STATE.model}|${STATE.preset}|${STATE.sel.join(",")}`;
  if (selectedCache.key !== key) selectedCache = { key, ids: new Set(selection().map((o) => o.id)) };
  return selectedCache.ids.has(m.id);
}

// presetOptions lists [preset, words].
function presetOptions() {
  const own = ofModel(STATE.model);
  const whole = own.filter((m) => m.group === "whole" && m.layer !== null);
  const layers = layersIn(whole);
  const several = (line) => layersIn(whole.filter((m) => m.line === line)).length > 1;
  const headed = [...own].filter((m) => m.group === "circuit" && m.layer !== null).sort(inOrder());
  const options = [
    ...rolesIn(whole).filter(several).map((r) => [`role:${r}`, `${r}, every layer`]),
    ...layers.map((l) => [`layer:${l}`, `Layer ${l}, every role`]),
    ...[...new Set(headed.map((m) => `L${m.layer}.${m.line}`))].map((p) => [`heads:${p}`, `${p}, every head`]),
  ];
  if (DOC.models.length > 1) {
    options.push(...whole.map((m) => [`models:${m.label}`, `${m.label}, every model`]));
  }
  return [["free:", "chosen by hand"], ...options];
}

// setSelection and toggleSelected change the selection by hand: the preset
// then gives way to a list.
function setSelection(matrices) {
  update({ preset: "free:", sel: matrices.slice(0, MAX_OVERLAY).map((m) => m.key) });
}

function addSelected(matrices) {
  const now = selection();
  const all = [...new Set([...now, ...matrices])];
  if (all.length > MAX_OVERLAY) announce(`At most ${MAX_OVERLAY} spectra can be overlaid.`);
  if (all.length > now.length) setSelection(all);
}

function toggleSelected(m) {
  const now = selection();
  if (now.includes(m)) setSelection(now.filter((o) => o !== m));
  else addSelected([m]);
}

function openMatrix(m) {
  update({ open: m ? m.key : "" });
}
