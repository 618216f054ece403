// zoom.js: NO_ZOOM, selectedZoom, listenToWheel, zoomByKey, widened, shifted, within: which part of a chart is on show.
//
// A zoom is {x, y}, each the range of values shown or null for all of them.

const NO_ZOOM = { x: null, y: null };
const WHEEL = 1.0015; // factor of the range a pixel of wheel
const KEY_FACTOR = 0.7; // of the range a key press

// widened scales a range about a value, on a log axis by ratios.
function widened([low, high], at, factor, log) {
  const [f, back] = log ? [Math.log, Math.exp] : [(v) => v, (v) => v];
  return [back(f(at) + (f(low) - f(at)) * factor), back(f(at) + (f(high) - f(at)) * factor)];
}

// shifted moves a range by a share of its width.
function shifted([low, high], share, log) {
  if (log) return [low * (high / low) ** share, high * (high / low) ** share];
  return [low + (high - low) * share, high + (high - low) * share];
}

// within moves a range into the whole, or returns null if it is all of it.
function within([low, high], [least, most]) {
  if (low <= least && high >= most) return null;
  if (low < least) return [least, Math.min(most, high + (least - low))];
  if (high > most) return [Math.max(least, low - (high - most)), most];
  return [low, high];
}

// selectedZoom reads what was dragged over and clears it. A drag along one
// axis spans the other.
function selectedZoom(u) {
  const { left, top, width, height } = u.select;
  const ratio = devicePixelRatio || 1;
  const range = (axis, a, b, whole) => (Math.abs(b - a) >= whole - 1 ? null : [u.posToVal(a, axis), u.posToVal(b, axis)].sort((p, q) => p - q));
  const zoom = { x: range("x", left, left + width, u.bbox.width / ratio), y: range("y", top, top + height, u.bbox.height / ratio) };
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  return zoom;
}

// listenToWheel zooms a chart about the pointer while Ctrl or ⌘ is held, as
// it is for a pinch; the wheel alone still scrolls the page.
function listenToWheel(chart) {
  chart.plot.over.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    chart.zoomBy(WHEEL ** event.deltaY);
  }, { passive: false });
}

// zoomByKey does what a key asks for and says whether it asked for anything.
function zoomByKey(chart, key, shift) {
  const actions = {
    "+": () => chart.zoomBy(KEY_FACTOR), "=": () => chart.zoomBy(KEY_FACTOR), "-": () => chart.zoomBy(1 / KEY_FACTOR), 0: () => chart.setZoom(NO_ZOOM),
    ...(shift ? { ArrowLeft: () => chart.shift(-0.25), ArrowRight: () => chart.shift(0.25) } : {}),
  };
  if (!Object.hasOwn(actions, key)) return false;
  actions[key]();
  return true;
}
