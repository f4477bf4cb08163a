package rule

import (
	"crypto/x509"
	"encoding/pem"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/message"
)

var certificateExpires = Rule{
	ID: "certificate-expires", Severity: Error, Title: "A TLS certificate has expired, or is about to",
	Doc:     "The leaf certificate of a Secret of type kubernetes.io/tls. Only its dates and names are read; the key is not.",
	Fix:     "Renew it; let cert-manager or the key vault's provider do so 30 days before.",
	Sources: []string{"https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets"},
	check: func(c *run) {
		for _, v := range c.Secrets {
			if v.Type != corev1.SecretTypeTLS {
				continue
			}
			text := v.Data[corev1.TLSCertKey]
			if len(text) == 0 {
				text = []byte(v.StringData[corev1.TLSCertKey])
			}
			block, _ := pem.Decode(text)
			if block == nil {
				continue
			}
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				c.report(v, "Secret", &v.ObjectMeta, finding{path: []string{"data", corev1.TLSCertKey}, reason: message.New("The certificate cannot be read: %s.", err), failure: message.New("An ingress falls back to its own certificate, which no client trusts.")})
				continue
			}
			if when, sev := expiry(cert.NotAfter, c.measured.Now); sev != 0 {
				c.report(v, "Secret", &v.ObjectMeta, finding{severity: sev, path: []string{"data", corev1.TLSCertKey}, reason: message.New("The certificate of %s %s.", cert.Subject, when), failure: message.New("Clients refuse the connection.")})
			}
		}
	},
}
