//go:build !noasm && !linux

package linalg

// amxPermitted says no: only Linux was tried.
func amxPermitted() bool { return false }
