package spectra

// Kernel names the arithmetic underneath. Results are the same to the byte
// for one kernel and may differ in last bits between two.
func Kernel() string { return "gonum" }
