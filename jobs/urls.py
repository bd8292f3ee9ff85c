from django.urls import path

from jobs import file_views, sharing_views, shelf_views, track_views, views
from jobs.studio import views as studio
from jobs.studio.samples import voice_sample

urlpatterns = [
    path("", views.home, name="home"),
    path("studio/", studio.studio, name="studio"),
    path("studio/quote/", studio.quote, name="quote"),
    path("studio/voice/<str:voice_id>/", voice_sample, name="voice_sample"),
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<uuid:job_id>/", track_views.job_detail, name="job"),
    path("jobs/<uuid:job_id>/status/", track_views.job_status, name="job_status"),
    path("jobs/<uuid:job_id>/extras/", track_views.job_extras, name="job_extras"),
    path("jobs/<uuid:job_id>/like/", studio.job_like, name="job_like"),
    path("jobs/<uuid:job_id>/rename/", track_views.job_rename, name="job_rename"),
    path("jobs/<uuid:job_id>/cancel/", views.job_cancel, name="job_cancel"),
    path("jobs/<uuid:job_id>/retry/", views.job_retry, name="job_retry"),
    path("jobs/<uuid:job_id>/delete/", views.job_delete, name="job_delete"),
    path("jobs/<uuid:job_id>/download/", file_views.job_download, name="job_download"),
    path("jobs/<uuid:job_id>/play/", file_views.job_play, name="job_play"),
    path("jobs/<uuid:job_id>/cover/", file_views.job_cover, name="job_cover"),
    path("jobs/<uuid:job_id>/waveform/", file_views.job_waveform, name="job_waveform"),
    path("jobs/<uuid:job_id>/spectrogram/", file_views.job_spectrogram, name="job_spectrogram"),
    path("jobs/<uuid:job_id>/favourite/", shelf_views.job_favourite, name="job_favourite"),
    path("jobs/<uuid:job_id>/archive/", shelf_views.job_archive, name="job_archive"),
    path("jobs/<uuid:job_id>/restore/", shelf_views.job_restore, name="job_restore"),
    path("jobs/<uuid:job_id>/share/", sharing_views.job_share, name="job_share"),
    path("jobs/<uuid:job_id>/unshare/", sharing_views.job_unshare, name="job_unshare"),
    path("jobs/<uuid:job_id>/again/", views.job_again, name="job_again"),
    path("listen/<str:token>/", sharing_views.shared, name="shared"),
    path("listen/<str:token>/play/", sharing_views.shared_play, name="shared_play"),
    path("listen/<str:token>/cover/", sharing_views.shared_cover, name="shared_cover"),
    path("listen/<str:token>/waveform/", sharing_views.shared_waveform, name="shared_waveform"),
    path("files/<str:token>/", file_views.local_file, name="local_file"),
]
