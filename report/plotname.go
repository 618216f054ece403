package report

import (
	"strconv"
	"strings"
)

const (
	// maxFileName is the longest file name written, in bytes: short enough
	// for every file system and for the path limit of Windows.
	maxFileName = 100
	// maxModelPrefix leaves room for the figure's own name after a model's.
	maxModelPrefix = 40
)

// safeName replaces every rune outside [A-Za-z0-9._-] by an underscore, and a
// leading dot or hyphen too, so that no name is hidden, an option or a path.
func safeName(s string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '_'
	}, s)
	if name == "" || name[0] == '.' || name[0] == '-' {
		name = "_" + name
	}
	return name
}

// cutTo shortens s to at most n bytes; s is ASCII.
func cutTo(s string, n int) string { return s[:min(len(s), n)] }

// nameSet hands out names that differ in more than case.
type nameSet map[string]bool

// unique returns a safe name made from s that was not handed out before and,
// with the extension, is at most [maxFileName] bytes long.
func (n nameSet) unique(s string) string {
	const room = maxFileName - len(".png")
	base := safeName(s)
	name := cutTo(base, room)
	for i := 2; n[strings.ToLower(name)]; i++ {
		suffix := "-" + strconv.Itoa(i)
		name = cutTo(base, room-len(suffix)) + suffix
	}
	n[strings.ToLower(name)] = true
	return name
}
