// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPreimageOracle, scopeLocalKey} from "./IPreimageOracle.sol";
import {IStep} from "./IStep.sol";
import {KeccakF} from "./KeccakF.sol";

/// @title Step
/// @notice Executes one step of the fault-proof machine, whose definition stands in prover/vm/machine.h; the emulator
///         there and this contract are the same machine, bit for bit.
///
///         State, packed big-endian, 338 bytes:
///           memory root 32 | pc 8 | x1..x31 31*8 | step 8 | preimage key 32 | preimage offset 8 | exited 1 | exit code 1
///         State hash: keccak256 of it, first byte replaced by the status (0 valid, 1 invalid, 2 panic, 3 unfinished).
///
///         Memory is a Merkle tree of depth 27 over leaves of 32 bytes; a leaf's node is the leaf itself, an inner
///         node is keccak256(left | right).
///
///         Witness:
///           state 338
///           code leaf 32 | 27 siblings    unless exited, or pc is no valid address
///           data leaf 32 | 27 siblings    a load or a store at a valid address, ORACLE_KEY, ORACLE_READ likewise
///           block 256 | 24 siblings       KECCAK_F likewise
///         Siblings are 32 bytes each, from the leaf's upwards. There is nothing else in it.
/// @dev Everything runs unchecked: the machine's numbers wrap, and ours (offsets, lengths) are far from their bounds.
contract Step is IStep {
    /// @notice The witness is not as long as this step needs it.
    error WrongWitnessLength(uint256 actual, uint256 expected);
    /// @notice No machine can be in this state.
    error ImpossibleState(uint256 exited, uint256 exitCode);
    /// @notice A leaf is not under the state's memory root.
    error WrongProof(uint256 leafAddress);
    /// @notice The oracle says that it read more than it can.
    error WrongOracleAnswer(uint256 length);

    // The state's fields. Register i is at PC + 8 * i; there is no x0.
    uint256 private constant ROOT = 0;
    uint256 private constant PC = 32;
    uint256 private constant STEP = 288;
    uint256 private constant KEY = 296;
    uint256 private constant OFFSET = 328;
    uint256 private constant EXITED = 336;
    uint256 private constant STATE_SIZE = 338;

    // The parts of a witness.
    uint256 private constant DEPTH = 27;
    uint256 private constant LEAF_PROOF = 32 + DEPTH * 32;
    uint256 private constant BLOCK_SIZE = 256;
    uint256 private constant BLOCK_DEPTH = 24;
    uint256 private constant BLOCK_PROOF = BLOCK_SIZE + BLOCK_DEPTH * 32;
    uint256 private constant DATA = STATE_SIZE + LEAF_PROOF;

    uint256 private constant MEMORY_SIZE = 1 << 32;

    uint256 private constant VALID = 0;
    uint256 private constant PANIC = 2;
    uint256 private constant UNFINISHED = 3;

    uint256 private constant A0 = 10;
    uint256 private constant A7 = 17;

    uint64 private constant ALL_ONES = type(uint64).max;

    IPreimageOracle public immutable oracle;

    constructor(IPreimageOracle oracle_) {
        oracle = oracle_;
    }

    /// @inheritdoc IStep
    function preStateHash(bytes calldata witness) external pure returns (bytes32) {
        return _hash(_state(witness));
    }

    /// @inheritdoc IStep
    function step(bytes calldata witness, bytes32 localContext) external view returns (bytes32) {
        unchecked {
            uint256 state = _state(witness);
            if (_exited(state) != 0) {
                _expectLength(witness, STATE_SIZE);
                return _hash(state);
            }
            uint64 pc = _number(state + PC);
            bool defined;
            if (_isAddress(pc, 4)) {
                defined = _execute(witness, localContext, state, pc, _fetch(witness, state, pc));
            } else {
                _expectLength(witness, STATE_SIZE);
            }
            if (!defined) _exit(state, PANIC);
            _setNumber(state + STEP, _number(state + STEP) + 1);
            return _hash(state);
        }
    }

    // ---------------------------------------------------------------- instructions

    function _fetch(bytes calldata witness, uint256 state, uint64 pc) private pure returns (uint256) {
        unchecked {
            if (witness.length < DATA) revert WrongWitnessLength(witness.length, DATA);
            uint256 leaf = _provenLeaf(witness, STATE_SIZE, state, pc);
            return _fromLeaf(leaf, pc, 4);
        }
    }

    /// @return False if the instruction is not defined or may not do what it does: PANIC. Nothing has changed then.
    function _execute(bytes calldata witness, bytes32 localContext, uint256 state, uint64 pc, uint256 instruction)
        private
        view
        returns (bool)
    {
        unchecked {
            uint256 opcode = instruction & 0x7f;
            if (opcode == 0x03) return _load(witness, state, pc, instruction);
            if (opcode == 0x23) return _store(witness, state, pc, instruction);
            if (instruction == 0x73) return _ecall(witness, localContext, state, pc);
            _expectLength(witness, DATA);
            if (opcode == 0x63) return _branch(state, pc, instruction);

            uint64 value;
            uint64 next = pc + 4;
            bool defined = true;
            if (opcode == 0x37) {
                value = _immediateU(instruction);
            } else if (opcode == 0x17) {
                value = pc + _immediateU(instruction);
            } else if (opcode == 0x6f) {
                value = next;
                next = pc + _immediateJ(instruction);
            } else if (opcode == 0x67) {
                value = next;
                next = (_register(state, instruction >> 15) + _immediateI(instruction)) & ~uint64(1);
                defined = _funct3(instruction) == 0;
            } else if (opcode == 0x0f) {
                // FENCE writes no register, whatever its fields say.
                if (_funct3(instruction) != 0) return false;
                _setNumber(state + PC, next);
                return true;
            } else {
                (defined, value) = _compute(state, opcode, instruction);
            }
            if (!defined) return false;
            _setRegister(state, instruction >> 7, value);
            _setNumber(state + PC, next);
            return true;
        }
    }

    function _branch(uint256 state, uint64 pc, uint256 instruction) private pure returns (bool) {
        unchecked {
            uint64 a = _register(state, instruction >> 15);
            uint64 b = _register(state, instruction >> 20);
            uint256 kind = _funct3(instruction);
            bool taken;
            if (kind < 2) taken = a == b;
            else if (kind < 4) return false;
            else if (kind < 6) taken = int64(a) < int64(b);
            else taken = a < b;
            // Odd kinds are the negations: BNE, BGE, BGEU.
            if (kind & 1 == 1) taken = !taken;
            _setNumber(state + PC, pc + (taken ? _immediateB(instruction) : 4));
            return true;
        }
    }

    /// @dev funct3: the width's logarithm, and 4 for zero extension; LDU does not exist.
    function _load(bytes calldata witness, uint256 state, uint64 pc, uint256 instruction) private pure returns (bool) {
        unchecked {
            uint256 kind = _funct3(instruction);
            uint256 width = 1 << (kind & 3);
            uint64 where = _register(state, instruction >> 15) + _immediateI(instruction);
            if (kind == 7 || !_isAddress(where, width)) {
                _expectLength(witness, DATA);
                return false;
            }
            _expectLength(witness, DATA + LEAF_PROOF);
            uint256 value = _fromLeaf(_provenLeaf(witness, DATA, state, where), where, width);
            if (kind < 4) value = _signExtend(value, width * 8);
            _setRegister(state, instruction >> 7, uint64(value));
            _setNumber(state + PC, pc + 4);
            return true;
        }
    }

    function _store(bytes calldata witness, uint256 state, uint64 pc, uint256 instruction) private pure returns (bool) {
        unchecked {
            uint256 kind = _funct3(instruction);
            uint256 width = 1 << kind;
            uint64 where = _register(state, instruction >> 15) + _immediateS(instruction);
            if (kind > 3 || !_isAddress(where, width)) {
                _expectLength(witness, DATA);
                return false;
            }
            _expectLength(witness, DATA + LEAF_PROOF);
            uint256 leaf = _provenLeaf(witness, DATA, state, where);
            leaf = _intoLeaf(leaf, where, width, _register(state, instruction >> 20));
            _replaceLeaf(witness, state, where, leaf);
            _setNumber(state + PC, pc + 4);
            return true;
        }
    }

    /// @dev The four opcodes that only compute.
    function _compute(uint256 state, uint256 opcode, uint256 instruction)
        private
        pure
        returns (bool defined, uint64 value)
    {
        unchecked {
            uint256 funct3 = _funct3(instruction);
            uint256 funct7 = instruction >> 25;
            uint64 a = _register(state, instruction >> 15);
            if (opcode == 0x33 || opcode == 0x3b) {
                uint64 b = _register(state, instruction >> 20);
                if (opcode == 0x33) {
                    return funct7 == 1 ? (true, _multiply(funct3, a, b)) : _basic(funct3, funct7, a, b, 63);
                }
                return funct7 == 1 ? _multiplyWord(funct3, a, b) : _basicWord(funct3, funct7, a, b);
            }
            if (opcode != 0x13 && opcode != 0x1b) return (false, 0);
            // Immediates: as with registers, but the upper bits mean something only in shifts (and there is no SUBI).
            bool isShift = funct3 & 3 == 1;
            uint64 immediate = _immediateI(instruction);
            if (opcode == 0x13) return _basic(funct3, isShift ? funct7 & 0x7e : 0, a, immediate, 63);
            if (!isShift && funct3 != 0) return (false, 0);
            return _basicWord(funct3, isShift ? funct7 : 0, a, immediate);
        }
    }

    /// @dev RV64I, by funct3; funct7 is 0, or 0x20 for SUB and SRA. The lower bits of b are the amount of a shift.
    function _basic(uint256 funct3, uint256 funct7, uint64 a, uint64 b, uint64 shiftMask)
        private
        pure
        returns (bool, uint64)
    {
        unchecked {
            if (funct7 == 0x20) {
                if (funct3 == 0) return (true, a - b);
                if (funct3 == 5) return (true, uint64(int64(a) >> (b & shiftMask)));
                return (false, 0);
            }
            if (funct7 != 0) return (false, 0);
            if (funct3 == 0) return (true, a + b);
            if (funct3 == 1) return (true, a << (b & shiftMask));
            if (funct3 == 2) return (true, int64(a) < int64(b) ? 1 : 0);
            if (funct3 == 3) return (true, a < b ? 1 : 0);
            if (funct3 == 4) return (true, a ^ b);
            if (funct3 == 5) return (true, a >> (b & shiftMask));
            if (funct3 == 6) return (true, a | b);
            return (true, a & b);
        }
    }

    /// @dev ADDW, SUBW and the shifts: on the lower halves, the result sign-extended.
    function _basicWord(uint256 funct3, uint256 funct7, uint64 a, uint64 b) private pure returns (bool, uint64) {
        unchecked {
            if (funct3 != 0 && funct3 & 3 != 1) return (false, 0);
            // The shifts to the right have to bring in the right bits.
            uint64 extended = funct7 == 0x20 ? _word(a) : uint64(uint32(a));
            (bool defined, uint64 value) = _basic(funct3, funct7, extended, b, 31);
            return (defined, _word(value));
        }
    }

    /// @dev RV64M. Division by zero and overflow as RISC-V 20191213, table 7.1, has it.
    function _multiply(uint256 funct3, uint64 a, uint64 b) private pure returns (uint64) {
        unchecked {
            if (funct3 == 0) return a * b;
            if (funct3 == 1) return uint64(uint256(int256(int64(a)) * int256(int64(b))) >> 64);
            if (funct3 == 2) return uint64(uint256(int256(int64(a)) * int256(uint256(b))) >> 64);
            if (funct3 == 3) return uint64((uint256(a) * uint256(b)) >> 64);
            if (funct3 == 4) return _divide(a, b);
            if (funct3 == 5) return b == 0 ? ALL_ONES : a / b;
            if (funct3 == 6) return _remainder(a, b);
            return b == 0 ? a : a % b;
        }
    }

    /// @dev MULW, DIVW, DIVUW, REMW, REMUW. On extended operands the 64-bit rules give the right lower half.
    function _multiplyWord(uint256 funct3, uint64 a, uint64 b) private pure returns (bool, uint64) {
        unchecked {
            if (funct3 != 0 && funct3 < 4) return (false, 0);
            // Odd: unsigned.
            bool isSigned = funct3 & 1 == 0;
            a = isSigned ? _word(a) : uint64(uint32(a));
            b = isSigned ? _word(b) : uint64(uint32(b));
            return (true, _word(_multiply(funct3, a, b)));
        }
    }

    function _divide(uint64 a, uint64 b) private pure returns (uint64) {
        unchecked {
            if (b == 0) return ALL_ONES;
            if (b == ALL_ONES) return 0 - a;
            return uint64(int64(a) / int64(b));
        }
    }

    function _remainder(uint64 a, uint64 b) private pure returns (uint64) {
        unchecked {
            if (b == 0) return a;
            if (b == ALL_ONES) return 0;
            return uint64(int64(a) % int64(b));
        }
    }

    // ---------------------------------------------------------------- ecalls

    function _ecall(bytes calldata witness, bytes32 localContext, uint256 state, uint64 pc)
        private
        view
        returns (bool)
    {
        unchecked {
            uint64 number = _register(state, A7);
            uint64 argument = _register(state, A0);
            if (number == 0) {
                _expectLength(witness, DATA);
                _exit(state, argument > 255 ? PANIC : argument);
                return true;
            }
            uint64 result;
            if (number == 3) {
                if (!_isAddress(argument, BLOCK_SIZE)) {
                    _expectLength(witness, DATA);
                    return false;
                }
                _expectLength(witness, DATA + BLOCK_PROOF);
                _keccakF(witness, state, argument);
            } else if (number == 1 || number == 2) {
                if (!_isAddress(argument, 32)) {
                    _expectLength(witness, DATA);
                    return false;
                }
                _expectLength(witness, DATA + LEAF_PROOF);
                uint256 leaf = _provenLeaf(witness, DATA, state, argument);
                if (number == 1) _setKey(state, leaf);
                else result = _readPreimage(witness, localContext, state, argument);
            } else {
                _expectLength(witness, DATA);
                if (number != 4) return false;
            }
            _setRegister(state, A0, result);
            _setNumber(state + PC, pc + 4);
            return true;
        }
    }

    function _setKey(uint256 state, uint256 key) private pure {
        assembly ("memory-safe") {
            mstore(add(state, KEY), key)
        }
        _setNumber(state + OFFSET, 0);
    }

    /// @return How many bytes are valid.
    function _readPreimage(bytes calldata witness, bytes32 localContext, uint256 state, uint64 where)
        private
        view
        returns (uint64)
    {
        unchecked {
            bytes32 key;
            assembly ("memory-safe") {
                key := mload(add(state, KEY))
            }
            if (uint256(key) >> 248 == 1) key = scopeLocalKey(key, msg.sender, localContext);
            uint64 offset = _number(state + OFFSET);
            (bytes32 data, uint256 length) = oracle.readPreimage(key, offset);
            if (length > 32) revert WrongOracleAnswer(length);
            // Zeros behind the end, whatever the oracle has there.
            uint256 leaf = length == 0 ? 0 : uint256(data) & (type(uint256).max << (256 - 8 * length));
            _replaceLeaf(witness, state, where, leaf);
            _setNumber(state + OFFSET, offset + uint64(length));
            return uint64(length);
        }
    }

    function _keccakF(bytes calldata witness, uint256 state, uint64 where) private pure {
        unchecked {
            uint256 place = DATA;
            uint256 data;
            assembly ("memory-safe") {
                data := mload(0x40)
                mstore(0x40, add(data, BLOCK_SIZE))
                calldatacopy(data, add(witness.offset, place), BLOCK_SIZE)
            }
            uint256 siblings = DATA + BLOCK_SIZE;
            uint256 path = where >> 8;
            uint256 root = _climb(witness, siblings, BLOCK_DEPTH, path, _blockNode(data));
            if (root != _word256(state + ROOT)) revert WrongProof(where);
            KeccakF.permute(data);
            root = _climb(witness, siblings, BLOCK_DEPTH, path, _blockNode(data));
            _setRoot(state, root);
        }
    }

    // ---------------------------------------------------------------- memory

    /// @dev A multiple of the width, which is a power of two, and in the memory.
    function _isAddress(uint64 where, uint256 width) private pure returns (bool) {
        unchecked {
            return where < MEMORY_SIZE && where & (width - 1) == 0;
        }
    }

    /// @dev The leaf at `place` in the witness, which is the one around address `where`.
    function _provenLeaf(bytes calldata witness, uint256 place, uint256 state, uint64 where)
        private
        pure
        returns (uint256 leaf)
    {
        unchecked {
            assembly ("memory-safe") {
                leaf := calldataload(add(witness.offset, place))
            }
            uint256 root = _climb(witness, place + 32, DEPTH, where >> 5, leaf);
            if (root != _word256(state + ROOT)) revert WrongProof(where);
        }
    }

    /// @dev Puts another leaf in the place of the data leaf, whose proof has been checked.
    function _replaceLeaf(bytes calldata witness, uint256 state, uint64 where, uint256 leaf) private pure {
        unchecked {
            _setRoot(state, _climb(witness, DATA + 32, DEPTH, where >> 5, leaf));
        }
    }

    /// @dev The root over `node`: `depth` siblings are at `place` in the witness, the lowest bit of `path` says on
    ///      which side the lowest is.
    function _climb(bytes calldata witness, uint256 place, uint256 depth, uint256 path, uint256 node)
        private
        pure
        returns (uint256 root)
    {
        assembly ("memory-safe") {
            let where := add(witness.offset, place)
            for { let end := add(where, shl(5, depth)) } lt(where, end) { where := add(where, 32) } {
                let side := shl(5, and(path, 1))
                mstore(side, node)
                mstore(xor(side, 32), calldataload(where))
                node := keccak256(0, 64)
                path := shr(1, path)
            }
            root := node
        }
    }

    /// @dev The node over the eight leaves at `data` in our memory.
    function _blockNode(uint256 data) private pure returns (uint256 node) {
        assembly ("memory-safe") {
            function over(left, right) -> parent {
                mstore(0, left)
                mstore(32, right)
                parent := keccak256(0, 64)
            }
            let a := over(keccak256(data, 64), keccak256(add(data, 64), 64))
            let b := over(keccak256(add(data, 128), 64), keccak256(add(data, 192), 64))
            node := over(a, b)
        }
    }

    /// @dev `width` bytes of the leaf as the machine reads them: little-endian.
    function _fromLeaf(uint256 leaf, uint64 where, uint256 width) private pure returns (uint256) {
        unchecked {
            uint256 top = (leaf << (8 * (where & 31))) >> (256 - 8 * width);
            return _reverse(top << (64 - 8 * width));
        }
    }

    /// @dev The leaf with `width` bytes of the value in it.
    function _intoLeaf(uint256 leaf, uint64 where, uint256 width, uint64 value) private pure returns (uint256) {
        unchecked {
            uint256 shift = 256 - 8 * ((where & 31) + width);
            uint256 mask = ((1 << (8 * width)) - 1) << shift;
            uint256 bytesOfValue = _reverse(value) >> (64 - 8 * width);
            return (leaf & ~mask) | (bytesOfValue << shift);
        }
    }

    /// @dev The 8 bytes of the number in the opposite order.
    function _reverse(uint256 x) private pure returns (uint256) {
        unchecked {
            x = ((x & 0x00ff00ff00ff00ff) << 8) | ((x >> 8) & 0x00ff00ff00ff00ff);
            x = ((x & 0x0000ffff0000ffff) << 16) | ((x >> 16) & 0x0000ffff0000ffff);
            return ((x & 0x00000000ffffffff) << 32) | (x >> 32);
        }
    }

    // ---------------------------------------------------------------- fields of an instruction

    function _funct3(uint256 instruction) private pure returns (uint256) {
        return (instruction >> 12) & 7;
    }

    /// @dev The lower `width` bits, the highest of which is the sign, on 64 bits.
    function _signExtend(uint256 value, uint256 width) private pure returns (uint64) {
        unchecked {
            uint256 sign = 1 << (width - 1);
            return uint64((value ^ sign) - sign);
        }
    }

    function _immediateI(uint256 instruction) private pure returns (uint64) {
        return _signExtend(instruction >> 20, 12);
    }

    function _immediateS(uint256 instruction) private pure returns (uint64) {
        return _signExtend(((instruction >> 20) & 0xfe0) | ((instruction >> 7) & 0x1f), 12);
    }

    function _immediateB(uint256 instruction) private pure returns (uint64) {
        uint256 upper = ((instruction >> 19) & 0x1000) | ((instruction << 4) & 0x800);
        return _signExtend(upper | ((instruction >> 20) & 0x7e0) | ((instruction >> 7) & 0x1e), 13);
    }

    function _immediateU(uint256 instruction) private pure returns (uint64) {
        return _signExtend(instruction & 0xfffff000, 32);
    }

    function _immediateJ(uint256 instruction) private pure returns (uint64) {
        uint256 upper = ((instruction >> 11) & 0x100000) | (instruction & 0xff000);
        return _signExtend(upper | ((instruction >> 9) & 0x800) | ((instruction >> 20) & 0x7fe), 21);
    }

    /// @dev The lower half, sign-extended.
    function _word(uint64 value) private pure returns (uint64) {
        return uint64(int64(int32(uint32(value))));
    }

    // ---------------------------------------------------------------- the state, in our memory

    /// @dev Where the copy of the witness's state is.
    function _state(bytes calldata witness) private pure returns (uint256 state) {
        unchecked {
            if (witness.length < STATE_SIZE) revert WrongWitnessLength(witness.length, STATE_SIZE);
            assembly ("memory-safe") {
                state := mload(0x40)
                // Room for whole words behind it, at a multiple of 32.
                mstore(0x40, add(state, 384))
                calldatacopy(state, witness.offset, STATE_SIZE)
            }
            uint256 exited = _exited(state);
            uint256 code = _exitCode(state);
            if (exited > 1 || (exited == 0 && code != 0)) revert ImpossibleState(exited, code);
        }
    }

    function _expectLength(bytes calldata witness, uint256 length) private pure {
        if (witness.length != length) revert WrongWitnessLength(witness.length, length);
    }

    function _hash(uint256 state) private pure returns (bytes32) {
        unchecked {
            uint256 code = _exitCode(state);
            uint256 status = _exited(state) == 0 ? UNFINISHED : code < PANIC ? code : PANIC;
            uint256 digest;
            assembly ("memory-safe") {
                digest := keccak256(state, STATE_SIZE)
            }
            return bytes32((digest & (type(uint256).max >> 8)) | (status << 248));
        }
    }

    function _exited(uint256 state) private pure returns (uint256 flag) {
        assembly ("memory-safe") {
            flag := byte(0, mload(add(state, EXITED)))
        }
    }

    function _exitCode(uint256 state) private pure returns (uint256 code) {
        assembly ("memory-safe") {
            code := byte(1, mload(add(state, EXITED)))
        }
    }

    function _exit(uint256 state, uint256 code) private pure {
        assembly ("memory-safe") {
            mstore8(add(state, EXITED), 1)
            mstore8(add(state, add(EXITED, 1)), code)
        }
    }

    function _word256(uint256 where) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(where)
        }
    }

    function _setRoot(uint256 state, uint256 root) private pure {
        assembly ("memory-safe") {
            mstore(state, root)
        }
    }

    function _number(uint256 where) private pure returns (uint64 value) {
        assembly ("memory-safe") {
            value := shr(192, mload(where))
        }
    }

    function _setNumber(uint256 where, uint64 value) private pure {
        assembly ("memory-safe") {
            mstore(where, or(shl(192, value), shr(64, shl(64, mload(where)))))
        }
    }

    /// @dev Only the lower five bits of the index count.
    function _register(uint256 state, uint256 index) private pure returns (uint64) {
        unchecked {
            index &= 31;
            return index == 0 ? 0 : _number(state + PC + 8 * index);
        }
    }

    function _setRegister(uint256 state, uint256 index, uint64 value) private pure {
        unchecked {
            index &= 31;
            if (index != 0) _setNumber(state + PC + 8 * index, value);
        }
    }
}
