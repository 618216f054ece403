package loader

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"wspec/internal/safetensors"
)

const (
	configName  = "config.json"
	weightsName = "model.safetensors"
	indexName   = "model.safetensors.index.json"
	weightsExt  = ".safetensors"
)

// checkpoint is the files of a model, opened.
type checkpoint struct {
	path   string            // of the model: as given, or the folder of the index that was given
	dir    string            // folder that no file may lie outside of
	folder bool              // the folder is the model, not one file
	config rawConfig         // nil where a bare file has no config.json beside it
	index  map[string]string // tensor → shard, nil without an index
	shards []shard
	files  []SourceFile

	replaced map[string]stored        // by an adapter: name → its tensor
	lowRank  map[string]lowRankTensor // tensors kept as factors
}

type shard struct {
	name string
	*safetensors.File
}

func (c *checkpoint) close() error {
	var errs []error
	for _, s := range c.shards {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// openCheckpoint opens what path names: a file, a folder, or the index in a folder. On error nothing stays open.
func openCheckpoint(path string, hash bool) (*checkpoint, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	c := &checkpoint{path: path, dir: path}
	switch {
	case info.IsDir():
		err = c.openFolder(hash)
	case !info.Mode().IsRegular():
		err = &FolderError{baseName(path), "neither a folder nor a regular file", ""}
	case filepath.Base(path) == indexName:
		c.path, c.dir = filepath.Dir(path), filepath.Dir(path)
		err = c.openFolder(hash)
	default:
		c.dir = filepath.Dir(path)
		err = c.openFile(path, hash)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// openFile opens one file with weights, and config.json if it lies beside. The file itself may be a link to anywhere: its path
// is the user's, not the model's.
func (c *checkpoint) openFile(path string, hash bool) error {
	if err := c.readConfig(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := c.readLowRank(); err != nil {
		return err
	}
	if err := c.openShard(filepath.Base(path), path, hash); err != nil {
		return err
	}
	return c.checkIndex()
}

func (c *checkpoint) openFolder(hash bool) error {
	c.folder = true
	weights, err := c.readFolder()
	if err != nil {
		return err
	}
	if err := c.readLowRank(); err != nil {
		return err
	}
	return c.openShards(weights, hash)
}

// readFolder reads config.json and the index, and returns the names of the files with the weights.
func (c *checkpoint) readFolder() ([]string, error) {
	if err := c.readConfig(); errors.Is(err, fs.ErrNotExist) {
		return nil, &FolderError{baseName(c.dir), "folder has no config.json",
			"analyse the .safetensors file itself to see every matrix under its own name"}
	} else if err != nil {
		return nil, err
	}
	listed, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, err
	}
	var found, other []string
	index := false
	for _, e := range listed {
		switch name := e.Name(); {
		case name == weightsName:
			return []string{weightsName}, nil
		case name == indexName:
			index = true
		case filepath.Ext(name) == weightsExt:
			found = append(found, name)
		case slices.Contains([]string{".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack"}, filepath.Ext(name)):
			other = append(other, name)
		}
	}
	if index {
		return c.readIndex()
	}
	if len(found) == 1 {
		return found, nil
	}
	return nil, noWeights(c.dir, found, other)
}

func noWeights(dir string, found, other []string) error {
	e := &FolderError{Name: baseName(dir), Msg: "folder has no .safetensors file"}
	switch {
	case len(found) > 1:
		e.Msg = fmt.Sprintf("folder has %d .safetensors files, none of them %s, and no index", len(found), weightsName)
		e.hint = "analyse one of the files itself, or add " + indexName
	case len(other) > 0:
		e.hint = fmt.Sprintf("%s is in another format: save the model with safe_serialization=True", quote(other[0]))
	}
	return e
}

func (c *checkpoint) readConfig() error {
	data, err := c.readSmall(configName, maxConfig)
	if err == nil {
		c.config, err = decodeObject[jsontext.Value](data, configName)
	}
	return err
}

// readIndex reads the index and returns the shards it names, sorted.
func (c *checkpoint) readIndex() ([]string, error) {
	data, err := c.readSmall(indexName, maxIndex)
	if err != nil {
		return nil, err
	}
	if c.index, err = decodeIndex(data); err != nil {
		return nil, err
	}
	return slices.Compact(slices.Sorted(maps.Values(c.index))), nil
}

// openShards maps the files, which lie in the folder, and checks them against the index.
func (c *checkpoint) openShards(names []string, hash bool) error {
	for _, name := range names {
		path, err := c.resolve(name)
		if err != nil {
			if c.index != nil && errors.Is(err, fs.ErrNotExist) {
				err = &IndexError{Shard: name, Msg: "no such file in the folder"}
			}
			return err
		}
		if err := c.openShard(name, path, hash); err != nil {
			return err
		}
	}
	return c.checkIndex()
}

func (c *checkpoint) openShard(name, path string, hash bool) error {
	f, err := safetensors.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", quote(name), err)
	}
	c.shards = append(c.shards, shard{name, f})
	if err := c.note(name, f.Bytes(), hash); err != nil {
		return fmt.Errorf("%s: %w", quote(name), err)
	}
	return nil
}

// resolve returns the path of a regular file of the model's folder, following links only where they stay inside it.
func (c *checkpoint) resolve(name string) (string, error) {
	root, err := filepath.EvalSymlinks(c.dir)
	if err != nil {
		return "", err
	}
	path, err := filepath.EvalSymlinks(filepath.Join(root, name))
	if err != nil {
		return "", err
	}
	if !inside(root, path) && !isBlob(root, path) {
		return "", &FolderError{name, "link leads out of the model's folder", "give the path of the real folder or file"}
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", &FolderError{name, "not a regular file", ""}
	}
	return path, nil
}

func inside(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}

// isBlob reports whether a path is a blob of the hub's local cache, to which the links of a snapshot lead:
// models--org--name/snapshots/<commit>/file → models--org--name/blobs/<digest>.
func isBlob(root, path string) bool {
	snapshots, blobs := filepath.Dir(root), filepath.Dir(path)
	return filepath.Base(snapshots) == "snapshots" && filepath.Base(blobs) == "blobs" &&
		filepath.Dir(snapshots) == filepath.Dir(blobs)
}

// readSmall reads a file of the folder whole, if it has at most limit bytes.
func (c *checkpoint) readSmall(name string, limit int64) ([]byte, error) {
	path, err := c.resolve(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &JSONError{name, limit, fmt.Sprintf("file is longer than %d MB", limit>>20)}
	}
	return data, c.note(name, data, true)
}

// note records a file that was read.
func (c *checkpoint) note(name string, data []byte, hash bool) (err error) {
	f := SourceFile{Name: name, Bytes: int64(len(data))}
	if hash {
		if f.SHA256, err = hashOf(data); err != nil {
			return err
		}
	}
	c.files = append(c.files, f)
	return nil
}

// hashOf returns the SHA-256 of a file's bytes in hexadecimal.
func hashOf(data []byte) (hexadecimal string, err error) {
	err = safetensors.Guard(func() error {
		sum := sha256.Sum256(data)
		hexadecimal = hex.EncodeToString(sum[:])
		return nil
	})
	return hexadecimal, err
}

// baseName is the last element of a path as the file system knows it ("." has one too).
func baseName(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return strings.TrimSuffix(filepath.Base(path), weightsExt)
}
