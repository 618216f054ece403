package safetensors

// DType is the name of an element type as the header writes it, for example
// "F32". Names this package does not know are kept as they stand.
type DType string

// The element types that hold the numbers of a weight matrix and widen exactly
// to float64.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	// F8E4M3 is the OCP "FN" kind: no infinity, NaN is 0x7f and 0xff.
	F8E4M3 DType = "F8_E4M3"
	F8E5M2 DType = "F8_E5M2"
)

// Bits returns the storage of one element in bits, from 4 to 64, and 0 if the
// type is unknown. The list is that of the reference implementation
// (huggingface/safetensors, Dtype::bitsize).
func (d DType) Bits() int {
	switch d {
	case "F4":
		return 4
	case "F6_E2M3", "F6_E3M2":
		return 6
	case "BOOL", "U8", "I8", F8E4M3, F8E5M2, "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ":
		return 8
	case "I16", "U16", F16, BF16:
		return 16
	case "I32", "U32", F32:
		return 32
	case "I64", "U64", F64, "C64":
		return 64
	}
	return 0
}

// IsFloat reports whether elements of this type widen exactly to float64:
// F64, F32, F16, BF16, F8_E4M3 and F8_E5M2.
func (d DType) IsFloat() bool { return d.Epsilon() > 0 }

// Epsilon returns the distance from 1 to the next larger number of the type,
// 2^-k for k stored bits of significand (finfo.eps in numpy), and 0 unless
// IsFloat.
func (d DType) Epsilon() float64 {
	switch d {
	case F64:
		return 0x1p-52
	case F32:
		return 0x1p-23
	case F16:
		return 0x1p-10
	case BF16:
		return 0x1p-7
	case F8E4M3:
		return 0x1p-3
	case F8E5M2:
		return 0x1p-2
	}
	return 0
}
