from django.urls import path, register_converter

from jobs.newer import or_come_again
from jobs.studio import views as studio
from jobs.studio.samples import voice_sample
from jobs.views import files, front, library, sharing, shelf, track

register_converter(sharing.TokenConverter, "token")

urlpatterns = [
    path("", front.home, name="home"),
    path("studio/", studio.studio, name="studio"),
    path("studio/quote/", studio.quote, name="quote"),
    path("studio/voice/<str:voice_id>/", voice_sample, name="voice_sample"),
    path("jobs/", library.job_list, name="jobs"),
    path("jobs/making/", library.jobs_making, name="jobs_making"),
    path("jobs/<uuid:job_id>/", or_come_again(track.job_detail), name="job"),
    path("jobs/<uuid:job_id>/status/", or_come_again(track.job_status), name="job_status"),
    path("jobs/<uuid:job_id>/extras/", track.job_extras, name="job_extras"),
    path("jobs/<uuid:job_id>/like/", or_come_again(studio.job_like), name="job_like"),
    path("jobs/<uuid:job_id>/rename/", or_come_again(track.job_rename), name="job_rename"),
    path("jobs/<uuid:job_id>/cancel/", shelf.job_cancel, name="job_cancel"),
    path("jobs/<uuid:job_id>/retry/", shelf.job_retry, name="job_retry"),
    path("jobs/<uuid:job_id>/delete/", shelf.job_delete, name="job_delete"),
    path("jobs/<uuid:job_id>/download/", files.job_download, name="job_download"),
    path("jobs/<uuid:job_id>/play/", files.job_play, name="job_play"),
    path("jobs/<uuid:job_id>/cover/", or_come_again(files.job_cover), name="job_cover"),
    path("jobs/<uuid:job_id>/waveform/", files.job_waveform, name="job_waveform"),
    path("jobs/<uuid:job_id>/spectrogram/", files.job_spectrogram, name="job_spectrogram"),
    path("jobs/<uuid:job_id>/favourite/", shelf.job_favourite, name="job_favourite"),
    path("jobs/<uuid:job_id>/archive/", shelf.job_archive, name="job_archive"),
    path("jobs/<uuid:job_id>/restore/", shelf.job_restore, name="job_restore"),
    path("jobs/<uuid:job_id>/share/", sharing.job_share, name="job_share"),
    path("jobs/<uuid:job_id>/unshare/", sharing.job_unshare, name="job_unshare"),
    path("jobs/<uuid:job_id>/again/", shelf.job_again, name="job_again"),
    path("listen/<token:token>/", or_come_again(sharing.shared), name="shared"),
    path("listen/<token:token>/play/", sharing.shared_play, name="shared_play"),
    path("listen/<token:token>/cover/", or_come_again(sharing.shared_cover), name="shared_cover"),
    path("listen/<token:token>/waveform/", sharing.shared_waveform, name="shared_waveform"),
    path("files/<str:token>/", files.local_file, name="local_file"),
]
