package loader

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Most errors of this package have a method Hint() string: one sentence on what to do, for a command to print below the error.

// FolderError says that a path is not a model's folder or file as this package knows them.
type FolderError struct {
	Name string // base name of the path, or of the file concerned
	Msg  string
	hint string
}

func (e *FolderError) Error() string { return fmt.Sprintf("%s: %s", quote(e.Name), e.Msg) }

// Hint says what to give instead; it may be empty.
func (e *FolderError) Hint() string { return e.hint }

// JSONError says that config.json or an index is no JSON document of the expected form.
type JSONError struct {
	File   string // base name
	Offset int64  // byte offset of the fault, -1 where there is none
	Msg    string
}

func (e *JSONError) Error() string {
	if e.Offset < 0 {
		return fmt.Sprintf("%s: %s", quote(e.File), e.Msg)
	}
	return fmt.Sprintf("%s: offset %d: %s", quote(e.File), e.Offset, e.Msg)
}

// Hint says where such files come from.
func (e *JSONError) Hint() string { return "download the file again; it must be strict JSON" }

// IndexError says that the index of a sharded model is wrong or disagrees with its shards.
type IndexError struct {
	Shard  string // as the index names it, "" where none is concerned
	Tensor string // "" where none is concerned
	Msg    string
}

func (e *IndexError) Error() string {
	var b strings.Builder
	b.WriteString(indexName)
	if e.Shard != "" {
		fmt.Fprintf(&b, ": shard %s", quote(e.Shard))
	}
	if e.Tensor != "" {
		fmt.Fprintf(&b, ": tensor %s", quote(e.Tensor))
	}
	return b.String() + ": " + e.Msg
}

// Hint says what a sharded model consists of.
func (e *IndexError) Hint() string {
	return "download the folder again: every shard the index names must lie in it, as a plain file"
}

// ConfigError says that a field of config.json is missing, malformed, or at odds with the tensors.
type ConfigError struct {
	Field string // as config.json spells it
	Value string // as config.json has it (shortened), "" where the field is missing
	Want  string // what it should be
}

func (e *ConfigError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("config.json: %s is missing, want %s", e.Field, e.Want)
	}
	return fmt.Sprintf("config.json: %s is %s, want %s", e.Field, quote(e.Value), e.Want)
}

// Hint names the way round config.json.
func (e *ConfigError) Hint() string {
	return "correct config.json, or put the .safetensors file alone in a folder to see every matrix under its own name"
}

// ShapeError says that a tensor of a known family has not the shape that config.json asks for.
type ShapeError struct {
	Tensor      string
	Shape, Want []int // as stored
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("tensor %s has shape %v, want %v by config.json", quote(e.Tensor), e.Shape, e.Want)
}

// Hint says that either of the two may be wrong.
func (e *ShapeError) Hint() string {
	return "config.json and the weights do not belong together; the .safetensors file alone in a folder is analysed without it"
}

// UnknownFamilyError says that no family of this package has the model_type of config.json, or that there is no config.json.
// Open does not return it: it is a warning (code "unknown_family") and the error of Model.Strict.
type UnknownFamilyError struct {
	NoConfig  bool     // a file without a config.json beside it
	ModelType string   // "" where config.json has none
	Known     []string // model types of all families, sorted
}

func (e *UnknownFamilyError) Error() string {
	switch {
	case e.NoConfig:
		return "no config.json beside the file: the architecture is not known"
	case e.ModelType == "":
		return "config.json has no model_type"
	}
	return fmt.Sprintf("unknown model_type %s", quote(e.ModelType))
}

// Hint lists the known model types.
func (e *UnknownFamilyError) Hint() string { return "known are " + strings.Join(e.Known, ", ") }

// SkippedError says that tensors were left out of the analysis; only Model.Strict returns it.
type SkippedError struct {
	Tensors []Tensor // those whose fate is FateSkipped, at least one
}

func (e *SkippedError) Error() string {
	t := e.Tensors[0]
	return fmt.Sprintf("skipped: %s, first %s: %s", count(len(e.Tensors), "tensor"), quote(t.Name), t.Reason)
}

// Hint says where the rest of them is listed.
func (e *SkippedError) Hint() string { return "wspec inspect lists every tensor and its fate" }

// PatternError says that a label pattern is malformed.
type PatternError struct{ Pattern string }

func (e *PatternError) Error() string { return fmt.Sprintf("malformed pattern %s", quote(e.Pattern)) }

// Hint gives the syntax.
func (e *PatternError) Hint() string {
	return `patterns are as in 'L*.W_OV.H*': * any run, ? any one, [a-c] one of a set, \ takes the next literally`
}

// LayersError says that a list of layers is malformed.
type LayersError struct{ Text, Msg string }

func (e *LayersError) Error() string { return fmt.Sprintf("layers %s: %s", quote(e.Text), e.Msg) }

// Hint gives the syntax.
func (e *LayersError) Hint() string { return "layers are given as in 0,3-5" }

// quote makes text of unknown origin safe to print: quoted and escaped unless it is a plain name, and cut where it is long.
func quote(s string) string {
	const longest = 120 // characters; real tensor names stay below 100
	if utf8.RuneCountInString(s) > longest {
		s = string([]rune(s)[:longest]) + "…"
	}
	if q := fmt.Sprintf("%+q", s); s == "" || q != `"`+s+`"` || strings.Contains(s, " ") {
		return q
	}
	return s
}

// AdapterError says that adapter_config.json, a tensor or a module of an adapter is wrong, or does not fit the base.
type AdapterError struct {
	Tensor string // "" where a field is concerned
	Module string // whose parts are wrong together, "" where a tensor or a field is
	Msg    string // of the tensor or module
	Field  string // as adapter_config.json spells it
	Value  string // as it has it (shortened), "" where the field is missing
	Want   string // what it should be
	Way    string // out of it; "" for the usual one
}

func (e *AdapterError) Error() string {
	switch {
	case e.Module != "":
		return fmt.Sprintf("adapter's module %s %s", quote(e.Module), e.Msg)
	case e.Tensor != "":
		return fmt.Sprintf("adapter's tensor %s %s", quote(e.Tensor), e.Msg)
	case e.Value == "":
		return fmt.Sprintf("%s: %s is missing, want %s", adapterConfigName, e.Field, e.Want)
	}
	return fmt.Sprintf("%s: %s is %s, want %s", adapterConfigName, e.Field, quote(e.Value), e.Want)
}

// Hint says what may be wrong.
func (e *AdapterError) Hint() string {
	if e.Way != "" {
		return e.Way
	}
	if e.Tensor != "" {
		return "the adapter was trained on another model: give its own with --base"
	}
	return "save the adapter again with PEFT, or merge it into its base"
}

// BaseError says that the base of an adapter was not found.
type BaseError struct {
	Adapter string // base name of its folder
	Base    string // as the adapter has it
}

func (e *BaseError) Error() string {
	return fmt.Sprintf("%s: the adapter's base, %s, is neither beside it nor in the hub's local cache", quote(e.Adapter), quote(e.Base))
}

// Hint names the option.
func (e *BaseError) Hint() string { return "give the base with --base" }
