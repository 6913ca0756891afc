package kms

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
	"github.com/tink-crypto/tink-go-awskms/v3/integration/awskms"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// openAWS takes credentials and address as every AWS client does: from the environment, the files in ~/.aws, or the machine's role.
func openAWS(ctx context.Context, uri string) (tink.AEADWithContext, error) {
	return awskms.NewAEADWithContext(ctx, uri[len("aws-kms://"):])
}

func awsReason(err error) error {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return nil
	}
	switch answer.ErrorCode() {
	case "IncorrectKeyException", "InvalidCiphertextException":
		return fmt.Errorf("%w (%s)", ErrForeign, answer.ErrorCode())
	case "NotFoundException", "DisabledException", "KMSInvalidStateException", "InvalidKeyUsageException", "InvalidArnException":
		return fmt.Errorf("%w (%s)", ErrKey, answer.ErrorCode())
	}
	if answer.ErrorFault() == smithy.FaultServer || answer.ErrorCode() == "ThrottlingException" {
		return nil
	}
	return fmt.Errorf("%w (%s)", ErrDenied, answer.ErrorCode())
}
