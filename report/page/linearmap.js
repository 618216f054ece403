// linearmap.js: mapSection, directPath: what a matrix does as a linear map.

const PLANE = 168; // side of the picture of a plane
const CIRCLE = 96; // points of a circle
const BARS = { width: 330, height: 86 };

// mapSection returns what stands in the panel of m, nothing without a map.
function mapSection(m) {
  if (!m.map) return [];
  const { rotation, neurons, kept } = m.map;
  return [h("h3", { id: "detail-map", tabindex: -1 }, "As a linear map"),
    facts(dimensionFacts(m)),
    rotation && rotationView(rotation, m.shape[0], m.name),
    axesFacts(m).length > 0 && facts(axesFacts(m)),
    neurons && neuronTable(m, neurons),
    kept && keptView(m, kept)].filter(Boolean);
}

function dimensionFacts(m) {
  const [read, lost, written, out, amplification, condition] = m.map.dims;
  const why = m.map.reason ? `, limited by ${m.map.reason}` : "";
  return [
    ["Reads", `${count(read)} of ${count(m.shape[0])} dimensions; ${count(lost)} lost${why}`, "Directions of the input whose σ is above the floor"],
    ["Writes", `${count(written)} of ${count(m.shape[1])} dimensions; ${count(out)} out of reach`, "Directions of the output that some input reaches"],
    ["Inverse", `stretches by up to ${brief(amplification)}; σ₁/σᵣ = ${brief(condition)}`, "The pseudo-inverse blows up an error of the output by at most 1/σᵣ, r the last above the floor"],
  ];
}

// rotationView shows how the named map of one space turns what it reads.
function rotationView(r, d, name) {
  const [distance, z, trace, traceZ, within] = r.facts;
  const list = [
    ["Turns", `distance from I ${brief(distance)} (chance ${brief(Math.SQRT1_2)}), z = ${zText(z)}`, "Of the polar factor In·Outᵀ on what is read: 0 keeps every direction, 1 turns each round. z: how many standard deviations nearer to I than a random map"],
    ["Trace", `tr W/Σσ = ${brief(trace)}, z = ${zText(traceZ)} (chance 0)`, "The same with each direction as heavy as its σ"],
  ];
  if (r.perm) {
    const [share, mean, sd] = r.perm;
    list.push(["Permutation", `${percent(share)} of the nearest one (chance ${percent(mean)} ± ${percent(sd)})`, "⟨Q, P⟩ over the rank, P the permutation of coordinates nearest to the polar factor"]);
  }
  if (isDefined(within)) list.push(["Top plane", `${percent(within)} of its image stays in it (chance ${percent(Math.min(1, 2 / d))})`, "Share of the energy of the image of In’s first two directions"]);
  return h("div", null, facts(list), h("div", { class: "map-figures" },
    isDefined(within) && planeFigure(name, r.plane), cosineFigure(name, r.cosines, d)));
}

// directPath says what a model makes of a token by its embeddings alone.
function directPath(model) {
  const { direct, config } = model;
  if (!direct) return null;
  return h("section", { "aria-labelledby": "direct-title" }, h("h3", { id: "direct-title", class: "title" }, "Direct path W_E·W_U"),
    direct.tied ? h("p", { class: "muted note" }, "The embeddings are tied: W_E·W_U = W_E·W_Eᵀ is symmetric, so every cosine of In and Out is 1, by construction and not by training.")
      : direct.rotation && rotationView(direct.rotation, config.d_vocab, "W_E·W_U"));
}

