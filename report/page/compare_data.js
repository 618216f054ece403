// compare_data.js: what the page of a comparison knows beside the document:
// changeOf, pairOf, seriesOf.
//
// The document's matrices are ΔW of every pair of checkpoints and its models
// the pairs, so that tables, maps and directions are drawn as for a model.

if (DOC.compare.pairs.length) FIELDS.sort.initial = "-rel_change";
FIELDS.rank = oneOf("rel_change", metricNames); // measure that What changed most is ordered by
FIELDS.tm = oneOf("", () => DOC.compare.track.measures.map((m) => m.name)); // measure of the trajectories

DOC.matrices.forEach((m, i) => { m.change = DOC.compare.changes[i]; });

function pairOf(m) {
  return DOC.compare.pairs[m.model];
}

// changeSeries returns the three spectra of a change as the chart takes them.
// Floors are that of ΔW alone.
function changeSeries(m) {
  if (!m.series_) {
    const pair = pairOf(m);
    const none = { dtype: null, method: null };
    const side = (s, name) => ({ ...s, label: name, name, floor: none, layer: null, head: null, line: name });
    m.series_ = [side(m.change.before, `${pair.before}`), side(m.change.after, `${pair.after}`),
      { shares: m.shares, sigma1: m.sigma1, label: "ΔW", name: "ΔW", floor: m.floor, layer: null, head: null, line: "ΔW" }];
  }
  return m.series_;
}

function isChanged(m) {
  return !m.error && m.sigma1 > 0;
}
