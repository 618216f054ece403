package loader

import "strings"

// Parts of a module's update.
const (
	partA         = "lora_A"
	partB         = "lora_B"
	partEmbedA    = "lora_embedding_A"
	partEmbedB    = "lora_embedding_B"
	partMagnitude = "lora_magnitude_vector"
	partBias      = "bias" // of B: a vector that is added to the outputs
	partWhole     = ""     // no update, but the tensor itself (modules_to_save, biases)
)

// adapterName splits the name of an adapter's tensor into the name of the base's module and the part of the update it is; for
// partWhole into the name of the base's tensor.
//
// PEFT writes base_model.model.<module>.lora_A.weight, and <adapter>.weight or nothing in place of weight in some versions; what
// was trained whole is <module>.weight, or <module>.modules_to_save.<adapter>.weight.
func adapterName(name string) (module, part string) {
	for _, p := range []string{"base_model.model.", "base_model."} {
		if short, ok := strings.CutPrefix(name, p); ok {
			name = short
			break
		}
	}
	elements := strings.Split(name, ".")
	for i, e := range elements {
		switch e {
		case partA, partB, partEmbedA, partEmbedB, partMagnitude:
			module = strings.Join(elements[:i], ".")
			if elements[len(elements)-1] == "bias" {
				return module, partBias
			}
			return module, e
		case "modules_to_save", "original_module":
			rest := elements[min(i+2, len(elements)):]
			if e == "original_module" {
				rest = elements[i+1:]
			}
			return strings.Join(append(elements[:i:i], rest...), "."), partWhole
		}
	}
	return name, partWhole
}
