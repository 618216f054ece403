package main

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// hostileMemory is what refusing a file may take, in bytes of resident
// memory: the program itself takes some 20 MB.
const hostileMemory = 50 << 20

// TestHostileMemory: no header makes the program allocate what it claims.
func TestHostileMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes memory of its own")
	}
	for name, data := range map[string][]byte{
		"claim":       hostile("{}", 100_000_000),
		"claim-64bit": hostile("{}", 1<<63),
		"shape":       hostile(`{"a":{"dtype":"F32","shape":[4294967296,2],"data_offsets":[0,34359738368]}}`, 0),
		"rank":        hostile(`{"a":{"dtype":"F32","shape":[`+strings.Repeat("1,", 100_000)+`1],"data_offsets":[0,4]}}`, 0),
		"deep":        hostile(`{"a":`+strings.Repeat("[", 1_000_000), 0),
		"names":       hostile(`{"`+strings.Repeat("x", 5_000_000)+`":{"dtype":"F32"}}`, 0),
	} {
		path := filepath.Join(t.TempDir(), name+".safetensors")
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("wspec", "analyze", path)
		cmd.Dir = t.TempDir()
		out, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != statusFailed || !strings.HasPrefix(string(out), "wspec: error: ") || len(out) > 1000 {
			t.Errorf("%s: %v, output %.200s", name, err, out)
		}
		if used := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10; used > hostileMemory {
			t.Errorf("%s: %d MB of resident memory, want at most %d", name, used>>20, hostileMemory>>20)
		} else {
			t.Logf("%s: %d MB", name, used>>20)
		}
		if left, _ := os.ReadDir(cmd.Dir); len(left) > 0 {
			t.Errorf("%s: left %v behind", name, left)
		}
	}
}

// hostile is a header behind its length, or behind claim in its place.
func hostile(header string, claim uint64) []byte {
	if claim == 0 {
		claim = uint64(len(header))
	}
	return append(binary.LittleEndian.AppendUint64(nil, claim), header...)
}
