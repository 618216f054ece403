// dom.js: h, svg, fill, select, announce, onWidth, startTips, startLinks.
//
// Elements are built from text nodes and attributes only. No string is ever
// parsed as markup, so no name in a checkpoint can become any.

function build(node, attrs, children) {
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

// h makes an HTML element; attributes named on… with functions are listeners.
function h(tag, attrs, ...children) {
  return build(document.createElement(tag), attrs, children);
}

function svg(tag, attrs, ...children) {
  return build(document.createElementNS("http://www.w3.org/2000/svg", tag), attrs, children);
}

function byId(id) {
  return document.getElementById(id);
}

// fill replaces the children of the element with the given id.
function fill(id, ...children) {
  keepFocus(byId(id), () => byId(id).replaceChildren(...children.flat().filter(Boolean)));
}

// keepFocus draws a host anew and gives the focus back to the control in the
// same place, so that a keyboard is not thrown back to the top of the page.
function keepFocus(host, draw) {
  const controls = () => [...host.querySelectorAll("select, input, button, summary, a, [role=gridcell]")];
  const at = controls().indexOf(document.activeElement);
  draw();
  if (at >= 0 && controls()[at]) controls()[at].focus({ preventScroll: true });
}

const SETTLED = 120; // ms without a change of width: what changed it is drawn first

// onWidth calls draw when the width of host has changed and stands still.
function onWidth(host, draw) {
  let width = host.clientWidth;
  let timer = 0;
  new ResizeObserver(([entry]) => {
    if (Math.abs(entry.contentRect.width - width) < 2) return;
    width = entry.contentRect.width;
    clearTimeout(timer);
    timer = setTimeout(draw, SETTLED);
  }).observe(host);
}

// select makes a labelled choice; options are [value, text] pairs.
function select(label, options, value, onchange) {
  const box = h("select", { onchange: () => onchange(box.value) });
  for (const [v, text] of options) box.append(h("option", { value: v, selected: String(v) === String(value) }, text));
  return h("label", { class: "field" }, h("span", null, label), box);
}

// choice makes a group of radio buttons drawn as one control.
function choice(name, label, options, value, onchange) {
  return h("fieldset", { class: "choice" }, h("legend", null, label), options.map(([v, text]) =>
    h("label", null,
      h("input", { type: "radio", name, value: v, checked: v === value, onchange: () => onchange(v) }),
      h("span", null, text))));
}

function checkbox(label, checked, onchange) {
  const box = h("input", { type: "checkbox", onchange: () => onchange(box.checked) });
  box.checked = checked;
  return h("label", { class: "check" }, box, h("span", null, label));
}

function button(text, onclick, attrs) {
  return h("button", { type: "button", onclick, ...attrs }, text);
}

// announce tells screen readers what changed.
function announce(text) {
  byId("announce").textContent = text;
}

// startTips shows the data-tip of whatever is under the pointer or has focus.
// Its first line is the heading. Escape hides it.
function startTips() {
  const tip = byId("tip");
  const hide = () => { tip.hidden = true; };
  const show = (event) => {
    const owner = event.target.closest && event.target.closest("[data-tip]");
    if (!owner) return hide();
    const [head, ...rest] = owner.getAttribute("data-tip").split("\n");
    tip.replaceChildren(h("strong", null, head), ...rest.filter(Boolean).map((line) => h("span", null, line)));
    tip.hidden = false;
    placeTip(tip, owner.getBoundingClientRect());
  };
  document.addEventListener("pointerover", show);
  document.addEventListener("focusin", (e) => { if (e.target.matches(":focus-visible")) show(e); });
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, { capture: true, passive: true });
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") hide(); });
}

function placeTip(tip, box) {
  const gap = 8;
  const left = Math.min(Math.max(gap, box.left + box.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - gap);
  const above = box.top - tip.offsetHeight - gap;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > gap ? above : box.bottom + gap}px`;
}

// goTo scrolls to a place in the page and gives it the focus. Fragments hold
// the state of the page, so links inside it must not touch them.
function goTo(id) {
  const target = byId(id);
  if (!target) return;
  target.scrollIntoView();
  target.focus({ preventScroll: true });
}

// startLinks keeps links inside the page from replacing its state.
function startLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    goTo(link.getAttribute("href").slice(1));
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  });
}
