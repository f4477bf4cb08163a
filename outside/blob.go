package outside

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// storage is an address in Azure's storage, with what opens it.
type storage struct {
	parts azblob.URLParts
	key   *azblob.SharedKeyCredential // nil: what the address itself carries
	send  sender
}

// sender sends the requests of Azure's library as all others are sent.
type sender func(*http.Request) (*http.Response, error)

func (s sender) Do(req *http.Request) (*http.Response, error) { return s(req) }

// storageAt reads a connection string of Azure's storage; nil if it is an address like any
// other. The key of the account may stand behind a semicolon.
// https://learn.microsoft.com/kusto/api/connection-strings/storage-connection-strings
func (r *Reader) storageAt(text string) (*storage, error) {
	address, secret, _ := strings.Cut(text, ";")
	u, e, err := allowed(r.o.Files, address, "external-data")
	if err != nil {
		return nil, err
	}
	named := strings.Contains(u.Hostname(), ".blob.") || strings.Contains(u.Hostname(), ".dfs.")
	if !named && secret == "" && !u.Query().Has("sig") {
		return nil, nil
	}
	if kind, _, _ := strings.Cut(secret, "="); slices.Contains([]string{"impersonate", "managed_identity", "token", "AwsCredentials"}, kind) {
		return nil, fmt.Errorf("credentials of the kind %s are not supported: give the account's key, or an address with a token (SAS)", kind)
	}
	s := &storage{send: func(req *http.Request) (*http.Response, error) { return r.do(req, r.o.Files, e) }}
	if s.parts, err = azblob.ParseURL(address); err != nil {
		return nil, errors.New("the address cannot be read")
	}
	if s.parts.ContainerName == "" {
		return nil, errors.New("the address names no container")
	}
	s.parts.Host = strings.Replace(s.parts.Host, ".dfs.", ".blob.", 1)
	if secret == "" {
		return s, nil
	}
	if s.key, err = azblob.NewSharedKeyCredential(account(s.parts), secret); err != nil {
		return nil, errors.New("what stands behind the semicolon is no key of an account")
	}
	return s, nil
}

// account is the name of a storage account, of its host or, where that is an address of
// a machine, of the path.
func account(p azblob.URLParts) string {
	if p.IPEndpointStyleInfo.AccountName != "" {
		return p.IPEndpointStyleInfo.AccountName
	}
	name, _, _ := strings.Cut(p.Host, ".")
	return name
}

func (s *storage) options() policy.ClientOptions {
	return policy.ClientOptions{Transport: s.send, Retry: policy.RetryOptions{MaxRetries: -1}, Telemetry: policy.TelemetryOptions{ApplicationID: "yagura"}}
}

// list gives the files under an address of a container, or the one of another address.
func (r *Reader) list(ctx context.Context, address string, want func(name string) bool) ([]file, error) {
	s, err := r.storageAt(address)
	if err != nil {
		return nil, err
	}
	if s == nil {
		u, _ := url.Parse(address)
		if !want(u.Path) {
			return nil, nil
		}
		return []file{r.file(address)}, nil
	}
	top := s.parts
	top.BlobName = ""
	o := &container.ClientOptions{ClientOptions: s.options()}
	var c *container.Client
	if s.key != nil {
		c, err = container.NewClientWithSharedKeyCredential(top.String(), s.key, o)
	} else {
		c, err = container.NewClientWithNoCredential(top.String(), o)
	}
	if err != nil {
		return nil, err
	}
	var out []file
	pages := c.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: &s.parts.BlobName})
	for pages.More() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list its files: %w", err)
		}
		for _, b := range page.Segment.BlobItems {
			if b.Name == nil || !want(*b.Name) {
				continue
			}
			at := *s
			at.parts.BlobName = *b.Name
			f := file{place: place(at.parts.String()), name: *b.Name, size: -1, open: at.read}
			if b.Properties != nil && b.Properties.LastModified != nil {
				f.written = *b.Properties.LastModified
			}
			if b.Properties != nil && b.Properties.ContentLength != nil {
				f.size = *b.Properties.ContentLength
			}
			if out = append(out, f); len(out) > maxFiles {
				return nil, fmt.Errorf("there are more than %d files", maxFiles)
			}
		}
	}
	return out, nil
}

// read asks for a file of a container.
func (s *storage) read(ctx context.Context) (io.ReadCloser, error) {
	o := &blob.ClientOptions{ClientOptions: s.options()}
	var c *blob.Client
	var err error
	if s.key != nil {
		c, err = blob.NewClientWithSharedKeyCredential(s.parts.String(), s.key, o)
	} else {
		c, err = blob.NewClientWithNoCredential(s.parts.String(), o)
	}
	if err != nil {
		return nil, err
	}
	res, err := c.DownloadStream(ctx, nil)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}
