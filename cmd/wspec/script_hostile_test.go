package main

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

// hostileTokens are one token of each sort that could harm where it is shown.
func hostileTokens() []string {
	return []string{
		"<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "<!--", "=cmd()|'/C calc'!A0", "@SUM(1)",
		"\x1b[31mred\x1b]0;title\a", "\u202edesrever\u2066", "a\nb\r\tc", "a\x00b\u2028", strings.Repeat("x\u200b", 5000), `\"],"x":[{${1}`,
	}
}

// hostile DIR writes the model of tiny with a tokenizer of hostile tokens.
func hostileModel(ts *testscript.TestScript, neg bool, args []string) {
	tiny(ts, neg, args)
	vocab := map[string]int{}
	for id, token := range hostileTokens() {
		vocab[token] = id
	}
	text, err := json.Marshal(map[string]any{"version": "1.0", "model": map[string]any{"type": "WordLevel", "vocab": vocab, "unk_token": "<!--"}})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+"/tokenizer.json"), text, 0o666))
}

// harmless FILE... fails unless a page, sheet, figure, document or text, told
// by the end of its name, can be opened without harm.
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	check := map[string]func(name, text string) error{".html": harmlessPage, ".csv": harmlessSheet, ".png": harmlessFigure, ".json": harmlessJSON}
	for _, pattern := range args {
		files := []string{pattern} // stdout and stderr are no files
		if pattern != "stdout" && pattern != "stderr" {
			var err error
			files, err = filepath.Glob(ts.MkAbs(pattern))
			ts.Check(err)
		}
		if len(files) == 0 {
			ts.Fatalf("there is no %s", pattern)
		}
		for _, f := range files {
			how, ok := check[filepath.Ext(f)]
			if !ok {
				how = harmlessText
			}
			if err := how(f, ts.ReadFile(f)); err != nil {
				ts.Fatalf("%s: %v", f, err)
			}
		}
	}
}

// longestLine is more than a dozen names of the greatest length shown.
const longestLine = 5000

func harmlessText(_, text string) error {
	for i, line := range strings.Split(text, "\n") {
		if err := visible(line); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		if n := utf8.RuneCountInString(line); n > longestLine {
			return fmt.Errorf("line %d is %d runes long", i+1, n)
		}
	}
	return nil
}

// visible finds what moves a cursor, reorders its neighbours or is not seen.
func visible(text string) error {
	for _, r := range text {
		if r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return fmt.Errorf("%q is raw in %.60q", r, text)
		}
	}
	return nil
}

func harmlessSheet(_, text string) error {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	for _, row := range rows {
		for _, cell := range row {
			if _, notNumber := strconv.ParseFloat(cell, 64); notNumber != nil && cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				return fmt.Errorf("a spreadsheet takes %q for a formula", cell)
			}
			if err := visible(cell); err != nil {
				return err
			}
		}
	}
	return err
}

// harmlessPage finds elements that are none of the page's own: two scripts and
// the data, which are read as JSON to the end; or none, where all is text.
func harmlessPage(_, text string) error {
	lower := strings.ToLower(text)
	if strings.Contains(lower, `content="default-src &#39;none&#39;; script-src &#39;none&#39;;`) {
		return harmlessAnswer(lower)
	}
	for tag, want := range map[string]int{"<script": 3, "</script": 3, "<img": 0, "<iframe": 0, "<!--": 0} {
		if n := strings.Count(lower, tag); n != want {
			return fmt.Errorf("%q occurs %d times, want %d", tag, n, want)
		}
	}
	data, err := pageJSON(text)
	if err != nil {
		return err
	}
	return visible(data)
}

// pageJSON returns the JSON that a page inflates for its scripts.
func pageJSON(page string) (string, error) {
	const head = 20 // five lengths, that of the JSON first
	_, rest, _ := strings.Cut(page, `<script type="application/json" id="data">"`)
	packed, _, found := strings.Cut(rest, `"</script>`)
	raw, err := io.ReadAll(flate.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed))))
	if !found || err != nil || len(raw) < head {
		return "", fmt.Errorf("the data end early: %d bytes, %w", len(raw), err)
	}
	text := raw[head:]
	if n := binary.LittleEndian.Uint32(raw); int(n) > len(text) || !json.Valid(text[:n]) {
		return "", fmt.Errorf("the data are no JSON of %d bytes", n)
	}
	return string(text[:binary.LittleEndian.Uint32(raw)]), nil
}

