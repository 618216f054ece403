//go:build !noasm

#include "textflag.h"

// The assembler has no AMX. Of each instruction the bytes are C4, then the
// register extensions and the opcode map (E2: 0F38, without extensions; A2: with
// that of the index), the second source and the prefix (78: none, 7A: F3, 7B: F2;
// bits 3 to 6 are the second source, complemented), the opcode, and the operands.
// Tiles 0 to 3 are of C; 4 and 5 of A, 6 and 7 of B. AX, BX, SI and DI point to
// the high parts of a step, of which rows are CX = 64 bytes apart, the low parts
// 1024 bytes behind; rows of C at DX are R8 bytes apart.

#define LDTILECFG_AX BYTE $0xC4; BYTE $0xE2; BYTE $0x78; BYTE $0x49; BYTE $0x00
#define TILERELEASE BYTE $0xC4; BYTE $0xE2; BYTE $0x78; BYTE $0x49; BYTE $0xC0
#define TILEZERO(modrm) BYTE $0xC4; BYTE $0xE2; BYTE $0x7B; BYTE $0x49; BYTE $modrm
#define TILELOADD(modrm, sib) BYTE $0xC4; BYTE $0xE2; BYTE $0x7B; BYTE $0x4B; BYTE $modrm; BYTE $sib
#define TILELOADLOW(modrm, sib) TILELOADD(modrm, sib); BYTE $0x00; BYTE $0x04; BYTE $0x00; BYTE $0x00
#define TDPBF16PS(b, modrm) BYTE $0xC4; BYTE $0xE2; BYTE $b; BYTE $0x5C; BYTE $modrm
// 0 += 4·6, 1 += 4·7, 2 += 5·6, 3 += 5·7
#define PRODUCTS TDPBF16PS(0x4A, 0xC4); TDPBF16PS(0x42, 0xCC); TDPBF16PS(0x4A, 0xD5); TDPBF16PS(0x42, 0xDD)
#define TILESTORED(modrm) BYTE $0xC4; BYTE $0xA2; BYTE $0x7A; BYTE $0x4B; BYTE $modrm; BYTE $0x02
#define TILESTORED64(modrm) TILESTORED(modrm); BYTE $0x40

// Palette 1; eight tiles of 16 rows of 64 bytes.
DATA amxConfig<>+0(SB)/8, $1
DATA amxConfig<>+8(SB)/8, $0
DATA amxConfig<>+16(SB)/8, $0x0040004000400040
DATA amxConfig<>+24(SB)/8, $0x0040004000400040
DATA amxConfig<>+32(SB)/8, $0
DATA amxConfig<>+40(SB)/8, $0
DATA amxConfig<>+48(SB)/8, $0x1010101010101010
DATA amxConfig<>+56(SB)/8, $0
GLOBL amxConfig<>(SB), RODATA|NOPTR, $64

// func tilesAMX(m, n, depth int, a, b []uint16, c []float32, ldc int)
TEXT ·tilesAMX(SB), NOSPLIT, $0-104
	LEAQ amxConfig<>(SB), AX
	LDTILECFG_AX
	MOVQ depth+16(FP), R10
	SHLQ $11, R10           // bytes of a group
	MOVQ ldc+96(FP), R8
	SHLQ $2, R8
	MOVQ R8, R11
	SHLQ $4, R11            // bytes of 16 rows of C
	MOVQ $64, CX
	MOVQ n+8(FP), R12
	MOVQ b_base+48(FP), R13
	MOVQ c_base+72(FP), R14

columns:
	TESTQ R12, R12
	JLE   done
	MOVQ  m+0(FP), R15
	MOVQ  a_base+24(FP), AX
	MOVQ  R14, DX

rows:
	TESTQ R15, R15
	JLE   next
	TILEZERO(0xC0)
	TILEZERO(0xC8)
	TILEZERO(0xD0)
	TILEZERO(0xD8)
	LEAQ  (AX)(R10*1), BX
	MOVQ  BX, R9            // where the steps end
	MOVQ  R13, SI
	LEAQ  (R13)(R10*1), DI

steps:
	TILELOADLOW(0xA4, 0x08) // 4, behind AX
	TILELOADD(0x34, 0x0E)   // 6, at SI
	TILELOADLOW(0xAC, 0x0B) // 5, behind BX
	TILELOADD(0x3C, 0x0F)   // 7, at DI
	PRODUCTS
	TILELOADD(0x24, 0x08)   // 4, at AX
	TILELOADD(0x2C, 0x0B)   // 5, at BX
	PRODUCTS
	TILELOADLOW(0xB4, 0x0E) // 6, behind SI
	TILELOADLOW(0xBC, 0x0F) // 7, behind DI
	PRODUCTS
	ADDQ  $2048, AX
	ADDQ  $2048, BX
	ADDQ  $2048, SI
	ADDQ  $2048, DI
	CMPQ  AX, R9
	JB    steps
	TILESTORED(0x04)        // 0, at DX
	TILESTORED64(0x4C)      // 1, behind it
	ADDQ  R11, DX
	TILESTORED(0x14)        // 2
	TILESTORED64(0x5C)      // 3
	ADDQ  R11, DX
	MOVQ  BX, AX
	SUBQ  $32, R15
	JMP   rows

next:
	LEAQ (R13)(R10*2), R13
	ADDQ $128, R14
	SUBQ $32, R12
	JMP  columns

done:
	TILERELEASE
	RET
