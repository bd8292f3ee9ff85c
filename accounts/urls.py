from allauth.account.views import account_inactive
from allauth.socialaccount.providers.google.views import oauth2_callback
from allauth.socialaccount.views import login_cancelled, login_error
from django.urls import path
from django.views.generic import RedirectView

from accounts import views

urlpatterns = [
    path("login/", views.sign_in, name="account_login"),
    path("demo/", views.demo_sign_in, name="demo_sign_in"),
    path("logout/", views.sign_out, name="account_logout"),
    path("credits/", views.credits, name="credits"),
    path("", views.account, name="account"),
    path("picture/", views.picture, name="picture"),
    path("sign-out-everywhere/", views.sign_out_everywhere, name="sign_out_everywhere"),
    # Not Google's own URLs: they also take a token that was made elsewhere.
    path("google/login/", views.google_sign_in, name="google_login"),
    path("google/login/callback/", oauth2_callback, name="google_callback"),
    path("address-unconfirmed/", views.address_unconfirmed, name="address_unconfirmed"),
    # Where allauth leads by name when a sign-in takes a turn.
    path("login/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    path("login/error/", login_error, name="socialaccount_login_error"),
    path("inactive/", account_inactive, name="account_inactive"),
    path("address-taken/", views.address_taken, name="socialaccount_signup"),
    path(
        "connections/",
        RedirectView.as_view(pattern_name="studio"),
        name="socialaccount_connections",
    ),
]
