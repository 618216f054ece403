package loader

import (
	"path"
	"strconv"
	"strings"
)

// Match reports whether a label matches one of the patterns, or whether there are none. The syntax is that of path.Match with
// one difference: no character separates, so that * and ? match '/' too (labels of known families have none, the names of
// generic tensors may have anything). '.' is an ordinary character: "L3*" matches L3.W_Q, L3.W_Q.H7 and L30.W_Q.
// Every pattern is checked, whichever matches; a malformed one is a *PatternError.
func Match(globs []string, label string) (bool, error) {
	found := len(globs) == 0
	// No label of interest contains NUL, and path.Match treats it as any other character.
	plain := strings.NewReplacer("/", "\x00")
	for _, g := range globs {
		ok, err := path.Match(plain.Replace(g), plain.Replace(label))
		if err != nil {
			return false, &PatternError{g}
		}
		found = found || ok
	}
	return found, nil
}

// Layers is a set of layers, as ranges; the zero value contains every layer.
type Layers []LayerRange

// LayerRange is the layers First … Last, 0-based, both included.
type LayerRange struct{ First, Last int }

// ParseLayers reads a list such as "0,3-5"; "" gives the zero value. A malformed list is a *LayersError.
func ParseLayers(s string) (Layers, error) {
	if s == "" {
		return nil, nil
	}
	var l Layers
	for item := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(item, "-")
		if !isRange {
			last = first
		}
		a, okA := layerNumber(first)
		b, okB := layerNumber(last)
		switch {
		case !okA || !okB:
			return nil, &LayersError{s, quote(item) + " is neither a layer nor a range"}
		case a > b:
			return nil, &LayersError{s, quote(item) + " runs backwards"}
		}
		l = append(l, LayerRange{a, b})
	}
	return l, nil
}

func layerNumber(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 31) // no sign, and fits int everywhere
	return int(n), err == nil
}

// Contains reports whether a layer is in the set. The layer of a matrix outside the layers is -1: only the zero value contains it.
func (l Layers) Contains(layer int) bool {
	for _, r := range l {
		if r.First <= layer && layer <= r.Last {
			return true
		}
	}
	return len(l) == 0
}
