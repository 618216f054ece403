package spectra

import "math"

// Distance returns ‖new − old‖_F/‖old‖_F of two matrices of one shape, read
// block by block: Difference.Relative without the spectrum. Errors are those
// of Compare.
func Distance(old, new Source) (float64, error) {
	c, err := takeChange(old, new)
	if err != nil {
		return math.NaN(), err
	}
	return c.relative(), nil
}
