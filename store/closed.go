package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"

	"github.com/yagura/yagura/store/wal"
)

// A store that is closed in order notes where its logs end, so that a shorter one is
// known to be damaged, and is not taken for one that was being written. The note
// stays true while the logs grow.
const (
	closedName  = "closed"
	closedTemp  = "tmp-closed"
	closedMagic = "YAGEND01"
)

type ends struct{ log, catalog wal.Seq }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (s *Store) writeClosed() error {
	b := binary.LittleEndian.AppendUint64([]byte(closedMagic), uint64(s.log.Last()))
	b = binary.LittleEndian.AppendUint64(b, uint64(s.cat.Last()))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	temp := filepath.Join(s.dir, closedTemp)
	f, err := s.fs.Create(temp)
	if err == nil {
		_, err = f.Write(b)
		if err == nil {
			err = f.Sync()
		}
		err = errors.Join(err, f.Close())
	}
	if err == nil {
		err = s.fs.Rename(temp, filepath.Join(s.dir, closedName))
	}
	if err == nil {
		err = s.fs.SyncDir(s.dir)
	}
	if err != nil {
		return fmt.Errorf("note the end of the logs: %w", err)
	}
	return nil
}

// readClosed returns what the note says; without one that can be read, nothing.
func (s *Store) readClosed() (e ends) {
	name := filepath.Join(s.dir, closedName)
	f, err := s.fs.Open(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.lg.Warn("cannot read the note of the logs' ends", "file", name, "error", err)
		}
		return e
	}
	defer f.Close()
	b := make([]byte, len(closedMagic)+20)
	n, err := f.ReadAt(b, 0)
	if n < len(b) || string(b[:len(closedMagic)]) != closedMagic ||
		crc32.Checksum(b[:n-4], castagnoli) != binary.LittleEndian.Uint32(b[n-4:]) {
		s.lg.Warn("the note of the logs' ends is damaged", "file", name, "error", err)
		return e
	}
	e.log = wal.Seq(binary.LittleEndian.Uint64(b[len(closedMagic):]))
	e.catalog = wal.Seq(binary.LittleEndian.Uint64(b[len(closedMagic)+8:]))
	return e
}
