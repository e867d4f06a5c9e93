// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token as most are: OpenZeppelin's.
contract Token is ERC20("Token", "TKN") {}

/// @notice Sends one unit to each of many.
contract Transfers {
    ERC20 constant TOKEN = ERC20(address(0x1001));

    function run(uint256 count) external {
        for (uint256 i = 0; i < count; i++) {
            TOKEN.transfer(address(uint160(0x10000 + (i % 256))), 1);
        }
    }
}
