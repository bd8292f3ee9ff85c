"""Closing an account. Its ledger stays, for nobody can erase it, with a number for whose it is."""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from accounts.models import User
from accounts.sessions import remove_sessions


def shut(user) -> int:
    """Let this person in no more, nor do anything; gives how many sessions were removed."""
    User.objects.filter(pk=user.pk).update(is_active=False, is_staff=False, is_superuser=False)
    user.groups.clear()
    user.user_permissions.clear()
    return remove_sessions(user)


@transaction.atomic
def forget(user) -> None:
    """Take out all that says whose the account was.

    Last of all, for by its address a closing that broke off is begun again. A copy of the picture
    that the cache still has goes by itself within a day.
    """
    # Of a top-level domain that is set aside for addresses nobody has, RFC 2606.
    nobody = f"closed-{user.pk}@account.invalid"
    SocialAccount.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    about_them = {
        "content_type": ContentType.objects.get_for_model(User),
        "object_id": str(user.pk),
    }
    LogEntry.objects.filter(**about_them).update(object_repr=nobody)
    User.objects.filter(pk=user.pk).update(
        email=nobody, name="", picture="", password=make_password(None)
    )
