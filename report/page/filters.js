// filters.js: matrixFilters, matchesFilters, matchesGlob, FILTER_FIELDS: which rows of the table of matrices are shown.

const FILTER_FIELDS = ["q", "role", "layer", "head", "kinds", "within", "least", "most", "show"];

// matrixFilters returns the controls.
function matrixFilters() {
  const own = ofModel(STATE.model);
  const search = h("input", {
    type: "search", value: STATE.q, placeholder: "L*.W_OV.H*   residual   wte", spellcheck: "false", autocomplete: "off", maxlength: MAX_TEXT,
    oninput: () => update({ q: search.value }),
  });
  const groups = GROUPS.filter(([g]) => own.some((m) => m.group === g));
  const setGroup = (g) => (on) => update({ kinds: GROUPS.map(([k]) => k).filter((k) => (k === g ? on : STATE.kinds.includes(k))) });
  const numbered = (word, list) => [["", "all"], ["none", `no ${word}`], ...list.map((v) => [v, v])];
  const heads = headsIn(own);
  return [
    h("label", { class: "field grow" }, h("span", null, "Filter by label, space or tensor"), search),
    select("Role", [["", "all"], ...rolesIn(own).map((r) => [r, r])], STATE.role, (role) => update({ role })),
    select("Layer", numbered("layer", layersIn(own)), STATE.layer, (layer) => update({ layer })),
    heads.length > 0 && select("Head", numbered("head", heads), STATE.head, (head) => update({ head })),
    rangeFilter(),
    h("fieldset", { class: "checks" }, h("legend", { class: "unseen" }, "Kinds of matrix"),
      groups.map(([g, text]) => checkbox(text, STATE.kinds.includes(g), setGroup(g)))),
  ];
}

// rangeFilter bounds what is shown of one measure.
function rangeFilter() {
  const bound = (name, label) => h("input", {
    type: "number", step: "any", class: "bound", value: STATE[name], "aria-label": label, placeholder: label, disabled: !STATE.within,
    oninput: (e) => update({ [name]: e.target.value }),
  });
  return h("fieldset", { class: "range" }, h("legend", null, STATE.show === "value" ? "Range of a measure" : `Range of a measure’s ${STATE.show}`),
    h("select", { "aria-label": "Measure to filter by", onchange: (e) => update({ within: e.target.value, least: "", most: "" }) },
      [["", "any"], ...DOC.metrics.map((m) => [m.name, m.title])].map(([v, text]) => h("option", { value: v, selected: v === STATE.within }, text))),
    bound("least", "from"), bound("most", "to"));
}

// matchesFilters returns a test of one matrix. Every word typed must occur; a
// word with * is a pattern over the whole label, as --matrix takes it.
function matchesFilters({ q, role, layer, head, kinds, within, least, most }) {
  const tests = q.split(/\s+/).filter(Boolean).map((word) => {
    if (!word.includes("*")) return (m) => m.text.includes(word.toLowerCase());
    return (m) => matchesGlob(word.toLowerCase(), m.label.toLowerCase());
  });
  const place = (wanted, n) => !wanted || (wanted === "none" ? n === null : String(n) === wanted);
  if (within && (least || most)) tests.push((m) => isBetween(shownValue(m, within), least, most));
  return (m) => kinds.includes(m.group) && (!role || m.line === role) && place(layer, m.layer) && place(head, m.head) && tests.every((t) => t(m));
}

// isBetween tests x against bounds as typed; an empty one is none. What is
// undefined lies nowhere.
function isBetween(x, least, most) {
  return isDefined(x) && (!least || x >= Number(least)) && (!most || x <= Number(most));
}

// matchesGlob says whether pattern, in which * stands for any text, is all of
// text. What lies between two stars is taken where it first occurs, so that
// the time is bounded by the product of the lengths; an expression with as
// many .* is not.
function matchesGlob(pattern, text) {
  const [first, ...rest] = pattern.split("*");
  if (!rest.length) return pattern === text;
  const last = rest.pop();
  let at = first.length;
  if (!text.startsWith(first)) return false;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
