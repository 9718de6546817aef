"""IBM's Python guide, section by section, with IBM's Python SDK. Each import runs the steps of its sections."""

import credentials  # noqa: F401
import objects  # noqa: F401
import transfers  # noqa: F401
import keyProtect  # noqa: F401
import immutable  # noqa: F401
import backup  # noqa: F401
import aspera  # noqa: F401
from steps import end

end()
