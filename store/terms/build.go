package terms

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"slices"
	"sync"

	"github.com/yagura/yagura/store/codec"
	"github.com/yagura/yagura/table"
)

// Builder makes the index of one extent. Its rows come block by block: the values of
// all columns, in any order, then Next. It is not for several goroutines.
type Builder struct {
	cols  []builderColumn
	block int    // the one whose rows come
	first int    // of the chunk
	work  *work  // of the chunk
	out   []byte // the file so far
	foot  []byte // of the chunks so far
	count int    // of them
}

type builderColumn struct {
	name  string
	seed  uint64
	kind  Kind
	grams *gramSet // nil: its grams are not in the index
}

// NewBuilder starts an index of those of cols that can have one; with grams, of those of
// strings too. A value is added with the column's place in cols.
func NewBuilder(cols []table.Column, grams bool) *Builder {
	b := &Builder{cols: make([]builderColumn, len(cols)), work: works.Get().(*work), out: []byte(magic)}
	for i, c := range cols {
		if kind, ok := Indexed(c.Type); ok {
			b.cols[i] = builderColumn{name: c.Name, seed: seedOf(c.Name), kind: kind}
			if grams && c.Type == table.String {
				b.cols[i].grams = &gramSet{}
			}
		}
	}
	return b
}

// Add adds a value of a column in the present block.
func (b *Builder) Add(col int, value string) {
	c := &b.cols[col]
	b.work.block = uint32(b.block - b.first)
	if c.kind == JSON {
		eachJSON(c.seed, value, b.work.add)
		return
	}
	each(c.seed, value, b.work.add)
	if c.grams != nil {
		c.grams.add(value, func(x uint32) { b.work.add(hashGram(c.seed, x)) })
	}
}

// manyPairs is from how many pairs of term and block on a chunk ends before it is full,
// so that long texts cost no more memory than many rows.
const manyPairs = 4 << 20

// Next ends the present block.
func (b *Builder) Next() {
	b.block++
	for _, c := range b.cols {
		if c.grams != nil {
			clear(c.grams[:])
		}
	}
	if b.block-b.first == chunkBlocks || len(b.work.pairs) >= manyPairs {
		b.endChunk()
	}
}

// Finish ends the index of the extent of this hash, and returns the file and how long
// its foot is. The Builder may not be used any more.
func (b *Builder) Finish(extent [32]byte) (file []byte, foot int) {
	b.endChunk()
	n := len(b.out)
	b.out = append(b.out, extent[:]...)
	b.out = b.appendNames(b.out, func(c *builderColumn) bool { return c.name != "" })
	b.out = codec.AppendUint(b.out, uint64(b.count))
	b.out = append(b.out, b.foot...)
	b.out = b.appendNames(b.out, func(c *builderColumn) bool { return c.grams != nil })
	works.Put(b.work)
	b.work = nil
	return b.out, len(b.out) - n
}

// appendNames writes the names of some columns.
func (b *Builder) appendNames(dst []byte, which func(*builderColumn) bool) []byte {
	var names []string
	for i := range b.cols {
		if which(&b.cols[i]) {
			names = append(names, b.cols[i].name)
		}
	}
	dst = codec.AppendUint(dst, uint64(len(names)))
	for _, name := range names {
		dst = codec.AppendString(dst, name)
	}
	return dst
}

// work gathers the pairs of a chunk: the highest hashBits of a term's hash, and the
// block in 6 bits.
type work struct {
	block uint32
	pairs []uint32
	temp  []uint32
	seen  [1 << seenBits]uint32 // pairs that were added, plus one, by their hash
}

const (
	blockBits = 6
	seenBits  = 15
)

var works = sync.Pool{New: func() any { return new(work) }}

func (w *work) add(hash uint64) {
	pair := uint32(hash>>(64-hashBits))<<blockBits | w.block
	slot := &w.seen[hash&(1<<seenBits-1)]
	if *slot == pair+1 {
		return
	}
	*slot = pair + 1
	w.pairs = append(w.pairs, pair)
}

// entry is a term of a chunk: its hash, and a bit for each block that has it.
type entry struct {
	hash   uint32
	blocks uint64
}

// sort sorts pairs. They came block by block, so two rounds of half of the bits of the
// hash each will do.
func (w *work) sort() {
	w.temp = slices.Grow(w.temp[:0], len(w.pairs))[:len(w.pairs)]
	w.round(w.temp, w.pairs, blockBits)
	w.round(w.pairs, w.temp, blockBits+hashBits/2)
}

// round sorts from by hashBits/2 bits; what is equal in them stays in order.
func (w *work) round(to, from []uint32, shift int) {
	const mask = 1<<(hashBits/2) - 1
	var at [mask + 1]uint32
	for _, p := range from {
		at[p>>shift&mask]++
	}
	sum := uint32(0)
	for i, n := range at {
		at[i], sum = sum, sum+n
	}
	for _, p := range from {
		k := p >> shift & mask
		to[at[k]] = p
		at[k]++
	}
}

