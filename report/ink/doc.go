// Package ink draws charts. A [Chart] is plain data: panels with axes, lines,
// bands, rules or a grid of colours, and a key. A [Style] says how it looks.
// The package knows neither where the numbers come from nor what a label
// means.
package ink
