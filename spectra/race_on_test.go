//go:build race

package spectra_test

const raceEnabled = true
