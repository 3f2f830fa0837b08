package dynamo

import (
	"context"
	"errors"

	"github.com/aws/smithy-go"

	"bellwether/internal/fault"
)

// classify gives an error of the SDK its kind; nil stays nil. What the retryer would repeat has
// been repeated already. An unknown failure is Retryable, so that it loses no work.
func (t *Table) classify(err error, what string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && !t.retryer.IsErrorRetryable(err) {
		switch api.ErrorCode() {
		case "ValidationException", "SerializationException", "ItemCollectionSizeLimitExceededException":
			return fault.Wrap(err, fault.Invalid, "store_refused", what+": the store refuses it")
		case "AccessDeniedException", "UnrecognizedClientException", "ResourceNotFoundException",
			"InvalidSignatureException", "UnknownOperationException", "IdempotentParameterMismatchException":
			return fault.Wrap(err, fault.Permanent, "store_denied", what+": the store takes no such calls from here")
		}
	}
	return fault.Wrap(err, fault.Retryable, "store_unavailable", what+" now")
}
