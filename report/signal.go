package report

import (
	"strconv"

	"wspec/spectra"
)

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

// signalColumns are the columns of signals in metrics.csv; the rank is a measure.
func signalColumns() []string {
	return []string{"signal_edge", "signal_noise", "signal_low", "signal_low_edge"}
}

func (s *Signal) cells() []string {
	if s == nil {
		return make([]string, len(signalColumns()))
	}
	return []string{s.Edge.String(), s.Noise.String(), strconv.Itoa(s.Low), s.LowEdge.String()}
}
