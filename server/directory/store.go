package directory

// Store is all that this package needs of the lasting store.
type Store interface {
	AccountStore
	DeviceStore
	IntervalStore
	ResetStore
	DossierStore
	HolderStore
	InvitationStore
	UseStore
	RetentionStore
}
