package linalg

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pageArena puts each slice at the end of a page that is followed by one that
// cannot be read: a kernel that reads past the end faults, even if it makes
// nothing of what it read.
type pageArena struct{ maps [][]byte }

func (a *pageArena) slice(values []float64) []float64 {
	page := unix.Getpagesize()
	size := (8*len(values) + page - 1) / page * page
	m, err := unix.Mmap(-1, 0, size+page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	a.maps = append(a.maps, m)
	if err := unix.Mprotect(m[size:], unix.PROT_NONE); err != nil {
		panic(err)
	}
	if len(values) == 0 {
		return nil
	}
	s := unsafe.Slice((*float64)(unsafe.Pointer(&m[size-8*len(values)])), len(values))
	copy(s, values)
	return s
}

func (a *pageArena) check() error { return nil }

func (a *pageArena) free() {
	for _, m := range a.maps {
		unix.Munmap(m)
	}
}

func TestKernelsAtPageEnd(t *testing.T) {
	for _, k := range kernels()[:len(kernels())-1] {
		for _, c := range vectorCases() {
			t.Run(k.name+"/"+c.name, func(t *testing.T) { testKernel(t, k, c, func() arena { return &pageArena{} }) })
		}
	}
}
