// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface IPays {
    function claimCredit(address recipient) external;
}

/// @title Greedy
/// @notice A player that refuses its money at first, and then asks for it again while it's being paid.
contract Greedy {
    IPays private immutable game;
    bool private greedy;
    /// @notice How often it was refused a second payment.
    uint256 public refused;

    constructor(IPays game_) {
        game = game_;
    }

    function setGreedy() external {
        greedy = true;
    }

    function forward(bytes calldata data) external payable {
        (bool success,) = address(game).call{value: msg.value}(data);
        require(success);
    }

    receive() external payable {
        require(greedy);
        try game.claimCredit(address(this)) {}
        catch {
            refused++;
        }
    }
}
