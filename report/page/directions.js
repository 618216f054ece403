// directions.js: the directions of one matrix, beside its spectrum.

const SIDE_WORDS = { embed: "through W_E", unembed: "through W_U" };

// directionList returns the cards of m's directions, those that share a block
// under one bracket, or nothing where none were asked for.
function directionList(m) {
  const all = directionsOf(m);
  if (!all.length) return null;
  const stable = all.filter((d) => d.stable).length;
  return h("section", { class: "directions", "aria-label": `Directions of ${m.label}` },
    h("h3", null, "Directions"),
    m.heading && h("p", { class: "note" }, `${m.heading}.`),
    h("p", { class: "muted note" }, `${plural(all.length, "direction")} of ${count(sigma(m).length)}, ${stable === all.length ? "all" : count(stable)} stable under rounding to ${m.dtype}. `,
      "Of either side the sharper pole comes first; blue is positive, orange negative, deeper is stronger. † marks under-trained tokens. Strips show coherence over the band of chance, ± 2 sd. Index counts from 0, as in all data; σ₁ is that of index 0.",
      cutNote()),
    groupByBlock(m, all).flatMap((g) => (g.block ? blockGroup(m, g) : g.list.map(directionCard))));
}

function cutNote() {
  if (!DOC.tokens_shown) return null;
  const fewer = DOC.directions_shown ? ` and ${plural(DOC.directions_shown, "direction")} of a matrix` : "";
  return ` To keep this page small it shows ${plural(DOC.tokens_shown, "token")} of a pole${fewer}; report.json has them all.`;
}

// groupByBlock puts directions that share a block together, in order.
function groupByBlock(m, all) {
  const blocks = blocksOf(m);
  const groups = [];
  for (const d of all) {
    const shared = d.block[1] > d.block[0];
    const last = groups[groups.length - 1];
    if (shared && last && last.first === d.block[0]) last.list.push(d);
    else groups.push({ first: shared ? d.block[0] : null, list: [d], block: shared && (blocks.find((b) => b.first === d.block[0]) || { first: d.block[0], last: d.block[1], complete: false, in: [], out: [] }) });
  }
  return groups;
}

function blockGroup(m, { block, list }) {
  const name = `Directions ${block.first} to ${block.last} share a block`;
  return h("section", { class: "block", "aria-label": name },
    h("p", { class: "block-head" }, h("strong", null, name), ": storage rounding cannot tell them apart, so each axis is arbitrary and only their span is defined."),
    list.map(directionCard),
    block.complete ? [leverageLine(m, list[0].in, block.in), leverageLine(m, list[0].out, block.out)]
      : h("p", { class: "muted note" }, "Not all of the block was computed, so the span has no readout; ask for more directions."));
}

// leverageLine says which tokens lie in the span of a block, whatever its axes.
function leverageLine(m, r, list) {
  if (!list.length) return null;
  const top = Math.max(...list.map((l) => l.leverage));
  return h("div", { class: "side" }, h("p", { class: "side-head" }, h("strong", null, r.side === "in" ? "In span" : "Out span"), " leverage, and excess over chance"),
    h("ul", { class: "chips" }, list.map((l) => h("li", {
      class: "tok pos", style: { "--t": `${Math.round((100 * l.leverage) / (top || 1))}%` },
      "data-tip": `${itemText(r, l.id)}\n${itemWord(r)} ${l.id} · leverage ${number(l.leverage)}, ${number(l.excess)} over chance`,
    }, h("bdi", null, itemText(r, l.id)), h("span", { class: "share" }, ` ${brief(l.leverage)} (${l.excess < 0 ? "" : "+"}${brief(l.excess)})`)))));
}

function directionCard(d) {
  return h("article", { class: d.stable ? "direction" : "direction unstable", "aria-label": `Direction ${d.index}` },
    h("header", null,
      h("h4", null, `index ${d.index}`),
      h("span", { title: exact(d.sigma) }, `σ${subscript(d.index + 1)} = ${number(d.sigma)}`),
      h("span", null, `${percent(d.energy)} of energy`),
      h("span", { class: d.stable ? "tag good" : "tag bad" }, d.stable ? "stable" : "⚠ not stable")),
    h("p", { class: "facts-line" }, `gap ${brief(d.gap)} · turned by rounding at most sin ${brief(d.angle)} · residual ${brief(d.residual)}`),
    h("div", { class: "sides" }, readingView(d.in), readingView(d.out)),
    pairList(d), sensitivityLine(d));
}

// readingView shows one side of a direction.
function readingView(r) {
  const sharp = sharperPole(r);
  const how = [r.space || "unknown space", SIDE_WORDS[r.readout]].filter(Boolean).join(", ");
  return h("div", { class: "side" },
    h("p", { class: "side-head" }, h("strong", null, r.side === "in" ? "In" : "Out"), ` ${how} · skew ${brief(r.skew)}${r.constant ? ` · constant ${brief(r.constant)}` : ""}`),
    r.note && h("p", { class: "muted note" }, r.note),
    r.judged && h("p", { class: "judged" }, nullStrip(r), h("span", null, judgedText(r)),
      isCoherent(r) && h("span", { class: "tag coherent" }, `coherent at q ≤ ${SIGNIFICANT}`)),
    r.curve.length ? curveFigure(r) : (r.positive.length || r.negative.length) ? [poleChips(r, sharp, true), poleChips(r, -sharp, false)] : null,
    overlapLine(r));
}

function judgedText(r) {
  return `coherence ${brief(r.coherence)} · chance ${brief(r.mean)} ± ${brief(r.sd)} · p ${brief(r.p)} · q ${brief(r.q)}`;
}

function overlapLine(r) {
  if (!r.others.length) return null;
  const list = r.others.map((o) => `${o.way.replace(/_/g, " ")} ${o.jaccard.toFixed(2)}`).join(" · ");
  return h("p", { class: "muted note", title: "Jaccard overlap of the tokens at both poles with other ways of reading this side" }, `overlap with ${list}`);
}

// pairList names the query and key tokens a direction of W_QK brings together.
function pairList(d) {
  if (!d.pairs.length) return null;
  const under = underTrained(d.m.model);
  const chip = (id) => h("span", { class: under.has(id) ? "tok plain under" : "tok plain", title: `token ${id}${under.has(id) ? ", under-trained" : ""}` },
    under.has(id) && "†", h("bdi", null, tokenText(d.m.model, id)));
  return h("div", { class: "side" }, h("p", { class: "side-head" }, h("strong", null, "Pairs"), " query looks at key, by score"),
    h("ul", { class: "pairs" }, d.pairs.map((p) => h("li", null, chip(p.query), h("span", null, h("span", { "aria-hidden": true }, " → "), h("span", { class: "unseen" }, " looks at ")), chip(p.key), h("span", { class: "muted" }, ` ${brief(p.score)}`)))));
}

function sensitivityLine(d) {
  if (!d.sensitivity.length) return null;
  return h("p", { class: "muted note" }, "Under other conventions: ", d.sensitivity.map((s) =>
    `${s.name}: ${s.match < 0 ? "no match" : `direction ${s.match}, turned ${brief(s.turned)}°, overlap ${brief(s.jaccard)}`}`).join(" · "));
}
