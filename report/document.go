// Package report turns analysed models into documents and documents into ink.
//
// A [Document] is plain data: [Analyze] builds one from opened models, and the
// entries of [Formats] draw it as a terminal table, JSON, CSV, a web page or
// figures. Every file of a report folder can be made again from its Document
// alone. Work runs in parallel across matrices, yet the same models give the
// same Document, to the byte, whatever the number of workers.
package report

// Schema names the layout of report.json. A change that would mislead a reader
// of an older file gets a new number; new names alone do not.
const Schema = "wspec.report/1"

// Document is everything one run found, ready to be drawn.
// Its JSON form is report.json.
type Document struct {
	Schema   string       `json:"schema"`
	Tool     Tool         `json:"tool"`
	Options  RunOptions   `json:"options"`
	Warnings []Warning    `json:"warnings"`
	Notes    []string     `json:"notes"` // sentences that hold for all of it, [Boundary] first
	Models   []Model      `json:"models"`
	Metrics  []MetricInfo `json:"metrics"`
	Matrices []Matrix     `json:"matrices"`
	Nulls    []NullBand   `json:"nulls"` // of each shape, where matrices are held against nulls
	Figures  []Figure     `json:"figures"`
}

// Tool says which program made a document.
type Tool struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	Kernel  string `json:"kernel"` // the arithmetic underneath: results may differ in last bits between kernels
}

// RunOptions are the options that changed what a document says. Those that
// cannot (workers, memory) are left out, so that runs stay comparable.
type RunOptions struct {
	Matrix []string `json:"matrix"` // globs over labels; empty: every matrix
	Layers string   `json:"layers"` // such as "0,3-5"; empty: every layer
	Heads  bool     `json:"heads"`  // per-head parts and circuits were asked for
	// TopK and BottomK directions of the largest and smallest σ, Tokens at each
	// pole; all 0 where directions were left out.
	TopK       int    `json:"top_k"`
	BottomK    int    `json:"bottom_k"`
	Tokens     int    `json:"tokens"`
	Convention string `json:"convention"` // "raw", "folded" or "centered"
	Seed       uint64 `json:"seed"`       // of every null draw
	// Null is what stored matrices are held against, "iid", "shuffle" or "none";
	// products are held against products of noise.
	Null string `json:"null"`
	// Sensitivity says that each direction was compared with those of the other conventions.
	Sensitivity bool `json:"sensitivity,omitempty"`
	// Maps says that matrices were described as linear maps too.
	Maps bool `json:"maps,omitempty"`
	// Biases says that circuits were augmented with their biases.
	Biases  bool   `json:"biases,omitempty"`
	Readout string `json:"readout,omitempty"` // "embed" or "unembed" where tokens were read through that table alone
}

// Warning is something the reader of a document must know.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Matrix  string `json:"matrix"` // label, or "" for the model as a whole
}

// Model describes one checkpoint and the fate of every tensor in it.
type Model struct {
	Name    string       `json:"name"`
	Family  string       `json:"family"`
	Config  Config       `json:"config"`
	Files   []SourceFile `json:"files"`
	Tensors []Tensor     `json:"tensors"`

	Training   *Training   `json:"training,omitempty"`   // null where nothing was computed
	Vocabulary *Vocabulary `json:"vocabulary,omitempty"` // null without directions
	Circuits   *Circuits   `json:"circuits,omitempty"`
	Direct     *DirectPath `json:"direct,omitempty"` // where maps were asked for
}

// Config holds a model's sizes in the field's words; 0 means not known.
type Config struct {
	DModel   int  `json:"d_model"`
	NLayers  int  `json:"n_layers"`
	NHeads   int  `json:"n_heads"`
	NKVHeads int  `json:"n_kv_heads"`
	DHead    int  `json:"d_head"`
	DMLP     int  `json:"d_mlp"`
	DVocab   int  `json:"d_vocab"`
	NCtx     int  `json:"n_ctx"`
	Tied     bool `json:"tied_embeddings"`
}

// SourceFile identifies a file that was read.
type SourceFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hexadecimal
}

