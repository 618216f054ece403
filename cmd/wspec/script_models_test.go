package main

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"wspec/internal/safetensors"
)

// tinyQwen DIR writes a Qwen2 of two layers, d_model 8: rotary positions, four
// heads over two key-value heads, biases on queries, keys and values alone.
func tinyQwen(ts *testscript.TestScript, neg bool, args []string) {
	const d, head, heads, kv, mlp, vocab = 8, 4, 4, 2, 12, 11
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o777))
	ts.Check(os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"model_type":"qwen2","num_hidden_layers":2,"hidden_size":8,
		"num_attention_heads":4,"num_key_value_heads":2,"head_dim":4,"intermediate_size":12,"vocab_size":11,"max_position_embeddings":64,
		"tie_word_embeddings":true}`), 0o666))
	tensors := []safetensors.Tensor{wave("model.embed_tokens.weight", vocab, d), wave("model.norm.weight", d)}
	for _, layer := range []string{"model.layers.0.", "model.layers.1."} {
		attention := layer + "self_attn."
		tensors = append(tensors,
			wave(layer+"input_layernorm.weight", d), wave(layer+"post_attention_layernorm.weight", d),
			wave(attention+"q_proj.weight", heads*head, d), wave(attention+"q_proj.bias", heads*head),
			wave(attention+"k_proj.weight", kv*head, d), wave(attention+"k_proj.bias", kv*head),
			wave(attention+"v_proj.weight", kv*head, d), wave(attention+"v_proj.bias", kv*head),
			wave(attention+"o_proj.weight", d, heads*head),
			wave(layer+"mlp.gate_proj.weight", mlp, d), wave(layer+"mlp.up_proj.weight", mlp, d), wave(layer+"mlp.down_proj.weight", d, mlp))
	}
	var b bytes.Buffer
	ts.Check(safetensors.Write(&b, tensors, nil))
	ts.Check(os.WriteFile(filepath.Join(dir, "model.safetensors"), b.Bytes(), 0o666))
}
