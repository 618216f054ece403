package loader

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"wspec/internal/safetensors"
)

// Options of Open; the zero value is the default.
type Options struct {
	NoHeads  bool // leave out the parts of single heads and the circuits W_OV and W_QK
	SkipHash bool // leave SourceFile.SHA256 of weights empty, until Hash
	// Base is the path or the name of the model that an adapter belongs to, in place of the one that the adapter names; not used
	// for other models.
	Base string
}

// Model is an open checkpoint.
//
// Matrices stand in this order: W_E, W_pos; for each layer W_Q, W_K, W_V, W_O, W_gate, W_in, W_out, then the parts of its heads
// (W_Q, W_K, W_V, W_O for head 0, 1, …), then its circuits (W_OV, W_QK for head 0, 1, …); W_U. What is missing is left out. In
// generic models they stand as Tensors does: in natural order of the names (h.2 before h.10).
type Model struct {
	Name     string // base name of the path, without .safetensors
	Family   string // entry of the family table, or "generic"
	Config   Config
	Files    []SourceFile // what was read: config.json, index, weights
	Tensors  []Tensor     // every tensor of the files
	Matrices []Matrix
	Warnings []Warning
	Adapter  *Adapter // what was applied to the model that the files but the last two are of; nil where nothing was

	checkpoint *checkpoint
	vocabulary func() (*Vocabulary, error)
	unknown    error // why the family is Generic, nil where it is not
}

// SourceFile is a file that the model was read from.
type SourceFile struct {
	Name   string `json:"name"` // base name
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hexadecimal
}

// Tensor is a tensor of the files and what became of it.
type Tensor struct {
	Name   string `json:"name"`
	DType  string `json:"dtype"`
	Shape  []int  `json:"shape"` // as stored; empty for a scalar
	File   string `json:"file"`  // base name
	Role   string `json:"role"`  // labels of the matrices read from it, joined by spaces, or ""
	Fate   string `json:"fate"`
	Reason string `json:"reason"` // why it is not analysed, or what else it is; may be empty
}

// The fates of a tensor.
const (
	FateAnalysed = "analysed"
	FateAlias    = "alias"    // the same matrix as another tensor; Role names it
	FateVector   = "vector"   // fewer than two dimensions
	FateReplaced = "replaced" // an adapter has another in its place
	FateBuffer   = "buffer"   // no weight: a causal mask, rotary frequencies
	FateSkipped  = "skipped"  // Reason says why
)

// Warning is something to know about the model. Codes: no_config, unknown_family, generic, no_match, missing_tensors, alias, tied,
// tied_differs, skipped_tensors, not_in_index, no_tokenizer, adapter_init.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"` // one sentence; names of unknown origin in it are quoted
	Matrix  string `json:"matrix"`  // label, "" where the whole model is meant
}

// Generic is the family of models that no entry of the family table covers.
const Generic = "generic"

// Open reads a .safetensors file (with the config.json beside it, if there is one), a folder with config.json and
// model.safetensors, an index with its shards, or a single other .safetensors file, or the index in such a folder. Where nothing
// has that path it may be the name of a model in the hub's local cache: org/name or org/name@revision.
//
// A PEFT adapter's folder is opened as its base with the adapter applied: views add scale·B·A as they are read, in float64,
// rescale outputs to learnt magnitudes (DoRA), and tensors that were trained whole are in the place of the base's. The base is
// Options.Base, else a folder beside the adapter's with the last element of the name the adapter has for it, else that name
// in the hub's local cache. A path in the adapter is never followed.
//
// Without a config.json, and for a model_type of no known family, every 2-D tensor of floats is a matrix under its own name, and
// a warning says so. Errors: *FolderError, *AdapterError, *BaseError, *LowRankError, *JSONError, *IndexError, *ConfigError, *ShapeError, *safetensors.FormatError with the
// file's name before it, and those of the file system.
func Open(path string, o Options) (*Model, error) {
	path = located(path)
	var a *adapter
	var c *checkpoint
	var err error
	if isAdapter(path) {
		c, a, err = openAdapter(path, o)
	} else {
		c, err = openCheckpoint(path, !o.SkipHash)
	}
	if err != nil {
		return nil, err
	}
	m := &Model{Name: strings.ToValidUTF8(baseName(c.path), "\ufffd"), Files: c.files, checkpoint: c}
	if a != nil {
		m.Name, m.Adapter = strings.ToValidUTF8(baseName(path), "\ufffd"), &a.config.Adapter
	}
	if err := m.read(c, a, !o.NoHeads); err != nil {
		c.close()
		return nil, err
	}
	m.vocabulary = sync.OnceValues(func() (*Vocabulary, error) { return c.readVocabulary(m.Config.DVocab) })
	if c.folder && !c.hasTokenizer() {
		m.warn("no_tokenizer", "neither %s nor %s in the folder: tokens are shown by their ids", tokenizerName, vocabName)
	}
	return m, nil
}

