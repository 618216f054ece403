package loader

import (
	"io"

	"wspec/internal/safetensors"
)

// Array is a tensor of float64 that is made when it is written.
type Array struct {
	Name  string
	Shape []int
	Make  func() ([]byte, error) // the numbers, row-major and little-endian
}

// WriteArrays writes arrays and metadata to w as a safetensors file, ordered by name; one array at a time is held. The error is
// *safetensors.FormatError where names repeat or are not UTF-8, one of Make's, or w's.
func WriteArrays(w io.Writer, arrays []Array, metadata map[string]string) error {
	var made []safetensors.Made
	for _, a := range arrays {
		bytes := 8
		for _, side := range a.Shape {
			bytes *= side
		}
		made = append(made, safetensors.Made{Entry: safetensors.Entry{Name: a.Name, DType: safetensors.F64, Shape: a.Shape}, Length: bytes, Make: a.Make})
	}
	return safetensors.WriteMade(w, made, metadata)
}
