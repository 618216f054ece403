package safetensors

import (
	"math"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// mapFile maps size > 0 bytes of f read-only and returns how to unmap them.
func mapFile(f *os.File, size int64) ([]byte, func() error, error) {
	if size > math.MaxInt {
		return nil, nil, windows.ERROR_FILE_TOO_LARGE
	}
	m, err := windows.CreateFileMapping(windows.Handle(f.Fd()), nil, windows.PAGE_READONLY, 0, 0, nil)
	if err != nil {
		return nil, nil, err
	}
	// The view keeps the mapping alive by itself.
	defer windows.CloseHandle(m)
	addr, err := windows.MapViewOfFile(m, windows.FILE_MAP_READ, 0, 0, uintptr(size))
	if err != nil {
		return nil, nil, err
	}
	// The address is not Go memory; read through a pointer to it, since vet
	// takes a direct conversion for a mistake.
	b := unsafe.Slice(*(**byte)(unsafe.Pointer(&addr)), int(size))
	return b, func() error { return windows.UnmapViewOfFile(addr) }, nil
}
