package ink

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/plot/vg"
)

// TestPlaceNames: names lie within the area and on no other, the first has
// its place, and a lone one stands to the right of its point.
func TestPlaceNames(t *testing.T) {
	area := vg.Rectangle{Max: vg.Point{X: 200, Y: 100}}
	size := vg.Point{X: 30, Y: 10}
	one := placeNames([]vg.Point{{X: 50, Y: 50}}, []vg.Point{size}, area, nameGap)
	if len(one) != 1 || one[0].box != (vg.Rectangle{Min: vg.Point{X: 50 + nameGap, Y: 45}, Max: vg.Point{X: 80 + nameGap, Y: 55}}) {
		t.Fatalf("%+v", one)
	}
	if edge := placeNames([]vg.Point{{X: 195, Y: 50}, {X: 300, Y: 50}}, []vg.Point{size, size}, area, nameGap); len(edge) != 1 || edge[0].box.Max.X != 195-nameGap {
		t.Errorf("at the edge: %+v", edge)
	}
	if wide := placeNames([]vg.Point{{X: 50, Y: 50}}, []vg.Point{{X: 500, Y: 10}}, area, nameGap); len(wide) != 0 {
		t.Errorf("a name wider than the area: %+v", wide)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	var points, sizes []vg.Point
	for range 300 {
		points = append(points, vg.Point{X: vg.Length(200 * rng.Float64()), Y: vg.Length(100 * rng.Float64())})
		sizes = append(sizes, size)
	}
	all := placeNames(points, sizes, area, nameGap)
	if len(all) < 20 || all[0].name != 0 {
		t.Errorf("%d names have room", len(all))
	}
	for i, a := range all {
		if !within(a.box, area) {
			t.Errorf("%+v leaves the area", a)
		}
		for _, b := range all[:i] {
			if meetsAny(a.box, []vg.Rectangle{b.box, boxAround(points[b.name], nameGap/2)}) {
				t.Errorf("%+v meets %+v", a, b)
			}
		}
	}
}
