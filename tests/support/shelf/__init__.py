"""A shelf of broken servers: each is our test bed with one small fault, and a rule that has to name it.

It stands with the tests, not in the product: half of it breaks parts of this very server. What breaks the replies
of any server is `chatkit_conformance.sweep`.
"""

from support.shelf.contents import CONTENTS
from support.shelf.failures import FAILURES
from support.shelf.fault import Fault
from support.shelf.files import FILES
from support.shelf.framing import FRAMING
from support.shelf.handlers import HANDLERS
from support.shelf.http import HTTP
from support.shelf.items import ITEMS
from support.shelf.order import ORDER
from support.shelf.paging import PAGING
from support.shelf.parts import PARTS
from support.shelf.returns import RETURNS
from support.shelf.spelling import SPELLING
from support.shelf.stores import STORES
from support.shelf.widgets import WIDGETS

REPLIES = [HTTP, FRAMING, SPELLING, ORDER, ITEMS, FAILURES, CONTENTS, WIDGETS, RETURNS, FILES, PAGING]
FAULTS: list[Fault] = [fault for shelf in [*REPLIES, STORES, PARTS, HANDLERS] for fault in shelf]
