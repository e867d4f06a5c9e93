// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPreimageOracle, scopeLocalKey} from "./IPreimageOracle.sol";

/// @dev What the oracle reads of the inbox.
interface IEntryLinks {
    function entryCount() external view returns (uint256);
    function entryLink(uint256 index) external view returns (bytes32);
}

/// @title PreimageOracle
/// @notice Holds what the fault-proof machine reads, in parts of 32 bytes: part `offset` of a preimage is the 32 bytes
///         from there of (length, 8 bytes big-endian | preimage), with zeros behind the end. Offsets 0 to 8 + length
///         can be loaded, the last of them being the empty part that tells the machine of the end.
///
///         Anyone loads anything true: a part is a function of its key and offset alone, whoever brings it, so
///         loading twice changes nothing, and nobody can be got ahead of. There are no large preimages in several
///         transactions: the longest that the machine asks for, a payload of 120,000 bytes, fits into one.
contract PreimageOracle is IPreimageOracle {
    /// @notice That part of the preimage is not here yet.
    error PartMissing(bytes32 key, uint256 offset);
    /// @notice The part would start behind the preimage's end.
    error OffsetBehindEnd(uint256 offset, uint256 end);
    /// @notice A local preimage is a word or a part of one.
    error BadLocalSize(uint256 size);
    /// @notice Local preimages are numbered with at most 31 bytes.
    error BadLocalIndex(uint256 index);
    /// @notice The inbox has no such entry.
    error NoSuchEntry(uint256 index);
    /// @notice Not a precompiled contract that L2 has.
    error NotAPrecompile(address account);
    /// @notice L2 refuses calls that need so much.
    error RequiredGasTooHigh(uint64 requiredGas);
    /// @notice The call would get less than `requiredGas`: send more along.
    error NotEnoughGas(uint256 available, uint256 needed);
    /// @notice This L1 lacks a precompiled contract that L2 has.
    error PrecompileMissing(address account);

    /// @dev `lengthPlusOne` is zero where the part is missing.
    struct Part {
        bytes32 data;
        uint8 lengthPlusOne;
    }

    /// @notice The most gas that L2 lets a precompiled contract take: it must be re-playable in one L1 transaction.
    uint64 public constant maxRequiredGas = 10_000_000;
    /// @dev What the oracle needs between its look at the gas and the call.
    uint256 private constant GAS_MARGIN = 2000;
    address private constant P256VERIFY = address(0x100);
    address private constant LAST_LOW_PRECOMPILE = address(0x11);

    /// @notice Where the links of entries are read.
    IEntryLinks public immutable inbox;

    mapping(bytes32 key => mapping(uint256 offset => Part)) private parts;

    /// @notice A part is here now.
    event PartLoaded(bytes32 indexed key, uint256 indexed offset);

    constructor(IEntryLinks inbox_) {
        inbox = inbox_;
        _checkPrecompiles();
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IPreimageOracle
    function readPreimage(bytes32 key, uint256 offset) external view returns (bytes32 data, uint256 length) {
        if (uint8(key[0]) == 3) return _entryPart(uint256(key) & (type(uint256).max >> 8), offset);
        Part storage part = parts[key][offset];
        length = part.lengthPlusOne;
        if (length == 0) revert PartMissing(key, offset);
        return (part.data, length - 1);
    }

    function _entryPart(uint256 index, uint256 offset) private view returns (bytes32 data, uint256 length) {
        if (index >= inbox.entryCount()) revert NoSuchEntry(index);
        return _wordPart(inbox.entryLink(index), 32, offset);
    }

    // ---------------------------------------------------------------- loading

    /// @notice Loads a part of a preimage, to be found by its hash.
    function loadKeccak(uint256 offset, bytes calldata preimage) external returns (bytes32 key) {
        key = _typed(2, keccak256(preimage));
        _load(key, offset, abi.encodePacked(uint64(preimage.length), preimage));
    }

    /// @notice Loads a part of a local preimage of the caller's.
    /// @param index        Its number, as in the machine's key.
    /// @param localContext What the caller will step the machine with.
    /// @param word         The preimage, left-aligned.
    /// @param size         How many bytes of the word it has; the others must not matter.
    function loadLocal(uint256 index, bytes32 localContext, bytes32 word, uint256 size, uint256 offset)
        external
        returns (bytes32 key)
    {
        if (index >> 248 != 0) revert BadLocalIndex(index);
        if (size > 32) revert BadLocalSize(size);
        key = scopeLocalKey(bytes32((1 << 248) | index), msg.sender, localContext);
        (bytes32 data, uint256 length) = _wordPart(word, size, offset);
        _store(key, offset, data, length);
    }

    /// @notice Calls a precompiled contract and loads a part of (1 | output), or of (0) if it fails.
    /// @param requiredGas What the call costs at L2's rules. It is a part of the key, and exactly what the call gets:
    ///                    who loads it can't make it fail for lack of gas. A key with another figure than L2's rules
    ///                    give is one that the machine never asks for.
    /// @dev An L1 upgrade that makes a precompiled contract dearer than L2's rules have it calls for another oracle.
    function loadPrecompile(uint256 offset, address precompile, uint64 requiredGas, bytes calldata input)
        external
        returns (bytes32 key)
    {
        if (!_isPrecompile(precompile)) revert NotAPrecompile(precompile);
        if (requiredGas > maxRequiredGas) revert RequiredGasTooHigh(requiredGas);
        key = _typed(4, keccak256(abi.encodePacked(precompile, requiredGas, input)));
        bytes memory copy = input;
        // EIP-150: a call gets "all but one 64th" of what there is, whatever it asks for.
        uint256 available = gasleft() - gasleft() / 64;
        if (available < requiredGas + GAS_MARGIN) revert NotEnoughGas(available, requiredGas + GAS_MARGIN);
        (bool success, bytes memory output) = precompile.staticcall{gas: requiredGas}(copy);
        bytes memory preimage = success ? abi.encodePacked(uint8(1), output) : abi.encodePacked(uint8(0));
        _load(key, offset, abi.encodePacked(uint64(preimage.length), preimage));
    }

    /// @dev A part of `whole`, the length included.
    function _load(bytes32 key, uint256 offset, bytes memory whole) private {
        if (offset > whole.length) revert OffsetBehindEnd(offset, whole.length);
        uint256 length = whole.length - offset;
        if (length > 32) length = 32;
        bytes32 data;
        assembly ("memory-safe") {
            // Past the end of `whole` this reads what is not ours: _first() cuts it off.
            data := mload(add(add(whole, 32), offset))
        }
        _store(key, offset, _first(data, length), length);
    }

    function _store(bytes32 key, uint256 offset, bytes32 data, uint256 length) private {
        parts[key][offset] = Part(data, uint8(length + 1));
        emit PartLoaded(key, offset);
    }

    /// @dev A part of (size | the first `size` bytes of `word`), size <= 32. What is dirty lies behind the end.
    function _wordPart(bytes32 word, uint256 size, uint256 offset) private pure returns (bytes32 data, uint256 length) {
        if (offset > 8 + size) revert OffsetBehindEnd(offset, 8 + size);
        length = 8 + size - offset;
        if (length > 32) length = 32;
        if (offset < 8) {
            data = bytes32(((size << 192) | (uint256(word) >> 64)) << (8 * offset));
            if (offset > 0) data |= bytes32((uint256(word) & type(uint64).max) >> (8 * (8 - offset)));
        } else {
            data = bytes32(uint256(word) << (8 * (offset - 8)));
        }
        data = _first(data, length);
    }

    /// @dev The first `length` <= 32 bytes of a word, zeros behind.
    function _first(bytes32 word, uint256 length) private pure returns (bytes32) {
        return length == 0 ? bytes32(0) : (word >> (8 * (32 - length))) << (8 * (32 - length));
    }

    function _typed(uint256 kind, bytes32 hash) private pure returns (bytes32) {
        return bytes32((uint256(hash) & (type(uint256).max >> 8)) | (kind << 248));
    }

    // ---------------------------------------------------------------- precompiled contracts

    /// @dev L2's at Osaka: 0x01 to 0x11 and 0x100. Others may come to L1, and must not be answered for before L2 has
    ///      them.
    function _isPrecompile(address account) private pure returns (bool) {
        return account == P256VERIFY || (account != address(0) && account <= LAST_LOW_PRECOMPILE);
    }

    /// @dev A call to an account without code succeeds and returns nothing, which for P256VERIFY means "invalid".
    ///      That one, Osaka's, is tried with a valid signature, and Prague's with two points at infinity; Cancun's
    ///      are older than instructions of this contract.
    function _checkPrecompiles() private view {
        address add = address(0x0b);
        (, bytes memory sum) = add.staticcall(new bytes(256));
        if (sum.length != 128) revert PrecompileMissing(add);
        // RFC 6979, A.2.5: P-256, SHA-256, message "sample". Hash, r, s, x and y.
        (, bytes memory valid) = P256VERIFY.staticcall(
            hex"af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf"
            hex"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            hex"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
            hex"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
            hex"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        );
        if (valid.length != 32) revert PrecompileMissing(P256VERIFY);
    }
}
