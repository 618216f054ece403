package report

import "wspec/spectra"

// Signal says which σ noise of one level does not explain; the fields are those
// of [spectra.Signal].
type Signal struct {
	Rank    int      `json:"rank"`     // σ that are too large, also the measure signal_rank
	Low     int      `json:"low"`      // σ that are too small
	Noise   Number   `json:"noise"`    // sd of the entries of what is left
	Edge    Number   `json:"edge"`     // σ that the largest of that noise passes in one matrix of 20
	LowEdge Number   `json:"low_edge"` // σ that the smallest stays under; null under the floor
	P       []Number `json:"p"`        // of σ from the largest on, as far as they were tested
	Q       []Number `json:"q"`
	LowP    []Number `json:"low_p"` // from the smallest on that is over the floor
	LowQ    []Number `json:"low_q"`
}

func newSignal(s *spectra.Signal) *Signal {
	if s == nil {
		return nil
	}
	return &Signal{
		Rank: s.Rank, Low: s.Low, Noise: Number(s.Noise), Edge: Number(s.Edge), LowEdge: Number(s.LowEdge),
		P: numbers(s.P), Q: numbers(s.Q), LowP: numbers(s.LowP), LowQ: numbers(s.LowQ),
	}
}

// signalColumns are the columns of signals in the table of measures; the rank is
// a measure.
func signalColumns() []column {
	return []column{{"signal_edge", isReal}, {"signal_noise", isReal}, {"signal_low", isWhole}, {"signal_low_edge", isReal}}
}

func (s *Signal) entries() []entry {
	if s == nil {
		return make([]entry, len(signalColumns()))
	}
	return []entry{real(s.Edge), real(s.Noise), whole(s.Low), real(s.LowEdge)}
}
