"""Files that users attach: where their bytes are kept, how they come and go. What `create_app(attachments=…)` takes.

files = FileStore(disk("data/files"), secret=secret_in("data/files.secret"))
app = create_app(responder, attachments=files)
"""

from chatkit_server.files.checking import FileLimits
from chatkit_server.files.places import disk, s3, secret_in
from chatkit_server.files.store import FileStore

__all__ = ["FileLimits", "FileStore", "disk", "s3", "secret_in"]
