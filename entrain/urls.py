from django.contrib import admin
from django.urls import include, path

from entrain.staff_login import staff_login

urlpatterns = [
    path("", include("jobs.urls")),
    path("accounts/", include("accounts.urls")),
    path("admin/login/", staff_login),
    path("admin/", admin.site.urls),
]
