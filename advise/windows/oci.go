package windows

import (
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// maxImages bounds an index.
const maxImages = 100

// Layout reads the configs of an OCI layout's images: a folder with an index.json.
func Layout(dir string) ([]Use, error) {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return nil, fmt.Errorf("read the OCI layout %s: %w", dir, err)
	}
	return indexUses(dir, index, 0)
}

func indexUses(dir string, index v1.ImageIndex, depth int) ([]Use, error) {
	m, err := index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("read the index of %s: %w", dir, err)
	}
	var uses []Use
	for _, d := range m.Manifests {
		if len(uses) >= maxImages {
			return uses, nil
		}
		switch {
		case d.MediaType.IsIndex() && depth < 3:
			inner, err := index.ImageIndex(d.Digest)
			if err != nil {
				return nil, fmt.Errorf("read the index %s of %s: %w", d.Digest, dir, err)
			}
			more, err := indexUses(dir, inner, depth+1)
			if err != nil {
				return nil, err
			}
			uses = append(uses, more...)
		case d.MediaType.IsImage():
			image, err := index.Image(d.Digest)
			if err != nil {
				return nil, fmt.Errorf("read the image %s of %s: %w", d.Digest, dir, err)
			}
			u, err := configUse(dir, image)
			if err != nil {
				return nil, err
			}
			if name := d.Annotations["org.opencontainers.image.ref.name"]; name != "" {
				u.Image = name
			}
			uses = append(uses, u)
		}
	}
	return uses, nil
}

// Tar reads the config of an image that docker save wrote.
func Tar(file string) (Use, error) {
	image, err := tarball.ImageFromPath(file, nil)
	if err != nil {
		return Use{}, fmt.Errorf("read the image %s: %w", file, err)
	}
	return configUse(file, image)
}

func configUse(file string, image v1.Image) (Use, error) {
	c, err := image.ConfigFile()
	if err != nil {
		return Use{}, fmt.Errorf("read the config of %s: %w", file, err)
	}
	u := Use{File: file, Line: 1, Image: file, OS: c.OSVersion}
	if c.OS != "windows" {
		u.OS = c.OS
	}
	return u, nil
}
