"""Pages travel compressed, also where no proxy does it."""

from django.middleware.gzip import GZipMiddleware

TEXT = ("text/", "application/json", "application/manifest+json", "image/svg+xml")


class CompressedPages(GZipMiddleware):
    """Leaves files alone: they are compressed already, and are asked for by their bytes."""

    def process_response(self, request, response):
        is_text = response.headers.get("Content-Type", "").startswith(TEXT)
        if response.streaming or not is_text or response.status_code == 206:
            return response
        return super().process_response(request, response)
