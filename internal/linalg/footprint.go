package linalg

// workColumns bounds the working memory beside the matrices, in columns of as
// many numbers as the side of the matrix: the packed panels of a product (256
// and 192), the vectors of a reduction (6·32) and the values themselves.
const workColumns = 704

// smallWork bounds, in numbers, what does not grow with the shape: packed
// blocks of each worker, for as many as 16.
const smallWork = 1 << 20

// padding bounds by how much a side is rounded up for the kernels.
const padding = 64

// stackRows is the number of rows in which QR takes an m × n matrix.
func stackRows(m, n int) int { return min(m, max(n, defaults().stack)) }

// Footprint returns the bytes of working memory that GramValues or
// DirectValues need at most for a rows × cols matrix, whichever of them needs
// more: with r = min(rows, cols), about two r × r matrices, or the matrix
// itself where that is smaller. The result is included, the source is not.
func Footprint(rows, cols int) int64 {
	n, r := int64(max(rows, cols)), int64(min(rows, cols))
	gram := (r + padding) * (r + padding)
	direct := int64(stackRows(int(n), int(r))) * r
	return 8 * (max(gram, direct) + workColumns*r + smallWork)
}

// FactorFootprint returns the bytes of working memory that RFactor needs at
// most for a rows × cols matrix: about twice its result, or the matrix itself
// where that is smaller. The result is included, the source is not.
func FactorFootprint(rows, cols int) int64 {
	c := int64(cols)
	return 8 * (int64(stackRows(rows, cols))*c + workColumns*c + smallWork)
}

// ProductFootprint returns the bytes of working memory that ProductValues needs
// at most for an m × k matrix times a k × n one: a Cholesky pass holds a whole
// factor twice, where that factor is not too long for it. The result is
// included, the sources are not.
func ProductFootprint(m, k, n int) int64 {
	held := func(rows int) int64 {
		if rows > maxCholeskyRows {
			return 0
		}
		return 16 * int64(rows) * int64(k)
	}
	factors := FactorFootprint(m, k) + FactorFootprint(n, k) + max(held(m), held(n))
	return factors + 8*int64(k)*int64(k) + Footprint(min(m, k), min(n, k))
}
