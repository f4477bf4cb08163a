package wal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yagura/yagura/internal/vfs"
)

func open(t testing.TB, fs vfs.FS, o Options) *Log {
	t.Helper()
	l, err := Open(fs, "wal", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func add(t testing.TB, l *Log, recs ...string) {
	t.Helper()
	for _, r := range recs {
		if _, err := l.Append(t.Context(), []byte(r), nil); err != nil {
			t.Fatal(err)
		}
	}
}

func replay(l *Log, from Seq) (recs []string, err error) {
	next := from
	err = l.Replay(from, func(seq Seq, rec []byte) error {
		if seq != next {
			return fmt.Errorf("record %d instead of %d", seq, next)
		}
		next++
		recs = append(recs, string(rec))
		return nil
	})
	return recs, err
}

func want(t testing.TB, l *Log, from Seq, recs ...string) {
	t.Helper()
	got, err := replay(l, from)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(got, "|") != strings.Join(recs, "|") {
		t.Fatalf("replayed %.200q, not %.200q", got, recs)
	}
}

func TestAppendReplayTrim(t *testing.T) {
	fs := vfs.NewMem()
	l := open(t, fs, Options{SegmentBytes: 100})
	var all []string
	for i := range 50 {
		all = append(all, strings.Repeat("x", i))
	}
	add(t, l, all...)
	want(t, l, 1, all...)
	want(t, l, 20, all[19:]...)
	if err := l.Trim(30); err != nil {
		t.Fatal(err)
	}
	want(t, l, 31, all[30:]...)
	if l.Last() != 50 {
		t.Errorf("Last is %d", l.Last())
	}
	l.Close()
	if _, err := l.Append(t.Context(), nil, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("Append to a closed log: %v", err)
	}
	l = open(t, fs, Options{SegmentBytes: 100, From: 31})
	want(t, l, 31, all[30:]...)
	add(t, l, "51")
	want(t, l, 50, all[49], "51")
	l.Close()
	// All of it trimmed: numbers go on.
	if err := l.Trim(51); err != nil {
		t.Fatal(err)
	}
	l = open(t, fs, Options{From: 52})
	add(t, l, "52")
	want(t, l, 52, "52")
}

func TestLargeRecords(t *testing.T) {
	fs := vfs.NewMem()
	l := open(t, fs, Options{})
	big := strings.Repeat("abcdefgh", 40_000)
	add(t, l, "small", big, "small", big)
	want(t, l, 1, "small", big, "small", big)
	if _, err := l.Append(t.Context(), make([]byte, MaxRecord+1), nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

// TestGroups shows that callers share syncs, and that durable is called in order.
func TestGroups(t *testing.T) {
	l := open(t, &slow{FS: vfs.NewMem()}, Options{})
	var mu sync.Mutex
	var order []Seq
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range 4 {
				seq, err := l.Append(t.Context(), []byte("r"), func(s Seq) {
					mu.Lock()
					order = append(order, s)
					mu.Unlock()
				})
				if err != nil || seq == 0 {
					t.Errorf("Append: %d, %v", seq, err)
				}
			}
		})
	}
	wg.Wait()
	for i, s := range order {
		if s != Seq(i+1) {
			t.Fatalf("durable came for %d as the %dth", s, i+1)
		}
	}
	if n := l.fs.(*slow).syncs; len(order) != 256 || n > 64 {
		t.Errorf("%d records, %d syncs", len(order), n)
	}
}

// slow takes a millisecond for a sync.
type slow struct {
	vfs.FS
	syncs int
}

type slowFile struct {
	vfs.File
	s *slow
}

func (s *slow) Create(name string) (vfs.File, error) {
	f, err := s.FS.Create(name)
	return slowFile{f, s}, err
}

func (f slowFile) Sync() error {
	f.s.syncs++
	time.Sleep(time.Millisecond)
	return f.File.Sync()
}

func TestFailedSyncPoisons(t *testing.T) {
	fs := vfs.NewMem()
	l := open(t, fs, Options{})
	add(t, l, "a")
	boom := errors.New("boom")
	fs.Fail(2, boom) // write, sync
	if _, err := l.Append(t.Context(), []byte("b"), func(Seq) { t.Error("called durable") }); !errors.Is(err, ErrFailed) || !errors.Is(err, boom) {
		t.Fatalf("failed sync: %v", err)
	}
	if _, err := l.Append(t.Context(), []byte("c"), nil); !errors.Is(err, ErrFailed) || !errors.Is(err, boom) {
		t.Fatalf("after a failed sync: %v", err)
	}
	l.Close()
	l = open(t, fs.Crash(100, 1), Options{})
	want(t, l, 1, "a") // Mem forgets what a failed sync was to write
	add(t, l, "d")
	want(t, l, 1, "a", "d")
}

func TestFailedWriteHeals(t *testing.T) {
	for nth := 1; nth <= 4; nth++ {
		fs := vfs.NewMem()
		l := open(t, fs, Options{})
		add(t, l, "a")
		boom := errors.New("boom")
		fs.Fail(1, boom)
		if _, err := l.Append(t.Context(), []byte("b"), nil); errors.Is(err, ErrFailed) || !errors.Is(err, boom) {
			t.Fatalf("failed write: %v", err)
		}
		fs.Fail(nth, boom) // of starting the next segment
		if _, err := l.Append(t.Context(), []byte("c"), nil); !errors.Is(err, boom) || errors.Is(err, ErrFailed) {
			t.Fatalf("failed start of a segment: %v", err)
		}
		add(t, l, "d")
		want(t, l, 1, "a", "d")
		l = open(t, fs.Crash(0, 1), Options{})
		want(t, l, 1, "a", "d")
	}
}

func TestFullDisk(t *testing.T) {
	fs := vfs.NewMem()
	l := open(t, fs, Options{})
	add(t, l, "a")
	fs.SetRoom(10)
	if _, err := l.Append(t.Context(), []byte("b"), nil); !errors.Is(err, vfs.ErrNoSpace) {
		t.Fatalf("full disk: %v", err)
	}
	fs.SetRoom(-1)
	add(t, l, "c")
	want(t, l, 1, "a", "c")
}

func segmentFiles(t testing.TB, fs vfs.FS) []string {
	t.Helper()
	names, err := fs.List("wal")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestDamage changes each byte of a log, cuts each end off and removes each segment.
func TestDamage(t *testing.T) {
	for _, spares := range []int{0, 2} {
		t.Run(fmt.Sprint(spares), func(t *testing.T) { testDamage(t, spares) })
	}
}

func testDamage(t *testing.T, spares int) {
	const older = 20
	var recs []string
	for i := range 12 {
		recs = append(recs, fmt.Sprintf("record %02d", i+1))
	}
	build := func() *vfs.Mem {
		fs := vfs.NewMem()
		l := open(t, fs, Options{SegmentBytes: 150, Spares: spares})
		for range older { // they leave files that are longer than those that come now
			add(t, l, strings.Repeat("an older record, ", 20))
			if err := l.Trim(l.Last() - Seq(spares)); err != nil {
				t.Fatal(err)
			}
		}
		add(t, l, recs[0])
		if err := l.Trim(older); err != nil {
			t.Fatal(err)
		}
		had := len(l.spares)
		add(t, l, recs[1:]...)
		if had != spares || len(l.spares) > 0 {
			t.Fatalf("of %d spares %d were not used", had, len(l.spares))
		}
		l.Close()
		return fs.Crash(0, 1)
	}
	check := func(what, name string, o Options, damage func([]byte) []byte) {
		t.Helper()
		fs := build()
		if err := fs.Damage("wal/"+name, damage); err != nil {
			t.Fatal(err)
		}
		l, err := Open(fs, "wal", o)
		if err == nil {
			var got []string
			got, err = replay(l, older+1)
			l.Close()
			if err == nil && strings.Join(got, "|") != strings.Join(recs, "|") {
				t.Errorf("%s of %s: replayed %d records without an error", what, name, len(got))
			}
		}
		if err != nil && (!errors.Is(err, vfs.ErrCorrupt) || !strings.Contains(err.Error(), name)) {
			t.Errorf("%s of %s: %v", what, name, err)
		}
	}
	names := segmentFiles(t, build())
	if len(names) < 3 {
		t.Fatalf("only %d segments", len(names))
	}
	known := Options{From: older + 1, Last: older + Seq(len(recs))}
	for i, name := range names {
		fs := build()
		f, _ := fs.Open("wal/" + name)
		size, _ := f.Size()
		for at := range int(size) {
			check(fmt.Sprint("flipped byte ", at), name, known, func(b []byte) []byte { b[at] ^= 0x10; return b })
		}
		if i < len(names)-1 {
			for n := range int(size) {
				check(fmt.Sprint("first ", n, " bytes"), name, known, func(b []byte) []byte { return b[:n] })
			}
		}
	}
	for _, name := range names {
		fs := build()
		if err := fs.Remove("wal/" + name); err != nil {
			t.Fatal(err)
		}
		l, err := Open(fs, "wal", known)
		if err == nil {
			_, err = replay(l, older+1)
		}
		if !errors.Is(err, vfs.ErrCorrupt) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// TestForget: files that are written over keep older records; none is left in any file once
// the log is empty, or was told to forget them and to drop what it held then.
func TestForget(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 3))
		fs := vfs.NewMem()
		l := open(t, fs, Options{SegmentBytes: 300, TrimBytes: 300, Spares: 2})
		trim := func(f func(Seq) error, through Seq) {
			t.Helper()
			if err := f(through); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 + r.IntN(10) {
			add(t, l, "secret"+strings.Repeat("-", 200+r.IntN(200)), "open")
			trim(l.Trim, max(2, l.Last())-2)
		}
		if n := len(filesWith(t, fs, "secret")); n < 2 {
			t.Fatalf("seed %d: only %d files have it before", seed, n)
		}
		if last := l.Last(); seed%2 == 0 {
			trim(l.Trim, last)
		} else {
			for range r.IntN(4) {
				add(t, l, strings.Repeat("open", r.IntN(200)))
			}
			trim(l.Forget, last)
			add(t, l, "open")
			trim(l.Trim, last)
		}
		if names := filesWith(t, fs, "secret"); len(names) > 0 {
			t.Errorf("seed %d: it is left in %v", seed, names)
		}
		add(t, l, "end")
		want(t, l, l.Last(), "end")
		from := l.Last()
		l = open(t, fs.Crash(0, 1), Options{From: from})
		want(t, l, from, "end")
	}
}

// filesWith returns the names of files in which a text is.
func filesWith(t *testing.T, fs vfs.FS, text string) (names []string) {
	t.Helper()
	for _, name := range segmentFiles(t, fs) {
		b, err := readFile(fs, "wal/"+name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			names = append(names, name)
		}
	}
	return names
}

// TestShortEnd cuts off the end of a log that is known to be longer.
func TestShortEnd(t *testing.T) {
	fs := vfs.NewMem()
	l := open(t, fs, Options{})
	add(t, l, "a", "b", "c")
	l.Close()
	name := segmentFiles(t, fs)[0]
	fs.Damage("wal/"+name, func(b []byte) []byte { return b[:len(b)-1] })
	if _, err := Open(fs.Crash(0, 1), "wal", Options{Last: 3}); !errors.Is(err, vfs.ErrCorrupt) {
		t.Errorf("known to hold 3 records: %v", err)
	}
	l = open(t, fs, Options{Last: 2})
	want(t, l, 1, "a", "b")
}

// TestMiddleDamage: damage before a record that was synced later is not a torn end.
func TestMiddleDamage(t *testing.T) {
	fs := vfs.NewMem()
	l := open(t, fs, Options{})
	add(t, l, "aaaa", "bbbb", "cccc")
	l.Close()
	name := segmentFiles(t, fs)[0]
	fs.Damage("wal/"+name, func(b []byte) []byte { b[bytes.Index(b, []byte("bbbb"))] ^= 1; return b })
	_, err := Open(fs, "wal", Options{})
	if !errors.Is(err, vfs.ErrCorrupt) || !strings.Contains(err.Error(), "record 2") {
		t.Errorf("damaged record 2 of 3: %v", err)
	}
}

// TestCrash appends in groups and loses power anywhere: what was acknowledged is
// there, and what is there was sent, once.
func TestCrash(t *testing.T) {
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 0))
		fs := vfs.NewMem()
		acked, sent := map[Seq]string{}, map[string]bool{}
		from := Seq(1)
		for round := range 4 {
			l, err := Open(fs, "wal", Options{SegmentBytes: 300, From: from, Spares: int(seed % 3)})
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if err := checkCrashed(l, from, acked, sent); err != nil {
				t.Fatalf("seed %d, round %d: %v", seed, round, err)
			}
			var after *vfs.Mem
			fs.CrashAt(1+r.IntN(40), r.IntN(101), seed, func(m *vfs.Mem) { after = m })
			for n := range 12 {
				got := appendGroup(l, 1+r.IntN(4), fmt.Sprint(round, ".", n, strings.Repeat("x", r.IntN(80))), sent)
				if after != nil {
					break
				}
				for seq, rec := range got {
					acked[seq] = rec
				}
				if r.IntN(5) == 0 {
					// The owner notes first, durably, what it does not need any more.
					from = max(from, l.Last()/2+1)
					if err := l.Trim(from - 1); err != nil {
						t.Fatal(err)
					}
				}
			}
			l.Close()
			if after == nil {
				after = fs.Crash(r.IntN(101), seed)
			}
			fs = after
		}
	}
}

