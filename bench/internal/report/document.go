package report

import (
	"bytes"
	"errors"
	"fmt"
	"os"
)

const (
	begin = "<!-- begin of the generated part: bench --update -->"
	end   = "<!-- end of the generated part -->"
)

// Update replaces what stands between the markers of a document.
func Update(file string, content []byte) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("update: %w", err)
	}
	updated, err := replaced(old, content)
	if err != nil {
		return fmt.Errorf("update %s: %w", file, err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("update: %w", err)
	}
	return os.WriteFile(file, updated, info.Mode().Perm())
}

func replaced(document, content []byte) ([]byte, error) {
	before, rest, found := bytes.Cut(document, []byte(begin))
	_, after, ended := bytes.Cut(rest, []byte(end))
	if !found || !ended {
		return nil, errors.New("the markers of the generated part are missing")
	}
	return bytes.Join([][]byte{before, []byte(begin + "\n\n"), bytes.TrimSpace(content), []byte("\n\n" + end), after}, nil), nil
}
