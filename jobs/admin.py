"""What staff see of jobs, and what they may do with them."""

from uuid import UUID

from django.contrib import admin, messages

from accounts.errors import NotEnoughCredits
from jobs import lifecycle
from jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display = ["title", "user", "state", "stage", "percent", "tries", "price", "created_at"]
    list_filter = ["state", "stage", "created_at", "finished_at"]
    list_select_related = ["user"]
    search_fields = ["title", "user__email"]
    search_help_text = "Id, title or e-mail address"
    date_hierarchy = "created_at"
    actions = ["retry", "cancel", "refund"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in Job._meta.fields]

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
        self._each(request, jobs, lifecycle.cancel, "cancelled")

    @admin.action(description="Refund", permissions=["change"])
    def refund(self, request, jobs):
        def refund(job):
            return not job.is_active and lifecycle.refund(
                job, actor=request.user, reason="refunded by staff"
            )

        self._each(request, jobs, refund, "refunded")

    def _each(self, request, jobs, act, done):
        """Do ``act`` to each job and say how many it was possible for."""
        changed = 0
        for job in jobs.select_related("user"):
            try:
                changed += act(job)
            except NotEnoughCredits:
                self.message_user(request, f"{job.user} has too few credits.", messages.WARNING)
        self.message_user(request, f"{changed} of {len(jobs)} {done}.")
