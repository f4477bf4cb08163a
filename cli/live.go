package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/yagura/yagura/advise/manifest"
)

// live is a cluster that is read instead of files.
type live struct{ context, kubeconfig, namespace string }

func liveFlags(fset *flag.FlagSet) *live {
	l := &live{}
	fset.StringVar(&l.context, "context", "", "read the live cluster of this context of the kubeconfig, instead of files; \"-\" is the current one")
	fset.StringVar(&l.kubeconfig, "kubeconfig", "", "the kubeconfig; default: KUBECONFIG, or the one in the home directory")
	fset.StringVar(&l.namespace, "namespace", "", "the namespace of objects in files that name none; default: the one that all others of their file name, or default")
	return l
}

// lists are what is read of a cluster. Secrets are not among them.
var lists = []string{
	"/api/v1/nodes", "/api/v1/pods", "/api/v1/services", "/api/v1/events", "/api/v1/persistentvolumeclaims", "/api/v1/persistentvolumes",
	"/apis/apps/v1/deployments", "/apis/apps/v1/replicasets", "/apis/apps/v1/statefulsets", "/apis/apps/v1/daemonsets",
	"/apis/policy/v1/poddisruptionbudgets", "/apis/autoscaling/v2/horizontalpodautoscalers", "/apis/networking.k8s.io/v1/ingresses",
}

// read returns the manifests of paths, or the objects of a live cluster. It only GETs.
func (l *live) read(ctx context.Context, paths []string, s Streams) (*manifest.Set, error) {
	if l.context == "" {
		return waiting(ctx, func() (*manifest.Set, error) { return readManifests(paths, l.namespace, s) })
	}
	if len(paths) > 0 {
		return nil, &usageError{"give files or -context, not both"}
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = l.kubeconfig
	overrides := &clientcmd.ConfigOverrides{}
	if l.context != "-" {
		overrides.CurrentContext = l.context
	}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("reach the cluster: %w", err)
	}
	set := manifest.New()
	for _, path := range lists {
		if err := fetch(ctx, client, strings.TrimSuffix(config.Host, "/")+path, set); err != nil {
			return nil, err
		}
	}
	set.Problems = nil // fields of a newer version of Kubernetes than this
	return set, nil
}

// fetch adds a list.
func fetch(ctx context.Context, client *http.Client, url string, set *manifest.Set) (err error) {
	if !strings.Contains(url, "://") {
		url = "https://" + url
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("read %s: %w", url, err)
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return fmt.Errorf("read %s: %s: %s", url, res.Status, text)
	}
	return set.ReadStream(url, res.Body)
}
