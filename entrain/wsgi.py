"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from entrain.legible import Request
from entrain.staticfiles import require_manifest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrain.settings")
require_manifest()
application = get_wsgi_application()
application.request_class = Request
