"""Where static files get the names that let browsers keep them for ever."""

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
BESIDE = (
    r"""(?P<matched>new URL\(["'](?P<url>[./].*?)["'], import\.meta\.url\))""",
    """new URL("%(url)s", import.meta.url)""",
)


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names that change with the content, also where one of our ES modules names another.

    An import has to begin with ``./`` or ``../`` and end with a semicolon to be seen, and modules
    must not import each other in a circle. Other packages' scripts import what they do not ship.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (*IMPORTS, BESIDE)))


def require_manifest() -> None:
    """Refuse to serve a production whose static files were not collected: no page would be shown.

    Raises
    ------
    SystemExit
        With a sentence that says what to do.
    """
    if settings.PRODUCTION and staticfiles_storage.read_manifest() is None:
        raise SystemExit(
            "Entrain does not start: its static files are missing. "
            "`manage.py collectstatic --noinput` puts them in place."
        )
