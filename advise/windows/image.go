package windows

import (
	"regexp"
	"slices"
	"strings"
)

// Image is a reference, and what its name says.
type Image struct {
	Ref, Repository, Tag string
	// Family is empty if the name does not tell.
	Family string
	// Version is the zero value if the tag does not tell.
	Version Version
	// Framework is the .NET Framework's version of a dotnet/framework image, Core .NET's
	// of a dotnet image.
	Framework, Core string
	Digest          string
}

var tagVersion = regexp.MustCompile(`10\.0\.(\d{5})(?:\.(\d+))?`)

// ParseImage reads a reference. ok is false if nothing in it says Windows.
func ParseImage(ref string) (Image, bool) {
	im := Image{Ref: ref}
	rest, digest, _ := strings.Cut(ref, "@")
	im.Digest = digest
	im.Repository = rest
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		im.Repository, im.Tag = rest[:i], rest[i+1:]
	}
	repo, tag := strings.ToLower(im.Repository), strings.ToLower(im.Tag)
	path := repo
	if i := strings.IndexByte(repo, '/'); i >= 0 && strings.ContainsAny(repo[:i], ".:") {
		path = repo[i+1:]
	}
	path = strings.Replace(path, "microsoft/", "windows/", 1) // the first names, on Docker Hub
	for _, f := range facts.Families {
		if slices.Contains(f.Repositories, path) || strings.HasPrefix(path, f.Repositories[0]+"/") && f.Name == "servercore" {
			im.Family = f.Name
		}
	}
	im.Version = tagRelease(tag)
	switch {
	case strings.HasPrefix(path, "dotnet/framework/"):
		im.Family = "servercore"
		im.Framework = firstPart(tag)
	case strings.HasPrefix(path, "dotnet/") || strings.HasPrefix(path, "dotnet/core/"):
		im.Core = firstPart(tag)
	}
	switch {
	case im.Family != "":
	case strings.Contains(tag, "nanoserver"):
		im.Family = "nanoserver"
	case strings.Contains(tag, "servercore") || strings.Contains(tag, "windowsservercore"):
		im.Family = "servercore"
	}
	says := im.Family != "" || strings.Contains(repo+":"+tag, "windows") || strings.Contains(tag, "ltsc20") || tagVersion.MatchString(tag)
	if !says {
		im.Version = Version{} // 2004 may be any program's number
	}
	return im, says
}

func firstPart(tag string) string {
	v, _, _ := strings.Cut(tag, "-")
	return v
}

// tagRelease finds the release that a tag names.
func tagRelease(tag string) Version {
	if m := tagVersion.FindString(tag); m != "" {
		if v, ok := ParseVersion(m); ok {
			return v
		}
	}
	for _, part := range strings.FieldsFunc(tag, func(r rune) bool { return r == '-' || r == '_' }) {
		for _, r := range facts.Releases {
			if slices.Contains(r.Tags, part) && part != "2019" && part != "2022" && part != "2025" {
				return Version{r.Build, -1}
			}
		}
	}
	return Version{}
}

// FamilyOf finds a family by its name.
func FamilyOf(name string) (Family, bool) {
	i := slices.IndexFunc(facts.Families, func(f Family) bool { return f.Name == name })
	if i < 0 {
		return Family{}, false
	}
	return facts.Families[i], true
}
