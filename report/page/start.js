// start.js: startPage, what every page does before and after its own parts; notDrawn.

// startPage draws the given parts, in order.
function startPage(...parts) {
  try {
    readFragment();
    startTips();
    startTheme();
    byId("main").hidden = false; // figures measure the room they have
    for (const start of [startReference, ...parts, startDetail, startLinks]) start();
    addEventListener("hashchange", () => location.reload()); // an address pasted over this one
    const place = location.hash.slice(1);
    if (place && !place.includes("=")) goTo(place);
    markReady();
  } catch (error) {
    notDrawn(error);
  }
}

// notDrawn says why there is no page, and where the same numbers stand.
function notDrawn(error) {
  const boot = byId("boot");
  boot.hidden = false;
  boot.textContent = `The page could not be drawn (${error.message}). The same numbers stand beside it in ${boot.dataset.beside}.`;
  throw error;
}

// markReady notes when the whole page was first on the screen, for whoever
// measures it: a frame is painted before the next one starts.
function markReady() {
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("wspec-ready")));
}
