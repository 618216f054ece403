package loader

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// located returns the path of a model: as it is where something is there, else of the snapshot in the hub's local cache that a name
// such as org/name or org/name@revision stands for; else as it is.
func located(path string) string {
	if _, err := os.Lstat(path); err == nil {
		return path
	}
	if p, ok := cached(path); ok {
		return p
	}
	return path
}

// repository is an id on the hub: one or two elements, and perhaps a revision.
var repository = regexp.MustCompile(`^([A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?)(?:@([A-Za-z0-9][\w./-]*))?$`)

var commit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// cached returns the folder of a repository's snapshot in the hub's local cache: models--org--name/snapshots/<commit>, the commit
// being the revision itself or what refs/<revision> says, main where there is none.
func cached(id string) (string, bool) {
	m := repository.FindStringSubmatch(id)
	root := cacheDir()
	if m == nil || root == "" || strings.Contains(id, "..") {
		return "", false
	}
	folder := filepath.Join(root, "models--"+strings.ReplaceAll(m[1], "/", "--"))
	revision := m[2]
	if revision == "" {
		revision = "main"
	}
	if !commit.MatchString(revision) {
		if revision = readRef(filepath.Join(folder, "refs", filepath.FromSlash(revision))); revision == "" {
			return "", false
		}
	}
	snapshot := filepath.Join(folder, "snapshots", revision)
	info, err := os.Stat(snapshot)
	return snapshot, err == nil && info.IsDir()
}

// readRef returns the commit that a file of refs holds, "" where it holds none.
func readRef(path string) string {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 64)) // a commit and a line's end
	text := strings.TrimSpace(string(data))
	if err != nil || !commit.MatchString(text) {
		return ""
	}
	return text
}

// cacheDir returns the hub's local cache, as huggingface_hub finds it: HF_HUB_CACHE, HF_HOME/hub, ~/.cache/huggingface/hub; "" for
// none.
func cacheDir() string {
	if dir := os.Getenv("HF_HUB_CACHE"); dir != "" {
		return dir
	}
	if home := os.Getenv("HF_HOME"); home != "" {
		return filepath.Join(home, "hub")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".cache", "huggingface", "hub")
}