// distinct counts the hashes of sorted pairs.
func (w *work) distinct() (n int) {
	last := ^uint32(0)
	for _, p := range w.pairs {
		if h := p >> blockBits; h != last {
			n, last = n+1, h
		}
	}
	return n
}

// entries calls f with each term, its hash cut to width bits.
func (w *work) entries(width int, f func(entry)) {
	var e entry
	for i, p := range w.pairs {
		h := p >> blockBits >> (hashBits - width)
		if i > 0 && h != e.hash {
			f(e)
			e.blocks = 0
		}
		e.hash = h
		e.blocks |= 1 << (p & (1<<blockBits - 1))
	}
	if len(w.pairs) > 0 {
		f(e)
	}
}

// endChunk writes the present chunk, if it has rows.
func (b *Builder) endChunk() {
	w := b.work
	blocks := b.block - b.first
	if blocks == 0 {
		return
	}
	w.sort()
	n := w.distinct()
	width := min(hashBits, bits.Len(uint(n))+spareBits)
	split := bits.Len(uint(n / bucketTerms)) // bits of the number of a bucket
	rice := max(0, width-bits.Len(uint(n)))
	start := len(b.out)
	e := &encoder{number: b.count, rice: rice, blocks: blocks, idBits: bits.Len(uint(blocks - 1)), bucketBits: width - split}
	e.open(b.out, start)
	w.entries(width, e.add)
	b.out = e.close(1 << split)
	for _, v := range []int{b.first, blocks, width, split, rice, start, len(b.out) - start} {
		b.foot = codec.AppendUint(b.foot, uint64(v))
	}
	b.count++
	b.first = b.block
	w.pairs = w.pairs[:0]
	clear(w.seen[:])
}

// encoder writes the buckets of a chunk and then where each begins.
type encoder struct {
	number     int // of the chunk
	rice       int
	blocks     int
	idBits     int
	bucketBits int // of a hash within its bucket

	out     []byte
	start   int   // of the chunk in out
	offsets []int // of the buckets, from start
	pending []entry
}

func (e *encoder) open(out []byte, start int) { e.out, e.start = out, start }

func (e *encoder) add(x entry) {
	for bucket := int(x.hash >> e.bucketBits); len(e.offsets) < bucket; {
		e.endBucket()
	}
	e.pending = append(e.pending, x)
}

func (e *encoder) close(buckets int) []byte {
	for len(e.offsets) < buckets {
		e.endBucket()
	}
	e.offsets = append(e.offsets, len(e.out)-e.start)
	for _, at := range e.offsets {
		e.out = binary.LittleEndian.AppendUint32(e.out, uint32(at))
	}
	return e.out
}

func (e *encoder) endBucket() {
	at := len(e.out)
	bucket := len(e.offsets)
	e.offsets = append(e.offsets, at-e.start)
	e.out = append(e.out, make([]byte, crcBytes)...)
	e.out = codec.AppendUint(e.out, uint64(len(e.pending)))
	w := bitWriter{out: e.out}
	next := uint32(bucket) << e.bucketBits // the least that the hash can be
	for _, x := range e.pending {
		gap := x.hash - next
		next = x.hash + 1
		if x.blocks&(x.blocks-1) == 0 && gap>>e.rice < 16 { // most are so: all bits at once
			q := int(gap >> e.rice)
			bit := uint64(1)<<q - 1 | uint64(gap)&(1<<e.rice-1)<<(q+1) | uint64(bits.TrailingZeros64(x.blocks))<<(q+e.rice+2)
			w.put(bit, q+e.rice+2+e.idBits)
			continue
		}
		w.rice(gap, e.rice)
		e.posting(&w, x.blocks)
	}
	e.pending = e.pending[:0]
	e.out = w.flush()
	binary.LittleEndian.PutUint32(e.out[at:], bucketSum(e.number, bucket, e.out[at+crcBytes:]))
}

// posting writes a set of blocks, which is not empty.
func (e *encoder) posting(w *bitWriter, set uint64) {
	switch n := bits.OnesCount64(set); {
	case n == 1:
		w.put(0, 1)
		w.put(uint64(bits.TrailingZeros64(set)), e.idBits)
	case n <= fewBlocks && n*e.idBits+3 < e.blocks:
		w.put(0b01, 2)
		w.put(uint64(n-2), 3)
		for ; set != 0; set &= set - 1 {
			w.put(uint64(bits.TrailingZeros64(set)), e.idBits)
		}
	case 2*n < e.blocks:
		w.put(0b011, 3)
		w.put(set, e.blocks)
	default: // reading the rest too costs little
		w.put(0b111, 3)
	}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// bucketSum is the checksum of a bucket, of its place too.
func bucketSum(chunk, bucket int, b []byte) uint32 {
	var place [8]byte
	binary.LittleEndian.PutUint32(place[:], uint32(chunk))
	binary.LittleEndian.PutUint32(place[4:], uint32(bucket))
	return crc32.Update(crc32.Checksum(place[:], castagnoli), castagnoli, b)
}
