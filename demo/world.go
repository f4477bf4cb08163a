package demo

import (
	"fmt"
	"time"
)

// Where the shop stands.
const (
	subscription  = "8f2c7a54-3d0b-4c7e-9a15-5b6c1d2e3f40"
	resourceGroup = "shop-prod"
	clusterName   = "shop-aks"
	clusterID     = "/subscriptions/" + subscription + "/resourceGroups/" + resourceGroup + "/providers/Microsoft.ContainerService/managedClusters/" + clusterName
	appID         = "/subscriptions/" + subscription + "/resourceGroups/" + resourceGroup + "/providers/Microsoft.Insights/components/shop"
	databaseVM    = "/subscriptions/" + subscription + "/resourceGroups/" + resourceGroup + "/providers/Microsoft.Compute/virtualMachines/shop-sql-01"
	tenantID      = "5d1e8c2a-7b4f-4e69-8a33-0c9d7e6f5a41"
	namespace     = "shop"
	// hostLost is the node whose host fails.
	hostLost = "aks-linux-31415926-vmss000001"
)

// service is a part of the shop.
type service struct {
	name     string
	subnet   int // of its addresses
	replicas int
	windows  bool
	cpu      int // requested by a pod, in millicores
}

var services = []service{
	{"storefront", 1, 4, false, 500},
	{"catalog", 2, 3, false, 400},
	{"cart", 3, 2, false, 300},
	{"checkout", 4, 3, false, 500},
	{"recommend", 5, 2, false, 900},
	{"invoice", 6, 2, true, 800},
}

// wanted is how many pods a service has at a time of day.
func (s *service) wanted(off time.Duration) int {
	if s.name == "recommend" && off >= pendingFrom && off < nodeRemoved {
		return s.replicas + 1
	}
	return s.replicas
}

// node is a machine of the cluster.
type node struct {
	name    string
	ip      string
	windows bool
	ready   bool
	since   time.Time // it has been ready, or not
}

// pod is one instance of a service.
type pod struct {
	service *service
	name    string
	hash    string // of its template
	node    string // "" while it is pending
	ip      string
	created time.Time
	started time.Time // its container
	ending  bool      // deleted, but its node cannot say that it has ended
}

// replicaSet is what controls the pod.
func (p pod) replicaSet() string { return p.service.name + "-" + p.hash }

// world is the cluster at an instant.
type world struct {
	nodes []node
	pods  []pod
}

// worldAt is the cluster at t.
func worldAt(t time.Time) world {
	day := t.Truncate(24 * time.Hour)
	off := t.Sub(day)
	w := world{nodes: nodesAt(day, off)}
	for i := range services {
		s := &services[i]
		for r := range s.wanted(off) {
			p := podAt(s, r, day, off)
			w.pods = append(w.pods, p)
			if at := rolloutFrom + time.Duration(r)*rolloutStep; s.name == "storefront" && off >= at-rolloutAhead && off < at {
				w.pods = append(w.pods, podAt(s, r, day, at))
			}
			if before := podAt(s, r, day, hostFailed-1); off >= hostFailed+5*min && off < hostRepaired && before.node == hostLost {
				before.ending = true
				w.pods = append(w.pods, before)
			}
		}
	}
	return w
}

func nodesAt(day time.Time, off time.Duration) []node {
	boot := day.Add(-72 * hour)
	ns := []node{
		{"aks-linux-31415926-vmss000000", "10.240.0.4", false, true, boot},
		{hostLost, "10.240.0.5", false, true, boot},
		{"aks-linux-31415926-vmss000002", "10.240.0.6", false, true, boot},
		{"akswin000000", "10.240.0.35", true, true, boot},
	}
	if off >= hostFailed {
		ns[1].since = day.Add(hostRepaired)
		if off < hostRepaired {
			ns[1].ready, ns[1].since = false, day.Add(hostFailed)
		}
	}
	if off >= nodeAdded && off < nodeRemoved {
		ns = append(ns, node{"aks-linux-31415926-vmss000003", "10.240.0.7", false, true, day.Add(nodeAdded)})
	}
	return ns
}

// podAt is replica r of a service, or the one that is about to stop for it. Its name
// changes when it is replaced.
func podAt(s *service, r int, day time.Time, off time.Duration) pod {
	p := pod{service: s, started: day.Add(-30 * hour)}
	version, generation := uint64(7), 0
	lost := day // the day of the failure that the pod has seen, or will see
	if s.windows {
		p.node = "akswin000000"
	} else {
		p.node = fmt.Sprintf("aks-linux-31415926-vmss00000%d", (r+len(s.name))%3)
	}
	switch {
	case s.name == "storefront":
		at := day.Add(rolloutFrom + time.Duration(r)*rolloutStep)
		version = uint64(day.Unix() / 86400)
		if day.Add(off).Before(at) {
			at, version, lost = at.Add(-24*hour), version-1, day.Add(-24*hour)
		}
		p.started = at.Add(-rolloutStarted)
	case s.name == "recommend" && r == s.replicas:
		p.node, p.started = "aks-linux-31415926-vmss000003", day.Add(nodeAdded+50*time.Second)
		generation = 2 * int(day.Unix()/86400)
		if off < nodeAdded {
			p.node = ""
		}
	}
	p.created = p.started.Add(rolloutStarted - rolloutAhead)
	if s.name == "recommend" && r == s.replicas {
		p.created = day.Add(pendingFrom)
	}
	if p.node == hostLost {
		if s.name != "storefront" { // balanced again at midnight
			generation = 2 * int(day.Unix()/86400)
			p.created, p.started = day, day.Add(20*time.Second)
		}
		if evicted := lost.Add(hostFailed + 5*min); !day.Add(off).Before(evicted) {
			generation, p.node = generation+1, "aks-linux-31415926-vmss000002"
			p.created, p.started = evicted, evicted.Add(20*time.Second)
		}
	}
	h := fixedGUID(version*31 + uint64(len(s.name)))
	p.hash = h[:4] + h[9:13]
	p.name = fmt.Sprintf("%s-%s", p.replicaSet(), fixedGUID(version*1009 + uint64(r*17+generation*5+len(s.name)))[:5])
	if p.node != "" {
		p.ip = fmt.Sprintf("10.244.%d.%d", s.subnet, 10+r*7+generation%2+int(version%2)*100)
	}
	return p
}

// serving are the pods of a service that answer at t.
func serving(name string, t time.Time) []pod {
	day := t.Truncate(24 * time.Hour)
	off := t.Sub(day)
	w := world{nodes: nodesAt(day, off)}
	var ps []pod
	for i := range services {
		s := &services[i]
		for r := range s.wanted(off) {
			if s.name != name {
				break
			}
			if p := podAt(s, r, day, off); p.node != "" && w.ready(p.node) && !t.Before(p.started) {
				ps = append(ps, p)
			}
		}
	}
	return ps
}

func (w *world) ready(name string) bool {
	for _, n := range w.nodes {
		if n.name == name {
			return n.ready
		}
	}
	return false
}
