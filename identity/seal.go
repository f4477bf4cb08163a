package identity

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/yagura/yagura/store/catalog"
)

// sealer makes texts that only this directory can read: refresh tokens and codes carry
// what they stand for, so that nothing must be kept of them.
type sealer struct{ aead cipher.AEAD }

type sealKey struct {
	Key []byte `json:"key"`
}

// openSeal reads the key, or makes it the first time.
func (d *Directory) openSeal(ctx context.Context) error {
	var k sealKey
	found, err := d.read(kindSeal, "seal", &k)
	if err != nil {
		return err
	}
	if !found {
		k.Key = make([]byte, 32)
		rand.Read(k.Key)
		doc, err := document(kindSeal, "seal", k)
		if err != nil {
			return err
		}
		if err := d.commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}}); err != nil {
			return err
		}
	}
	block, err := aes.NewCipher(k.Key)
	if err != nil {
		return fmt.Errorf("identity: use the key of codes: %w", err)
	}
	d.seal.aead, err = cipher.NewGCM(block)
	if err != nil {
		return fmt.Errorf("identity: use the key of codes: %w", err)
	}
	return nil
}

// put seals v. What it is for is sealed with it, so that one cannot be used as another.
func (s *sealer) put(use string, v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("identity: seal a %s: %w", use, err)
	}
	nonce := make([]byte, s.aead.NonceSize())
	rand.Read(nonce)
	return "0." + base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, text, []byte(use))), nil
}

// maxSealed is the longest sealed text that is looked at, in bytes.
const maxSealed = 8 << 10

// get reads what put has sealed for the same use.
func (s *sealer) get(use, text string, v any) bool {
	if len(text) > maxSealed || len(text) < 2 || text[:2] != "0." {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(text[2:])
	n := s.aead.NonceSize()
	if err != nil || len(raw) < n {
		return false
	}
	plain, err := s.aead.Open(nil, raw[:n], raw[n:], []byte(use))
	return err == nil && json.Unmarshal(plain, v) == nil
}

// usedDoc remembers that something which may be used once was, until it would not be
// taken anyway.
type usedDoc struct {
	Until time.Time `json:"until"`
}

// once reports whether it is asked about a thing for the first time. It is durable: what
// was used before the server stopped is not good again after it has started.
func (d *Directory) once(ctx context.Context, what string, until time.Time) (bool, error) {
	sum := sha256.Sum256([]byte(what))
	id := hex.EncodeToString(sum[:])
	doc, err := document(kindUsed, id, usedDoc{until.UTC()})
	if err != nil {
		return false, err
	}
	err = d.commit(ctx, catalog.Edit{If: []catalog.Doc{{Kind: kindUsed, ID: id}}, PutDocs: []catalog.Doc{doc}})
	if errors.Is(err, catalog.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// forget drops what was used and would not be taken any more.
func (d *Directory) forget(ctx context.Context) error {
	now := d.o.Now()
	var e catalog.Edit
	d.cat.View().Docs(kindUsed, func(doc catalog.Doc) bool {
		var u usedDoc
		if json.Unmarshal(doc.JSON, &u) != nil || u.Until.Before(now) {
			e.DropDocs = append(e.DropDocs, catalog.Doc{Kind: kindUsed, ID: doc.ID})
		}
		return true
	})
	if len(e.DropDocs) == 0 {
		return nil
	}
	return d.commit(ctx, e)
}