// read finds out what the tensors are, those of the adapter, if there is one, applied.
func (m *Model) read(c *checkpoint, a *adapter, heads bool) error {
	base := *c
	if a != nil {
		base.shards = c.shards[:a.after]
	}
	tensors, metadata := base.tensors()
	tensors, parts, err := c.assembled(tensors)
	if err != nil {
		return err
	}
	if a == nil {
		if err := m.readBase(c, tensors, metadata, heads); err != nil {
			return err
		}
		m.listParts(parts)
		return nil
	}
	fates, err := a.apply(c, tensors, familyOf(c.config))
	if err != nil {
		return err
	}
	if how := a.config.initialising; how != "" {
		m.warn("adapter_init", "A and B were initialised by %s, which changes the base too: unless the adapter was converted when it was "+
			"saved, it does not fit the base", quote(how))
	}
	if err := m.readBase(c, tensors, metadata, heads); err != nil {
		return err
	}
	m.listParts(parts)
	m.listAdapter(fates)
	return nil
}

// readBase finds out what the tensors of a checkpoint are.
func (m *Model) readBase(c *checkpoint, tensors []stored, metadata map[string]string, heads bool) error {
	if n, first := c.unlisted(tensors); n > 0 {
		m.warn("not_in_index", "not in the index: %s of the shards, first %s", count(n, "tensor"), quote(first))
	}
	return safetensors.Guard(func() error { return m.identify(c.config, tensors, metadata, heads) })
}

// Hash fills in the SHA256 of the weight files that Open was told to skip: it reads them whole, at about 1 GB/s, and may run beside
// readers of views, but not of Files. The error is that of a file cut short meanwhile.
func (m *Model) Hash() error {
	for i := range m.Files {
		f := &m.Files[i]
		for _, s := range m.checkpoint.shards {
			if s.name != f.Name || f.SHA256 != "" {
				continue
			}
			var err error
			if f.SHA256, err = hashOf(s.Bytes()); err != nil {
				return fmt.Errorf("%s: %w", quote(f.Name), err)
			}
		}
	}
	return nil
}

// Close unmaps the files. The views of Matrices must not be read afterwards.
func (m *Model) Close() error { return m.checkpoint.close() }

// Strict returns an error if the model was not understood whole: *UnknownFamilyError where config.json is missing or names no known
// family, *ConfigError where it names one that no tensor belongs to, *SkippedError where the fate of a tensor is FateSkipped.
func (m *Model) Strict() error {
	if m.unknown != nil {
		return m.unknown
	}
	var skipped []Tensor
	for _, t := range m.Tensors {
		if t.Fate == FateSkipped {
			skipped = append(skipped, t)
		}
	}
	if len(skipped) > 0 {
		return &SkippedError{skipped}
	}
	return nil
}

// identify finds the family and fills Tensors, Matrices and Warnings. Of the tensors it reads nothing but two embeddings, to see
// whether they are one.
func (m *Model) identify(raw rawConfig, tensors []stored, metadata map[string]string, heads bool) error {
	p, err := m.plan(raw, tensors)
	if err != nil {
		return err
	}
	if p == nil {
		m.generic(tensors)
		m.warnSkipped(m.Tensors)
		return nil
	}
	aliases := p.aliases(metadata)
	matrices, vectors := p.missing(aliases)
	p.reportMissing(matrices, vectors, aliases)
	p.tie(aliases, len(matrices) == 0)
	m.Family, m.Config, m.Tensors, m.Matrices = p.family.name, p.config, p.fates, p.matrices(heads)
	m.Warnings = append(m.Warnings, p.warnings...)
	m.warnSkipped(m.Tensors)
	return nil
}

