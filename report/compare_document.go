package report

// CompareSchema names the layout of a comparison's report.json.
const CompareSchema = "wspec.compare/1"

// Comparison is everything one run of compare found, ready to be drawn.
// Its JSON form is report.json.
type Comparison struct {
	Schema   string         `json:"schema"`
	Tool     Tool           `json:"tool"`
	Options  CompareChoices `json:"options"`
	Warnings []Warning      `json:"warnings"`
	Models   []Model        `json:"models"`   // the checkpoints, in the order they were compared
	Measures []MetricInfo   `json:"measures"` // of a change; the values stand in [Change.Metrics]
	Pairs    []Pairing      `json:"pairs"`
	// Trajectories follow every matrix of the first checkpoint over all of
	// them, where there are more than two; TrackMeasures define their values.
	TrackMeasures []MetricInfo `json:"track_measures"`
	Trajectories  []Trajectory `json:"trajectories"`
	// Within compares the layers of one model, whose matrices are Own; then
	// there are no pairs.
	Within  []Similarity `json:"within,omitempty"`
	Own     []Matrix     `json:"matrices,omitempty"`
	Notes   []string     `json:"notes"` // sentences that hold for all of it, [Boundary] first
	Gates   []Gate       `json:"gates"`
	Figures []Figure     `json:"figures"`
}

// CompareChoices are the options that changed what a comparison says.
type CompareChoices struct {
	RunOptions
	Base      bool `json:"base"`      // every checkpoint was compared with the first, not with the one before
	Intruders bool `json:"intruders"` // sought in large matrices too
	Parts     bool `json:"parts"`     // the parts of single heads were compared too
}

// Pairing is two checkpoints compared.
type Pairing struct {
	Before  string   `json:"before"` // names of models
	After   string   `json:"after"`
	Changes []Change `json:"changes"` // in the order of the earlier model's matrices
	Apart   []Apart  `json:"apart"`
}

// Name writes a pair as "A → B".
func (p *Pairing) Name() string { return p.Before + " → " + p.After }

// Apart is a matrix that has no partner to be compared with.
type Apart struct {
	Label  string `json:"label"`
	Status string `json:"status"`
	Reason string `json:"reason"`
}

// What became of a matrix in a comparison.
const (
	StatusPaired     = "paired"
	StatusFailed     = "failed"
	StatusOnlyBefore = "only_before"
	StatusOnlyAfter  = "only_after"
	StatusShape      = "shape_differs"
)

// Change is ΔW = W_after − W_before of one label, on the rows and columns both
// have. Sigma, Floor, Directions and Blocks of its Matrix are those of ΔW, Metrics
// the comparison's measures, Shape that of ΔW, Model the name of the pair.
type Change struct {
	Matrix
	Null   map[string]Null `json:"null"` // by measure, where there is one
	Before Side            `json:"before"`
	After  Side            `json:"after"`
	// What became of the leading directions; null where none were asked for.
	Angles    *Angles    `json:"angles"`
	Modes     []Mode     `json:"modes,omitempty"`
	Intruders *Intruders `json:"intruders,omitempty"` // of matrices of layers
}

// Side is one checkpoint's own matrix, whole.
type Side struct {
	Shape [2]int   `json:"shape"`
	DType string   `json:"dtype"`
	Sigma []Number `json:"sigma"`
	Floor Floor    `json:"floor"`
}

// Null is what chance gives for a measure, and how far from it the value is.
type Null struct {
	Mean Number `json:"mean"`
	SD   Number `json:"sd"`
	Z    Number `json:"z"`
}

// Failed returns the labels of the matrices that could not be compared, each
// once.
func (c *Comparison) Failed() []string {
	var labels []string
	seen := map[string]bool{}
	c.each(func(x *Change) {
		if x.Error != "" && !seen[x.Label] {
			seen[x.Label] = true
			labels = append(labels, x.Label)
		}
	})
	return labels
}

// each calls f with every change of every pair.
func (c *Comparison) each(f func(*Change)) {
	for i := range c.Pairs {
		for k := range c.Pairs[i].Changes {
			f(&c.Pairs[i].Changes[k])
		}
	}
}
