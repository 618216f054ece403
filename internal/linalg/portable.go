package linalg

// tileGo is the 4 × 4 tile of C += A·B; see tiling.
func tileGo[T float32 | float64](k int, a []T, as int, b []T, bs int, c []T, cs int) {
	var s [4][4]T
	for p := range k {
		x, y := a[p*as:][:4], b[p*bs:][:4]
		for i := range s {
			s[i][0] += x[i] * y[0]
			s[i][1] += x[i] * y[1]
			s[i][2] += x[i] * y[2]
			s[i][3] += x[i] * y[3]
		}
	}
	for i := range s {
		row := c[i*cs:][:4]
		for j := range row {
			row[j] += s[i][j]
		}
	}
}

func dotsGo(m, n int, a []float64, lda int, x, y []float64) {
	for i := range m {
		y[i] = dotGo(a[i*lda:][:n], x)
	}
}

// dotGo sums in four parts, which the processor can overlap.
func dotGo(a, x []float64) float64 {
	var s [4]float64
	x = x[:len(a)]
	j := 0
	for ; j+4 <= len(a); j += 4 {
		u, v := a[j:j+4], x[j:j+4]
		s[0] += u[0] * v[0]
		s[1] += u[1] * v[1]
		s[2] += u[2] * v[2]
		s[3] += u[3] * v[3]
	}
	for ; j < len(a); j++ {
		s[0] += a[j] * x[j]
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

func axpysGo(m, n int, a []float64, lda int, x, y []float64) {
	y = y[:n]
	for i := range m {
		row, f := a[i*lda:][:n], x[i]
		for j := range y {
			y[j] += f * row[j]
		}
	}
}

func symvGo(m, n int, a []float64, lda int, x, u, y, s []float64) {
	dotsGo(m, n, a, lda, u, s)
	axpysGo(m, n, a, lda, x, y)
}

func rank1Go(m, n int, a []float64, lda int, x, y []float64) {
	y = y[:n]
	for i := range m {
		row, f := a[i*lda:][:n], x[i]
		for j := range row {
			row[j] += f * y[j]
		}
	}
}

func rank2Go(m, n int, a []float64, lda int, x, y, u, w []float64) {
	y, w = y[:n], w[:n]
	for i := range m {
		row, f, g := a[i*lda:][:n], x[i], u[i]
		for j := range row {
			row[j] += f*y[j] + g*w[j]
		}
	}
}

// transposeGo writes the transpose of the 4 × cols block at src.
func transposeGo[T float32 | float64](dst []T, ldd int, src []T, lds, cols int) {
	r0, r1, r2, r3 := src[:cols], src[lds:][:cols], src[2*lds:][:cols], src[3*lds:][:cols]
	for j := range cols {
		out := dst[j*ldd:][:4]
		out[0], out[1], out[2], out[3] = r0[j], r1[j], r2[j], r3[j]
	}
}

func scaleCopyGo[T float32 | float64](m, n int, alpha T, src []T, lds int, dst []T, ldd int) {
	for i := range m {
		to := dst[i*ldd:][:n]
		for j, x := range src[i*lds:][:n] {
			to[j] = alpha * x
		}
	}
}
