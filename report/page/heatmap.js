// heatmap.js: one measure over layer × role, and over layer × head.

const CELL = { height: 26, left: 64, top: 6, bottom: 34, widest: 62, narrowest: 12, text: 44, saved: 48 };

function startMap() {
  drawMapControls();
  drawMaps();
  subscribe((changed) => {
    if (["model", "metric", "tint", "show", "parts"].some((k) => changed.has(k))) {
      drawMapControls();
      drawMaps();
    } else if (changed.has("open")) markOpenCell();
  });
  themed.push(drawMaps);
  onWidth(byId("map-panels"), drawMaps);
}

function drawMapControls() {
  const metrics = DOC.metrics.map((m) => [m.name, m.title]);
  fill("map-controls",
    select("Measure", metrics, STATE.metric, (metric) => update({ metric })),
    shownSelect(),
    select("Colours", [["auto", "automatic"], ...(DOC.judged.length ? [["z", "by z"], ["q", "by q"]] : []), ["linear", "linear"], ["log", "logarithmic"]],
      STATE.tint, (tint) => update({ tint })),
    ofModel(STATE.model).some((m) => m.group === "part") &&
      checkbox("Per-head parts too", STATE.parts === "1", (on) => update({ parts: on ? "1" : "" })),
    definition(metricInfo(STATE.metric)));
}

// definition is the formula of a measure in a line, with the way to its source.
function definition(info) {
  if (!info) return null;
  return h("p", { class: "definition" }, h("span", { class: "formula" }, formula(info.formula)),
    info.unit ? ` · ${info.unit}` : "", " · ", h("a", { href: `#f-${info.name}` }, "what it says"));
}

// drawMaps draws a panel for whole matrices and one for each circuit.
function drawMaps() {
  const own = ofModel(STATE.model).filter((m) => m.layer !== null);
  const whole = own.filter((m) => m.group === "whole");
  const panels = [];
  if (whole.length) panels.push(mapPanel("Stored matrices, layer × role", whole, "line"));
  const headed = own.filter((m) => m.group === "circuit" || (STATE.parts === "1" && m.group === "part"));
  for (const line of rolesIn(headed)) {
    panels.push(mapPanel(`${line}, layer × head`, headed.filter((m) => m.line === line), "head"));
  }
  fill("map-panels", ...panels, unlayered());
  if (!panels.length) byId("map-panels").prepend(h("p", { class: "muted" }, "No matrix here belongs to a layer: the table below has them all."));
  markOpenCell();
}

// unlayered lists what has no place on a map: embeddings and the like.
function unlayered() {
  const list = ofModel(STATE.model).filter((m) => m.layer === null).sort(inOrder()).slice(0, 12);
  if (!list.length) return null;
  return h("p", { class: "unlayered" }, "Without a layer: ", list.map((m) => button(
    [h("span", { class: "mono" }, m.label), ` ${shownText(shownValue(m, STATE.metric))}`], () => openMatrix(m), { class: "chip" })));
}

function mapPanel(title, matrices, by) {
  const grid = arrangeGrid(matrices, by);
  const scale = mapScale(grid.cells);
  const id = `map-${title.replace(/\W+/g, "-")}`;
  const name = [shownName(), title].join(", ");
  return h("figure", { class: "panel" },
    h("figcaption", { id }, title, matrices[0].note && h("span", { class: "muted" }, ` · ${matrices[0].note}`)),
    h("div", { class: "scroll" }, drawGrid(grid, scale, { w: cellWidth(grid), titleId: id })),
    scale.by || scale.any ? legendHtml(mapLegend(scale)) : h("p", { class: "muted" }, "The measure is undefined for all of these."),
    figureFoot({
      name, table: () => gridTable(grid), csv: () => gridCsv(grid),
      draw: () => composeFigure({ title: name, body: drawGrid(grid, scale, { w: CELL.saved }), legend: scale.by || scale.any ? legendSvg(mapLegend(scale, true)) : null }),
    }));
}

