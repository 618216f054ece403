// readouts.js: the section on the readouts of all directions.

const TOP_TOKENS = 6; // tokens of the sharper pole in a row of the table

function startReadouts() {
  const show = () => {
    const model = DOC.models[STATE.model];
    const there = Boolean(model && model.vocabulary);
    showSection("directions", there);
    if (there) drawReadouts(model);
  };
  let table = null;
  const drawReadouts = (model) => {
    if (!table) table = readoutTable();
    drawReadoutHead(model);
    drawReadoutControls(table);
    showReadouts(table);
  };
  subscribe((changed) => {
    if (changed.has("model")) show();
    else if (!table) return;
    else if (changed.has("dsort")) table.setSort(STATE.dsort);
    else if (["dq", "dside", "djudge"].some((k) => changed.has(k))) showReadouts(table);
    else if (changed.has("open")) table.draw(true);
  });
  show();
}

// showSection shows or hides a section and the way to it.
function showSection(id, there) {
  byId(id).hidden = !there;
  document.querySelector(`.bar a[href="#${id}"]`).hidden = !there;
}

function readoutTable() {
  const order = new Map([...DOC.matrices].sort(inOrder()).map((m, i) => [m, i]));
  const wide = Math.max(8, ...DOC.matrices.filter((m) => m.directions).map((m) => m.label.length));
  const n = (key, title, width, value, tip) => ({ key, title, width, number: true, value, cell: (x) => short(value(x)), full: (x) => `${title} = ${number(value(x))}`, tip });
  return new VirtualTable({
    host: byId("readout-table"), id: "dx", printed: 60, sort: STATE.dsort, caption: "Every readout of a direction through the vocabulary. Enter opens its matrix.",
    open: (x) => openMatrix(x.m), isOpen: (x) => x.m.key === STATE.open, onSort: (dsort) => update({ dsort }),
    columns: [
      { key: "label", title: "Matrix", width: Math.min(wide, 30) + 4, head: true, class: "mono", value: (x) => order.get(x.m),
        cell: (x) => h("button", { type: "button", class: "link", tabindex: -1, onclick: () => openMatrix(x.m) }, x.m.label) },
      { key: "index", title: "Index", width: 8, number: true, value: (x) => -x.d.index, cell: (x) => String(x.d.index), tip: INDEX_TIP },
      { key: "side", title: "Side", width: 7, value: (x) => x.r.side, cell: (x) => (x.r.side === "in" ? "In" : "Out") },
      n("sigma", "σ", 10, (x) => x.d.sigma, "Singular value"),
      { key: "stable", title: "Stable", width: 9, value: (x) => (x.d.stable ? 1 : 0), tip: "Stable\nstorage rounding turns it by at most sin 0.1",
        cell: (x) => h("span", { class: x.d.stable ? "tag good" : "tag bad" }, x.d.stable ? "stable" : "not stable") },
      n("coherence", "Coherence", 12, (x) => x.r.coherence, "Coherence\nmean cosine of the sharper pole’s tokens about the mean of the vocabulary"),
      n("p", "p", 10, (x) => x.r.p, "p\nprobability of as much coherence by chance"),
      { ...n("q", "q", 12, (x) => x.r.q, "q\nBenjamini–Hochberg over all readouts of the model"),
        cell: (x) => [...(isCoherent(x.r) ? [h("span", { class: "dot", "aria-hidden": true }, "● "), h("span", { class: "unseen" }, "coherent ")] : []), short(x.r.q)] },
      { key: "tokens", title: "Sharper pole", width: 52, sortable: false, class: "toks", cell: tokenCells, full: (x) => topTokens(x).map((s) => itemText(x.r, s.id)).join("  ") },
    ],
  });
}

// topTokens leads the sharper pole, without under-trained tokens if it has
// others: coherence was judged without them.
function topTokens(x) {
  const all = poleItems(x.r, sharperPole(x.r));
  const trained = all.filter((s) => !s.under);
  return (trained.length ? trained : all).slice(0, TOP_TOKENS);
}

function tokenCells(x) {
  return topTokens(x).map((s) => h("span", { class: s.under ? "word under" : "word" }, s.under && "†", h("bdi", null, itemText(x.r, s.id))));
}

