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
)

// service is a part of the shop.
type service struct {
	name     string
	replicas int
	windows  bool
	cpu      int // requested by a pod, in millicores
}

var services = []service{
	{"storefront", 4, false, 500},
	{"catalog", 3, false, 400},
	{"cart", 2, false, 300},
	{"checkout", 3, false, 500},
	{"recommend", 2, false, 900},
	{"invoice", 2, true, 800},
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
	node    string // "" while it is pending
	ip      string
	started time.Time
}

// world is the cluster at an instant.
type world struct {
	nodes []node
	pods  []pod
}

// worldAt is the cluster in the minute that begins at t.
func worldAt(t time.Time) world {
	day := t.Truncate(24 * time.Hour)
	off := t.Sub(day)
	w := world{nodes: nodesAt(day, off)}
	for i := range services {
		s := &services[i]
		n := s.replicas
		if s.name == "recommend" && off >= pendingFrom && off < nodeRemoved {
			n++
		}
		for r := range n {
			w.pods = append(w.pods, podAt(s, r, day, off))
		}
	}
	return w
}

func nodesAt(day time.Time, off time.Duration) []node {
	boot := day.Add(-72 * hour)
	ns := []node{
		{"aks-linux-31415926-vmss000000", "10.240.0.4", false, true, boot},
		{"aks-linux-31415926-vmss000001", "10.240.0.5", false, true, boot},
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

// podAt is replica r of a service. Its name changes when it is replaced.
func podAt(s *service, r int, day time.Time, off time.Duration) pod {
	p := pod{service: s, started: day.Add(-30 * hour)}
	revision, generation := 0, 0
	if s.windows {
		p.node = "akswin000000"
	} else {
		p.node = fmt.Sprintf("aks-linux-31415926-vmss00000%d", (r+len(s.name))%3)
	}
	switch {
	case s.name == "storefront":
		if at := rolloutFrom + time.Duration(r)*rolloutStep; off >= at {
			revision, p.started = 1, day.Add(at+8*time.Second)
		} else {
			p.started = day.Add(-24*hour + at + 8*time.Second)
		}
	case s.name == "recommend" && r == s.replicas:
		p.node, p.started = "aks-linux-31415926-vmss000003", day.Add(nodeAdded+50*time.Second)
		if off < nodeAdded {
			p.node = ""
		}
	}
	if p.node == "aks-linux-31415926-vmss000001" && off >= hostFailed+5*min {
		generation, p.node, p.started = 1, "aks-linux-31415926-vmss000002", day.Add(hostFailed+5*min+20*time.Second)
	}
	version := uint64(day.Unix()/86400)*2 + uint64(revision)
	if s.name != "storefront" {
		version = 7
	}
	h := fixedGUID(version*31 + uint64(len(s.name)))
	p.name = fmt.Sprintf("%s-%s-%s", s.name, h[:4]+h[9:13], fixedGUID(version*1009 + uint64(r*17+generation*5+len(s.name)))[:5])
	p.ip = fmt.Sprintf("10.244.%d.%d", len(s.name)%5, 10+r*7+generation)
	return p
}

// of returns the pods of a service that run.
func (w *world) of(name string) []pod {
	var ps []pod
	for _, p := range w.pods {
		if p.service.name == name && p.node != "" && w.ready(p.node) {
			ps = append(ps, p)
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
