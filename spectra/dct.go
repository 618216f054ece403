package spectra

import (
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
)

// cosines is the orthonormal discrete cosine transform of n numbers, DCT-II:
//
//	X_k = s_k·Σ x_i·cos(π(2i + 1)k/2n),  s₀ = √(1/n), s_k = √(2/n),
//
// by one Fourier transform of length n of the even elements followed by the odd ones backwards (Makhoul 1980).
type cosines struct {
	n        int
	real     *fourier.FFT // nil where chirp does it
	chirp    *chirp
	turn     []complex128 // s_k·e^{−iπk/2n}
	ordered  []float64
	spectrum []complex128
}

// mostRadix is the largest prime of a length for which the transform of package fourier is used: it takes n·p for each prime p.
const mostRadix = 31

func newCosines(n int) *cosines {
	c := &cosines{n: n, turn: make([]complex128, n), ordered: make([]float64, n)}
	for k := range c.turn {
		c.turn[k] = cmplx.Rect(math.Sqrt(2/float64(n)), -math.Pi*float64(k)/float64(2*n))
	}
	c.turn[0] = complex(math.Sqrt(1/float64(n)), 0)
	if largestPrime(n) > mostRadix {
		c.chirp = newChirp(n)
		c.spectrum = make([]complex128, n)
	} else {
		c.real = fourier.NewFFT(n)
		c.spectrum = make([]complex128, n/2+1)
	}
	return c
}

// transform replaces x, of length n, by its transform.
func (c *cosines) transform(x []float64) {
	for i, v := range x {
		if i%2 == 0 {
			c.ordered[i/2] = v
		} else {
			c.ordered[c.n-1-i/2] = v
		}
	}
	if c.real == nil {
		c.chirp.transform(c.spectrum, c.ordered)
	} else {
		c.real.Coefficients(c.spectrum, c.ordered)
	}
	for k := range x {
		v := complex(0, 0)
		if k < len(c.spectrum) {
			v = c.spectrum[k]
		} else { // of real numbers
			v = cmplx.Conj(c.spectrum[c.n-k])
		}
		x[k] = real(c.turn[k] * v)
	}
}

// chirp is the Fourier transform of a length with a large prime in it, as that of a vocabulary may be, by a convolution of a length
// that is a power of two (Bluestein 1970).
type chirp struct {
	fft         *fourier.CmplxFFT
	turn        []complex128 // e^{−iπj²/n}
	kernel, buf []complex128 // the transform of its conjugate, around 0; working memory
}

func newChirp(n int) *chirp {
	m := 1
	for m < 2*n-1 {
		m *= 2
	}
	c := &chirp{fft: fourier.NewCmplxFFT(m), turn: make([]complex128, n), kernel: make([]complex128, m), buf: make([]complex128, m)}
	for j := range n {
		square := int64(j) * int64(j) % int64(2*n) // the angle, without the turns that would cost its digits
		c.turn[j] = cmplx.Rect(1, -math.Pi*float64(square)/float64(n))
		c.kernel[j] = cmplx.Conj(c.turn[j])
		if j > 0 {
			c.kernel[m-j] = c.kernel[j]
		}
	}
	c.fft.Coefficients(c.kernel, c.kernel)
	return c
}

func (c *chirp) transform(dst []complex128, x []float64) {
	clear(c.buf)
	for j, v := range x {
		c.buf[j] = c.turn[j] * complex(v, 0)
	}
	c.fft.Coefficients(c.buf, c.buf)
	for i, k := range c.kernel {
		c.buf[i] *= k
	}
	c.fft.Sequence(c.buf, c.buf)
	scale := complex(1/float64(len(c.buf)), 0)
	for k := range dst {
		dst[k] = c.turn[k] * c.buf[k] * scale
	}
}

// largestPrime returns the largest prime that divides n ≥ 1, 1 for 1.
func largestPrime(n int) int {
	largest := 1
	for p := 2; p*p <= n; p++ {
		for n%p == 0 {
			largest, n = p, n/p
		}
	}
	return max(largest, n)
}

// dctStrip is the memory for the columns that are transformed at once.
const dctStrip = 64 << 20

// eachCosine calls f with the coefficients of w's two-dimensional transform, a frequency of the columns at a time. w is read
// once for each dctStrip bytes of it.
func eachCosine(w Source, scale float64, f func(coefficients []float64)) {
	rows, cols := w.Dims()
	if rows == 0 || cols == 0 {
		return
	}
	width := min(cols, max(1, dctStrip/(8*rows)))
	across, down := newCosines(cols), newCosines(rows)
	row, strip := make([]float64, cols), make([]float64, width*rows)
	for j0 := 0; j0 < cols; j0 += width {
		n := min(width, cols-j0)
		for i := range rows {
			w.Block(row, cols, i, i+1, 0, cols)
			for j := range row {
				row[j] *= scale
			}
			across.transform(row)
			for j, v := range row[j0 : j0+n] {
				strip[j*rows+i] = v
			}
		}
		for j := range n {
			column := strip[j*rows:][:rows]
			down.transform(column)
			f(column)
		}
	}
}
