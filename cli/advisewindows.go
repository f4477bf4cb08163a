package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/report"
	"github.com/yagura/yagura/advise/rule"
	"github.com/yagura/yagura/advise/windows"
	"github.com/yagura/yagura/app"
)

// windowsFiles are what was found below the paths.
type windowsFiles struct {
	set      *manifest.Set
	uses     []windows.Use
	projects []*windows.Project
}

// adviseWindows answers what fits together in Windows containers.
func adviseWindows(ctx context.Context, args, env []string, s Streams) error {
	fset := flags("advise windows", "[flags] PATH|IMAGE…", s)
	format := formatFlag(fset)
	failOn := failFlag(fset)
	send := sendFlags(fset, env)
	now := timeFlag(fset)
	isolation := fset.String("isolation", "", "process or hyperv; default: either")
	containerize := fset.String("containerize", "", "folder to write a Dockerfile and a manifest into, for the one project that was read")
	in := rule.Input{}
	fset.Func("host", "version of Windows to run on: 1809, ltsc2022, win11, 10.0.20348.1 …; may be repeated", func(text string) error {
		h, v, err := windows.ParseHost(text)
		in.Hosts = append(in.Hosts, rule.Host{Host: h, Version: v})
		return err
	})
	if err := parse(fset, args); err != nil {
		return err
	}
	write, limit, err := reporting(*format, *failOn)
	if err != nil {
		return err
	}
	if *isolation != "" && *isolation != "process" && *isolation != "hyperv" {
		return &usageError{fmt.Sprintf("there is no isolation %q: it is process or hyperv", *isolation)}
	}
	files := &windowsFiles{set: manifest.New()}
	if err := files.read(fset.Args()); err != nil {
		return &usageError{err.Error()}
	}
	if *containerize != "" {
		return files.containerize(*containerize, s)
	}
	in.Set, in.Images, in.Isolation, in.Measured.Now = files.set, files.uses, *isolation, now()
	findings := rule.Windows(in)
	all := files.uses
	for _, w := range files.set.Workloads {
		src := files.set.Source(w)
		for i, k := range w.Template.Spec.Containers {
			all = append(all, windows.Use{File: src.File, Line: src.Line(append(append([]string(nil), w.Path...), "spec", "containers", fmt.Sprint(i), "image")...), Image: k.Image})
		}
	}
	if *format == "text" {
		if err := windows.Text(s.Out, windows.Answers(all), in.Measured.Now); err != nil {
			return err
		}
		for _, p := range files.projects {
			if err := windows.ProjectText(s.Out, p); err != nil {
				return err
			}
		}
	}
	if err := write(s.Out, report.Report{Findings: findings, Rules: rule.All(), Version: app.Version}); err != nil {
		return err
	}
	if err := send.recommendations(ctx, findings, in.Measured.Now); err != nil {
		return err
	}
	if report.Worst(findings) >= limit {
		return errReported
	}
	return nil
}

// read finds files by their names, and takes what is no file for an image's reference.
func (f *windowsFiles) read(args []string) error {
	if len(args) == 0 {
		return errors.New("give files, folders or image references")
	}
	for _, a := range args {
		st, err := os.Stat(a)
		switch {
		case err != nil:
			if _, ok := windows.ParseImage(a); !ok {
				return fmt.Errorf("%s is neither a file nor a reference that names a Windows image: %w", a, err)
			}
			f.uses = append(f.uses, windows.Use{File: a, Line: 1, Image: a})
		case st.IsDir():
			err = filepath.WalkDir(a, func(name string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				if d.IsDir() {
					if name != a && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "bin" || d.Name() == "obj") {
						return fs.SkipDir
					}
					if isLayout(name) {
						return errors.Join(f.layout(name), fs.SkipDir)
					}
					return nil
				}
				return f.file(name)
			})
			if errors.Is(err, fs.SkipDir) {
				err = nil
			}
		default:
			err = f.file(a)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func isLayout(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "oci-layout"))
	return err == nil
}

func (f *windowsFiles) layout(dir string) error {
	uses, err := windows.Layout(dir)
	f.uses = append(f.uses, uses...)
	return err
}

// maxProjectFile bounds the files that are read whole.
const maxProjectFile = 16 << 20

func (f *windowsFiles) file(name string) error {
	base := strings.ToLower(filepath.Base(name))
	ext := path.Ext(base)
	switch {
	case ext == ".tar":
		u, err := windows.Tar(name)
		f.uses = append(f.uses, u)
		return err
	case strings.HasPrefix(base, "dockerfile") || ext == ".dockerfile":
	case ext == ".csproj" || ext == ".vbproj" || ext == ".fsproj":
	case ext == ".yaml" || ext == ".yml" || ext == ".json" && strings.Contains(base, "k8s"):
	default:
		return nil
	}
	st, err := os.Stat(name)
	if err != nil {
		return err
	}
	if st.Size() > maxProjectFile {
		return fmt.Errorf("%s is larger than %d MiB", name, maxProjectFile>>20)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(ext, "proj"):
		return f.project(name, text)
	case ext == ".yaml" || ext == ".yml" || ext == ".json":
		if strings.Contains(base, "compose") {
			uses, _, err := windows.Compose(name, text)
			f.uses = append(f.uses, uses...)
			return err
		}
		return f.set.ReadPath(nativeFS{}, name)
	}
	f.uses = append(f.uses, windows.Dockerfile(name, string(text))...)
	return nil
}

// project reads a project file with the packages.config and web.config beside it.
func (f *windowsFiles) project(name string, text []byte) error {
	p, err := windows.ParseProject(name, text)
	if err != nil {
		return err
	}
	if text, err := os.ReadFile(filepath.Join(filepath.Dir(name), "packages.config")); err == nil {
		if err := p.AddPackages(text); err != nil {
			return err
		}
	}
	for _, config := range []string{"web.config", "Web.config"} {
		if text, err := os.ReadFile(filepath.Join(filepath.Dir(name), config)); err == nil {
			p.AddWebConfig(text)
			break
		}
	}
	f.projects = append(f.projects, p)
	return nil
}

// containerize writes the two files; it does not replace any.
func (f *windowsFiles) containerize(dir string, s Streams) error {
	if len(f.projects) != 1 {
		return &usageError{fmt.Sprintf("%d projects were read; -containerize wants one", len(f.projects))}
	}
	dockerfile, manifest, err := f.projects[0].Containerize()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{"Dockerfile": dockerfile, "kubernetes.yaml": manifest} {
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		_, err = file.WriteString(text)
		if err := errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		_, _ = fmt.Fprintln(s.Out, filepath.Join(dir, name))
	}
	return nil
}
