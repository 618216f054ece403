package report

import "slices"

// pageData is a Document as the page reads it: every string made safe to
// show, repeated names replaced by positions, singular values packed.
// Slices are never nil, so that scripts need not test for null.
type pageData struct {
	Schema   string       `json:"schema"`
	Tool     Tool         `json:"tool"`
	Options  RunOptions   `json:"options"`
	Warnings []Warning    `json:"warnings"`
	Models   []pageModel  `json:"models"`
	Metrics  []MetricInfo `json:"metrics"`
	Judged   []int        `json:"judged"` // places in Metrics of those with a null
	Bands    []pageBand   `json:"bands"`
	Matrices []pageMatrix `json:"matrices"`
	Coarse   bool         `json:"coarse"`   // shares have three digits, see pagePack
	Readouts []string     `json:"readouts"` // "", "embed", …
	Ways     []string     `json:"ways"`     // other ways of reading a side
	// TokensShown of a pole and DirectionsShown of a matrix are fewer than the
	// document's where the page would be too large; 0: all.
	TokensShown     int `json:"tokens_shown"`
	DirectionsShown int `json:"directions_shown"`

	pack *pagePack // what stands behind the JSON
}

// pageMatrix is a Matrix with its metrics in the order of pageData.Metrics.
type pageMatrix struct {
	Label       string      `json:"label"`
	Role        string      `json:"role"`
	Layer       *int        `json:"layer"`
	Head        *int        `json:"head"`
	Model       int         `json:"model"` // position in pageData.Models
	Kind        string      `json:"kind"`
	Tensors     []string    `json:"tensors"`
	Shape       [2]int      `json:"shape"`
	DType       string      `json:"dtype"`
	In          string      `json:"in"`
	Out         string      `json:"out"`
	Sigma1      Number      `json:"sigma1"`
	Shares      span        `json:"shares"` // σᵢ/σ₁, see pagePack
	Values      []Number    `json:"values"`
	Nulls       []Number    `json:"nulls,omitempty"` // mean, sd, share, z and q of each of pageData.Judged
	Band        *int        `json:"band,omitempty"`  // place in pageData.Bands
	Signal      *pageSignal `json:"signal,omitempty"`
	Initial     *Initial    `json:"initial,omitempty"`
	Floor       Floor       `json:"floor"`
	Certificate Certificate `json:"certificate"`
	Biases      bool        `json:"biases,omitempty"`
	Note        string      `json:"note,omitempty"`
	Error       string      `json:"error,omitempty"`
	// Refused says why a measure is withheld, by its name.
	Refused map[string]string `json:"refused,omitempty"`

	Heading    string          `json:"heading,omitempty"` // over the directions
	Tokens     int             `json:"tokens"`            // where its scored tokens start
	Directions []pageDirection `json:"directions,omitempty"`
	Blocks     []pageBlock     `json:"blocks,omitempty"`
	Map        *pageMap        `json:"map,omitempty"`
}

// pageBand is a NullBand as far as it is drawn, for a matrix of Frobenius norm 1.
type pageBand struct {
	Draws int      `json:"draws"`
	Low   []Number `json:"low"`
	High  []Number `json:"high"`
}

func newPageBand(b NullBand) pageBand {
	few := func(n Number) Number { return rounded(n, nullDigits) }
	return pageBand{Draws: b.Draws, Low: each(b.Low, few), High: each(b.High, few)}
}

func newPageData(d *Document) *pageData {
	index := make(map[string]int, len(d.Models)) // the first of two models of one name
	for i := len(d.Models) - 1; i >= 0; i-- {
		index[d.Models[i].Name] = i
	}
	p := &pageData{
		Schema: Safe(d.Schema),
		Tool:   Tool{Version: Safe(d.Tool.Version), Go: Safe(d.Tool.Go), Kernel: Safe(d.Tool.Kernel)},
		Options: RunOptions{
			Matrix: each(d.Options.Matrix, Safe), Layers: Safe(d.Options.Layers), Heads: d.Options.Heads,
			TopK: d.Options.TopK, BottomK: d.Options.BottomK, Tokens: d.Options.Tokens,
			Convention: Safe(d.Options.Convention), Seed: d.Options.Seed, Sensitivity: d.Options.Sensitivity, Biases: d.Options.Biases,
			Null: Safe(d.Options.Null),
		},
		Warnings: each(d.Warnings, safeWarning),
		Models:   make([]pageModel, len(d.Models)),
		Metrics:  each(d.Metrics, safeMetric),
		Matrices: make([]pageMatrix, len(d.Matrices)),
		Judged:   []int{},
		Bands:    []pageBand{},
		Coarse:   countSigma(d) > mostFine,
	}
	p.pack = &pagePack{coarse: p.Coarse}
	nulls := nullMetrics(d)
	for _, info := range nulls {
		p.Judged = append(p.Judged, slices.Index(d.Metrics, info))
	}
	for _, b := range d.Nulls {
		p.Bands = append(p.Bands, newPageBand(b))
	}
	packer := newDirectionPacker(d, p.pack)
	for i := range d.Matrices {
		m := &d.Matrices[i]
		p.Matrices[i] = newPageMatrix(m, d.Metrics)
		p.Matrices[i].Sigma1, p.Matrices[i].Shares = p.pack.sigma(m.Sigma)
		p.Matrices[i].Tokens = len(p.pack.ids)
		p.Matrices[i].Model = index[m.Model]
		p.Matrices[i].Nulls = packNulls(m, nulls)
		if d.band(m) != nil {
			p.Matrices[i].Band = m.Band
		}
		p.Matrices[i].Heading = m.heading()
		p.Matrices[i].Directions, p.Matrices[i].Blocks = packer.matrix(m, index[m.Model])
		p.Matrices[i].Map = packer.linearMap(m.Map, index[m.Model])
	}
	for i, m := range d.Models {
		p.Models[i] = packer.model(m, i)
	}
	p.Readouts, p.Ways = packer.readouts, packer.ways
	if tokens, directions := longestLists(d); packer.tokens < tokens {
		p.TokensShown = packer.tokens
		if packer.directions < directions {
			p.DirectionsShown = packer.directions
		}
	}
	return p
}

