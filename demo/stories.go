package demo

import "time"

// The stories, by the time of day (UTC) at which they happen, each day.
const (
	hour = time.Hour
	min  = time.Minute

	// An attacker tries a few passwords on many accounts and gets into one.
	attackFrom, attackTo = 2*hour + 10*min, 2*hour + 42*min
	breakIn              = 2*hour + 34*min

	// The service principal that deploys has a secret that expires: deployments
	// fail until somebody renews it.
	secretExpires, secretRenewed = 8*hour + 30*min, 9*hour + 14*min

	// A rollout of the storefront, whose pods have no preStop hook: the ingress goes
	// on sending requests to each stopped pod for some seconds. A new pod is made
	// before each old one is stopped.
	rolloutFrom    = 10*hour + 5*min
	rolloutStep    = 45 * time.Second
	rolloutAhead   = 14 * time.Second
	rolloutStarted = 10 * time.Second // the new pod's container, before the old one stops
	rolloutUnsafe  = 12 * time.Second

	// The recommender scales out, and its new pod waits for a node.
	pendingFrom, nodeAdded = 11*hour + 40*min, 11*hour + 46*min
	nodeRemoved            = 13 * hour

	// An index is rebuilt on the database; statements time out, and checkouts fail.
	rebuildFrom, rebuildTo = 14*hour + 20*min, 14*hour + 32*min

	// The host of a node's virtual machine fails; the node is gone for some minutes.
	hostFailed, hostRepaired = 17 * hour, 17*hour + 9*min
)

// between reports whether this minute is in [from, to) of the day.
func (m *minute) between(from, to time.Duration) bool {
	return from <= m.offset() && m.offset() < to
}