// appendGroup appends n records as one group, and returns those that were acknowledged.
func appendGroup(l *Log, n int, text string, sent map[string]bool) map[Seq]string {
	l.hold()
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[Seq]string{}
	for i := range n {
		rec := fmt.Sprint(text, "/", i)
		sent[rec] = true
		wg.Go(func() {
			if seq, err := l.Append(context.Background(), []byte(rec), nil); err == nil {
				mu.Lock()
				got[seq] = rec
				mu.Unlock()
			}
		})
	}
	for queued := 0; queued < n; time.Sleep(time.Microsecond) {
		l.mu.Lock()
		queued = len(l.queue)
		l.mu.Unlock()
	}
	l.release()
	wg.Wait()
	return got
}

// checkCrashed compares a log with what was sent to it; what it finds is acknowledged
// from then on.
func checkCrashed(l *Log, from Seq, acked map[Seq]string, sent map[string]bool) error {
	recs, err := replay(l, from)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, rec := range recs {
		seq := from + Seq(i)
		if want, ok := acked[seq]; ok && want != rec {
			return fmt.Errorf("record %d is %q, not %q", seq, rec, want)
		}
		if !sent[rec] || seen[rec] {
			return fmt.Errorf("record %d is %q, which was not sent, or is there twice", seq, rec)
		}
		seen[rec] = true
	}
	for seq, rec := range acked {
		if seq >= from && !seen[rec] {
			return fmt.Errorf("record %d, which was acknowledged, is lost", seq)
		}
	}
	for i, rec := range recs {
		acked[from+Seq(i)] = rec
	}
	return nil
}