// drawReadoutHead says how many readouts mean something, beside how many
// would seem to by chance.
function drawReadoutHead(model) {
  const v = model.vocabulary;
  const [found, chance] = v.heading.split("; ");
  fill("directions-lead", h("p", { class: "figures" },
    h("strong", null, found), chance && `; ${chance}`, "."),
  h("p", { class: "muted" }, v.readouts ? `Each side that is read through tokens is a test of its own. Coherence is the mean cosine of the leading tokens of the sharper pole, judged against ${plural(v.draws, "random direction")}, as many of the model’s own with new signs, and token sets of like norm (seed ${v.seed}). ` : null,
    DOC.options.convention ? `Convention: ${DOC.options.convention}${DOC.options.biases ? ", circuits with their biases" : ""}.` : null, v.tokens ? null : " There is no tokenizer: tokens are shown as numbers in brackets.", cutNote()),
  underList(v));
}

const MOST_UNDER = 2000;

function underList(v) {
  const total = v.undertrained.reduce((sum, g) => sum + g.tokens.length / 2, 0);
  if (!total) return h("p", { class: "muted" }, "No token of the vocabulary looks under-trained.");
  return h("details", { class: "data" }, h("summary", null, `${plural(total, "under-trained token")}, left out of coherence and its null`),
    v.undertrained.map((g) => h("div", null,
      h("p", { class: "side-head" }, h("strong", null, g.table), ` found by ${g.reason}, ${count(g.tokens.length / 2)}`),
      h("ul", { class: "chips" }, chunks(g.tokens, 2).slice(0, MOST_UNDER).map(([id, score]) =>
        h("li", { class: "tok plain", "data-tip": `${tokenText(STATE.model, id)}\ntoken ${id} · score ${number(score)}` }, h("bdi", null, tokenText(STATE.model, id))))),
      g.tokens.length / 2 > MOST_UNDER && h("p", { class: "muted" }, `The first ${count(MOST_UNDER)}; report.json has all.`))));
}

function drawReadoutControls(table) {
  const search = h("input", { type: "search", value: STATE.dq, placeholder: "L*.W_OV.H*   thee", spellcheck: "false", autocomplete: "off", oninput: () => update({ dq: search.value }) });
  fill("directions-controls",
    h("label", { class: "field grow" }, h("span", null, "Filter by label or token"), search),
    select("Side", [["", "both"], ["in", "In"], ["out", "Out"]], STATE.dside, (dside) => update({ dside })),
    select("Readouts", [["", "all"], ["q", `q ≤ ${SIGNIFICANT}`], ["p", `p ≤ ${SIGNIFICANT}`], ["unstable", "not stable"]], STATE.djudge, (djudge) => update({ djudge })),
    h("span", { class: "end" }, button("Download CSV", () => saveText("readouts.csv", "text/csv", readoutCsv(table.rows)), { class: "quiet" })),
    h("output", { id: "readout-count", class: "count" }));
}

function showReadouts(table) {
  const all = allReadouts(STATE.model);
  const rows = all.filter(matchesReadout(STATE));
  table.setRows(rows);
  byId("readout-count").textContent = `${count(rows.length)} of ${plural(all.length, "readout")}`;
}

// allReadouts lists a model's readouts in reading order, once.
function allReadouts(model) {
  const known = DOC.models[model];
  known.readouts_ ||= readingsOfModel(model);
  return known.readouts_;
}

// matchesReadout tests one readout. A word with * is a pattern over the label,
// any other must occur in the label or in a token shown.
function matchesReadout({ dq, dside, djudge }) {
  const words = dq.split(/\s+/).filter(Boolean);
  const patterns = words.filter((w) => w.includes("*")).map((w) => matchesFilters({ q: w, kinds: GROUPS.map(([g]) => g) }));
  const plain = words.filter((w) => !w.includes("*")).map((w) => w.toLowerCase());
  const judge = { "": () => true, q: (x) => isCoherent(x.r), p: (x) => x.r.judged && x.r.p <= SIGNIFICANT, unstable: (x) => !x.d.stable }[djudge] || (() => true);
  const text = (x) => x.text_ ||= [x.m.label, ...poleItems(x.r, sharperPole(x.r)).map((s) => itemText(x.r, s.id))].join("\n").toLowerCase();
  return (x) => (!dside || x.r.side === dside) && judge(x) && patterns.every((t) => t(x.m)) && (!plain.length || plain.every((w) => text(x).includes(w)));
}

function readoutCsv(rows) {
  const head = ["label", "index", "side", "readout", "sigma", "stable", "coherence", "chance_mean", "chance_sd", "p", "q", "pole", "tokens"];
  return csvText([head, ...rows.map(({ m, d, r }) => [m.label, d.index, r.side, r.readout, d.sigma, String(d.stable), r.coherence, r.mean, r.sd, r.p, r.q,
    sharperPole(r), poleItems(r, sharperPole(r)).map((s) => itemText(r, s.id)).join(" ")])]);
}
