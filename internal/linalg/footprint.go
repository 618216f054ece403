package linalg

// workColumns bounds the working memory beside the matrices, in columns of as
// many numbers as the side of the matrix: the panels of a reduction (7·64), the
// band (3·64 and a little), the packed panels of a product (160 and 192), and
// the values themselves.
const workColumns = 1100

// smallWork bounds, in numbers, what does not grow with the shape: packed
// blocks of each worker, for as many as 16.
const smallWork = 1 << 20

// padding bounds by how much a side is rounded up for the kernels.
const padding = 64

// stackRows is the number of rows in which QR takes an m × n matrix.
func stackRows(m, n int) int { return min(m, max(n, defaults().stack)) }

// Footprint returns the bytes of working memory that GramValues, Gram or
// DirectValues need at most for a rows × cols matrix, whichever of them
// needs most: with r = min(rows, cols), about three r × r matrices. The result
// is included, the source is not.
func Footprint(rows, cols int) int64 {
	n, r := max(rows, cols), min(rows, cols)
	side := int64(r + padding)
	gram := 2 * side * side // the matrix, and the reflectors of both stages
	direct := int64(stackRows(n, r)+padding)*side + 2*side*side
	return 8 * (max(gram, direct) + workColumns*side + smallWork)
}

// FactorFootprint returns the bytes of working memory that RFactor needs at
// most for a rows × cols matrix: about three times its result, or, where that
// is not too long, the matrix twice. The result is included, the source is not.
func FactorFootprint(rows, cols int) int64 {
	side := int64(cols + padding)
	r := int64(min(rows, cols) + padding)
	stack := int64(stackRows(rows, cols)+padding) * side
	if held := int64(rows+padding) * side; mayRepeat(rows, cols) {
		stack = max(stack, 2*held+2*side*side) + side*side
	}
	return 8 * (stack + 2*r*side + workColumns*side + smallWork)
}

// ProductFootprint returns the bytes of working memory that ProductSpectrum needs
// at most for factors of m × k and n × k matrices. The result is included, the
// factors are not.
func ProductFootprint(m, k, n int) int64 {
	core := max(min(m, k), min(n, k))
	return 8*int64(core)*int64(core) + 2*Footprint(core, core)
}
