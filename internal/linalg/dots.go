package linalg

// Choice is some of the products of many vectors with the rows of a table.
type Choice struct {
	// Vectors are rows of D numbers, one after the other. Of vector At[i] the
	// products with rows IDs[i] of the table, ascending, are wanted.
	Vectors []float32
	D       int
	At      []int
	IDs     [][]int32
	// Rows is the length of the table. Read writes its rows i0 ≤ i < i1 to
	// dst, D numbers each; it is called concurrently.
	Rows int
	Read func(dst []float32, i0, i1 int)
	// Take is given the products with rows IDs[i], concurrently.
	Take func(i int, dots []float64)
}

// dotRows is the number of rows held at a time: 768 KiB at d = 768. dotUnit and
// dotVectors are how many rows or vectors a goroutine takes at a time.
const (
	dotRows    = 256
	dotUnit    = 16
	dotVectors = 64
)

// Dots forms the products in float64, in which those of two float32 are exact,
// and sums them in one order on every kind of processor: results do not depend
// on it. It runs on at most threads goroutines, at least 1.
func Dots(c Choice, threads int) { dots(c, best.dot, threads) }

func dots(c Choice, dot func(x, y []float32) float64, threads int) {
	all, wanted, at := make([][]float64, len(c.IDs)), make([]bool, c.Rows), make([]int, len(c.IDs))
	for v, ids := range c.IDs {
		all[v] = make([]float64, len(ids))
		for _, id := range ids {
			wanted[id] = true
		}
	}
	buf := make([]float32, min(dotRows, c.Rows)*c.D)
	for i := 0; i < c.Rows; i += dotRows {
		last := min(i+dotRows, c.Rows)
		parallel(threads, (last-i+dotUnit-1)/dotUnit, func(_, t int) {
			for r := i + t*dotUnit; r < min(i+(t+1)*dotUnit, last); r++ {
				if wanted[r] {
					c.Read(buf[(r-i)*c.D:][:c.D], r, r+1)
				}
			}
		})
		parallel(threads, (len(c.IDs)+dotVectors-1)/dotVectors, func(_, t int) {
			for v := t * dotVectors; v < min((t+1)*dotVectors, len(c.IDs)); v++ {
				x, ids := c.Vectors[c.At[v]*c.D:][:c.D], c.IDs[v]
				for ; at[v] < len(ids) && int(ids[at[v]]) < last; at[v]++ {
					all[v][at[v]] = dot(x, buf[(int(ids[at[v]])-i)*c.D:][:c.D])
				}
			}
		})
	}
	parallel(threads, len(c.IDs), func(_, v int) { c.Take(v, all[v]) })
}

// dotParts is the number of sums of a dot product: the k-th is of every
// dotParts-th product from the k-th on. Then those 8 apart are added, as
// dotFold does it, and their sums by pairs.
const dotParts = 32

func dot32Go(x, y []float32) float64 {
	var s [dotParts]float64
	y = y[:len(x)]
	for i, v := range x {
		s[i%dotParts] += float64(v) * float64(y[i])
	}
	var folded [8]float64
	for i := range folded {
		folded[i] = (s[i] + s[8+i]) + (s[16+i] + s[24+i])
	}
	return pairwise(&folded)
}

func pairwise(s *[8]float64) float64 {
	return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))
}
