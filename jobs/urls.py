from django.urls import path

from jobs import views
from jobs.studio import views as studio

urlpatterns = [
    path("", views.home, name="home"),
    path("studio/", studio.studio, name="studio"),
    path("studio/quote/", studio.quote, name="quote"),
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<uuid:job_id>/", views.job_detail, name="job"),
    path("jobs/<uuid:job_id>/status/", views.job_status, name="job_status"),
    path("jobs/<uuid:job_id>/like/", studio.job_like, name="job_like"),
    path("jobs/<uuid:job_id>/rename/", views.job_rename, name="job_rename"),
    path("jobs/<uuid:job_id>/cancel/", views.job_cancel, name="job_cancel"),
    path("jobs/<uuid:job_id>/retry/", views.job_retry, name="job_retry"),
    path("jobs/<uuid:job_id>/delete/", views.job_delete, name="job_delete"),
    path("jobs/<uuid:job_id>/download/", views.job_download, name="job_download"),
    path("jobs/<uuid:job_id>/again/", views.job_again, name="job_again"),
    path("files/<str:token>/", views.local_file, name="local_file"),
]
