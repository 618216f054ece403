package linalg

// workColumns bounds the workspace of the LAPACK routines in columns of r
// numbers: Dsytrd asks for 32, Dgeqrf for 32, Dgesvd for up to 99 of a
// matrix twice as long as wide (block size 32), and the values themselves take
// one or two.
const workColumns = 104

// smallWork bounds, in numbers, what does not grow with the shape: the least
// workspace of a routine, a tile of a transpose.
const smallWork = 4096

// Footprint returns the bytes of working memory that GramValues or
// DirectValues need at most for a rows × cols matrix, whichever of them needs
// more: with r = min(rows, cols), about two r × r matrices, or the matrix
// itself where that is smaller. The result is included, the source is not.
func Footprint(rows, cols int) int64 {
	n, r := int64(max(rows, cols)), int64(min(rows, cols))
	gram := r*r + min(n, gramRows)*r
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
