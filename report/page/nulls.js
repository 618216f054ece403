// nulls.js: noiseBand, nullOf, shownValue, shownText, shownSelect, nullLines, tintScale: a measure beside what chance gives.

const SHOWN = [["value", "value"], ["share", "share of noise"], ["z", "z"], ["q", "q"]];
const SURE = 1e-5; // q from which a cell is as deep as it gets
const FAR = 1000; // z from which a cell of the table is

// nullOf returns {mean, sd, share, z, q} of a measure of m, or null.
function nullOf(m, name) {
  const at = DOC.judgedPlace.get(name);
  if (at === undefined || !m.nulls) return null;
  const [mean, sd, share, z, q] = m.nulls.slice(5 * at, 5 * at + 5);
  return isDefined(mean) ? { mean, sd, share, z, q } : null;
}

// noiseBand returns {low, high}, between which 95 % of noise of m's shape and
// norm lies at each index, or null.
function noiseBand(m) {
  if (m.band === undefined) return null;
  if (!m.band_) {
    const norm = Math.hypot(...sigma(m));
    const { low, high } = DOC.bands[m.band];
    m.band_ = { low: low.map((v) => v * norm), high: high.map((v) => v * norm) };
  }
  return m.band_;
}

// bandNote explains the bands of a figure.
function bandNote(matrices) {
  const own = matrices.filter((m) => m.band !== undefined);
  const band = own.length ? `Band: 95 % of noise of the same kind, shape and norm (${plural(Math.min(...own.map((m) => DOC.bands[m.band].draws)), "draw")}). ` : "";
  return band + (matrices.some((m) => m.signal && m.signal.rank) ? `Dot: the last σ over noise at q ≤ ${SIGNIFICANT}.` : "");
}

// shownValue is the quantity on show: the measure itself, or where it stands.
function shownValue(m, name) {
  if (STATE.show === "value") return metricValue(m, name);
  const n = nullOf(m, name);
  return n ? n[STATE.show] : null;
}

function shownText(x) {
  if (STATE.show === "z") return zText(x);
  if (STATE.show === "share") return percent(x);
  return STATE.show === "q" ? short(x) : number(x);
}

// shownSelect offers the quantities, where anything has a null.
function shownSelect() {
  return DOC.judged.length > 0 && select("Shown", SHOWN, STATE.show, (show) => update({ show }));
}

// nullLines says in words where a measure of m stands.
function nullLines(m, name) {
  const n = nullOf(m, name);
  if (!n) return [];
  const noise = `noise of its kind and shape gives ${spreadText(metricInfo(name), n)}`;
  const place = [isDefined(n.share) && `${percent(n.share)} of that`, isDefined(n.z) && `z = ${zText(n.z)}`, isDefined(n.q) && `q = ${brief(n.q)}`];
  return [noise, place.filter(Boolean).join(" · ")];
}

// spreadText writes a null: mean ± sd, by a factor where z is of logarithms.
function spreadText(info, n) {
  if (!(n.sd > 0)) return short(n.mean);
  return info.null === "log" ? `${short(n.mean)} ×÷ ${brief(Math.exp(n.sd))}` : `${short(n.mean)} ± ${brief(n.sd)}`;
}

// tintScale colours cells of z and q: blue above noise, orange below, deeper
// the further (by "z") or the surer (by "q"; over 0.05 there is no colour).
// top is the z of the deepest.
function tintScale(by, top) {
  const depth = (n) => {
    if (by === "z") return Math.min(1, Math.asinh(Math.abs(n.z) / 2) / Math.asinh(top / 2));
    if (!isDefined(n.q) || n.q > SIGNIFICANT) return 0;
    const sure = Math.log(n.q / SIGNIFICANT) / Math.log(SURE / SIGNIFICANT);
    return 0.3 + 0.7 * Math.min(1, sure);
  };
  const paint = (n) => (n && isDefined(n.z) ? { class: n.z < 0 ? "neg" : "pos", style: { "--t": `${Math.round(100 * depth(n))}%` } } : {});
  return { by, top, paint };
}

// tintLegend explains a tintScale, as a legend of legend.js.
function tintLegend(scale, info) {
  const what = info ? `${info.title}: ` : "";
  if (scale.by === "z") return zRamp(scale.top, `${what}z against noise of the same kind, shape and scale, asinh scale`);
  const samples = [["neg", 1, "below noise"], ["pos", 0, `q > ${SIGNIFICANT}`], ["pos", 1, "above noise"]].map(([side, t, text]) => ({ side, t: `${100 * t}%`, text }));
  return { samples, text: `${what}coloured where q ≤ ${SIGNIFICANT}, deeper down to q = ${brief(SURE)}` };
}

// tinted is a cell of the table, coloured by where its measure stands.
function tinted(m, name) {
  const text = shownText(shownValue(m, name));
  const paint = tintScale(STATE.show === "q" ? "q" : "z", FAR).paint(nullOf(m, name));
  return paint.class ? h("span", { class: `tint ${paint.class}`, style: paint.style }, text) : text;
}
