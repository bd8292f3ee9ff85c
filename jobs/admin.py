"""What staff see of jobs, and what they may do with them."""

from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db.models.constants import LOOKUP_SEP

from accounts.admin import OfAnyYear, shortened
from accounts.errors import NotEnoughCredits
from jobs import lifecycle
from jobs.models import Job, Report, TrackFile
from jobs.refused import Refused

# Who knows the one may listen; the other is of a form with somebody's words in it.
NEVER_ASKED = {"share_token", "submission"}


class ReadOnlyInline(admin.TabularInline):
    """Rows of a job that are looked at and nothing else."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class TrackFileInline(ReadOnlyInline):
    model = TrackFile
    fields = ["kind", "key", "bytes"]


class ReportInline(ReadOnlyInline):
    model = Report
    fields = ["attempt", "certificate", "holds", "tries", "sends", "lease_until", "due_at"]


class JobList(ChangeList):
    """The list, read without the recipes: long, and not shown in it."""

    def get_queryset(self, request, **options):
        return super().get_queryset(request, **options).defer("spec")


@admin.register(Job)
class JobAdmin(OfAnyYear, admin.ModelAdmin):
    list_display = [
        "short_title",
        "user",
        "state",
        "now_at",
        "percent",
        "band",
        "tries",
        "price",
        "created_at",
    ]
    list_filter = ["state", "stage", "band", "created_at", "finished_at"]
    list_select_related = ["user"]
    search_fields = ["title", "user__email"]
    search_help_text = "Id, title or e-mail address"
    date_hierarchy = "created_at"
    # To count all of them, too, for a page that a search has narrowed down would read them all.
    show_full_result_count = False
    # What people share is theirs: staff see that, not where. A stage outlives its making.
    exclude = ["share_token", "stage"]
    inlines = [TrackFileInline, ReportInline]
    actions = ["retry", "cancel", "refund", "withdraw"]

    def get_changelist(self, request, **options):
        return JobList

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        """Write nothing: all is read-only, and a row that was read before may have moved on."""

    def log_change(self, request, obj, message):
        """Note who did it, with the job's id: its title is the person's, and goes with the job."""
        return LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(obj),
            object_id=obj.pk,
            object_repr=str(obj.pk),
            action_flag=CHANGE,
            change_message=message,
        )

    def lookup_allowed(self, lookup, value, request=None):
        """Keep what the pages leave out from being guessed, letter by letter, by a filter."""
        if not NEVER_ASKED.isdisjoint(lookup.split(LOOKUP_SEP)):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request, obj=None):
        names = [field.name for field in Job._meta.fields]
        return [*(name for name in names if name not in self.exclude), "now_at", "is_shared"]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page of a job, without buttons to save what cannot be changed."""
        buttons = ("show_save", "show_save_and_continue", "show_save_and_add_another")
        context = (extra_context or {}) | dict.fromkeys(buttons, False)
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description="title", ordering="title")
    def short_title(self, job):
        return shortened(job.title)

    @admin.display(description="stage", ordering="stage", empty_value="-")
    def now_at(self, job):
        return job.get_stage_display() if job.is_active else ""

    @admin.display(boolean=True, description="shared")
    def is_shared(self, job):
        return job.share_token is not None

    def get_search_results(self, request, queryset, search_term):
        try:
            return queryset.filter(pk=UUID(search_term)), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    @admin.action(description="Try again (charges the person)", permissions=["change"])
    def retry(self, request, jobs):
        self._each(request, jobs, lifecycle.retry, "put back in the queue")

    @admin.action(description="Cancel (refunds)", permissions=["change"])
    def cancel(self, request, jobs):
        def cancel(job):
            return lifecycle.cancel(job, actor=request.user)

        self._each(request, jobs, cancel, "cancelled")

    @admin.action(description="Refund", permissions=["change"])
    def refund(self, request, jobs):
        def refund(job):
            return not job.is_active and lifecycle.refund(
                job, actor=request.user, reason="refunded by staff"
            )

        self._each(request, jobs, refund, "refunded")

    @admin.action(description="Withdraw the private link", permissions=["change"])
    def withdraw(self, request, jobs):
        shared = list(jobs.exclude(share_token=None))
        Job.objects.filter(pk__in=[job.pk for job in shared]).update(share_token=None)
        for job in shared:
            self.log_change(request, job, "Private link withdrawn.")
        n = len(shared)
        self.message_user(request, f"{n} private link{'' if n == 1 else 's'} withdrawn.")

    def _each(self, request, jobs, act, done):
        """Do ``act`` to each job, note who did it, and say how many it was possible for."""
        # Read once: when they are changed, the list's own filter may not find them any more.
        jobs, changed = list(jobs.select_related("user")), 0
        for job in jobs:
            try:
                if act(job):
                    changed += 1
                    self.log_change(request, job, f"{done.capitalize()}.")
            except NotEnoughCredits:
                self.message_user(request, f"{job.user} has too few credits.", messages.WARNING)
            except Refused as error:
                self.message_user(request, f"{job.user} {error.to_staff}.", messages.WARNING)
        self.message_user(request, f"{changed} of {len(jobs)} {done}.")
