package report

// pageTrack is the trajectories as the page reads them: values in the order of
// Measures, rounded to what the eye can tell.
type pageTrack struct {
	Steps    []string       `json:"steps"`
	Measures []MetricInfo   `json:"measures"`
	List     []pageTracking `json:"list"`
}

// pageTracking is a Trajectory.
type pageTracking struct {
	Label    string     `json:"label"`
	Role     string     `json:"role"`
	Layer    *int       `json:"layer"`
	Head     *int       `json:"head"`
	Kind     string     `json:"kind"`
	Values   [][]Number `json:"values"`
	LeftNull *int       `json:"left_null"`
	Sigma    [][]Number `json:"sigma"`  // of each mode
	Cosine   [][]Number `json:"cosine"` // of each mode with itself before
}

func newPageTrack(c *Comparison) pageTrack {
	p := pageTrack{Steps: []string{}, Measures: each(c.TrackMeasures, safeMetric), List: []pageTracking{}}
	for _, m := range c.Models {
		p.Steps = append(p.Steps, Safe(m.Name))
	}
	for i := range c.Trajectories {
		t := &c.Trajectories[i]
		x := pageTracking{Label: Safe(t.Label), Role: Safe(t.Role), Layer: t.Layer, Head: t.Head, Kind: t.Kind, LeftNull: t.LeftNull, Sigma: [][]Number{}, Cosine: [][]Number{}}
		for _, info := range c.TrackMeasures {
			x.Values = append(x.Values, roundAll(t.Values[info.Name]))
		}
		for _, m := range t.Modes {
			x.Sigma, x.Cosine = append(x.Sigma, roundAll(m.Sigma)), append(x.Cosine, roundAll(m.Cosine))
		}
		p.List = append(p.List, x)
	}
	return p
}

// roundAll returns numbers with the digits that a page shows of σ.
func roundAll(list []Number) []Number {
	return each(list, func(v Number) Number { return rounded(v, sigmaDigits) })
}
