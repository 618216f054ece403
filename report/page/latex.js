// latex.js: latexLabel, latexNumber, latexText, latexRow, latexTable: rows for the package booktabs, as wspec export writes them.

const TEX_ROWS = 200; // rows of a table that is copied; more belong in a file

// Characters that are not written as they are.
const TEX_RUNES = {
  "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%", "_": "\\_", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}",
  "<": "$<$", ">": "$>$", "|": "$|$", '"': "\\char34{}", "`": "\\char96{}", "'": "\\char39{}", "-": "-{}",
  "σ": "$\\sigma$", "Δ": "$\\Delta$", "λ": "$\\lambda$", "₁": "$_1$", "×": "$\\times$", "±": "$\\pm$", "·": "$\\cdot$", "→": "$\\to$", "–": "--", "—": "---", "…": "\\dots{}",
  "′": "$'$", "’": "'", "‖": "$\\|$", "≤": "$\\le$", "≥": "$\\ge$",
};

// latexText escapes text: what TeX would act on, and what is outside ASCII and
// not known here, by its number.
function latexText(text) {
  return [...text].map((c) => TEX_RUNES[c] || (c >= " " && c <= "~" ? c : `[U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`)).join("");
}

// latexLabel writes L3.W_Q.H7 with its W in mathematics.
function latexLabel(label) {
  const p = /^((?:L\d+\.)?(?:E\d+\.)?)W_([A-Za-z]+)((?:\.H\d+)?)$/.exec(label);
  if (!p) return latexText(label);
  return `${p[1]}$W_${p[2].length > 1 ? `{\\mathrm{${p[2]}}}` : p[2]}$${p[3]}`;
}

// latexNumber writes x to so many significant digits.
function latexNumber(x, digits) {
  if (!isDefined(x)) return "--";
  const a = Math.abs(x);
  if (a !== 0 && (a >= 1e7 || a < 1e-4)) {
    const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
    return `$${mantissa}\\times 10^{${Number(exponent)}}$`;
  }
  return `$${Number.isInteger(x) || a >= 10 ** (digits - 1) ? x.toFixed(0) : x.toPrecision(digits)}$`;
}

// latexCells are the columns of the measures named: the value, and where noise
// was drawn its mean and z.
function latexCells(m, names) {
  return names.flatMap((name) => {
    const n = nullOf(m, name);
    const value = latexNumber(metricValue(m, name), 4);
    return DOC.judgedPlace.has(name) ? [value, latexNumber(n ? n.mean : null, 3), n && isDefined(n.z) ? `$${Math.abs(n.z) >= 9.95 ? n.z.toFixed(0) : n.z.toFixed(1)}$` : "--"] : [value];
  });
}

function latexRow(m, names) {
  return `${[latexLabel(m.label), `$${m.shape.join("\\times ")}$`, ...latexCells(m, names)].join(" & ")} \\\\`;
}

// latexHead is the two lines over the columns of latexRow.
function latexHead(names) {
  const titles = ["", ""];
  const below = ["Matrix", "Shape"];
  const rules = [];
  for (const name of names) {
    const wide = DOC.judgedPlace.has(name);
    if (wide) rules.push(`\\cmidrule(lr){${below.length + 1}-${below.length + 3}}`);
    titles.push(wide ? `\\multicolumn{3}{c}{${latexText(metricInfo(name).title)}}` : "");
    below.push(...(wide ? ["value", "noise", "$z$"] : [latexText(metricInfo(name).title)]));
  }
  return [`${titles.join(" & ")} \\\\`, rules.join(""), `${below.join(" & ")} \\\\`].filter(Boolean);
}

// latexTable sets rows of matrices in a table; noise is explained above it.
function latexTable(rows, names) {
  const columns = 2 + names.reduce((n, name) => n + (DOC.judgedPlace.has(name) ? 3 : 1), 0);
  return [
    "% needs \\usepackage{booktabs}; noise: of the same kind, shape and scale, by its mean; z in its standard deviations",
    `\\begin{tabular}{@{}ll${"r".repeat(columns - 2)}@{}}`, "\\toprule", ...latexHead(names), "\\midrule",
    ...rows.slice(0, TEX_ROWS).map((m) => latexRow(m, names)), "\\bottomrule", "\\end{tabular}", "",
  ].join("\n");
}
