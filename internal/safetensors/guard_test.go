package safetensors

import (
	"errors"
	"runtime/debug"
	"testing"
)

func TestGuardPasses(t *testing.T) {
	mine := errors.New("mine")
	if err := Guard(func() error { return mine }); err != mine {
		t.Errorf("error %v, want the function's", err)
	}
	if err := Guard(func() error { return nil }); err != nil {
		t.Errorf("error %v, want none", err)
	}
	var null *int
	var none []int
	for name, f := range map[string]func(){
		"own panic":       func() { panic("mine") },
		"nil dereference": func() { *null = 1 },
		"index":           func() { none[len(name(none))] = 1 },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: the panic did not pass", name)
				}
			}()
			Guard(func() error { f(); return nil })
		}()
	}
}

// name hides a constant index from vet.
func name(s []int) []int { return s }

// TestGuardRestores checks that the setting is as before, on every way out.
func TestGuardRestores(t *testing.T) {
	for _, old := range []bool{false, true} {
		was := debug.SetPanicOnFault(old)
		Guard(func() error { return nil })
		got := debug.SetPanicOnFault(old)
		func() {
			defer func() { recover() }()
			Guard(func() error { panic("mine") })
		}()
		if after := debug.SetPanicOnFault(was); got != old || after != old {
			t.Errorf("setting was %v, is %v after a return, %v after a panic", old, got, after)
		}
	}
}
