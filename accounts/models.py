"""The user, and the ledger of everything that happened to their credits."""

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager):
    """Makes users who are known by their e-mail address."""

    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        """Store a user; without a password they can only sign in through Google."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """Store a user who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person, known by e-mail; the name and the picture are the ones Google gave."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=200, blank=True)
    picture = models.URLField(max_length=500, blank=True)
    # Part of what a session is checked against: counting up ends all of them.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_email_in_lower_case",
                condition=Q(email=Lower("email")),
                violation_error_message="Write the e-mail address in lower case.",
            )
        ]

    def __str__(self):
        return self.email

    def get_session_auth_hash(self):
        """What a session has to carry to be this person's still."""
        salt = "accounts.User.get_session_auth_hash"
        value = f"{self.session_epoch}:{self.password}"
        return salted_hmac(salt, value, algorithm="sha256").hexdigest()

    def end_all_sessions(self):
        """Sign this person out in every browser."""
        User.objects.filter(pk=self.pk).update(session_epoch=F("session_epoch") + 1)
        self.refresh_from_db(fields=["session_epoch"])

    def get_full_name(self):
        """What the admin and the pages call this person."""
        return self.name.strip() or self.email

    def get_short_name(self):
        """The first word of the name, for a greeting."""
        return self.get_full_name().split()[0]


class LedgerEntry(models.Model):
    """One movement of credits. Never edited, never deleted: the database refuses both.

    A user's balance is the sum of their entries. ``source`` says what caused the movement, and
    ``(kind, source)`` is unique, so doing anything twice changes nothing. What staff do says why.
    """

    class Kind(models.TextChoices):
        SIGNUP = "signup", _("welcome credit")
        CHARGE = "charge", _("track")
        REFUND = "refund", _("refund")
        GRANT = "grant", _("gift")
        PURCHASE = "purchase", _("purchase")
        REFERRAL = "referral", _("thanks for an invitation")
        PLAN = "plan", _("credits of a plan")
        ADJUSTMENT = "adjustment", _("correction")
        EXPIRY = "expiry", _("expired")

    user = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        related_name="ledger_entries",
        # ``ledger_balances`` begins with the user.
        db_index=False,
    )
    kind = models.CharField(max_length=20, choices=Kind)
    amount = models.IntegerField()
    source = models.CharField(max_length=100)
    reason = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "ledger entries"
        indexes = [
            # Holds all that a balance is made of, so the rows themselves need not be read.
            models.Index(fields=["user", "amount"], name="ledger_balances"),
            # Staff look at a day or a month.
            models.Index(fields=["created_at"], name="ledger_by_time"),
        ]
        constraints = [
            models.UniqueConstraint("kind", "source", name="ledger_once_a_source"),
            models.CheckConstraint(
                name="ledger_sign_fits_kind",
                condition=(
                    Q(
                        kind__in=["signup", "refund", "grant", "purchase", "referral", "plan"],
                        amount__gt=0,
                    )
                    | Q(kind__in=["charge", "expiry"], amount__lt=0)
                    | (Q(kind="adjustment") & ~Q(amount=0))
                ),
            ),
            models.CheckConstraint(name="ledger_source_given", condition=~Q(source="")),
            models.CheckConstraint(
                name="ledger_staff_say_why",
                condition=(Q(actor=None) & ~Q(kind__in=["grant", "adjustment"]) | ~Q(reason="")),
            ),
        ]

    def __str__(self):
        return f"{self.amount:+d} {self.kind} {self.source}"
