"""`manage.py benchmark`"""

from django.core.management.base import BaseCommand

from audio import benchmark

LABELS = {
    "render": "rendering, loudness and encoding",
    "encode": "libsndfile encoding the samples alone",
    "encode as we do": "the same with the effort we ask of it",
    "sox | flac": "tone and noises by sox, piped into flac",
}


class Command(BaseCommand):
    help = (
        "Render a long track with everything in it, and encode the finished samples again with "
        "libsndfile alone, in turns; print how much longer the first takes, and how soon it "
        "answers its caller. With --hours, print peak memory and how exact the beat is after so "
        "long; with --pair, what a second process adds."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--minutes", type=float, default=40)
        parser.add_argument("--rounds", type=int, default=5, help="the best of each side counts")
        parser.add_argument("--hours", type=float, help="memory and exactness instead of time")
        parser.add_argument("--pair", action="store_true", help="two processes against one instead")

    def handle(self, *, minutes, rounds, hours, pair, **options):
        if hours:
            self._memory_and_exactness(hours)
        elif pair:
            gain = benchmark.pair_gain(minutes)
            self._line(f"two processes against one, {minutes:g} minutes each", f"{gain:7.2f} ×")
        else:
            self._times(minutes, rounds)

    def _times(self, minutes, rounds):
        self.stdout.write(f"{minutes:g} minutes, best of {rounds}\n\n")
        best = benchmark.in_a_process(benchmark.times, minutes, rounds)
        for way, taken in best.items():
            speed = minutes * 60 / taken.wall_s
            # The processor time of other programs is their own.
            own = "" if "|" in way else f"  {taken.processor_s:7.2f} s of processor"
            self._line(LABELS[way], f"{taken.wall_s:7.2f} s  {speed:6.0f} × real time{own}")
        self.stdout.write("\n")
        for way in list(best)[1:]:
            self._line(f"ratio: {LABELS[way]}", f"{best['render'].wall_s / best[way].wall_s:7.2f}")
        more_bytes = best["encode as we do"].file_bytes - best["encode"].file_bytes
        self._line("our effort makes the file larger by", f"{more_bytes / 1e3:7.1f} kB")
        self.stdout.write("\n")
        progress_s, cancel_s = benchmark.in_a_process(benchmark.longest_waits_s, minutes)
        self._line("longest wait for word of progress", f"{progress_s:7.2f} s")
        self._line("longest wait for a cancelled render to end", f"{cancel_s:7.2f} s")

    def _memory_and_exactness(self, hours):
        for minutes in (1, 40, hours * 60):
            track = benchmark.whole_track(minutes)
            peak_mb = benchmark.in_a_process(benchmark.peak_memory_mb, track)
            self._line(f"peak memory of {minutes:g} minutes", f"{peak_mb:7.0f} MB")
        errors = benchmark.in_a_process(benchmark.errors_in_the_last_minute_hz, hours)
        for name, error_hz in zip(("carrier", "beat"), errors, strict=True):
            self._line(f"{name} in the last minute is off by", f"{error_hz:10.1e} Hz")

    def _line(self, label, value):
        self.stdout.write(f"{label:46} {value}\n")
        self.stdout.flush()
