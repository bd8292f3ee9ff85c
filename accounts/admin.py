"""What staff see of people and their credits."""

import uuid
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from accounts import ledger
from accounts.errors import NotEnoughCredits
from accounts.models import LedgerEntry, User

SHOWN_CHARS = 32
# No id has more digits, and no database looks for one that has.
ID_DIGITS = 18


def shortened(text: str) -> SafeString:
    """As much of ``text`` as leaves room for other columns; all of it where one points at it."""
    return format_html('<span title="{}">{}</span>', text, Truncator(text).chars(SHOWN_CHARS))


class OfAnyYear:
    """A list that, asked for a year no calendar has, does as it does with any other nonsense."""

    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except (OverflowError, ValueError) as error:
            raise IncorrectLookupParameters from error


@admin.register(User)
class UserAdmin(OfAnyYear, DjangoUserAdmin):
    show_full_result_count = False
    ordering = ["-date_joined"]
    list_display = ["email", "name", "balance", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", "date_joined"]
    search_fields = ["email", "name"]
    readonly_fields = ["picture", "balance", "change_credits", "date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "picture"]}),
        ("Credits", {"fields": ["balance", "change_credits"]}),
        (
            "May",
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        ("When", {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]

    def get_queryset(self, request):
        # Each person's own sum, and no join: people are counted without their entries.
        theirs = LedgerEntry.objects.filter(user=OuterRef("pk")).order_by().values("user")
        balance = Subquery(theirs.annotate(sum=Sum("amount")).values("sum"))
        return super().get_queryset(request).annotate(credits=Coalesce(balance, 0))

    def has_delete_permission(self, request, obj=None):
        # A ledger without its people proves nothing; an account is made inactive instead.
        return False

    def save_model(self, request, obj, form, change):
        """Write what was changed alone: meanwhile the person may have signed out everywhere."""
        own = {field.name for field in User._meta.fields}
        obj.save(update_fields=own.intersection(form.changed_data) if change else None)

    @admin.display(ordering="credits")
    def balance(self, user):
        return user.credits

    @admin.display(description="Change")
    def change_credits(self, user):
        return format_html(
            '<a href="{}?user={}">Give or take credits</a>'
            ' · <a href="{}?user__id__exact={}">History</a>',
            reverse("admin:accounts_ledgerentry_add"),
            user.pk,
            reverse("admin:accounts_ledgerentry_changelist"),
            user.pk,
        )


class PersonSelect(AutocompleteSelect):
    """Chooses nobody where an address or a form names what can be no id."""

    def optgroups(self, name, value, attr=None):
        ids = [one for one in map(str, value) if one.isdecimal() and len(one) <= ID_DIGITS]
        return super().optgroups(name, ids, attr)


class AdjustmentForm(forms.ModelForm):
    """A movement by hand: how much, and why. The kind follows from the sign."""

    amount = forms.IntegerField(
        min_value=-100_000,
        max_value=100_000,
        help_text="Credits to give; with a minus, credits to take.",
    )
    reason = forms.CharField(max_length=300)
    # Sent back with the form, so that a double click is one movement.
    source = forms.RegexField(r"^staff:[0-9a-f-]{36}$", widget=forms.HiddenInput)

    class Meta:
        model = LedgerEntry
        fields = ["user", "amount", "reason", "source"]

    def clean_amount(self):
        if self.cleaned_data["amount"] == 0:
            raise forms.ValidationError("Nothing would change.")
        return self.cleaned_data["amount"]

    def clean(self):
        data = super().clean()
        user, amount = data.get("user"), data.get("amount")
        if not user or not amount:
            return data
        written = LedgerEntry.objects.filter(source=data.get("source")).first()
        if written and (written.user, written.amount) != (user, amount):
            raise forms.ValidationError(
                f"This form was sent before, as {written.amount:+d} for {written.user}. "
                "Nothing was written now; open a new one."
            )
        if not written and ledger.balance(user) < -amount:
            self.add_error("amount", f"The balance is only {ledger.balance(user)}.")
        return data


@admin.register(LedgerEntry)
class LedgerEntryAdmin(OfAnyYear, admin.ModelAdmin):
    show_full_result_count = False
    form = AdjustmentForm
    autocomplete_fields = ["user"]
    list_display = ["created_at", "user", "kind", "amount", "short_source", "short_reason", "actor"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["user", "actor"]
    search_fields = ["user__email", "source", "reason"]
    date_hierarchy = "created_at"

    @admin.display(description="source", ordering="source")
    def short_source(self, entry):
        return shortened(entry.source)

    @admin.display(description="reason", ordering="reason")
    def short_reason(self, entry):
        return shortened(entry.reason)

    def get_fields(self, request, obj=None):
        whole = ["created_at", "user", "kind", "amount", "source", "reason", "actor"]
        return whole if obj else self.form.Meta.fields

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            kwargs["widget"] = PersonSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request):
        return super().get_changeform_initial_data(request) | {"source": f"staff:{uuid.uuid4()}"}

    def add_view(self, request, *args, **kwargs):
        try:
            return super().add_view(request, *args, **kwargs)
        except NotEnoughCredits as error:
            # Spent while the form was checked. It comes back as it was filled in.
            self.message_user(
                request,
                f"Nothing was written: by now the balance is only {error.balance}.",
                messages.ERROR,
            )
            filled = {name: request.POST.get(name, "") for name in ("user", "amount", "reason")}
            return redirect(f"{request.path}?{urlencode(filled)}")

    def save_model(self, request, obj, form, change):
        ledger.adjust(
            obj.user, obj.amount, reason=obj.reason, actor=request.user, source=obj.source
        )
        # Sent twice at once with another sign, one form is two movements.
        kind = ledger.kind_by_hand(obj.amount)
        entry = LedgerEntry.objects.get(kind=kind, source=obj.source)
        obj.pk, obj.kind = entry.pk, entry.kind
