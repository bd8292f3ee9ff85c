"""What is in a finished recording, told from its sound: ``measure`` puts it together.

The ``tones`` of the ``beats`` of a recipe are fitted ``together``; embedded ``pulses``, and what
is ``unknown``, are found by their ``lines`` in the spectrum. All are told as ``readings``;
``noise`` is its slope, ``voices`` are the spoken lines that stand out, and ``words`` those that
fit their clips.
"""