// planeFigure draws the unit circle of the plane stretched most, and its image.
function planeFigure(whose, [a, b, c, d]) {
  const image = ([x, y]) => [x * a + y * c, x * b + y * d];
  const circle = Array.from({ length: CIRCLE + 1 }, (_, i) => [Math.cos((2 * Math.PI * i) / CIRCLE), Math.sin((2 * Math.PI * i) / CIRCLE)]);
  const most = Math.max(1e-300, ...circle.map((p) => Math.hypot(...image(p))));
  const unit = most > 0 && most < 1 ? most : 1; // a map that shrinks is drawn larger, with its circle
  const reach = Math.max(most / unit, 1) * 1.08;
  const at = ([x, y]) => `${(PLANE / 2 + (x / reach) * (PLANE / 2)).toFixed(1)},${(PLANE / 2 - (y / reach) * (PLANE / 2)).toFixed(1)}`;
  const shown = circle.map(image).map(([x, y]) => [x / unit, y / unit]);
  const scale = unit === 1 ? "" : `, drawn ${brief(1 / unit)} times larger`;
  const text = `Image of the unit circle in the plane stretched most: longest radius ${brief(most)}${scale}`;
  const spoke = (p, q, name) => [svg("line", { class: name, x1: PLANE / 2, y1: PLANE / 2, x2: at(p).split(",")[0], y2: at(p).split(",")[1] }),
    svg("line", { class: `${name} image`, x1: PLANE / 2, y1: PLANE / 2, x2: at(q).split(",")[0], y2: at(q).split(",")[1] })];
  const draw = () => svg("svg", { width: PLANE, height: PLANE, viewBox: `0 0 ${PLANE} ${PLANE}`, role: "img", "aria-label": text },
    svg("line", { class: "base", x1: 0, x2: PLANE, y1: PLANE / 2, y2: PLANE / 2 }), svg("line", { class: "base", y1: 0, y2: PLANE, x1: PLANE / 2, x2: PLANE / 2 }),
    svg("polyline", { class: "circle", points: circle.map(at).join(" ") }),
    svg("polyline", { class: "image", points: shown.map(at).join(" ") }),
    spoke([1, 0], shown[0], "first"), spoke([0, 1], shown[CIRCLE / 4], "second"));
  const name = `${whose} in the plane stretched most${scale}`;
  return h("figure", { class: "plane" }, draw(),
    h("figcaption", null, `Unit circle (dashed) and its image${scale}. Blue and orange: the two axes, and where they go.`),
    figureFoot({
      name, table: () => ({ head: ["axis", "along the first", "along the second"], rows: [["first", a, b], ["second", c, d]] }),
      draw: () => composeFigure({ title: name, body: draw(), scope: "plane" }),
    }));
}

// cosineFigure draws cos(In, Out) of each direction over what chance gives.
function cosineFigure(whose, cosines, d) {
  const { width, height } = BARS;
  const sd = 1 / Math.sqrt(d);
  const x = (i) => 2 + ((width - 4) * (i + 0.5)) / cosines.length;
  const y = (v) => height / 2 - (height / 2 - 3) * v;
  const text = `Cosine of In and Out of each direction, first ${brief(cosines[0])}; chance 0 ± ${brief(sd)}`;
  const draw = () => svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": text },
    svg("rect", { class: "band", x: 0, width, y: y(Math.min(1, 2 * sd)), height: y(-Math.min(1, 2 * sd)) - y(Math.min(1, 2 * sd)) }),
    svg("line", { class: "base", x1: 0, x2: width, y1: y(0), y2: y(0) }),
    cosines.map((v, i) => svg("line", { class: v < 0 ? "neg" : "pos", x1: x(i), x2: x(i), y1: y(0), y2: y(v) })));
  const name = `cos(Inᵢ, Outᵢ) of ${whose}, with chance ± 2 sd`;
  return h("figure", { class: "cosines" }, draw(),
    h("figcaption", null, h("span", null, "cos(Inᵢ, Outᵢ), −1 to 1, by σ. Band: chance ± 2 sd.")),
    figureFoot({
      name, table: () => ({ head: ["index", "cosine"], rows: cosines.map((v, i) => [i, v]) }),
      draw: () => composeFigure({ title: name, body: cosineBody(cosines, 2 * sd, name) }),
    }));
}

// cosineBody is the same with axes, to be saved.
function cosineBody(cosines, chance, title) {
  const [from, to] = [0.5, cosines.length + 0.5];
  return xyFigure({
    title, width: 520, height: 260, x: { range: [from, to], label: "i of σᵢ" }, y: { range: [-1, 1], label: "cos(Inᵢ, Outᵢ)" },
    marks: (sx, sy) => [
      svg("rect", { x: sx(from), width: sx(to) - sx(from), y: sy(Math.min(1, chance)), height: sy(-Math.min(1, chance)) - sy(Math.min(1, chance)), fill: token("--band") }),
      ...cosines.map((v, i) => svg("line", { x1: sx(i + 1), x2: sx(i + 1), y1: sy(0), y2: sy(v), stroke: token(v < 0 ? "--warn" : "--accent"), "stroke-width": 2 })),
    ],
  });
}

// axesFacts says how the directions of both sides lie to the axes.
function axesFacts(m) {
  return [["In", m.map.in], ["Out", m.map.out]].filter(([, a]) => a).map(([side, a]) => {
    const [mean, chance, sd, z] = a.facts;
    const best = chunks(a.list, 7).filter(([, , , , , , q]) => isDefined(q) && q <= SIGNIFICANT).length;
    return [`${side} to axes`, `kurtosis ${brief(mean)} (chance ${brief(chance)} ± ${brief(sd)} each), z = ${zText(z)}; ${best} of ${a.list.length / 7} leading at q ≤ ${SIGNIFICANT}`,
      `Mean of d·Σx⁴ over all directions of the ${a.space || "side"}: 1 where all coordinates are alike, d for an axis. High: the axes of the space mean something`];
  });
}

