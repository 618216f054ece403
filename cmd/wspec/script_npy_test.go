package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// saveNPY: npy FILE ROWS COLS [nan|fortran|big] writes a table of one wave a row beside
// small ripples, with a NaN in row 3, column 1; in Fortran's order; or with its
// bytes in the wrong order.
func saveNPY(ts *testscript.TestScript, neg bool, args []string) {
	rows, err := strconv.Atoi(args[1])
	ts.Check(err)
	cols, err := strconv.Atoi(args[2])
	ts.Check(err)
	how := append(args, "")[3]
	descr, order := "<f4", "False"
	if how == "big" {
		descr = ">f4"
	}
	if how == "fortran" {
		order = "True"
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }\n", descr, order, rows, cols)
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), 0)
	b = append(b, dict...)
	number := func(i, j int) float64 {
		if how == "nan" && i == 3 && j == 1 {
			return math.NaN()
		}
		return 5 + 3*math.Sin(0.7*float64(i))*float64(j+1) + 0.01*math.Cos(float64(i*i+3*j))
	}
	for k := range rows * cols {
		i, j := k/cols, k%cols
		if how == "fortran" {
			i, j = k%rows, k/rows
		}
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(number(i, j))))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o666))
}
