"""Where static files get the names that let browsers keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names that change with the content, also where one ES module imports another.

    An import has to begin with ``./`` or ``../`` and end with a semicolon to be seen, and modules
    must not import each other in a circle.
    """

    support_js_module_import_aggregation = True
