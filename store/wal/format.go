package wal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

const (
	magic             = "YAGWAL01"
	segmentHeaderSize = 32
	headerSize        = 24
	suffix            = ".wal"
	spareSuffix       = ".spare" // of what was a segment
)

// header stands before each record.
type header struct {
	len   uint32
	crc   uint32 // of the payload
	seq   Seq
	group uint32 // records of the same group before this one
}

// append writes h. The segment's salt goes into the checksum, so that no payload can
// pass for a record.
func (h header) append(dst []byte, salt uint32) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint32(dst, h.len)
	dst = binary.LittleEndian.AppendUint32(dst, h.crc)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(h.seq))
	dst = binary.LittleEndian.AppendUint32(dst, h.group)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli)^salt)
}

// parseHeader reads a record's header; ok is false if it is not one.
func parseHeader(b []byte, salt uint32) (h header, ok bool) {
	if len(b) < headerSize {
		return h, false
	}
	h.len = binary.LittleEndian.Uint32(b)
	h.crc = binary.LittleEndian.Uint32(b[4:])
	h.seq = Seq(binary.LittleEndian.Uint64(b[8:]))
	h.group = binary.LittleEndian.Uint32(b[16:])
	return h, crc32.Checksum(b[:20], castagnoli)^salt == binary.LittleEndian.Uint32(b[20:])
}

// segmentHeader writes magic, first record, first record of the segment before (0:
// there is none), salt, checksum.
func segmentHeader(first, prev Seq, salt uint32) []byte {
	b := append(make([]byte, 0, segmentHeaderSize), magic...)
	b = binary.LittleEndian.AppendUint64(b, uint64(first))
	b = binary.LittleEndian.AppendUint64(b, uint64(prev))
	b = binary.LittleEndian.AppendUint32(b, salt)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

type segmentInfo struct {
	first, prev Seq
	salt        uint32
}

func parseSegmentHeader(b []byte) (i segmentInfo, err error) {
	if len(b) < segmentHeaderSize {
		return i, fmt.Errorf("only %d bytes", len(b))
	}
	if string(b[:len(magic)]) != magic {
		return i, fmt.Errorf("begins with %q, not %q", b[:len(magic)], magic)
	}
	if crc32.Checksum(b[:28], castagnoli) != binary.LittleEndian.Uint32(b[28:]) {
		return i, fmt.Errorf("wrong checksum of its header")
	}
	i.first, i.prev = Seq(binary.LittleEndian.Uint64(b[8:])), Seq(binary.LittleEndian.Uint64(b[16:]))
	i.salt = binary.LittleEndian.Uint32(b[24:])
	return i, nil
}

func segmentName(first Seq) string { return fmt.Sprintf("%020d%s", uint64(first), suffix) }

func spareName(first Seq) string { return fmt.Sprintf("%020d%s", uint64(first), spareSuffix) }

func parseSegmentName(name string) (Seq, bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	if !ok || len(digits) != 20 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return Seq(n), err == nil && n > 0
}
