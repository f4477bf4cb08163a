package duck

import (
	"sync"
	"sync/atomic"
)

// DuckDB's C code cannot hold Go pointers, so it holds numbers, and these tables say
// what they stand for. A number is never 0.

// registry holds values that are few and looked up once for a batch of rows.
type registry[T any] struct {
	last atomic.Int64
	m    sync.Map // int64 → T
}

func (r *registry[T]) put(v T) int64 {
	id := r.last.Add(1)
	r.m.Store(id, v)
	return id
}

func (r *registry[T]) get(id int64) (T, bool) {
	v, ok := r.m.Load(id)
	if !ok {
		var zero T
		return zero, false
	}
	return v.(T), true
}

func (r *registry[T]) drop(id int64) { r.m.Delete(id) }

// slab holds values that are many and looked up for each row: get takes no lock.
type slab[T any] struct {
	mu    sync.Mutex
	free  []uint64
	used  uint64 // numbers given out so far, and not in free
	parts [slabParts]atomic.Pointer[[slabPart]*T]
}

const (
	slabPart  = 1 << 12
	slabParts = 1 << 14 // 67 million values
)

// put returns a number for v; 0 if the slab is full.
func (s *slab[T]) put(v *T) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var i uint64
	if n := len(s.free); n > 0 {
		i, s.free = s.free[n-1], s.free[:n-1]
	} else {
		if s.used == slabParts*slabPart {
			return 0
		}
		i = s.used
		s.used++
	}
	part := s.parts[i/slabPart].Load()
	if part == nil {
		part = new([slabPart]*T)
		s.parts[i/slabPart].Store(part)
	}
	part[i%slabPart] = v
	return i + 1
}

func (s *slab[T]) get(h uint64) *T { return s.parts[(h-1)/slabPart].Load()[(h-1)%slabPart] }

func (s *slab[T]) drop(h uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts[(h-1)/slabPart].Load()[(h-1)%slabPart] = nil
	s.free = append(s.free, h-1)
}
