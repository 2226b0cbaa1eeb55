"""What can be seen of a running backend from outside: probes, metrics, traces, logs. Never what was said."""

from chatkit_server.observing.call import REQUEST_ID, Call, Observer, current
from chatkit_server.observing.middleware import Observed
from chatkit_server.observing.probes import Probes
from chatkit_server.observing.stores import observed_store

__all__ = ["REQUEST_ID", "Call", "Observed", "Observer", "Probes", "current", "observed_store"]
