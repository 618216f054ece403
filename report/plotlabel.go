package report

import (
	"strings"

	"wspec/report/ink"
)

// inField writes a label or role as the field does: the Q of W_Q is a
// subscript, also inside L3.W_Q.H7. Other names are left as they are.
func inField(label string) string {
	parts := strings.Split(ink.Printable(label), ".")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, "W_"); ok && name != "" && !strings.Contains(name, "_") {
			parts[i] = "W" + ink.Sub(name)
		}
	}
	return strings.Join(parts, ".")
}
