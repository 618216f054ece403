//go:build amd64 && !noasm

package linalg

import "golang.org/x/sys/cpu"

//go:generate go run -C gen . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg linalg

// assembled returns the assembly kernels that this processor can run.
func assembled() []*kernel {
	var found []*kernel
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2 {
		if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL {
			found = append(found, avx512Kernel())
		}
		found = append(found, avx2Kernel())
	}
	return found
}

// The block sizes are for a level 2 cache of 1 to 2 MiB on AVX-512 machines
// and of 256 KiB on others: mc·kc numbers are to fill a part of it. kc is long
// enough to hide the reading and writing of C.
func avx512Kernel() *kernel {
	k := portable()
	k.name = "avx512"
	k.f64.mr, k.f64.nr, k.f64.tile = 8, 24, tileF64AVX512
	k.f64.kc, k.f64.mc, k.f64.nc = 256, 192, 3072
	k.f64.transpose, k.f64.square, k.f64.scaleCopy = transposeAVX512, 8, scaleCopyAVX512
	k.f32.mr, k.f32.nr, k.f32.tile = 8, 48, tileF32AVX512
	k.f32.kc, k.f32.mc, k.f32.nc = 384, 192, 6144
	k.dots, k.axpys, k.symv = dotsAVX512, axpysAVX512, symvAVX512
	k.rank1, k.rank2 = rank1AVX512, rank2AVX512
	k.screen, k.dot = screenAVX512, dotAVX512
	if k.half = amxHalf(); k.half != nil {
		k.name = "avx512+amx"
	}
	if cpu.X86.HasAVX512VPOPCNTDQ {
		k.sturm = sturmAVX512
	}
	return k
}

func avx2Kernel() *kernel {
	k := portable()
	k.name = "avx2"
	k.f64.mr, k.f64.nr, k.f64.tile = 4, 12, tileF64AVX2
	k.f64.kc, k.f64.mc, k.f64.nc = 256, 96, 3072
	k.f64.transpose, k.f64.square, k.f64.scaleCopy = transposeAVX2, 4, scaleCopyAVX2
	k.f32.mr, k.f32.nr, k.f32.tile = 4, 24, tileF32AVX2
	k.f32.kc, k.f32.mc, k.f32.nc = 256, 192, 3072
	k.dots, k.axpys, k.symv = dotsAVX2, axpysAVX2, symvAVX2
	k.rank1, k.rank2 = rank1AVX2, rank2AVX2
	k.sturm = sturmAVX2
	return k
}

func dotAVX512(x, y []float32) float64 {
	var s [8]float64
	dot32AVX512(x, y[:len(x)], s[:])
	return pairwise(&s)
}
