//go:build !race

package directions

// everyMatrix is the step through the matrices of a checkpoint in tests that
// decompose them whole.
const everyMatrix = 1
