package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// authority is the local certificate authority of one data directory. Clients trust
// its certificate; it signs the server's, which are made when they are asked for.
type authority struct {
	CertFile string // PEM

	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	names []string // that certificates are made for, beside loopback
	azure bool     // and Azure's public names

	mu    sync.Mutex
	leafs map[string]*tls.Certificate
}

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	leafLife      = 397 * 24 * time.Hour
	leafRenew     = 30 * 24 * time.Hour
	maxLeafs      = 256
)

// azureSuffixes are the public names of the APIs that Yagura speaks.
var azureSuffixes = []string{
	"login.microsoftonline.com", "login.windows.net", "management.azure.com", "api.loganalytics.io", "api.loganalytics.azure.com",
	"ods.opinsights.azure.com", "ingest.monitor.azure.com", "monitoring.azure.com", "metrics.monitor.azure.com", "graph.microsoft.com",
	"dc.services.visualstudio.com", "in.applicationinsights.azure.com", "api.applicationinsights.io", "livediagnostics.monitor.azure.com",
	"kusto.windows.net", "prometheus.monitor.azure.com",
}

// openAuthority reads the authority in dir, or makes it the first time.
func openAuthority(dir string, names []string, azure bool) (*authority, error) {
	a := &authority{CertFile: filepath.Join(dir, "ca.pem"), names: names, azure: azure, leafs: map[string]*tls.Certificate{}}
	keyFile := filepath.Join(dir, "ca.key")
	certPEM, err := os.ReadFile(a.CertFile)
	if errors.Is(err, fs.ErrNotExist) {
		return a, a.create(dir, keyFile)
	}
	if err != nil {
		return nil, fmt.Errorf("read the CA certificate: %w", err)
	}
	keyPEM, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, fmt.Errorf("read the CA key: %w", err)
	}
	certBlock, _ := pem.Decode(certPEM)
	keyBlock, _ := pem.Decode(keyPEM)
	if certBlock == nil || keyBlock == nil {
		return nil, fmt.Errorf("%s and %s are not PEM: remove both to have a new CA made", a.CertFile, keyFile)
	}
	if a.cert, err = x509.ParseCertificate(certBlock.Bytes); err != nil {
		return nil, fmt.Errorf("read the CA certificate: %w", err)
	}
	if a.key, err = x509.ParseECPrivateKey(keyBlock.Bytes); err != nil {
		return nil, fmt.Errorf("read the CA key: %w", err)
	}
	return a, nil
}

func (a *authority) create(dir, keyFile string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make the CA key: %w", err)
	}
	host, _ := os.Hostname()
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Yagura local CA " + host, Organization: []string{"Yagura"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(authorityLife),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return fmt.Errorf("make the CA certificate: %w", err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return fmt.Errorf("make the CA key: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the directory of certificates: %w", err)
	}
	if err := WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}), 0o600); err != nil {
		return err
	}
	if err := WriteFile(a.CertFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return err
	}
	a.key = key
	a.cert, err = x509.ParseCertificate(der)
	return err
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic("app: no randomness: " + err.Error())
	}
	return n
}

// config serves TLS with certificates of this authority.
func (a *authority) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.certificate, NextProtos: []string{"h2", "http/1.1"}}
}

// certificate gives a client the certificate for the name that it asks for, if that
// is one of ours, and otherwise the one for loopback and the names in the settings.
func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := ""
	if a.azure && isAzure(hello.ServerName) {
		name = strings.ToLower(hello.ServerName)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.leafs[name]; c != nil && time.Until(c.Leaf.NotAfter) > leafRenew {
		return c, nil
	}
	if len(a.leafs) >= maxLeafs {
		clear(a.leafs)
	}
	c, err := a.sign(name)
	if err == nil {
		a.leafs[name] = c
	}
	return c, err
}

func isAzure(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(azureSuffixes, func(s string) bool { return name == s || strings.HasSuffix(name, "."+s) })
}

func (a *authority) sign(name string) (*tls.Certificate, error) {
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Yagura"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(leafLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if name != "" {
		t.DNSNames = []string{name}
	} else {
		t.DNSNames = []string{"localhost"}
		t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
		for _, n := range a.names {
			if ip := net.ParseIP(n); ip != nil {
				t.IPAddresses = append(t.IPAddresses, ip)
			} else {
				t.DNSNames = append(t.DNSNames, n)
			}
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a server key: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("sign a server certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("sign a server certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// WriteFile replaces a file whole: a reader sees the old or the new one.
func WriteFile(name string, data []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, os.Remove(tmp.Name())))
	}
	return nil
}
