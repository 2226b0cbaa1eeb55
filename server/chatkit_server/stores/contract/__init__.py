"""The contract of `Store` can be run on any implementation of it, your own too.

    import asyncio, pytest
    from chatkit_server.stores.contract import CONTRACT
    from my_app import MyStore

    @pytest.mark.parametrize("check", CONTRACT, ids=str)
    def test_my_store(check):
        asyncio.run(check(MyStore))

A check is called with something that makes a store with nothing in it, and closes that store in the end.
It raises ContractBroken if the store breaks a promise, and lets through what the store itself raises. pytest
is not needed: any runner will do that can call a coroutine function.
"""

from chatkit_server.stores.contract import items, paging, sharing, threads
from chatkit_server.stores.contract.check import Check, ContractBroken, MakeStore

CONTRACT: tuple[Check, ...] = (*threads.CHECKS, *items.CHECKS, *paging.CHECKS, *sharing.CHECKS)
"""All that `Store` promises."""

__all__ = ["CONTRACT", "Check", "ContractBroken", "MakeStore"]
