// vtable.js: VirtualTable, a sortable table that draws only the rows in view.
//
// A column is {key, title, width (in ch), number, tip, about, cell(row),
// value(row), full(row)}: cell gives text or a node to show, value what to
// sort by, full a title. Undefined values come last in either direction.

const ROW = 30; // px, as --row in the style-sheet
const MARGIN = 12; // rows drawn beyond either edge, so that scrolling shows no gap
const PRINTED = 1000; // rows put on paper

class VirtualTable {
  // options: {host, id, caption, columns, sort, printed?, mark?, isMarked?, open?, isOpen?, onSort?}
  constructor(options) {
    Object.assign(this, { rows: [], active: 0, from: -1, to: -1, sort: "", printed: PRINTED }, options);
    this.head = h("thead");
    this.body = h("tbody");
    this.widths = h("colgroup");
    this.table = h("table", { id: this.id, role: "grid", tabindex: 0, onkeydown: (e) => this.onKey(e) },
      h("caption", { class: "unseen" }, this.caption), this.widths, this.head, this.body);
    this.box = h("div", { class: "vtable", onscroll: () => this.draw() }, this.table);
    this.cut = h("p", { class: "shortened" });
    this.host.replaceChildren(this.box, this.cut);
    new ResizeObserver(() => this.draw()).observe(this.box);
    for (const [when, on] of [["beforeprint", true], ["afterprint", false]]) addEventListener(when, () => { this.printing = on; this.drawHead(); this.draw(true); });
    this.setColumns(this.columns);
  }

  setColumns(columns) {
    this.columns = columns;
    const wide = columns.reduce((sum, c) => sum + c.width, 0);
    this.table.style.minWidth = `${wide}ch`;
    this.widths.replaceChildren(...columns.map((c) => h("col", { class: c.class === "pick" ? "pick" : null, style: { width: `${(100 * c.width) / wide}%` } })));
    this.table.setAttribute("aria-colcount", columns.length);
    this.drawHead();
    this.arrange();
  }

  setRows(rows) {
    this.given = rows;
    this.arrange();
  }

  setSort(sort) {
    this.sort = sort;
    this.drawHead();
    this.arrange();
  }

  // arrange sorts the given rows; the order given decides between equals.
  arrange() {
    if (!this.given) return; // rows are still to come
    const kept = this.rows[this.active];
    this.rows = [...this.given];
    const down = this.sort.startsWith("-");
    const column = this.columns.find((c) => c.key === this.sort.replace("-", ""));
    if (column && column.value) {
      const keyed = this.rows.map((row) => [column.value(row), row]);
      keyed.sort(([a], [b]) => compareValues(a, b, down));
      this.rows = keyed.map(([, row]) => row);
    } else if (down) this.rows.reverse();
    this.active = Math.max(0, this.rows.indexOf(kept));
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    this.draw(true);
  }

  drawHead() {
    keepFocus(this.head, () =>
      this.head.replaceChildren(h("tr", { "aria-rowindex": 1 }, this.columns.map((c) => this.headCell(c)))));
  }

  headCell(c) {
    const mine = this.sort.replace("-", "") === c.key;
    const order = mine ? (this.sort.startsWith("-") ? "descending" : "ascending") : "none";
    const title = c.sortable === false || this.printing ? h("span", { class: "plain" }, c.title) // a header repeated on paper has no buttons
      : button([c.title, h("span", { class: "arrow", "aria-hidden": true }, { none: "", ascending: "▲", descending: "▼" }[order])],
        () => this.onSort(mine ? flip(this.sort) : (c.number ? "-" : "") + c.key), // of numbers, the largest first
        { class: "sorter", "data-tip": c.tip });
    const about = c.about && h("a", { href: `#${c.about}`, class: "about", "aria-label": `Formula of ${c.title}` }, "ƒ");
    return h("th", { scope: "col", class: classes(c), "aria-sort": c.sortable === false ? null : order }, title, about);
  }

