// Package directory answers for those who look after a tenant's accounts: who there is, what each has, what is to
// become of them, and what is kept about one person. It is for API keys with the scope admin and sees the caller's
// tenant only; what another tenant has is as unknown as what does not exist.
//
// It owns how accounts are read and shown. It does not know what an account may do: that is policy; nor how what was
// changed is announced: that follows from the events which the store writes with every change.
package directory
