package control

// Bare makes the store ask nobody who they are, nor whether they may: every request is
// the caller's. What authorisation costs is measured against it.
func (s *Store) Bare(c Caller) { s.bare = &c }
