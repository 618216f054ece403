package loader

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Config is the shape of a model. A field is 0 where it is unknown: all of them in a model of no known family.
type Config struct {
	DModel   int  `json:"d_model"`    // width of the residual stream
	NLayers  int  `json:"n_layers"`   // blocks, whether or not the checkpoint holds them all
	NHeads   int  `json:"n_heads"`    // query heads a layer
	NKVHeads int  `json:"n_kv_heads"` // key and value heads a layer, a divisor of NHeads
	DHead    int  `json:"d_head"`     // width of one head
	DMLP     int  `json:"d_mlp"`      // width of the hidden layer of the MLP
	DVocab   int  `json:"d_vocab"`    // tokens
	NCtx     int  `json:"n_ctx"`      // positions
	Tied     bool `json:"tied"`       // W_U is W_E transposed: one matrix, labelled W_E
}

// rawConfig is config.json, its values unread.
type rawConfig map[string]jsontext.Value

// configKeys says how a family's config.json spells the fields of Config. Where a name is "", or its value absent or null, the
// rule beside it holds.
type configKeys struct {
	dModel, nLayers, nHeads, dVocab string // required
	nCtx                            string // required
	nKVHeads                        string // else n_heads
	dHead                           string // else d_model / n_heads
	dMLP                            string // required unless mlpRatio is given
	mlpRatio                        int    // d_mlp / d_model where dMLP is absent
	tied                            bool   // where tie_word_embeddings is absent
}

const tiedKey = "tie_word_embeddings"

const (
	// Far above every published model (DeepSeek-V3: 61 layers, 128 heads), and small enough to be listed.
	maxCount = 1 << 16
	// Above every published width, vocabulary and context (10 million positions); products of two fit an int64.
	maxSize = 1 << 30
)

// read fills a Config and checks that it agrees with itself; errors are *ConfigError.
func (k configKeys) read(raw rawConfig) (Config, error) {
	var c Config
	for _, f := range []struct {
		key  string
		dst  *int
		most int
		must bool
	}{
		{k.dModel, &c.DModel, maxSize, true},
		{k.nLayers, &c.NLayers, maxCount, true},
		{k.nHeads, &c.NHeads, maxCount, true},
		{k.dVocab, &c.DVocab, maxSize, true},
		{k.nCtx, &c.NCtx, maxSize, true},
		{k.nKVHeads, &c.NKVHeads, maxCount, false},
		{k.dHead, &c.DHead, maxSize, false},
		{k.dMLP, &c.DMLP, maxSize, k.mlpRatio == 0},
	} {
		if err := raw.integer(f.key, f.dst, f.most, f.must); err != nil {
			return Config{}, err
		}
	}
	if err := k.derive(raw, &c); err != nil {
		return Config{}, err
	}
	return c, raw.boolean(tiedKey, &c.Tied, k.tied)
}

// derive fills what config.json left out and checks what must divide.
func (k configKeys) derive(raw rawConfig, c *Config) error {
	if c.DHead == 0 {
		if c.DModel%c.NHeads != 0 {
			return raw.wrong(k.nHeads, fmt.Sprintf("a divisor of %s = %d", k.dModel, c.DModel))
		}
		c.DHead = c.DModel / c.NHeads
	}
	if c.NKVHeads == 0 {
		c.NKVHeads = c.NHeads
	}
	if c.NHeads%c.NKVHeads != 0 {
		return raw.wrong(k.nKVHeads, fmt.Sprintf("a divisor of %s = %d", k.nHeads, c.NHeads))
	}
	if c.DMLP == 0 {
		c.DMLP = k.mlpRatio * c.DModel
	}
	return nil
}

func (raw rawConfig) has(key string) bool {
	v, ok := raw[key]
	return ok && v.Kind() != 'n'
}

// wrong is the error of a field whose value is not what is wanted; the value is shortened.
func (raw rawConfig) wrong(key, want string) error {
	const longest = 60 // bytes shown of a value; a sensible one has at most ten
	v := string(raw[key])
	if len(v) > longest {
		v = v[:longest] + "…"
	}
	return &ConfigError{key, v, want}
}

// integer reads a whole number in 1 … most; without the key, or with null, dst stays as it is.
func (raw rawConfig) integer(key string, dst *int, most int, must bool) error {
	want := fmt.Sprintf("a whole number from 1 to %d", most)
	if !raw.has(key) {
		if must {
			return raw.wrong(key, want)
		}
		return nil
	}
	n, err := strconv.Atoi(string(raw[key])) // JSON has no leading + or 0
	if err != nil || n < 1 || n > most {
		return raw.wrong(key, want)
	}
	*dst = n
	return nil
}

func (raw rawConfig) boolean(key string, dst *bool, def bool) error {
	*dst = def
	if !raw.has(key) {
		return nil
	}
	switch k := raw[key].Kind(); k {
	case 't', 'f':
		*dst = k == 't'
		return nil
	}
	return raw.wrong(key, "true or false")
}

// text reads a string, "" where it is absent.
func (raw rawConfig) text(key string) (string, error) {
	if !raw.has(key) {
		return "", nil
	}
	if raw[key].Kind() != '"' {
		return "", raw.wrong(key, "a string")
	}
	s, err := jsontext.AppendUnquote(nil, raw[key])
	return string(s), err
}
