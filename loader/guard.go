package loader

import "wspec/internal/safetensors"

// Guard runs f, which reads views, and returns its error, or an error of its
// own if a file was cut short under its map meanwhile: reading a page that is
// gone would otherwise end the program. Each goroutine that reads views needs
// a Guard of its own.
func Guard(f func() error) error { return safetensors.Guard(f) }
