"""The one door to the network: everything that Chancery asks of another machine goes through here.

| room | holds |
|---|---|
| `addresses` | which URLs and which addresses may be asked at all |
| `wire` | connections to checked addresses, with one deadline over all they do |
| `proxies` | the operator's proxies: which one stands before a URL |
| `body` | bodies unpacked within limits |
| `manners` | pace for each host, Retry-After, robots.txt, and their memory between runs |
| `door` | one question and its answer: redirects, retries, conditional requests, limits |

Does not belong here: what is asked for and what becomes of it (`ingest/sources/`, the roster, the alerts).
"""

from ingest.fetching.addresses import Refused, loopback_endpoints
from ingest.fetching.door import Answer, Door, Limits
from ingest.fetching.manners import Manners

__all__ = ["Answer", "Door", "Limits", "Manners", "Refused", "loopback_endpoints"]
