package pgtest

import "syscall"

// endWithParent ends the server also where the test binary is killed and cannot do it.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
