// main.js: puts the parts together.

function main() {
  readFragment();
  startTips();
  startTheme();
  byId("main").hidden = false; // figures measure the room they have
  startReference();
  startMap();
  startSpectra();
  startMatrices();
  startReadouts();
  startCircuits();
  startDetail();
  startLinks();
  addEventListener("hashchange", () => location.reload()); // an address pasted over this one
  const place = location.hash.slice(1);
  if (place && !place.includes("=")) goTo(place);
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

try {
  main();
} catch (error) {
  byId("boot").hidden = false;
  byId("boot").textContent = `The page could not be drawn (${error.message}). The same numbers stand beside it in metrics.csv, spectra.csv and tensors.csv.`;
  throw error;
}