// plan returns the plan of a known family, nil where the model is to be taken as generic, which it explains.
func (m *Model) plan(raw rawConfig, tensors []stored) (*plan, error) {
	if raw == nil {
		m.unknown = &UnknownFamilyError{NoConfig: true, Known: modelTypes(families())}
		m.warn("no_config", "%s", m.unknown.Error())
		return nil, nil
	}
	modelType, err := raw.text("model_type")
	if err != nil {
		return nil, err
	}
	f, err := findFamily(families(), modelType)
	if unknown := (*UnknownFamilyError)(nil); errors.As(err, &unknown) {
		m.unknown = unknown
		m.warn("unknown_family", "%s (%s)", unknown.Error(), unknown.Hint())
		return nil, nil
	}
	p, err := newPlan(&f, raw, tensors)
	if err == nil && p.matchesNone() {
		m.unknown = &ConfigError{Field: "model_type", Value: modelType, Want: "the family that the tensors' names belong to"}
		m.warn("no_match", "config.json says %s, but no tensor has a name of that family", f.name)
		return nil, nil
	}
	return p, err
}

// generic takes every 2-D tensor of floats as a matrix, as stored.
func (m *Model) generic(tensors []stored) {
	m.Family = Generic
	for _, t := range tensors {
		fate := newTensor(t)
		switch n := len(t.Shape); {
		case n < 2:
			fate.Fate = FateVector
		case n > 2:
			fate.skip(fmt.Sprintf("has %d dimensions", n))
		case !t.DType.IsFloat():
			fate.skip(unreadable(t))
		case t.Elements() == 0:
			fate.skip("has no elements")
		default:
			fate.Fate, fate.Role = FateAnalysed, t.Name
			m.Matrices = append(m.Matrices, genericMatrix(t))
		}
		m.Tensors = append(m.Tensors, fate)
	}
	m.warn("generic", "analysed under the names of their tensors, as stored: %s, rows as inputs, columns as outputs; "+
		"where the model stores [out, in], as torch.nn.Linear does, In and Out are exchanged", count(len(m.Matrices), "matrix"))
}

func genericMatrix(t stored) Matrix {
	x := Matrix{
		Label: t.Name, Layer: -1, Head: -1, Expert: -1, Kind: Stored,
		Tensors: []string{t.Name}, DType: string(t.DType), Factors: []View{t.view()},
	}
	elements := strings.Split(t.Name, ".")
	for i, e := range elements {
		if n, ok := elementNumber(e); ok {
			elements[i] = "*"
			x.Layer, x.Role = n, strings.Join(elements, ".")
			break
		}
	}
	return x
}

// warnSkipped says how many of the tensors are left out, and the first.
func (m *Model) warnSkipped(tensors []Tensor) {
	n := 0
	var first Tensor
	for _, t := range tensors {
		if t.Fate != FateSkipped {
			continue
		}
		if n++; n == 1 {
			first = t
		}
	}
	if n > 0 {
		m.warn("skipped_tensors", "not analysed: %s, first %s: %s", count(n, "tensor"), quote(first.Name), first.Reason)
	}
}

func (m *Model) warn(code, format string, args ...any) {
	m.Warnings = append(m.Warnings, Warning{Code: code, Message: fmt.Sprintf(format, args...)})
}

func newTensor(t stored) Tensor {
	return Tensor{Name: t.Name, DType: string(t.DType), Shape: slices.Clone(t.Shape), File: t.file}
}

func (t *Tensor) skip(reason string) { t.Fate, t.Reason = FateSkipped, reason }

// unreadable says why a tensor's dtype is not analysed.
func unreadable(t stored) string {
	if t.DType.Bits() == 0 {
		return "unknown dtype " + quote(string(t.DType))
	}
	return fmt.Sprintf("dtype %s does not widen to float64", t.DType)
}

// count writes a number of things.
func count(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case thing == "matrix":
		thing = "matrice"
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
