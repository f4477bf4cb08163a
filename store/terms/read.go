package terms

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"slices"

	"github.com/yagura/yagura/store/codec"
)

// Index is what the foot of an index says. It is small beside the file and does not
// change, so that it can be kept.
type Index struct {
	columns []string
	grams   []string // the columns of which it has the grams
	chunks  []chunk
	blocks  int // of the extent
}

type chunk struct {
	first, blocks      int
	width, split, rice int
	at, bytes          int64
}

// Open reads the foot, which is the last of a file's size bytes and has the checksum
// crc (CRC-32C), of the index of the extent of this hash.
func Open(f io.ReaderAt, extent [32]byte, size, foot int64, crc uint32) (*Index, error) {
	if foot < 0 || foot > size-int64(len(magic)) {
		return nil, fmt.Errorf("%w: a foot of %d bytes of %d", errMalformed, foot, size)
	}
	b := make([]byte, foot)
	if n, err := f.ReadAt(b, size-foot); n < len(b) {
		return nil, fmt.Errorf("read its foot: %w", err)
	}
	if crc32.Checksum(b, castagnoli) != crc {
		return nil, fmt.Errorf("%w: wrong checksum of its foot", errMalformed)
	}
	x := &Index{}
	r := codec.NewReader(b)
	if of := r.Bytes(len(extent)); !bytes.Equal(of, extent[:]) {
		return nil, fmt.Errorf("%w: it is that of extent %x", errMalformed, of)
	}
	x.columns = names(r)
	for range r.Count(7) {
		num := func() int { return int(min(r.Uint(), 1<<40)) }
		c := chunk{first: num(), blocks: num(), width: num(), split: num(), rice: num(), at: int64(num()), bytes: int64(num())}
		ok := c.blocks > 0 && c.blocks <= chunkBlocks && c.width <= hashBits && c.split <= c.width && c.rice <= c.width &&
			c.first == x.blocks && c.at+c.bytes <= size-foot
		if !ok {
			r.Fail("chunk %d", len(x.chunks))
			break
		}
		x.chunks, x.blocks = append(x.chunks, c), c.first+c.blocks
	}
	x.grams = names(r)
	if r.Err() == nil && r.Len() > 0 {
		r.Fail("%d bytes too many", r.Len())
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("foot: %w", err)
	}
	return x, nil
}

func names(r *codec.Reader) (all []string) {
	for range r.Count(1) {
		all = append(all, r.String())
	}
	return all
}

// Blocks returns a bit for each block of the extent: the rows of the others do not fit
// c. It reads a few hundred bytes of f, the index's file, for each term of c and 64 blocks.
func (x *Index) Blocks(f io.ReaderAt, c *Cond) ([]uint64, error) {
	l := lookup{x: x, f: f, keys: map[*Cond][]uint64{}}
	l.note(c)
	out := make([]uint64, (x.blocks+63)/64)
	for i := range x.chunks {
		ch := &x.chunks[i]
		set, err := l.eval(i, c)
		if err != nil {
			return nil, err
		}
		out[ch.first/64] |= set << (ch.first % 64)
		if end := ch.first%64 + ch.blocks; end > 64 {
			out[ch.first/64+1] |= set >> (64 - ch.first%64)
		}
	}
	return out, nil
}

// lookup asks an index for one condition.
type lookup struct {
	x    *Index
	f    io.ReaderAt
	keys map[*Cond][]uint64
	ends [8]byte // scratch
	b    []byte  // likewise
}

// note notes the hashes of what c asks for, as far as the index has such.
func (l *lookup) note(c *Cond) {
	switch {
	case c.Op == Has && slices.Contains(l.x.columns, c.Column):
		l.keys[c] = []uint64{hashTerm(c.Column, c.Text)}
	case c.Op == Holds && slices.Contains(l.x.grams, c.Column):
		l.keys[c] = someGrams(seedOf(c.Column), c.Text)
	}
	for _, of := range c.Of {
		l.note(of)
	}
}

