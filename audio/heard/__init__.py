"""What is in a finished recording, told from its sound: ``measure`` puts it together.

``beats`` (those of a recipe), ``unknown`` (what stands out without one) and ``pulses`` are found by
their ``lines`` in the spectrum and told as ``readings``; ``noise`` is its slope, ``voices`` are the
spoken lines that stand out, and ``words`` those that fit their clips.
"""
