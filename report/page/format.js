// format.js: INDEX_TIP, number, short, brief, exact, formula, count, bytes, subscript, dims, sentence, plural, csvText.

const DASH = "—";
const INDEX_TIP = "Index\ncounts from 0, as in all data: 0 is that of σ₁, the largest";
const THIN = "\u202f"; // narrow no-break space, between groups of three digits

function isDefined(x) {
  return typeof x === "number" && Number.isFinite(x);
}

// number writes x to five significant digits, whole numbers in full.
function number(x) {
  if (!isDefined(x)) return DASH;
  const a = Math.abs(x);
  if (a === 0) return "0";
  if (a >= 1e7 || a < 1e-4) return scientific(x, 5);
  if (Number.isInteger(x) || a >= 1e4) return minus(x.toFixed(0));
  return minus(x.toPrecision(5));
}

// short writes x to three significant digits with their zeros, for cells.
function short(x) {
  const a = Math.abs(x);
  if (!isDefined(x) || a >= 1e5 || (a < 1e-3 && a > 0)) return brief(x);
  return Number.isInteger(x) || a >= 100 ? minus(x.toFixed(0)) : minus(x.toPrecision(3));
}

// brief writes x to three significant digits, for ticks.
function brief(x) {
  if (!isDefined(x)) return DASH;
  const a = Math.abs(x);
  if (a === 0) return "0";
  if (a >= 1e5 || a < 1e-3) return scientific(x, 2);
  return minus(a >= 100 ? x.toFixed(0) : String(Number(x.toPrecision(3))));
}

function scientific(x, digits) {
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  const short = digits < 4 ? String(Number(mantissa)) : mantissa;
  return (short === "1" ? "" : `${minus(short)}×`) + power(Number(exponent));
}

function power(exponent) {
  return "10" + String(exponent).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".indexOf(c)]);
}

function minus(text) {
  return text.replace("-", "−");
}

// exact writes every digit, as report.json does.
function exact(x) {
  return isDefined(x) ? minus(String(x)) : "undefined: the measure has no value for this matrix";
}

function count(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, THIN);
}

function bytes(n) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let k = 0;
  let x = n;
  while (x >= 1000 && k < units.length - 1) { x /= 1000; k++; }
  return `${k ? x.toPrecision(3) : x}${THIN}${units[k]}`;
}

function subscript(n) {
  return String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);
}

function dims(shape) {
  return shape.join(" × ");
}

// formula sets σ_r and Σ_{i≤k} with subscripts, x^2 and x^(1/3) with
// superscripts; everything else stays as written.
function formula(text) {
  if (!text) return [DASH];
  const parts = text.split(/([_^](?:\{[^{}]*\}|\([^()]*\)|[\p{L}\p{N}]+))/u);
  return parts.map((part, i) => (i % 2 === 0 ? part
    : h(part[0] === "_" ? "sub" : "sup", null, part.slice(1).replace(/^[{(](.*)[})]$/u, "$1"))));
}

// sentence begins text with a capital and ends it with a full stop.
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function plural(n, one, many) {
  return `${count(n)} ${n === 1 ? one : many || one + "s"}`;
}

// naturally compares texts with their numbers as numbers: L2 before L10.
const naturally = new Intl.Collator("en", { numeric: true }).compare;

// csvText writes rows of cells. A cell a spreadsheet would take for a formula
// gets an apostrophe; numbers are left alone.
function csvText(rows) {
  const cell = (value) => {
    if (value === null || value === undefined || value === "") return "";
    if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
