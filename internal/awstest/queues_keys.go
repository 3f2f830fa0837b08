package awstest

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// Message is one message of a SendMessageBatch call.
type Message struct {
	ID           string `json:"Id"`
	MessageBody  string
	DelaySeconds int
}

// Messages are those of a SendMessageBatch call.
func (c Call) Messages() []Message {
	var in struct{ Entries []Message }
	if json.Unmarshal(c.Body, &in) != nil {
		return nil
	}
	return in.Entries
}

// QueueURL is where a SendMessageBatch call sends to.
func (c Call) QueueURL() string {
	var in struct {
		QueueURL string `json:"QueueUrl"`
	}
	_ = json.Unmarshal(c.Body, &in)
	return in.QueueURL
}

// BatchResults is the answer to a SendMessageBatch call in which the messages at the given places were
// not taken, with the code; sender says that they were ours to blame.
func BatchResults(c Call, codes map[int]string, sender bool) *Response {
	out := struct{ Successful, Failed []map[string]any }{[]map[string]any{}, []map[string]any{}}
	for i, m := range c.Messages() {
		if code, failed := codes[i]; failed {
			out.Failed = append(out.Failed, map[string]any{"Id": m.ID, "Code": code, "Message": "injected", "SenderFault": sender})
			continue
		}
		out.Successful = append(out.Successful, map[string]any{"Id": m.ID, "MessageId": "m-" + strconv.Itoa(i), "MD5OfMessageBody": md5Of(m.MessageBody)})
	}
	return encoded(out)
}

func encoded(v any) *Response {
	body, err := json.Marshal(v)
	if err != nil {
		return &Response{Status: http.StatusInternalServerError}
	}
	return &Response{Status: http.StatusOK, Body: string(body)}
}

// Key is which key a call of KMS names, and its encryption context.
func (c Call) Key() (id string, context map[string]string) {
	var in struct {
		KeyID             string `json:"KeyId"`
		EncryptionContext map[string]string
	}
	_ = json.Unmarshal(c.Body, &in)
	return in.KeyID, in.EncryptionContext
}

// dataKey makes a data key that the context and the key's id determine, and its encrypted form: a digest
// of both behind a random part. It hides nothing, and is refused like KMS's where the context differs.
func (s *Server) dataKey(c Call) *Response {
	s.keys++
	nonce := []byte(fmt.Sprintf("%08d", s.keys))
	return encoded(map[string]any{"KeyId": keyOf(c), "Plaintext": plainKey(c, nonce), "CiphertextBlob": append(nonce, seal(c, nonce)...)})
}

func decrypt(c Call) *Response {
	var in struct{ CiphertextBlob []byte }
	if json.Unmarshal(c.Body, &in) != nil || len(in.CiphertextBlob) < 8 || !bytes.Equal(in.CiphertextBlob[8:], seal(c, in.CiphertextBlob[:8])) {
		return &Response{Status: http.StatusBadRequest, Type: "InvalidCiphertextException"}
	}
	return encoded(map[string]any{"KeyId": keyOf(c), "Plaintext": plainKey(c, in.CiphertextBlob[:8])})
}

func keyOf(c Call) string {
	id, _ := c.Key()
	return id
}

func plainKey(c Call, nonce []byte) []byte { return digest("plain", c, nonce) }
func seal(c Call, nonce []byte) []byte     { return digest("sealed", c, nonce) }

func digest(what string, c Call, nonce []byte) []byte {
	id, context := c.Key()
	h := sha256.New()
	fmt.Fprintf(h, "%s %q %q", what, id, nonce)
	for _, name := range slices.Sorted(maps.Keys(context)) {
		fmt.Fprintf(h, " %q=%q", name, context[name])
	}
	return h.Sum(nil)
}

// md5Of is what SQS answers with each message, and the SDK compares.
func md5Of(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}
