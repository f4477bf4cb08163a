package fn

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"math"

	"github.com/cespare/xxhash/v2"

	"github.com/yagura/yagura/table"
)

// Hashes. Fast hashes are of a value's bytes, as little-endian numbers; those of
// cryptography are of its text.
var hashFuncs = []Func{
	xxhashFunc("hash", Example{`hash("World")`, `1846988464401551951`}, Example{`hash("World", 100)`, `51`}),
	xxhashFunc("hash_xxhash64", Example{`hash_xxhash64(datetime(2015-01-01))`, `1380966698541616202`}),
	digestFunc("hash_md5", "MD5", func(b []byte) []byte { s := md5.Sum(b); return s[:] }, Example{`hash_md5("World")`, `"f5a7924e621e84c9280a9a27e1bcb7f6"`}),
	digestFunc("hash_sha1", "SHA-1", func(b []byte) []byte { s := sha1.Sum(b); return s[:] }, Example{`hash_sha1("World")`, `"70c07ec18ef89c5309bbb0937f3a6342411e1fdd"`}, Example{`hash_sha1(datetime(2020-01-01))`, `"e903e533f4d636b4fc0dcf3cf81e7b7f330de776"`}),
	digestFunc("hash_sha256", "SHA-256", func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }, Example{`hash_sha256("World")`, `"78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524"`}),
	seededFunc("__hash_xxh64", func(b []byte, seed int64) int64 {
		d := xxhash.NewWithSeed(uint64(seed))
		d.Write(b) // never fails
		return int64(d.Sum64())
	}),
	seededFunc("__hash_crc32", func(b []byte, seed int64) int64 { return int64(crc32.Update(uint32(seed), crc32.IEEETable, b)) }),
	hidden(Func{
		Name: "__hash_djb2", Kind: Scalar, Doc: "The djb2 hash of a value.",
		Overloads: []Overload{{Params: P(notDynamicP("source"), Opt(IntP("mod"))), Returns: Is(table.Long), Eval: hashEval(func(b []byte, _ int64) int64 {
			h := uint64(5381)
			for _, c := range b {
				h = h*33 + uint64(c)
			}
			return int64(h)
		})}},
	}),
	hidden(Func{
		Name: "__hash_many_crc32", Kind: Scalar, Doc: "The CRC-32 of one or two values.",
		Overloads: []Overload{{Params: P(AnyP("arg"), Opt(AnyP("arg2"))), Returns: Is(table.Long), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (int64, bool) {
				var b []byte
				for _, v := range args {
					b = append(b, hashBytes(v.At(i))...)
				}
				return int64(crc32.ChecksumIEEE(b)), true
			}), nil
		}}},
	}),
}

func notDynamicP(name string) Param {
	return Param{Name: name, Types: []table.Type{table.Bool, table.Int, table.Long, table.Real, table.Decimal, table.String, table.Datetime, table.Timespan, table.Guid}}
}

func xxhashFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "The xxHash64 of a value, or its remainder by a number.", Examples: examples,
		Overloads: []Overload{{Params: P(notDynamicP("source"), Opt(IntP("mod"))), Returns: Is(table.Long), Eval: hashEval(func(b []byte, _ int64) int64 { return int64(xxhash.Sum64(b)) })}},
	}
}

func seededFunc(name string, f func(b []byte, seed int64) int64) Func {
	return hidden(Func{
		Name: name, Kind: Scalar, Doc: "A hash of a value with a seed, as remainder by a number; 0 is none.",
		Overloads: []Overload{{Params: P(notDynamicP("source"), IntP("mod"), IntP("seed")), Returns: Is(table.Long), Eval: hashEval(f)}},
	})
}

// hashEval gives the remainder, of the hash without sign, if there is a second
// argument; the third is a seed.
func hashEval(f func(b []byte, seed int64) int64) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		number := func(k, i int) int64 {
			if k >= len(args) {
				return 0
			}
			n, _ := toLong(orZero(args[k].At(i)))
			return n
		}
		return fill(rows, nil, func(i int) (int64, bool) {
			h := f(hashBytes(args[0].At(i)), number(2, i))
			switch mod := number(1, i); {
			case mod > 0:
				return int64(uint64(h) % uint64(mod)), true
			case len(args) == 2:
				return 0, false
			}
			return h, true
		}), nil
	}
}

func orZero(v table.Value) table.Value {
	if v == nil {
		return int64(0)
	}
	return v
}

// hashBytes are the bytes that a value's fast hash is of.
func hashBytes(v table.Value) []byte {
	switch v := v.(type) {
	case nil:
		return nil
	case bool:
		if v {
			return []byte{1}
		}
		return []byte{0}
	case int32:
		return binary.LittleEndian.AppendUint32(nil, uint32(v))
	case int64:
		return binary.LittleEndian.AppendUint64(nil, uint64(v))
	case float64:
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(v))
	case table.Time:
		return binary.LittleEndian.AppendUint64(nil, uint64(v))
	case table.Duration:
		return binary.LittleEndian.AppendUint64(nil, uint64(v))
	case table.UUID:
		v = mixedEndian(v)
		return v[:]
	default:
		return []byte(table.Text(v))
	}
}

func digestFunc(name, of string, sum func([]byte) []byte, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "The " + of + " of a value's text, in hexadecimal.", Examples: examples,
		Overloads: []Overload{{Params: P(notDynamicP("source")), Returns: Is(table.String), Eval: lift1(texts, sure(func(s string) string { return hex.EncodeToString(sum([]byte(s))) }))}},
	}
}
