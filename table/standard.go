package table

// Columns that every table has, or that the store adds.
const (
	TimeGenerated = "TimeGenerated"
	TimeReceived  = "_TimeReceived" // when the row was taken in; ingestion_time()
	ResourceID    = "_ResourceId"
	BilledSize    = "_BilledSize"
	// Seq identifies a row in its workspace: the number of its record in the
	// log, then its place in the record (see SeqOf). It is stored with each row,
	// and hidden from queries, which see _ItemId.
	Seq = "_Seq"
)

// SeqRowBits is how many low bits of a row's Seq count rows within a record.
const SeqRowBits = 20

// SeqOf makes the Seq of row i of log record rec.
func SeqOf(rec uint64, i int) int64 { return int64(rec<<SeqRowBits | uint64(i)) }

// Standard are the columns that every table of a workspace has beside its own, in
// the order in which queries show them after those.
var Standard = []Column{
	{Name: "TenantId", Type: String},
	{Name: "Type", Type: String},
	{Name: ResourceID, Type: String},
	{Name: "_SubscriptionId", Type: String},
	{Name: "_ItemId", Type: String},
	{Name: TimeReceived, Type: Datetime},
	{Name: BilledSize, Type: Real},
	{Name: "_IsBillable", Type: String},
}

// Virtual reports whether a column of a table is not stored but computed when it
// is read: from the workspace, the table, _ResourceId and Seq.
func Virtual(name string) bool {
	switch name {
	case "TenantId", "Type", "_SubscriptionId", "_ItemId", "_IsBillable":
		return true
	}
	return false
}

// WithStandard returns own columns (TimeGenerated added in front if it is missing)
// followed by the standard columns that are not among them.
func WithStandard(own []Column) *Schema {
	s := &Schema{Cols: make([]Column, 0, len(own)+len(Standard)+1)}
	s.Cols = append(s.Cols, own...)
	if s.Index(TimeGenerated) < 0 {
		s.Cols = append([]Column{{Name: TimeGenerated, Type: Datetime}}, s.Cols...)
	}
	for _, c := range Standard {
		if s.Index(c.Name) < 0 {
			s.Cols = append(s.Cols, c)
		}
	}
	return s
}

// Stored returns the columns of s that are stored: those that are not virtual,
// then Seq.
func Stored(s *Schema) *Schema {
	out := &Schema{Cols: make([]Column, 0, len(s.Cols)+1)}
	for _, c := range s.Cols {
		if !Virtual(c.Name) {
			out.Cols = append(out.Cols, c)
		}
	}
	if out.Index(Seq) < 0 {
		out.Cols = append(out.Cols, Column{Name: Seq, Type: Long})
	}
	return out
}