  draw(force) {
    const height = this.box.clientHeight || 600;
    let from = Math.max(0, Math.floor(this.box.scrollTop / ROW) - MARGIN);
    let to = Math.min(this.rows.length, from + Math.ceil(height / ROW) + 2 * MARGIN);
    if (this.printing) [from, to] = [0, Math.min(this.rows.length, this.printed)];
    if (!force && from === this.from && to === this.to) return;
    [this.from, this.to] = [from, to];
    const gap = (n) => h("tr", { class: "gap", "aria-hidden": true, style: { height: `${n * ROW}px` } });
    const drawn = [];
    for (let i = from; i < to; i++) drawn.push(this.drawRow(this.rows[i], i));
    if (!drawn.length) drawn.push(h("tr", null, h("td", { colspan: this.columns.length, class: "none" }, "Nothing matches.")));
    const left = this.rows.length - to;
    this.body.replaceChildren(gap(from), ...drawn, gap(this.printing ? 0 : left));
    this.cut.textContent = this.printing && left > 0 ? `The first ${count(to)} of ${count(this.rows.length)} rows; the files beside this page have all.` : "";
    this.point();
  }

  drawRow(row, i) {
    const tr = h("tr", { id: `${this.id}-${i}`, "aria-rowindex": i + 2, onclick: (e) => this.onClick(e, i) },
      this.columns.map((c) => h(c.head ? "th" : "td", {
        class: classes(c), title: c.full ? c.full(row) : null, scope: c.head ? "row" : null,
      }, c.cell(row))));
    if (this.isOpen && this.isOpen(row)) tr.classList.add("open");
    if (this.isMarked) tr.setAttribute("aria-selected", this.isMarked(row));
    return tr;
  }

  // point marks the active row for keyboards and screen readers.
  point() {
    for (const tr of this.body.querySelectorAll(".active")) tr.classList.remove("active");
    const tr = byId(`${this.id}-${this.active}`);
    if (tr) tr.classList.add("active");
    if (tr) this.table.setAttribute("aria-activedescendant", tr.id);
    else this.table.removeAttribute("aria-activedescendant");
  }

  onClick(event, i) {
    this.active = i;
    this.point();
    if (event.target.closest("input, a, button, label") || !this.open) return;
    if (!String(getSelection())) this.open(this.rows[i]); // not while text is being selected
  }

  onKey(event) {
    if (event.target !== this.table || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW) - 3);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const row = this.rows[this.active];
    if (event.key in steps) this.moveTo(this.active + steps[event.key]);
    else if (event.key === "Enter" && this.open && row) this.open(row);
    else if (event.key === " " && this.mark && row) this.mark(row);
    else return;
    event.preventDefault();
  }

  moveTo(i) {
    this.active = Math.min(Math.max(0, i), this.rows.length - 1);
    const head = this.head.offsetHeight;
    const top = this.active * ROW;
    const low = top + ROW + head - this.box.clientHeight;
    if (this.box.scrollTop > top) this.box.scrollTop = top;
    else if (this.box.scrollTop < low) this.box.scrollTop = low + ROW / 2;
    this.draw();
    this.point();
  }

  // show brings a row into view and makes it the active one.
  show(row) {
    const i = this.rows.indexOf(row);
    if (i >= 0) this.moveTo(i);
  }
}

function classes(c) {
  return [c.number && "n", c.head && "key", c.class].filter(Boolean).join(" ") || null;
}

function flip(sort) {
  return sort.startsWith("-") ? sort.slice(1) : `-${sort}`;
}

function compareValues(a, b, down) {
  const none = (x) => x === null || x === undefined || x === "";
  if (none(a) || none(b)) return none(a) - none(b);
  const order = typeof a === "number" && typeof b === "number" ? a - b : naturally(String(a), String(b));
  return down ? -order : order;
}
