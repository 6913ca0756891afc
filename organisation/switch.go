package organisation

import "errors"

// parseSwitch reads what people write for yes and no.
func parseSwitch(text string) (on bool, err error) {
	switch text {
	case "on", "true", "yes":
		return true, nil
	case "off", "false", "no":
		return false, nil
	default:
		return false, errors.New("must be on or off")
	}
}
