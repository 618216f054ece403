package loader

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"wspec/internal/safetensors"
)

// decodeIndex reads the index of a sharded model: tensor → shard. Every shard is a plain file name.
func decodeIndex(data []byte) (map[string]string, error) {
	raw, err := decodeObject[jsontext.Value](data, indexName)
	if err != nil {
		return nil, err
	}
	text, ok := raw["weight_map"]
	if !ok {
		return nil, &IndexError{Msg: "no weight_map"}
	}
	index, err := decodeObject[string](text, indexName)
	if e := (*JSONError)(nil); errors.As(err, &e) {
		return nil, &JSONError{indexName, -1, "weight_map: " + e.Msg} // e's offset counts from the map
	}
	if len(index) == 0 {
		return nil, &IndexError{Msg: "weight_map is empty"}
	}
	for _, tensor := range slices.Sorted(maps.Keys(index)) {
		if s := index[tensor]; !isPlainName(s) {
			return nil, &IndexError{Shard: s, Tensor: tensor, Msg: "want the plain name of a .safetensors file in the folder"}
		}
	}
	return index, nil
}

// isPlainName refuses whatever could lead out of a folder on any system: separators, volume names, "..".
func isPlainName(s string) bool {
	return strings.HasSuffix(s, weightsExt) && s != weightsExt && !strings.ContainsAny(s, "/\\:\x00")
}

// stored is a tensor and the file it lies in.
type stored struct {
	safetensors.Tensor
	file   string    // base name
	update *update   // what an adapter changes of it, or nil
	made   *assembly // what it is made of where it is not stored as one, or nil
}

// view returns the tensor, of two dimensions, as a view.
func (t stored) view() View {
	v := newView(t.Tensor)
	v.update, v.made = t.update, t.made
	return v
}

// tensors returns all tensors in natural order of their names, and the metadata of all files (of two values for a key, the one
// in the first file).
func (c *checkpoint) tensors() ([]stored, map[string]string) {
	var all []stored
	metadata := map[string]string{}
	for _, s := range slices.Backward(c.shards) {
		maps.Copy(metadata, s.Header().Metadata)
		for _, e := range s.Header().Entries {
			t, _ := s.Tensor(e.Name)
			all = append(all, stored{Tensor: t, file: s.name})
		}
	}
	slices.SortFunc(all, func(a, b stored) int { return compareNames(a.Name, b.Name) })
	return all, metadata
}

// checkIndex checks that no tensor lies in two shards, and that each lies where the index says.
func (c *checkpoint) checkIndex() error {
	in := map[string]string{}
	for _, s := range c.shards {
		for _, e := range s.Header().Entries {
			if other, ok := in[e.Name]; ok {
				return &IndexError{s.name, e.Name, fmt.Sprintf("is in shard %s too", quote(other))}
			}
			in[e.Name] = s.name
		}
	}
	for _, tensor := range slices.Sorted(maps.Keys(c.index)) {
		want := c.index[tensor]
		switch have, ok := in[tensor]; {
		case !ok:
			return &IndexError{want, tensor, "is not in the shard"}
		case have != want:
			return &IndexError{want, tensor, fmt.Sprintf("is in shard %s instead", quote(have))}
		}
	}
	return nil
}

// unlisted counts the tensors of the shards that the index does not name, and returns the first.
func (c *checkpoint) unlisted(all []stored) (n int, first string) {
	if c.index == nil {
		return 0, ""
	}
	for _, t := range all {
		if _, ok := c.index[t.Name]; ok || t.made != nil {
			continue
		}
		if n++; n == 1 {
			first = t.Name
		}
	}
	return n, first
}

// compareNames orders names with numbers by value: h.2 before h.10. Names that differ only in leading zeros go by their bytes.
func compareNames(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		m, n := digits(x), digits(y)
		if m == 0 || n == 0 {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// digits returns the length of the run of digits at the start.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}
