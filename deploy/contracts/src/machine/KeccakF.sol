// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title KeccakF
/// @notice The permutation Keccak-f[1600] (FIPS 202, section 3), which the EVM has only as a part of KECCAK256.
library KeccakF {
    /// @notice Permutes 25 little-endian lanes of 64 bits at `data` in memory, in place.
    function permute(uint256 data) internal pure {
        assembly ("memory-safe") {
            // The 8 bytes of each of the four numbers in the word, in the opposite order.
            function reverse(x) -> y {
                let m := 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff
                y := or(shl(8, and(x, m)), and(shr(8, x), m))
                m := 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff
                y := or(shl(16, and(y, m)), and(shr(16, y), m))
                m := 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff
                y := or(shl(32, and(y, m)), and(shr(32, y), m))
            }
            function rotate(x, n) -> y {
                y := and(or(shl(n, x), shr(sub(64, n), x)), 0xffffffffffffffff)
            }
            function column(s) -> c {
                c := xor(xor(mload(s), mload(add(s, 160))), xor(mload(add(s, 320)), mload(add(s, 480))))
                c := xor(c, mload(add(s, 640)))
            }
            // Puts a lane where pi moves it; `t` is there already rotated. Gives what was there, with theta done.
            function exchange(where, t, d) -> old {
                old := xor(mload(where), d)
                mstore(where, t)
            }
            // not(b) and c, on 64 bits: c is small enough.
            function chi(where) {
                let a0 := mload(where)
                let a1 := mload(add(where, 32))
                let a2 := mload(add(where, 64))
                let a3 := mload(add(where, 96))
                let a4 := mload(add(where, 128))
                mstore(where, xor(a0, and(not(a1), a2)))
                mstore(add(where, 32), xor(a1, and(not(a2), a3)))
                mstore(add(where, 64), xor(a2, and(not(a3), a4)))
                mstore(add(where, 96), xor(a3, and(not(a4), a0)))
                mstore(add(where, 128), xor(a4, and(not(a0), a1)))
            }

            // Behind the free memory: the lanes, a word each, and the round constants, 8 bytes each.
            let s := mload(0x40)
            let constants := add(s, 800)
            mstore(constants, 0x00000000000000010000000000008082800000000000808a8000000080008000)
            mstore(add(constants, 32), 0x000000000000808b000000008000000180000000800080818000000000008009)
            mstore(add(constants, 64), 0x000000000000008a00000000000000880000000080008009000000008000000a)
            mstore(add(constants, 96), 0x000000008000808b800000000000008b80000000000080898000000000008003)
            mstore(add(constants, 128), 0x80000000000080028000000000000080000000000000800a800000008000000a)
            mstore(add(constants, 160), 0x8000000080008081800000000000808000000000800000018000000080008008)

            for { let i := 0 } lt(i, 28) { i := add(i, 4) } {
                let word := reverse(mload(add(data, shl(3, i))))
                let where := add(s, shl(5, i))
                mstore(where, shr(192, word))
                if eq(i, 24) { break }
                mstore(add(where, 32), and(shr(128, word), 0xffffffffffffffff))
                mstore(add(where, 64), and(shr(64, word), 0xffffffffffffffff))
                mstore(add(where, 96), and(word, 0xffffffffffffffff))
            }

            for { let end := add(constants, 192) } lt(constants, end) { constants := add(constants, 8) } {
                // theta: what each lane of a column is changed by
                let c0 := column(s)
                let c1 := column(add(s, 32))
                let c2 := column(add(s, 64))
                let c3 := column(add(s, 96))
                let c4 := column(add(s, 128))
                let d0 := xor(c4, rotate(c1, 1))
                let d1 := xor(c0, rotate(c2, 1))
                let d2 := xor(c1, rotate(c3, 1))
                let d3 := xor(c2, rotate(c4, 1))
                let d4 := xor(c3, rotate(c0, 1))

                // theta's change, rho and pi: pi is one cycle through all lanes but the first
                mstore(s, xor(mload(s), d0))
                let t := xor(mload(add(s, 32)), d1)
                t := exchange(add(s, 320), rotate(t, 1), d0)
                t := exchange(add(s, 224), rotate(t, 3), d2)
                t := exchange(add(s, 352), rotate(t, 6), d1)
                t := exchange(add(s, 544), rotate(t, 10), d2)
                t := exchange(add(s, 576), rotate(t, 15), d3)
                t := exchange(add(s, 96), rotate(t, 21), d3)
                t := exchange(add(s, 160), rotate(t, 28), d0)
                t := exchange(add(s, 512), rotate(t, 36), d1)
                t := exchange(add(s, 256), rotate(t, 45), d3)
                t := exchange(add(s, 672), rotate(t, 55), d1)
                t := exchange(add(s, 768), rotate(t, 2), d4)
                t := exchange(add(s, 128), rotate(t, 14), d4)
                t := exchange(add(s, 480), rotate(t, 27), d0)
                t := exchange(add(s, 736), rotate(t, 41), d3)
                t := exchange(add(s, 608), rotate(t, 56), d4)
                t := exchange(add(s, 416), rotate(t, 8), d3)
                t := exchange(add(s, 384), rotate(t, 25), d2)
                t := exchange(add(s, 64), rotate(t, 43), d2)
                t := exchange(add(s, 640), rotate(t, 62), d0)
                t := exchange(add(s, 448), rotate(t, 18), d4)
                t := exchange(add(s, 704), rotate(t, 39), d2)
                t := exchange(add(s, 288), rotate(t, 61), d4)
                t := exchange(add(s, 192), rotate(t, 20), d1)
                mstore(add(s, 32), rotate(t, 44))

                chi(s)
                chi(add(s, 160))
                chi(add(s, 320))
                chi(add(s, 480))
                chi(add(s, 640))

                // iota
                mstore(s, xor(mload(s), shr(192, mload(constants))))
            }

            for { let i := 0 } lt(i, 24) { i := add(i, 4) } {
                let where := add(s, shl(5, i))
                let upper := or(shl(192, mload(where)), shl(128, mload(add(where, 32))))
                let lower := or(shl(64, mload(add(where, 64))), mload(add(where, 96)))
                mstore(add(data, shl(3, i)), reverse(or(upper, lower)))
            }
            // The last lane, and the 24 bytes that are behind it.
            let last := shl(192, reverse(mload(add(s, 768))))
            mstore(add(data, 192), or(last, shr(64, shl(64, mload(add(data, 192))))))
        }
    }
}
