// foot.js: figureFoot: what stands under every figure: its data as a table, and ways to save both.

const PLAIN_ROWS = 120; // longer tables draw only the rows in view

const openFeet = new Set(); // names of figures whose table is open, kept when they are drawn anew

// figureFoot offers the data of a figure {name, table(), csv(), draw()}: table
// gives {head, rows}, head being names of columns and rows their values; csv
// the rows of a file where they differ; draw the figure to be saved.
function figureFoot({ name, table, csv, draw }) {
  const host = h("div");
  const fillIn = () => {
    if (details.open) openFeet.add(name);
    else openFeet.delete(name);
    if (details.open && !host.firstChild) host.append(dataTable(name, table()));
  };
  const details = h("details", { class: "data", ontoggle: fillIn, open: openFeet.has(name) }, h("summary", null, "As a table"), host);
  const save = (kind, action) => button(kind, action, { class: "save", "aria-label": `Save ${name} as ${kind}`, title: `Save as ${kind}` });
  return h("div", { class: "foot" }, details, h("span", { class: "saves" },
    save("CSV", () => saveText(fileName(name, "csv"), "text/csv", csvText(csv ? csv() : [table().head, ...table().rows]))),
    draw && save("SVG", () => saveSvg(name, draw)), draw && save("PNG", () => savePng(name, draw))));
}

// dataTable draws {head, rows}, in full if it is short.
function dataTable(name, { head, rows }) {
  if (rows.length > PLAIN_ROWS) return longTable(name, head, rows);
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${name}, as a table` },
    h("table", { class: "flat" }, h("caption", { class: "unseen" }, name),
      h("thead", null, h("tr", null, head.map((t, i) => h("th", { scope: "col", class: i ? "n" : null }, t)))),
      h("tbody", null, rows.map((row) => h("tr", null, row.map((v, i) => (i ? h("td", { class: "n", title: typeof v === "number" ? exact(v) : null }, cellText(v)) : h("th", { scope: "row" }, cellText(v)))))))));
}

function longTable(name, head, rows) {
  const host = h("div");
  const table = new VirtualTable({
    host, id: `t${tableNumber++}`, caption: name, columns: head.map((title, i) => ({
      key: String(i), title, width: Math.max(9, title.length + 2), number: i > 0, head: i === 0, sortable: false, cell: (row) => cellText(row[i]),
    })),
  });
  table.setRows(rows);
  return host;
}

let tableNumber = 0; // tables need names of their own

function cellText(v) {
  if (v === null || v === undefined) return "";
  return typeof v === "number" ? number(v) : String(v);
}
