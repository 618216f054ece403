package loader

import "bytes"

// tie finds out whether W_U is W_E transposed: by config.json, by an alias, because one of them is missing from a checkpoint that
// is complete otherwise, or because both are stored with the same bytes. Then one matrix is kept, W_E.
func (p *plan) tie(aliases map[string]string, complete bool) {
	e, hasE := p.pieces[slot{place{-1, -1}, wE.name}]
	u, hasU := p.pieces[slot{place{-1, -1}, wU.name}]
	nameE, nameU := p.nameOf(wE), p.nameOf(wU)
	aliased := aliases[nameE] == nameU || aliases[nameU] == nameE
	switch {
	case hasE && hasU:
		p.tieStored(e, u)
	case hasU && (p.config.Tied || aliased):
		p.config.Tied = true
		p.embedFrom(u)
		p.warn("tied", "%s is not stored; W_E is read from %s, of which W_U is the transpose", nameE, nameU)
	case hasE && (p.config.Tied || aliased):
		p.config.Tied = true
		p.fates[e.tensor].Reason = "also W_U, transposed"
	case hasE && complete && !p.stores(nameU):
		p.config.Tied = true
		p.fates[e.tensor].Reason = "also W_U, transposed"
		p.warn("tied", "%s is not stored; W_U is taken to be the transpose of W_E though config.json does not say so", nameU)
	default:
		p.missingEmbeddings(nameE, nameU)
	}
}

// missingEmbeddings reports what is missing where one matrix cannot stand for both.
func (p *plan) missingEmbeddings(nameE, nameU string) {
	if !p.stores(nameE) {
		p.warn("missing_tensors", "not in the checkpoint: %s", nameE)
	}
	if !p.stores(nameU) && !p.config.Tied {
		p.warn("missing_tensors", "not in the checkpoint: %s", nameU)
	}
}

// tieStored decides where both embeddings are stored.
func (p *plan) tieStored(e, u piece) {
	a, b := p.tensors[e.tensor], p.tensors[u.tensor]
	same := a.update == nil && b.update == nil && a.DType == b.DType &&
		(len(a.Data) > 0 && bytes.Equal(a.Data, b.Data) || a.made.same(b.made))
	if !same {
		if p.config.Tied {
			p.warn("tied_differs", "config.json ties W_U to W_E, but the stored tensors differ; both are analysed")
		}
		p.config.Tied = false
		return
	}
	delete(p.pieces, slot{place{-1, -1}, wU.name})
	p.fates[e.tensor].Reason = "also W_U, transposed"
	fate := &p.fates[u.tensor]
	fate.Fate, fate.Role, fate.Reason = FateAlias, wE.name, "same bytes as "+quote(a.Name)
	if !p.config.Tied {
		p.warn("tied", "W_U has the same bytes as W_E; it is analysed once, as W_E")
	}
	p.config.Tied = true
}

// embedFrom makes W_E of a stored W_U.
func (p *plan) embedFrom(u piece) {
	delete(p.pieces, slot{place{-1, -1}, wU.name})
	p.pieces[slot{place{-1, -1}, wE.name}] = piece{wE, u.tensor, u.view.T()}
	p.fates[u.tensor].Role, p.fates[u.tensor].Reason = wE.name, "also W_U, transposed"
}

// nameOf is the name, without prefix, of the tensor with a role outside the layers.
func (p *plan) nameOf(r role) string {
	for _, l := range p.family.lines {
		if len(l.roles) == 1 && l.roles[0] == r {
			return l.name
		}
	}
	return ""
}

// stores reports whether a tensor is in the checkpoint, analysed or not.
func (p *plan) stores(short string) bool {
	_, ok := p.short[short]
	return ok
}