func countSigma(d *Document) int {
	n := 0
	for i := range d.Matrices {
		n += len(d.Matrices[i].Sigma)
	}
	return n
}

func newPageMatrix(m *Matrix, metrics []MetricInfo) pageMatrix {
	return pageMatrix{
		Label: Safe(m.Label), Role: Safe(m.Role), Layer: m.Layer, Head: m.Head,
		Kind: Safe(m.Kind), Tensors: each(m.Tensors, Safe), Shape: m.Shape, DType: Safe(m.DType),
		In: Safe(m.In), Out: Safe(m.Out),
		Values: metricValues(m, metrics), Floor: m.Floor, Signal: newPageSignal(m.Signal), Initial: newPageInitial(m.Initial),
		Certificate: Certificate{
			Method:   Safe(m.Certificate.Method),
			Residual: m.Certificate.Residual, Orthogonality: m.Certificate.Orthogonality,
		},
		Biases: len(m.Biases) > 0, Note: SafeProse(m.Note), Error: SafeProse(m.Error), Refused: safeReasons(m.Refused),
	}
}

// safeReasons returns reasons by name, safe to show.
func safeReasons(reasons map[string]string) map[string]string {
	out := make(map[string]string, len(reasons))
	for name, why := range reasons {
		out[Safe(name)] = SafeProse(why)
	}
	return out
}

// metricValues returns m's values in the order of metrics, undefined where m
// has none.
func metricValues(m *Matrix, metrics []MetricInfo) []Number {
	values := make([]Number, len(metrics))
	for i, info := range metrics {
		v, ok := m.Metrics[info.Name]
		if !ok {
			v = Undefined()
		}
		values[i] = v
	}
	return values
}

// pageSignal is a Signal without its p and q.
type pageSignal struct {
	Rank    int    `json:"rank"`
	Low     int    `json:"low"`
	Noise   Number `json:"noise"`
	Edge    Number `json:"edge"`
	LowEdge Number `json:"low_edge"`
}

func newPageSignal(s *Signal) *pageSignal {
	if s == nil {
		return nil
	}
	return &pageSignal{
		Rank: s.Rank, Low: s.Low, Noise: rounded(s.Noise, nullDigits), Edge: rounded(s.Edge, sigmaDigits), LowEdge: rounded(s.LowEdge, sigmaDigits),
	}
}

// newPageInitial is x with fewer digits.
func newPageInitial(x *Initial) *Initial {
	if x == nil {
		return nil
	}
	few := func(n Number) Number { return rounded(n, nullDigits) }
	return &Initial{
		SD: few(x.SD), Kurtosis: few(x.Kurtosis), Bulk: few(x.Bulk), Top: few(x.Top), Rows: few(x.Rows), Columns: few(x.Columns),
		P: few(x.P), Q: few(x.Q), Initialiser: Safe(x.Initialiser),
	}
}

// packNulls returns the nulls of the measures in infos, nothing for a matrix
// without any.
func packNulls(m *Matrix, infos []MetricInfo) []Number {
	if len(m.Null) == 0 {
		return nil
	}
	var out []Number
	for _, info := range infos {
		for _, v := range m.nullNumbers(info) {
			out = append(out, rounded(v, nullDigits))
		}
	}
	return out
}

func safeWarning(w Warning) Warning {
	return Warning{Code: Safe(w.Code), Message: SafeProse(w.Message), Matrix: Safe(w.Matrix)}
}

func safeModel(m Model) Model {
	m.Name, m.Family = Safe(m.Name), Safe(m.Family)
	m.Files = each(m.Files, func(f SourceFile) SourceFile {
		return SourceFile{Name: Safe(f.Name), Bytes: f.Bytes, SHA256: Safe(f.SHA256)}
	})
	m.Tensors = each(m.Tensors, func(t Tensor) Tensor {
		return Tensor{
			Name: Safe(t.Name), DType: Safe(t.DType), Shape: each(t.Shape, func(n int) int { return n }),
			File: Safe(t.File), Role: SafeProse(t.Role), Fate: Safe(t.Fate), Reason: safe(t.Reason, proseLimit),
		}
	})
	return m
}

func safeMetric(m MetricInfo) MetricInfo {
	return MetricInfo{
		Name: Safe(m.Name), Title: Safe(m.Title), Unit: Safe(m.Unit), Formula: SafeProse(m.Formula),
		Doc: SafeProse(m.Doc), Ref: safe(m.Ref, proseLimit), Null: Safe(m.Null),
	}
}

// each returns f of every element, never nil.
func each[T any](list []T, f func(T) T) []T {
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
