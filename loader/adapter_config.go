package loader

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Adapter is what an adapter says of itself.
type Adapter struct {
	Base   string  // name of its base model, as it has it
	Rank   int     // r; single modules may have another
	Alpha  float64 // the update is scaled by alpha/r, or alpha/√r with RSLoRA
	RSLoRA bool    // rank-stabilised scale
	DoRA   bool    // the outputs are rescaled to learnt magnitudes
}

// adapterConfig is adapter_config.json.
type adapterConfig struct {
	Adapter
	fanInFanOut  bool // modules of unknown type store [in, out]
	ranks        []modulePattern
	alphas       []modulePattern
	initialising string // how A and B were initialised, "" as usual
}

// modulePattern gives some modules a number of their own.
type modulePattern struct {
	name  *regexp.Regexp
	value float64
}

// Above what a model has of modules of one kind, and of what names of modules are long.
const maxPatterns, maxModuleName = 4096, 256

// decodeAdapter reads adapter_config.json; errors are *JSONError and *AdapterError.
func decodeAdapter(data []byte) (*adapterConfig, error) {
	raw, err := decodeObject[jsontext.Value](data, adapterConfigName)
	if err != nil {
		return nil, err
	}
	f := &fields{raw: raw}
	if kind := f.text("peft_type"); kind != "LORA" {
		f.refuse("peft_type", "LORA: of the kinds of adapter this one is known")
	}
	for _, key := range []string{"use_qalora", "layer_replication", "megatron_config"} {
		if f.used(key) {
			f.refuse(key, "nothing: what it asks for is not known here")
		}
	}
	c := &adapterConfig{fanInFanOut: f.flag("fan_in_fan_out"), initialising: f.initialising()}
	c.Base, c.RSLoRA, c.DoRA = f.text("base_model_name_or_path"), f.flag("use_rslora"), f.flag("use_dora")
	c.Rank, c.Alpha = int(f.number("r", 1)), f.number("lora_alpha", -math.MaxFloat64)
	c.ranks, c.alphas = f.patterns("rank_pattern"), f.patterns("alpha_pattern")
	return c, f.first
}

// fields reads values and keeps the first error.
type fields struct {
	raw   rawConfig
	first error
}

func (f *fields) refuse(key, want string) {
	if f.first == nil {
		f.first = &AdapterError{Field: key, Value: shortened(f.raw[key]), Want: want}
	}
}

func shortened(v jsontext.Value) string {
	const longest = 60
	if len(v) > longest {
		return string(v[:longest]) + "…"
	}
	return string(v)
}

// used reports whether a field asks for something: neither absent nor null, false, empty.
func (f *fields) used(key string) bool {
	v := strings.TrimSpace(string(f.raw[key]))
	return f.raw.has(key) && v != "false" && v != "{}" && v != "[]" && v != `""`
}

func (f *fields) text(key string) string {
	s, err := f.raw.text(key)
	if err != nil {
		f.refuse(key, "a string")
	}
	return s
}

func (f *fields) flag(key string) (b bool) {
	if err := f.raw.boolean(key, &b, false); err != nil {
		f.refuse(key, "true or false")
	}
	return b
}

// number reads a finite number of at least least, r a whole one.
func (f *fields) number(key string, least float64) float64 {
	x, err := strconv.ParseFloat(string(f.raw[key]), 64)
	switch {
	case err != nil || f.raw[key].Kind() != '0' || math.IsInf(x, 0):
		f.refuse(key, "a number")
	case x < least || least == 1 && (x != math.Trunc(x) || x > maxSize):
		f.refuse(key, fmt.Sprintf("a whole number from 1 to %d", maxSize))
	}
	return x
}

// initialising returns the ways of initialising that change the base too, "" for others.
func (f *fields) initialising() string {
	if f.raw["init_lora_weights"].Kind() != '"' {
		return ""
	}
	s := f.text("init_lora_weights")
	for _, known := range []string{"pissa", "olora", "corda", "loftq"} {
		if strings.HasPrefix(strings.ToLower(s), known) {
			return s
		}
	}
	return ""
}

// patterns reads names of modules, as regular expressions, with a number each; the first that matches counts. A name means
// whole trailing elements of a module's name, as in PEFT.
func (f *fields) patterns(key string) []modulePattern {
	if !f.used(key) {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(f.raw[key]))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		f.refuse(key, "an object")
		return nil
	}
	var all []modulePattern
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			break
		}
		text := name.String()
		v, err := d.ReadValue()
		x, bad := strconv.ParseFloat(string(v), 64)
		if err != nil || bad != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			f.refuse(key, "a number for each name")
			return nil
		}
		re, err := regexp.Compile(`^(?:.*\.)?(?:` + text + `)$`)
		if err != nil || len(text) > maxModuleName || len(all) == maxPatterns {
			f.refuse(key, fmt.Sprintf("at most %d regular expressions of at most %d characters", maxPatterns, maxModuleName))
			return nil
		}
		all = append(all, modulePattern{re, x})
	}
	return all
}

// valueFor returns the value of the first pattern that matches a module's name.
func valueFor(patterns []modulePattern, module string, otherwise float64) float64 {
	for _, p := range patterns {
		if p.name.MatchString(module) {
			return p.value
		}
	}
	return otherwise
}

// scale returns what a module's B·A is multiplied by, and the rank that it must have.
func (c *adapterConfig) scale(module string) (scale float64, rank float64) {
	rank = valueFor(c.ranks, module, float64(c.Rank))
	alpha := valueFor(c.alphas, module, c.Alpha)
	if c.RSLoRA {
		return alpha / math.Sqrt(rank), rank
	}
	return alpha / rank, rank
}
