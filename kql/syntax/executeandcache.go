package syntax

// ExecuteAndCache is "__executeAndCache".
type ExecuteAndCache struct {
	span
}

func (*ExecuteAndCache) op() {}

func parseExecuteAndCache(*parser, keyword) Op { return &ExecuteAndCache{} }

func (*ExecuteAndCache) children(func(Node)) {}
func (*ExecuteAndCache) write(w *writer)     { w.str("__executeAndCache") }