// eval returns which blocks of a chunk may fit c.
func (l *lookup) eval(i int, c *Cond) (uint64, error) {
	all := ^uint64(0) >> (64 - l.x.chunks[i].blocks)
	switch c.Op {
	case Has, Holds:
		set := all
		for _, key := range l.keys[c] {
			s, err := l.find(i, key)
			if set &= s; err != nil || set == 0 {
				return 0, err
			}
		}
		return set, nil
	case And:
		set := all
		for _, of := range c.Of {
			s, err := l.eval(i, of)
			if set &= s; err != nil || set == 0 {
				return 0, err
			}
		}
		return set, nil
	default:
		set := uint64(0)
		for _, of := range c.Of {
			s, err := l.eval(i, of)
			if set |= s; err != nil || set == all {
				return set, err
			}
		}
		return set, nil
	}
}

// find returns which blocks of a chunk may have the term with this hash.
func (l *lookup) find(i int, key uint64) (uint64, error) {
	c := &l.x.chunks[i]
	hash := uint32(key >> (64 - hashBits) >> (hashBits - c.width))
	bucket := int(hash >> (c.width - c.split))
	set, err := l.findIn(i, bucket, hash)
	if err != nil {
		return 0, fmt.Errorf("bucket %d of chunk %d: %w", bucket, i, err)
	}
	return set, nil
}

func (l *lookup) findIn(i, bucket int, hash uint32) (uint64, error) {
	c := &l.x.chunks[i]
	table := c.at + c.bytes - 4*(int64(1)<<c.split+1)
	if table < c.at {
		return 0, fmt.Errorf("%w: %d bytes", errMalformed, c.bytes)
	}
	if n, err := l.f.ReadAt(l.ends[:], table+4*int64(bucket)); n < len(l.ends) {
		return 0, err
	}
	from, to := c.at+int64(binary.LittleEndian.Uint32(l.ends[:])), c.at+int64(binary.LittleEndian.Uint32(l.ends[4:]))
	if from+crcBytes > to || to > table {
		return 0, fmt.Errorf("%w: from byte %d to %d", errMalformed, from, to)
	}
	l.b = slices.Grow(l.b[:0], int(to-from))[:to-from]
	b := l.b
	if n, err := l.f.ReadAt(b, from); n < len(b) {
		return 0, err
	}
	if bucketSum(i, bucket, b[crcBytes:]) != binary.LittleEndian.Uint32(b) {
		return 0, fmt.Errorf("%w: wrong checksum", errMalformed)
	}
	count, n := binary.Uvarint(b[crcBytes:])
	if n <= 0 {
		return 0, fmt.Errorf("%w: no count", errMalformed)
	}
	r := bitReader{b: b[crcBytes+n:]}
	idBits := bits.Len(uint(c.blocks - 1))
	for next := uint32(bucket) << (c.width - c.split); count > 0 && !r.bad; count-- {
		h, set := r.single(c.rice, idBits)
		if set == 0 {
			h = r.rice(c.rice)
			set = posting(&r, c.blocks, idBits)
		}
		if h += next; h == hash {
			return set, nil
		}
		if h > hash {
			return 0, nil
		}
		next = h + 1
	}
	if r.bad {
		return 0, fmt.Errorf("%w: too few bits", errMalformed)
	}
	return 0, nil
}

// posting reads a set of blocks.
func posting(r *bitReader, blocks, idBits int) uint64 {
	if r.get(1) == 0 {
		return 1 << (r.get(idBits) & 63)
	}
	if r.get(1) == 1 {
		if r.get(1) == 1 {
			return ^uint64(0) >> (64 - blocks)
		}
		return r.get(blocks)
	}
	set := uint64(0)
	for n := r.get(3) + 2; n > 0; n-- {
		set |= 1 << (r.get(idBits) & 63)
	}
	return set
}
