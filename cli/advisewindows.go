package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/input"
	"github.com/yagura/yagura/advise/report"
	"github.com/yagura/yagura/advise/rule"
	"github.com/yagura/yagura/advise/windows"
	"github.com/yagura/yagura/app"
)

// windowsFiles are what was found below the paths.
type windowsFiles struct{ *input.Files }

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
	files, err := waiting(ctx, func() (*windowsFiles, error) {
		files := &windowsFiles{input.New()}
		if err := files.read(fset.Args()); err != nil {
			return nil, &usageError{err.Error()}
		}
		return files, nil
	})
	if err != nil {
		return err
	}
	if *containerize != "" {
		return files.containerize(*containerize, now(), s)
	}
	in.Set, in.Images, in.Isolation, in.Measured.Now = files.Set, files.Uses, *isolation, now()
	findings, err := rule.Windows(ctx, in)
	if err != nil {
		return err
	}
	if *format == "text" {
		if err := windows.Text(s.Out, windows.Answers(files.Images()), in.Measured.Now); err != nil {
			return err
		}
		for _, p := range files.Projects {
			if err := windows.ProjectText(s.Out, p, in.Measured.Now); err != nil {
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
			f.Uses = append(f.Uses, windows.Use{File: a, Line: 1, Image: a})
		case st.IsDir():
			err = filepath.WalkDir(a, func(name string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				if d.IsDir() {
					if name != a && input.Skips(d.Name()) {
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
	f.Uses = append(f.Uses, uses...)
	return err
}

// maxProjectFile bounds the files that are read whole.
const maxProjectFile = 16 << 20

func (f *windowsFiles) file(name string) error {
	ext := strings.ToLower(filepath.Ext(name))
	switch {
	case ext == ".tar":
		u, err := windows.Tar(name)
		f.Uses = append(f.Uses, u)
		return err
	case ext == ".json" && !strings.Contains(strings.ToLower(filepath.Base(name)), "k8s"):
		return nil // beside programs they are settings
	case !input.Knows(name):
		return nil
	}
	text, err := readBounded(name)
	if err != nil {
		return err
	}
	return f.Add(filepath.ToSlash(name), text, readBounded)
}

// readBounded reads a file that is small enough to be read whole.
func readBounded(name string) ([]byte, error) {
	st, err := os.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	if st.Size() > maxProjectFile {
		return nil, fmt.Errorf("%s is larger than %d MiB", name, maxProjectFile>>20)
	}
	return os.ReadFile(filepath.FromSlash(name))
}

// containerize writes the two files; it does not replace any.
func (f *windowsFiles) containerize(dir string, now time.Time, s Streams) error {
	if len(f.Projects) != 1 {
		return &usageError{fmt.Sprintf("%d projects were read; -containerize wants one", len(f.Projects))}
	}
	dockerfile, manifest, err := f.Projects[0].Containerize(now)
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
