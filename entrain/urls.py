from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from entrain.appearance import choose_theme
from entrain.offline import manifest, offline, service_worker
from entrain.pages import favicon, robots
from entrain.staff_login import staff_login, staff_logout

handler400 = "entrain.errors.bad_request"
handler500 = "entrain.errors.server_error"

urlpatterns = [
    path("", include("jobs.urls")),
    path("accounts/", include("accounts.urls")),
    path("theme/", choose_theme, name="theme"),
    path("language/", set_language, name="set_language"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("sw.js", service_worker, name="service_worker"),
    path("offline/", offline, name="offline"),
    path("robots.txt", robots),
    path("favicon.ico", favicon),
    path("admin/login/", staff_login),
    path("admin/logout/", staff_logout),
    path("admin/", admin.site.urls),
]