// shownName says what the maps show.
function shownName() {
  const info = metricInfo(STATE.metric);
  const how = STATE.show === "value" ? null : SHOWN.find(([name]) => name === STATE.show)[1];
  return [info ? info.title : "", how].filter(Boolean).join(", ");
}

// arrangeGrid places matrices on columns of layers and rows of roles or heads.
function arrangeGrid(matrices, by) {
  const layers = layersIn(matrices);
  const lines = by === "line" ? rolesIn(matrices) : headsIn(matrices);
  const cells = matrices.map((m) => ({
    m, x: layers.indexOf(m.layer), y: lines.indexOf(m[by]), value: shownValue(m, STATE.metric), null: nullOf(m, STATE.metric),
  }));
  const at = new Map(cells.map((c) => [`${c.x},${c.y}`, c]));
  return { layers, lines, cells, at, by, name: (line) => (by === "head" ? `H${line}` : line) };
}

// mapScale colours cells by where they stand against noise, or else by value.
function mapScale(cells) {
  const standing = cells.map((c) => c.null).filter((n) => n && isDefined(n.z));
  const by = STATE.tint !== "auto" ? STATE.tint : STATE.show === "q" ? "q" : "z";
  if (!standing.length || !["z", "q"].includes(by)) return colourScale(cells.map((c) => c.value));
  return { ...tintScale(by, Math.max(2, ...standing.map((n) => Math.abs(n.z)))), any: true };
}

// colourScale maps values to colours, by logarithm if they span two decades.
function colourScale(values) {
  const known = values.filter(isDefined);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const log = low > 0 && (STATE.tint === "log" || (STATE.tint === "auto" && high / low > 100));
  const f = log ? Math.log : (x) => x;
  const at = (v) => (high > low ? (f(v) - f(low)) / (f(high) - f(low)) : 0.5);
  const back = (t) => (log ? low * (high / low) ** t : low + t * (high - low));
  return { low, high, log, at, back, any: known.length > 0 };
}

// cellWidth fits a grid into the page.
function cellWidth(grid) {
  const room = byId("map-panels").clientWidth - 34;
  const share = grid.by === "head" && room > 900 ? room / 2 - 30 : room;
  return Math.max(CELL.narrowest, Math.min(CELL.widest, Math.floor((share - CELL.left) / grid.layers.length)));
}

function drawGrid(grid, scale, { w, titleId }) {
  const width = CELL.left + w * grid.layers.length + 2;
  const height = CELL.top + CELL.height * grid.lines.length + CELL.bottom;
  const rows = grid.lines.map((line, y) => svg("g", { role: "row", "aria-label": grid.name(line) },
    grid.layers.map((_, x) => drawCell(grid, scale, { x, y, w }))));
  const cells = svg("g", {
    role: "grid", "aria-labelledby": titleId, onkeydown: (e) => walkGrid(e, grid), onclick: (e) => openCell(e, grid),
  }, rows);
  const first = cells.querySelector("[data-at]");
  if (first) first.setAttribute("tabindex", 0);
  return svg("svg", { class: "grid", width, height, viewBox: `0 0 ${width} ${height}` }, drawAxes(grid, w, height), cells);
}

function drawAxes(grid, w, height) {
  const every = Math.ceil(22 / w); // a label needs about 22 px
  const middle = CELL.height / 2 + 4;
  return svg("g", { class: "axes", "aria-hidden": true },
    grid.lines.map((line, y) => svg("text", { x: CELL.left - 8, y: CELL.top + y * CELL.height + middle, "text-anchor": "end" }, grid.name(line))),
    grid.layers.map((layer, x) => x % every === 0 && svg("text", {
      x: CELL.left + (x + 0.5) * w, y: height - CELL.bottom + 15, "text-anchor": "middle",
    }, String(layer))),
    svg("text", { class: "axis", x: CELL.left + (grid.layers.length * w) / 2, y: height - 3, "text-anchor": "middle" }, "layer"));
}

