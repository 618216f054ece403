// zgrid.js: zGrid, a map of z over two named axes.
//
// Colour runs from orange (below chance) over the page (chance) to blue; it
// follows asinh(z/2), which is even near chance and bends where z is huge.

const ZCELL = { height: 24, left: 62, top: 6, bottom: 36, widest: 58, narrowest: 9, text: 40, saved: 14 };

// zGrid draws {id, title, columns, rows, xAxis, yAxis, at(x, y)}: columns and
// rows are names; at gives null or {z, name, lines, open}.
function zGrid(map) {
  const cells = map.rows.map((_, y) => map.columns.map((_, x) => map.at(x, y)));
  const top = Math.max(2, ...cells.flat().map((c) => (c && isDefined(c.z) ? Math.abs(c.z) : 0)));
  const room = byId("circuit-panels").clientWidth - 8;
  const w = Math.max(ZCELL.narrowest, Math.min(ZCELL.widest, Math.floor((room - ZCELL.left) / map.columns.length)));
  return h("figure", { class: "panel zmap" }, h("figcaption", { id: map.id }, map.title),
    h("div", { class: "scroll" }, zSvg(map, cells, { w, top })),
    legendHtml(zRamp(top)),
    figureFoot({
      name: map.title, table: () => zTable(map, cells), csv: () => zCsv(map, cells),
      draw: () => composeFigure({ title: map.title, body: zSvg(map, cells, { w: Math.max(w, ZCELL.saved), top }), legend: legendSvg(zRamp(top)) }),
    }));
}

function zSvg(map, cells, { w, top }) {
  const size = map.rows.length > 40 ? 13 : ZCELL.height;
  const width = ZCELL.left + w * map.columns.length + 2;
  const height = ZCELL.top + size * map.rows.length + ZCELL.bottom;
  const grid = svg("g", { role: "grid", "aria-labelledby": map.id, onkeydown: (e) => walkZ(e, cells), onclick: (e) => openZ(e, cells) },
    cells.map((line, y) => svg("g", { role: "row", "aria-label": map.rows[y] }, line.map((c, x) => zCell(map, c, { x, y, w, size, top })))));
  const first = grid.querySelector("[data-at]");
  if (first) first.setAttribute("tabindex", 0);
  return svg("svg", { class: "grid", width, height, viewBox: `0 0 ${width} ${height}` }, zAxes(map, { w, size, height }), grid);
}

function zAxes(map, { w, size, height }) {
  const everyX = Math.ceil((7 * Math.max(...map.columns.map((c) => c.length)) + 6) / w);
  const everyY = Math.ceil(12 / size);
  return svg("g", { class: "axes", "aria-hidden": true },
    map.rows.map((name, y) => y % everyY === 0 && svg("text", { x: ZCELL.left - 6, y: ZCELL.top + (y + 0.5) * size + 4, "text-anchor": "end" }, name)),
    map.columns.map((name, x) => x % everyX === 0 && svg("text", { x: ZCELL.left + (x + 0.5) * w, y: height - ZCELL.bottom + 15, "text-anchor": "middle" }, name)),
    svg("text", { class: "axis", x: ZCELL.left + (map.columns.length * w) / 2, y: height - 4, "text-anchor": "middle" }, map.xAxis));
}

function zCell(map, c, { x, y, w, size, top }) {
  const box = { x: ZCELL.left + x * w, y: ZCELL.top + y * size, width: w - 1, height: size - 1, rx: 2 };
  if (!c) return svg("g", { role: "gridcell", "aria-label": `${map.rows[y]}, ${map.columns[x]}: none` }, svg("rect", { ...box, class: "absent" }));
  const known = isDefined(c.z);
  const text = w >= ZCELL.text && size >= 16 && svg("text", { class: "ink", x: box.x + box.width / 2, y: box.y + size / 2 + 4, "text-anchor": "middle" }, zText(c.z));
  return svg("g", {
    role: "gridcell", tabindex: -1, "data-at": `${x},${y}`, "aria-label": [c.name, ...c.lines].join(", "), "data-tip": [c.name, ...c.lines].join("\n"),
  }, svg("rect", { ...box, class: known ? (c.z < 0 ? "z neg" : "z pos") : "undefined", style: known ? { "--t": zShare(c.z, top) } : {} }), text);
}

function zText(z) {
  if (!isDefined(z)) return DASH;
  return minus(Math.abs(z) >= 9.95 ? z.toFixed(0) : z.toFixed(1));
}

function zShare(z, top) {
  return `${Math.round((100 * Math.asinh(Math.abs(z) / 2)) / Math.asinh(top / 2))}%`;
}

function openZ(event, cells) {
  const at = event.target.closest("[data-at]");
  if (!at) return;
  const [x, y] = at.getAttribute("data-at").split(",").map(Number);
  if (cells[y][x].open) openMatrix(cells[y][x].open);
}

// walkZ moves the focus with the arrows, over empty places.
function walkZ(event, cells) {
  const here = event.target.closest("[data-at]");
  if (!here) return;
  const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
  if (!step && event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  if (!step) return openZ(event, cells);
  let [x, y] = here.getAttribute("data-at").split(",").map(Number);
  do { x += step[0]; y += step[1]; } while (cells[y] && x >= 0 && x < cells[y].length && !cells[y][x]);
  const next = event.currentTarget.querySelector(`[data-at="${x},${y}"]`);
  if (!next) return;
  here.setAttribute("tabindex", -1);
  next.setAttribute("tabindex", 0);
  next.focus();
}

function zTable(map, cells) {
  return { head: [map.yAxis, ...map.columns], rows: cells.map((line, y) => [map.rows[y], ...line.map((c) => (c ? zText(c.z) : null))]) };
}

function zCsv(map, cells) {
  const rows = cells.flatMap((line, y) => line.map((c, x) => c && [map.rows[y], map.columns[x], c.name, c.z, c.lines.join("; ")]).filter(Boolean));
  return [[map.yAxis, map.xAxis, "name", "z", "values"], ...rows];
}
