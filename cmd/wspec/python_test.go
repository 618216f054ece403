package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wspec/fixtures"
)

// TestReadmePython runs the README's Python after its command.
func TestReadmePython(t *testing.T) {
	const python = "/usr/bin/python3"
	if out, err := exec.Command(python, "-c", "import numpy").CombinedOutput(); err != nil {
		t.Skipf("%s with numpy is not there: %v %s", python, err, out)
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "## From Python\n")
	script := regexp.MustCompile("(?s)```python\n(.*?)```").FindStringSubmatch(section)
	command := regexp.MustCompile("`wspec (analyze [^`]*)`").FindStringSubmatch(section)
	if script == nil || command == nil {
		t.Fatal("the README has no Python, or no command before it")
	}
	dir := t.TempDir()
	if err := os.Symlink(fixtures.Dir(), filepath.Join(dir, "fixtures")); err != nil {
		t.Skip("no links here: ", err)
	}
	t.Chdir(dir)
	var stdout, stderr bytes.Buffer
	if status := run(context.Background(), append(strings.Fields(command[1]), "--quiet"), &stdout, &stderr); status != statusDone {
		t.Fatalf("wspec %s: status %d, %s", command[1], status, stderr.String())
	}
	out, err := exec.Command(python, "-c", script[1]).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// As numpy.linalg.svd of that matrix gives: 0.29560 and 111.781.
	if want := "10 directions of L2.W_out keep 29.6% of its energy; its effective rank is 111.8\n"; string(out) != want {
		t.Errorf("it prints %q, want %q", out, want)
	}
}
