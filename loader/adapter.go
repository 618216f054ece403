package loader

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	adapterConfigName  = "adapter_config.json"
	adapterWeightsName = "adapter_model.safetensors"
)

// isAdapter reports whether path is a folder with an adapter and no weights of a model.
func isAdapter(path string) bool {
	has := func(name string) bool {
		_, err := os.Lstat(filepath.Join(path, name))
		return err == nil
	}
	return has(adapterConfigName) && !has(weightsName) && !has(indexName)
}

// openAdapter opens the base of an adapter, with the adapter applied. On error nothing stays open.
func openAdapter(path string, o Options) (c *checkpoint, a *adapter, err error) {
	folder := &checkpoint{path: path, dir: path}
	defer func() {
		if err != nil {
			folder.close()
			if c != nil {
				c.close()
			}
		}
	}()
	a, err = readAdapter(folder, !o.SkipHash)
	if err != nil {
		return nil, nil, err
	}
	base := o.Base
	if base == "" {
		if base, err = findBase(path, a.config.Base); err != nil {
			return nil, nil, err
		}
	}
	base = located(base)
	if isAdapter(base) {
		return nil, nil, &FolderError{baseName(base), "is an adapter itself, not a base", "give the model that both were trained on"}
	}
	if c, err = openCheckpoint(base, !o.SkipHash); err != nil {
		return nil, nil, fmt.Errorf("base: %w", err)
	}
	for _, s := range c.shards {
		if s.name == adapterWeightsName {
			return c, nil, &FolderError{s.name, "is a file of the base as well", ""}
		}
	}
	// The adapter's files are the model's, listed after the base's and closed with them.
	a.after = len(c.shards)
	c.shards, c.files = append(c.shards, folder.shards...), append(c.files, folder.files...)
	folder.shards = nil
	return c, a, nil
}

// adapter is an adapter's files, read.
type adapter struct {
	config  *adapterConfig
	tensors []stored
	after   int // number of the base's shards, which come first
}

func readAdapter(c *checkpoint, hash bool) (*adapter, error) {
	data, err := c.readSmall(adapterConfigName, maxConfig)
	if err != nil {
		return nil, err
	}
	config, err := decodeAdapter(data)
	if err != nil {
		return nil, err
	}
	path, err := c.resolve(adapterWeightsName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &FolderError{baseName(c.dir), "adapter has no " + adapterWeightsName,
			"save it with safe_serialization=True, the default of PEFT"}
	} else if err != nil {
		return nil, err
	}
	if err := c.openShard(adapterWeightsName, path, hash); err != nil {
		return nil, err
	}
	a := &adapter{config: config}
	a.tensors, _ = c.tensors()
	return a, nil
}

// findBase finds the base of an adapter by the name that it has for it: a folder of that name beside the adapter's, or in the hub's local
// cache. Of a path only the last element counts: a file's content does not lead anywhere.
func findBase(adapter, name string) (string, error) {
	last := name[strings.LastIndexAny(name, `/\`)+1:]
	if last != "" && last != "." && last != ".." && !strings.ContainsAny(last, ":\x00") {
		abs, err := filepath.Abs(adapter)
		if err != nil {
			return "", err
		}
		beside := filepath.Join(filepath.Dir(abs), last)
		if info, err := os.Stat(beside); err == nil && info.IsDir() && beside != abs {
			return beside, nil
		}
	}
	if path, ok := cached(name); ok {
		return path, nil
	}
	return "", &BaseError{Adapter: baseName(adapter), Base: name}
}
