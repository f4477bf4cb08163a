package vfs

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"
)

func create(t *testing.T, m FS, name, text string) File {
	t.Helper()
	f, err := m.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func content(m FS, name string) string {
	f, err := m.Open(name)
	if err != nil {
		return "<" + err.Error() + ">"
	}
	defer f.Close()
	n, _ := f.Size()
	b := make([]byte, n)
	f.ReadAt(b, 0)
	return string(b)
}

func exists(m FS, name string) bool {
	_, err := m.Open(name)
	return !errors.Is(err, fs.ErrNotExist)
}

func TestMemCrashKeepsWhatWasSynced(t *testing.T) {
	m := NewMem()
	must(t, m.MkdirAll("d"))
	f := create(t, m, "d/a", "synced ")
	must(t, f.Sync())
	must(t, m.SyncDir("d"))
	f.Write([]byte("not synced"))
	create(t, m, "d/no-name", "x").Sync()
	if got := content(m.Crash(0, 1), "d/a"); got != "synced " {
		t.Errorf("nothing kept: %q", got)
	}
	if exists(m.Crash(0, 1), "d/no-name") {
		t.Error("a name without SyncDir survived")
	}
	if got := content(m, "d/a"); got != "synced not synced" {
		t.Errorf("Crash changed the original: %q", got)
	}
	full, torn, named := 0, 0, 0
	for seed := range uint64(200) {
		c := m.Crash(100, seed)
		switch got := content(c, "d/a"); {
		case got == "synced not synced":
			full++
		case bytes.HasPrefix([]byte(got), []byte("synced ")):
			torn++
		default:
			t.Fatalf("seed %d: %q", seed, got)
		}
		if exists(c, "d/no-name") {
			named++
		}
	}
	if full == 0 || torn == 0 || named != 200 {
		t.Errorf("everything kept: %d whole, %d torn, %d named", full, torn, named)
	}
}

func TestMemCrashRename(t *testing.T) {
	m := NewMem()
	must(t, create(t, m, "old", "1").Sync())
	must(t, m.SyncDir("."))
	must(t, create(t, m, "tmp", "2").Sync())
	must(t, m.Rename("tmp", "old"))
	if got := content(m, "old"); got != "2" {
		t.Fatalf("after the rename: %q", got)
	}
	seen := map[string]bool{}
	for seed := range uint64(100) {
		seen[content(m.Crash(50, seed), "old")] = true
	}
	if len(seen) != 2 || !seen["1"] || !seen["2"] {
		t.Errorf("a rename without SyncDir leaves %v", seen)
	}
	must(t, m.SyncDir("."))
	if got := content(m.Crash(0, 1), "old"); got != "2" {
		t.Errorf("after SyncDir: %q", got)
	}
	must(t, m.Remove("old"))
	if got := content(m.Crash(0, 1), "old"); got != "2" {
		t.Errorf("a removal without SyncDir: %q", got)
	}
	must(t, m.SyncDir("."))
	if exists(m.Crash(100, 1), "old") {
		t.Error("a removal with SyncDir came back")
	}
}

func TestMemFail(t *testing.T) {
	m := NewMem()
	boom := errors.New("boom")
	f := create(t, m, "a", "")
	m.Fail(2, boom)
	_, err := f.Write([]byte("1234"))
	must(t, err)
	if n, err := f.Write([]byte("5678")); n != 2 || !errors.Is(err, boom) {
		t.Errorf("the second write: %d, %v", n, err)
	}
	must(t, f.Sync())
	must(t, m.SyncDir("."))
	f.Write([]byte("lost"))
	m.Fail(1, boom)
	if err := f.Sync(); !errors.Is(err, boom) {
		t.Errorf("sync: %v", err)
	}
	must(t, f.Sync())
	if got := content(m.Crash(100, 1), "a"); got != "123456" {
		t.Errorf("after a failed sync and one that worked: %q", got)
	}
}

func TestMemRoom(t *testing.T) {
	m := NewMem()
	f := create(t, m, "a", "")
	m.SetRoom(3)
	if n, err := f.Write([]byte("1234")); n != 3 || !errors.Is(err, ErrNoSpace) {
		t.Errorf("write to a full disk: %d, %v", n, err)
	}
	if free, _ := m.Free("."); free != 0 {
		t.Errorf("%d bytes are free", free)
	}
	must(t, m.Remove("a"))
	if free, _ := m.Free("."); free != 3 {
		t.Errorf("after the removal %d bytes are free", free)
	}
}

// TestFS holds for every file system.
func TestFS(t *testing.T) {
	for name, dir := range map[string]string{"os": t.TempDir(), "mem": "d"} {
		t.Run(name, func(t *testing.T) {
			var m FS = OS
			if name == "mem" {
				m = NewMem()
			}
			must(t, m.MkdirAll(dir+"/x/y"))
			f := create(t, m, dir+"/x/f", "hello")
			must(t, f.Sync())
			must(t, f.Close())
			must(t, m.Truncate(dir+"/x/f", 4))
			must(t, m.Rename(dir+"/x/f", dir+"/x/g"))
			must(t, m.SyncDir(dir+"/x"))
			if names, err := m.List(dir + "/x"); err != nil || len(names) != 2 || names[0] != "g" || names[1] != "y" {
				t.Errorf("List: %v, %v", names, err)
			}
			if got := content(m, dir+"/x/g"); got != "hell" {
				t.Errorf("content: %q", got)
			}
			r, err := m.Open(dir + "/x/g")
			must(t, err)
			if _, err := r.Write([]byte("x")); err == nil {
				t.Error("a file opened for reading took a write")
			}
			must(t, r.Close())
			if _, err := m.Open(dir + "/x/f"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Open of what is gone: %v", err)
			}
			l, err := m.Lock(dir + "/lock")
			must(t, err)
			if _, err := m.Lock(dir + "/lock"); !errors.Is(err, ErrLocked) {
				t.Errorf("the second Lock: %v", err)
			}
			must(t, l.Close())
			l, err = m.Lock(dir + "/lock")
			must(t, err)
			must(t, l.Close())
			if free, err := m.Free(dir); err != nil || free <= 0 {
				t.Errorf("Free: %d, %v", free, err)
			}
			must(t, m.Remove(dir+"/x/g"))
			if exists(m, dir+"/x/g") {
				t.Error("a removed file is there")
			}
		})
	}
}
