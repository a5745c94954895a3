// Command verify checks a log of Holdfast with Go's own implementation of notes and transparency
// logs (golang.org/x/mod/sumdb), which shares no code with it.
//
//	verify <verifier key> <directory>
//
// The directory holds "checkpoint" and, under "entries", every leaf of the log as a file named by its
// position. Exit code 0: the checkpoint is signed by that key, its root is that of the leaves, and
// each leaf is proved to be in it.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type storedHashes []tlog.Hash

func (stored storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, 0, len(indexes))
	for _, index := range indexes {
		if index >= int64(len(stored)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found = append(found, stored[index])
	}
	return found, nil
}

func main() {
	if err := verify(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("verified")
}

func verify(key, directory string) error {
	size, root, err := checkpoint(key, filepath.Join(directory, "checkpoint"))
	if err != nil {
		return err
	}
	var stored storedHashes
	var leaves []tlog.Hash
	for position := int64(0); position < size; position++ {
		name := filepath.Join(directory, "entries", strconv.FormatInt(position, 10))
		leaf, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		hashes, err := tlog.StoredHashes(position, leaf, stored)
		if err != nil {
			return err
		}
		stored = append(stored, hashes...)
		leaves = append(leaves, tlog.RecordHash(leaf))
	}
	computed, err := tlog.TreeHash(size, stored)
	if err != nil {
		return err
	}
	if computed != root {
		return fmt.Errorf("the root of the leaves is %v, the checkpoint says %v", computed, root)
	}
	for position, leaf := range leaves {
		proof, err := tlog.ProveRecord(size, int64(position), stored)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, size, root, int64(position), leaf); err != nil {
			return err
		}
	}
	return nil
}

func checkpoint(key, path string) (size int64, root tlog.Hash, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, root, err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return 0, root, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 3 || lines[0] != verifier.Name() {
		return 0, root, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	if size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return 0, root, err
	}
	decoded, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(decoded) != len(root) {
		return 0, root, fmt.Errorf("malformed root")
	}
	copy(root[:], decoded)
	return size, root, nil
}