function neuronTable(m, list) {
  const rows = chunks(list, 6).map(([index, neuron, cosine, chance, p, q]) =>
    [String(index), `n${neuron}`, brief(cosine), brief(chance), brief(p), brief(q)]);
  return valueTable("Nearest single neurons", ["index", "neuron", "|cos|", "chance", "p", "q"], rows,
    "The neuron whose weights lie nearest to each leading direction, beside the median of the best if the neurons were rotated at random.");
}

// valueTable is a small table that opens on demand.
function valueTable(title, head, rows, note) {
  return h("details", { class: "values" }, h("summary", null, title), note && h("p", { class: "muted note" }, note),
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": title }, h("table", null, h("thead", null, h("tr", null, head.map((t) => h("th", { scope: "col" }, t)))),
      h("tbody", null, rows.map((row) => h("tr", null, row.map((c, i) => (i ? h("td", { class: "num" }, c) : h("th", { scope: "row" }, c)))))))));
}

// keptView shows how much of each token is let through.
function keptView(m, k) {
  const [tokens, mean, chance, sd, preserved, deleted] = k.facts;
  return h("div", null, facts([["Tokens", `kept ${brief(mean)} on the mean (chance ${brief(chance)} ± ${brief(sd)}); ${count(preserved)} preserved and ${count(deleted)} deleted of ${count(tokens)} at q ≤ ${SIGNIFICANT}`,
    "‖e·W‖/(‖e‖σ₁) of each token’s embedding e: 1 for what W stretches most, 0 for what it deletes; chance is a random direction. Under-trained tokens are left out"]]),
  keptFigure(m, k),
  h("p", { class: "kept" }, h("strong", null, "Most kept "), gainChips(m, k.most)),
  h("p", { class: "kept" }, h("strong", null, "Least kept "), gainChips(m, k.least)));
}

function gainChips(m, list) {
  return chunks(list, 3).map(([id, gain, q]) => h("span", { class: "word", tabindex: 0, "data-tip": `${tokenText(m.model, id)}\ntoken ${id} · kept ${brief(gain)} · q ${brief(q)}` },
    h("bdi", null, tokenText(m.model, id)), h("span", { class: "muted" }, ` ${brief(gain)} `)));
}

// keptFigure is the histogram of what is kept, over that of random directions.
function keptFigure(m, k) {
  const { width, height } = BARS;
  const low = k.facts[6];
  const high = k.facts[7];
  const top = Math.max(...k.counts, ...k.chance);
  const step = width / k.counts.length;
  const y = (n) => height - 1 - ((height - 4) * n) / top;
  const steps = k.chance.map((n, i) => `${(i * step).toFixed(1)},${y(n).toFixed(1)} ${((i + 1) * step).toFixed(1)},${y(n).toFixed(1)}`).join(" ");
  const draw = () => svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Histogram of what is kept of each token, from ${brief(low)} to ${brief(high)}` },
    k.counts.map((n, i) => svg("rect", { class: "bar", x: i * step + 0.5, width: step - 1, y: y(n), height: height - y(n) })),
    svg("polyline", { class: "chance", points: steps }));
  const name = `What ${m.name} keeps of each token`;
  return h("figure", { class: "cosines" }, draw(),
    h("figcaption", null, h("span", null, brief(low)), h("span", null, "tokens (bars), random directions (line)"), h("span", null, brief(high))),
    figureFoot({
      name, table: () => ({ head: ["from", "tokens", "by chance"], rows: k.counts.map((n, i) => [low + ((high - low) * i) / k.counts.length, n, k.chance[i]]) }),
      draw: () => composeFigure({ title: name, body: keptBody(k, name) }),
    }));
}

// keptBody is the same with axes, to be saved.
function keptBody(k, title) {
  const [low, high] = k.facts.slice(6);
  const at = (i) => low + ((high - low) * i) / k.counts.length;
  const top = Math.max(...k.counts, ...k.chance);
  return xyFigure({
    title, width: 520, height: 260, x: { range: [low, high], label: "share kept" }, y: { range: [0, top * 1.04], label: "tokens; line: random directions" },
    marks: (sx, sy) => [
      ...k.counts.map((n, i) => svg("rect", { x: sx(at(i)) + 0.5, width: sx(at(i + 1)) - sx(at(i)) - 1, y: sy(n), height: sy(0) - sy(n), fill: token("--band") })),
      polyline(k.chance.flatMap((n, i) => [[sx(at(i)), sy(n)], [sx(at(i + 1)), sy(n)]]), { stroke: token("--accent"), "stroke-width": 1.6 }),
    ],
  });
}
