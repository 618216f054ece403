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

try {
  main();
} catch (error) {
  byId("boot").hidden = false;
  byId("boot").textContent = `The page could not be drawn (${error.message}). The same numbers stand beside it in metrics.csv, spectra.csv and tensors.csv.`;
  throw error;
}
