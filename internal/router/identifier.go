package router

import (
	"crypto/sha1"
	"encoding/hex"
	"strconv"
)

// partID returns the ID that the gateway gives the part with this number, from 1 on,
// of a route that it splits: a UUID of version 5.
func partID(route string, number int) string {
	// The namespace 7f145bf9-0dce-4f91-98eb-debbce4b9f6b.
	namespace := [16]byte{0x7f, 0x14, 0x5b, 0xf9, 0x0d, 0xce, 0x4f, 0x91, 0x98, 0xeb, 0xde, 0xbb, 0xce, 0x4b, 0x9f, 0x6b}
	sum := sha1.Sum(append(namespace[:], route+"#"+strconv.Itoa(number)...))
	sum[6] = sum[6]&0x0f | 5<<4
	sum[8] = sum[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[:8], sum[:4])
	hex.Encode(text[9:13], sum[4:6])
	hex.Encode(text[14:18], sum[6:8])
	hex.Encode(text[19:23], sum[8:10])
	hex.Encode(text[24:], sum[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
