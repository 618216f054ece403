//go:build race

package linalg

// raceDetector makes plain Go some twenty times slower.
const raceDetector = true