function drawCell(grid, scale, { x, y, w }) {
  const cell = grid.at.get(`${x},${y}`);
  const box = { x: CELL.left + x * w, y: CELL.top + y * CELL.height, width: w - 1, height: CELL.height - 1, rx: 2 };
  const place = `L${grid.layers[x]}, ${grid.name(grid.lines[y])}`;
  if (!cell) return svg("g", { role: "gridcell", "aria-label": `${place}: no such matrix` }, svg("rect", { ...box, class: "absent" }));
  const { m, value } = cell;
  const info = metricInfo(STATE.metric);
  const known = isDefined(value);
  const rgb = known && !scale.by ? viridis(scale.at(value)) : null;
  const paint = scale.by ? scale.paint(cell.null) : { fill: rgb && css(rgb) };
  const shown = STATE.show === "value" ? short(value) : shownText(value);
  const text = (w >= CELL.text || !known) && svg("text", {
    x: box.x + box.width / 2, y: box.y + CELL.height / 2 + 4, "text-anchor": "middle", fill: rgb && inkOn(rgb), class: known && scale.by ? "ink" : null,
  }, shown);
  return svg("g", {
    role: "gridcell", tabindex: -1, "data-at": `${x},${y}`, "data-key": m.key, "aria-label": `${m.label}: ${known ? shown : "undefined"}`,
    "data-tip": [m.label, `${info ? info.title : ""} = ${number(metricValue(m, STATE.metric))}`, ...nullLines(m, STATE.metric), `${dims(m.shape)} ${m.dtype}`].join("\n"),
  }, svg("rect", { ...box, ...paint, class: !known ? "cell undefined" : scale.by ? `z ${paint.class || "pos"}` : "cell" }), text);
}

function openCell(event, grid) {
  const cell = event.target.closest("[data-at]");
  if (cell) openMatrix(grid.at.get(cell.getAttribute("data-at")).m);
}

// walkGrid moves the focus with the arrows, over places where no matrix is.
function walkGrid(event, grid) {
  const here = event.target.closest("[data-at]");
  if (!here) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    openMatrix(grid.at.get(here.getAttribute("data-at")).m);
    return;
  }
  const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
  if (!step) return;
  event.preventDefault();
  let [x, y] = here.getAttribute("data-at").split(",").map(Number);
  do { x += step[0]; y += step[1]; } while (x >= 0 && y >= 0 && x < grid.layers.length && y < grid.lines.length && !grid.at.has(`${x},${y}`));
  const next = event.currentTarget.querySelector(`[data-at="${x},${y}"]`);
  if (!next) return;
  here.setAttribute("tabindex", -1);
  next.setAttribute("tabindex", 0);
  next.focus();
}

function markOpenCell() {
  for (const g of byId("map-panels").querySelectorAll("[data-key]")) g.classList.toggle("open", g.getAttribute("data-key") === STATE.open);
}

// mapLegend is the legend of a scale; a saved figure names the measure above.
function mapLegend(scale, titled) {
  const info = metricInfo(STATE.metric);
  if (scale.by) return tintLegend(scale, titled ? null : info);
  const shown = STATE.show === "value" ? info.unit : SHOWN.find(([name]) => name === STATE.show)[1];
  return rampLegend(scale, [info.title, shown].filter(Boolean).join(", ") + (scale.log ? ", log scale" : ""));
}

// gridTable is what the map shows, a row a layer.
function gridTable(grid) {
  const value = (x, y) => {
    const cell = grid.at.get(`${x},${y}`);
    return cell ? cell.value : null;
  };
  return { head: ["layer", ...grid.lines.map((l) => grid.name(l))], rows: grid.layers.map((layer, x) => [layer, ...grid.lines.map((_, y) => value(x, y))]) };
}

// gridCsv is one row a matrix, with its null.
function gridCsv(grid) {
  const head = ["label", "layer", "role", "head", STATE.metric, "null_mean", "null_sd", "share", "z", "q"];
  return [head, ...grid.cells.map(({ m, null: n }) => [m.key, m.layer, m.line, m.head, metricValue(m, STATE.metric), ...(n ? [n.mean, n.sd, n.share, n.z, n.q] : Array(5).fill(null))])];
}
