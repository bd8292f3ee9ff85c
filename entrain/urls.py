from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from entrain.staff_login import staff_login

urlpatterns = [
    path("", include("jobs.urls")),
    path("accounts/", include("accounts.urls")),
    path("language/", set_language, name="set_language"),
    path("admin/login/", staff_login),
    path("admin/", admin.site.urls),
]
