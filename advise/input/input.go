// Package input finds what can be judged among files, by their names: Kubernetes
// manifests, Dockerfiles, compose files, and .NET projects with the packages.config and
// web.config beside them.
package input

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/windows"
)

// ErrBinary is a file whose name says text, and which is none.
var ErrBinary = message.Errorf("this is no text")

// Files are what was found.
type Files struct {
	Set      *manifest.Set
	Uses     []windows.Use
	Projects []*windows.Project
}

// New returns no files.
func New() *Files { return &Files{Set: manifest.New()} }

// Open gives the text of a file by its name; the error is fs.ErrNotExist if there is
// none.
type Open func(name string) ([]byte, error)

type kind uint8

const (
	other kind = iota
	manifests
	compose
	dockerfile
	project
	beside // read with a project
)

func kindOf(name string) kind {
	base := strings.ToLower(path.Base(name))
	switch ext := path.Ext(base); {
	case base == "packages.config" || base == "web.config":
		return beside
	case strings.HasPrefix(base, "dockerfile") || ext == ".dockerfile":
		return dockerfile
	case ext == ".csproj" || ext == ".vbproj" || ext == ".fsproj":
		return project
	case (ext == ".yaml" || ext == ".yml") && strings.Contains(base, "compose"):
		return compose
	case ext == ".yaml" || ext == ".yml" || ext == ".json":
		return manifests
	}
	return other
}

// Knows reports whether a file of this name is read, alone or with a project.
func Knows(name string) bool { return kindOf(name) != other }

// Skips reports whether a folder of this name holds nothing of its own to judge.
func Skips(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains([]string{"node_modules", "bin", "obj"}, strings.ToLower(name))
}

// Add reads a file, and with a project those beside it. A file that is not known passes
// by. What of manifests cannot be read is a Problem of the Set.
func (f *Files) Add(name string, text []byte, open Open) error {
	k := kindOf(name)
	if k == other || k == beside {
		return nil
	}
	if bytes.IndexByte(text[:min(len(text), 8192)], 0) >= 0 && !bytes.HasPrefix(text, []byte{0xff, 0xfe}) && !bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		return message.Errorf("read %s: %s", name, ErrBinary)
	}
	switch k {
	case manifests:
		return f.Set.ReadStream(name, bytes.NewReader(text))
	case compose:
		uses, _, err := windows.Compose(name, text)
		f.Uses = append(f.Uses, uses...)
		return err
	case dockerfile:
		f.Uses = append(f.Uses, windows.Dockerfile(name, string(text))...)
		return nil
	default:
		return f.project(name, text, open)
	}
}

func (f *Files) project(name string, text []byte, open Open) error {
	p, err := windows.ParseProject(name, text)
	if err != nil {
		return err
	}
	packages, err := open(path.Join(path.Dir(name), "packages.config"))
	if err == nil {
		err = p.AddPackages(packages)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, config := range []string{"web.config", "Web.config"} {
		text, err := open(path.Join(path.Dir(name), config))
		if err == nil {
			p.AddWebConfig(text)
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f.Projects = append(f.Projects, p)
	return nil
}

// Images are the places that name an image: those found, and the manifests' containers.
func (f *Files) Images() []windows.Use {
	all := slices.Clone(f.Uses)
	for _, w := range f.Set.Workloads {
		src := f.Set.Source(w)
		for i, k := range w.Template.Spec.Containers {
			all = append(all, windows.Use{File: src.File, Line: src.Line(append(slices.Clone(w.Path), "spec", "containers", fmt.Sprint(i), "image")...), Image: k.Image})
		}
	}
	return all
}
