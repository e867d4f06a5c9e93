// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title GameClone
/// @notice Proxies (EIP-1167) with what they are about appended to their code, where nobody can change it, and read
///         from there: nothing is appended to call data, so that nothing in call data can be taken for it.
library GameClone {
    /// @notice The address is taken: cannot be, as the salt is used once.
    error CreationFailed();

    /// @dev The proxy: forwards the call data by DELEGATECALL, and returns or reverts with what comes back.
    uint256 private constant PROXY_SIZE = 45;

    /// @notice Creates a proxy to `implementation`, at an address that follows from all three.
    function create(address implementation, bytes32 salt, bytes memory data) internal returns (address proxy) {
        bytes memory code = abi.encodePacked(
            // PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN: what follows becomes the code.
            hex"61", uint16(PROXY_SIZE + data.length), hex"80600a5f395ff3",
            hex"363d3d373d3d3d363d73", implementation, hex"5af43d82803e903d91602b57fd5bf3",
            data
        );
        assembly ("memory-safe") {
            proxy := create2(0, add(code, 32), mload(code), salt)
        }
        if (proxy == address(0)) revert CreationFailed();
    }

    /// @notice The word at `offset` of this proxy's data.
    function word(uint256 offset) internal view returns (bytes32 value) {
        assembly ("memory-safe") {
            extcodecopy(address(), 0, add(PROXY_SIZE, offset), 32)
            value := mload(0)
        }
    }
}
