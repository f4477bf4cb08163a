package manifest

import (
	"encoding/json"
	"strings"
	"time"
)

// Cluster is an AKS cluster as az aks show prints it.
type Cluster struct {
	Name, Version string
	// ServicePrincipal is the client id, or "msi" for a managed identity.
	ServicePrincipal string
}

// Pool is a node pool as az aks nodepool list prints it.
type Pool struct {
	Name, VMSize, OS, SKU, Version string
	Count, Min, Max                int32
	Autoscaled                     bool
	MaxSurge                       string
	MaxUnavailable                 string
	DrainTimeoutMinutes            int32
	Labels                         map[string]string
	Taints                         []string
}

// Credential is a secret or certificate of an application, as Microsoft Graph and
// az ad app credential list print it. Its value is not read.
type Credential struct {
	// Owner is the application, where it is known; Kind is password or key.
	Owner, Kind, Name, ID string
	Start, End            time.Time
}

type azurePool struct {
	Name, VMSize, OSType, OSSKU, OrchestratorVersion string
	Type, Mode                                       string
	Count, MinCount, MaxCount                        int32
	EnableAutoScaling                                bool
	NodeLabels                                       map[string]string
	NodeTaints                                       []string
	UpgradeSettings                                  *struct {
		MaxSurge, MaxUnavailable  string
		DrainTimeoutInMinutes     int32
		NodeSoakDurationInMinutes int32
	}
}

type azureCredential struct {
	KeyID                      string `json:"keyId"`
	DisplayName                string `json:"displayName"`
	StartDateTime, EndDateTime *time.Time
	EndDate                    *time.Time
}

type azureObject struct {
	azurePool
	KubernetesVersion       string
	AgentPoolProfiles       []azurePool
	ServicePrincipalProfile *struct{ ClientID string }
	AppID                   string `json:"appId"`
	DisplayName             string `json:"displayName"`
	PasswordCredentials     []azureCredential
	KeyCredentials          []azureCredential
	azureCredential
	Properties json.RawMessage
}

// azure reads an object without kind and apiVersion: a cluster, a node pool, an
// application or a credential. Anything else passes by.
func (s *Set) azure(src Source, text []byte) {
	var o azureObject
	if err := json.Unmarshal(text, &o); err != nil {
		s.Others["unknown"]++
		return
	}
	if len(o.Properties) > 0 && o.Properties[0] == '{' { // Resource Manager's own shape
		if err := json.Unmarshal(o.Properties, &o); err != nil {
			s.Others["unknown"]++
			return
		}
	}
	name := o.azurePool.Name
	switch kind := strings.ToLower(o.Type); {
	case kind == "microsoft.containerservice/managedclusters":
		c := &Cluster{Name: name, Version: o.KubernetesVersion}
		if o.ServicePrincipalProfile != nil {
			c.ServicePrincipal = o.ServicePrincipalProfile.ClientID
		}
		s.Clusters = append(s.Clusters, c)
		s.sources[c] = src
		for _, p := range o.AgentPoolProfiles {
			s.pool(src, p)
		}
	case kind == "microsoft.containerservice/managedclusters/agentpools":
		s.pool(src, o.azurePool)
	case len(o.PasswordCredentials)+len(o.KeyCredentials) > 0:
		owner := o.AppID
		if n := textField(text, "displayName"); n != "" {
			owner = n
		}
		for _, c := range o.PasswordCredentials {
			s.credential(src, owner, "password", c)
		}
		for _, c := range o.KeyCredentials {
			s.credential(src, owner, "key", c)
		}
	case o.KeyID != "" && (o.EndDateTime != nil || o.EndDate != nil):
		o.azureCredential.DisplayName = textField(text, "displayName")
		s.credential(src, "", "password", o.azureCredential)
	default:
		s.Others["unknown"]++
	}
}

func textField(text []byte, name string) string {
	var m map[string]any
	if json.Unmarshal(text, &m) != nil {
		return ""
	}
	v, _ := m[name].(string)
	return v
}

func (s *Set) pool(src Source, p azurePool) {
	v := &Pool{Name: p.Name, VMSize: p.VMSize, OS: p.OSType, SKU: p.OSSKU, Version: p.OrchestratorVersion, Count: p.Count, Min: p.MinCount, Max: p.MaxCount,
		Autoscaled: p.EnableAutoScaling, Labels: p.NodeLabels, Taints: p.NodeTaints}
	if u := p.UpgradeSettings; u != nil {
		v.MaxSurge, v.MaxUnavailable, v.DrainTimeoutMinutes = u.MaxSurge, u.MaxUnavailable, u.DrainTimeoutInMinutes
	}
	s.Pools = append(s.Pools, v)
	s.sources[v] = src
}

func (s *Set) credential(src Source, owner, kind string, c azureCredential) {
	v := &Credential{Owner: owner, Kind: kind, Name: c.DisplayName, ID: c.KeyID}
	if c.StartDateTime != nil {
		v.Start = *c.StartDateTime
	}
	switch {
	case c.EndDateTime != nil:
		v.End = *c.EndDateTime
	case c.EndDate != nil:
		v.End = *c.EndDate
	default:
		return
	}
	s.Credentials = append(s.Credentials, v)
	s.sources[v] = src
}
