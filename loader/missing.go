package loader

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// missing lists the patterns of the matrices and vectors that are neither stored nor an alias; the embeddings are left to tie.
func (p *plan) missing(aliases map[string]string) (matrices, vectors []string) {
	for i, l := range p.family.lines {
		if l.buffer != "" || l.optional || len(l.roles) > 0 && (l.roles[0] == wE || l.roles[0] == wU) {
			continue
		}
		text := p.absent(l, p.lines[i], aliases)
		switch {
		case text == "":
		case l.roles != nil:
			matrices = append(matrices, text)
		default:
			vectors = append(vectors, text)
		}
	}
	return matrices, vectors
}

// absent names the tensors of a line that are missing, "" if none is: "h.{1-4,6-10}.attn.c_attn.weight". Which experts of a layer
// are missing is not told: config.json's words for their number differ.
func (p *plan) absent(l line, group []int, aliases map[string]string) string {
	before, after, layered := strings.Cut(l.name, "{l}")
	have := map[int]bool{}
	for _, i := range group {
		have[p.places[i].layer] = true
	}
	for alias := range aliases {
		if at, ok := matchName(l.name, alias); ok {
			have[at.layer] = true
		}
	}
	if !layered {
		if have[-1] {
			return ""
		}
		return l.name
	}
	gaps := complement(slices.Sorted(maps.Keys(have)), p.config.NLayers)
	if gaps == "" {
		return ""
	}
	return before + gaps + after
}

// complement writes the numbers below n that are not in have (ascending): "" for none, "7" for one, else as in "{1-4,6-10}".
func complement(have []int, n int) string {
	var gaps []string
	next, missing := 0, 0
	for _, k := range append(have, n) {
		switch {
		case k == next+1:
			gaps = append(gaps, strconv.Itoa(next))
		case k > next:
			gaps = append(gaps, fmt.Sprintf("%d-%d", next, k-1))
		}
		missing += max(0, k-next)
		next = k + 1
	}
	if missing < 2 {
		return strings.Join(gaps, "")
	}
	return "{" + strings.Join(gaps, ",") + "}"
}

// aliases returns what the metadata say of names that are not stored: alias → stored tensor, both without prefix. Writers of
// safetensors note there the tensors that shared memory with a stored one.
func (p *plan) aliases(metadata map[string]string) map[string]string {
	found := map[string]string{}
	for alias, target := range metadata {
		alias, target = strings.TrimPrefix(alias, p.family.prefix), strings.TrimPrefix(target, p.family.prefix)
		line, _, at := p.family.lineOf(alias)
		_, stored := p.short[alias]
		_, known := p.short[target]
		if line >= 0 && at.layer < p.config.NLayers && known && !stored {
			found[alias] = target
		}
	}
	return found
}

// reportMissing turns the lists of missing into warnings, and says which names of layers are aliases.
func (p *plan) reportMissing(matrices, vectors []string, aliases map[string]string) {
	for _, text := range matrices {
		p.warn("missing_tensors", "not in the checkpoint: %s", text)
	}
	if len(vectors) > 0 {
		p.warn("missing_tensors", "not in the checkpoint (biases and norms): %s", strings.Join(vectors, ", "))
	}
	n, first := 0, ""
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		if _, _, at := p.family.lineOf(alias); at.layer < 0 {
			continue // the embeddings are judged by tie
		}
		if n++; n == 1 {
			first = fmt.Sprintf("%s is %s", alias, aliases[alias])
		}
	}
	if n > 0 {
		p.warn("alias", "another tensor under a second name, analysed once: %s of layers, first %s", count(n, "tensor"), first)
	}
}
