package safetensors

import (
	"runtime"
	"runtime/debug"
)

// Guard runs f and returns its error. Where f reads mapped memory that has no
// file behind it any more (the file was truncated, its disk fails), the
// operating system raises a fault that would end the program; Guard makes it
// a *FormatError. Other panics, a nil dereference among them, pass through.
//
// It holds for the calling goroutine only: each worker needs its own Guard.
func Guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if !isFault(r) {
			panic(r)
		}
		err = refusal(NoOffset, "file was truncated or became unreadable while it was read")
	}()
	return f()
}

// isFault reports whether a panic's value stands for a fault at an address, as
// SetPanicOnFault documents. A nil dereference is a runtime.Error without one.
func isFault(r any) bool {
	_, ok := r.(interface {
		runtime.Error
		Addr() uintptr
	})
	return ok
}
