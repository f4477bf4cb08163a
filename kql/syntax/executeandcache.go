package syntax

// ExecuteAndCache is "__executeAndCache".
type ExecuteAndCache struct {
	span
}

func (*ExecuteAndCache) op() {}
