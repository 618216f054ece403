// main.js: puts the parts of a model's page together.

startPage(startMap, startSpectra, startMatrices, startReadouts, startCircuits);
