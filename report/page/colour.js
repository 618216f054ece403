// colour.js: viridis, inkOn, lineColours, themed, startTheme.

// Every 15th of the 256 colours of viridis (Smith & van der Walt 2015, CC0):
// lightness rises evenly, also for the colour-blind and on a grey printer.
const VIRIDIS = ("440154 481769 472a7a 433d84 3d4e8a 355e8d 2e6d8e 297b8e 23898e " +
  "1f978b 21a585 2eb37c 46c06f 65cb5e 89d548 b0dd2f d8e219 fde725").split(" ")
  .map((c) => [0, 2, 4].map((i) => parseInt(c.slice(i, i + 2), 16)));

// Okabe & Ito's colours for categories, blue and yellow moved so that each
// keeps a contrast of 3 against its background.
const CATEGORIES = {
  light: ["#0072b2", "#d55e00", "#00805c", "#b0568a", "#8a6d00", "#3c8dbc", "#333333"],
  dark: ["#5fb4ea", "#f08a3c", "#2fbf95", "#e09ac2", "#f0e442", "#a9d8f5", "#e8e8e8"],
};
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

const themed = []; // functions that draw anew when the colours change

// viridis returns the colour at t in [0, 1] as [r, g, b].
function viridis(t) {
  const x = Math.min(1, Math.max(0, t)) * (VIRIDIS.length - 1);
  const i = Math.min(Math.floor(x), VIRIDIS.length - 2);
  return VIRIDIS[i].map((c, k) => Math.round(c + (x - i) * (VIRIDIS[i + 1][k] - c)));
}

function css(rgb) {
  return `rgb(${rgb.join(", ")})`;
}

// inkOn returns black or white, whichever reads better on rgb.
function inkOn(rgb) {
  const [r, g, b] = rgb.map((c) => (c <= 10 ? c / 3295 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return luminance > 0.179 ? "#000" : "#fff"; // where both contrasts are equal
}

function isDark() {
  if (document.documentElement.dataset.print) return false; // paper is white
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

// token resolves a colour of the style-sheet for a canvas.
function token(name) {
  const probe = h("span", { style: { color: `var(${name})` } });
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

// lineColours gives each matrix a colour and a dash. Matrices that differ in
// one number only, layer or head, follow the scale; others are categories.
function lineColours(matrices) {
  const along = ["layer", "head"].find((k) => isSeries(matrices, k));
  if (along) {
    const values = matrices.map((m) => m[along]);
    const low = Math.min(...values);
    const span = Math.max(...values) - low;
    const [from, to] = isDark() ? [0.25, 1] : [0, 0.82]; // the ends that would vanish in the background
    return values.map((v) => ({ stroke: css(viridis(from + (to - from) * (v - low) / span)), dash: [] }));
  }
  const list = CATEGORIES[isDark() ? "dark" : "light"];
  return matrices.map((_, i) => ({
    stroke: list[i % list.length],
    dash: DASHES[Math.floor(i / list.length) % DASHES.length],
  }));
}

function isSeries(matrices, key) {
  const other = key === "layer" ? "head" : "layer";
  const values = new Set(matrices.map((m) => m[key]));
  return matrices.length > 2 && !values.has(null) && values.size === matrices.length &&
    new Set(matrices.map((m) => m.line)).size === 1 && new Set(matrices.map((m) => m[other])).size === 1;
}

// startTheme makes the button that goes through automatic, light and dark.
function startTheme() {
  const names = { "": "Auto", light: "Light", dark: "Dark" };
  const signs = { "": "◐", light: "○", dark: "●" };
  const next = { "": "light", light: "dark", dark: "" };
  const root = document.documentElement;
  const apply = () => {
    const { theme } = STATE;
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    byId("theme").replaceChildren(signs[theme], h("span", { class: "word" }, ` ${names[theme]}`));
    byId("theme").setAttribute("aria-label", `Colours: ${names[theme].toLowerCase()}. Change.`);
    for (const draw of themed) draw();
  };
  byId("theme").addEventListener("click", () => update({ theme: next[STATE.theme] }));
  subscribe((changed) => { if (changed.has("theme")) apply(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  addEventListener("beforeprint", () => { root.dataset.print = "1"; for (const draw of themed) draw(); });
  addEventListener("afterprint", () => { delete root.dataset.print; for (const draw of themed) draw(); });
  apply();
}
