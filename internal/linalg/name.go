package linalg

// Kernel names the arithmetic that this processor was found to support:
// "avx512+amx", "avx512", "avx2" or "portable". Results are the same to the byte for one
// kernel, and may differ in last bits between two.
func Kernel() string { return best.name }
