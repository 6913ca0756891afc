package pgserver

import "syscall"

// endWithParent ends the server also where its owner is killed and cannot do it.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
