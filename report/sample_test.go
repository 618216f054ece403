package report

import "math"

// sample is a small document with what makes rendering hard: a failed matrix,
// undefined measures, a hostile name, a product.
func sample() *Document {
	at := func(i int) *int { return &i }
	names := []MetricInfo{
		{Name: "spectral_norm", Title: "Spectral norm", Formula: "σ₁", Doc: "d", Ref: "r"},
		{Name: "effective_rank", Title: "Effective rank", Unit: "dimensions", Formula: "exp(−Σ p ln p)", Doc: "d", Ref: "r"},
	}
	stored := func(label string, layer *int, sigma ...Number) Matrix {
		return Matrix{
			Label: label, Role: "W_Q", Layer: layer, Model: "m", Kind: "stored", Tensors: []string{"t"}, Shape: [2]int{len(sigma), 3},
			DType: "F32", In: "residual", Out: "head", Sigma: sigma,
			Metrics: map[string]Number{"spectral_norm": 2, "effective_rank": 1.8898815748423097},
			Null:    map[string]NullValue{"spectral_norm": {1.5, 0, Undefined(), Undefined()}, "effective_rank": {2.5, 0.05, -12.25, 1e-20}}, NullKind: "iid", NullDraws: 256,
			Floor: Floor{DType: 1e-7, Method: 2e-16}, Certificate: Certificate{Method: "gram", Residual: Undefined(), Orthogonality: Undefined()},
		}
	}
	circuit := stored("L0.W_OV.H1", at(0), 2, 1)
	circuit.Role, circuit.Head, circuit.Kind = "W_OV", at(1), "product"
	circuit.Metrics["spectral_norm"] = Number(math.Inf(1))
	part := stored("L0.W_Q.H1", at(0), 2, 1)
	part.Head = at(1)
	failed := stored("L1.W_Q", at(1))
	failed.Null, failed.NullKind, failed.NullDraws = map[string]NullValue{}, "", 0
	failed.Sigma, failed.Metrics, failed.Error = []Number{}, map[string]Number{}, "NaN at row 3, column 4"
	return &Document{
		Schema: Schema, Tool: Tool{Version: "v", Go: "go", Kernel: "k"}, Options: RunOptions{Matrix: []string{}, Heads: true, Null: "iid"},
		Warnings: []Warning{{Code: "c", Message: "beware of \x1b[31mred"}},
		Models: []Model{{Name: "m", Family: "gpt2", Files: []SourceFile{{Name: "model.safetensors", Bytes: 7, SHA256: "00"}}, Tensors: []Tensor{
			{Name: `=cmd("x")`, DType: "F32", Shape: []int{2, 3}, File: "model.safetensors", Role: "L0.W_Q", Fate: "analysed"},
			{Name: "scale", DType: "F32", Shape: []int{}, File: "model.safetensors", Fate: "vector", Reason: "no \u202edimensions"},
		}}},
		Metrics:  names,
		Matrices: []Matrix{stored("L0.W_Q", at(0), 2, 1), part, circuit, failed},
		Figures:  []Figure{},
	}
}