// pageData PAGE FILE writes that JSON.
func pageData(ts *testscript.TestScript, neg bool, args []string) {
	data, err := pageJSON(ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(data), 0o666))
}

// harmlessAnswer finds elements in a page without scripts but its own figures.
func harmlessAnswer(lower string) error {
	for _, tag := range []string{"<script", "<iframe", "<!--", "<object", "<link"} {
		if strings.Contains(lower, tag) {
			return fmt.Errorf("there is a %q", tag)
		}
	}
	if all, own := strings.Count(lower, "<img"), strings.Count(lower, `<img src="data:image/png;base64,`); all != own {
		return fmt.Errorf("%d of %d images are none of the page's", all-own, all)
	}
	return visible(strings.ReplaceAll(lower, "\n", ""))
}

func harmlessJSON(_, text string) error {
	if !json.Valid([]byte(text)) {
		return fmt.Errorf("it is no JSON")
	}
	return visible(strings.ReplaceAll(text, "\n", ""))
}

// harmlessFigure finds pictures that cannot be drawn, and chunks that hold text.
func harmlessFigure(name, text string) error {
	if base := filepath.Base(name); len(base) > 100 || strings.Trim(base, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
		return fmt.Errorf("the name is no plain one")
	}
	if _, err := png.Decode(strings.NewReader(text)); err != nil {
		return err
	}
	seen := map[string]bool{}
	for b := []byte(text)[8:]; len(b) >= 12; b = b[12+binary.BigEndian.Uint32(b):] {
		seen[string(b[4:8])] = true
	}
	plain := []string{"IDAT", "IEND", "IHDR", "PLTE", "pHYs", "tRNS"}
	for _, chunk := range slices.Sorted(maps.Keys(seen)) {
		if !slices.Contains(plain, chunk) {
			return fmt.Errorf("it has a chunk %q", chunk)
		}
	}
	if bytes.Contains([]byte(text), []byte("script")) {
		return fmt.Errorf("it holds a token")
	}
	return nil
}

// TestHarmlessSees: the checks of scripts find what they are there for.
func TestHarmlessSees(t *testing.T) {
	page := func(data, rest string) string {
		return `<script type="application/json" id="data">"` + deflated(t, `{"a":"`+data+`"}`) + `"</script><script></script><script></script>` + rest
	}
	if err := harmlessPage("", page(`\u003cscript\u003e`, "")); err != nil {
		t.Error(err)
	}
	const answerPage = `<meta content="default-src &#39;none&#39;; script-src &#39;none&#39;;"><img src="data:image/png;base64,">`
	if err := harmlessPage("", answerPage); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		check func(name, text string) error
		bad   []string
	}{
		"text":  {harmlessText, []string{"\x1b[31m", "a\rb", "\u202e", "\u2066", "\u200b", "a\u2028b", "\xff", strings.Repeat("x", longestLine+1)}},
		"sheet": {harmlessSheet, []string{"a,=cmd()\n", "a,@SUM(1)\n", "+a\n", "-a\n", "a,\x1bb\n", "\"a\n"}},
		"page": {harmlessPage, []string{
			page("", "<script>"), page("", "</script>"), page("", "<img src=x>"), page("", "<!--"), page(`"`, ""), page("\u202e", ""),
			strings.Replace(page("", ""), `"</script>`, `</script>`, 1), strings.Replace(page("", ""), `id="data">"`, `id="data">"A`, 1),
		}},
		"answer": {harmlessPage, []string{
			answerPage + "<script>", answerPage + "<img src=x>", answerPage + "<!--", answerPage + "\u202e",
		}},
		"document": {harmlessJSON, []string{"{", "\"\u202e\"", "\"\x1b\""}},
		"figure":   {harmlessFigure, []string{"", "\x89PNG\r\n\x1a\n"}},
	} {
		for _, text := range c.bad {
			if c.check(name+".png", text) == nil {
				t.Errorf("%s: nothing is found in %.80q", name, text)
			}
		}
	}
}

// deflated packs JSON as a page does, without any columns behind it.
func deflated(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	encoder := base64.NewEncoder(base64.StdEncoding, &b)
	z, err := flate.NewWriter(encoder, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	head := append(binary.LittleEndian.AppendUint32(nil, uint32(len(text))), make([]byte, 16)...)
	if _, err := z.Write(append(head, text...)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), encoder.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
