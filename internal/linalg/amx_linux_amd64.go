//go:build !noasm

package linalg

import "syscall"

// amxPermitted asks the system for the state of tiles, which it keeps for a
// thread only on demand: ARCH_REQ_XCOMP_PERM, Documentation/arch/x86/xstate.rst.
func amxPermitted() bool {
	const request, tileData = 0x1023, 18
	_, _, errno := syscall.RawSyscall(syscall.SYS_ARCH_PRCTL, request, tileData, 0)
	return errno == 0
}
