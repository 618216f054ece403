//go:build !amd64 || noasm

package linalg

// assembled returns no kernel: there is no assembly for this build.
func assembled() []*kernel { return nil }
