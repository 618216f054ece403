// readings.js: directionsOf, blocksOf, tokenText, itemText, sharperPole, isCoherent, coherenceRange.
//
// Directions travel as short lists of numbers, whose order page_directions.go
// gives; here they get names, when they are first looked at.

const SIGNIFICANT = 0.05; // level of q at which a readout is called coherent

function directionsOf(m) {
  if (!m.directions_) {
    let at = m.tokens;
    m.directions_ = (m.directions || []).map((d) => {
      const direction = unpackDirection(m, d, at);
      at = direction.out.end;
      return direction;
    });
  }
  return m.directions_;
}

function unpackDirection(m, d, at) {
  const [index, value, energy, gap, angle, first, last, stable, residual] = d.c;
  const into = new Reading(m, index, "in", d.i, at);
  return {
    m, index, sigma: value, energy, gap, angle, block: [first, last], stable: stable === 1, residual,
    in: into, out: new Reading(m, index, "out", d.o, into.end),
    pairs: chunks(d.pairs || [], 3).map(([query, key, score]) => ({ query, key, score })),
    sensitivity: Object.entries(d.sensitivity || {}).map(([name, [match, turned, jaccard]]) => ({ name, match, turned, jaccard })),
  };
}

// Reading is one side of a direction. Its tokens, from a place in the columns
// on, are read when they are first asked for: a page may hold a million.
class Reading {
  constructor(m, index, side, r, at) {
    [this.m, this.index, this.side, this.packed, this.at, this.end] = [m, index, side, r, at, at + r.p + r.n];
    const [readout] = r.j;
    [, this.skew, this.pole, this.coherence, this.mean, this.sd, this.p, this.q] = r.j;
    [this.readout, this.judged] = [DOC.readouts[readout] || "", r.j.length > 3];
  }

  get space() { return this.m[this.side]; }
  get constant() { return this.packed.k || 0; }
  get note() { return this.packed.note || ""; }
  get curve() { return this.packed.curve || []; }
  get step() { return this.packed.step || 1; }
  get others() { return chunks(this.packed.x || [], 2).map(([way, jaccard]) => ({ way: DOC.ways[way], jaccard })); }
  get positive() { return this.positive_ ||= scoredAt(this.at, this.packed.p); }
  get negative() { return this.negative_ ||= scoredAt(this.at + this.packed.p, this.packed.n); }
}

function chunks(list, n) {
  return Array.from({ length: list.length / n }, (_, i) => list.slice(n * i, n * i + n));
}

function blocksOf(m) {
  const unpack = (list) => chunks(list, 3).map(([id, leverage, excess]) => ({ id, leverage, excess }));
  return (m.blocks || []).map((b) => ({ first: b.first, last: b.last, complete: b.complete, in: unpack(b.i), out: unpack(b.o) }));
}

// tokenText is the display text of a token, its number where it has none.
function tokenText(model, id) {
  const texts = DOC.models[model].texts;
  return Object.hasOwn(texts, id) ? texts[id] : `[${id}]`;
}

// underTrained is the set of a model's tokens marked so in W_E, through which
// queries and keys are read.
function underTrained(model) {
  const v = DOC.models[model].vocabulary;
  return new Set(v ? v.undertrained.filter((g) => g.table === "W_E").flatMap((g) => chunks(g.tokens, 2).map(([id]) => id)) : []);
}

// itemText names an element of a side in the words of its space.
function itemText(r, id) {
  if (showsTokens(r)) return tokenText(r.m.model, id);
  const { d_head: size } = DOC.models[r.m.model].config;
  if (r.space === "mlp") return `n${id}`;
  if (r.space === "head") return r.m.head === null && size ? `H${Math.floor(id / size)}·${id % size}` : `c${id}`;
  return String(id);
}

function itemWord(r) {
  if (showsTokens(r)) return "token";
  return { mlp: "neuron", head: "coordinate", position: "position" }[r.space] || "coordinate";
}

function showsTokens(r) {
  return r.readout !== "" || r.space === "vocab";
}

// sharperPole returns 1 or −1: the pole that was judged, else the one the
// skewness of the scores points to.
function sharperPole(r) {
  return r.pole || (r.skew < 0 ? -1 : 1);
}

function poleItems(r, pole) {
  return pole > 0 ? r.positive : r.negative;
}

function isCoherent(r) {
  return r.judged && isDefined(r.q) && r.q <= SIGNIFICANT;
}

// coherenceRange spans every coherence of a model and its chance, so that all
// strips of a page share one scale.
function coherenceRange(model) {
  const known = DOC.models[model];
  if (known.range_) return known.range_;
  let [low, high] = [0, 0.2];
  for (const m of ofModel(model)) {
    for (const d of m.directions || []) {
      for (const [, , , c, mean, sd] of [d.i.j, d.o.j]) {
        if (isDefined(c)) [low, high] = [Math.min(low, c, mean - 3 * sd), Math.max(high, c, mean + 3 * sd)];
      }
    }
  }
  known.range_ = [low, high];
  return known.range_;
}

// readingsOfModel lists every readout through the vocabulary, in reading order.
function readingsOfModel(model) {
  const rows = [];
  for (const m of ofModel(model).sort(inOrder())) {
    for (const d of directionsOf(m)) for (const r of [d.in, d.out]) if (r.readout) rows.push({ m, d, r });
  }
  return rows;
}
