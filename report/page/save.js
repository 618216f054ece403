// save.js: saveText, saveSvg, savePng, fileName, copyButton: what leaves the page, by the reader's own hand.
//
// A saved figure is the one on the screen in the light colours, for paper,
// with every colour written out, so that it needs no style-sheet. It goes
// through a data: address to become a bitmap, the only one the policy admits.

const SVG_NS = "http://www.w3.org/2000/svg";
const PNG_SCALE = 3; // 288 pixels an inch at the 96 of the page
const SAID = 1600; // ms that a button says it is done
const PNG_SIDE = 12000; // px; more than that a canvas may refuse

// Attributes of a figure that are geometry; all else is on the page only.
const GEOMETRY = ["x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "width", "height", "points", "d", "viewBox", "transform", "text-anchor", "shape-rendering"];
const PAINTED = ["rect", "line", "circle", "polyline", "polygon", "path", "text"];

// saveBlob offers bytes as a file; nothing leaves the machine.
function saveBlob(name, blob) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function saveText(name, type, text) {
  saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

// fileName makes a name for a file of any title.
function fileName(title, extension) {
  const plain = title.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 80);
  return `${plain || "figure"}.${extension}`;
}

// saveSvg saves the figure that draw() makes.
function saveSvg(title, draw) {
  saveText(fileName(title, "svg"), "image/svg+xml", standalone(title, draw));
}

// savePng saves it as a bitmap.
async function savePng(title, draw) {
  const text = standalone(title, draw);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const scale = Math.min(PNG_SCALE, PNG_SIDE / Math.max(image.width, image.height));
  const canvas = h("canvas", { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  if (blob) saveBlob(fileName(title, "png"), blob);
  else announce("The figure is too large for a bitmap; save it as SVG.");
}

// standalone returns the text of an SVG file.
function standalone(title, draw) {
  return inLight(() => {
    const figure = draw();
    const stage = h("div", { class: "unseen", "aria-hidden": true }, figure);
    document.body.append(stage);
    const clean = plainCopy(figure, colourWriter());
    stage.remove();
    clean.prepend(svg("title", null, title));
    return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(clean)}\n`;
  });
}

// inLight runs f while the page has the colours of paper.
function inLight(f) {
  const { dataset } = document.documentElement;
  const was = dataset.print;
  dataset.print = "1";
  try {
    return f();
  } finally {
    if (was === undefined) delete dataset.print;
  }
}

// plainCopy copies a figure with the colours it has on the page as attributes.
function plainCopy(node, colour) {
  const out = document.createElementNS(SVG_NS, node.localName);
  for (const name of GEOMETRY) if (node.hasAttribute(name)) out.setAttribute(name, node.getAttribute(name));
  if (PAINTED.includes(node.localName)) paint(out, getComputedStyle(node), colour);
  for (const child of node.childNodes) {
    if (child.nodeType === Node.ELEMENT_NODE) out.append(plainCopy(child, colour));
    else if (child.nodeType === Node.TEXT_NODE) out.append(child.data);
  }
  return out;
}

function paint(out, style, colour) {
  const number = (text) => text.replace(/px/g, "");
  for (const kind of ["fill", "stroke"]) {
    const [rgb, alpha] = style[kind] === "none" ? ["none", 1] : colour(style[kind]);
    if (kind === "fill" || rgb !== "none") out.setAttribute(kind, alpha > 0 ? rgb : "none");
    const opacity = alpha * Number(style[`${kind}Opacity`]);
    if (opacity > 0 && opacity < 1) out.setAttribute(`${kind}-opacity`, Number(opacity.toFixed(3)));
  }
  if (out.hasAttribute("stroke") && out.getAttribute("stroke") !== "none") {
    out.setAttribute("stroke-width", number(style.strokeWidth));
    if (style.strokeDasharray !== "none") out.setAttribute("stroke-dasharray", number(style.strokeDasharray));
  }
  if (style.opacity !== "1") out.setAttribute("opacity", style.opacity);
  if (out.localName !== "text") return;
  out.setAttribute("font-size", number(style.fontSize));
  out.setAttribute("font-family", /mono/i.test(style.fontFamily) ? "monospace" : "sans-serif");
  if (Number(style.fontWeight) > 400) out.setAttribute("font-weight", "bold");
}

// colourWriter returns a function from any colour of a style-sheet to [#rrggbb,
// alpha], which every program reads; a canvas does the sum.
function colourWriter() {
  const pen = h("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  return (text) => {
    if (!known.has(text)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = text;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(text, [`#${[r, g, b].map((v) => v.toString(16).padStart(2, "0")).join("")}`, a / 255]);
    }
    return known.get(text);
  };
}

// copyButton copies what text() gives and says for a moment that it did.
function copyButton(label, { what, text, ...attrs }) {
  const act = async () => {
    if (!await copyText(text(), what())) return;
    self.textContent = "Copied ✓";
    setTimeout(() => { self.textContent = label; }, SAID);
  };
  const self = button(label, act, attrs);
  return self;
}

// copyText puts text on the clipboard, or where the browser refuses (it may on
// files) shows it selected, to be copied by hand.
async function copyText(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    announce(`${what} copied.`);
    return true;
  } catch {
    showText(text, what);
    return false;
  }
}

// showText shows text to be copied in a dialog.
function showText(text, what) {
  const field = h("textarea", { readonly: true, rows: Math.min(14, text.split("\n").length + 1), "aria-label": what, spellcheck: "false" });
  field.value = text;
  const dialog = h("dialog", { class: "copy", "aria-label": what, onclose: () => dialog.remove() },
    h("p", null, `${what}: the browser keeps its clipboard from pages opened as files. The text is selected; copy it with Ctrl+C or ⌘C.`),
    field, button("Close", () => dialog.close(), { class: "quiet" }));
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  field.select();
  field.scrollTop = 0;
}