// Tensor is one tensor of a file and what became of it.
type Tensor struct {
	Name   string `json:"name"`
	DType  string `json:"dtype"`
	Shape  []int  `json:"shape"` // as stored
	File   string `json:"file"`
	Role   string `json:"role"` // labels it was analysed as, "" if none
	Fate   string `json:"fate"`
	Reason string `json:"reason"`
}

// MetricInfo defines one measure; the values stand in [Matrix.Metrics].
type MetricInfo struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Unit    string `json:"unit"`
	Formula string `json:"formula"`
	Doc     string `json:"doc"`
	Ref     string `json:"ref"`
	// Null is how z is taken: "linear", (value − mean)/sd; "log", the same of
	// logarithms, mean the geometric one and sd that of ln; "count", ½ nearer and sd
	// at least √(1/12); "none".
	Null string `json:"null"`
}

// Matrix is one analysed matrix W, acting on row vectors: y = x·W.
type Matrix struct {
	Label       string            `json:"label"`
	Role        string            `json:"role"`
	Layer       *int              `json:"layer"` // null where none
	Head        *int              `json:"head"`
	Model       string            `json:"model"`
	Kind        string            `json:"kind"` // "stored" or "product"
	Tensors     []string          `json:"tensors"`
	Shape       [2]int            `json:"shape"` // d_in, d_out
	DType       string            `json:"dtype"`
	In          string            `json:"in_space"`
	Out         string            `json:"out_space"`
	Sigma       []Number          `json:"sigma"` // descending
	Metrics     map[string]Number `json:"metrics"`
	Floor       Floor             `json:"floor"`
	Certificate Certificate       `json:"certificate"`
	Directions  []Direction       `json:"directions"`
	Blocks      []Block           `json:"blocks"`
	Biases      []string          `json:"biases,omitempty"` // of a circuit that they are a part of: "b_V", …; a residual side has the constant 1 last
	Note        string            `json:"note,omitempty"`   // what the matrix is, where its label does not say
	Error       string            `json:"error,omitempty"`  // why there are no values

	Null      map[string]NullValue `json:"null"`      // by measure; those without a null are absent
	Refused   map[string]string    `json:"refused"`   // why a measure is withheld, by its name
	Initial   *Initial             `json:"initial"`   // null but for whole stored matrices
	PowerLaw  *PowerLaw            `json:"power_law"` // null where none was sought
	NullKind  string               `json:"null_kind"` // "iid", "product" or "shuffle"; "" without a null
	NullDraws int                  `json:"null_draws"`
	Signal    *Signal              `json:"signal"`        // null where nothing is known of noise
	Map       *LinearMap           `json:"map,omitempty"` // where it was asked for
	Band      *int                 `json:"null_band"`     // place in Document.Nulls of what chance gives for the spectrum; null where nothing is known
}

// NullValue says what chance gives for a measure and how far from it a matrix
// is.
type NullValue struct {
	Mean Number `json:"mean"` // of draws of the null
	SD   Number `json:"sd"`
	Z    Number `json:"z"` // null where the draws do not differ
	Q    Number `json:"q"` // Benjamini–Hochberg of z, two-sided, over the matrices of the model
}

// Floor says below which σ a value carries no information, in units of σ.
type Floor struct {
	DType  Number `json:"dtype"`  // what rounding to the storage dtype adds, measured from the stored entries
	Method Number `json:"method"` // error bound of the way the values were computed
}

// Certificate says how the values were computed and how well the vectors, if
// any were asked for, satisfy their definition.
type Certificate struct {
	Method        string `json:"method"`
	Residual      Number `json:"residual"`      // max ‖x·W − σ·y‖/σ₁; null without vectors
	Orthogonality Number `json:"orthogonality"` // max |InᵀIn − I|; null without vectors
}

// Figure is a drawing in the report folder.
type Figure struct {
	Name  string   `json:"name"`
	Title string   `json:"title"`
	Files []string `json:"files"` // slash-separated, relative to the folder
}

// Part reports whether m is one head's share of a stored matrix, as opposed
// to a whole stored matrix or a circuit.
func (m *Matrix) Part() bool { return m.Kind == "stored" && m.Head != nil }

// Rank returns min(d_in, d_out), the number of singular values a matrix of
// m's shape has before products limit it.
func (m *Matrix) Rank() int { return min(m.Shape[0], m.Shape[1]) }