// FuzzScan reads segments of any content.
func FuzzScan(f *testing.F) {
	h := segmentHeader(1, 0, 7)
	f.Add(h)
	f.Add(append(header{len: 1, crc: 0x1, seq: 1}.append(bytes.Clone(h), 7), 'a'))
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := parseSegmentHeader(b)
		if err != nil {
			info = segmentInfo{first: 1}
			if len(b) < segmentHeaderSize {
				return
			}
		}
		s := segment{name: segmentName(info.first), first: info.first}
		next, off, _ := scan(s, info.salt, b, 0, nil)
		if off > len(b) || next < s.first {
			t.Errorf("record %d at byte %d of %d", next, off, len(b))
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 16} {
		for _, size := range []int{1000, 100_000} {
			b.Run(fmt.Sprintf("callers=%d/bytes=%d", callers, size), func(b *testing.B) {
				l, err := Open(vfs.OS, b.TempDir(), Options{})
				if err != nil {
					b.Fatal(err)
				}
				defer l.Close()
				rec := make([]byte, size)
				b.SetBytes(int64(size))
				b.SetParallelism(callers)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if _, err := l.Append(b.Context(), rec, nil); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}

// TestTrimOfAll: a log of which nothing is needed shrinks to an empty segment, and one that
// is being written loses what is large enough to be worth it.
func TestTrimOfAll(t *testing.T) {
	fs := vfs.NewMem()
	segments := func(want ...string) {
		t.Helper()
		names, err := fs.List("wal")
		if err != nil || strings.Join(names, " ") != strings.Join(want, " ") {
			t.Fatalf("segments %v, want %v; %v", names, want, err)
		}
	}
	l := open(t, fs, Options{TrimBytes: 500})
	add(t, l, "1", "2", "3")
	for range 2 { // the second time there is nothing to do
		if err := l.Trim(3); err != nil {
			t.Fatal(err)
		}
		segments(segmentName(4))
	}
	add(t, l, "4", "5")
	if err := l.Trim(4); err != nil { // it is small
		t.Fatal(err)
	}
	segments(segmentName(4))
	add(t, l, strings.Repeat("x", 500))
	if err := l.Trim(4); err != nil {
		t.Fatal(err)
	}
	segments(segmentName(4), segmentName(7))
	add(t, l, "7")
	l.Close()
	l = open(t, fs, Options{From: 5, Last: 7})
	want(t, l, 5, "5", strings.Repeat("x", 500), "7")
	// Nothing was appended since it was opened.
	if err := l.Trim(7); err != nil {
		t.Fatal(err)
	}
	segments(segmentName(8))
	add(t, l, "8")
	want(t, l, 8, "8")
	// While others append, the next of them starts the segment.
	l.hold()
	if err := l.Trim(8); err != nil {
		t.Fatal(err)
	}
	l.release()
	segments(segmentName(8))
	add(t, l, strings.Repeat("x", 16<<20))
	l.hold()
	if err := l.Trim(9); err != nil {
		t.Fatal(err)
	}
	l.release()
	add(t, l, "10")
	segments(segmentName(8), segmentName(10))
	if err := l.Trim(9); err != nil {
		t.Fatal(err)
	}
	segments(segmentName(10))
}

// TestTrimMeanwhile: a log can be trimmed while others append, and what is trimmed is trimmed
// once.
func TestTrimMeanwhile(t *testing.T) {
	fs := vfs.NewMem()
	l := open(t, fs, Options{SegmentBytes: 200, TrimBytes: 100})
	var g sync.WaitGroup
	for range 4 {
		g.Go(func() {
			for range 500 {
				add(t, l, "a record of some length")
			}
		})
	}
	stop := make(chan struct{})
	trimmed := make(chan error, 1)
	go func() {
		defer close(trimmed)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if last := l.Last(); last > 0 {
				if err := l.Trim(last - 1); err != nil {
					trimmed <- err
					return
				}
			}
		}
	}()
	g.Wait()
	close(stop)
	if err := <-trimmed; err != nil {
		t.Fatal(err)
	}
	if err := l.Trim(l.Last() - 1); err != nil {
		t.Fatal(err)
	}
	names, err := fs.List("wal")
	if err != nil || len(names) > 3 {
		t.Errorf("%d segments are left, %v", len(names), err)
	}
}
